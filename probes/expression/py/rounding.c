#include "probes/expression/py/rounding.h"

#include <float.h>
#include <math.h>

#include "probes/expression/py/wide.h"

/* 10^places; `places` is small enough for the result to fit. */
static void power_of_ten(int64_t places, struct strobe_big *ret_power)
{
    strobe_big_set(ret_power, 1);
    for (; places > 0; places--) {
        strobe_big_multiply_small(ret_power, 10, 0);
    }
}

/* numerator / denominator as an int, half to even; both not negative. */
static void divide_to_even(const struct strobe_big *numerator, const struct strobe_big *denominator,
                           struct strobe_big *ret_quotient)
{
    struct strobe_big rest, one;
    strobe_big_divide(numerator, denominator, ret_quotient, &rest);
    strobe_big_shift_left(&rest, 1);
    int order = strobe_big_order(&rest, denominator);
    bool odd = ret_quotient->count > 0 && (ret_quotient->digits[0] & 1) != 0;
    if (order > 0 || (order == 0 && odd)) {
        strobe_big_set(&one, 1);
        strobe_big_add(ret_quotient, &one, ret_quotient);
    }
}

/* Below 0: to tens, hundreds ... */
static int round_int(struct strobe_evaluation *evaluation, const struct strobe_number *number, int64_t places,
                     struct strobe_value *ret_value)
{
    enum { DIGITS_MAX = STROBE_EXPRESSION_INT_BITS_MAX / 3 };
    struct strobe_big digits, unit, quotient, product;
    int status = strobe_big_load(evaluation, number, &digits);
    if (status < 0) {
        return status;
    }
    bool negative = digits.negative;
    if (-places > DIGITS_MAX) {
        *ret_value = strobe_value_int(0);
        return 0;
    }
    status = strobe_evaluation_spend(evaluation, -places / 8 + digits.count);
    if (status < 0) {
        return status;
    }
    digits.negative = false;
    power_of_ten(-places, &unit);
    divide_to_even(&digits, &unit, &quotient);
    strobe_big_multiply(&quotient, &unit, &product);
    product.negative = negative && product.count != 0;
    return strobe_big_value(evaluation, &product, ret_value);
}

/* Exact: the double is mantissa * 2^exponent; its nearest multiple of 10^-places, and the nearest double to that. */
static int round_real(struct strobe_evaluation *evaluation, double real, int64_t places, double *ret_real)
{
    int exponent;
    struct strobe_big numerator, denominator, unit, quotient, scaled;
    if (real == 0.0 || !isfinite(real) || places > 323 || (places > 15 && fabs(real) >= 0x1p53)) {
        *ret_real = real;
        return 0;
    }
    if (places < -309) {
        *ret_real = copysign(0.0, real);
        return 0;
    }
    int status = strobe_evaluation_spend(evaluation, 8 + (places < 0 ? -places : places) / 8);
    if (status < 0) {
        return status;
    }
    double fraction = frexp(fabs(real), &exponent);
    strobe_big_set(&numerator, (int64_t)ldexp(fraction, DBL_MANT_DIG));
    exponent -= DBL_MANT_DIG;
    power_of_ten(places < 0 ? -places : places, &unit);
    strobe_big_set(&denominator, 1);
    if (places >= 0) {
        strobe_big_multiply(&numerator, &unit, &scaled);
        numerator = scaled;
    } else {
        denominator = unit;
    }
    strobe_big_shift_left(exponent >= 0 ? &numerator : &denominator, (uint64_t)(exponent < 0 ? -exponent : exponent));
    divide_to_even(&numerator, &denominator, &quotient);
    if (places >= 0) {
        strobe_big_nearest(&quotient, &unit, ret_real);
    } else {
        strobe_big_multiply(&quotient, &unit, &scaled);
        strobe_big_set(&denominator, 1);
        strobe_big_nearest(&scaled, &denominator, ret_real);
    }
    if (isinf(*ret_real)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_OVERFLOW, "rounded value too large to represent");
    }
    *ret_real = copysign(*ret_real, real);
    return 0;
}

/* Half to even; exact, because a double with a fraction is far below 2^53. */
static double round_to_even(double real)
{
    double rounded = round(real);
    if (fabs(real - rounded) == 0.5) {
        rounded = 2.0 * round(real / 2.0);
    }
    return rounded;
}

int strobe_number_round(struct strobe_evaluation *evaluation, struct strobe_value value, const int64_t *places,
                        struct strobe_value *ret_value)
{
    struct strobe_number number;
    enum strobe_number_kind kind = strobe_number_of(value, &number);
    if (kind == STROBE_NUMBER_FLOAT) {
        double rounded;
        if (places == NULL) {
            return strobe_number_truncate(evaluation, isfinite(number.real) ? round_to_even(number.real) : number.real,
                                          ret_value);
        }
        int status = round_real(evaluation, number.real, *places, &rounded);
        if (status == 0) {
            *ret_value = strobe_value_float(rounded);
        }
        return status;
    }
    if (places != NULL && *places < 0) {
        return round_int(evaluation, &number, *places, ret_value);
    }
    return strobe_number_plain(evaluation, value, ret_value);
}
