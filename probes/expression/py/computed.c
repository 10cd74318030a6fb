/* Attributes that built-in types compute from their data: what the descriptors of C types would give, without calling
 * them. */
#include "base/py/decimal.h"
#include "probes/expression/py/decimal.h"
#include "probes/expression/py/function.h"
#include "probes/expression/py/known_object.h"
#include "probes/expression/py/moment.h"

const struct strobe_function_entry *strobe_computed_find(struct strobe_value receiver, PyObject *name)
{
    struct strobe_moment moment;
    if (strobe_moment_of(receiver, &moment)) {
        return strobe_moment_field(moment.kind, name);
    }
    if (receiver.kind == STROBE_VALUE_DECIMAL ||
        (receiver.kind == STROBE_VALUE_OBJECT && strobe_decimal_is_type(Py_TYPE(receiver.as.object)))) {
        return strobe_decimal_field(name);
    }
    const struct strobe_function_entry *field = strobe_data_field(receiver, name);
    return field != NULL ? field : strobe_known_object_computed(receiver, name);
}
