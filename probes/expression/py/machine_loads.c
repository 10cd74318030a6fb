/* Loading names: variables of the program, of comprehensions, and what the probe itself knows. */
#include <stdio.h>
#include <string.h>

#include "base/py/dict.h"
#include "probes/expression/py/loads.h"
#include "probes/expression/py/machine.h"
#include "probes/expression/py/text.h"

/* ---- Variables of the program ---- */

/* Those of a function live in slots, of modules and classes in a dict; then globals, then builtins. */
static PyObject *find_name(struct strobe_frame frame, PyObject *name, int slot)
{
    if (slot != STROBE_NOT_A_SLOT) {
        PyObject *value = strobe_frame_slot(frame, slot);
        if (value != NULL || strobe_frame_namespace(frame) == NULL) {
            return value;
        }
    }
    PyObject *scopes[] = {strobe_frame_namespace(frame), strobe_frame_globals(frame), strobe_frame_builtins(frame)};
    for (size_t i = 0; i < sizeof scopes / sizeof *scopes; i++) {
        if (scopes[i] != NULL && PyDict_CheckExact(scopes[i])) {
            PyObject *value = strobe_dict_get(scopes[i], name);
            if (value != NULL) {
                return value;
            }
        }
    }
    return NULL;
}

int strobe_run_name(struct strobe_machine *m, struct strobe_instruction instruction)
{
    PyObject *name = PyTuple_GET_ITEM(m->expression->names, instruction.operand);
    int slot = m->binding[instruction.operand];
    PyObject *value = find_name(m->context->frame, name, slot);
    if (value == NULL) {
        const char *text = PyUnicode_AsUTF8(name); /* the compiler has made its UTF-8 */
        return strobe_evaluation_fail(m->evaluation, STROBE_FAULT_NAME,
                                      slot != STROBE_NOT_A_SLOT ? "'%.60s' has no value yet at this line"
                                                                : "'%.60s' is not defined here",
                                      text != NULL ? text : "?");
    }
    *m->top++ = strobe_value_object(value);
    return 0;
}

int strobe_run_register(struct strobe_machine *m, struct strobe_instruction instruction)
{
    struct strobe_value value = m->registers[instruction.operand];
    if (value.kind == STROBE_VALUE_OBJECT && value.as.object == NULL) {
        return strobe_evaluation_fail(m->evaluation, STROBE_FAULT_NAME,
                                      "a variable of the comprehension has no value yet");
    }
    *m->top++ = value;
    return 0;
}

/* How the value before the ATTRIBUTE at `at` was written, "order.customer", when it is that plain. */
static const char *path_of(const struct strobe_machine *m, size_t at, char *buffer, size_t size)
{
    const struct strobe_instruction *code = m->expression->program.instructions;
    size_t first = at;
    while (first > 0 && code[first - 1].op == STROBE_OP_ATTRIBUTE) {
        first--;
    }
    if (first == 0 || code[first - 1].op != STROBE_OP_NAME) {
        return NULL;
    }
    PyObject *name = PyTuple_GET_ITEM(m->expression->names, code[first - 1].operand);
    size_t used = 0;
    for (size_t i = first;; i++) {
        const char *text = PyUnicode_AsUTF8(name); /* the compiler has made its UTF-8 */
        int wrote = text != NULL ? snprintf(buffer + used, size - used, "%s%s", used > 0 ? "." : "", text) : -1;
        if (wrote < 0 || (size_t)wrote >= size - used) {
            return NULL;
        }
        used += (size_t)wrote;
        if (i == at) {
            return buffer;
        }
        name = strobe_machine_constant(m, code[i].operand);
    }
}

int strobe_run_attribute(struct strobe_machine *m, struct strobe_instruction instruction)
{
    enum { PATH_BYTES = 64 };
    char buffer[PATH_BYTES];
    size_t at = (size_t)(m->next - m->expression->program.instructions) - 1;
    PyObject *name = strobe_machine_constant(m, instruction.operand);
    enum strobe_attribute_result result;
    int status =
        strobe_attribute_load(m->evaluation, m->top[-1], name, &m->expression->caches[at], &m->top[-1], &result);
    if (status <= 0) {
        return status;
    }
    const char *path = m->evaluation->error != NULL ? path_of(m, at, buffer, sizeof buffer) : NULL;
    return strobe_attribute_refuse(m->evaluation, m->top[-1], name, result, path);
}

/* ---- What the probe itself knows ---- */

static int absent(struct strobe_machine *m, unsigned own)
{
    static const struct {
        const char *word;
        const char *where;
    } owns[] = {
#define OWN(name, word, where) {word, where},
        STROBE_OWNS(OWN)
#undef OWN
    };
    return strobe_evaluation_fail(m->evaluation, STROBE_FAULT_NAME, "'$%s' has no value here; it has one %s",
                                  owns[own].word, owns[own].where);
}

/* A new str of UTF-8, which is trusted to be valid: it comes from the agent. */
static int make_text(struct strobe_machine *m, const char *utf8, struct strobe_value *ret_value)
{
    struct strobe_text_builder builder;
    int status = strobe_text_begin(m->evaluation, &builder);
    for (const unsigned char *byte = (const unsigned char *)utf8; status >= 0 && *byte != 0;) {
        int more = *byte >= 0xF0 ? 3 : *byte >= 0xE0 ? 2 : *byte >= 0xC0 ? 1 : 0;
        uint32_t character = more == 0 ? *byte : *byte & (0x3FU >> more);
        for (byte++; more > 0 && (*byte & 0xC0) == 0x80; more--) {
            character = character << 6 | (*byte++ & 0x3FU);
        }
        status = strobe_text_put(&builder, character <= 0x10FFFF ? character : 0xFFFD);
    }
    return status < 0 ? status : strobe_text_end(&builder, ret_value);
}

static int own_text(struct strobe_machine *m, enum strobe_own own)
{
    const char *text = m->context->text != NULL ? m->context->text(m->context->user, own) : NULL;
    return text == NULL ? absent(m, own) : make_text(m, text, m->top);
}

int strobe_run_own(struct strobe_machine *m, struct strobe_instruction instruction)
{
    const struct strobe_expression_context *context = m->context;
    enum strobe_own own = (enum strobe_own)instruction.operand;
    int status = 0;
    switch (own) {
    case STROBE_OWN_RETURN:
    case STROBE_OWN_EXCEPTION:
        *m->top = strobe_value_object(own == STROBE_OWN_RETURN ? context->returned : context->exception);
        status = m->top->as.object == NULL ? absent(m, own) : 0;
        break;
    case STROBE_OWN_ELAPSED_MS:
        *m->top = strobe_value_float((double)context->elapsed_ns / 1e6);
        status = context->has_elapsed ? 0 : absent(m, own);
        break;
    case STROBE_OWN_HITS:
        *m->top = strobe_value_int(context->hits);
        status = context->has_hits ? 0 : absent(m, own);
        break;
    default:
        status = own_text(m, own);
    }
    m->top++;
    return status;
}
