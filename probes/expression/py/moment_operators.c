/* Arithmetic of moments, by the rules of Python's datetime module. */
#include <math.h>
#include <string.h>

#include "probes/expression/py/moment.h"
#include "probes/expression/py/operand.h"

typedef unsigned __int128 magnitude;

static bool is_date_like(enum strobe_datetime_kind kind)
{
    return kind == STROBE_DATETIME_DATE || kind == STROBE_DATETIME_DATETIME;
}

/* ---- Numbers ---- */

static magnitude absolute(strobe_microseconds value)
{
    return value < 0 ? -(magnitude)value : (magnitude)value;
}

static int bits(magnitude value)
{
    uint64_t high = (uint64_t)(value >> 64), low = (uint64_t)value;
    return high != 0 ? 128 - __builtin_clzll(high) : low != 0 ? 64 - __builtin_clzll(low) : 0;
}

double strobe_moment_divide(strobe_microseconds numerator, strobe_microseconds denominator)
{
    magnitude top = absolute(numerator), bottom = absolute(denominator);
    if (top == 0) {
        return denominator < 0 ? -0.0 : 0.0; /* as ints are divided */
    }
    /* A quotient of 56 or 57 bits, the last one sticky, is rounded once by the conversion. */
    int shift = 56 + bits(bottom) - bits(top);
    if (shift > 0) {
        top <<= shift;
    } else {
        bottom <<= -shift;
    }
    uint64_t quotient = (uint64_t)(top / bottom) | (top % bottom != 0);
    double result = ldexp((double)quotient, -shift);
    return (numerator < 0) != (denominator < 0) ? -result : result;
}

static strobe_microseconds round_half_even(magnitude quotient, magnitude rest, magnitude divisor, bool negative)
{
    magnitude other = divisor - rest;
    quotient += rest > other || (rest == other && (quotient & 1) != 0);
    return negative ? -(strobe_microseconds)quotient : (strobe_microseconds)quotient;
}

static strobe_microseconds divide_nearest(strobe_microseconds numerator, strobe_microseconds denominator)
{
    magnitude top = absolute(numerator), bottom = absolute(denominator);
    return round_half_even(top / bottom, top % bottom, bottom, (numerator < 0) != (denominator < 0));
}

static strobe_microseconds floor_divide(strobe_microseconds numerator, strobe_microseconds denominator)
{
    strobe_microseconds quotient = numerator / denominator;
    return quotient - (numerator % denominator != 0 && (numerator < 0) != (denominator < 0));
}

static int too_large(struct strobe_evaluation *evaluation)
{
    return strobe_evaluation_fail(evaluation, STROBE_FAULT_OVERFLOW, "the timedelta is too large");
}

/* factor = *ret_mantissa * 2**result, an odd mantissa or 0 */
static int split(struct strobe_evaluation *evaluation, double factor, int64_t *ret_mantissa, int *ret_exponent)
{
    if (isnan(factor)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE, "cannot convert NaN to integer ratio");
    }
    if (isinf(factor)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_OVERFLOW, "cannot convert Infinity to integer ratio");
    }
    int exponent;
    int64_t mantissa = (int64_t)ldexp(frexp(factor, &exponent), 53);
    exponent -= 53;
    while (mantissa != 0 && mantissa % 2 == 0) {
        mantissa /= 2;
        exponent++;
    }
    *ret_mantissa = mantissa;
    *ret_exponent = exponent;
    return 0;
}

int strobe_moment_multiply_real(struct strobe_evaluation *evaluation, strobe_microseconds us, double factor,
                                strobe_microseconds *ret_us)
{
    int64_t mantissa;
    int exponent;
    int rc = split(evaluation, factor, &mantissa, &exponent);
    if (rc < 0) {
        return rc;
    }
    strobe_microseconds product = us * mantissa; /* 67 + 53 bits */
    if (product == 0 || exponent < -125) {
        *ret_us = 0;
        return 0;
    }
    if (exponent >= 0) {
        if (exponent + bits(absolute(product)) > 120) {
            return too_large(evaluation);
        }
        *ret_us = product * ((strobe_microseconds)1 << exponent);
        return 0;
    }
    *ret_us = divide_nearest(product, (strobe_microseconds)1 << -exponent);
    return 0;
}

static int divide_real(struct strobe_evaluation *evaluation, strobe_microseconds us, double divisor,
                       strobe_microseconds *ret_us)
{
    int64_t mantissa;
    int exponent;
    int rc = split(evaluation, divisor, &mantissa, &exponent);
    if (rc < 0) {
        return rc;
    }
    if (mantissa == 0) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_ZERO_DIVISION, "division by zero");
    }
    bool negative = (us < 0) != (mantissa < 0);
    magnitude bottom = absolute(mantissa);
    if (exponent > 0) {
        if (exponent > 70) { /* more than any duration */
            *ret_us = 0;
            return 0;
        }
        bottom <<= exponent;
    }
    magnitude quotient = absolute(us) / bottom, rest = absolute(us) % bottom;
    for (; exponent < 0; exponent++) {
        if (bits(quotient) > 100) {
            return too_large(evaluation);
        }
        rest <<= 1;
        quotient = quotient << 1 | (rest >= bottom);
        rest -= rest >= bottom ? bottom : 0;
    }
    *ret_us = round_half_even(quotient, rest, bottom, negative);
    return 0;
}

/* An int of any size: those beyond 64 bits by sign only. @return false when it is none */
static bool integer_of(const struct strobe_number *number, int64_t *ret_integer, bool *ret_wide)
{
    *ret_wide = number->kind == STROBE_NUMBER_WIDE;
    *ret_integer = number->integer;
    return number->kind == STROBE_NUMBER_INT || *ret_wide;
}

static int make_integer(struct strobe_evaluation *evaluation, strobe_microseconds value, struct strobe_value *ret_value)
{
    magnitude rest = absolute(value);
    const uint32_t digits[] = {(uint32_t)rest, (uint32_t)(rest >> 32), (uint32_t)(rest >> 64), (uint32_t)(rest >> 96)};
    return strobe_wide_make(evaluation, value < 0, digits, 4, ret_value);
}

/* ---- Binary operators ---- */

struct operands {
    enum strobe_binary operation;
    struct strobe_moment left, right;
    struct strobe_number left_number, right_number;
};

/* The functions below return 1 when the operation is none of theirs. */

static int delta_with_delta(struct strobe_evaluation *evaluation, const struct operands *operands,
                            struct strobe_value *ret_value)
{
    strobe_microseconds left = strobe_moment_delta_us(&operands->left);
    strobe_microseconds right = strobe_moment_delta_us(&operands->right);
    bool divides = operands->operation == STROBE_BINARY_DIVIDE || operands->operation == STROBE_BINARY_FLOOR_DIVIDE ||
                   operands->operation == STROBE_BINARY_MODULO;
    if (divides && right == 0) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_ZERO_DIVISION, "division by zero");
    }
    switch (operands->operation) {
    case STROBE_BINARY_ADD:
        return strobe_moment_make_delta(evaluation, left + right, ret_value);
    case STROBE_BINARY_SUBTRACT:
        return strobe_moment_make_delta(evaluation, left - right, ret_value);
    case STROBE_BINARY_DIVIDE:
        *ret_value = strobe_value_float(strobe_moment_divide(left, right));
        return 0;
    case STROBE_BINARY_FLOOR_DIVIDE:
        return make_integer(evaluation, floor_divide(left, right), ret_value);
    case STROBE_BINARY_MODULO:
        return strobe_moment_make_delta(evaluation, left - floor_divide(left, right) * right, ret_value);
    default:
        return 1;
    }
}

static int multiply(struct strobe_evaluation *evaluation, const struct strobe_moment *delta,
                    const struct strobe_number *number, struct strobe_value *ret_value)
{
    strobe_microseconds us = strobe_moment_delta_us(delta), product = 0;
    int64_t factor;
    bool wide;
    if (integer_of(number, &factor, &wide)) {
        if (us != 0 && (wide || __builtin_mul_overflow(us, (strobe_microseconds)factor, &product))) {
            return too_large(evaluation);
        }
    } else {
        int rc = strobe_moment_multiply_real(evaluation, us, number->real, &product);
        if (rc < 0) {
            return rc;
        }
    }
    return strobe_moment_make_delta(evaluation, product, ret_value);
}

static int delta_by_number(struct strobe_evaluation *evaluation, const struct operands *operands,
                           struct strobe_value *ret_value)
{
    strobe_microseconds us = strobe_moment_delta_us(&operands->left), quotient;
    const struct strobe_number *number = &operands->right_number;
    int64_t divisor;
    bool wide, is_integer = integer_of(number, &divisor, &wide);
    bool floors = operands->operation == STROBE_BINARY_FLOOR_DIVIDE;
    if (operands->operation == STROBE_BINARY_MULTIPLY) {
        return multiply(evaluation, &operands->left, number, ret_value);
    }
    if (!(operands->operation == STROBE_BINARY_DIVIDE || (floors && is_integer))) {
        return 1;
    }
    if (wide) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_LIMIT, "a timedelta divided by an int beyond 64 bits");
    }
    if (is_integer && divisor == 0) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_ZERO_DIVISION, "division by zero");
    }
    if (is_integer) {
        quotient = floors ? floor_divide(us, divisor) : divide_nearest(us, divisor);
    } else {
        int rc = divide_real(evaluation, us, number->real, &quotient);
        if (rc < 0) {
            return rc;
        }
    }
    return strobe_moment_make_delta(evaluation, quotient, ret_value);
}

static int shift(struct strobe_evaluation *evaluation, const struct strobe_moment *moment,
                 const struct strobe_moment *delta, bool backwards, struct strobe_value *ret_value)
{
    struct strobe_moment moved = *moment;
    /* A date moves by whole days: those of the timedelta as it is kept. */
    strobe_microseconds us =
        moment->kind == STROBE_DATETIME_DATE ? delta->days * STROBE_DAY_US : strobe_moment_delta_us(delta);
    moved.fold = 0;
    int rc = strobe_moment_set_clock_us(evaluation, &moved, strobe_moment_clock_us(moment) + (backwards ? -us : us));
    return rc < 0 ? rc : strobe_moment_make(evaluation, &moved, ret_value);
}

static int difference(struct strobe_evaluation *evaluation, const struct strobe_moment *left,
                      const struct strobe_moment *right, struct strobe_value *ret_value)
{
    int64_t left_offset = 0, right_offset = 0;
    if (left->kind == STROBE_DATETIME_DATETIME && !strobe_moment_same_zone(left, right)) {
        int left_rc = strobe_moment_offset(evaluation, left, &left_offset);
        int right_rc = left_rc < 0 ? left_rc : strobe_moment_offset(evaluation, right, &right_offset);
        if (right_rc < 0) {
            return right_rc;
        }
        if (left_rc != right_rc) {
            return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE,
                                          "can't subtract offset-naive and offset-aware datetimes");
        }
    }
    strobe_microseconds us =
        strobe_moment_clock_us(left) - left_offset - (strobe_moment_clock_us(right) - right_offset);
    return strobe_moment_make_delta(evaluation, us, ret_value);
}

static int moment_with_moment(struct strobe_evaluation *evaluation, const struct operands *operands,
                              struct strobe_value *ret_value)
{
    const struct strobe_moment *left = &operands->left, *right = &operands->right;
    bool adds = operands->operation == STROBE_BINARY_ADD, subtracts = operands->operation == STROBE_BINARY_SUBTRACT;
    if (left->kind == STROBE_DATETIME_DELTA && right->kind == STROBE_DATETIME_DELTA) {
        return delta_with_delta(evaluation, operands, ret_value);
    }
    if (is_date_like(left->kind) && right->kind == STROBE_DATETIME_DELTA && (adds || subtracts)) {
        return shift(evaluation, left, right, subtracts, ret_value);
    }
    if (left->kind == STROBE_DATETIME_DELTA && is_date_like(right->kind) && adds) {
        return shift(evaluation, right, left, false, ret_value);
    }
    if (is_date_like(left->kind) && left->kind == right->kind && subtracts) {
        return difference(evaluation, left, right, ret_value);
    }
    return 1;
}

int strobe_moment_binary(struct strobe_evaluation *evaluation, enum strobe_binary operation, struct strobe_value left,
                         struct strobe_value right, struct strobe_value *ret_value)
{
    struct operands operands = {.operation = operation};
    bool is_left = strobe_moment_of(left, &operands.left), is_right = strobe_moment_of(right, &operands.right);
    int rc = 1;
    if (!is_left && !is_right) {
        return 1;
    }
    if (is_left && is_right) {
        rc = moment_with_moment(evaluation, &operands, ret_value);
    } else if (is_left && operands.left.kind == STROBE_DATETIME_DELTA &&
               strobe_number_of(right, &operands.right_number) != STROBE_NUMBER_NONE) {
        rc = delta_by_number(evaluation, &operands, ret_value);
    } else if (is_right && operands.right.kind == STROBE_DATETIME_DELTA && operation == STROBE_BINARY_MULTIPLY &&
               strobe_number_of(left, &operands.left_number) != STROBE_NUMBER_NONE) {
        rc = multiply(evaluation, &operands.right, &operands.left_number, ret_value);
    }
    return rc == 1 ? strobe_operand_cannot_operate(evaluation, operation, left, right) : rc;
}

/* ---- Unary ---- */

int strobe_moment_unary(struct strobe_evaluation *evaluation, enum strobe_unary operation, struct strobe_value value,
                        struct strobe_value *ret_value)
{
    struct strobe_moment moment;
    if (!strobe_moment_of(value, &moment)) {
        return 1;
    }
    if (moment.kind != STROBE_DATETIME_DELTA || operation == STROBE_UNARY_INVERT) {
        const char *sign = operation == STROBE_UNARY_INVERT ? "~" : operation == STROBE_UNARY_NEGATIVE ? "-" : "+";
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "bad operand type for unary %s: '%s'", sign,
                                      strobe_value_type_name(value));
    }
    strobe_microseconds us = strobe_moment_delta_us(&moment);
    return strobe_moment_make_delta(evaluation, operation == STROBE_UNARY_NEGATIVE ? -us : us, ret_value);
}

int strobe_moment_absolute(struct strobe_evaluation *evaluation, struct strobe_value value,
                           struct strobe_value *ret_value)
{
    struct strobe_moment moment;
    if (!strobe_moment_of(value, &moment)) {
        return 1;
    }
    if (moment.kind != STROBE_DATETIME_DELTA) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "bad operand type for abs(): '%s'",
                                      strobe_value_type_name(value));
    }
    strobe_microseconds us = strobe_moment_delta_us(&moment);
    return strobe_moment_make_delta(evaluation, us < 0 ? -us : us, ret_value);
}
