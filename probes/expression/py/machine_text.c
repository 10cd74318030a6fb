/* Text in the machine: f-strings, and matches(). */
#include "probes/expression/py/format.h"
#include "probes/expression/py/machine.h"
#include "probes/expression/py/matches.h"

int strobe_run_format(struct strobe_machine *m, struct strobe_instruction instruction)
{
    bool has_spec = instruction.second != 0;
    m->top -= has_spec;
    return strobe_format_value(m->evaluation, m->top[-1], instruction.operand, has_spec ? &m->top[0] : NULL,
                               &m->top[-1]);
}

int strobe_run_join(struct strobe_machine *m, struct strobe_instruction instruction)
{
    struct strobe_text_builder builder;
    int status = strobe_text_begin(m->evaluation, &builder);
    m->top -= instruction.operand;
    for (unsigned i = 0; status >= 0 && i < instruction.operand; i++) {
        struct strobe_text_view view;
        if (!strobe_text_view_of(m->top[i], &view)) {
            return strobe_evaluation_fail(m->evaluation, STROBE_FAULT_INTERNAL, "not a text");
        }
        status = strobe_text_put_view(&builder, &view, 0, view.length);
    }
    status = status < 0 ? status : strobe_text_end(&builder, m->top);
    m->top++;
    return status;
}

int strobe_run_matches(struct strobe_machine *m, struct strobe_instruction instruction)
{
    bool found = false;
    int status = strobe_matches(m->evaluation, m->expression->patterns[instruction.operand], m->top[-1], &found);
    m->top[-1] = strobe_value_bool(found);
    return status;
}
