/* Decimal(...), its methods and fields. */
#include <string.h>

#include "base/py/decimal.h"
#include "probes/expression/py/decimal.h"
#include "probes/expression/py/items.h"

static int read_receiver(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                         uint8_t *buffer, struct strobe_decimal *ret_decimal)
{
    return strobe_decimal_of(evaluation, arguments->values[0], buffer, ret_decimal);
}

/* A Decimal or an int, else fault TYPE. */
static int read_argument(struct strobe_evaluation *evaluation, struct strobe_value value, uint8_t *buffer,
                         struct strobe_decimal *ret_decimal)
{
    int status = strobe_decimal_of(evaluation, value, buffer, ret_decimal);
    status = status == 1 ? strobe_decimal_of_int(evaluation, value, buffer, ret_decimal) : status;
    if (status == 1) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "conversion from %s to Decimal is not supported",
                                      strobe_value_type_name(value));
    }
    return status;
}

static bool is_finite(const struct strobe_decimal *decimal)
{
    return decimal->kind == STROBE_DECIMAL_FINITE;
}

static bool is_nan(const struct strobe_decimal *decimal)
{
    return decimal->kind == STROBE_DECIMAL_NAN || decimal->kind == STROBE_DECIMAL_SNAN;
}

/* What an operation on one NaN gives. */
static int keep_nan(struct strobe_evaluation *evaluation, const struct strobe_decimal *decimal,
                    struct strobe_value *ret_value)
{
    return decimal->kind == STROBE_DECIMAL_SNAN ? strobe_decimal_invalid(evaluation, "sNaN")
                                                : strobe_decimal_make(evaluation, decimal, ret_value);
}

/* ---- Construction ---- */

/* Decimal((sign, digits, exponent)) */
static int from_triple(struct strobe_evaluation *evaluation, struct strobe_value triple, struct strobe_value *ret_value)
{
    struct strobe_value parts[3], digit;
    struct strobe_iteration iteration;
    struct strobe_text_view word;
    Py_ssize_t sign = 0, exponent = 0, number = 0;
    uint8_t buffer[STROBE_DECIMAL_DIGITS_MAX];
    struct strobe_decimal decimal = {.digits = buffer};
    int count = 0, status = strobe_iteration_begin(evaluation, triple, &iteration);
    while (status >= 0 && (status = strobe_iteration_next(evaluation, &iteration, &digit)) == 1) {
        if (count < 3) {
            parts[count] = digit;
        }
        count++;
    }
    if (status == 0 && count != 3) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE, "argument must be a sequence of length 3");
    }
    status = status == 0 ? strobe_number_index(evaluation, parts[0], &sign) : status;
    if (status == 0 && strobe_text_view_of(parts[2], &word)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_UNSAFE,
                                      "write Decimal('Infinity') or Decimal('NaN') instead");
    }
    status = status == 0 ? strobe_number_index(evaluation, parts[2], &exponent) : status;
    status = status == 0 ? strobe_iteration_begin(evaluation, parts[1], &iteration) : status;
    while (status >= 0 && (status = strobe_iteration_next(evaluation, &iteration, &digit)) == 1) {
        status = strobe_number_index(evaluation, digit, &number);
        if (status == 0 && (number < 0 || number > 9)) {
            return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE, "coefficient must be a tuple of digits");
        }
        if (status == 0 && decimal.count >= STROBE_DECIMAL_DIGITS_MAX) {
            return strobe_evaluation_fail(evaluation, STROBE_FAULT_LIMIT, "the Decimal has too many digits");
        }
        if (status == 0 && (decimal.count > 0 || number != 0)) {
            buffer[decimal.count++] = (uint8_t)number;
        }
    }
    if (status == 0 && (sign < 0 || sign > 1)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE, "sign must be an integer with the value 0 or 1");
    }
    for (uint32_t i = 0; i < decimal.count / 2; i++) {
        uint8_t swapped = buffer[i];
        buffer[i] = buffer[decimal.count - 1 - i];
        buffer[decimal.count - 1 - i] = swapped;
    }
    decimal.negative = status == 0 && sign == 1;
    decimal.exponent = exponent;
    return status < 0 ? status : strobe_decimal_make(evaluation, &decimal, ret_value);
}

static int from_text(struct strobe_evaluation *evaluation, const struct strobe_text_view *text,
                     struct strobe_value *ret_value)
{
    uint8_t buffer[STROBE_DECIMAL_DIGITS_MAX];
    struct strobe_decimal decimal = {0};
    int status = strobe_decimal_parse(evaluation, text, buffer, &decimal);
    if (status == 1) {
        return strobe_decimal_invalid(evaluation, "ConversionSyntax");
    }
    return status < 0 ? status : strobe_decimal_make(evaluation, &decimal, ret_value);
}

static int construct(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                     struct strobe_value *ret_value)
{
    const struct strobe_value *value = strobe_arguments_get(arguments, 0, "value");
    uint8_t buffer[STROBE_DECIMAL_DIGITS_MAX];
    struct strobe_decimal decimal = {.digits = buffer};
    struct strobe_text_view text;
    struct strobe_number number;
    if (value == NULL) {
        return strobe_decimal_make(evaluation, &decimal, ret_value);
    }
    if (strobe_text_view_of(*value, &text)) {
        return from_text(evaluation, &text, ret_value);
    }
    enum strobe_container container = strobe_container_of(*value);
    if (container == STROBE_CONTAINER_LIST || container == STROBE_CONTAINER_TUPLE) {
        return from_triple(evaluation, *value, ret_value);
    }
    int status = strobe_number_of(*value, &number) == STROBE_NUMBER_FLOAT
                     ? strobe_decimal_of_real(evaluation, number.real, buffer, &decimal)
                     : read_argument(evaluation, *value, buffer, &decimal);
    return status < 0 ? status : strobe_decimal_make(evaluation, &decimal, ret_value);
}

/* Decimal.from_float(number) */
static int from_float(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                      struct strobe_value *ret_value)
{
    const struct strobe_arguments value = {.values = arguments->values + 1, .positional_count = 1};
    struct strobe_number number;
    if (strobe_number_of(value.values[0], &number) == STROBE_NUMBER_NONE) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "argument must be int or float");
    }
    return construct(evaluation, &value, ret_value);
}

/* ---- Questions ---- */

#define QUESTION(name, expression)                                                                  \
    static int name(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments, \
                    struct strobe_value *ret_value)                                                 \
    {                                                                                               \
        uint8_t buffer[STROBE_DECIMAL_DIGITS_MAX];                                                  \
        struct strobe_decimal decimal;                                                              \
        int status = read_receiver(evaluation, arguments, buffer, &decimal);                        \
        if (status == 0) {                                                                          \
            *ret_value = expression;                                                                \
        }                                                                                           \
        return status;                                                                              \
    }
QUESTION(ask_nan, strobe_value_bool(is_nan(&decimal)))
QUESTION(ask_qnan, strobe_value_bool(decimal.kind == STROBE_DECIMAL_NAN))
QUESTION(ask_snan, strobe_value_bool(decimal.kind == STROBE_DECIMAL_SNAN))
QUESTION(ask_infinite, strobe_value_bool(decimal.kind == STROBE_DECIMAL_INFINITE))
QUESTION(ask_finite, strobe_value_bool(is_finite(&decimal)))
QUESTION(ask_zero, strobe_value_bool(is_finite(&decimal) && decimal.count == 0))
QUESTION(ask_signed, strobe_value_bool(decimal.negative))
QUESTION(adjusted, strobe_value_int(is_finite(&decimal) && decimal.count > 0 ? strobe_decimal_adjusted(&decimal)
                                    : is_finite(&decimal)                    ? decimal.exponent
                                                                             : 0))
#undef QUESTION

static int as_tuple(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                    struct strobe_value *ret_value)
{
    uint8_t buffer[STROBE_DECIMAL_DIGITS_MAX];
    struct strobe_decimal decimal = {0};
    struct strobe_value parts[3], tuple;
    static const char *const words[] = {"", "F", "n", "N"};
    int status = read_receiver(evaluation, arguments, buffer, &decimal);
    status = status == 0 ? strobe_items_make(evaluation, STROBE_VALUE_TUPLE, decimal.count + 1, &parts[1]) : status;
    for (uint32_t i = decimal.count; status == 0 && i-- > 0;) {
        status = strobe_items_append(evaluation, parts[1].as.items, strobe_value_int(decimal.digits[i]));
    }
    bool shows_zero = status == 0 && decimal.count == 0 && !is_nan(&decimal);
    status = shows_zero ? strobe_items_append(evaluation, parts[1].as.items, strobe_value_int(0)) : status;
    if (status == 0) {
        parts[0] = strobe_value_int(decimal.negative);
        parts[2] = strobe_value_int(decimal.exponent);
    }
    if (status == 0 && !is_finite(&decimal)) {
        status = strobe_text_make_ascii(evaluation, words[decimal.kind], 1, &parts[2]);
    }
    status = status == 0 ? strobe_items_make(evaluation, STROBE_VALUE_TUPLE, 3, &tuple) : status;
    for (size_t i = 0; i < 3 && status == 0; i++) {
        status = strobe_items_append(evaluation, tuple.as.items, parts[i]);
    }
    if (status == 0) {
        *ret_value = tuple;
    }
    return status;
}

/* ---- The same number with another sign or exponent ---- */

static int copy_with(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments, int sign,
                     struct strobe_value *ret_value)
{
    uint8_t buffer[STROBE_DECIMAL_DIGITS_MAX];
    struct strobe_decimal decimal = {0};
    int status = read_receiver(evaluation, arguments, buffer, &decimal);
    if (status < 0) {
        return status;
    }
    decimal.negative = sign == 0 ? false : sign < 0 ? !decimal.negative : decimal.negative;
    return strobe_decimal_make(evaluation, &decimal, ret_value);
}

static int copy_abs(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                    struct strobe_value *ret_value)
{
    return copy_with(evaluation, arguments, 0, ret_value);
}

static int copy_negate(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                       struct strobe_value *ret_value)
{
    return copy_with(evaluation, arguments, -1, ret_value);
}

static int same(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                struct strobe_value *ret_value)
{
    return copy_with(evaluation, arguments, 1, ret_value);
}

static int imaginary(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                     struct strobe_value *ret_value)
{
    (void)arguments;
    struct strobe_decimal decimal = {0};
    return strobe_decimal_make(evaluation, &decimal, ret_value);
}

static int normalize(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                     struct strobe_value *ret_value)
{
    uint8_t buffer[STROBE_DECIMAL_DIGITS_MAX];
    struct strobe_decimal decimal = {0};
    struct strobe_decimal_work work;
    int status = read_receiver(evaluation, arguments, buffer, &decimal);
    if (status < 0 || is_nan(&decimal)) {
        return status < 0 ? status : keep_nan(evaluation, &decimal, ret_value);
    }
    strobe_decimal_to_work(&decimal, &work);
    status = strobe_decimal_finish(evaluation, &work, STROBE_DECIMAL_PRECISION);
    uint32_t zeros = 0;
    while (zeros < work.count && work.digits[zeros] == 0) {
        zeros++;
    }
    strobe_decimal_drop(&work, zeros, STROBE_ROUND_DOWN);
    work.exponent = work.count == 0 ? 0 : work.exponent;
    return status < 0 ? status : strobe_decimal_make_work(evaluation, &work, ret_value);
}

/* The constant decimal.ROUND_...: its value is its name. */
static int read_rounding(struct strobe_evaluation *evaluation, const struct strobe_value *value,
                         enum strobe_rounding *ret_rounding)
{
    static const char *const names[] = {"ROUND_HALF_EVEN", "ROUND_HALF_UP", "ROUND_HALF_DOWN", "ROUND_UP",
                                        "ROUND_DOWN",      "ROUND_CEILING", "ROUND_FLOOR",     "ROUND_05UP"};
    struct strobe_text_view view;
    if (value == NULL || strobe_value_is(*value, Py_None)) {
        *ret_rounding = STROBE_ROUND_HALF_EVEN;
        return 0;
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0] && strobe_text_view_of(*value, &view); i++) {
        if (view.width == 1 && view.length == (Py_ssize_t)strlen(names[i]) &&
            memcmp(view.data, names[i], (size_t)view.length) == 0) {
            *ret_rounding = (enum strobe_rounding)i;
            return 0;
        }
    }
    return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE,
                                  "valid values for rounding are: ROUND_CEILING, ROUND_FLOOR, ROUND_UP, ROUND_DOWN, "
                                  "ROUND_HALF_UP, ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_05UP");
}

static int to_integral(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                       struct strobe_value *ret_value)
{
    uint8_t buffer[STROBE_DECIMAL_DIGITS_MAX];
    struct strobe_decimal decimal = {0};
    struct strobe_decimal_work work;
    enum strobe_rounding rounding;
    int status = read_rounding(evaluation, strobe_arguments_get(arguments, 1, "rounding"), &rounding);
    status = status == 0 ? read_receiver(evaluation, arguments, buffer, &decimal) : status;
    if (status < 0 || is_nan(&decimal)) {
        return status < 0 ? status : keep_nan(evaluation, &decimal, ret_value);
    }
    strobe_decimal_to_work(&decimal, &work);
    if (is_finite(&decimal) && decimal.exponent < 0) {
        status = strobe_decimal_rescale(evaluation, &work, 0, rounding);
    }
    return status < 0 ? status : strobe_decimal_make_work(evaluation, &work, ret_value);
}

static int quantize(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                    struct strobe_value *ret_value)
{
    uint8_t buffer[STROBE_DECIMAL_DIGITS_MAX], pattern_buffer[STROBE_DECIMAL_DIGITS_MAX];
    struct strobe_decimal decimal = {0}, pattern = {0};
    struct strobe_decimal_work work;
    enum strobe_rounding rounding;
    const struct strobe_value *exponent = strobe_arguments_get(arguments, 1, "exp");
    if (exponent == NULL) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE,
                                      "quantize() missing required argument 'exp' (pos 1)");
    }
    int status = read_rounding(evaluation, strobe_arguments_get(arguments, 2, "rounding"), &rounding);
    status = status == 0 ? read_receiver(evaluation, arguments, buffer, &decimal) : status;
    status = status == 0 ? read_argument(evaluation, *exponent, pattern_buffer, &pattern) : status;
    if (status < 0) {
        return status;
    }
    if (is_nan(&decimal) || is_nan(&pattern)) {
        bool signals = decimal.kind == STROBE_DECIMAL_SNAN || pattern.kind == STROBE_DECIMAL_SNAN;
        return signals ? strobe_decimal_invalid(evaluation, "sNaN")
                       : strobe_decimal_make(evaluation, is_nan(&decimal) ? &decimal : &pattern, ret_value);
    }
    if (!is_finite(&decimal) || !is_finite(&pattern)) {
        return is_finite(&decimal) == is_finite(&pattern) ? strobe_decimal_make(evaluation, &decimal, ret_value)
                                                          : strobe_decimal_invalid(evaluation, "quantize with one INF");
    }
    strobe_decimal_to_work(&decimal, &work);
    status = strobe_decimal_quantize(evaluation, &work, pattern.exponent, rounding);
    return status < 0 ? status : strobe_decimal_make_work(evaluation, &work, ret_value);
}

static int compare(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                   struct strobe_value *ret_value)
{
    static const uint8_t digit_one[] = {1};
    uint8_t buffer[STROBE_DECIMAL_DIGITS_MAX], other_buffer[STROBE_DECIMAL_DIGITS_MAX];
    struct strobe_decimal decimal = {0}, other = {0}, result = {.digits = digit_one};
    int status = read_receiver(evaluation, arguments, buffer, &decimal);
    status = status == 0 ? read_argument(evaluation, arguments->values[1], other_buffer, &other) : status;
    if (status < 0) {
        return status;
    }
    if (is_nan(&decimal) || is_nan(&other)) {
        return keep_nan(evaluation, decimal.kind == STROBE_DECIMAL_SNAN || !is_nan(&other) ? &decimal : &other,
                        ret_value);
    }
    int order = strobe_decimal_order(&decimal, &other);
    result.count = order != 0;
    result.negative = order < 0;
    return strobe_decimal_make(evaluation, &result, ret_value);
}

/* ---- Tables ---- */

static const struct strobe_function_entry constructor = {"Decimal", construct, 0, 1, "value"};

static const struct strobe_function_entry methods[] = {
    {"is_nan", ask_nan, 0, 0, NULL},
    {"is_qnan", ask_qnan, 0, 0, NULL},
    {"is_snan", ask_snan, 0, 0, NULL},
    {"is_infinite", ask_infinite, 0, 0, NULL},
    {"is_finite", ask_finite, 0, 0, NULL},
    {"is_zero", ask_zero, 0, 0, NULL},
    {"is_signed", ask_signed, 0, 0, NULL},
    {"adjusted", adjusted, 0, 0, NULL},
    {"as_tuple", as_tuple, 0, 0, NULL},
    {"copy_abs", copy_abs, 0, 0, NULL},
    {"copy_negate", copy_negate, 0, 0, NULL},
    {"conjugate", same, 0, 0, NULL},
    {"canonical", same, 0, 0, NULL},
    {"normalize", normalize, 0, 0, NULL},
    {"to_integral_value", to_integral, 0, 1, "rounding"},
    {"to_integral", to_integral, 0, 1, "rounding"},
    {"quantize", quantize, 0, 2, "exp rounding"},
    {"compare", compare, 1, 1, NULL},
    {NULL, NULL, 0, 0, NULL},
};

static const struct strobe_function_entry class_methods[] = {
    {"from_float", from_float, 1, 1, NULL},
    {NULL, NULL, 0, 0, NULL},
};

static const struct strobe_function_entry fields[] = {
    {"real", same, 0, 0, NULL},
    {"imag", imaginary, 0, 0, NULL},
    {NULL, NULL, 0, 0, NULL},
};

static const struct strobe_function_entry *find(const struct strobe_function_entry *table, PyObject *name)
{
    for (; table->name != NULL; table++) {
        if (PyUnicode_CompareWithASCIIString(name, table->name) == 0) {
            return table;
        }
    }
    return NULL;
}

const struct strobe_function_entry *strobe_decimal_constructor(PyTypeObject *type)
{
    return strobe_decimal_is_exact_type(type) ? &constructor : NULL;
}

const struct strobe_function_entry *strobe_decimal_method(PyObject *name)
{
    return find(methods, name);
}

const struct strobe_function_entry *strobe_decimal_class_method(PyObject *name)
{
    return find(class_methods, name);
}

const struct strobe_function_entry *strobe_decimal_field(PyObject *name)
{
    return find(fields, name);
}

bool strobe_decimal_method_exists(const char *name)
{
    for (const struct strobe_function_entry *entry = methods; entry->name != NULL; entry++) {
        if (strcmp(entry->name, name) == 0) {
            return true;
        }
    }
    return strcmp(name, class_methods[0].name) == 0;
}

bool strobe_decimal_constructor_exists(const char *name)
{
    return strcmp(name, constructor.name) == 0;
}
