#include "probes/expression/py/wide.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/py/integer.h"

static void trim(struct strobe_big *digits)
{
    while (digits->count > 0 && digits->digits[digits->count - 1] == 0) {
        digits->count--;
    }
    if (digits->count == 0) {
        digits->negative = false;
    }
}

/* ---- In and out ---- */

void strobe_big_set(struct strobe_big *digits, int64_t value)
{
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    digits->negative = value < 0;
    digits->count = 2;
    digits->digits[0] = (uint32_t)magnitude;
    digits->digits[1] = (uint32_t)(magnitude >> 32);
    trim(digits);
}

static int too_wide(struct strobe_evaluation *evaluation)
{
    return strobe_evaluation_fail(evaluation, STROBE_FAULT_LIMIT, "an int of more than %d bits",
                                  STROBE_EXPRESSION_INT_BITS_MAX);
}

int strobe_big_load(struct strobe_evaluation *evaluation, const struct strobe_number *number,
                    struct strobe_big *ret_digits)
{
    if (number->kind == STROBE_NUMBER_INT) {
        strobe_big_set(ret_digits, number->integer);
        return 0;
    }
    if (number->wide != NULL) {
        ret_digits->negative = number->wide->negative;
        ret_digits->count = number->wide->count;
        memcpy(ret_digits->digits, number->wide->digits, number->wide->count * sizeof(uint32_t));
        return 0;
    }
    uint64_t bits = strobe_integer_bits(number->object);
    if (bits > STROBE_EXPRESSION_INT_BITS_MAX) {
        return too_wide(evaluation);
    }
    ret_digits->negative = strobe_integer_negative(number->object);
    ret_digits->count = (uint32_t)((bits + 31) / 32);
    strobe_integer_words(number->object, ret_digits->digits, ret_digits->count);
    return 0;
}

int strobe_wide_make(struct strobe_evaluation *evaluation, bool negative, const uint32_t *digits, size_t count,
                     struct strobe_value *ret_value)
{
    while (count > 0 && digits[count - 1] == 0) {
        count--;
    }
    if (count > STROBE_BIG_DIGITS_RESULT_MAX) {
        return too_wide(evaluation);
    }
    uint64_t magnitude = (count > 0 ? digits[0] : 0) | (count > 1 ? (uint64_t)digits[1] << 32 : 0);
    if (count <= 2 && magnitude <= (uint64_t)INT64_MAX + negative) {
        *ret_value = strobe_value_int((int64_t)(negative ? 0 - magnitude : magnitude));
        return 0;
    }
    struct strobe_wide *wide = strobe_evaluation_take(evaluation, sizeof *wide + count * sizeof(uint32_t));
    if (wide == NULL) {
        return STROBE_ELIMIT;
    }
    wide->negative = negative;
    wide->count = (uint32_t)count;
    memcpy(wide->digits, digits, count * sizeof(uint32_t));
    *ret_value = (struct strobe_value){STROBE_VALUE_WIDE, {.wide = wide}};
    return 0;
}

int strobe_big_value(struct strobe_evaluation *evaluation, const struct strobe_big *digits,
                     struct strobe_value *ret_value)
{
    return strobe_wide_make(evaluation, digits->negative, digits->digits, digits->count, ret_value);
}

uint64_t strobe_big_bits(const struct strobe_big *digits)
{
    if (digits->count == 0) {
        return 0;
    }
    uint32_t top = digits->digits[digits->count - 1];
    return (uint64_t)digits->count * 32 - (unsigned)__builtin_clz(top);
}

/* ---- Sums ---- */

int strobe_big_order(const struct strobe_big *left, const struct strobe_big *right)
{
    if (left->count != right->count) {
        return left->count < right->count ? -1 : 1;
    }
    for (uint32_t i = left->count; i-- > 0;) {
        if (left->digits[i] != right->digits[i]) {
            return left->digits[i] < right->digits[i] ? -1 : 1;
        }
    }
    return 0;
}

static uint32_t digit_at(const struct strobe_big *digits, uint32_t i)
{
    return i < digits->count ? digits->digits[i] : 0;
}

static void add_magnitudes(const struct strobe_big *left, const struct strobe_big *right, struct strobe_big *ret_sum)
{
    uint32_t count = left->count > right->count ? left->count : right->count;
    uint64_t carry = 0;
    for (uint32_t i = 0; i < count; i++) {
        carry += (uint64_t)digit_at(left, i) + digit_at(right, i);
        ret_sum->digits[i] = (uint32_t)carry;
        carry >>= 32;
    }
    ret_sum->digits[count] = (uint32_t)carry;
    ret_sum->count = count + 1;
}

/* `left` is not the smaller. */
static void subtract_magnitudes(const struct strobe_big *left, const struct strobe_big *right,
                                struct strobe_big *ret_difference)
{
    uint32_t count = left->count;
    int64_t borrow = 0;
    for (uint32_t i = 0; i < count; i++) {
        borrow += (int64_t)left->digits[i] - digit_at(right, i);
        ret_difference->digits[i] = (uint32_t)borrow;
        borrow >>= 32;
    }
    ret_difference->count = count;
}

/* left + right, `right` taken with the sign given. */
static void add_signed(const struct strobe_big *left, const struct strobe_big *right, bool right_negative,
                       struct strobe_big *ret_sum)
{
    bool negative = left->negative;
    if (left->negative == right_negative) {
        add_magnitudes(left, right, ret_sum);
    } else if (strobe_big_order(left, right) >= 0) {
        subtract_magnitudes(left, right, ret_sum);
    } else {
        negative = right_negative;
        subtract_magnitudes(right, left, ret_sum);
    }
    ret_sum->negative = negative;
    trim(ret_sum);
}

void strobe_big_add(const struct strobe_big *left, const struct strobe_big *right, struct strobe_big *ret_sum)
{
    add_signed(left, right, right->negative, ret_sum);
}

void strobe_big_subtract(const struct strobe_big *left, const struct strobe_big *right,
                         struct strobe_big *ret_difference)
{
    add_signed(left, right, !right->negative, ret_difference);
}

/* ---- Products ---- */

void strobe_big_multiply(const struct strobe_big *left, const struct strobe_big *right, struct strobe_big *ret_product)
{
    ret_product->count = left->count + right->count;
    ret_product->negative = left->negative != right->negative;
    memset(ret_product->digits, 0, ret_product->count * sizeof(uint32_t));
    for (uint32_t i = 0; i < left->count; i++) {
        uint64_t carry = 0;
        for (uint32_t j = 0; j < right->count; j++) {
            carry += (uint64_t)left->digits[i] * right->digits[j] + ret_product->digits[i + j];
            ret_product->digits[i + j] = (uint32_t)carry;
            carry >>= 32;
        }
        ret_product->digits[i + right->count] = (uint32_t)carry;
    }
    trim(ret_product);
}

void strobe_big_multiply_small(struct strobe_big *digits, uint32_t factor, uint32_t addend)
{
    uint64_t carry = addend;
    for (uint32_t i = 0; i < digits->count; i++) {
        carry += (uint64_t)digits->digits[i] * factor;
        digits->digits[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry != 0) {
        digits->digits[digits->count++] = (uint32_t)carry;
    }
}

/* ---- Shifts ---- */

void strobe_big_shift_left(struct strobe_big *digits, uint64_t bits)
{
    uint32_t whole = (uint32_t)(bits / 32);
    unsigned rest = (unsigned)(bits % 32);
    if (digits->count == 0 || bits == 0) {
        return;
    }
    digits->digits[digits->count] = 0;
    for (uint32_t i = digits->count + 1; i-- > 0;) {
        uint32_t low = i > 0 && rest != 0 ? digits->digits[i - 1] >> (32 - rest) : 0;
        digits->digits[i + whole] = digits->digits[i] << rest | low;
    }
    memset(digits->digits, 0, whole * sizeof(uint32_t));
    digits->count += whole + 1;
    trim(digits);
}

bool strobe_big_shift_right(struct strobe_big *digits, uint64_t bits)
{
    uint64_t whole = bits / 32;
    unsigned rest = (unsigned)(bits % 32);
    bool lost = false;
    for (uint32_t i = 0; i < digits->count && i < whole; i++) {
        lost |= digits->digits[i] != 0;
    }
    if (whole >= digits->count) {
        digits->count = 0;
        digits->negative = false;
        return lost;
    }
    lost |= (digits->digits[whole] & (((uint32_t)1 << rest) - 1)) != 0;
    digits->count -= (uint32_t)whole;
    for (uint32_t i = 0; i < digits->count; i++) {
        uint32_t high = i + 1 < digits->count && rest != 0 ? digits->digits[i + whole + 1] << (32 - rest) : 0;
        digits->digits[i] = digits->digits[i + whole] >> rest | high;
    }
    trim(digits);
    return lost;
}

/* ---- Quotients ---- */

uint32_t strobe_big_divide_small(struct strobe_big *digits, uint32_t divisor)
{
    uint64_t remainder = 0;
    for (uint32_t i = digits->count; i-- > 0;) {
        remainder = remainder << 32 | digits->digits[i];
        digits->digits[i] = (uint32_t)(remainder / divisor);
        remainder %= divisor;
    }
    trim(digits);
    return (uint32_t)remainder;
}

/* One digit of the quotient: estimate it from the highest digits, subtract, correct (Knuth, algorithm D). `rest` has
 * one digit more than `divisor`, whose highest bit is set. */
static uint32_t divide_digit(uint32_t *rest, const uint32_t *divisor, uint32_t count)
{
    uint64_t top = (uint64_t)rest[count] << 32 | rest[count - 1];
    uint64_t estimate = top / divisor[count - 1];
    uint64_t remainder = top % divisor[count - 1];
    while (estimate >> 32 != 0 || estimate * divisor[count - 2] > (remainder << 32 | rest[count - 2])) {
        estimate--;
        remainder += divisor[count - 1];
        if (remainder >> 32 != 0) {
            break;
        }
    }
    uint64_t carry = 0;
    int64_t borrow = 0;
    for (uint32_t i = 0; i < count; i++) {
        carry += estimate * divisor[i];
        borrow += (int64_t)rest[i] - (int64_t)(uint32_t)carry;
        rest[i] = (uint32_t)borrow;
        carry >>= 32;
        borrow >>= 32;
    }
    borrow += (int64_t)rest[count] - (int64_t)carry;
    rest[count] = (uint32_t)borrow;
    if (borrow >> 32 != 0) { /* one too many: give it back */
        uint64_t sum = 0;
        estimate--;
        for (uint32_t i = 0; i < count; i++) {
            sum += (uint64_t)rest[i] + divisor[i];
            rest[i] = (uint32_t)sum;
            sum >>= 32;
        }
        rest[count] += (uint32_t)sum;
    }
    return (uint32_t)estimate;
}

void strobe_big_divide(const struct strobe_big *dividend, const struct strobe_big *divisor,
                       struct strobe_big *ret_quotient, struct strobe_big *ret_remainder)
{
    ret_quotient->negative = false;
    if (divisor->count == 1) {
        *ret_quotient = *dividend;
        ret_quotient->negative = false;
        ret_remainder->digits[0] = strobe_big_divide_small(ret_quotient, divisor->digits[0]);
        ret_remainder->count = 1;
    } else if (strobe_big_order(dividend, divisor) < 0) {
        ret_quotient->count = 0;
        *ret_remainder = *dividend;
    } else {
        struct strobe_big scaled = *divisor;
        unsigned shift = (unsigned)__builtin_clz(divisor->digits[divisor->count - 1]);
        uint32_t count = divisor->count;
        strobe_big_shift_left(&scaled, shift);
        *ret_remainder = *dividend;
        strobe_big_shift_left(ret_remainder, shift);
        if (ret_remainder->count == dividend->count) {
            ret_remainder->digits[ret_remainder->count++] = 0;
        }
        ret_quotient->count = ret_remainder->count - count;
        for (uint32_t i = ret_quotient->count; i-- > 0;) {
            ret_quotient->digits[i] = divide_digit(ret_remainder->digits + i, scaled.digits, count);
        }
        trim(ret_quotient);
        trim(ret_remainder);
        strobe_big_shift_right(ret_remainder, shift);
    }
    ret_remainder->negative = false;
    trim(ret_remainder);
}

void strobe_big_floor_divide(const struct strobe_big *dividend, const struct strobe_big *divisor,
                             struct strobe_big *ret_quotient, struct strobe_big *ret_remainder)
{
    strobe_big_divide(dividend, divisor, ret_quotient, ret_remainder);
    if (dividend->negative != divisor->negative) {
        if (ret_remainder->count != 0) { /* rounded towards 0 so far */
            struct strobe_big magnitude = *divisor;
            struct strobe_big one;
            magnitude.negative = false;
            strobe_big_set(&one, 1);
            strobe_big_add(ret_quotient, &one, ret_quotient);
            strobe_big_subtract(&magnitude, ret_remainder, ret_remainder);
        }
        ret_quotient->negative = ret_quotient->count != 0;
    }
    ret_remainder->negative = divisor->negative && ret_remainder->count != 0;
}

/* ---- Bits ---- */

void strobe_big_bitwise(const struct strobe_big *left, const struct strobe_big *right, enum strobe_binary operation,
                        struct strobe_big *ret_result)
{
    uint32_t count = (left->count > right->count ? left->count : right->count) + 1;
    uint64_t left_carry = 1, right_carry = 1, carry = 1; /* of the +1 in -x == ~x + 1 */
    uint32_t last = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t a = digit_at(left, i);
        uint32_t b = digit_at(right, i);
        if (left->negative) {
            left_carry += (uint32_t)~a;
            a = (uint32_t)left_carry;
            left_carry >>= 32;
        }
        if (right->negative) {
            right_carry += (uint32_t)~b;
            b = (uint32_t)right_carry;
            right_carry >>= 32;
        }
        last = operation == STROBE_BINARY_AND ? a & b : (operation == STROBE_BINARY_OR ? a | b : a ^ b);
        ret_result->digits[i] = last;
    }
    ret_result->count = count;
    ret_result->negative = last >> 31 != 0;
    for (uint32_t i = 0; ret_result->negative && i < count; i++) {
        carry += (uint32_t)~ret_result->digits[i];
        ret_result->digits[i] = (uint32_t)carry;
        carry >>= 32;
    }
    trim(ret_result);
}

/* ---- Doubles ---- */

enum { QUOTIENT_BITS = 56, DOUBLE_LOWEST_EXPONENT = -1074 };

/* whole * 2^exponent, to which less than one unit is missing when `inexact`; ties to even. `whole` < 2^58 */
static double round_to_double(uint64_t whole, int exponent, bool inexact)
{
    int bits = whole == 0 ? 0 : 64 - __builtin_clzll(whole);
    int lowest = bits + exponent - DBL_MANT_DIG;
    lowest = lowest < DOUBLE_LOWEST_EXPONENT ? DOUBLE_LOWEST_EXPONENT : lowest;
    int dropped = lowest - exponent;
    if (dropped > QUOTIENT_BITS + 2) {
        return 0.0;
    }
    if (dropped <= 0) {
        return ldexp((double)whole, exponent);
    }
    uint64_t half = (uint64_t)1 << (dropped - 1);
    uint64_t rest = whole & (2 * half - 1);
    uint64_t kept = whole >> dropped;
    if (rest > half || (rest == half && (inexact || (kept & 1) != 0))) {
        kept++;
    }
    return ldexp((double)kept, lowest);
}

int strobe_big_nearest(const struct strobe_big *dividend, const struct strobe_big *divisor, double *ret_ratio)
{
    bool negative = dividend->negative != divisor->negative;
    int64_t magnitude = (int64_t)strobe_big_bits(dividend) - (int64_t)strobe_big_bits(divisor);
    double ratio = 0.0;
    if (magnitude > DBL_MAX_EXP + 1) {
        ratio = HUGE_VAL;
    } else if (dividend->count != 0 && magnitude > DOUBLE_LOWEST_EXPONENT - 3) {
        struct strobe_big scaled = *dividend, quotient, remainder;
        int64_t shift = QUOTIENT_BITS - magnitude;
        bool inexact = false;
        if (shift >= 0) {
            strobe_big_shift_left(&scaled, (uint64_t)shift);
        } else {
            inexact = strobe_big_shift_right(&scaled, (uint64_t)-shift);
        }
        strobe_big_divide(&scaled, divisor, &quotient, &remainder);
        uint64_t whole = digit_at(&quotient, 0) | (uint64_t)digit_at(&quotient, 1) << 32;
        ratio = round_to_double(whole, (int)-shift, inexact || remainder.count != 0);
    }
    *ret_ratio = negative ? -ratio : ratio;
    return 0;
}

int strobe_big_ratio(struct strobe_evaluation *evaluation, const struct strobe_big *dividend,
                     const struct strobe_big *divisor, double *ret_ratio)
{
    double ratio;
    strobe_big_nearest(dividend, divisor, &ratio);
    if (isinf(ratio)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_OVERFLOW, "the result is too large for a float");
    }
    *ret_ratio = ratio;
    return 0;
}

void strobe_big_from_double(double value, struct strobe_big *ret_digits)
{
    int exponent;
    double fraction = frexp(trunc(value), &exponent);
    strobe_big_set(ret_digits, (int64_t)ldexp(fraction, DBL_MANT_DIG));
    if (exponent >= DBL_MANT_DIG) {
        strobe_big_shift_left(ret_digits, (uint64_t)(exponent - DBL_MANT_DIG));
    } else {
        strobe_big_shift_right(ret_digits, (uint64_t)(DBL_MANT_DIG - exponent));
    }
}
