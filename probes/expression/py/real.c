/* Operators on floats, with Python's rules for signs, zeros and what is an error. */
#include <math.h>

#include "probes/expression/py/number.h"

static int division_by_zero(struct strobe_evaluation *evaluation)
{
    return strobe_evaluation_fail(evaluation, STROBE_FAULT_ZERO_DIVISION, "division by zero");
}

/* The remainder has the sign of the divisor, also when it is 0. */
static double modulo(double left, double right)
{
    double rest = fmod(left, right);
    if (rest == 0.0) {
        return copysign(0.0, right);
    }
    return (rest < 0) != (right < 0) ? rest + right : rest;
}

/* (left - modulo) / right is whole but for rounding. */
static double floor_quotient(double left, double right)
{
    double rest = fmod(left, right);
    double quotient = (left - rest) / right;
    if (rest != 0.0 && (rest < 0) != (right < 0)) {
        quotient -= 1.0;
    }
    if (quotient == 0.0) {
        return copysign(0.0, left / right);
    }
    double whole = floor(quotient);
    return quotient - whole > 0.5 ? whole + 1.0 : whole;
}

static int power(struct strobe_evaluation *evaluation, double base, double exponent, double *ret_real)
{
    if (base == 0.0 && exponent < 0) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_ZERO_DIVISION, "zero to a negative power");
    }
    if (base < 0 && isfinite(base) && isfinite(exponent) && exponent != floor(exponent)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE,
                                      "a negative number to a fractional power is complex: not supported");
    }
    double result = pow(base, exponent);
    if (isinf(result) && isfinite(base) && isfinite(exponent)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_OVERFLOW, "the result is too large for a float");
    }
    *ret_real = result;
    return 0;
}

int strobe_float_binary(struct strobe_evaluation *evaluation, enum strobe_binary operation, double left, double right,
                        double *ret_real)
{
    switch (operation) {
    case STROBE_BINARY_ADD:
        *ret_real = left + right;
        return 0;
    case STROBE_BINARY_SUBTRACT:
        *ret_real = left - right;
        return 0;
    case STROBE_BINARY_MULTIPLY:
        *ret_real = left * right;
        return 0;
    case STROBE_BINARY_POWER:
        return power(evaluation, left, right, ret_real);
    case STROBE_BINARY_DIVIDE:
    case STROBE_BINARY_FLOOR_DIVIDE:
    case STROBE_BINARY_MODULO:
        break;
    default:
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "unsupported operand type(s) for %s: 'float'",
                                      strobe_binary_sign(operation));
    }
    if (right == 0.0) {
        return division_by_zero(evaluation);
    }
    *ret_real = operation == STROBE_BINARY_DIVIDE   ? left / right
                : operation == STROBE_BINARY_MODULO ? modulo(left, right)
                                                    : floor_quotient(left, right);
    return 0;
}
