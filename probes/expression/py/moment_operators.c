/* Operators of moments, by the rules of Python's datetime module: naive and aware do not mix, zones of the same object
 * are not asked. */
#include <math.h>
#include <string.h>

#include "probes/expression/py/moment.h"
#include "probes/expression/py/operand.h"

typedef unsigned __int128 magnitude;

static bool is_date_like(enum strobe_datetime_kind kind)
{
    return kind == STROBE_DATETIME_DATE || kind == STROBE_DATETIME_DATETIME;
}

int strobe_moment_truth(struct strobe_evaluation *evaluation, struct strobe_value value, bool *ret_truth)
{
    (void)evaluation;
    struct strobe_moment moment;
    if (!strobe_moment_of(value, &moment)) {
        return 1;
    }
    *ret_truth = moment.kind != STROBE_DATETIME_DELTA || strobe_moment_delta_us(&moment) != 0;
    return 0;
}

/* ---- Comparison ---- */

static int order_of(strobe_microseconds left, strobe_microseconds right)
{
    return left < right ? -1 : left > right;
}

static bool same_zone(const struct strobe_moment *left, const struct strobe_moment *right)
{
    return left->zone.kind == right->zone.kind && left->zone.object == right->zone.object &&
           left->zone.offset_us == right->zone.offset_us;
}

static strobe_microseconds floor_to_seconds(int64_t us)
{
    return us - ((us % 1000000) + 1000000) % 1000000;
}

/* Two date-times or two times. @return 0 and the order; 1: one is naive, one aware */
static int order_clocks(struct strobe_evaluation *evaluation, const struct strobe_moment *left,
                        const struct strobe_moment *right, int *ret_order)
{
    strobe_microseconds left_us = strobe_moment_clock_us(left), right_us = strobe_moment_clock_us(right);
    if (!same_zone(left, right)) {
        int64_t left_offset = 0, right_offset = 0;
        int left_rc = strobe_moment_offset(evaluation, left, &left_offset);
        int right_rc = left_rc < 0 ? left_rc : strobe_moment_offset(evaluation, right, &right_offset);
        if (right_rc < 0 || left_rc != right_rc) {
            return right_rc < 0 ? right_rc : 1;
        }
        bool whole = left->kind == STROBE_DATETIME_TIME && left_offset != right_offset; /* CPython's oversight */
        left_us -= whole ? floor_to_seconds(left_offset) : left_offset;
        right_us -= whole ? floor_to_seconds(right_offset) : right_offset;
    }
    *ret_order = order_of(left_us, right_us);
    return 0;
}

/* @return 0 and the order; 1: they can only be unequal */
static int order_moments(struct strobe_evaluation *evaluation, const struct strobe_moment *left,
                         const struct strobe_moment *right, int *ret_order)
{
    if (left->kind != right->kind) {
        return 1;
    }
    switch (left->kind) {
    case STROBE_DATETIME_DELTA:
        *ret_order = order_of(strobe_moment_delta_us(left), strobe_moment_delta_us(right));
        return 0;
    case STROBE_DATETIME_DATE:
        *ret_order = order_of(strobe_moment_clock_us(left), strobe_moment_clock_us(right));
        return 0;
    case STROBE_DATETIME_ZONE:
        *ret_order = order_of(left->zone.offset_us, right->zone.offset_us);
        return 0;
    default:
        return order_clocks(evaluation, left, right, ret_order);
    }
}

int strobe_moment_compare(struct strobe_evaluation *evaluation, struct strobe_value left, struct strobe_value right,
                          enum strobe_comparison comparison, bool *ret_result)
{
    struct strobe_moment left_moment, right_moment;
    bool is_left = strobe_moment_of(left, &left_moment), is_right = strobe_moment_of(right, &right_moment);
    if (!is_left && !is_right) {
        return 1;
    }
    if (!is_left || !is_right) {
        return strobe_operand_cannot_compare(evaluation, left, right, comparison, ret_result);
    }
    int order;
    int rc = order_moments(evaluation, &left_moment, &right_moment, &order);
    if (rc < 0) {
        return rc;
    }
    bool equality = comparison == STROBE_COMPARE_EQ || comparison == STROBE_COMPARE_NE;
    if (equality && rc == 1) {
        *ret_result = comparison == STROBE_COMPARE_NE;
        return 0;
    }
    if (rc == 1 && left_moment.kind == right_moment.kind) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "can't compare offset-naive and offset-aware %ss",
                                      left_moment.kind == STROBE_DATETIME_TIME ? "time" : "datetime");
    }
    if (rc == 1 || (left_moment.kind == STROBE_DATETIME_ZONE && !equality)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "can't compare %s to %s",
                                      strobe_value_type_name(left), strobe_value_type_name(right));
    }
    *ret_result = strobe_operand_order_is(order, comparison);
    return 0;
}

/* ---- Hashes, as CPython makes them: of a tuple for durations, of the packed fields for the rest ---- */

static uint64_t hash_of_int(int value)
{
    return value == -1 ? (uint64_t)-2 : (uint64_t)(int64_t)value;
}

/* hash((days, seconds, microseconds)): the xxHash of Objects/tupleobject.c, the same since 3.8 */
static uint64_t hash_of_delta(const struct strobe_moment *delta)
{
    const uint64_t prime_1 = 11400714785074694791ULL, prime_2 = 14029467366897019727ULL,
                   prime_5 = 2870177450012600261ULL;
    const int items[] = {delta->days, delta->seconds, delta->microsecond};
    uint64_t hash = prime_5;
    for (size_t i = 0; i < 3; i++) {
        hash += hash_of_int(items[i]) * prime_2;
        hash = hash << 31 | hash >> 33;
        hash *= prime_1;
    }
    hash += 3 ^ (prime_5 ^ 3527539);
    return hash == (uint64_t)-1 ? 1546275796 : hash;
}

static int hash_of_us(struct strobe_evaluation *evaluation, strobe_microseconds us, uint64_t *ret_hash)
{
    struct strobe_moment delta;
    int rc = strobe_moment_delta(evaluation, us, &delta);
    if (rc == 0) {
        *ret_hash = hash_of_delta(&delta);
    }
    return rc;
}

/* The bytes that a date, time or datetime of CPython holds. */
static Py_ssize_t pack(const struct strobe_moment *moment, uint8_t bytes[10])
{
    Py_ssize_t size = 0;
    if (is_date_like(moment->kind)) {
        bytes[size++] = (uint8_t)(moment->year >> 8);
        bytes[size++] = (uint8_t)moment->year;
        bytes[size++] = (uint8_t)moment->month;
        bytes[size++] = (uint8_t)moment->day;
    }
    if (moment->kind != STROBE_DATETIME_DATE) {
        bytes[size++] = (uint8_t)moment->hour;
        bytes[size++] = (uint8_t)moment->minute;
        bytes[size++] = (uint8_t)moment->second;
        bytes[size++] = (uint8_t)(moment->microsecond >> 16);
        bytes[size++] = (uint8_t)(moment->microsecond >> 8);
        bytes[size++] = (uint8_t)moment->microsecond;
    }
    return size;
}

int strobe_moment_hash(struct strobe_evaluation *evaluation, struct strobe_value value, uint64_t *ret_hash)
{
    struct strobe_moment moment;
    if (!strobe_moment_of(value, &moment)) {
        return 1;
    }
    if (moment.kind == STROBE_DATETIME_DELTA) {
        *ret_hash = hash_of_delta(&moment);
        return 0;
    }
    if (moment.kind == STROBE_DATETIME_ZONE) {
        return hash_of_us(evaluation, moment.zone.offset_us, ret_hash);
    }
    int64_t offset_us;
    int rc = strobe_moment_offset(evaluation, &moment, &offset_us);
    if (rc < 0) {
        return rc;
    }
    if (rc == 0) {
        /* CPython counts the days of a datetime from 1, not 0. */
        strobe_microseconds first = moment.kind == STROBE_DATETIME_TIME ? 0 : STROBE_DAY_US;
        return hash_of_us(evaluation, strobe_moment_clock_us(&moment) + first - offset_us, ret_hash);
    }
    uint8_t bytes[10];
    struct strobe_bytes_view view = {.data = bytes, .size = pack(&moment, bytes)};
    return strobe_bytes_hash(evaluation, &view, ret_hash);
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
    if (left->kind == STROBE_DATETIME_DATETIME && !same_zone(left, right)) {
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
