#include "probes/expression/py/compare_old.h"

#include <math.h>
#include <string.h>

/* What a value is for comparison. Wide numbers are integers outside 64 bits; of them `integer` is the sign. */
enum family { FAMILY_INT, FAMILY_FLOAT, FAMILY_WIDE, FAMILY_TEXT, FAMILY_BYTES, FAMILY_NONE, FAMILY_OTHER };

struct operand {
    enum family family;
    int64_t integer;
    double real;
    PyObject *object;
};

static struct operand classify_object(PyObject *object)
{
    struct operand operand = {.family = FAMILY_OTHER, .object = object};
    if (PyLong_Check(object)) {
        int overflow;
#if PY_VERSION_HEX >= 0x030C0000
        if (PyUnstable_Long_IsCompact((PyLongObject *)object)) {
            operand.family = FAMILY_INT;
            operand.integer = PyUnstable_Long_CompactValue((PyLongObject *)object);
            return operand;
        }
#endif
        operand.integer = PyLong_AsLongLongAndOverflow(object, &overflow);
        if (overflow != 0) {
            operand.family = FAMILY_WIDE;
            operand.integer = overflow;
        } else {
            operand.family = FAMILY_INT;
        }
    } else if (PyFloat_Check(object)) {
        operand.real = PyFloat_AS_DOUBLE(object);
        operand.family = FAMILY_FLOAT;
    } else if (PyUnicode_Check(object)) {
        operand.family = FAMILY_TEXT;
    } else if (PyBytes_Check(object)) {
        operand.family = FAMILY_BYTES;
    } else if (object == Py_None) {
        operand.family = FAMILY_NONE;
    }
    return operand;
}

static struct operand classify(struct strobe_value value)
{
    switch (value.kind) {
    case STROBE_VALUE_INT:
        return (struct operand){.family = FAMILY_INT, .integer = value.as.integer};
    case STROBE_VALUE_FLOAT:
        return (struct operand){.family = FAMILY_FLOAT, .real = value.as.real};
    default:
        return classify_object(value.as.object);
    }
}

const char *strobe_old_type_name(struct strobe_value value)
{
    static const char *const names[] = {[STROBE_VALUE_INT] = "int", [STROBE_VALUE_FLOAT] = "float"};
    return value.kind == STROBE_VALUE_OBJECT ? Py_TYPE(value.as.object)->tp_name : names[value.kind];
}

/* ---- Order: negative, 0, positive, or UNORDERED (a NaN is part of it) ---- */

enum { UNORDERED = 2 };

#define TWO_TO_63 0x1p63

static int order_of(double left, double right)
{
    if (isnan(left) || isnan(right)) {
        return UNORDERED;
    }
    return (left > right) - (left < right);
}

/* Exact: a double beyond 2^63 decides by its sign, any other is split into its whole part and the rest. */
static int order_int_float(int64_t left, double right)
{
    if (isnan(right)) {
        return UNORDERED;
    }
    if (right >= TWO_TO_63) {
        return -1;
    }
    if (right < -TWO_TO_63) {
        return 1;
    }
    int64_t whole = (int64_t)right;
    if (left != whole) {
        return left > whole ? 1 : -1;
    }
    double rest = right - (double)whole;
    return (rest < 0) - (rest > 0);
}

/* An integer outside 64 bits against another number: by CPython's own int and float comparison, which run no code of
 * the program. Only float against wide may allocate (an int, not tracked by GC). */
static int order_wide(const struct operand *left, const struct operand *right, int *ret_order)
{
    const struct operand *wide = left->family == FAMILY_WIDE ? left : right;
    const struct operand *other = wide == left ? right : left;
    bool narrow = other->family == FAMILY_INT || (other->family == FAMILY_FLOAT && fabs(other->real) < TWO_TO_63);
    if (narrow) { /* the sign decides */
        *ret_order = wide == left ? (int)wide->integer : -(int)wide->integer;
        return 0;
    }
    if (other->family == FAMILY_FLOAT && !isfinite(other->real)) {
        *ret_order = isnan(other->real) ? UNORDERED : ((other->real < 0) == (wide == left) ? 1 : -1);
        return 0;
    }
    PyTypeObject *type = left->family == FAMILY_FLOAT || right->family == FAMILY_FLOAT ? &PyFloat_Type : &PyLong_Type;
    if (left->object == NULL || right->object == NULL) {
        return STROBE_EUNSUPPORTED;
    }
    static const int ops[] = {Py_LT, Py_EQ};
    static const int orders[] = {-1, 0};
    bool float_first = type == &PyFloat_Type && left->family != FAMILY_FLOAT;
    PyObject *a = float_first ? right->object : left->object;
    PyObject *b = float_first ? left->object : right->object;
    *ret_order = 1;
    for (size_t i = 0; i < 2; i++) {
        PyObject *answer = type->tp_richcompare(a, b, ops[i]);
        if (answer == NULL) {
            PyErr_Clear();
            return STROBE_ENOMEM;
        }
        bool holds = answer == Py_True;
        Py_DECREF(answer);
        if (holds) {
            *ret_order = orders[i];
            break;
        }
    }
    *ret_order = float_first ? -*ret_order : *ret_order;
    return 0;
}

static int order_numbers(const struct operand *left, const struct operand *right, int *ret_order)
{
    if (left->family == FAMILY_INT && right->family == FAMILY_INT) {
        *ret_order = (left->integer > right->integer) - (left->integer < right->integer);
    } else if (left->family == FAMILY_FLOAT && right->family == FAMILY_FLOAT) {
        *ret_order = order_of(left->real, right->real);
    } else if (left->family == FAMILY_INT && right->family == FAMILY_FLOAT) {
        *ret_order = order_int_float(left->integer, right->real);
    } else if (left->family == FAMILY_FLOAT && right->family == FAMILY_INT) {
        int order = order_int_float(right->integer, left->real);
        *ret_order = order == UNORDERED ? UNORDERED : -order;
    } else {
        return order_wide(left, right, ret_order);
    }
    return 0;
}

static int order_bytes(PyObject *left, PyObject *right)
{
    Py_ssize_t left_size = PyBytes_GET_SIZE(left);
    Py_ssize_t right_size = PyBytes_GET_SIZE(right);
    Py_ssize_t shared = left_size < right_size ? left_size : right_size;
    int order = memcmp(PyBytes_AS_STRING(left), PyBytes_AS_STRING(right), (size_t)shared);
    return order != 0 ? order : (left_size > right_size) - (left_size < right_size);
}

static bool is_number(enum family family)
{
    return family == FAMILY_INT || family == FAMILY_FLOAT || family == FAMILY_WIDE;
}

static bool order_holds(int order, enum strobe_comparison comparison)
{
    switch (comparison) {
    case STROBE_COMPARE_EQ:
        return order == 0;
    case STROBE_COMPARE_NE:
        return order != 0;
    case STROBE_COMPARE_LT:
        return order < 0;
    case STROBE_COMPARE_LE:
        return order <= 0;
    case STROBE_COMPARE_GT:
        return order != UNORDERED && order > 0;
    case STROBE_COMPARE_GE:
        return order != UNORDERED && order >= 0;
    default:
        return false;
    }
}

/* ---- Equality of what has no order here ---- */

/* Whether == of this type is decided by identity, so that no code would run. */
static bool compares_by_identity(PyObject *object)
{
    PyTypeObject *type = Py_TYPE(object);
    return type->tp_richcompare == NULL || type->tp_richcompare == PyBaseObject_Type.tp_richcompare;
}

/* Built-in types that compare equal only among themselves: different types are different without running code. */
static bool is_plain_builtin(PyObject *object)
{
    static PyTypeObject *const types[] = {&PyList_Type,  &PyTuple_Type,     &PyDict_Type,      &PySet_Type,
                                          &PyRange_Type, &PyFrozenSet_Type, &PyByteArray_Type, &PyModule_Type};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (Py_IS_TYPE(object, types[i])) {
            return true;
        }
    }
    return false;
}

static int equal_objects(const struct operand *left, const struct operand *right, bool *ret_equal,
                         struct strobe_error *error)
{
    const struct operand *sides[] = {left, right};
    if (left->object != NULL && left->object == right->object && is_plain_builtin(left->object)) {
        *ret_equal = true;
        return 0;
    }
    for (size_t i = 0; i < 2; i++) {
        PyObject *object = sides[i]->object;
        if (sides[i]->family != FAMILY_OTHER || compares_by_identity(object)) {
            continue;
        }
        if (!is_plain_builtin(object)) {
            return strobe_error_set(error, STROBE_EUNSUPPORTED,
                                    "comparing a '%s' would run its __eq__; compare one of its fields, or use 'is'",
                                    Py_TYPE(object)->tp_name);
        }
        if (sides[1 - i]->object != NULL && is_plain_builtin(sides[1 - i]->object)) {
            return strobe_error_set(error, STROBE_EUNSUPPORTED, "comparing a '%s' with a '%s' is not supported yet",
                                    strobe_old_type_name((struct strobe_value){.as.object = left->object}),
                                    strobe_old_type_name((struct strobe_value){.as.object = right->object}));
        }
    }
    *ret_equal = left->object != NULL && left->object == right->object;
    return 0;
}

static int compare_others(struct strobe_value left_value, struct strobe_value right_value, const struct operand *left,
                          const struct operand *right, enum strobe_comparison comparison, bool *ret_result,
                          struct strobe_error *error)
{
    if (comparison != STROBE_COMPARE_EQ && comparison != STROBE_COMPARE_NE) {
        return strobe_error_set(error, STROBE_EUNSUPPORTED, "'%s' and '%s' have no order here",
                                strobe_old_type_name(left_value), strobe_old_type_name(right_value));
    }
    bool equal = false;
    int status = equal_objects(left, right, &equal, error);
    if (status == 0) {
        *ret_result = equal == (comparison == STROBE_COMPARE_EQ);
    }
    return status;
}

static bool same_identity(struct strobe_value left, struct strobe_value right)
{
    return left.kind == STROBE_VALUE_OBJECT && right.kind == STROBE_VALUE_OBJECT && left.as.object == right.as.object;
}

int strobe_old_compare(struct strobe_value left, struct strobe_value right, enum strobe_comparison comparison,
                         bool *ret_result, struct strobe_error *error)
{
    if (comparison == STROBE_COMPARE_IS || comparison == STROBE_COMPARE_IS_NOT) {
        *ret_result = same_identity(left, right) == (comparison == STROBE_COMPARE_IS);
        return 0;
    }
    struct operand a = classify(left);
    struct operand b = classify(right);
    int order;
    if (is_number(a.family) && is_number(b.family)) {
        int status = order_numbers(&a, &b, &order);
        if (status < 0) {
            return strobe_error_set(error, status, "an integer of more than 64 bits cannot be compared here");
        }
    } else if (a.family == FAMILY_TEXT && b.family == FAMILY_TEXT) {
        order = PyUnicode_Compare(a.object, b.object);
    } else if (a.family == FAMILY_BYTES && b.family == FAMILY_BYTES) {
        order = order_bytes(a.object, b.object);
    } else {
        return compare_others(left, right, &a, &b, comparison, ret_result, error);
    }
    *ret_result = order_holds(order, comparison);
    return 0;
}

/* ---- Truth and sign ---- */

static int truth_of_other(PyObject *object, bool *ret_truth, struct strobe_error *error)
{
    PyTypeObject *type = Py_TYPE(object);
    if (PyList_Check(object) || PyTuple_Check(object)) {
        *ret_truth = Py_SIZE(object) != 0;
    } else if (PyDict_Check(object)) {
        *ret_truth = ((PyDictObject *)object)->ma_used != 0;
    } else if (PyAnySet_Check(object)) {
        *ret_truth = ((PySetObject *)object)->used != 0;
    } else if (PyByteArray_Check(object)) {
        *ret_truth = PyByteArray_GET_SIZE(object) != 0;
    } else if ((type->tp_as_number != NULL && type->tp_as_number->nb_bool != NULL) ||
               (type->tp_as_mapping != NULL && type->tp_as_mapping->mp_length != NULL) ||
               (type->tp_as_sequence != NULL && type->tp_as_sequence->sq_length != NULL)) {
        return strobe_error_set(error, STROBE_EUNSUPPORTED,
                                "the truth of a '%s' would run its __bool__ or __len__; compare one of its fields",
                                type->tp_name);
    } else {
        *ret_truth = true;
    }
    return 0;
}

int strobe_old_truth(struct strobe_value value, bool *ret_truth, struct strobe_error *error)
{
    if (value.kind == STROBE_VALUE_OBJECT && PyBool_Check(value.as.object)) {
        *ret_truth = value.as.object == Py_True;
        return 0;
    }
    struct operand operand = classify(value);
    switch (operand.family) {
    case FAMILY_INT:
        *ret_truth = operand.integer != 0;
        return 0;
    case FAMILY_FLOAT:
        *ret_truth = operand.real != 0.0;
        return 0;
    case FAMILY_WIDE:
        *ret_truth = true;
        return 0;
    case FAMILY_TEXT:
        *ret_truth = PyUnicode_GET_LENGTH(operand.object) != 0;
        return 0;
    case FAMILY_BYTES:
        *ret_truth = PyBytes_GET_SIZE(operand.object) != 0;
        return 0;
    case FAMILY_NONE:
        *ret_truth = false;
        return 0;
    case FAMILY_OTHER:
        return truth_of_other(operand.object, ret_truth, error);
    }
    return strobe_error_set(error, STROBE_EINTERNAL, "a value of no family");
}

int strobe_old_negate(struct strobe_value value, struct strobe_value *ret_value, struct strobe_error *error)
{
    struct operand operand = classify(value);
    if (operand.family == FAMILY_FLOAT) {
        *ret_value = (struct strobe_value){STROBE_VALUE_FLOAT, {.real = -operand.real}};
        return 0;
    }
    if (operand.family == FAMILY_INT && operand.integer != INT64_MIN) {
        *ret_value = (struct strobe_value){STROBE_VALUE_INT, {.integer = -operand.integer}};
        return 0;
    }
    if (is_number(operand.family)) {
        return strobe_error_set(error, STROBE_ELIMIT, "an integer of more than 64 bits cannot be negated here");
    }
    return strobe_error_set(error, STROBE_EUNSUPPORTED, "a '%s' has no negative", strobe_old_type_name(value));
}
