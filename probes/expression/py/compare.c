/* Equality and order of any two values; containers in compare_containers.c. */
#include "probes/expression/py/compare.h"

#include <string.h>

#include "probes/expression/py/compare_containers.h"
#include "probes/expression/py/items.h"
#include "probes/expression/py/number.h"
#include "probes/expression/py/operand.h"
#include "probes/expression/py/standard.h"
#include "probes/expression/py/text.h"

static bool asks_equality(enum strobe_comparison comparison)
{
    return comparison == STROBE_COMPARE_EQ || comparison == STROBE_COMPARE_NE;
}

/* Whether a class below a built-in type has a comparison of its own, say an order that its base has not. */
static bool overrides_comparison(const PyTypeObject *type)
{
    const PyTypeObject *base = type;
    while (base->tp_base != NULL && PyType_HasFeature((PyTypeObject *)base, Py_TPFLAGS_HEAPTYPE) &&
           !PyType_HasFeature((PyTypeObject *)base, Py_TPFLAGS_IMMUTABLETYPE)) { /* no class statement makes those */
        base = base->tp_base;
    }
    return type->tp_richcompare != base->tp_richcompare;
}

int strobe_comparison_refuse(struct strobe_evaluation *evaluation, struct strobe_value left, struct strobe_value right,
                             enum strobe_comparison comparison)
{
    static const char *const signs[] = {"==", "!=", "<", "<=", ">", ">=", "is", "is not"};
    const struct strobe_value sides[] = {left, right};
    for (size_t i = 0; i < 2; i++) {
        if (sides[i].kind == STROBE_VALUE_OBJECT && overrides_comparison(Py_TYPE(sides[i].as.object))) {
            return strobe_evaluation_fail(evaluation, STROBE_FAULT_UNSAFE,
                                          "'%s' of a '%s' would run its code; compare one of its fields",
                                          signs[comparison], strobe_value_type_name(sides[i]));
        }
    }
    return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE,
                                  "'%s' not supported between instances of '%s' and '%s'", signs[comparison],
                                  strobe_value_type_name(left), strobe_value_type_name(right));
}

/* ---- Text and bytes ---- */

enum { BYTES_A_STEP = 16 };

static int compare_texts(struct strobe_evaluation *evaluation, const struct strobe_text_view *left,
                         const struct strobe_text_view *right, enum strobe_comparison comparison, bool *ret_result)
{
    int order = 1;
    int status = 0;
    if (!asks_equality(comparison)) {
        status = strobe_text_order(evaluation, left, right, &order);
    } else if (left->length == right->length && left->width == right->width) { /* both are as narrow as can be */
        size_t size = (size_t)left->length * (size_t)left->width;
        status = strobe_evaluation_spend(evaluation, (int64_t)(size / BYTES_A_STEP));
        order = status < 0 ? 1 : memcmp(left->data, right->data, size);
    }
    if (status == 0) {
        *ret_result = strobe_operand_order_is(order, comparison);
    }
    return status;
}

static int compare_bytes(struct strobe_evaluation *evaluation, const struct strobe_bytes_view *left,
                         const struct strobe_bytes_view *right, enum strobe_comparison comparison, bool *ret_result)
{
    Py_ssize_t shared = left->size < right->size ? left->size : right->size;
    int status = strobe_evaluation_spend(evaluation, shared / BYTES_A_STEP);
    if (status < 0) {
        return status;
    }
    int order = memcmp(left->data, right->data, (size_t)shared);
    order = order != 0 ? order : (left->size > right->size) - (left->size < right->size);
    *ret_result = strobe_operand_order_is(order, comparison);
    return 0;
}

/* ---- Numbers ---- */

static int compare_numbers(struct strobe_evaluation *evaluation, const struct strobe_number *left,
                           const struct strobe_number *right, enum strobe_comparison comparison, bool *ret_result)
{
    int order;
    int status = strobe_number_order(evaluation, left, right, &order);
    if (status == 0) {
        *ret_result =
            order == STROBE_UNORDERED ? comparison == STROBE_COMPARE_NE : strobe_operand_order_is(order, comparison);
    }
    return status;
}

static bool is_complex(struct strobe_value value)
{
    return value.kind == STROBE_VALUE_OBJECT && PyComplex_Check(value.as.object);
}

/* A complex number is equal to a number with the same parts; it has no order. @return 1 when neither is complex */
static int compare_complex(struct strobe_evaluation *evaluation, struct strobe_value left, struct strobe_value right,
                           enum strobe_comparison comparison, bool *ret_result)
{
    const struct strobe_value sides[] = {left, right};
    struct strobe_number parts[2];
    double imaginary[2] = {0.0, 0.0};
    if (!is_complex(left) && !is_complex(right)) {
        return 1;
    }
    if (!asks_equality(comparison)) {
        return strobe_comparison_refuse(evaluation, left, right, comparison);
    }
    for (size_t i = 0; i < 2; i++) {
        if (is_complex(sides[i])) {
            Py_complex number = ((PyComplexObject *)sides[i].as.object)->cval;
            parts[i].kind = STROBE_NUMBER_FLOAT;
            parts[i].real = number.real;
            imaginary[i] = number.imag;
        } else if (strobe_number_of(sides[i], &parts[i]) == STROBE_NUMBER_NONE) {
            return 1;
        }
    }
    int order;
    int status = strobe_number_order(evaluation, &parts[0], &parts[1], &order);
    if (status == 0) {
        *ret_result = (order == 0 && imaginary[0] == imaginary[1]) == (comparison == STROBE_COMPARE_EQ);
    }
    return status;
}

/* ---- Others ---- */

/* C types of which each object is equal to itself only, though they have a comparison of their own on some versions. */
static bool compares_by_identity(const PyTypeObject *type)
{
    return type->tp_richcompare == NULL || type->tp_richcompare == PyBaseObject_Type.tp_richcompare ||
           type == Py_TYPE(Py_None) || type == Py_TYPE(Py_Ellipsis) || type == Py_TYPE(Py_NotImplemented);
}

/* Functions of C are equal when they are the same function of the same object. @return 1 when they are none */
static int compare_functions(struct strobe_evaluation *evaluation, struct strobe_value left, struct strobe_value right,
                             enum strobe_comparison comparison, bool *ret_result)
{
    if (left.kind != STROBE_VALUE_OBJECT || right.kind != STROBE_VALUE_OBJECT ||
        !PyCFunction_CheckExact(left.as.object) || !PyCFunction_CheckExact(right.as.object)) {
        return 1;
    }
    if (!asks_equality(comparison)) {
        return strobe_comparison_refuse(evaluation, left, right, comparison);
    }
    const PyCFunctionObject *a = (const PyCFunctionObject *)left.as.object;
    const PyCFunctionObject *b = (const PyCFunctionObject *)right.as.object;
    bool equal = a->m_self == b->m_self && a->m_ml->ml_meth == b->m_ml->ml_meth;
    *ret_result = equal == (comparison == STROBE_COMPARE_EQ);
    return 0;
}

/* Whether the data of the value decides, or its identity: no code would run. */
static bool is_known(struct strobe_value value)
{
    struct strobe_number number;
    struct strobe_text_view text;
    struct strobe_bytes_view bytes;
    if (value.kind != STROBE_VALUE_OBJECT) {
        return true;
    }
    const PyTypeObject *type = Py_TYPE(value.as.object);
    return compares_by_identity(type) || type == &PyCFunction_Type || type == &PySlice_Type ||
           strobe_number_of(value, &number) != STROBE_NUMBER_NONE || strobe_text_view_of(value, &text) ||
           strobe_bytes_view_of(value, &bytes) || strobe_container_of(value) != STROBE_CONTAINER_NONE ||
           is_complex(value);
}

bool strobe_value_compares_itself(struct strobe_evaluation *evaluation, struct strobe_value value)
{
    uint64_t hash;
    return !is_known(value) && strobe_standard_hash(evaluation, value, &hash) == 1;
}

static int compare_others(struct strobe_evaluation *evaluation, struct strobe_value left, struct strobe_value right,
                          enum strobe_comparison comparison, bool *ret_result)
{
    int status = strobe_standard_compare(evaluation, left, right, comparison, ret_result);
    if (status != 1) {
        return status;
    }
    const struct strobe_value sides[] = {left, right};
    for (size_t i = 0; i < 2; i++) {
        if (strobe_value_compares_itself(evaluation, sides[i])) {
            return strobe_evaluation_fail(
                evaluation, STROBE_FAULT_UNSAFE,
                "comparing a '%s' would run its comparison; compare one of its fields, or use 'is'",
                strobe_value_type_name(sides[i]));
        }
    }
    if (!asks_equality(comparison)) {
        return strobe_comparison_refuse(evaluation, left, right, comparison);
    }
    *ret_result = strobe_value_identical(left, right) == (comparison == STROBE_COMPARE_EQ);
    return 0;
}

static int compare_data(struct strobe_evaluation *evaluation, struct strobe_value left, struct strobe_value right,
                        enum strobe_comparison comparison, bool *ret_result)
{
    struct strobe_text_view left_text, right_text;
    struct strobe_bytes_view left_bytes, right_bytes;
    if (strobe_text_view_of(left, &left_text) && strobe_text_view_of(right, &right_text)) {
        return compare_texts(evaluation, &left_text, &right_text, comparison, ret_result);
    }
    if (strobe_bytes_view_of(left, &left_bytes) && strobe_bytes_view_of(right, &right_bytes)) {
        return compare_bytes(evaluation, &left_bytes, &right_bytes, comparison, ret_result);
    }
    int status = strobe_containers_compare(evaluation, left, right, comparison, ret_result);
    if (status == 1) {
        status = compare_complex(evaluation, left, right, comparison, ret_result);
    }
    if (status == 1) {
        status = compare_functions(evaluation, left, right, comparison, ret_result);
    }
    return status == 1 ? compare_others(evaluation, left, right, comparison, ret_result) : status;
}

int strobe_value_compare(struct strobe_evaluation *evaluation, struct strobe_value left, struct strobe_value right,
                         enum strobe_comparison comparison, bool *ret_result)
{
    struct strobe_number a, b;
    if (comparison == STROBE_COMPARE_IS || comparison == STROBE_COMPARE_IS_NOT) {
        *ret_result = strobe_value_identical(left, right) == (comparison == STROBE_COMPARE_IS);
        return 0;
    }
    if (strobe_number_of(left, &a) != STROBE_NUMBER_NONE && strobe_number_of(right, &b) != STROBE_NUMBER_NONE) {
        return compare_numbers(evaluation, &a, &b, comparison, ret_result);
    }
    return compare_data(evaluation, left, right, comparison, ret_result);
}

int strobe_value_equal(struct strobe_evaluation *evaluation, struct strobe_value left, struct strobe_value right,
                       bool *ret_equal)
{
    if (strobe_value_identical(left, right)) {
        *ret_equal = true;
        return 0;
    }
    return strobe_value_compare(evaluation, left, right, STROBE_COMPARE_EQ, ret_equal);
}
