/* What a number is, and the readers of it; arithmetic is in integer.c and real.c. */
#include "probes/expression/py/number.h"

#include <math.h>
#include <string.h>

#include "base/number.h"
#include "base/py/integer.h"
#include "probes/expression/py/wide.h"

/* ---- Reading ---- */

static enum strobe_number_kind number_of_int(PyObject *object, struct strobe_number *ret_number)
{
#if PY_VERSION_HEX >= 0x030C0000
    if (PyUnstable_Long_IsCompact((PyLongObject *)object)) {
        ret_number->integer = PyUnstable_Long_CompactValue((PyLongObject *)object);
        return ret_number->kind = STROBE_NUMBER_INT;
    }
#endif
    if (strobe_integer_small(object, &ret_number->integer)) {
        return ret_number->kind = STROBE_NUMBER_INT;
    }
    ret_number->wide = NULL;
    ret_number->object = object;
    return ret_number->kind = STROBE_NUMBER_WIDE;
}

enum strobe_number_kind strobe_number_of(struct strobe_value value, struct strobe_number *ret_number)
{
    switch (value.kind) {
    case STROBE_VALUE_OBJECT:
        if (PyLong_Check(value.as.object)) {
            return number_of_int(value.as.object, ret_number);
        }
        if (PyFloat_Check(value.as.object)) {
            ret_number->real = PyFloat_AS_DOUBLE(value.as.object);
            return ret_number->kind = STROBE_NUMBER_FLOAT;
        }
        return ret_number->kind = STROBE_NUMBER_NONE;
    case STROBE_VALUE_INT:
        ret_number->integer = value.as.integer;
        return ret_number->kind = STROBE_NUMBER_INT;
    case STROBE_VALUE_FLOAT:
        ret_number->real = value.as.real;
        return ret_number->kind = STROBE_NUMBER_FLOAT;
    case STROBE_VALUE_WIDE:
        ret_number->wide = value.as.wide;
        ret_number->object = NULL;
        return ret_number->kind = STROBE_NUMBER_WIDE;
    default:
        return ret_number->kind = STROBE_NUMBER_NONE;
    }
}

int strobe_number_plain(struct strobe_evaluation *evaluation, struct strobe_value value, struct strobe_value *ret_value)
{
    struct strobe_number number;
    struct strobe_big digits;
    if (value.kind != STROBE_VALUE_OBJECT || PyLong_CheckExact(value.as.object) ||
        PyFloat_CheckExact(value.as.object)) {
        *ret_value = value;
        return 0;
    }
    switch (strobe_number_of(value, &number)) {
    case STROBE_NUMBER_INT:
        *ret_value = strobe_value_int(number.integer);
        return 0;
    case STROBE_NUMBER_FLOAT:
        *ret_value = strobe_value_float(number.real);
        return 0;
    default:
        break;
    }
    int status = strobe_big_load(evaluation, &number, &digits);
    return status < 0 ? status : strobe_big_value(evaluation, &digits, ret_value);
}

uint64_t strobe_number_bits(const struct strobe_number *number)
{
    if (number->kind == STROBE_NUMBER_INT) {
        int64_t integer = number->integer;
        uint64_t magnitude = integer < 0 ? 0 - (uint64_t)integer : (uint64_t)integer;
        return magnitude == 0 ? 0 : 64 - (unsigned)__builtin_clzll(magnitude);
    }
    if (number->wide != NULL) {
        return (uint64_t)number->wide->count * 32 -
               (unsigned)__builtin_clz(number->wide->digits[number->wide->count - 1]);
    }
    return strobe_integer_bits(number->object);
}

bool strobe_number_negative(const struct strobe_number *number)
{
    if (number->kind == STROBE_NUMBER_INT) {
        return number->integer < 0;
    }
    return number->wide != NULL ? number->wide->negative : strobe_integer_negative(number->object);
}

int strobe_number_real(struct strobe_evaluation *evaluation, const struct strobe_number *number, double *ret_real)
{
    if (number->kind == STROBE_NUMBER_FLOAT) {
        *ret_real = number->real;
        return 0;
    }
    if (number->kind == STROBE_NUMBER_INT) {
        *ret_real = (double)number->integer; /* the nearest, as the FPU is set by default */
        return 0;
    }
    enum { DOUBLE_BITS_MAX = 1024 };
    struct strobe_big digits, one;
    if (strobe_number_bits(number) > DOUBLE_BITS_MAX) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_OVERFLOW, "int too large to convert to float");
    }
    int status = strobe_big_load(evaluation, number, &digits);
    strobe_big_set(&one, 1);
    return status < 0 ? status : strobe_big_ratio(evaluation, &digits, &one, ret_real);
}

int strobe_number_truncate(struct strobe_evaluation *evaluation, double real, struct strobe_value *ret_value)
{
    struct strobe_big digits;
    if (isnan(real)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE, "cannot convert float NaN to integer");
    }
    if (isinf(real)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_OVERFLOW, "cannot convert float infinity to integer");
    }
    if (fabs(real) < 0x1p63) {
        *ret_value = strobe_value_int((int64_t)real);
        return 0;
    }
    strobe_big_from_double(real, &digits);
    return strobe_big_value(evaluation, &digits, ret_value);
}

int strobe_number_index(struct strobe_evaluation *evaluation, struct strobe_value value, Py_ssize_t *ret_index)
{
    struct strobe_number number;
    switch (strobe_number_of(value, &number)) {
    case STROBE_NUMBER_INT:
        *ret_index = (Py_ssize_t)number.integer;
        return 0;
    case STROBE_NUMBER_WIDE:
        *ret_index = strobe_number_negative(&number) ? PY_SSIZE_T_MIN : PY_SSIZE_T_MAX;
        return 0;
    default:
        break;
    }
    PyTypeObject *type = strobe_value_type(value);
    if (value.kind == STROBE_VALUE_OBJECT && type->tp_as_number != NULL && type->tp_as_number->nb_index != NULL) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_UNSAFE, "using a '%s' as an int would run its __index__",
                                      strobe_value_type_name(value));
    }
    return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "'%s' object cannot be interpreted as an integer",
                                  strobe_value_type_name(value));
}

/* ---- Order ---- */

static int order_reals(double left, double right)
{
    if (isnan(left) || isnan(right)) {
        return STROBE_UNORDERED;
    }
    return (left > right) - (left < right);
}

/* Exact: a double beyond 2^63 decides by its sign, any other is split into its whole part and the rest. */
static int order_int_real(int64_t left, double right)
{
    if (isnan(right)) {
        return STROBE_UNORDERED;
    }
    if (right >= 0x1p63) {
        return -1;
    }
    if (right < -0x1p63) {
        return 1;
    }
    int64_t whole = (int64_t)right;
    if (left != whole) {
        return left > whole ? 1 : -1;
    }
    double rest = right - (double)whole;
    return (rest < 0) - (rest > 0);
}

/* Two ints beyond 64 bits with the same number of bits, the highest word first. Any size: the program's may be huge. */
static int order_magnitudes(struct strobe_evaluation *evaluation, const struct strobe_number *left,
                            const struct strobe_number *right, uint64_t bits, int *ret_order)
{
    struct strobe_big a, b;
    if (bits > STROBE_EXPRESSION_INT_BITS_MAX) { /* both are the program's */
        int status = strobe_evaluation_spend(evaluation, (int64_t)(bits / 128));
        if (status < 0) {
            return status;
        }
        *ret_order = strobe_integer_order(left->object, right->object);
        return 0;
    }
    int status = strobe_big_load(evaluation, left, &a);
    status = status < 0 ? status : strobe_big_load(evaluation, right, &b);
    if (status == 0) {
        *ret_order = strobe_big_order(&a, &b);
    }
    return status;
}

static int order_wide(struct strobe_evaluation *evaluation, const struct strobe_number *left,
                      const struct strobe_number *right, int *ret_order)
{
    bool negative = strobe_number_negative(left);
    uint64_t left_bits = strobe_number_bits(left);
    uint64_t right_bits = strobe_number_bits(right);
    if (negative != strobe_number_negative(right)) {
        *ret_order = negative ? -1 : 1;
        return 0;
    }
    int order = left_bits < right_bits ? -1 : 1;
    if (left_bits == right_bits) {
        int status = order_magnitudes(evaluation, left, right, left_bits, &order);
        if (status < 0) {
            return status;
        }
    }
    *ret_order = negative ? -order : order;
    return 0;
}

/* A wide int and a double: the double's whole part decides, since its rest is 0 when it is that large. */
static int order_wide_real(struct strobe_evaluation *evaluation, const struct strobe_number *left, double right,
                           int *ret_order)
{
    bool negative = strobe_number_negative(left);
    if (isnan(right)) {
        *ret_order = STROBE_UNORDERED;
        return 0;
    }
    enum { DOUBLE_BITS_MAX = 1024 };
    struct strobe_big a, b;
    if (isinf(right) || strobe_number_bits(left) > DOUBLE_BITS_MAX) {
        *ret_order = isinf(right) ? (right > 0 ? -1 : 1) : (negative ? -1 : 1);
        return 0;
    }
    int status = strobe_big_load(evaluation, left, &a);
    if (status < 0) {
        return status;
    }
    strobe_big_from_double(right, &b);
    if (a.negative != b.negative) {
        *ret_order = a.negative ? -1 : 1;
    } else {
        int order = strobe_big_order(&a, &b);
        *ret_order = negative ? -order : order;
    }
    return 0;
}

int strobe_number_order(struct strobe_evaluation *evaluation, const struct strobe_number *left,
                        const struct strobe_number *right, int *ret_order)
{
    int order, status = 0;
    if (left->kind == STROBE_NUMBER_INT && right->kind == STROBE_NUMBER_INT) {
        order = (left->integer > right->integer) - (left->integer < right->integer);
    } else if (left->kind == STROBE_NUMBER_FLOAT && right->kind == STROBE_NUMBER_FLOAT) {
        order = order_reals(left->real, right->real);
    } else if (left->kind == STROBE_NUMBER_INT && right->kind == STROBE_NUMBER_FLOAT) {
        order = order_int_real(left->integer, right->real);
    } else if (left->kind == STROBE_NUMBER_WIDE && right->kind == STROBE_NUMBER_FLOAT) {
        status = order_wide_real(evaluation, left, right->real, &order);
    } else if (left->kind == STROBE_NUMBER_FLOAT) {
        status = strobe_number_order(evaluation, right, left, &order);
        order = status < 0 || order == STROBE_UNORDERED ? STROBE_UNORDERED : -order;
    } else {
        status = order_wide(evaluation, left, right, &order);
    }
    if (status == 0) {
        *ret_order = order;
    }
    return status;
}

/* ---- Hash: the residue modulo 2^61 - 1 ---- */

#define HASH_MODULUS (((uint64_t)1 << _PyHASH_BITS) - 1)

static uint64_t finish_hash(uint64_t residue, bool negative)
{
    uint64_t hash = negative ? 0 - residue : residue;
    return hash == (uint64_t)-1 ? (uint64_t)-2 : hash;
}

static uint64_t reduce(unsigned __int128 value)
{
    return (uint64_t)(value % HASH_MODULUS);
}

static uint64_t hash_words(const uint32_t *words, size_t count)
{
    uint64_t residue = 0;
    for (size_t i = count; i-- > 0;) {
        residue = reduce((unsigned __int128)residue << 32 | words[i]);
    }
    return residue;
}

static int hash_int(struct strobe_evaluation *evaluation, const struct strobe_number *number, uint64_t *ret_hash)
{
    if (number->kind == STROBE_NUMBER_INT) {
        int64_t integer = number->integer;
        uint64_t magnitude = integer < 0 ? 0 - (uint64_t)integer : (uint64_t)integer;
        *ret_hash = finish_hash(magnitude % HASH_MODULUS, integer < 0);
        return 0;
    }
    int status = strobe_evaluation_spend(evaluation, (int64_t)(strobe_number_bits(number) / 128));
    if (status < 0) {
        return status;
    }
    if (number->wide != NULL) {
        *ret_hash = finish_hash(hash_words(number->wide->digits, number->wide->count), number->wide->negative);
    } else {
        *ret_hash = (uint64_t)PyLong_Type.tp_hash(number->object); /* reads the digits, whatever the class */
    }
    return 0;
}

/* 2^exponent has the residue 2^(exponent modulo 61). */
static uint64_t hash_real(double real)
{
    if (isinf(real)) {
        return (uint64_t)(real > 0 ? _PyHASH_INF : -_PyHASH_INF);
    }
    int exponent;
    uint64_t mantissa = (uint64_t)ldexp(frexp(fabs(real), &exponent), 53);
    exponent = (exponent - 53) % _PyHASH_BITS;
    exponent = exponent < 0 ? exponent + _PyHASH_BITS : exponent;
    return finish_hash(reduce((unsigned __int128)mantissa << exponent), real < 0);
}

int strobe_number_hash(struct strobe_evaluation *evaluation, const struct strobe_number *number, uint64_t *ret_hash)
{
    if (number->kind != STROBE_NUMBER_FLOAT) {
        return hash_int(evaluation, number, ret_hash);
    }
    *ret_hash = hash_real(number->real);
    return 0;
}

/* ---- Text ---- */

enum { CHUNK = 1000000000, CHUNK_DIGITS = 9 };

/* Nine digits at a time, from the end. */
static int int_text(struct strobe_evaluation *evaluation, const struct strobe_number *number, char *buffer, size_t size)
{
    struct strobe_big digits;
    char text[STROBE_EXPRESSION_INT_BITS_MAX / 3 + CHUNK_DIGITS + 2];
    size_t place = sizeof text;
    int status = strobe_big_load(evaluation, number, &digits);
    status = status < 0 ? status : strobe_evaluation_spend(evaluation, (int64_t)digits.count * digits.count / 64);
    if (status < 0) {
        return status;
    }
    bool negative = digits.negative;
    do {
        uint32_t chunk = strobe_big_divide_small(&digits, CHUNK);
        for (int i = 0; i < CHUNK_DIGITS && (i == 0 || chunk != 0 || digits.count != 0); i++) {
            text[--place] = (char)('0' + chunk % 10);
            chunk /= 10;
        }
    } while (digits.count != 0);
    if (negative) {
        text[--place] = '-';
    }
    size_t length = sizeof text - place;
    if (length > size) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_INTERNAL, "no room for a number of %zu digits", length);
    }
    memcpy(buffer, text + place, length);
    return (int)length;
}

int strobe_number_text(struct strobe_evaluation *evaluation, const struct strobe_number *number, char *buffer,
                       size_t size)
{
    if (number->kind != STROBE_NUMBER_FLOAT) {
        return int_text(evaluation, number, buffer, size);
    }
    char text[STROBE_FLOAT_TEXT_BYTES];
    size_t length = strobe_number_write_float(number->real, text);
    int status = strobe_evaluation_spend(evaluation, 4);
    if (status < 0) {
        return status;
    }
    if (length > size) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_INTERNAL, "no room for a float");
    }
    memcpy(buffer, text, length);
    return (int)length;
}

int strobe_number_base_text(struct strobe_evaluation *evaluation, const struct strobe_number *number, unsigned bits,
                            char *buffer, size_t size)
{
    struct strobe_big digits;
    int status = strobe_big_load(evaluation, number, &digits);
    if (status < 0) {
        return status;
    }
    uint64_t count = (strobe_big_bits(&digits) + bits - 1) / bits;
    count = count == 0 ? 1 : count;
    status = strobe_evaluation_spend(evaluation, (int64_t)count / 16);
    if (status < 0) {
        return status;
    }
    if (count > size) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_INTERNAL, "no room for a number of this size");
    }
    for (uint64_t i = 0; i < count; i++) {
        unsigned digit = 0;
        for (uint64_t bit = (count - i) * bits; bit-- > (count - i - 1) * bits;) {
            uint64_t word = bit / 32;
            digit = digit << 1 | (word < digits.count ? digits.digits[word] >> (bit % 32) & 1 : 0);
        }
        buffer[i] = "0123456789abcdef"[digit];
    }
    return (int)count;
}
