/* Operators on any values: each family of types is asked in turn. */
#include "probes/expression/py/items.h"
#include "probes/expression/py/number.h"
#include "probes/expression/py/standard.h"
#include "probes/expression/py/text.h"

static bool is_number(struct strobe_value value)
{
    struct strobe_number number;
    return strobe_number_of(value, &number) != STROBE_NUMBER_NONE;
}

/* Whether an operator on the value would be code that is not known here: a class with methods for it, or C code. */
static bool has_own_operators(struct strobe_value value)
{
    if (value.kind != STROBE_VALUE_OBJECT) {
        return false;
    }
    const PyTypeObject *type = Py_TYPE(value.as.object);
    bool plain = value.as.object == Py_None || PyType_Check(value.as.object) || is_number(value) ||
                 PyUnicode_Check(value.as.object) || PyBytes_Check(value.as.object) ||
                 PyByteArray_Check(value.as.object) || strobe_container_of(value) != STROBE_CONTAINER_NONE;
    return !plain && type->tp_as_number != NULL;
}

static const char *const binary_slots[STROBE_BINARY_COUNT] = {"__add__",      "__sub__", "__mul__", "__truediv__",
                                                              "__floordiv__", "__mod__", "__pow__", "__lshift__",
                                                              "__rshift__",   "__and__", "__or__",  "__xor__"};

/* The slot of the type for the operation; NULL: it has none. */
static const void *slot_of(const PyTypeObject *type, enum strobe_binary operation)
{
    const PyNumberMethods *methods = type->tp_as_number;
    if (methods == NULL) {
        return NULL;
    }
    const void *slots[STROBE_BINARY_COUNT] = {
        (const void *)methods->nb_add,          (const void *)methods->nb_subtract,
        (const void *)methods->nb_multiply,     (const void *)methods->nb_true_divide,
        (const void *)methods->nb_floor_divide, (const void *)methods->nb_remainder,
        (const void *)methods->nb_power,        (const void *)methods->nb_lshift,
        (const void *)methods->nb_rshift,       (const void *)methods->nb_and,
        (const void *)methods->nb_or,           (const void *)methods->nb_xor,
    };
    return slots[operation];
}

/* Whether a class derived from a built-in container has an operator of its own: Counter's + is no dict's. That of
 * OrderedDict and defaultdict is a dict's but for the class of the result. */
static bool overrides(struct strobe_value value, enum strobe_binary operation)
{
    PyTypeObject *const bases[] = {&PyODict_Type, strobe_default_dict_type(), &PyDict_Type, &PyList_Type, &PyTuple_Type,
                                   &PySet_Type,   &PyFrozenSet_Type};
    if (value.kind != STROBE_VALUE_OBJECT) {
        return false;
    }
    PyTypeObject *type = Py_TYPE(value.as.object);
    for (size_t i = 0; i < sizeof bases / sizeof *bases; i++) {
        if (bases[i] != NULL && PyType_IsSubtype(type, bases[i])) {
            return type != bases[i] && slot_of(type, operation) != slot_of(bases[i], operation);
        }
    }
    return false;
}

/* int | str, for isinstance(): a tuple of the classes. @return 1 when it is none */
static int unite_classes(struct strobe_evaluation *evaluation, struct strobe_value left, struct strobe_value right,
                         struct strobe_value *ret_value)
{
    const struct strobe_value sides[] = {left, right};
    struct strobe_value classes;
    for (size_t i = 0; i < 2; i++) {
        bool is_class = sides[i].kind == STROBE_VALUE_OBJECT && PyType_CheckExact(sides[i].as.object);
        bool is_union = i == 0 && sides[i].kind == STROBE_VALUE_TUPLE && sides[i].as.items->type == &PyType_Type;
        if (!is_class && !is_union && !(i == 1 && strobe_value_is(sides[i], Py_None))) {
            return 1;
        }
    }
    int status = strobe_items_make(evaluation, STROBE_VALUE_TUPLE, 2, &classes);
    if (status == 0) {
        classes.as.items->values[0] = left;
        classes.as.items->values[1] = right;
        classes.as.items->count = 2;
        classes.as.items->type = &PyType_Type; /* a union, so that it can be one again */
        *ret_value = classes;
    }
    return status;
}

static int refuse(struct strobe_evaluation *evaluation, enum strobe_binary operation, struct strobe_value left,
                  struct strobe_value right)
{
    const struct strobe_value sides[] = {left, right};
    for (size_t i = 0; i < 2; i++) {
        const PyTypeObject *type = strobe_value_type(sides[i]);
        if (overrides(sides[i], operation) || (has_own_operators(sides[i]) && slot_of(type, operation) != NULL)) {
            return strobe_evaluation_fail(
                evaluation, STROBE_FAULT_UNSAFE, "'%s' on a '%s' would run its %s; use one of its fields",
                strobe_binary_sign(operation), strobe_value_type_name(sides[i]), binary_slots[operation]);
        }
    }
    return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "unsupported operand type(s) for %s: '%s' and '%s'",
                                  strobe_binary_sign(operation), strobe_value_type_name(left),
                                  strobe_value_type_name(right));
}

int strobe_value_binary(struct strobe_evaluation *evaluation, enum strobe_binary operation, struct strobe_value left,
                        struct strobe_value right, struct strobe_value *ret_value)
{
    if (is_number(left) && is_number(right)) {
        return strobe_number_binary(evaluation, operation, left, right, ret_value);
    }
    if (overrides(left, operation) || overrides(right, operation)) {
        return refuse(evaluation, operation, left, right);
    }
    int status = strobe_text_binary(evaluation, (int)operation, left, right, ret_value);
    if (status == 1) {
        status = strobe_items_binary(evaluation, (int)operation, left, right, ret_value);
    }
    if (status == 1) {
        status = strobe_standard_binary(evaluation, operation, left, right, ret_value);
    }
    if (status == 1 && operation == STROBE_BINARY_OR) {
        status = unite_classes(evaluation, left, right, ret_value);
    }
    return status == 1 ? refuse(evaluation, operation, left, right) : status;
}

int strobe_value_unary(struct strobe_evaluation *evaluation, enum strobe_unary operation, struct strobe_value value,
                       struct strobe_value *ret_value)
{
    static const char *const methods[] = {"__neg__", "__pos__", "__invert__"};
    if (is_number(value)) {
        return strobe_number_unary(evaluation, operation, value, ret_value);
    }
    int status = strobe_standard_unary(evaluation, operation, value, ret_value);
    if (status != 1) {
        return status;
    }
    if (has_own_operators(value)) {
        const PyNumberMethods *slots = Py_TYPE(value.as.object)->tp_as_number;
        const unaryfunc functions[] = {slots->nb_negative, slots->nb_positive, slots->nb_invert};
        if (functions[operation] != NULL) {
            return strobe_evaluation_fail(evaluation, STROBE_FAULT_UNSAFE,
                                          "this operator on a '%s' would run its %s; use one of its fields",
                                          strobe_value_type_name(value), methods[operation]);
        }
    }
    return strobe_number_unary(evaluation, operation, value, ret_value);
}
