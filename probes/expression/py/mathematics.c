/* The functions of the module math that programs use in conditions. */
#include <math.h>

#include "probes/expression/py/function.h"
#include "probes/expression/py/number.h"
#include "probes/expression/py/standard.h"
#include "probes/expression/py/wide.h"

/* An argument as a double. */
static int real_of(struct strobe_evaluation *evaluation, struct strobe_value value, double *ret_real)
{
    struct strobe_number number;
    if (strobe_number_of(value, &number) != STROBE_NUMBER_NONE) {
        return strobe_number_real(evaluation, &number, ret_real);
    }
    int status = strobe_standard_real(evaluation, value, ret_real);
    if (status != 1) {
        return status;
    }
    const PyNumberMethods *methods = strobe_value_type(value)->tp_as_number;
    bool own = value.kind == STROBE_VALUE_OBJECT && methods != NULL &&
               (methods->nb_float != NULL || methods->nb_index != NULL);
    return strobe_evaluation_fail(evaluation, own ? STROBE_FAULT_UNSAFE : STROBE_FAULT_TYPE,
                                  own ? "a '%s' as a number would run its code" : "must be real number, not %s",
                                  strobe_value_type_name(value));
}

static int domain(struct strobe_evaluation *evaluation)
{
    return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE, "math domain error");
}

/* ---- Functions of one double ---- */

/* A NaN out of a number is a domain error, an infinity out of a finite number an overflow, or a pole. */
static int check(struct strobe_evaluation *evaluation, double result, double argument, bool can_overflow,
                 struct strobe_value *ret_value)
{
    if (isnan(result) && !isnan(argument)) {
        return domain(evaluation);
    }
    if (isinf(result) && isfinite(argument)) {
        return can_overflow ? strobe_evaluation_fail(evaluation, STROBE_FAULT_OVERFLOW, "math range error")
                            : domain(evaluation);
    }
    *ret_value = strobe_value_float(result);
    return 0;
}

static int apply(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                 double (*function)(double), bool can_overflow, struct strobe_value *ret_value)
{
    double real;
    int status = real_of(evaluation, arguments->values[0], &real);
    return status < 0 ? status : check(evaluation, function(real), real, can_overflow, ret_value);
}

#define OF_ONE(name, function, can_overflow)                                                        \
    static int name(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments, \
                    struct strobe_value *ret_value)                                                 \
    {                                                                                               \
        return apply(evaluation, arguments, function, can_overflow, ret_value);                     \
    }
OF_ONE(math_sqrt, sqrt, false)
OF_ONE(math_fabs, fabs, false)
OF_ONE(math_exp, exp, true)
OF_ONE(math_sin, sin, false)
OF_ONE(math_cos, cos, false)
OF_ONE(math_tan, tan, false)
#undef OF_ONE

enum class_of_double { NOT_A_NUMBER, INFINITE, FINITE };

static int classify(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                    enum class_of_double class, struct strobe_value *ret_value)
{
    double real;
    int status = real_of(evaluation, arguments->values[0], &real);
    if (status == 0) {
        enum class_of_double is = isnan(real) ? NOT_A_NUMBER : (isinf(real) ? INFINITE : FINITE);
        *ret_value = strobe_value_bool(is == class);
    }
    return status;
}

static int math_isnan(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                      struct strobe_value *ret_value)
{
    return classify(evaluation, arguments, NOT_A_NUMBER, ret_value);
}

static int math_isinf(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                      struct strobe_value *ret_value)
{
    return classify(evaluation, arguments, INFINITE, ret_value);
}

static int math_isfinite(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                         struct strobe_value *ret_value)
{
    return classify(evaluation, arguments, FINITE, ret_value);
}

/* ---- To whole numbers ---- */

static int to_whole(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                    double (*function)(double), const char *name, struct strobe_value *ret_value)
{
    struct strobe_number number;
    struct strobe_value value = arguments->values[0];
    switch (strobe_number_of(value, &number)) {
    case STROBE_NUMBER_FLOAT:
        return strobe_number_truncate(evaluation, function(number.real), ret_value);
    case STROBE_NUMBER_NONE:
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "math.%s() of a '%s' is not known", name,
                                      strobe_value_type_name(value));
    default:
        return strobe_number_plain(evaluation, value, ret_value);
    }
}

static int math_floor(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                      struct strobe_value *ret_value)
{
    return to_whole(evaluation, arguments, floor, "floor", ret_value);
}

static int math_ceil(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                     struct strobe_value *ret_value)
{
    return to_whole(evaluation, arguments, ceil, "ceil", ret_value);
}

static int math_trunc(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                      struct strobe_value *ret_value)
{
    return to_whole(evaluation, arguments, trunc, "trunc", ret_value);
}

/* ---- Logarithms: also of ints that no double holds ---- */

static int logarithm(struct strobe_evaluation *evaluation, struct strobe_value value, double (*function)(double),
                     double *ret_real)
{
    struct strobe_number number;
    struct strobe_big digits, one;
    double real;
    enum strobe_number_kind kind = strobe_number_of(value, &number);
    if ((kind == STROBE_NUMBER_INT || kind == STROBE_NUMBER_WIDE) &&
        (strobe_number_bits(&number) == 0 || strobe_number_negative(&number))) {
        return domain(evaluation);
    }
    if (kind == STROBE_NUMBER_WIDE) {
        int status = strobe_big_load(evaluation, &number, &digits);
        if (status < 0) {
            return status;
        }
        uint64_t exponent = strobe_number_bits(&number);
        strobe_big_set(&one, 1);
        strobe_big_nearest(&digits, &one, &real);
        if (isinf(real)) { /* split into a fraction and a power of two */
            strobe_big_shift_left(&one, exponent);
            strobe_big_nearest(&digits, &one, &real);
            *ret_real = function(real) + function(2.0) * (double)exponent;
        } else {
            *ret_real = function(real);
        }
        return 0;
    }
    int status = real_of(evaluation, value, &real);
    if (status == 0 && (real <= 0.0)) {
        return domain(evaluation);
    }
    if (status == 0) {
        *ret_real = function(real);
    }
    return status;
}

static int math_log(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                    struct strobe_value *ret_value)
{
    double real = 0.0, base = 0.0;
    int status = logarithm(evaluation, arguments->values[0], log, &real);
    bool has_base = arguments->positional_count > 1;
    if (status == 0 && has_base) {
        status = logarithm(evaluation, arguments->values[1], log, &base);
        if (status == 0 && base == 0.0) {
            return strobe_evaluation_fail(evaluation, STROBE_FAULT_ZERO_DIVISION, "division by zero");
        }
    }
    if (status == 0) {
        *ret_value = strobe_value_float(has_base ? real / base : real);
    }
    return status;
}

static int log_of(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                  double (*function)(double), struct strobe_value *ret_value)
{
    double real = 0.0;
    int status = logarithm(evaluation, arguments->values[0], function, &real);
    if (status == 0) {
        *ret_value = strobe_value_float(real);
    }
    return status;
}

static int math_log2(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                     struct strobe_value *ret_value)
{
    return log_of(evaluation, arguments, log2, ret_value);
}

static int math_log10(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                      struct strobe_value *ret_value)
{
    return log_of(evaluation, arguments, log10, ret_value);
}

/* ---- Several arguments ---- */

static int math_hypot(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                      struct strobe_value *ret_value)
{
    double sum = 0.0;
    for (unsigned i = 0; i < arguments->positional_count; i++) {
        double real;
        int status = real_of(evaluation, arguments->values[i], &real);
        if (status < 0) {
            return status;
        }
        sum = hypot(sum, real);
    }
    *ret_value = strobe_value_float(sum);
    return 0;
}

/* By Euclid's algorithm. */
static int common_divisor(struct strobe_evaluation *evaluation, struct strobe_big *left, struct strobe_big *right)
{
    struct strobe_big quotient, rest;
    while (right->count != 0) {
        int status = strobe_evaluation_spend(evaluation, 1 + (int64_t)left->count * right->count / 64);
        if (status < 0) {
            return status;
        }
        strobe_big_divide(left, right, &quotient, &rest);
        *left = *right;
        *right = rest;
    }
    return 0;
}

static int math_gcd(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                    struct strobe_value *ret_value)
{
    struct strobe_big divisor, next;
    strobe_big_set(&divisor, 0);
    for (unsigned i = 0; i < arguments->positional_count; i++) {
        struct strobe_number number;
        Py_ssize_t ignored;
        int status = strobe_number_index(evaluation, arguments->values[i], &ignored);
        if (status < 0) {
            return status;
        }
        strobe_number_of(arguments->values[i], &number);
        status = strobe_big_load(evaluation, &number, &next);
        status = status < 0 ? status : common_divisor(evaluation, &divisor, &next);
        if (status < 0) {
            return status;
        }
    }
    divisor.negative = false;
    return strobe_big_value(evaluation, &divisor, ret_value);
}

const struct strobe_function_entry strobe_math_functions[] = {
    {"floor", math_floor, 1, 1, NULL},
    {"ceil", math_ceil, 1, 1, NULL},
    {"trunc", math_trunc, 1, 1, NULL},
    {"sqrt", math_sqrt, 1, 1, NULL},
    {"fabs", math_fabs, 1, 1, NULL},
    {"exp", math_exp, 1, 1, NULL},
    {"sin", math_sin, 1, 1, NULL},
    {"cos", math_cos, 1, 1, NULL},
    {"tan", math_tan, 1, 1, NULL},
    {"log", math_log, 1, 2, NULL},
    {"log2", math_log2, 1, 1, NULL},
    {"log10", math_log10, 1, 1, NULL},
    {"isnan", math_isnan, 1, 1, NULL},
    {"isinf", math_isinf, 1, 1, NULL},
    {"isfinite", math_isfinite, 1, 1, NULL},
    {"hypot", math_hypot, 0, STROBE_ARGUMENTS_MAX, NULL},
    {"gcd", math_gcd, 0, STROBE_ARGUMENTS_MAX, NULL},
    {NULL, NULL, 0, 0, NULL},
};
