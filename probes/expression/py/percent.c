#include "probes/expression/py/percent.h"

int strobe_percent(struct strobe_evaluation *evaluation, const struct strobe_text_view *format,
                   struct strobe_value arguments, struct strobe_value *ret_value)
{
    (void)format;
    (void)arguments;
    (void)ret_value;
    return strobe_evaluation_fail(evaluation, STROBE_FAULT_INTERNAL, "not written yet");
}
