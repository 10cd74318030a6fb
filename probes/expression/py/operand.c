#include "probes/expression/py/operand.h"

#include <stddef.h>
#include <string.h>

static bool is_class_statement(PyTypeObject *type)
{
    return PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE) && !PyType_HasFeature(type, Py_TPFLAGS_IMMUTABLETYPE) &&
           type->tp_base != NULL;
}

/* The type whose C code laid the object out: what a class statement derives from. */
static PyTypeObject *native_type(PyTypeObject *type)
{
    while (is_class_statement(type)) {
        type = type->tp_base;
    }
    return type;
}

/* Builtins and the modules of CPython that we read ourselves; their operators answer "not mine" to our types. */
static bool is_cpython_type(PyTypeObject *type)
{
    static const char *const modules[] = {"datetime.", "decimal.", "collections.", "types.", "re.", "itertools."};
    if (strchr(type->tp_name, '.') == NULL) {
        return true;
    }
    for (size_t i = 0; i < sizeof modules / sizeof modules[0]; i++) {
        if (strncmp(type->tp_name, modules[i], strlen(modules[i])) == 0) {
            return true;
        }
    }
    return false;
}

bool strobe_operand_compares_by_code(struct strobe_value value)
{
    if (value.kind != STROBE_VALUE_OBJECT) {
        return false;
    }
    PyTypeObject *type = Py_TYPE(value.as.object);
    PyTypeObject *native = native_type(type);
    if (type->tp_richcompare != native->tp_richcompare) {
        return true;
    }
    return native->tp_richcompare != NULL && native->tp_richcompare != PyBaseObject_Type.tp_richcompare &&
           !is_cpython_type(native);
}

static binaryfunc number_slot(PyTypeObject *type, enum strobe_binary operation)
{
    static const size_t places[STROBE_BINARY_COUNT] = {
        [STROBE_BINARY_ADD] = offsetof(PyNumberMethods, nb_add),
        [STROBE_BINARY_SUBTRACT] = offsetof(PyNumberMethods, nb_subtract),
        [STROBE_BINARY_MULTIPLY] = offsetof(PyNumberMethods, nb_multiply),
        [STROBE_BINARY_DIVIDE] = offsetof(PyNumberMethods, nb_true_divide),
        [STROBE_BINARY_FLOOR_DIVIDE] = offsetof(PyNumberMethods, nb_floor_divide),
        [STROBE_BINARY_MODULO] = offsetof(PyNumberMethods, nb_remainder),
        [STROBE_BINARY_POWER] = offsetof(PyNumberMethods, nb_power),
        [STROBE_BINARY_SHIFT_LEFT] = offsetof(PyNumberMethods, nb_lshift),
        [STROBE_BINARY_SHIFT_RIGHT] = offsetof(PyNumberMethods, nb_rshift),
        [STROBE_BINARY_AND] = offsetof(PyNumberMethods, nb_and),
        [STROBE_BINARY_OR] = offsetof(PyNumberMethods, nb_or),
        [STROBE_BINARY_XOR] = offsetof(PyNumberMethods, nb_xor),
    };
    binaryfunc slot = NULL;
    if (type->tp_as_number != NULL) {
        memcpy(&slot, (const char *)type->tp_as_number + places[operation], sizeof slot);
    }
    return slot;
}

bool strobe_operand_operates_by_code(struct strobe_value value, enum strobe_binary operation)
{
    if (value.kind != STROBE_VALUE_OBJECT) {
        return false;
    }
    PyTypeObject *type = Py_TYPE(value.as.object);
    PyTypeObject *native = native_type(type);
    binaryfunc slot = number_slot(native, operation);
    return number_slot(type, operation) != slot || (slot != NULL && !is_cpython_type(native));
}

static const char *comparison_sign(enum strobe_comparison comparison)
{
    static const char *const signs[] = {
        [STROBE_COMPARE_EQ] = "==", [STROBE_COMPARE_NE] = "!=", [STROBE_COMPARE_LT] = "<",
        [STROBE_COMPARE_LE] = "<=", [STROBE_COMPARE_GT] = ">",  [STROBE_COMPARE_GE] = ">=",
    };
    return signs[comparison];
}

int strobe_operand_cannot_compare(struct strobe_evaluation *evaluation, struct strobe_value left,
                                  struct strobe_value right, enum strobe_comparison comparison, bool *ret_result)
{
    if (strobe_operand_compares_by_code(left) || strobe_operand_compares_by_code(right)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_UNSAFE,
                                      "comparing '%s' with '%s' would run code of the type; compare a field",
                                      strobe_value_type_name(left), strobe_value_type_name(right));
    }
    if (comparison == STROBE_COMPARE_EQ || comparison == STROBE_COMPARE_NE) {
        *ret_result = comparison == STROBE_COMPARE_NE;
        return 0;
    }
    return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE,
                                  "'%s' not supported between instances of '%s' and '%s'", comparison_sign(comparison),
                                  strobe_value_type_name(left), strobe_value_type_name(right));
}

int strobe_operand_cannot_operate(struct strobe_evaluation *evaluation, enum strobe_binary operation,
                                  struct strobe_value left, struct strobe_value right)
{
    if (strobe_operand_operates_by_code(left, operation) || strobe_operand_operates_by_code(right, operation)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_UNSAFE, "%s of '%s' and '%s' would run code of the type",
                                      strobe_binary_sign(operation), strobe_value_type_name(left),
                                      strobe_value_type_name(right));
    }
    return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "unsupported operand type(s) for %s: '%s' and '%s'",
                                  strobe_binary_sign(operation), strobe_value_type_name(left),
                                  strobe_value_type_name(right));
}

bool strobe_operand_order_is(int order, enum strobe_comparison comparison)
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
        return order > 0;
    default:
        return order >= 0;
    }
}
