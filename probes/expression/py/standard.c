/* One question after the other: moments, decimals, then classes written in Python. */
#include "probes/expression/py/standard.h"

#include "base/py/decimal.h"
#include "base/py/dict.h"
#include "probes/expression/py/decimal.h"
#include "probes/expression/py/known_object.h"
#include "probes/expression/py/moment.h"
#include "probes/expression/py/operand.h"

PyTypeObject *strobe_standard_type(struct strobe_value value)
{
    PyTypeObject *type = NULL;
    if (value.kind == STROBE_VALUE_MOMENT) {
        type = strobe_moment_type(value.as.moment->kind);
    } else if (value.kind == STROBE_VALUE_DECIMAL) {
        type = strobe_decimal_type();
    }
    return type != NULL ? type : &PyBaseObject_Type;
}

/* Containers, texts and plain numbers are none of ours; asked for nearly every value. */
static bool is_candidate(struct strobe_value value)
{
    if (value.kind != STROBE_VALUE_OBJECT) {
        return value.kind == STROBE_VALUE_MOMENT || value.kind == STROBE_VALUE_DECIMAL;
    }
    PyTypeObject *type = Py_TYPE(value.as.object);
    return type != &PyLong_Type && type != &PyUnicode_Type && type != &PyFloat_Type && type != &PyBool_Type &&
           type != &PyTuple_Type && type != &PyList_Type && type != &PyDict_Type && value.as.object != Py_None;
}

int strobe_standard_truth(struct strobe_evaluation *evaluation, struct strobe_value value, bool *ret_truth)
{
    int status = is_candidate(value) ? strobe_moment_truth(evaluation, value, ret_truth) : 1;
    status = status == 1 && is_candidate(value) ? strobe_decimal_truth(evaluation, value, ret_truth) : status;
    return status == 1 && is_candidate(value) ? strobe_known_object_truth(evaluation, value, ret_truth) : status;
}

int strobe_standard_compare(struct strobe_evaluation *evaluation, struct strobe_value left, struct strobe_value right,
                            enum strobe_comparison comparison, bool *ret_result)
{
    if (!is_candidate(left) && !is_candidate(right)) {
        return 1;
    }
    int status = strobe_moment_compare(evaluation, left, right, comparison, ret_result);
    status = status == 1 ? strobe_decimal_compare(evaluation, left, right, comparison, ret_result) : status;
    return status == 1 ? strobe_known_object_compare(evaluation, left, right, comparison, ret_result) : status;
}

int strobe_standard_hash(struct strobe_evaluation *evaluation, struct strobe_value value, uint64_t *ret_hash)
{
    int status = is_candidate(value) ? strobe_moment_hash(evaluation, value, ret_hash) : 1;
    status = status == 1 && is_candidate(value) ? strobe_decimal_hash(evaluation, value, ret_hash) : status;
    return status == 1 && is_candidate(value) ? strobe_known_object_hash(evaluation, value, ret_hash) : status;
}

int strobe_standard_binary(struct strobe_evaluation *evaluation, enum strobe_binary operation, struct strobe_value left,
                           struct strobe_value right, struct strobe_value *ret_value)
{
    if (!is_candidate(left) && !is_candidate(right)) {
        return 1;
    }
    int status = strobe_moment_binary(evaluation, operation, left, right, ret_value);
    return status == 1 ? strobe_decimal_binary(evaluation, operation, left, right, ret_value) : status;
}

int strobe_standard_unary(struct strobe_evaluation *evaluation, enum strobe_unary operation, struct strobe_value value,
                          struct strobe_value *ret_value)
{
    int status = is_candidate(value) ? strobe_moment_unary(evaluation, operation, value, ret_value) : 1;
    return status == 1 && is_candidate(value) ? strobe_decimal_unary(evaluation, operation, value, ret_value) : status;
}

int strobe_standard_absolute(struct strobe_evaluation *evaluation, struct strobe_value value,
                             struct strobe_value *ret_value)
{
    int status = is_candidate(value) ? strobe_moment_absolute(evaluation, value, ret_value) : 1;
    return status == 1 && is_candidate(value) ? strobe_decimal_absolute(evaluation, value, ret_value) : status;
}

int strobe_standard_round(struct strobe_evaluation *evaluation, struct strobe_value value,
                          const struct strobe_value *places, struct strobe_value *ret_value)
{
    return is_candidate(value) ? strobe_decimal_round(evaluation, value, places, ret_value) : 1;
}

/* ---- int() and float() ---- */

/* int(UUID): its field */
static int integer_of_object(struct strobe_value value, struct strobe_value *ret_value)
{
    PyObject *field = strobe_known_object_of(value, "__int__") == STROBE_KNOWN_UUID
                          ? strobe_known_object_field(value.as.object, "int")
                          : NULL;
    if (field == NULL || !PyLong_CheckExact(field)) {
        return 1;
    }
    *ret_value = strobe_value_object(field);
    return 0;
}

int strobe_standard_integer(struct strobe_evaluation *evaluation, struct strobe_value value,
                            struct strobe_value *ret_value)
{
    uint8_t buffer[STROBE_DECIMAL_DIGITS_MAX];
    struct strobe_decimal decimal;
    int status = is_candidate(value) ? strobe_decimal_of(evaluation, value, buffer, &decimal) : 1;
    if (status != 0) {
        return status == 1 && is_candidate(value) ? integer_of_object(value, ret_value) : status;
    }
    if (decimal.kind == STROBE_DECIMAL_INFINITE) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_OVERFLOW, "cannot convert Infinity to integer");
    }
    if (decimal.kind != STROBE_DECIMAL_FINITE) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE, "cannot convert NaN to integer");
    }
    return strobe_decimal_to_int(evaluation, &decimal, ret_value);
}

int strobe_standard_real(struct strobe_evaluation *evaluation, struct strobe_value value, double *ret_real)
{
    uint8_t buffer[STROBE_DECIMAL_DIGITS_MAX];
    struct strobe_decimal decimal;
    int status = is_candidate(value) ? strobe_decimal_of(evaluation, value, buffer, &decimal) : 1;
    if (status != 0) {
        return status;
    }
    if (decimal.kind == STROBE_DECIMAL_SNAN) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE, "cannot convert signaling NaN to float");
    }
    *ret_real = strobe_decimal_to_real(&decimal);
    return 0;
}

/* ---- Text ---- */

int strobe_standard_put_repr(struct strobe_text_builder *builder, struct strobe_value value)
{
    int status = is_candidate(value) ? strobe_moment_put_repr(builder, value) : 1;
    status = status == 1 && is_candidate(value) ? strobe_decimal_put_repr(builder, value) : status;
    return status == 1 && is_candidate(value) ? strobe_known_object_put_repr(builder, value) : status;
}

int strobe_standard_put_str(struct strobe_text_builder *builder, struct strobe_value value)
{
    int status = is_candidate(value) ? strobe_moment_put_str(builder, value) : 1;
    status = status == 1 && is_candidate(value) ? strobe_decimal_put_str(builder, value) : status;
    return status == 1 && is_candidate(value) ? strobe_known_object_put_str(builder, value) : status;
}

int strobe_standard_put_format(struct strobe_text_builder *builder, struct strobe_value value,
                               const struct strobe_text_view *spec)
{
    int status = is_candidate(value) ? strobe_moment_put_format(builder, value, spec) : 1;
    return status == 1 && is_candidate(value) ? strobe_decimal_put_format(builder, value, spec) : status;
}

/* ---- Calls ---- */

const struct strobe_function_entry *strobe_standard_constructor(PyTypeObject *type)
{
    const struct strobe_function_entry *entry = strobe_moment_constructor(type);
    return entry != NULL ? entry : strobe_decimal_constructor(type);
}

/* Whether a class statement on top of the C type has something of its own by that name. */
static bool is_overridden(PyTypeObject *type, PyObject *name)
{
    PyObject *mro = type->tp_mro;
    for (Py_ssize_t i = 0; mro != NULL && i < PyTuple_GET_SIZE(mro); i++) {
        PyTypeObject *class = (PyTypeObject *)PyTuple_GET_ITEM(mro, i);
        if (strobe_datetime_kind_exact(class) != STROBE_DATETIME_NONE || strobe_decimal_is_exact_type(class)) {
            return false;
        }
        if (class->tp_dict != NULL && strobe_dict_get(class->tp_dict, name) != NULL) {
            return true;
        }
    }
    return false;
}

static const struct strobe_function_entry *class_method(PyTypeObject *type, PyObject *name)
{
    enum strobe_datetime_kind kind = strobe_datetime_kind_exact(type);
    if (kind != STROBE_DATETIME_NONE) {
        return strobe_moment_class_method(kind, name);
    }
    return strobe_decimal_is_exact_type(type) ? strobe_decimal_class_method(name) : NULL;
}

const struct strobe_function_entry *strobe_standard_method(struct strobe_value receiver, PyObject *name)
{
    struct strobe_moment moment;
    if (!is_candidate(receiver)) {
        return NULL;
    }
    if (receiver.kind == STROBE_VALUE_OBJECT) {
        PyObject *object = receiver.as.object;
        if (PyType_Check(object)) {
            return class_method((PyTypeObject *)object, name);
        }
        if (is_overridden(Py_TYPE(object), name)) {
            return NULL;
        }
    }
    if (strobe_moment_of(receiver, &moment)) {
        return strobe_moment_method(moment.kind, name);
    }
    bool is_decimal = receiver.kind == STROBE_VALUE_DECIMAL || strobe_decimal_is_type(Py_TYPE(receiver.as.object));
    return is_decimal ? strobe_decimal_method(name) : NULL;
}

bool strobe_standard_method_exists(const char *name)
{
    return strobe_moment_method_exists(name) || strobe_moment_class_method_exists(name) ||
           strobe_decimal_method_exists(name);
}

bool strobe_standard_constructor_exists(const char *name)
{
    return strobe_moment_constructor_exists(name) || strobe_decimal_constructor_exists(name);
}
