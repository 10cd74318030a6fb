/* The table of builtins, and those that are a few lines. */
#include "probes/expression/py/builtins.h"

#include <math.h>
#include <string.h>

#include "probes/expression/py/compare.h"
#include "probes/expression/py/items.h"
#include "probes/expression/py/number.h"
#include "probes/expression/py/rounding.h"
#include "probes/expression/py/standard.h"
#include "probes/expression/py/text.h"

/* ---- Of any value ---- */

static int builtin_len(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                       struct strobe_value *ret_value)
{
    Py_ssize_t length;
    int status = strobe_value_length(evaluation, arguments->values[0], &length);
    if (status == 0) {
        *ret_value = strobe_value_int(length);
    }
    return status;
}

static int builtin_id(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                      struct strobe_value *ret_value)
{
    (void)evaluation;
    struct strobe_value value = arguments->values[0];
    *ret_value = strobe_value_int((int64_t)(intptr_t)value.as.object); /* of a computed value: its place, or itself */
    return 0;
}

static int builtin_hash(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                        struct strobe_value *ret_value)
{
    uint64_t hash;
    int status = strobe_value_hash(evaluation, arguments->values[0], &hash);
    if (status == 0) {
        *ret_value = strobe_value_int((int64_t)hash);
    }
    return status;
}

/* ---- Numbers ---- */

static int builtin_abs(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                       struct strobe_value *ret_value)
{
    struct strobe_value value = arguments->values[0];
    struct strobe_number number;
    switch (strobe_number_of(value, &number)) {
    case STROBE_NUMBER_FLOAT:
        *ret_value = strobe_value_float(fabs(number.real));
        return 0;
    case STROBE_NUMBER_NONE:
        break;
    default:
        return strobe_number_unary(evaluation,
                                   strobe_number_negative(&number) ? STROBE_UNARY_NEGATIVE : STROBE_UNARY_POSITIVE,
                                   value, ret_value);
    }
    int status = strobe_standard_absolute(evaluation, value, ret_value);
    if (status != 1) {
        return status;
    }
    const PyNumberMethods *methods = strobe_value_type(value)->tp_as_number;
    if (value.kind == STROBE_VALUE_OBJECT && methods != NULL && methods->nb_absolute != NULL) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_UNSAFE, "abs() of a '%s' would run its __abs__",
                                      strobe_value_type_name(value));
    }
    return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "bad operand type for abs(): '%s'",
                                  strobe_value_type_name(value));
}

static int builtin_divmod(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                          struct strobe_value *ret_value)
{
    struct strobe_value left = arguments->values[0];
    struct strobe_value right = arguments->values[1];
    struct strobe_value pair, quotient, remainder;
    struct strobe_bytes_view bytes;
    struct strobe_text_view text;
    if (strobe_text_view_of(left, &text) || strobe_bytes_view_of(left, &bytes)) { /* whose % formats */
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE,
                                      "unsupported operand type(s) for divmod(): '%s' and '%s'",
                                      strobe_value_type_name(left), strobe_value_type_name(right));
    }
    int status = strobe_value_binary(evaluation, STROBE_BINARY_FLOOR_DIVIDE, left, right, &quotient);
    status = status < 0 ? status : strobe_value_binary(evaluation, STROBE_BINARY_MODULO, left, right, &remainder);
    status = status < 0 ? status : strobe_items_make(evaluation, STROBE_VALUE_TUPLE, 2, &pair);
    if (status == 0) {
        pair.as.items->values[0] = quotient;
        pair.as.items->values[1] = remainder;
        pair.as.items->count = 2;
        *ret_value = pair;
    }
    return status;
}

static int builtin_pow(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                       struct strobe_value *ret_value)
{
    static const char *const names[] = {"base", "exp", "mod"};
    const struct strobe_value *values[3];
    struct strobe_number numbers[3];
    for (unsigned i = 0; i < 3; i++) {
        values[i] = strobe_arguments_get(arguments, i, names[i]);
    }
    if (values[0] == NULL || values[1] == NULL) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "pow() takes a base and an exponent");
    }
    if (values[2] == NULL || strobe_value_is(*values[2], Py_None)) {
        return strobe_value_binary(evaluation, STROBE_BINARY_POWER, *values[0], *values[1], ret_value);
    }
    for (unsigned i = 0; i < 3; i++) {
        enum strobe_number_kind kind = strobe_number_of(*values[i], &numbers[i]);
        if (kind == STROBE_NUMBER_NONE || kind == STROBE_NUMBER_FLOAT) {
            return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "pow() with a modulus takes ints, not '%s'",
                                          strobe_value_type_name(*values[i]));
        }
    }
    return strobe_number_power_modulo(evaluation, &numbers[0], &numbers[1], &numbers[2], ret_value);
}

static int builtin_round(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                         struct strobe_value *ret_value)
{
    const struct strobe_value *value = strobe_arguments_get(arguments, 0, "number");
    const struct strobe_value *places = strobe_arguments_get(arguments, 1, "ndigits");
    struct strobe_number number;
    Py_ssize_t count;
    int64_t digits;
    if (value == NULL) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "round() takes a number");
    }
    bool has_places = places != NULL && !strobe_value_is(*places, Py_None);
    if (strobe_number_of(*value, &number) == STROBE_NUMBER_NONE) {
        int status = strobe_standard_round(evaluation, *value, has_places ? places : NULL, ret_value);
        return status != 1 ? status
                           : strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "round() of a '%s' is not known",
                                                    strobe_value_type_name(*value));
    }
    if (!has_places) {
        return strobe_number_round(evaluation, *value, NULL, ret_value);
    }
    int status = strobe_number_index(evaluation, *places, &count);
    digits = count < -PY_SSIZE_T_MAX ? -PY_SSIZE_T_MAX : count;
    return status < 0 ? status : strobe_number_round(evaluation, *value, &digits, ret_value);
}

/* ---- Digits ---- */

static int write_in_base(struct strobe_evaluation *evaluation, struct strobe_value value, unsigned bits, char letter,
                         struct strobe_value *ret_value)
{
    struct strobe_number number;
    enum strobe_number_kind kind = strobe_number_of(value, &number);
    if (kind == STROBE_NUMBER_NONE || kind == STROBE_NUMBER_FLOAT) {
        Py_ssize_t ignored;
        int status = strobe_number_index(evaluation, value, &ignored); /* says what is wrong */
        return status < 0 ? status : strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "an int is needed");
    }
    char text[STROBE_EXPRESSION_INT_BITS_MAX + 8];
    size_t size = 0;
    if (strobe_number_negative(&number)) {
        text[size++] = '-';
    }
    text[size++] = '0';
    text[size++] = letter;
    int written = strobe_number_base_text(evaluation, &number, bits, text + size, sizeof text - size);
    return written < 0 ? written : strobe_text_make_ascii(evaluation, text, size + (size_t)written, ret_value);
}

static int builtin_hex(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                       struct strobe_value *ret_value)
{
    return write_in_base(evaluation, arguments->values[0], 4, 'x', ret_value);
}

static int builtin_oct(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                       struct strobe_value *ret_value)
{
    return write_in_base(evaluation, arguments->values[0], 3, 'o', ret_value);
}

static int builtin_bin(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                       struct strobe_value *ret_value)
{
    return write_in_base(evaluation, arguments->values[0], 1, 'b', ret_value);
}

/* ---- Characters ---- */

static int builtin_ord(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                       struct strobe_value *ret_value)
{
    struct strobe_text_view text;
    struct strobe_bytes_view bytes;
    Py_ssize_t length = -1;
    if (strobe_text_view_of(arguments->values[0], &text)) {
        length = text.length;
        if (length == 1) {
            *ret_value = strobe_value_int((int64_t)PyUnicode_READ((int)text.width, text.data, 0));
            return 0;
        }
    } else if (strobe_bytes_view_of(arguments->values[0], &bytes)) {
        length = bytes.size;
        if (length == 1) {
            *ret_value = strobe_value_int(bytes.data[0]);
            return 0;
        }
    }
    if (length < 0) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "ord() expected string of length 1, but %s found",
                                      strobe_value_type_name(arguments->values[0]));
    }
    return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE,
                                  "ord() expected a character, but string of length %zd found", length);
}

static int builtin_chr(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                       struct strobe_value *ret_value)
{
    enum { CHARACTER_MAX = 0x10ffff };
    Py_ssize_t code;
    struct strobe_number number;
    struct strobe_text_builder builder;
    int status = strobe_number_index(evaluation, arguments->values[0], &code);
    if (status < 0) {
        return status;
    }
    if (strobe_number_of(arguments->values[0], &number) == STROBE_NUMBER_WIDE || code < INT32_MIN || code > INT32_MAX) {
        return strobe_evaluation_fail(evaluation,
                                      PY_VERSION_HEX >= 0x030D0000 ? STROBE_FAULT_VALUE : STROBE_FAULT_OVERFLOW,
                                      "chr() arg not in range(0x110000)");
    }
    if (code < 0 || code > CHARACTER_MAX) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE, "chr() arg not in range(0x110000)");
    }
    status = strobe_text_begin(evaluation, &builder);
    status = status < 0 ? status : strobe_text_put(&builder, (uint32_t)code);
    return status < 0 ? status : strobe_text_end(&builder, ret_value);
}

/* ---- The table ---- */

const struct strobe_function_entry strobe_builtin_functions[] = {
    {"len", builtin_len, 1, 1, NULL},
    {"abs", builtin_abs, 1, 1, NULL},
    {"min", strobe_builtin_min, 1, STROBE_ARGUMENTS_MAX, "key default"},
    {"max", strobe_builtin_max, 1, STROBE_ARGUMENTS_MAX, "key default"},
    {"sum", strobe_builtin_sum, 1, 2, "start"},
    {"any", strobe_builtin_any, 1, 1, NULL},
    {"all", strobe_builtin_all, 1, 1, NULL},
    {"sorted", strobe_builtin_sorted, 1, 1, "key reverse"},
    {"reversed", strobe_builtin_reversed, 1, 1, NULL},
    {"round", builtin_round, 1, 2, "number ndigits"},
    {"str", strobe_builtin_str, 0, 3, "object encoding errors"},
    {"format", strobe_builtin_format, 1, 2, NULL},
    {"repr", strobe_builtin_repr, 1, 1, NULL},
    {"ascii", strobe_builtin_ascii, 1, 1, NULL},
    {"int", strobe_builtin_int, 0, 2, "base"},
    {"float", strobe_builtin_float, 0, 1, NULL},
    {"bool", strobe_builtin_bool, 0, 1, NULL},
    {"type", strobe_builtin_type, 1, 1, NULL},
    {"isinstance", strobe_builtin_isinstance, 2, 2, NULL},
    {"issubclass", strobe_builtin_issubclass, 2, 2, NULL},
    {"hasattr", strobe_builtin_hasattr, 2, 2, NULL},
    {"getattr", strobe_builtin_getattr, 2, 3, NULL},
    {"callable", strobe_builtin_callable, 1, 1, NULL},
    {"id", builtin_id, 1, 1, NULL},
    {"hash", builtin_hash, 1, 1, NULL},
    {"ord", builtin_ord, 1, 1, NULL},
    {"chr", builtin_chr, 1, 1, NULL},
    {"hex", builtin_hex, 1, 1, NULL},
    {"oct", builtin_oct, 1, 1, NULL},
    {"bin", builtin_bin, 1, 1, NULL},
    {"divmod", builtin_divmod, 2, 2, NULL},
    {"pow", builtin_pow, 2, 3, "base exp mod"},
    {"zip", strobe_builtin_zip, 0, STROBE_ARGUMENTS_MAX, "strict"},
    {"map", strobe_builtin_map, 2, STROBE_ARGUMENTS_MAX, NULL},
    {"filter", strobe_builtin_filter, 2, 2, NULL},
    {"enumerate", strobe_builtin_enumerate, 1, 2, "iterable start"},
    {"range", strobe_builtin_range, 1, 3, NULL},
    {"slice", strobe_builtin_slice, 1, 3, NULL},
    {"list", strobe_builtin_list, 0, 1, NULL},
    {"tuple", strobe_builtin_tuple, 0, 1, NULL},
    {"set", strobe_builtin_set, 0, 1, NULL},
    {"frozenset", strobe_builtin_frozenset, 0, 1, NULL},
    {"dict", strobe_builtin_dict, 0, 1, "*"},
    {"bytes", strobe_builtin_bytes, 0, 3, "source encoding errors"},
    {"bytearray", strobe_builtin_bytearray, 0, 3, "source encoding errors"},
    {NULL, NULL, 0, 0, NULL},
};
