/*
 * The arithmetic of the decimal specification on digits, with the steps of CPython's _pydecimal.py (which agrees with
 * libmpdec digit by digit). One digit a byte: operands of 28 digits are the rule, and rounding and text need digits.
 */
#include <stdlib.h>
#include <string.h>

#include "probes/expression/py/decimal.h"

enum { EXPONENT_TINY = -STROBE_DECIMAL_EXPONENT_MAX - (STROBE_DECIMAL_PRECISION - 1) };

/* ---- Work ---- */

static void trim(struct strobe_decimal_work *work)
{
    while (work->count > 0 && work->digits[work->count - 1] == 0) {
        work->count--;
    }
}

void strobe_decimal_to_work(const struct strobe_decimal *decimal, struct strobe_decimal_work *ret_work)
{
    ret_work->kind = decimal->kind;
    ret_work->negative = decimal->negative;
    ret_work->exponent = decimal->exponent;
    ret_work->count = decimal->count;
    if (decimal->count > 0) {
        memcpy(ret_work->digits, decimal->digits, decimal->count);
    }
}

struct strobe_decimal strobe_decimal_view(const struct strobe_decimal_work *work)
{
    return (struct strobe_decimal){work->kind, work->negative, work->exponent, work->count, work->digits};
}

int64_t strobe_decimal_adjusted(const struct strobe_decimal *decimal)
{
    return decimal->exponent + (decimal->count > 0 ? (int64_t)decimal->count - 1 : 0);
}

static int too_long(struct strobe_evaluation *evaluation)
{
    return strobe_evaluation_fail(evaluation, STROBE_FAULT_LIMIT, "the Decimal needs more than %d digits",
                                  STROBE_DECIMAL_WORK_DIGITS);
}

/* Zeros behind the last digit. @return false: no room */
static bool shift_up(struct strobe_decimal_work *work, int64_t places)
{
    if (work->count == 0) {
        return true;
    }
    if (places > STROBE_DECIMAL_WORK_DIGITS - (int64_t)work->count) {
        return false;
    }
    memmove(work->digits + places, work->digits, work->count);
    memset(work->digits, 0, (size_t)places);
    work->count += (uint32_t)places;
    return true;
}

static void increment(struct strobe_decimal_work *work)
{
    uint32_t i = 0;
    while (i < work->count && work->digits[i] == 9) {
        work->digits[i++] = 0;
    }
    if (i == work->count) {
        work->digits[work->count++] = 0;
    }
    work->digits[i]++;
}

/* Whether the rest that is dropped takes the kept digits up: `first` is its first digit, `more`: not only zeros behind
 * it, `last` the last digit kept. */
static bool rounds_up(enum strobe_rounding rounding, bool negative, unsigned first, bool more, unsigned last)
{
    bool inexact = first != 0 || more;
    switch (rounding) {
    case STROBE_ROUND_HALF_EVEN:
        return first > 5 || (first == 5 && (more || last % 2 == 1));
    case STROBE_ROUND_HALF_UP:
        return first >= 5;
    case STROBE_ROUND_HALF_DOWN:
        return first > 5 || (first == 5 && more);
    case STROBE_ROUND_UP:
        return inexact;
    case STROBE_ROUND_CEILING:
        return inexact && !negative;
    case STROBE_ROUND_FLOOR:
        return inexact && negative;
    case STROBE_ROUND_05UP:
        return inexact && last % 5 == 0;
    default:
        return false;
    }
}

void strobe_decimal_drop(struct strobe_decimal_work *work, int64_t count, enum strobe_rounding rounding)
{
    unsigned first = 0, last = 0;
    bool more = false;
    if (count <= 0) {
        return;
    }
    if (count <= work->count) {
        first = work->digits[count - 1];
    }
    for (int64_t i = 0; i < count - 1 && i < work->count; i++) {
        more = more || work->digits[i] != 0;
    }
    if (count < work->count) {
        last = work->digits[count];
        memmove(work->digits, work->digits + count, work->count - (size_t)count);
        work->count -= (uint32_t)count;
    } else {
        work->count = 0;
    }
    work->exponent += count;
    if (rounds_up(rounding, work->negative, first, more, last)) {
        increment(work);
    }
    trim(work);
}

int strobe_decimal_rescale(struct strobe_evaluation *evaluation, struct strobe_decimal_work *work, int64_t exponent,
                           enum strobe_rounding rounding)
{
    trim(work);
    if (work->exponent > exponent) {
        if (!shift_up(work, work->exponent - exponent)) {
            return too_long(evaluation);
        }
        work->exponent = exponent;
    } else {
        strobe_decimal_drop(work, exponent - work->exponent, rounding);
    }
    return 0;
}

int strobe_decimal_finish(struct strobe_evaluation *evaluation, struct strobe_decimal_work *work, int64_t precision)
{
    trim(work);
    if (work->kind != STROBE_DECIMAL_FINITE) {
        return 0;
    }
    if (work->count > precision) {
        strobe_decimal_drop(work, work->count - precision, STROBE_ROUND_HALF_EVEN);
        if (work->count > precision) { /* 99.5 became 100 */
            strobe_decimal_drop(work, 1, STROBE_ROUND_HALF_EVEN);
        }
    }
    if (work->count == 0) {
        work->exponent = work->exponent > STROBE_DECIMAL_EXPONENT_MAX ? STROBE_DECIMAL_EXPONENT_MAX : work->exponent;
        work->exponent = work->exponent < EXPONENT_TINY ? EXPONENT_TINY : work->exponent;
        return 0;
    }
    int64_t adjusted = work->exponent + work->count - 1;
    if (adjusted > STROBE_DECIMAL_EXPONENT_MAX) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_ARITHMETIC, "decimal.Overflow");
    }
    if (adjusted < -STROBE_DECIMAL_EXPONENT_MAX) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_LIMIT, "the Decimal is too near to zero");
    }
    return 0;
}

/* ---- Magnitudes ---- */

static int order_digits(const uint8_t *left, uint32_t left_count, const uint8_t *right, uint32_t right_count)
{
    if (left_count != right_count) {
        return left_count < right_count ? -1 : 1;
    }
    for (uint32_t i = left_count; i-- > 0;) {
        if (left[i] != right[i]) {
            return left[i] < right[i] ? -1 : 1;
        }
    }
    return 0;
}

/* left += right; there is room */
static void add_digits(struct strobe_decimal_work *left, const struct strobe_decimal_work *right)
{
    unsigned carry = 0;
    for (uint32_t i = 0; i < right->count || carry != 0; i++) {
        unsigned sum = carry + (i < left->count ? left->digits[i] : 0U) + (i < right->count ? right->digits[i] : 0U);
        left->digits[i] = (uint8_t)(sum % 10);
        carry = sum / 10;
        left->count = i < left->count ? left->count : i + 1;
    }
}

/* left -= right, left >= right */
static void subtract_digits(uint8_t *left, const uint8_t *right, uint32_t right_count)
{
    int borrow = 0;
    for (uint32_t i = 0; i < right_count || borrow != 0; i++) {
        int difference = left[i] - (i < right_count ? right[i] : 0) - borrow;
        borrow = difference < 0;
        left[i] = (uint8_t)(difference + (borrow ? 10 : 0));
    }
}

/* numerator / denominator: the quotient, with the remainder left in `numerator`. Trimmed; denominator not 0. */
static int divide_digits(struct strobe_evaluation *evaluation, struct strobe_decimal_work *numerator,
                         const struct strobe_decimal *denominator, struct strobe_decimal_work *ret_quotient)
{
    int64_t places = (int64_t)numerator->count - denominator->count + 1;
    ret_quotient->count = 0;
    if (places <= 0) {
        return 0;
    }
    int status = strobe_evaluation_spend(evaluation, places * (1 + denominator->count / 16));
    if (status < 0) {
        return status;
    }
    ret_quotient->count = (uint32_t)places;
    for (int64_t place = places - 1; place >= 0; place--) {
        uint8_t digit = 0;
        uint8_t *window = numerator->digits + place;
        while (true) {
            trim(numerator);
            uint32_t count = numerator->count > (uint64_t)place ? numerator->count - (uint32_t)place : 0;
            if (order_digits(window, count, denominator->digits, denominator->count) < 0) {
                break;
            }
            subtract_digits(window, denominator->digits, denominator->count);
            digit++;
        }
        ret_quotient->digits[place] = digit;
    }
    trim(ret_quotient);
    return 0;
}

/* ---- Order ---- */

static int order_magnitudes(const struct strobe_decimal *left, const struct strobe_decimal *right)
{
    if (left->count == 0 || right->count == 0) {
        return (left->count != 0) - (right->count != 0);
    }
    int64_t left_adjusted = strobe_decimal_adjusted(left), right_adjusted = strobe_decimal_adjusted(right);
    if (left_adjusted != right_adjusted) {
        return left_adjusted < right_adjusted ? -1 : 1;
    }
    uint32_t count = left->count > right->count ? left->count : right->count;
    for (uint32_t i = 1; i <= count; i++) { /* from the first digit on; the shorter one goes on with zeros */
        int left_digit = i <= left->count ? left->digits[left->count - i] : 0;
        int right_digit = i <= right->count ? right->digits[right->count - i] : 0;
        if (left_digit != right_digit) {
            return left_digit < right_digit ? -1 : 1;
        }
    }
    return 0;
}

static int sign_of(const struct strobe_decimal *decimal)
{
    bool zero = decimal->kind == STROBE_DECIMAL_FINITE && decimal->count == 0;
    return zero ? 0 : decimal->negative ? -1 : 1;
}

int strobe_decimal_order(const struct strobe_decimal *left, const struct strobe_decimal *right)
{
    int left_sign = sign_of(left), right_sign = sign_of(right);
    if (left_sign != right_sign || left_sign == 0) {
        return left_sign < right_sign ? -1 : left_sign > right_sign;
    }
    bool left_infinite = left->kind == STROBE_DECIMAL_INFINITE, right_infinite = right->kind == STROBE_DECIMAL_INFINITE;
    int order = left_infinite || right_infinite ? left_infinite - right_infinite : order_magnitudes(left, right);
    return left_sign * order;
}

/* ---- Sum ---- */

/* One operand is 0: the other one, with the lesser exponent as far as the precision allows. */
static int add_to_zero(struct strobe_evaluation *evaluation, const struct strobe_decimal *other, bool negative,
                       int64_t exponent, struct strobe_decimal_work *ret_work)
{
    int64_t least = other->exponent - STROBE_DECIMAL_PRECISION - 1;
    strobe_decimal_to_work(other, ret_work);
    ret_work->negative = negative;
    int status =
        strobe_decimal_rescale(evaluation, ret_work, exponent > least ? exponent : least, STROBE_ROUND_HALF_EVEN);
    return status < 0 ? status : strobe_decimal_finish(evaluation, ret_work, STROBE_DECIMAL_PRECISION);
}

/* Give both the same exponent; an operand far too small to matter becomes a 1 just below the precision. */
static int align(struct strobe_evaluation *evaluation, struct strobe_decimal_work *left,
                 struct strobe_decimal_work *right)
{
    struct strobe_decimal_work *high = left->exponent < right->exponent ? right : left;
    struct strobe_decimal_work *low = high == left ? right : left;
    int64_t gap = (int64_t)high->count - STROBE_DECIMAL_PRECISION - 2;
    int64_t exponent = high->exponent + (gap < -1 ? gap : -1);
    if ((int64_t)low->count + low->exponent - 1 < exponent) {
        low->count = 1;
        low->digits[0] = 1;
        low->exponent = exponent;
    }
    if (!shift_up(high, high->exponent - low->exponent)) {
        return too_long(evaluation);
    }
    high->exponent = low->exponent;
    return 0;
}

int strobe_decimal_add(struct strobe_evaluation *evaluation, const struct strobe_decimal *left,
                       const struct strobe_decimal *right, bool subtracts, struct strobe_decimal_work *ret_work)
{
    struct strobe_decimal_work other;
    bool right_negative = right->negative != subtracts;
    int64_t exponent = left->exponent < right->exponent ? left->exponent : right->exponent;
    int status = strobe_evaluation_spend(evaluation, 4 + (left->count + right->count) / 16);
    if (status < 0) {
        return status;
    }
    if (left->count == 0 && right->count == 0) {
        *ret_work = (struct strobe_decimal_work){.negative = left->negative && right_negative, .exponent = exponent};
        return strobe_decimal_finish(evaluation, ret_work, STROBE_DECIMAL_PRECISION);
    }
    if (left->count == 0 || right->count == 0) {
        const struct strobe_decimal *kept = left->count == 0 ? right : left;
        return add_to_zero(evaluation, kept, left->count == 0 ? right_negative : left->negative, exponent, ret_work);
    }
    strobe_decimal_to_work(left, ret_work);
    strobe_decimal_to_work(right, &other);
    other.negative = right_negative;
    status = align(evaluation, ret_work, &other);
    if (status < 0) {
        return status;
    }
    if (ret_work->negative == other.negative) {
        if (ret_work->count >= STROBE_DECIMAL_WORK_DIGITS || other.count >= STROBE_DECIMAL_WORK_DIGITS) {
            return too_long(evaluation);
        }
        add_digits(ret_work, &other);
        return strobe_decimal_finish(evaluation, ret_work, STROBE_DECIMAL_PRECISION);
    }
    int order = order_digits(ret_work->digits, ret_work->count, other.digits, other.count);
    if (order < 0) {
        subtract_digits(other.digits, ret_work->digits, ret_work->count);
        *ret_work = other;
    } else {
        subtract_digits(ret_work->digits, other.digits, other.count);
        ret_work->negative = order != 0 && ret_work->negative;
    }
    return strobe_decimal_finish(evaluation, ret_work, STROBE_DECIMAL_PRECISION);
}

/* ---- Product, quotient, power ---- */

int strobe_decimal_multiply(struct strobe_evaluation *evaluation, const struct strobe_decimal *left,
                            const struct strobe_decimal *right, int64_t precision, struct strobe_decimal_work *ret_work)
{
    int status = strobe_evaluation_spend(evaluation, 1 + (int64_t)left->count * right->count / 64);
    if (status < 0) {
        return status;
    }
    ret_work->kind = STROBE_DECIMAL_FINITE;
    ret_work->negative = left->negative != right->negative;
    ret_work->exponent = left->exponent + right->exponent;
    ret_work->count = left->count + right->count;
    memset(ret_work->digits, 0, ret_work->count);
    for (uint32_t i = 0; i < left->count; i++) {
        unsigned carry = 0;
        for (uint32_t j = 0; j < right->count || carry != 0; j++) {
            unsigned sum = carry + ret_work->digits[i + j] +
                           (j < right->count ? (unsigned)left->digits[i] * right->digits[j] : 0U);
            ret_work->digits[i + j] = (uint8_t)(sum % 10);
            carry = sum / 10;
        }
    }
    return strobe_decimal_finish(evaluation, ret_work, precision);
}

/* An exact quotient loses zeros until it has the exponent that the operands suggest. */
static void approach(struct strobe_decimal_work *work, int64_t ideal)
{
    while (work->exponent < ideal && work->count > 0 && work->digits[0] == 0) {
        strobe_decimal_drop(work, 1, STROBE_ROUND_DOWN);
    }
}

int strobe_decimal_divide(struct strobe_evaluation *evaluation, const struct strobe_decimal *left,
                          const struct strobe_decimal *right, int64_t precision, struct strobe_decimal_work *ret_work)
{
    struct strobe_decimal_work rest;
    struct strobe_decimal divisor = *right;
    uint8_t shifted[STROBE_DECIMAL_WORK_DIGITS];
    int64_t ideal = left->exponent - right->exponent;
    ret_work->kind = STROBE_DECIMAL_FINITE;
    ret_work->negative = left->negative != right->negative;
    ret_work->exponent = ideal;
    ret_work->count = 0;
    if (left->count == 0) {
        return strobe_decimal_finish(evaluation, ret_work, precision);
    }
    int64_t shift = (int64_t)right->count - left->count + precision + 1;
    ret_work->exponent = ideal - shift;
    strobe_decimal_to_work(left, &rest);
    if (shift >= 0 && !shift_up(&rest, shift)) {
        return too_long(evaluation);
    }
    if (shift < 0) { /* the dividend has digits enough: the divisor gets the zeros */
        memset(shifted, 0, (size_t)-shift);
        memcpy(shifted - shift, right->digits, right->count);
        divisor.digits = shifted;
        divisor.count = right->count + (uint32_t)-shift;
    }
    int status = divide_digits(evaluation, &rest, &divisor, ret_work);
    if (status < 0) {
        return status;
    }
    if (rest.count != 0 && ret_work->count != 0 && ret_work->digits[0] % 5 == 0) {
        ret_work->digits[0]++; /* never a tie: there is more */
    } else if (rest.count == 0) {
        approach(ret_work, ideal);
    }
    return strobe_decimal_finish(evaluation, ret_work, precision);
}

int strobe_decimal_divide_whole(struct strobe_evaluation *evaluation, const struct strobe_decimal *left,
                                const struct strobe_decimal *right, struct strobe_decimal_work *ret_quotient,
                                struct strobe_decimal_work *ret_remainder)
{
    struct strobe_decimal_work divisor;
    struct strobe_decimal_work *quotient = ret_quotient, *rest = ret_remainder;
    int64_t ideal = left->exponent < right->exponent ? left->exponent : right->exponent;
    int64_t difference = strobe_decimal_adjusted(left) - strobe_decimal_adjusted(right);
    int status = 0;
    strobe_decimal_to_work(left, rest);
    quotient->kind = STROBE_DECIMAL_FINITE;
    quotient->negative = left->negative != right->negative;
    quotient->exponent = 0;
    quotient->count = 0;
    if (left->count == 0 || difference <= -2) {
        status = strobe_decimal_rescale(evaluation, rest, ideal, STROBE_ROUND_HALF_EVEN);
        return status < 0 ? status : strobe_decimal_finish(evaluation, rest, STROBE_DECIMAL_PRECISION);
    }
    if (difference > STROBE_DECIMAL_PRECISION) {
        return strobe_decimal_invalid(evaluation, "DivisionImpossible");
    }
    strobe_decimal_to_work(right, &divisor);
    if (!shift_up(rest, left->exponent - ideal) || !shift_up(&divisor, right->exponent - ideal)) {
        return too_long(evaluation);
    }
    struct strobe_decimal view = strobe_decimal_view(&divisor);
    status = divide_digits(evaluation, rest, &view, quotient);
    if (status < 0) {
        return status;
    }
    if (quotient->count > STROBE_DECIMAL_PRECISION) {
        return strobe_decimal_invalid(evaluation, "DivisionImpossible");
    }
    rest->exponent = ideal;
    return strobe_decimal_finish(evaluation, rest, STROBE_DECIMAL_PRECISION);
}

/* 1.00 ** 3 is 1.000000, as far as the precision allows. */
static void power_of_one(const struct strobe_decimal *base, int64_t exponent, struct strobe_decimal_work *ret_work)
{
    int64_t places = exponent < 0 || base->exponent >= 0 ? 0 : -base->exponent;
    places = exponent > STROBE_DECIMAL_PRECISION ? places * STROBE_DECIMAL_PRECISION : places * exponent;
    places = places > STROBE_DECIMAL_PRECISION - 1 ? STROBE_DECIMAL_PRECISION - 1 : exponent < 0 ? 0 : places;
    ret_work->count = 1;
    ret_work->digits[0] = 1;
    shift_up(ret_work, places);
    ret_work->exponent = -places;
}

int strobe_decimal_power(struct strobe_evaluation *evaluation, const struct strobe_decimal *base, int64_t exponent,
                         int exponent_digits, struct strobe_decimal_work *ret_work)
{
    static const uint8_t digit_one[] = {1};
    const struct strobe_decimal one = {.count = 1, .digits = digit_one};
    int64_t precision = STROBE_DECIMAL_PRECISION + exponent_digits + 2;
    struct strobe_decimal_work factor, product;
    struct strobe_decimal positive = *base;
    bool negative = base->negative && exponent % 2 != 0;
    int status = 0;
    positive.negative = false;
    ret_work->kind = STROBE_DECIMAL_FINITE;
    ret_work->negative = negative;
    if (strobe_decimal_order(&positive, &one) == 0) {
        power_of_one(base, exponent, ret_work);
        return 0;
    }
    if (exponent < 0) {
        status = strobe_decimal_divide(evaluation, &one, &positive, ++precision, &factor);
    } else {
        strobe_decimal_to_work(&positive, &factor);
    }
    struct strobe_decimal step = strobe_decimal_view(&factor);
    uint64_t count = (uint64_t)llabs(exponent);
    *ret_work = factor;
    for (int bit = 62 - __builtin_clzll(count); bit >= 0 && status == 0; bit--) {
        struct strobe_decimal view = strobe_decimal_view(ret_work);
        status = strobe_decimal_multiply(evaluation, &view, &view, precision, &product);
        *ret_work = product;
        if (status == 0 && (count >> bit & 1) != 0) {
            view = strobe_decimal_view(&product);
            status = strobe_decimal_multiply(evaluation, &view, &step, precision, ret_work);
        }
    }
    ret_work->negative = negative;
    return status < 0 ? status : strobe_decimal_finish(evaluation, ret_work, STROBE_DECIMAL_PRECISION);
}
