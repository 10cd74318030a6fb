/* Operators of Decimal under the default context. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/py/decimal.h"
#include "probes/expression/py/decimal.h"
#include "probes/expression/py/operand.h"

int strobe_decimal_invalid(struct strobe_evaluation *evaluation, const char *reason)
{
    return strobe_evaluation_fail(evaluation, STROBE_FAULT_ARITHMETIC, "decimal.InvalidOperation: %s", reason);
}

static bool is_nan(const struct strobe_decimal *decimal)
{
    return decimal->kind == STROBE_DECIMAL_NAN || decimal->kind == STROBE_DECIMAL_SNAN;
}

static bool is_infinite(const struct strobe_decimal *decimal)
{
    return decimal->kind == STROBE_DECIMAL_INFINITE;
}

/* A Decimal or an int. @return as strobe_decimal_of() */
static int read_operand(struct strobe_evaluation *evaluation, struct strobe_value value, uint8_t *buffer,
                        struct strobe_decimal *ret_decimal)
{
    int status = strobe_decimal_of(evaluation, value, buffer, ret_decimal);
    return status == 1 ? strobe_decimal_of_int(evaluation, value, buffer, ret_decimal) : status;
}

/* A Decimal of either form or a class derived from it, without reading it. */
static bool is_decimal(struct strobe_value value)
{
    return value.kind == STROBE_VALUE_DECIMAL ||
           (value.kind == STROBE_VALUE_OBJECT && strobe_decimal_is_type(Py_TYPE(value.as.object)));
}

int strobe_decimal_truth(struct strobe_evaluation *evaluation, struct strobe_value value, bool *ret_truth)
{
    uint8_t buffer[STROBE_DECIMAL_DIGITS_MAX];
    struct strobe_decimal decimal = {0};
    int status = strobe_decimal_of(evaluation, value, buffer, &decimal);
    if (status == 0) {
        *ret_truth = decimal.kind != STROBE_DECIMAL_FINITE || decimal.count > 0;
    }
    return status;
}

/* ---- Comparison ---- */

static int read_comparable(struct strobe_evaluation *evaluation, struct strobe_value value, uint8_t *buffer,
                           struct strobe_decimal *ret_decimal)
{
    struct strobe_number number;
    int status = read_operand(evaluation, value, buffer, ret_decimal);
    if (status == 1 && strobe_number_of(value, &number) == STROBE_NUMBER_FLOAT) {
        status = strobe_decimal_of_real(evaluation, number.real, buffer, ret_decimal);
    }
    return status;
}

int strobe_decimal_compare(struct strobe_evaluation *evaluation, struct strobe_value left, struct strobe_value right,
                           enum strobe_comparison comparison, bool *ret_result)
{
    uint8_t left_buffer[STROBE_DECIMAL_DIGITS_MAX], right_buffer[STROBE_DECIMAL_DIGITS_MAX];
    struct strobe_decimal left_decimal = {0}, right_decimal = {0};
    if (!is_decimal(left) && !is_decimal(right)) {
        return 1;
    }
    int status = read_comparable(evaluation, left, left_buffer, &left_decimal);
    status = status == 0 ? read_comparable(evaluation, right, right_buffer, &right_decimal) : status;
    if (status == 1) {
        return strobe_operand_cannot_compare(evaluation, left, right, comparison, ret_result);
    }
    if (status < 0) {
        return status;
    }
    bool equality = comparison == STROBE_COMPARE_EQ || comparison == STROBE_COMPARE_NE;
    bool signals = left_decimal.kind == STROBE_DECIMAL_SNAN || right_decimal.kind == STROBE_DECIMAL_SNAN;
    if (is_nan(&left_decimal) || is_nan(&right_decimal)) {
        if (!equality || signals) {
            return strobe_decimal_invalid(evaluation, "comparison involving NaN");
        }
        *ret_result = comparison == STROBE_COMPARE_NE;
        return 0;
    }
    *ret_result = strobe_operand_order_is(strobe_decimal_order(&left_decimal, &right_decimal), comparison);
    return 0;
}

/* ---- Hash: that of the equal int, float or Fraction, as in Lib/_pydecimal.py ---- */

static const uint64_t modulus = (1ULL << 61) - 1;

static uint64_t multiply_mod(uint64_t left, uint64_t right)
{
    return (uint64_t)((unsigned __int128)left * right % modulus);
}

static uint64_t power_mod(uint64_t base, uint64_t exponent)
{
    uint64_t result = 1;
    for (; exponent != 0; exponent >>= 1) {
        result = (exponent & 1) != 0 ? multiply_mod(result, base) : result;
        base = multiply_mod(base, base);
    }
    return result;
}

int strobe_decimal_hash(struct strobe_evaluation *evaluation, struct strobe_value value, uint64_t *ret_hash)
{
    enum { HASH_OF_INFINITY = 314159 };
    uint8_t buffer[STROBE_DECIMAL_DIGITS_MAX];
    struct strobe_decimal decimal = {0};
    int status = strobe_decimal_of(evaluation, value, buffer, &decimal);
    if (status != 0) {
        return status;
    }
    if (is_nan(&decimal)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "a Decimal that is no number is not hashed");
    }
    uint64_t hash = is_infinite(&decimal) ? HASH_OF_INFINITY : 0;
    for (uint32_t i = decimal.count; i-- > 0;) {
        hash = (multiply_mod(hash, 10) + decimal.digits[i]) % modulus;
    }
    if (!is_infinite(&decimal)) {
        uint64_t ten = decimal.exponent >= 0 ? 10 : power_mod(10, modulus - 2);
        hash = multiply_mod(hash, power_mod(ten, (uint64_t)llabs(decimal.exponent)));
    }
    int64_t result = decimal.negative ? -(int64_t)hash : (int64_t)hash;
    *ret_hash = (uint64_t)(result == -1 ? -2 : result);
    return 0;
}

/* ---- Conversions ---- */

int strobe_decimal_to_int(struct strobe_evaluation *evaluation, const struct strobe_decimal *decimal,
                          struct strobe_value *ret_value)
{
    enum { WORDS = STROBE_EXPRESSION_INT_BITS_MAX / 32 + 2 };
    uint32_t words[WORDS] = {0};
    int64_t places = strobe_decimal_adjusted(decimal) + 1; /* digits before the point */
    if (decimal->count == 0 || places <= 0) {
        *ret_value = strobe_value_int(0);
        return 0;
    }
    if (places > STROBE_EXPRESSION_INT_BITS_MAX * 302 / 1000) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_LIMIT, "an int of %lld digits", (long long)places);
    }
    int status = strobe_evaluation_spend(evaluation, 1 + places * places / 512);
    if (status < 0) {
        return status;
    }
    size_t used = 1;
    for (int64_t i = 1; i <= places; i++) {
        uint64_t carry = i <= decimal->count ? decimal->digits[decimal->count - i] : 0;
        for (size_t word = 0; word < used; word++) {
            carry += words[word] * 10ULL;
            words[word] = (uint32_t)carry;
            carry >>= 32;
        }
        if (carry != 0 && used < WORDS) {
            words[used++] = (uint32_t)carry;
        }
    }
    return strobe_wide_make(evaluation, decimal->negative, words, used, ret_value);
}

double strobe_decimal_to_real(const struct strobe_decimal *decimal)
{
    char text[STROBE_DECIMAL_DIGITS_MAX + 32];
    size_t size = 0;
    if (decimal->kind != STROBE_DECIMAL_FINITE) {
        double special = is_nan(decimal) ? (double)NAN : (double)INFINITY;
        return decimal->negative ? -special : special;
    }
    text[size++] = decimal->negative ? '-' : '+';
    text[size++] = '0';
    for (uint32_t i = decimal->count; i-- > 0;) {
        text[size++] = (char)('0' + decimal->digits[i]);
    }
    int64_t exponent = decimal->exponent;
    exponent = exponent > 100000 ? 100000 : exponent < -100000 ? -100000 : exponent; /* infinite or 0 long before */
    snprintf(text + size, sizeof text - size, "e%lld", (long long)exponent);
    return strtod(text, NULL); /* no point in it, so the locale does not matter */
}

/* ---- Binary ---- */

static int special(struct strobe_evaluation *evaluation, enum strobe_decimal_kind kind, bool negative,
                   struct strobe_value *ret_value)
{
    struct strobe_decimal decimal = {.kind = kind, .negative = negative};
    return strobe_decimal_make(evaluation, &decimal, ret_value);
}

/* The result of an operation with a NaN: the first that signals, then the first that is one. */
static int propagate_nan(struct strobe_evaluation *evaluation, const struct strobe_decimal *left,
                         const struct strobe_decimal *right, struct strobe_value *ret_value)
{
    if (left->kind == STROBE_DECIMAL_SNAN || right->kind == STROBE_DECIMAL_SNAN) {
        return strobe_decimal_invalid(evaluation, "sNaN");
    }
    return strobe_decimal_make(evaluation, left->kind == STROBE_DECIMAL_NAN ? left : right, ret_value);
}

static int zero(struct strobe_evaluation *evaluation, bool negative, int64_t exponent, struct strobe_value *ret_value)
{
    struct strobe_decimal decimal = {.negative = negative, .exponent = exponent};
    return strobe_decimal_make(evaluation, &decimal, ret_value);
}

static int make_rounded(struct strobe_evaluation *evaluation, const struct strobe_decimal *decimal,
                        struct strobe_value *ret_value)
{
    struct strobe_decimal_work work;
    strobe_decimal_to_work(decimal, &work);
    int status = strobe_decimal_finish(evaluation, &work, STROBE_DECIMAL_PRECISION);
    return status < 0 ? status : strobe_decimal_make_work(evaluation, &work, ret_value);
}

/* At least one operand is infinite, none is NaN. */
static int with_infinity(struct strobe_evaluation *evaluation, enum strobe_binary operation,
                         const struct strobe_decimal *left, const struct strobe_decimal *right,
                         struct strobe_value *ret_value)
{
    enum { EXPONENT_TINY = -STROBE_DECIMAL_EXPONENT_MAX - STROBE_DECIMAL_PRECISION + 1 };
    bool both = is_infinite(left) && is_infinite(right), negative = left->negative != right->negative;
    bool right_negative = operation == STROBE_BINARY_SUBTRACT ? !right->negative : right->negative;
    switch (operation) {
    case STROBE_BINARY_ADD:
    case STROBE_BINARY_SUBTRACT:
        if (both && left->negative != right_negative) {
            return strobe_decimal_invalid(evaluation, "-INF + INF");
        }
        return special(evaluation, STROBE_DECIMAL_INFINITE, is_infinite(left) ? left->negative : right_negative,
                       ret_value);
    case STROBE_BINARY_MULTIPLY:
        if ((!is_infinite(left) && left->count == 0) || (!is_infinite(right) && right->count == 0)) {
            return strobe_decimal_invalid(evaluation, "0 * INF");
        }
        return special(evaluation, STROBE_DECIMAL_INFINITE, negative, ret_value);
    case STROBE_BINARY_MODULO:
        return is_infinite(left) ? strobe_decimal_invalid(evaluation, "INF % x")
                                 : make_rounded(evaluation, left, ret_value);
    default: /* DIVIDE, FLOOR_DIVIDE */
        if (both) {
            return strobe_decimal_invalid(evaluation, "INF / INF");
        }
        if (is_infinite(left)) {
            return special(evaluation, STROBE_DECIMAL_INFINITE, negative, ret_value);
        }
        return zero(evaluation, negative, operation == STROBE_BINARY_DIVIDE ? EXPONENT_TINY : 0, ret_value);
    }
}

static int divide(struct strobe_evaluation *evaluation, enum strobe_binary operation, const struct strobe_decimal *left,
                  const struct strobe_decimal *right, struct strobe_value *ret_value)
{
    struct strobe_decimal_work quotient, rest;
    if (right->count == 0 && (left->count == 0 || operation == STROBE_BINARY_MODULO)) {
        return strobe_decimal_invalid(evaluation, left->count == 0 ? "DivisionUndefined" : "x % 0");
    }
    if (right->count == 0) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_ZERO_DIVISION, "decimal.DivisionByZero");
    }
    int status = operation == STROBE_BINARY_DIVIDE
                     ? strobe_decimal_divide(evaluation, left, right, STROBE_DECIMAL_PRECISION, &quotient)
                     : strobe_decimal_divide_whole(evaluation, left, right, &quotient, &rest);
    const struct strobe_decimal_work *result = operation == STROBE_BINARY_MODULO ? &rest : &quotient;
    return status < 0 ? status : strobe_decimal_make_work(evaluation, result, ret_value);
}

/* The exponent as an int; @return false when it has a fraction or is beyond what can matter */
static bool whole_of(const struct strobe_decimal *decimal, int64_t *ret_whole)
{
    int64_t whole = 0;
    if (strobe_decimal_adjusted(decimal) > 9) {
        return false;
    }
    for (uint32_t i = 0; i < decimal->count; i++) {
        if (decimal->exponent + i < 0 && decimal->digits[i] != 0) {
            return false;
        }
    }
    for (int64_t i = decimal->count; i-- > 0 && decimal->exponent + i >= 0;) {
        whole = whole * 10 + decimal->digits[i];
    }
    for (int64_t i = 0; i < decimal->exponent && decimal->count > 0; i++) {
        whole *= 10;
    }
    *ret_whole = decimal->negative ? -whole : whole;
    return true;
}

static int power(struct strobe_evaluation *evaluation, const struct strobe_decimal *base,
                 const struct strobe_decimal *exponent, struct strobe_value *ret_value)
{
    struct strobe_decimal_work work = {.count = 0};
    int64_t whole;
    if (is_infinite(exponent) || !whole_of(exponent, &whole)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_LIMIT, "powers of Decimal take ints of up to 9 digits");
    }
    bool odd = base->negative && whole % 2 != 0;
    if (whole == 0) {
        if (base->kind == STROBE_DECIMAL_FINITE && base->count == 0) {
            return strobe_decimal_invalid(evaluation, "0 ** 0");
        }
        work.count = 1;
        work.digits[0] = 1;
        return strobe_decimal_make_work(evaluation, &work, ret_value);
    }
    if (is_infinite(base) || base->count == 0) {
        bool grows = is_infinite(base) == (whole > 0);
        return grows ? special(evaluation, STROBE_DECIMAL_INFINITE, odd, ret_value)
                     : zero(evaluation, odd, 0, ret_value);
    }
    int status = strobe_decimal_power(evaluation, base, whole, (int)(exponent->count + exponent->exponent), &work);
    return status < 0 ? status : strobe_decimal_make_work(evaluation, &work, ret_value);
}

static int operate(struct strobe_evaluation *evaluation, enum strobe_binary operation,
                   const struct strobe_decimal *left, const struct strobe_decimal *right,
                   struct strobe_value *ret_value)
{
    struct strobe_decimal_work work;
    int status;
    if (is_nan(left) || is_nan(right)) {
        return propagate_nan(evaluation, left, right, ret_value);
    }
    if (operation == STROBE_BINARY_POWER) {
        return power(evaluation, left, right, ret_value);
    }
    if (is_infinite(left) || is_infinite(right)) {
        return with_infinity(evaluation, operation, left, right, ret_value);
    }
    switch (operation) {
    case STROBE_BINARY_ADD:
    case STROBE_BINARY_SUBTRACT:
        status = strobe_decimal_add(evaluation, left, right, operation == STROBE_BINARY_SUBTRACT, &work);
        break;
    case STROBE_BINARY_MULTIPLY:
        status = strobe_decimal_multiply(evaluation, left, right, STROBE_DECIMAL_PRECISION, &work);
        break;
    default:
        return divide(evaluation, operation, left, right, ret_value);
    }
    return status < 0 ? status : strobe_decimal_make_work(evaluation, &work, ret_value);
}

int strobe_decimal_binary(struct strobe_evaluation *evaluation, enum strobe_binary operation, struct strobe_value left,
                          struct strobe_value right, struct strobe_value *ret_value)
{
    uint8_t left_buffer[STROBE_DECIMAL_DIGITS_MAX], right_buffer[STROBE_DECIMAL_DIGITS_MAX];
    struct strobe_decimal left_decimal = {0}, right_decimal = {0};
    if (!is_decimal(left) && !is_decimal(right)) {
        return 1;
    }
    int status = operation > STROBE_BINARY_POWER ? 1 : read_operand(evaluation, left, left_buffer, &left_decimal);
    status = status == 0 ? read_operand(evaluation, right, right_buffer, &right_decimal) : status;
    if (status == 1) {
        return strobe_operand_cannot_operate(evaluation, operation, left, right);
    }
    return status < 0 ? status : operate(evaluation, operation, &left_decimal, &right_decimal, ret_value);
}

/* ---- Unary and rounding ---- */

static int unary(struct strobe_evaluation *evaluation, struct strobe_value value, bool negates, bool absolute,
                 struct strobe_value *ret_value)
{
    uint8_t buffer[STROBE_DECIMAL_DIGITS_MAX];
    struct strobe_decimal decimal = {0};
    int status = strobe_decimal_of(evaluation, value, buffer, &decimal);
    if (status != 0) {
        return status;
    }
    if (is_nan(&decimal)) {
        return propagate_nan(evaluation, &decimal, &decimal, ret_value);
    }
    bool is_zero = decimal.kind == STROBE_DECIMAL_FINITE && decimal.count == 0;
    decimal.negative = !is_zero && !absolute && decimal.negative != negates; /* there is no -0 here */
    return make_rounded(evaluation, &decimal, ret_value);
}

int strobe_decimal_unary(struct strobe_evaluation *evaluation, enum strobe_unary operation, struct strobe_value value,
                         struct strobe_value *ret_value)
{
    if (operation == STROBE_UNARY_INVERT && is_decimal(value)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "bad operand type for unary ~: '%s'",
                                      strobe_value_type_name(value));
    }
    return unary(evaluation, value, operation == STROBE_UNARY_NEGATIVE, false, ret_value);
}

int strobe_decimal_absolute(struct strobe_evaluation *evaluation, struct strobe_value value,
                            struct strobe_value *ret_value)
{
    return unary(evaluation, value, false, true, ret_value);
}

int strobe_decimal_quantize(struct strobe_evaluation *evaluation, struct strobe_decimal_work *work, int64_t exponent,
                            enum strobe_rounding rounding)
{
    int64_t digits = (int64_t)work->count + work->exponent - exponent;
    bool fits = work->count == 0 || digits <= STROBE_DECIMAL_PRECISION;
    if (!fits || exponent > STROBE_DECIMAL_EXPONENT_MAX ||
        exponent < -STROBE_DECIMAL_EXPONENT_MAX - STROBE_DECIMAL_PRECISION + 1) {
        return strobe_decimal_invalid(evaluation, "quantize result has too many digits for the precision");
    }
    int status = strobe_decimal_rescale(evaluation, work, exponent, rounding);
    if (status == 0 && work->count > STROBE_DECIMAL_PRECISION) {
        return strobe_decimal_invalid(evaluation, "quantize result has too many digits for the precision");
    }
    return status;
}

int strobe_decimal_round(struct strobe_evaluation *evaluation, struct strobe_value value,
                         const struct strobe_value *places, struct strobe_value *ret_value)
{
    uint8_t buffer[STROBE_DECIMAL_DIGITS_MAX];
    struct strobe_decimal decimal = {0};
    struct strobe_decimal_work work;
    Py_ssize_t count = 0;
    int status = strobe_decimal_of(evaluation, value, buffer, &decimal);
    if (status != 0) {
        return status;
    }
    bool to_int = places == NULL || strobe_value_is(*places, Py_None);
    status = to_int ? 0 : strobe_number_index(evaluation, *places, &count);
    if (status < 0) {
        return status;
    }
    if (decimal.kind != STROBE_DECIMAL_FINITE && to_int) {
        return strobe_evaluation_fail(evaluation, is_nan(&decimal) ? STROBE_FAULT_VALUE : STROBE_FAULT_OVERFLOW,
                                      "cannot convert %s to integer", is_nan(&decimal) ? "NaN" : "Infinity");
    }
    if (decimal.kind != STROBE_DECIMAL_FINITE) {
        return is_infinite(&decimal) ? strobe_decimal_invalid(evaluation, "quantize with one INF")
                                     : propagate_nan(evaluation, &decimal, &decimal, ret_value);
    }
    strobe_decimal_to_work(&decimal, &work);
    if (to_int) {
        status = decimal.exponent < 0 ? strobe_decimal_rescale(evaluation, &work, 0, STROBE_ROUND_HALF_EVEN) : 0;
        struct strobe_decimal view = strobe_decimal_view(&work);
        return status < 0 ? status : strobe_decimal_to_int(evaluation, &view, ret_value);
    }
    status = strobe_decimal_quantize(evaluation, &work, -(int64_t)count, STROBE_ROUND_HALF_EVEN);
    return status < 0 ? status : strobe_decimal_make_work(evaluation, &work, ret_value);
}
