/* Methods of int, bool and float. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "probes/expression/py/function.h"
#include "probes/expression/py/items.h"
#include "probes/expression/py/number.h"
#include "probes/expression/py/text.h"
#include "probes/expression/py/wide.h"

/* ---- What the methods share ---- */

static int no_method(struct strobe_evaluation *evaluation, struct strobe_value receiver, const char *name)
{
    return strobe_evaluation_fail(evaluation, STROBE_FAULT_ATTRIBUTE, "'%s' object has no attribute '%s'",
                                  strobe_value_type_name(receiver), name);
}

/* The receiver as an int, for methods that only ints have. */
static int int_receiver(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                        const char *name, struct strobe_number *ret_number)
{
    return strobe_number_of(arguments->values[0], ret_number) == STROBE_NUMBER_FLOAT
               ? no_method(evaluation, arguments->values[0], name)
               : 0;
}

static int float_receiver(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                          const char *name, double *ret_real)
{
    struct strobe_number number;
    if (strobe_number_of(arguments->values[0], &number) != STROBE_NUMBER_FLOAT) {
        return no_method(evaluation, arguments->values[0], name);
    }
    *ret_real = number.real;
    return 0;
}

static int make_pair(struct strobe_evaluation *evaluation, struct strobe_value first, struct strobe_value second,
                     struct strobe_value *ret_value)
{
    struct strobe_value pair;
    int status = strobe_items_make(evaluation, STROBE_VALUE_TUPLE, 2, &pair);
    if (status == 0) {
        pair.as.items->values[0] = first;
        pair.as.items->values[1] = second;
        pair.as.items->count = 2;
        *ret_value = pair;
    }
    return status;
}

/* ---- int ---- */

static int bit_length(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                      struct strobe_value *ret_value)
{
    struct strobe_number number;
    int status = int_receiver(evaluation, arguments, "bit_length", &number);
    if (status == 0) {
        *ret_value = strobe_value_int((int64_t)strobe_number_bits(&number));
    }
    return status;
}

static int bit_count(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                     struct strobe_value *ret_value)
{
    struct strobe_number number;
    struct strobe_big digits;
    int64_t count = 0;
    int status = int_receiver(evaluation, arguments, "bit_count", &number);
    status = status < 0 ? status : strobe_big_load(evaluation, &number, &digits);
    for (uint32_t i = 0; status == 0 && i < digits.count; i++) {
        count += __builtin_popcount(digits.digits[i]);
    }
    if (status == 0) {
        *ret_value = strobe_value_int(count);
    }
    return status;
}

/* Bytes of the two's complement or of the magnitude, the lowest first. @return whether it fits */
static bool write_bytes(const struct strobe_big *digits, bool is_signed, uint8_t *bytes, size_t size)
{
    uint64_t bits = strobe_big_bits(digits);
    unsigned carry = 1;
    for (size_t i = 0; i < size; i++) {
        uint32_t word = i / 4 < digits->count ? digits->digits[i / 4] : 0;
        unsigned byte = word >> (8 * (i % 4)) & 0xff;
        if (digits->negative) { /* -x == ~x + 1 */
            carry += ~byte & 0xff;
            byte = carry & 0xff;
            carry >>= 8;
        }
        bytes[i] = (uint8_t)byte;
    }
    if (!is_signed || size == 0) {
        return bits <= size * 8;
    }
    bool is_lowest = digits->negative && bits == size * 8 && bytes[size - 1] == 0x80;
    for (size_t i = 0; is_lowest && i + 1 < size; i++) {
        is_lowest = bytes[i] == 0;
    }
    return bits < size * 8 || is_lowest;
}

static bool is_text(const struct strobe_value *value, const char *ascii)
{
    struct strobe_text_view view;
    return strobe_text_view_of(*value, &view) && view.width == 1 && (size_t)view.length == strlen(ascii) &&
           memcmp(view.data, ascii, (size_t)view.length) == 0;
}

static void reverse_bytes(uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size / 2; i++) {
        uint8_t kept = bytes[i];
        bytes[i] = bytes[size - 1 - i];
        bytes[size - 1 - i] = kept;
    }
}

/* byteorder= and signed= as to_bytes() and from_bytes() take them. */
static int byte_form(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments, bool *ret_big,
                     bool *ret_signed)
{
    const struct strobe_value *order = strobe_arguments_get(arguments, 2, "byteorder");
    const struct strobe_value *with_sign = strobe_arguments_keyword(arguments, "signed");
    *ret_signed = false;
    *ret_big = order == NULL || is_text(order, "big");
    if (!*ret_big && !is_text(order, "little")) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE, "byteorder must be either 'little' or 'big'");
    }
    return with_sign != NULL ? strobe_value_truth(evaluation, *with_sign, ret_signed) : 0;
}

static int to_bytes(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                    struct strobe_value *ret_value)
{
    enum { SIZE_MAX_HERE = STROBE_EXPRESSION_INT_BITS_MAX / 8 + 8 };
    const struct strobe_value *length = strobe_arguments_get(arguments, 1, "length");
    struct strobe_number number;
    struct strobe_big digits;
    uint8_t bytes[SIZE_MAX_HERE];
    Py_ssize_t size = 1;
    bool big, is_signed;
    int status = int_receiver(evaluation, arguments, "to_bytes", &number);
    status = status < 0 || length == NULL ? status : strobe_number_index(evaluation, *length, &size);
    status = status < 0 ? status : byte_form(evaluation, arguments, &big, &is_signed);
    status = status < 0 ? status : strobe_big_load(evaluation, &number, &digits);
    if (status < 0) {
        return status;
    }
    if (size < 0) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE, "length argument must be non-negative");
    }
    if (size > SIZE_MAX_HERE) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_LIMIT, "an int of more than %d bytes", SIZE_MAX_HERE);
    }
    if (digits.negative && !is_signed) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_OVERFLOW, "can't convert negative int to unsigned");
    }
    if (!write_bytes(&digits, is_signed, bytes, (size_t)size)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_OVERFLOW, "int too big to convert");
    }
    if (big) {
        reverse_bytes(bytes, (size_t)size);
    }
    return strobe_bytes_make(evaluation, bytes, size, ret_value);
}

/* ---- float ---- */

static int is_integer(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                      struct strobe_value *ret_value)
{
    struct strobe_number number;
    if (strobe_number_of(arguments->values[0], &number) != STROBE_NUMBER_FLOAT) {
        if (PY_VERSION_HEX < 0x030C0000) {
            return no_method(evaluation, arguments->values[0], "is_integer");
        }
        *ret_value = strobe_value_bool(true);
        return 0;
    }
    *ret_value = strobe_value_bool(isfinite(number.real) && floor(number.real) == number.real);
    return 0;
}

static int conjugate(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                     struct strobe_value *ret_value)
{
    return strobe_number_plain(evaluation, arguments->values[0], ret_value);
}

static int as_integer_ratio(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                            struct strobe_value *ret_value)
{
    struct strobe_number number;
    struct strobe_value numerator, denominator = strobe_value_int(1);
    int status;
    if (strobe_number_of(arguments->values[0], &number) != STROBE_NUMBER_FLOAT) {
        status = strobe_number_plain(evaluation, arguments->values[0], &numerator);
    } else if (!isfinite(number.real)) {
        return strobe_evaluation_fail(evaluation, isnan(number.real) ? STROBE_FAULT_VALUE : STROBE_FAULT_OVERFLOW,
                                      "cannot convert %s to integer ratio", isnan(number.real) ? "NaN" : "Infinity");
    } else {
        int exponent;
        struct strobe_big digits;
        int64_t mantissa = (int64_t)ldexp(frexp(number.real, &exponent), DBL_MANT_DIG);
        exponent -= DBL_MANT_DIG;
        while (mantissa != 0 && mantissa % 2 == 0) {
            mantissa /= 2;
            exponent++;
        }
        exponent = mantissa == 0 ? 0 : exponent;
        strobe_big_set(&digits, mantissa);
        strobe_big_shift_left(&digits, exponent > 0 ? (uint64_t)exponent : 0);
        status = strobe_big_value(evaluation, &digits, &numerator);
        strobe_big_set(&digits, 1);
        strobe_big_shift_left(&digits, exponent < 0 ? (uint64_t)-exponent : 0);
        status = status < 0 ? status : strobe_big_value(evaluation, &digits, &denominator);
    }
    return status < 0 ? status : make_pair(evaluation, numerator, denominator, ret_value);
}

/* 0x1.8000000000000p+1, as Python writes it: 13 digits behind the point, also for subnormals. */
static int hex(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
               struct strobe_value *ret_value)
{
    enum { HEX_DIGITS = 13, EXPONENT_BIAS = 1023 };
    double real = 0.0;
    uint64_t bits;
    char text[48];
    int status = float_receiver(evaluation, arguments, "hex", &real);
    if (status < 0) {
        return status;
    }
    memcpy(&bits, &real, sizeof bits);
    const char *sign = signbit(real) && !isnan(real) ? "-" : "";
    int size;
    if (!isfinite(real)) {
        size = snprintf(text, sizeof text, "%s%s", sign, isnan(real) ? "nan" : "inf");
    } else if (real == 0.0) {
        size = snprintf(text, sizeof text, "%s0x0.0p+0", sign);
    } else {
        int exponent = (int)(bits >> 52 & 0x7ff);
        uint64_t fraction = bits & (((uint64_t)1 << 52) - 1);
        size = snprintf(text, sizeof text, "%s0x%d.%0*llxp%+d", sign, exponent != 0, HEX_DIGITS,
                        (unsigned long long)fraction, exponent != 0 ? exponent - EXPONENT_BIAS : 1 - EXPONENT_BIAS);
    }
    return strobe_text_make_ascii(evaluation, text, (size_t)size, ret_value);
}

const struct strobe_function_entry strobe_number_methods[] = {
    {"bit_length", bit_length, 0, 0, NULL},
    {"bit_count", bit_count, 0, 0, NULL},
    {"to_bytes", to_bytes, 0, 2, "length byteorder signed"},
    {"as_integer_ratio", as_integer_ratio, 0, 0, NULL},
    {"is_integer", is_integer, 0, 0, NULL},
    {"conjugate", conjugate, 0, 0, NULL},
    {"hex", hex, 0, 0, NULL},
    {NULL, NULL, 0, 0, NULL},
};

/* ---- Class methods ---- */

static int from_bytes(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                      struct strobe_value *ret_value)
{
    struct strobe_arguments shifted = *arguments; /* as to_bytes() has them: receiver, length, byteorder */
    struct strobe_bytes_view view;
    struct strobe_big digits, top;
    bool big, is_signed;
    const struct strobe_value *bytes = strobe_arguments_get(arguments, 1, "bytes");
    if (bytes == NULL || !strobe_bytes_view_of(*bytes, &view)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "int.from_bytes() takes bytes");
    }
    int status = byte_form(evaluation, &shifted, &big, &is_signed);
    if (status < 0) {
        return status;
    }
    if (view.size > STROBE_EXPRESSION_INT_BITS_MAX / 8) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_LIMIT, "an int of more than %d bits",
                                      STROBE_EXPRESSION_INT_BITS_MAX);
    }
    strobe_big_set(&digits, 0);
    for (Py_ssize_t i = 0; i < view.size; i++) {
        strobe_big_multiply_small(&digits, 256, view.data[big ? i : view.size - 1 - i]);
    }
    if (is_signed && view.size > 0 && view.data[big ? 0 : view.size - 1] >= 0x80) {
        strobe_big_set(&top, 1);
        strobe_big_shift_left(&top, (uint64_t)view.size * 8);
        strobe_big_subtract(&digits, &top, &digits);
    }
    return strobe_big_value(evaluation, &digits, ret_value);
}

const struct strobe_function_entry strobe_int_class_methods[] = {
    {"from_bytes", from_bytes, 1, 2, "bytes byteorder signed"},
    {NULL, NULL, 0, 0, NULL},
};
