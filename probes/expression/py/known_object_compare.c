/* Equality, order, hash and truth of the standard library's classes in Python. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "probes/expression/py/compare.h"
#include "probes/expression/py/known_object.h"
#include "probes/expression/py/number.h"
#include "probes/expression/py/operand.h"

/* ---- Fractions: left * bottom of right against right * bottom of left ---- */

struct ratio {
    struct strobe_value top;
    struct strobe_value bottom;
};

/* factor = top / bottom with ints */
static int ratio_of_real(struct strobe_evaluation *evaluation, double real, struct ratio *ret_ratio)
{
    int exponent;
    int64_t mantissa = (int64_t)ldexp(frexp(real, &exponent), 53);
    for (exponent -= 53; mantissa != 0 && mantissa % 2 == 0 && exponent < 0; exponent++) {
        mantissa /= 2;
    }
    struct strobe_value power;
    int status = strobe_number_binary(evaluation, STROBE_BINARY_SHIFT_LEFT, strobe_value_int(1),
                                      strobe_value_int(exponent < 0 ? -exponent : exponent), &power);
    ret_ratio->top = strobe_value_int(mantissa);
    ret_ratio->bottom = strobe_value_int(1);
    if (status == 0 && exponent < 0) {
        ret_ratio->bottom = power;
    } else if (status == 0) {
        status = strobe_number_binary(evaluation, STROBE_BINARY_MULTIPLY, ret_ratio->top, power, &ret_ratio->top);
    }
    return status;
}

/* @return 0; 1: neither a Fraction nor a finite number; a negative code */
static int ratio_of(struct strobe_evaluation *evaluation, struct strobe_value value, struct ratio *ret_ratio)
{
    struct strobe_number number;
    if (strobe_known_object_of(value, NULL) == STROBE_KNOWN_FRACTION) {
        PyObject *top = strobe_known_object_field(value.as.object, "_numerator");
        PyObject *bottom = strobe_known_object_field(value.as.object, "_denominator");
        if (top == NULL || bottom == NULL || !PyLong_CheckExact(top) || !PyLong_CheckExact(bottom)) {
            return 1;
        }
        *ret_ratio = (struct ratio){strobe_value_object(top), strobe_value_object(bottom)};
        return 0;
    }
    switch (strobe_number_of(value, &number)) {
    case STROBE_NUMBER_INT:
    case STROBE_NUMBER_WIDE:
        *ret_ratio = (struct ratio){value, strobe_value_int(1)};
        return 0;
    case STROBE_NUMBER_FLOAT:
        return isfinite(number.real) ? ratio_of_real(evaluation, number.real, ret_ratio) : 1;
    default:
        return 1;
    }
}

static int compare_fractions(struct strobe_evaluation *evaluation, struct strobe_value left, struct strobe_value right,
                             enum strobe_comparison comparison, bool *ret_result)
{
    struct ratio left_ratio = {0}, right_ratio = {0};
    struct strobe_number number;
    bool from_left = strobe_number_of(left, &number) == STROBE_NUMBER_FLOAT && !isfinite(number.real);
    bool from_right = !from_left && strobe_number_of(right, &number) == STROBE_NUMBER_FLOAT && !isfinite(number.real);
    if (from_left || from_right) { /* any fraction is to an infinity or NaN as 0.0 is */
        struct strobe_value zero = strobe_value_float(0.0);
        return strobe_value_compare(evaluation, from_left ? left : zero, from_right ? right : zero, comparison,
                                    ret_result);
    }
    int status = ratio_of(evaluation, left, &left_ratio);
    status = status == 0 ? ratio_of(evaluation, right, &right_ratio) : status;
    if (status != 0) {
        return status;
    }
    struct strobe_value left_product, right_product;
    status = status == 0 ? strobe_number_binary(evaluation, STROBE_BINARY_MULTIPLY, left_ratio.top, right_ratio.bottom,
                                                &left_product)
                         : status;
    status = status == 0 ? strobe_number_binary(evaluation, STROBE_BINARY_MULTIPLY, right_ratio.top, left_ratio.bottom,
                                                &right_product)
                         : status;
    return status == 0 ? strobe_value_compare(evaluation, left_product, right_product, comparison, ret_result) : status;
}

/* ---- Paths: part by part, so '/' comes before all other characters ---- */

static int order_paths(struct strobe_evaluation *evaluation, PyObject *left, PyObject *right, int *ret_order)
{
    struct strobe_value left_text = {0}, right_text = {0};
    struct strobe_text_view left_view, right_view;
    int status = strobe_known_path_text(evaluation, left, &left_text);
    status = status == 0 ? strobe_known_path_text(evaluation, right, &right_text) : status;
    if (status < 0 || !strobe_text_view_of(left_text, &left_view) || !strobe_text_view_of(right_text, &right_view)) {
        return status < 0 ? status : STROBE_EINTERNAL;
    }
    Py_ssize_t shorter = left_view.length < right_view.length ? left_view.length : right_view.length;
    for (Py_ssize_t i = 0; i < shorter; i++) {
        uint32_t a = PyUnicode_READ(left_view.width, left_view.data, i);
        uint32_t b = PyUnicode_READ(right_view.width, right_view.data, i);
        if (a != b) {
            *ret_order = a == '/' ? -1 : b == '/' ? 1 : a < b ? -1 : 1;
            return 0;
        }
    }
    *ret_order = left_view.length < right_view.length ? -1 : left_view.length > right_view.length;
    return 0;
}

/* ---- UUID and addresses ---- */

static bool is_version_6(struct strobe_value value)
{
    PyObject *mro = Py_TYPE(value.as.object)->tp_mro;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(mro); i++) {
        if (strncmp(((PyTypeObject *)PyTuple_GET_ITEM(mro, i))->tp_name, "IPv6", 4) == 0) {
            return true;
        }
    }
    return false;
}

static int compare_bits(struct strobe_evaluation *evaluation, struct strobe_value left, struct strobe_value right,
                        const char *field, enum strobe_comparison comparison, bool *ret_result)
{
    uint8_t left_bytes[16], right_bytes[16];
    if (!strobe_known_object_bits(left.as.object, field, left_bytes) ||
        !strobe_known_object_bits(right.as.object, field, right_bytes)) {
        return strobe_operand_cannot_compare(evaluation, left, right, comparison, ret_result);
    }
    *ret_result = strobe_operand_order_is(memcmp(left_bytes, right_bytes, 16), comparison);
    return 0;
}

static bool has_scope(struct strobe_value value)
{
    PyObject *scope = strobe_known_object_field(value.as.object, "_scope_id");
    return scope != NULL && scope != Py_None;
}

static int compare_addresses(struct strobe_evaluation *evaluation, struct strobe_value left, struct strobe_value right,
                             enum strobe_comparison comparison, bool *ret_result)
{
    bool equality = comparison == STROBE_COMPARE_EQ || comparison == STROBE_COMPARE_NE;
    if (has_scope(left) || has_scope(right)) {
        return strobe_operand_cannot_compare(evaluation, left, right, comparison, ret_result);
    }
    if (is_version_6(left) == is_version_6(right)) {
        return compare_bits(evaluation, left, right, "_ip", comparison, ret_result);
    }
    if (!equality) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "the addresses are not of the same version");
    }
    *ret_result = comparison == STROBE_COMPARE_NE;
    return 0;
}

/* ---- All ---- */

static const char *method_of(enum strobe_comparison comparison)
{
    static const char *const methods[] = {
        [STROBE_COMPARE_EQ] = "__eq__", [STROBE_COMPARE_NE] = "__eq__", [STROBE_COMPARE_LT] = "__lt__",
        [STROBE_COMPARE_LE] = "__lt__", [STROBE_COMPARE_GT] = "__lt__", [STROBE_COMPARE_GE] = "__lt__",
    };
    return methods[comparison];
}

/* One or both are of these classes, and their genuine methods say nothing of the other one. */
static int cannot_compare(struct strobe_evaluation *evaluation, struct strobe_value left, struct strobe_value right,
                          enum strobe_comparison comparison, bool *ret_result)
{
    const char *method = method_of(comparison);
    bool by_code =
        (strobe_known_object_of(left, method) == STROBE_KNOWN_NONE && strobe_operand_compares_by_code(left)) ||
        (strobe_known_object_of(right, method) == STROBE_KNOWN_NONE && strobe_operand_compares_by_code(right));
    bool equality = comparison == STROBE_COMPARE_EQ || comparison == STROBE_COMPARE_NE;
    if (by_code || !equality) {
        return by_code ? strobe_operand_cannot_compare(evaluation, left, right, comparison, ret_result)
                       : strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "'%s' and '%s' have no order",
                                                strobe_value_type_name(left), strobe_value_type_name(right));
    }
    *ret_result = comparison == STROBE_COMPARE_NE;
    return 0;
}

int strobe_known_object_compare(struct strobe_evaluation *evaluation, struct strobe_value left,
                                struct strobe_value right, enum strobe_comparison comparison, bool *ret_result)
{
    enum strobe_known_object left_kind = strobe_known_object_of(left, method_of(comparison));
    enum strobe_known_object right_kind = strobe_known_object_of(right, method_of(comparison));
    if (left_kind == STROBE_KNOWN_FRACTION || right_kind == STROBE_KNOWN_FRACTION) {
        int status = compare_fractions(evaluation, left, right, comparison, ret_result);
        return status == 1 ? cannot_compare(evaluation, left, right, comparison, ret_result) : status;
    }
    if (left_kind == STROBE_KNOWN_NONE || left_kind == STROBE_KNOWN_ENUM || left_kind != right_kind) {
        bool is_ours = (left_kind != STROBE_KNOWN_NONE && left_kind != STROBE_KNOWN_ENUM) ||
                       (right_kind != STROBE_KNOWN_NONE && right_kind != STROBE_KNOWN_ENUM);
        return is_ours ? cannot_compare(evaluation, left, right, comparison, ret_result) : 1;
    }
    int order = 0, status;
    switch (left_kind) {
    case STROBE_KNOWN_UUID:
        return compare_bits(evaluation, left, right, "int", comparison, ret_result);
    case STROBE_KNOWN_PATH:
        status = order_paths(evaluation, left.as.object, right.as.object, &order);
        break;
    case STROBE_KNOWN_ADDRESS:
        return compare_addresses(evaluation, left, right, comparison, ret_result);
    default:
        return 1;
    }
    if (status == 0) {
        *ret_result = strobe_operand_order_is(order, comparison);
    }
    return status;
}

static int hash_of_fraction(struct strobe_evaluation *evaluation, PyObject *fraction, uint64_t *ret_hash)
{
    const uint64_t modulus = (1ULL << 61) - 1;
    struct ratio ratio = {0};
    struct strobe_number top, bottom;
    int status = ratio_of(evaluation, strobe_value_object(fraction), &ratio);
    if (status != 0 || strobe_number_of(ratio.top, &top) != STROBE_NUMBER_INT ||
        strobe_number_of(ratio.bottom, &bottom) != STROBE_NUMBER_INT) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_LIMIT, "the hash of a Fraction beyond 64 bits");
    }
    unsigned __int128 hash = (top.integer < 0 ? -(uint64_t)top.integer : (uint64_t)top.integer) % modulus;
    unsigned __int128 base = (uint64_t)bottom.integer % modulus;
    for (uint64_t exponent = modulus - 2; exponent != 0; exponent >>= 1) { /* the inverse, by Fermat */
        hash = (exponent & 1) != 0 ? hash * base % modulus : hash;
        base = base * base % modulus;
    }
    int64_t result = top.integer < 0 ? -(int64_t)hash : (int64_t)hash;
    *ret_hash = (uint64_t)(result == -1 ? -2 : result);
    return 0;
}

/* hash(hex(int)) */
static int hash_of_address(struct strobe_evaluation *evaluation, struct strobe_value value, uint64_t *ret_hash)
{
    uint8_t bytes[16];
    char text[16];
    if (is_version_6(value) || !strobe_known_object_bits(value.as.object, "_ip", bytes)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_UNSAFE, "the hash of a '%s' would run its code",
                                      strobe_value_type_name(value));
    }
    unsigned bits = (unsigned)bytes[12] << 24 | (unsigned)bytes[13] << 16 | (unsigned)bytes[14] << 8 | bytes[15];
    int size = snprintf(text, sizeof text, "0x%x", bits);
    struct strobe_text_view view = {.data = text, .length = size, .width = 1};
    return strobe_text_hash(evaluation, &view, ret_hash);
}

static int hash_of_path(struct strobe_evaluation *evaluation, PyObject *path, uint64_t *ret_hash)
{
    struct strobe_value text;
    struct strobe_text_view view;
    int status = strobe_known_path_text(evaluation, path, &text);
#if PY_VERSION_HEX < 0x030C0000
    if (status == 0) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_UNSAFE, "the hash of a path would run its code");
    }
#endif
    return status < 0 || !strobe_text_view_of(text, &view) ? status : strobe_text_hash(evaluation, &view, ret_hash);
}

int strobe_known_object_hash(struct strobe_evaluation *evaluation, struct strobe_value value, uint64_t *ret_hash)
{
    PyObject *field;
    switch (strobe_known_object_of(value, "__hash__")) {
    case STROBE_KNOWN_UUID:
        field = strobe_known_object_field(value.as.object, "int");
        return field != NULL && PyLong_CheckExact(field)
                   ? strobe_value_hash(evaluation, strobe_value_object(field), ret_hash)
                   : 1;
    case STROBE_KNOWN_ENUM:
        field = strobe_known_object_field(value.as.object, "_name_");
        return field != NULL && PyUnicode_CheckExact(field)
                   ? strobe_value_hash(evaluation, strobe_value_object(field), ret_hash)
                   : 1;
    case STROBE_KNOWN_FRACTION:
        return hash_of_fraction(evaluation, value.as.object, ret_hash);
    case STROBE_KNOWN_PATH:
        return hash_of_path(evaluation, value.as.object, ret_hash);
    case STROBE_KNOWN_ADDRESS:
        return hash_of_address(evaluation, value, ret_hash);
    default:
        return 1;
    }
}

int strobe_known_object_truth(struct strobe_evaluation *evaluation, struct strobe_value value, bool *ret_truth)
{
    PyObject *field = NULL;
    switch (strobe_known_object_of(value, "__bool__")) {
    case STROBE_KNOWN_FRACTION:
        field = strobe_known_object_field(value.as.object, "_numerator");
        break;
    case STROBE_KNOWN_ENUM: /* Flag: whether it has a bit */
        field = strobe_known_object_field(value.as.object, "_value_");
        break;
    default:
        return 1;
    }
    if (field == NULL || !PyLong_CheckExact(field)) {
        return 1;
    }
    return strobe_value_truth(evaluation, strobe_value_object(field), ret_truth);
}
