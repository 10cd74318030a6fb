/* Operators on numbers: 64 bits where the result fits, wide.c beyond, doubles in real.c. */
#include <stdlib.h>

#include "probes/expression/py/number.h"
#include "probes/expression/py/wide.h"

const char *strobe_binary_sign(enum strobe_binary operation)
{
    static const char *const signs[STROBE_BINARY_COUNT] = {"+",  "-",  "*",  "/", "//", "%",
                                                           "**", "<<", ">>", "&", "|",  "^"};
    return operation < STROBE_BINARY_COUNT ? signs[operation] : "?";
}

static int type_fault(struct strobe_evaluation *evaluation, enum strobe_binary operation, struct strobe_value left,
                      struct strobe_value right)
{
    return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "unsupported operand type(s) for %s: '%s' and '%s'",
                                  strobe_binary_sign(operation), strobe_value_type_name(left),
                                  strobe_value_type_name(right));
}

static int division_by_zero(struct strobe_evaluation *evaluation)
{
    return strobe_evaluation_fail(evaluation, STROBE_FAULT_ZERO_DIVISION, "division by zero");
}

static int too_wide(struct strobe_evaluation *evaluation)
{
    return strobe_evaluation_fail(evaluation, STROBE_FAULT_LIMIT, "an int of more than %d bits",
                                  STROBE_EXPRESSION_INT_BITS_MAX);
}

/* ---- Within 64 bits. @return whether the result fits; `operation` is one of those below ---- */

static int64_t floor_quotient(int64_t left, int64_t right)
{
    int64_t quotient = left / right;
    return quotient - (left % right != 0 && (left < 0) != (right < 0));
}

static int64_t floor_remainder(int64_t left, int64_t right)
{
    int64_t remainder = right == -1 ? 0 : left % right; /* INT64_MIN % -1 traps */
    return remainder != 0 && (remainder < 0) != (right < 0) ? remainder + right : remainder;
}

static bool narrow_binary(enum strobe_binary operation, int64_t left, int64_t right, int64_t *ret_result)
{
    switch (operation) {
    case STROBE_BINARY_ADD:
        return !__builtin_add_overflow(left, right, ret_result);
    case STROBE_BINARY_SUBTRACT:
        return !__builtin_sub_overflow(left, right, ret_result);
    case STROBE_BINARY_MULTIPLY:
        return !__builtin_mul_overflow(left, right, ret_result);
    case STROBE_BINARY_FLOOR_DIVIDE:
        if (left == INT64_MIN && right == -1) {
            return false;
        }
        *ret_result = floor_quotient(left, right);
        return true;
    case STROBE_BINARY_MODULO:
        *ret_result = floor_remainder(left, right);
        return true;
    case STROBE_BINARY_AND:
        *ret_result = left & right;
        return true;
    case STROBE_BINARY_OR:
        *ret_result = left | right;
        return true;
    case STROBE_BINARY_XOR:
        *ret_result = left ^ right;
        return true;
    default:
        return false;
    }
}

/* ---- Beyond ---- */

static int spend_product(struct strobe_evaluation *evaluation, const struct strobe_big *left,
                         const struct strobe_big *right)
{
    return strobe_evaluation_spend(evaluation, 1 + (int64_t)left->count * right->count / 64);
}

static int wide_product(struct strobe_evaluation *evaluation, const struct strobe_big *left,
                        const struct strobe_big *right, struct strobe_big *ret_product)
{
    uint64_t bits = strobe_big_bits(left) + strobe_big_bits(right);
    if (bits > STROBE_EXPRESSION_INT_BITS_MAX + 1) { /* the product has one bit less, or as many */
        return too_wide(evaluation);
    }
    strobe_big_multiply(left, right, ret_product);
    return strobe_big_bits(ret_product) > STROBE_EXPRESSION_INT_BITS_MAX ? too_wide(evaluation) : 0;
}

static int wide_binary(struct strobe_evaluation *evaluation, enum strobe_binary operation,
                       const struct strobe_number *left, const struct strobe_number *right,
                       struct strobe_value *ret_value)
{
    struct strobe_big a, b, result, remainder;
    int status = strobe_big_load(evaluation, left, &a);
    status = status < 0 ? status : strobe_big_load(evaluation, right, &b);
    status = status < 0 ? status : spend_product(evaluation, &a, &b);
    if (status < 0) {
        return status;
    }
    switch (operation) {
    case STROBE_BINARY_ADD:
        strobe_big_add(&a, &b, &result);
        break;
    case STROBE_BINARY_SUBTRACT:
        strobe_big_subtract(&a, &b, &result);
        break;
    case STROBE_BINARY_MULTIPLY:
        status = wide_product(evaluation, &a, &b, &result);
        break;
    case STROBE_BINARY_FLOOR_DIVIDE:
        strobe_big_floor_divide(&a, &b, &result, &remainder);
        break;
    case STROBE_BINARY_MODULO:
        strobe_big_floor_divide(&a, &b, &remainder, &result);
        break;
    default:
        strobe_big_bitwise(&a, &b, operation, &result);
        break;
    }
    return status < 0 ? status : strobe_big_value(evaluation, &result, ret_value);
}

/* int / int, the nearest double. */
static int true_division(struct strobe_evaluation *evaluation, const struct strobe_number *left,
                         const struct strobe_number *right, struct strobe_value *ret_value)
{
    static const int64_t exact = (int64_t)1 << 53;
    struct strobe_big a, b;
    double ratio;
    if (left->kind == STROBE_NUMBER_INT && right->kind == STROBE_NUMBER_INT && llabs(left->integer / 2) < exact / 2 &&
        llabs(right->integer / 2) < exact / 2) {
        *ret_value = strobe_value_float((double)left->integer / (double)right->integer);
        return 0;
    }
    int status = strobe_big_load(evaluation, left, &a);
    status = status < 0 ? status : strobe_big_load(evaluation, right, &b);
    status = status < 0 ? status : spend_product(evaluation, &a, &b);
    status = status < 0 ? status : strobe_big_ratio(evaluation, &a, &b, &ratio);
    if (status == 0) {
        *ret_value = strobe_value_float(ratio);
    }
    return status;
}

static int shift_left(struct strobe_evaluation *evaluation, const struct strobe_number *left, uint64_t count,
                      struct strobe_value *ret_value)
{
    struct strobe_big digits;
    uint64_t bits = strobe_number_bits(left);
    if (bits == 0) {
        *ret_value = strobe_value_int(0);
        return 0;
    }
    if (count > STROBE_EXPRESSION_INT_BITS_MAX || bits + count > STROBE_EXPRESSION_INT_BITS_MAX) {
        return too_wide(evaluation);
    }
    int status = strobe_big_load(evaluation, left, &digits);
    if (status < 0) {
        return status;
    }
    strobe_big_shift_left(&digits, count);
    return strobe_big_value(evaluation, &digits, ret_value);
}

/* Rounded down, also below 0. */
static int shift_right(struct strobe_evaluation *evaluation, const struct strobe_number *left, uint64_t count,
                       struct strobe_value *ret_value)
{
    struct strobe_big digits, one;
    if (left->kind == STROBE_NUMBER_INT) {
        *ret_value = strobe_value_int(left->integer >> (count < 63 ? count : 63));
        return 0;
    }
    int status = strobe_big_load(evaluation, left, &digits);
    if (status < 0) {
        return status;
    }
    bool negative = digits.negative;
    bool lost = strobe_big_shift_right(&digits, count);
    if (negative && lost) {
        strobe_big_set(&one, 1);
        strobe_big_subtract(&digits, &one, &digits);
    }
    return strobe_big_value(evaluation, &digits, ret_value);
}

static int shift(struct strobe_evaluation *evaluation, enum strobe_binary operation, const struct strobe_number *left,
                 const struct strobe_number *right, struct strobe_value *ret_value)
{
    if (strobe_number_negative(right)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE, "negative shift count");
    }
    uint64_t count = right->kind == STROBE_NUMBER_INT ? (uint64_t)right->integer : UINT64_MAX;
    return operation == STROBE_BINARY_SHIFT_LEFT ? shift_left(evaluation, left, count, ret_value)
                                                 : shift_right(evaluation, left, count, ret_value);
}

/* ---- Powers ---- */

/* 0, 1 and -1 have powers of any exponent. @return whether it is one of them */
static bool power_of_unit(int64_t base, bool odd, struct strobe_value *ret_value)
{
    if (base < -1 || base > 1) {
        return false;
    }
    *ret_value = strobe_value_int(base == -1 && !odd ? 1 : base);
    return true;
}

static int power_of_int(struct strobe_evaluation *evaluation, const struct strobe_number *base,
                        const struct strobe_number *exponent, struct strobe_value *ret_value)
{
    struct strobe_big factor, result, product;
    bool odd = exponent->kind == STROBE_NUMBER_INT
                   ? (exponent->integer & 1) != 0
                   : (exponent->wide != NULL ? (exponent->wide->digits[0] & 1) != 0 : true);
    if (exponent->kind == STROBE_NUMBER_INT && exponent->integer == 0) {
        *ret_value = strobe_value_int(1);
        return 0;
    }
    if (exponent->kind == STROBE_NUMBER_WIDE && exponent->wide == NULL) {
        int status = strobe_big_load(evaluation, exponent, &factor);
        if (status < 0) {
            return status;
        }
        odd = (factor.digits[0] & 1) != 0;
    }
    if (base->kind == STROBE_NUMBER_INT && power_of_unit(base->integer, odd, ret_value)) {
        return 0;
    }
    uint64_t bits = strobe_number_bits(base) - 1; /* |base| >= 2^bits */
    if (exponent->kind == STROBE_NUMBER_WIDE || exponent->integer > STROBE_EXPRESSION_INT_BITS_MAX ||
        bits * (uint64_t)exponent->integer > STROBE_EXPRESSION_INT_BITS_MAX) {
        return too_wide(evaluation);
    }
    int status = strobe_big_load(evaluation, base, &factor);
    strobe_big_set(&result, 1);
    for (int64_t left = exponent->integer; status == 0 && left != 0; left >>= 1) {
        if ((left & 1) != 0) {
            status = spend_product(evaluation, &result, &factor);
            status = status < 0 ? status : wide_product(evaluation, &result, &factor, &product);
            result = status < 0 ? result : product;
        }
        if (status == 0 && left > 1) {
            status = spend_product(evaluation, &factor, &factor);
            status = status < 0 ? status : wide_product(evaluation, &factor, &factor, &product);
            factor = status < 0 ? factor : product;
        }
    }
    return status < 0 ? status : strobe_big_value(evaluation, &result, ret_value);
}

/* base^-1 modulo `modulus` (above 1) by Euclid's algorithm. */
static int inverse(struct strobe_evaluation *evaluation, struct strobe_big *base, const struct strobe_big *modulus)
{
    struct strobe_big a = *base, b = *modulus, x, y, quotient, rest, product;
    strobe_big_set(&x, 1); /* a == x * base, b == y * base, modulo `modulus` */
    strobe_big_set(&y, 0);
    while (b.count != 0) {
        int status = strobe_evaluation_spend(evaluation, 1 + (int64_t)a.count * b.count / 64);
        if (status < 0) {
            return status;
        }
        strobe_big_divide(&a, &b, &quotient, &rest);
        a = b;
        b = rest;
        strobe_big_multiply(&quotient, &y, &product);
        strobe_big_subtract(&x, &product, &rest);
        x = y;
        y = rest;
    }
    if (a.count != 1 || a.digits[0] != 1) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE, "base is not invertible for the given modulus");
    }
    strobe_big_floor_divide(&x, modulus, &quotient, base);
    return 0;
}

/* base^exponent modulo `modulus` (above 0), all not negative, bit by bit from the highest. */
static int power_modulo(struct strobe_evaluation *evaluation, const struct strobe_big *base,
                        const struct strobe_big *exponent, const struct strobe_big *modulus,
                        struct strobe_big *ret_result)
{
    struct strobe_big product, quotient;
    strobe_big_set(&product, 1);
    strobe_big_divide(&product, modulus, &quotient, ret_result);
    for (uint64_t bit = strobe_big_bits(exponent); bit-- > 0;) {
        bool set = (exponent->digits[bit / 32] >> (bit % 32) & 1) != 0;
        for (int i = 0; i < 1 + set; i++) {
            int status = strobe_evaluation_spend(evaluation, 1 + (int64_t)modulus->count * modulus->count / 16);
            if (status < 0) {
                return status;
            }
            strobe_big_multiply(ret_result, i == 0 ? ret_result : base, &product);
            strobe_big_divide(&product, modulus, &quotient, ret_result);
        }
    }
    return 0;
}

int strobe_number_power_modulo(struct strobe_evaluation *evaluation, const struct strobe_number *base,
                               const struct strobe_number *exponent, const struct strobe_number *modulus,
                               struct strobe_value *ret_value)
{
    struct strobe_big b, e, m, rest, result;
    int status = strobe_big_load(evaluation, base, &b);
    status = status < 0 ? status : strobe_big_load(evaluation, exponent, &e);
    status = status < 0 ? status : strobe_big_load(evaluation, modulus, &m);
    if (status < 0) {
        return status;
    }
    if (m.count == 0) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE, "pow() 3rd argument cannot be 0");
    }
    bool negative = m.negative;
    m.negative = false;
    strobe_big_floor_divide(&b, &m, &result, &rest);
    b = rest;
    if (e.negative) {
        e.negative = false;
        if (m.count > 1 || m.digits[0] > 1) {
            status = inverse(evaluation, &b, &m);
        }
    }
    status = status < 0 ? status : power_modulo(evaluation, &b, &e, &m, &result);
    if (status == 0 && negative && result.count != 0) {
        strobe_big_subtract(&result, &m, &result);
    }
    return status < 0 ? status : strobe_big_value(evaluation, &result, ret_value);
}

/* ---- Both ---- */

static int int_binary(struct strobe_evaluation *evaluation, enum strobe_binary operation,
                      const struct strobe_number *left, const struct strobe_number *right,
                      struct strobe_value *ret_value)
{
    bool right_is_zero = right->kind == STROBE_NUMBER_INT && right->integer == 0;
    bool divides = operation == STROBE_BINARY_DIVIDE || operation == STROBE_BINARY_FLOOR_DIVIDE ||
                   operation == STROBE_BINARY_MODULO;
    if (divides && right_is_zero) {
        return division_by_zero(evaluation);
    }
    switch (operation) {
    case STROBE_BINARY_SHIFT_LEFT:
    case STROBE_BINARY_SHIFT_RIGHT:
        return shift(evaluation, operation, left, right, ret_value);
    case STROBE_BINARY_DIVIDE:
        return true_division(evaluation, left, right, ret_value);
    case STROBE_BINARY_POWER:
        return power_of_int(evaluation, left, right, ret_value);
    default:
        break;
    }
    int64_t result;
    if (left->kind == STROBE_NUMBER_INT && right->kind == STROBE_NUMBER_INT &&
        narrow_binary(operation, left->integer, right->integer, &result)) {
        *ret_value = strobe_value_int(result);
        return 0;
    }
    return wide_binary(evaluation, operation, left, right, ret_value);
}

static bool is_bool(struct strobe_value value)
{
    return value.kind == STROBE_VALUE_OBJECT && PyBool_Check(value.as.object);
}

int strobe_number_binary(struct strobe_evaluation *evaluation, enum strobe_binary operation, struct strobe_value left,
                         struct strobe_value right, struct strobe_value *ret_value)
{
    struct strobe_number a, b;
    bool bitwise = operation == STROBE_BINARY_AND || operation == STROBE_BINARY_OR || operation == STROBE_BINARY_XOR;
    bool shifts = operation == STROBE_BINARY_SHIFT_LEFT || operation == STROBE_BINARY_SHIFT_RIGHT;
    if (strobe_number_of(left, &a) == STROBE_NUMBER_NONE || strobe_number_of(right, &b) == STROBE_NUMBER_NONE) {
        return type_fault(evaluation, operation, left, right);
    }
    bool real = a.kind == STROBE_NUMBER_FLOAT || b.kind == STROBE_NUMBER_FLOAT;
    if (real && (bitwise || shifts)) {
        return type_fault(evaluation, operation, left, right);
    }
    real |= operation == STROBE_BINARY_POWER && b.kind != STROBE_NUMBER_FLOAT && strobe_number_negative(&b);
    if (real) {
        double x, y, result;
        int status = strobe_number_real(evaluation, &a, &x);
        status = status < 0 ? status : strobe_number_real(evaluation, &b, &y);
        status = status < 0 ? status : strobe_float_binary(evaluation, operation, x, y, &result);
        if (status == 0) {
            *ret_value = strobe_value_float(result);
        }
        return status;
    }
    int status = int_binary(evaluation, operation, &a, &b, ret_value);
    if (status == 0 && bitwise && is_bool(left) && is_bool(right)) {
        *ret_value = strobe_value_bool(ret_value->as.integer != 0);
    }
    return status;
}

/* ---- One operand ---- */

static int wide_unary(struct strobe_evaluation *evaluation, enum strobe_unary operation,
                      const struct strobe_number *number, struct strobe_value *ret_value)
{
    struct strobe_big digits, one;
    int status = strobe_big_load(evaluation, number, &digits);
    if (status < 0) {
        return status;
    }
    if (operation != STROBE_UNARY_POSITIVE) {
        digits.negative = !digits.negative;
    }
    if (operation == STROBE_UNARY_INVERT) { /* ~x == -x - 1 */
        strobe_big_set(&one, 1);
        strobe_big_subtract(&digits, &one, &digits);
    }
    return strobe_big_value(evaluation, &digits, ret_value);
}

int strobe_number_unary(struct strobe_evaluation *evaluation, enum strobe_unary operation, struct strobe_value value,
                        struct strobe_value *ret_value)
{
    static const char *const signs[] = {"-", "+", "~"};
    struct strobe_number number;
    enum strobe_number_kind kind = strobe_number_of(value, &number);
    if (kind == STROBE_NUMBER_NONE || (kind == STROBE_NUMBER_FLOAT && operation == STROBE_UNARY_INVERT)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "bad operand type for unary %s: '%s'",
                                      signs[operation], strobe_value_type_name(value));
    }
    if (kind == STROBE_NUMBER_FLOAT) {
        *ret_value = strobe_value_float(operation == STROBE_UNARY_NEGATIVE ? -number.real : number.real);
        return 0;
    }
    if (kind == STROBE_NUMBER_WIDE || (number.integer == INT64_MIN && operation == STROBE_UNARY_NEGATIVE)) {
        return wide_unary(evaluation, operation, &number, ret_value);
    }
    int64_t integer = number.integer;
    *ret_value = strobe_value_int(operation == STROBE_UNARY_NEGATIVE   ? -integer
                                  : operation == STROBE_UNARY_POSITIVE ? integer
                                                                       : ~integer);
    return 0;
}
