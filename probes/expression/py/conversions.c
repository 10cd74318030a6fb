/* Constructors of the built-in types. */
#include <string.h>

#include "probes/expression/py/builtins.h"
#include "probes/expression/py/format.h"
#include "probes/expression/py/items.h"
#include "probes/expression/py/number.h"
#include "probes/expression/py/parse_number.h"
#include "probes/expression/py/sets.h"
#include "probes/expression/py/standard.h"
#include "probes/expression/py/text.h"

/* ---- Numbers ---- */

/* A str, or bytes seen as one. */
static bool see_digits(struct strobe_value value, struct strobe_text_view *ret_text)
{
    struct strobe_bytes_view bytes;
    if (strobe_text_view_of(value, ret_text)) {
        return true;
    }
    if (!strobe_bytes_view_of(value, &bytes)) {
        return false;
    }
    *ret_text = (struct strobe_text_view){bytes.data, bytes.size, 1};
    return true;
}

static int not_a_number(struct strobe_evaluation *evaluation, struct strobe_value value, const char *function)
{
    const PyNumberMethods *methods = strobe_value_type(value)->tp_as_number;
    if (value.kind == STROBE_VALUE_OBJECT && methods != NULL &&
        (methods->nb_int != NULL || methods->nb_index != NULL || methods->nb_float != NULL)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_UNSAFE,
                                      "%s() of a '%s' would run its code; use one of its fields", function,
                                      strobe_value_type_name(value));
    }
    return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "%s() argument must be a string or a number, not '%s'",
                                  function, strobe_value_type_name(value));
}

static int int_with_base(struct strobe_evaluation *evaluation, struct strobe_value value, struct strobe_value base,
                         struct strobe_value *ret_value)
{
    struct strobe_text_view text;
    Py_ssize_t radix;
    int status = strobe_number_index(evaluation, base, &radix);
    if (status < 0) {
        return status;
    }
    if (radix != 0 && (radix < 2 || radix > 36)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE, "int() base must be >= 2 and <= 36, or 0");
    }
    if (!see_digits(value, &text)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE,
                                      "int() can't convert non-string with explicit base");
    }
    return strobe_parse_int(evaluation, &text, (int)radix, ret_value);
}

int strobe_builtin_int(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                       struct strobe_value *ret_value)
{
    const struct strobe_value *base = strobe_arguments_get(arguments, 1, "base");
    struct strobe_text_view text;
    struct strobe_number number;
    if (arguments->positional_count == 0) {
        if (base != NULL) {
            return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "int() missing string argument");
        }
        *ret_value = strobe_value_int(0);
        return 0;
    }
    struct strobe_value value = arguments->values[0];
    if (base != NULL) {
        return int_with_base(evaluation, value, *base, ret_value);
    }
    switch (strobe_number_of(value, &number)) {
    case STROBE_NUMBER_FLOAT:
        return strobe_number_truncate(evaluation, number.real, ret_value);
    case STROBE_NUMBER_NONE:
        break;
    default:
        return strobe_number_plain(evaluation, value, ret_value);
    }
    if (see_digits(value, &text)) {
        return strobe_parse_int(evaluation, &text, 10, ret_value);
    }
    int status = strobe_standard_integer(evaluation, value, ret_value);
    return status == 1 ? not_a_number(evaluation, value, "int") : status;
}

int strobe_builtin_float(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                         struct strobe_value *ret_value)
{
    struct strobe_text_view text;
    struct strobe_number number;
    double real = 0.0;
    int status = 0;
    if (arguments->positional_count > 0) {
        struct strobe_value value = arguments->values[0];
        if (strobe_number_of(value, &number) != STROBE_NUMBER_NONE) {
            status = strobe_number_real(evaluation, &number, &real);
        } else if (see_digits(value, &text)) {
            status = strobe_parse_float(evaluation, &text, &real);
        } else {
            status = strobe_standard_real(evaluation, value, &real);
            status = status == 1 ? not_a_number(evaluation, value, "float") : status;
        }
    }
    if (status == 0) {
        *ret_value = strobe_value_float(real);
    }
    return status;
}

int strobe_builtin_bool(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                        struct strobe_value *ret_value)
{
    bool truth = false;
    int status = arguments->positional_count > 0 ? strobe_value_truth(evaluation, arguments->values[0], &truth) : 0;
    if (status == 0) {
        *ret_value = strobe_value_bool(truth);
    }
    return status;
}

/* ---- Text ---- */

/* bytes.decode or str.encode: `method` of the table with what was passed to str() or bytes(). */
static int through_method(struct strobe_evaluation *evaluation, const struct strobe_function_entry *methods,
                          const char *method, struct strobe_value value, const struct strobe_arguments *arguments,
                          struct strobe_value *ret_value)
{
    struct strobe_value values[3] = {value};
    struct strobe_arguments passed = {values, 1, 0, NULL};
    const struct strobe_value *encoding = strobe_arguments_get(arguments, 1, "encoding");
    const struct strobe_value *errors = strobe_arguments_get(arguments, 2, "errors");
    if (encoding == NULL && errors != NULL) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "name the encoding, too");
    }
    if (encoding != NULL) {
        values[passed.positional_count++] = *encoding;
    }
    if (errors != NULL) {
        values[passed.positional_count++] = *errors;
    }
    for (; methods->name != NULL; methods++) {
        if (strcmp(methods->name, method) == 0) {
            return strobe_function_call(evaluation, methods, &passed, 1, ret_value);
        }
    }
    return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "no '%s' here", method);
}

static bool has_encoding(const struct strobe_arguments *arguments)
{
    return strobe_arguments_get(arguments, 1, "encoding") != NULL ||
           strobe_arguments_get(arguments, 2, "errors") != NULL;
}

int strobe_builtin_str(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                       struct strobe_value *ret_value)
{
    const struct strobe_value *value = strobe_arguments_get(arguments, 0, "object");
    struct strobe_text_builder builder;
    struct strobe_bytes_view bytes;
    if (value == NULL) {
        return strobe_text_make_ascii(evaluation, "", 0, ret_value);
    }
    if (has_encoding(arguments)) {
        if (!strobe_bytes_view_of(*value, &bytes)) {
            return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE,
                                          "decoding to str: need a bytes-like object, %s found",
                                          strobe_value_type_name(*value));
        }
        return through_method(evaluation, strobe_bytes_methods, "decode", *value, arguments, ret_value);
    }
    if (strobe_value_type(*value) == &PyUnicode_Type) {
        *ret_value = *value;
        return 0;
    }
    int status = strobe_text_begin(evaluation, &builder);
    status = status < 0 ? status : strobe_format_str(&builder, *value);
    return status < 0 ? status : strobe_text_end(&builder, ret_value);
}

int strobe_builtin_format(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                          struct strobe_value *ret_value)
{
    const struct strobe_value *spec = strobe_arguments_get(arguments, 1, "");
    struct strobe_text_view text;
    if (spec != NULL && !strobe_text_view_of(*spec, &text)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "format() argument 2 must be str, not %s",
                                      strobe_value_type_name(*spec));
    }
    return strobe_format_value(evaluation, arguments->values[0], 0, spec, ret_value);
}

int strobe_builtin_repr(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                        struct strobe_value *ret_value)
{
    return strobe_format_value(evaluation, arguments->values[0], 'r', NULL, ret_value);
}

int strobe_builtin_ascii(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                         struct strobe_value *ret_value)
{
    return strobe_format_value(evaluation, arguments->values[0], 'a', NULL, ret_value);
}

/* ---- Bytes ---- */

static int zeros(struct strobe_evaluation *evaluation, struct strobe_value count, struct strobe_value *ret_value)
{
    Py_ssize_t size;
    int status = strobe_number_index(evaluation, count, &size);
    if (status < 0) {
        return status;
    }
    if (size < 0) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE, "negative count");
    }
    if (size > STROBE_EXPRESSION_TEXT_MAX) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_LIMIT, "bytes of more than %d",
                                      STROBE_EXPRESSION_TEXT_MAX);
    }
    void *data = strobe_evaluation_take(evaluation, (size_t)size);
    if (data == NULL) {
        return STROBE_ELIMIT;
    }
    memset(data, 0, (size_t)size);
    return strobe_bytes_make(evaluation, data, size, ret_value);
}

static int bytes_of_items(struct strobe_evaluation *evaluation, struct strobe_value source,
                          struct strobe_value *ret_value)
{
    struct strobe_value items;
    int status = strobe_items_collect(evaluation, STROBE_VALUE_LIST, source, &items);
    if (status < 0) {
        return status;
    }
    Py_ssize_t count = items.as.items->count;
    uint8_t *data = strobe_evaluation_take(evaluation, (size_t)count);
    if (data == NULL) {
        return STROBE_ELIMIT;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        Py_ssize_t byte;
        status = strobe_number_index(evaluation, items.as.items->values[i], &byte);
        if (status < 0) {
            return status;
        }
        if (byte < 0 || byte > UINT8_MAX) {
            return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE, "bytes must be in range(0, 256)");
        }
        data[i] = (uint8_t)byte;
    }
    return strobe_bytes_make(evaluation, data, count, ret_value);
}

static int make_bytes(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                      struct strobe_value *ret_value)
{
    const struct strobe_value *value = strobe_arguments_get(arguments, 0, "source");
    struct strobe_bytes_view bytes;
    struct strobe_text_view text;
    struct strobe_number number;
    if (value == NULL && !has_encoding(arguments)) {
        return strobe_bytes_make(evaluation, "", 0, ret_value);
    }
    if (value != NULL && strobe_text_view_of(*value, &text)) {
        if (strobe_arguments_get(arguments, 1, "encoding") == NULL) {
            return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "string argument without an encoding");
        }
        return through_method(evaluation, strobe_text_methods, "encode", *value, arguments, ret_value);
    }
    if (value == NULL || has_encoding(arguments)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "encoding without a string argument");
    }
    if (strobe_bytes_view_of(*value, &bytes)) {
        return strobe_bytes_make(evaluation, bytes.data, bytes.size, ret_value);
    }
    enum strobe_number_kind kind = strobe_number_of(*value, &number);
    if (kind == STROBE_NUMBER_INT || kind == STROBE_NUMBER_WIDE) {
        return zeros(evaluation, *value, ret_value);
    }
    return bytes_of_items(evaluation, *value, ret_value);
}

int strobe_builtin_bytes(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                         struct strobe_value *ret_value)
{
    if (arguments->positional_count == 1 && arguments->keyword_count == 0 &&
        strobe_value_type(arguments->values[0]) == &PyBytes_Type) {
        *ret_value = arguments->values[0];
        return 0;
    }
    return make_bytes(evaluation, arguments, ret_value);
}

int strobe_builtin_bytearray(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                             struct strobe_value *ret_value)
{
    int status = make_bytes(evaluation, arguments, ret_value);
    if (status == 0) {
        ret_value->as.bytes->is_bytearray = true;
    }
    return status;
}

/* ---- Containers ---- */

static int make_sequence(struct strobe_evaluation *evaluation, enum strobe_value_kind kind,
                         const struct strobe_arguments *arguments, struct strobe_value *ret_value)
{
    return arguments->positional_count == 0 ? strobe_items_make(evaluation, kind, 0, ret_value)
                                            : strobe_items_collect(evaluation, kind, arguments->values[0], ret_value);
}

int strobe_builtin_list(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                        struct strobe_value *ret_value)
{
    return make_sequence(evaluation, STROBE_VALUE_LIST, arguments, ret_value);
}

int strobe_builtin_tuple(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                         struct strobe_value *ret_value)
{
    if (arguments->positional_count == 1 && strobe_value_type(arguments->values[0]) == &PyTuple_Type) {
        *ret_value = arguments->values[0];
        return 0;
    }
    return make_sequence(evaluation, STROBE_VALUE_TUPLE, arguments, ret_value);
}

static int make_set(struct strobe_evaluation *evaluation, enum strobe_value_kind kind,
                    const struct strobe_arguments *arguments, struct strobe_value *ret_value)
{
    return arguments->positional_count == 0 ? strobe_table_make(evaluation, kind, ret_value)
                                            : strobe_set_collect(evaluation, kind, arguments->values[0], ret_value);
}

int strobe_builtin_set(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                       struct strobe_value *ret_value)
{
    return make_set(evaluation, STROBE_VALUE_SET, arguments, ret_value);
}

int strobe_builtin_frozenset(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                             struct strobe_value *ret_value)
{
    if (arguments->positional_count == 1 && strobe_value_type(arguments->values[0]) == &PyFrozenSet_Type) {
        *ret_value = arguments->values[0];
        return 0;
    }
    return make_set(evaluation, STROBE_VALUE_FROZENSET, arguments, ret_value);
}

/* The two items of what dict() was given as an entry. */
static int add_pair(struct strobe_evaluation *evaluation, struct strobe_table *table, struct strobe_value pair)
{
    struct strobe_value items;
    if (strobe_container_of(pair) == STROBE_CONTAINER_NONE) { /* two characters or bytes, or no pair at all */
        struct strobe_text_view text;
        struct strobe_bytes_view bytes;
        if (!strobe_text_view_of(pair, &text) && !strobe_bytes_view_of(pair, &bytes)) {
            return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE,
                                          "cannot convert dictionary update sequence element to a sequence");
        }
    }
    int status = strobe_items_collect(evaluation, STROBE_VALUE_TUPLE, pair, &items);
    if (status == 0 && items.as.items->count != 2) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE,
                                      "dictionary update sequence element has length %zd; 2 is required",
                                      items.as.items->count);
    }
    return status < 0 ? status
                      : strobe_table_set(evaluation, table, items.as.items->values[0], items.as.items->values[1]);
}

int strobe_builtin_dict(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                        struct strobe_value *ret_value)
{
    struct strobe_value dict, item;
    struct strobe_iteration iteration;
    int status = strobe_table_make(evaluation, STROBE_VALUE_DICT, &dict);
    if (status == 0 && arguments->positional_count == 1) {
        if (strobe_container_of(arguments->values[0]) == STROBE_CONTAINER_DICT) {
            status = strobe_dict_update(evaluation, dict.as.table, arguments->values[0]);
        } else {
            status = strobe_iteration_begin(evaluation, arguments->values[0], &iteration);
            while (status == 0 && (status = strobe_iteration_next(evaluation, &iteration, &item)) == 1) {
                status = add_pair(evaluation, dict.as.table, item);
            }
        }
    }
    for (unsigned i = 0; status == 0 && i < arguments->keyword_count; i++) {
        status = strobe_table_set(evaluation, dict.as.table, strobe_value_object(arguments->keywords[i]),
                                  arguments->values[arguments->positional_count + i]);
    }
    if (status == 0) {
        *ret_value = dict;
    }
    return status;
}

static int range_bound(struct strobe_evaluation *evaluation, struct strobe_value value, int64_t *ret_bound)
{
    struct strobe_number number;
    Py_ssize_t bound;
    int status = strobe_number_index(evaluation, value, &bound);
    if (status == 0 && strobe_number_of(value, &number) == STROBE_NUMBER_WIDE) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_LIMIT, "a range with bounds of more than 64 bits");
    }
    if (status == 0) {
        *ret_bound = bound;
    }
    return status;
}

int strobe_builtin_range(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                         struct strobe_value *ret_value)
{
    int64_t bounds[3] = {0, 0, 1}; /* start, stop, step */
    unsigned first = arguments->positional_count == 1 ? 1 : 0;
    for (unsigned i = 0; i < arguments->positional_count; i++) {
        int status = range_bound(evaluation, arguments->values[i], &bounds[first + i]);
        if (status < 0) {
            return status;
        }
    }
    return strobe_range_make(evaluation, bounds[0], bounds[1], bounds[2], ret_value);
}

int strobe_builtin_slice(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                         struct strobe_value *ret_value)
{
    struct strobe_value none = strobe_value_object(Py_None);
    struct strobe_slice *slice = strobe_evaluation_take(evaluation, sizeof *slice);
    if (slice == NULL) {
        return STROBE_ELIMIT;
    }
    const struct strobe_value *values = arguments->values;
    unsigned count = arguments->positional_count;
    *slice = count == 1 ? (struct strobe_slice){none, values[0], none}
                        : (struct strobe_slice){values[0], values[1], count == 3 ? values[2] : none};
    *ret_value = (struct strobe_value){STROBE_VALUE_SLICE, {.slice = slice}};
    return 0;
}
