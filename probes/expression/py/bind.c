/* Which names of an expression are variables of a function: looked up once, when a probe is armed. */
#include "probes/expression/py/expression.h"

void strobe_expression_bind(const struct strobe_expression *expression, PyCodeObject *code, int16_t *ret_binding)
{
    int slots = strobe_code_slots(code);
    for (int n = 0; n < expression->program.names_count; n++) {
        PyObject *name = PyTuple_GET_ITEM(expression->names, n);
        ret_binding[n] = STROBE_NOT_A_SLOT;
        for (int i = 0; i < slots && i <= INT16_MAX; i++) {
            if (PyUnicode_Compare(strobe_code_slot_name(code, i, NULL), name) == 0) {
                ret_binding[n] = (int16_t)i;
                break;
            }
        }
    }
}
