#include "probes/expression/py/value.h"

#include <string.h>

#include "probes/expression/py/items.h"
#include "probes/expression/py/number.h"
#include "probes/expression/py/standard.h"
#include "probes/expression/py/text.h"

PyTypeObject *strobe_value_type(struct strobe_value value)
{
    static PyTypeObject *const types[] = {
        [STROBE_VALUE_INT] = &PyLong_Type,
        [STROBE_VALUE_FLOAT] = &PyFloat_Type,
        [STROBE_VALUE_WIDE] = &PyLong_Type,
        [STROBE_VALUE_TEXT] = &PyUnicode_Type,
        [STROBE_VALUE_BYTES] = &PyBytes_Type,
        [STROBE_VALUE_LIST] = &PyList_Type,
        [STROBE_VALUE_TUPLE] = &PyTuple_Type,
        [STROBE_VALUE_SET] = &PySet_Type,
        [STROBE_VALUE_FROZENSET] = &PyFrozenSet_Type,
        [STROBE_VALUE_DICT] = &PyDict_Type,
        [STROBE_VALUE_RANGE] = &PyRange_Type,
        [STROBE_VALUE_SLICE] = &PySlice_Type,
    };
    switch (value.kind) {
    case STROBE_VALUE_OBJECT:
        return Py_TYPE(value.as.object);
    case STROBE_VALUE_ITERATOR:
        return value.as.items->type;
    case STROBE_VALUE_BYTES:
        return value.as.bytes->is_bytearray ? &PyByteArray_Type : &PyBytes_Type;
    case STROBE_VALUE_MOMENT:
    case STROBE_VALUE_DECIMAL:
        return strobe_standard_type(value);
    default:
        return types[value.kind];
    }
}

const char *strobe_value_type_name(struct strobe_value value)
{
    const char *name = strobe_value_type(value)->tp_name;
    const char *point = strrchr(name, '.');
    return point != NULL ? point + 1 : name;
}

/* What holds of objects that are no number, text or container known here. */
static int truth_of_other(struct strobe_evaluation *evaluation, PyObject *object, bool *ret_truth)
{
    const PyTypeObject *type = Py_TYPE(object);
    if ((type->tp_as_number != NULL && type->tp_as_number->nb_bool != NULL) ||
        (type->tp_as_mapping != NULL && type->tp_as_mapping->mp_length != NULL) ||
        (type->tp_as_sequence != NULL && type->tp_as_sequence->sq_length != NULL)) {
        return strobe_evaluation_fail(
            evaluation, STROBE_FAULT_UNSAFE,
            "the truth of a '%s' would run its __bool__ or __len__; compare one of its fields, or ask 'is not None'",
            type->tp_name);
    }
    *ret_truth = true;
    return 0;
}

static bool truth_of_number(const struct strobe_number *number)
{
    switch (number->kind) {
    case STROBE_NUMBER_INT:
        return number->integer != 0;
    case STROBE_NUMBER_FLOAT:
        return number->real != 0.0;
    default:
        return true;
    }
}

int strobe_value_truth(struct strobe_evaluation *evaluation, struct strobe_value value, bool *ret_truth)
{
    if (value.kind == STROBE_VALUE_OBJECT && (PyBool_Check(value.as.object) || value.as.object == Py_None)) {
        *ret_truth = value.as.object == Py_True;
        return 0;
    }
    struct strobe_number number;
    struct strobe_text_view text;
    struct strobe_bytes_view bytes;
    if (strobe_number_of(value, &number) != STROBE_NUMBER_NONE) {
        *ret_truth = truth_of_number(&number);
    } else if (strobe_text_view_of(value, &text)) {
        *ret_truth = text.length != 0;
    } else if (strobe_bytes_view_of(value, &bytes)) {
        *ret_truth = bytes.size != 0;
    } else if (strobe_container_of(value) == STROBE_CONTAINER_ITERATOR) {
        *ret_truth = true;
    } else if (strobe_container_of(value) != STROBE_CONTAINER_NONE) {
        Py_ssize_t length;
        int status = strobe_value_length(evaluation, value, &length);
        if (status < 0) {
            return status;
        }
        *ret_truth = length != 0;
    } else {
        int status = strobe_standard_truth(evaluation, value, ret_truth);
        if (status == 1 && value.kind == STROBE_VALUE_OBJECT) {
            return truth_of_other(evaluation, value.as.object, ret_truth);
        }
        if (status == 1) {
            *ret_truth = true;
        }
        return status < 0 ? status : 0;
    }
    return 0;
}

/* Ints that CPython has only one object of. */
#if PY_VERSION_HEX >= 0x030F0000
enum { SMALL_INT_MIN = -5, SMALL_INT_MAX = 1024 };
#else
enum { SMALL_INT_MIN = -5, SMALL_INT_MAX = 256 };
#endif

bool strobe_value_identical(struct strobe_value left, struct strobe_value right)
{
    if (left.kind == STROBE_VALUE_OBJECT && right.kind == STROBE_VALUE_OBJECT) {
        return left.as.object == right.as.object;
    }
    if (left.kind == right.kind) { /* the bits are the place in the arena, or the number itself */
        return left.as.integer == right.as.integer;
    }
    struct strobe_number a, b;
    if ((left.kind == STROBE_VALUE_INT || right.kind == STROBE_VALUE_INT) &&
        strobe_number_of(left, &a) == STROBE_NUMBER_INT && strobe_number_of(right, &b) == STROBE_NUMBER_INT) {
        const PyObject *object = left.kind == STROBE_VALUE_OBJECT ? left.as.object : right.as.object;
        return Py_IS_TYPE(object, &PyLong_Type) && a.integer == b.integer && a.integer >= SMALL_INT_MIN &&
               a.integer <= SMALL_INT_MAX;
    }
    return false;
}
