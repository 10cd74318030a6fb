#include "probes/expression/py/percent.h"

#include <math.h>

#include "probes/expression/py/format.h"
#include "probes/expression/py/format_writer.h"
#include "probes/expression/py/items.h"
#include "probes/expression/py/number_digits.h"
#include "probes/expression/py/standard.h"

enum { BYTES_PER_STEP = 16 };

/* The arguments, taken one by one; a mapping's values by name instead. */
struct arguments {
    struct strobe_value all;
    const struct strobe_value *values;
    Py_ssize_t count;
    Py_ssize_t next;
    bool is_mapping; /* then it need not be used up */
};

struct conversion {
    bool left, sign, blank, alternate, zero;
    Py_ssize_t width;
    Py_ssize_t precision; /* -1: absent */
    uint32_t type;
};

struct reader {
    struct strobe_evaluation *evaluation;
    const struct strobe_text_view *format;
    Py_ssize_t at;
    struct arguments arguments;
    bool names; /* an argument was taken by name */
};

/* ---- Arguments ---- */

static bool has_items(struct strobe_value value)
{
    const PyTypeObject *type = strobe_value_type(value);
    return type->tp_as_mapping != NULL && type->tp_as_mapping->mp_subscript != NULL;
}

static int arguments_of(struct strobe_evaluation *evaluation, struct strobe_value value, struct arguments *ret)
{
    struct strobe_text_view text;
    if (strobe_container_of(value) != STROBE_CONTAINER_TUPLE) {
        ret->all = value;
        ret->values = &ret->all;
        ret->count = 1;
        ret->next = 0;
        ret->is_mapping = has_items(value) && !strobe_text_view_of(value, &text);
        return 0;
    }
    if (value.kind == STROBE_VALUE_OBJECT) { /* walked by items.c, which knows of secrets */
        int status = strobe_items_collect(evaluation, STROBE_VALUE_TUPLE, value, &value);
        if (status < 0) {
            return status;
        }
    }
    *ret = (struct arguments){value, value.as.items->values, value.as.items->count, 0, false};
    return 0;
}

static int next_argument(struct reader *reader, struct strobe_value *ret_value)
{
    struct arguments *arguments = &reader->arguments;
    if (arguments->next >= arguments->count) {
#if PY_VERSION_HEX >= 0x030F0000 /* 3.15 tells the two mistakes apart */
        if (reader->names) {
            return strobe_evaluation_fail(reader->evaluation, STROBE_FAULT_VALUE,
                                          "format requires a parenthesised mapping key, and no *");
        }
#endif
        return strobe_evaluation_fail(reader->evaluation, STROBE_FAULT_TYPE, "not enough arguments for format string");
    }
    *ret_value = arguments->values[arguments->next++];
    return 0;
}

/* ---- Taking %(name)-5.2f apart ---- */

static uint32_t peek(const struct reader *reader)
{
    return reader->at < reader->format->length ? PyUnicode_READ(reader->format->width, reader->format->data, reader->at)
                                               : 0;
}

/* Behind the '(': the value of that name becomes the only argument. */
static int take_name(struct reader *reader, struct strobe_value mapping, struct strobe_value *ret_value)
{
    struct strobe_evaluation *evaluation = reader->evaluation;
    struct strobe_value name;
    Py_ssize_t start = reader->at;
    int depth = 1;
    if (!reader->arguments.is_mapping) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "format requires a mapping");
    }
    for (; depth > 0 && reader->at < reader->format->length; reader->at++) {
        depth += (peek(reader) == '(') - (peek(reader) == ')');
    }
    if (depth > 0) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE, "incomplete format key");
    }
    int status = strobe_text_make_view(evaluation, reader->format, start, reader->at - 1, &name);
    if (status == 0 && strobe_text_is_secret(evaluation, name)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_REDACTED, "the name in %%(...)s is redacted");
    }
    return status < 0 ? status : strobe_value_subscript(evaluation, mapping, name, ret_value);
}

static void take_flags(struct reader *reader, struct conversion *ret)
{
    for (;; reader->at++) {
        switch (peek(reader)) {
        case '-':
            ret->left = true;
            continue;
        case '+':
            ret->sign = true;
            continue;
        case ' ':
            ret->blank = true;
            continue;
        case '#':
            ret->alternate = true;
            continue;
        case '0':
            ret->zero = true;
            continue;
        default:
            return;
        }
    }
}

/* Digits, or * for an argument. Nothing counts as 0. */
static int take_number(struct reader *reader, Py_ssize_t *ret_number)
{
    struct strobe_evaluation *evaluation = reader->evaluation;
    struct strobe_value value = strobe_value_int(0);
    struct strobe_number number;
    Py_ssize_t result = 0;
    if (peek(reader) == '*') {
        reader->at++;
        int status = next_argument(reader, &value);
        if (status < 0) {
            return status;
        }
        enum strobe_number_kind kind = strobe_number_of(value, &number);
        if (kind != STROBE_NUMBER_INT && kind != STROBE_NUMBER_WIDE) {
            return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "* wants int");
        }
        if (kind == STROBE_NUMBER_WIDE || number.integer > INT32_MAX || number.integer < -INT32_MAX) {
            return strobe_evaluation_fail(evaluation, STROBE_FAULT_OVERFLOW, "a width or precision is too big");
        }
        *ret_number = (Py_ssize_t)number.integer;
        return 0;
    }
    for (uint32_t c = peek(reader); c >= '0' && c <= '9'; c = peek(reader)) {
        if (result > INT32_MAX / 10 - 1) {
            return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE, "a width or precision is too big");
        }
        result = result * 10 + (Py_ssize_t)(c - '0');
        reader->at++;
    }
    *ret_number = result;
    return 0;
}

static int take_conversion(struct reader *reader, struct conversion *ret)
{
    *ret = (struct conversion){.precision = -1};
    take_flags(reader, ret);
    int status = take_number(reader, &ret->width);
    if (status < 0) {
        return status;
    }
    if (ret->width < 0) {
        ret->left = true;
        ret->width = -ret->width;
    }
    if (peek(reader) == '.') {
        reader->at++;
        status = take_number(reader, &ret->precision);
        ret->precision = ret->precision < 0 ? 0 : ret->precision;
    }
    if (status == 0 && (peek(reader) == 'h' || peek(reader) == 'l' || peek(reader) == 'L')) {
        reader->at++;
    }
    if (status == 0 && reader->at >= reader->format->length) {
        return strobe_evaluation_fail(reader->evaluation, STROBE_FAULT_VALUE, "incomplete format");
    }
    ret->type = peek(reader);
    reader->at++;
    return status;
}

/* ---- Text ---- */

static int put_padded(struct strobe_text_builder *builder, const struct conversion *conversion,
                      const struct strobe_text_view *view)
{
    bool cut = conversion->type != 'c' && conversion->precision >= 0 && conversion->precision < view->length;
    Py_ssize_t length = cut ? conversion->precision : view->length;
    Py_ssize_t padding = conversion->width > length ? conversion->width - length : 0;
    int status = conversion->left ? 0 : strobe_text_put_repeated(builder, ' ', padding);
    status = status < 0 ? status : strobe_text_put_view(builder, view, 0, length);
    return status < 0 || !conversion->left ? status : strobe_text_put_repeated(builder, ' ', padding);
}

static int put_text(struct strobe_text_builder *builder, const struct conversion *conversion, struct strobe_value value)
{
    struct strobe_text_builder part;
    struct strobe_value made;
    struct strobe_text_view view;
    if (conversion->width == 0 && conversion->precision < 0) {
        return conversion->type == 's'   ? strobe_format_str(builder, value)
               : conversion->type == 'r' ? strobe_format_repr(builder, value)
                                         : strobe_format_ascii(builder, value);
    }
    int status = strobe_text_begin(builder->evaluation, &part);
    if (status == 0) {
        status = conversion->type == 's'   ? strobe_format_str(&part, value)
                 : conversion->type == 'r' ? strobe_format_repr(&part, value)
                                           : strobe_format_ascii(&part, value);
    }
    status = status < 0 ? status : strobe_text_end(&part, &made);
    return status < 0 || !strobe_text_view_of(made, &view) ? status : put_padded(builder, conversion, &view);
}

static int put_character(struct strobe_text_builder *builder, const struct conversion *conversion,
                         struct strobe_value value)
{
    struct strobe_text_view view;
    struct strobe_number number;
    uint32_t character;
    if (!strobe_text_view_of(value, &view)) {
        enum strobe_number_kind kind = strobe_number_of(value, &number);
        if (kind != STROBE_NUMBER_INT && kind != STROBE_NUMBER_WIDE) {
            return strobe_evaluation_fail(builder->evaluation, STROBE_FAULT_TYPE, "%%c requires int or char");
        }
        if (kind == STROBE_NUMBER_WIDE || number.integer < 0 || number.integer > 0x10FFFF) {
            return strobe_evaluation_fail(builder->evaluation, STROBE_FAULT_OVERFLOW, "%%c arg not in range(0x110000)");
        }
        character = (uint32_t)number.integer;
        view = (struct strobe_text_view){&character, 1, 4};
    }
    if (view.length != 1) {
        return strobe_evaluation_fail(builder->evaluation, STROBE_FAULT_TYPE, "%%c requires int or char");
    }
    return put_padded(builder, conversion, &view);
}

/* ---- Numbers ---- */

/* Sign, prefix, zeros of the precision, digits; filled up to the width, with zeros behind the prefix. */
static int put_digits(struct strobe_text_builder *builder, const struct conversion *conversion,
                      const struct strobe_digits *digits, const char *prefix, Py_ssize_t zeros)
{
    char sign = digits->negative ? '-' : conversion->sign ? '+' : conversion->blank ? ' ' : '\0';
    Py_ssize_t length = (sign != '\0') + (*prefix != '\0' ? 2 : 0) + zeros + (Py_ssize_t)digits->size;
    Py_ssize_t padding = conversion->width > length ? conversion->width - length : 0;
    bool before = !conversion->left && !conversion->zero;
    bool within = !conversion->left && conversion->zero;
    int status = before ? strobe_text_put_repeated(builder, ' ', padding) : 0;
    status = status < 0 || sign == '\0' ? status : strobe_text_put(builder, (uint8_t)sign);
    status = status < 0 ? status : strobe_format_put(builder, prefix);
    status = status < 0 ? status : strobe_text_put_repeated(builder, '0', zeros + (within ? padding : 0));
    status = status < 0 ? status : strobe_text_put_ascii(builder, digits->text, digits->size);
    return status < 0 || !conversion->left ? status : strobe_text_put_repeated(builder, ' ', padding);
}

static bool converts_itself(struct strobe_value value)
{
    const PyNumberMethods *methods = strobe_value_type(value)->tp_as_number;
    return value.kind == STROBE_VALUE_OBJECT && methods != NULL &&
           (methods->nb_int != NULL || methods->nb_index != NULL || methods->nb_float != NULL);
}

static int not_a_number(struct strobe_evaluation *evaluation, const struct conversion *conversion,
                        struct strobe_value value)
{
    bool unsafe = converts_itself(value);
    return strobe_evaluation_fail(evaluation, unsafe ? STROBE_FAULT_UNSAFE : STROBE_FAULT_TYPE,
                                  unsafe ? "%%%c would run the code of '%.60s' that makes it a number"
                                         : "%%%c format: a number is required, not %.60s",
                                  (int)conversion->type, strobe_value_type_name(value));
}

/* The digits of int(real), exact. */
static int truncated(struct strobe_evaluation *evaluation, double real, struct strobe_digits *ret_digits)
{
    struct strobe_real_form form = {.type = 'f', .precision = 0};
    if (!isfinite(real)) {
        return strobe_evaluation_fail(evaluation, isnan(real) ? STROBE_FAULT_VALUE : STROBE_FAULT_OVERFLOW,
                                      "cannot convert float %s to integer", isnan(real) ? "NaN" : "infinity");
    }
    int status = strobe_digits_of_real(evaluation, trunc(real), &form, ret_digits);
    ret_digits->negative = status == 0 && real <= -1.0;
    return status;
}

static int put_integer(struct strobe_text_builder *builder, const struct conversion *conversion,
                       struct strobe_value value)
{
    struct strobe_evaluation *evaluation = builder->evaluation;
    struct strobe_number number;
    struct strobe_digits digits;
    bool hexadecimal = conversion->type == 'x' || conversion->type == 'X';
    int base = hexadecimal ? 16 : conversion->type == 'o' ? 8 : 10;
    enum strobe_number_kind kind = strobe_number_of(value, &number);
    if (kind == STROBE_NUMBER_NONE && base == 10) {
        int status = strobe_standard_integer(evaluation, value, &value);
        if (status < 0) {
            return status;
        }
        kind = status == 0 ? strobe_number_of(value, &number) : kind;
    }
    if (kind == STROBE_NUMBER_NONE || (kind == STROBE_NUMBER_FLOAT && base != 10)) {
        return kind == STROBE_NUMBER_FLOAT
                   ? strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE,
                                            "%%%c format: an integer is required, not float", (int)conversion->type)
                   : not_a_number(evaluation, conversion, value);
    }
    int status = kind == STROBE_NUMBER_FLOAT ? truncated(evaluation, number.real, &digits)
                                             : strobe_digits_of_integer(evaluation, &number, base, &digits);
    if (status < 0) {
        return status;
    }
    for (size_t i = 0; conversion->type == 'X' && i < digits.size; i++) {
        digits.text[i] = digits.text[i] >= 'a' ? (char)(digits.text[i] - 'a' + 'A') : digits.text[i];
    }
    Py_ssize_t zeros =
        conversion->precision > (Py_ssize_t)digits.size ? conversion->precision - (Py_ssize_t)digits.size : 0;
    const char *prefix = !conversion->alternate || base == 10 ? ""
                         : base == 8                          ? "0o"
                         : conversion->type == 'x'            ? "0x"
                                                              : "0X";
    return put_digits(builder, conversion, &digits, prefix, zeros);
}

static int put_real(struct strobe_text_builder *builder, const struct conversion *conversion, struct strobe_value value)
{
    struct strobe_evaluation *evaluation = builder->evaluation;
    struct strobe_number number;
    struct strobe_digits digits;
    double real;
    int status;
    if (strobe_number_of(value, &number) == STROBE_NUMBER_NONE) {
        status = strobe_standard_real(evaluation, value, &real);
        if (status == 1) {
            return not_a_number(evaluation, conversion, value);
        }
    } else {
        status = strobe_digits_to_real(evaluation, &number, &real);
    }
    struct strobe_real_form form = {.type = (char)conversion->type,
                                    .precision = conversion->precision < 0 ? 6 : conversion->precision,
                                    .alternate = conversion->alternate};
    status = status < 0 ? status : strobe_digits_of_real(evaluation, real, &form, &digits);
    return status < 0 ? status : put_digits(builder, conversion, &digits, "", 0);
}

/* ---- The whole ---- */

static int put_conversion(struct strobe_text_builder *builder, struct reader *reader,
                          const struct conversion *conversion)
{
    struct strobe_value value;
    int status = next_argument(reader, &value);
    if (status < 0) {
        return status;
    }
    switch (conversion->type) {
    case 's':
    case 'r':
    case 'a':
        return put_text(builder, conversion, value);
    case 'c':
        return put_character(builder, conversion, value);
    case 'd':
    case 'i':
    case 'u':
    case 'o':
    case 'x':
    case 'X':
        return put_integer(builder, conversion, value);
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
        return put_real(builder, conversion, value);
    default:
        return strobe_evaluation_fail(reader->evaluation, STROBE_FAULT_VALUE,
                                      "unsupported format character 0x%x at index %zd", (unsigned)conversion->type,
                                      reader->at - 1);
    }
}

static int put_piece(struct strobe_text_builder *builder, struct reader *reader, struct strobe_value mapping)
{
    struct conversion conversion;
    struct strobe_value named;
    struct arguments before = reader->arguments;
    bool has_name = peek(reader) == '(';
    if (peek(reader) == '%') { /* only %% is one; with anything between it is an error */
        reader->at++;
        return strobe_text_put(builder, '%');
    }
    int status = strobe_evaluation_spend(reader->evaluation, 1);
    if (status == 0 && has_name) {
        reader->at++;
        status = take_name(reader, mapping, &named);
        before.next = before.count; /* the mapping was used */
        reader->names = true;
        reader->arguments = (struct arguments){named, &named, 1, 0, true};
    }
    status = status < 0 ? status : take_conversion(reader, &conversion);
    status = status < 0 ? status : put_conversion(builder, reader, &conversion);
    if (has_name) {
        reader->arguments = before;
    }
    return status;
}

int strobe_percent(struct strobe_evaluation *evaluation, const struct strobe_text_view *format,
                   struct strobe_value arguments, struct strobe_value *ret_value)
{
    struct reader reader = {.evaluation = evaluation, .format = format};
    struct strobe_text_builder builder;
    int status = strobe_evaluation_spend(evaluation, 1 + format->length / BYTES_PER_STEP);
    status = status < 0 ? status : arguments_of(evaluation, arguments, &reader.arguments);
    status = status < 0 ? status : strobe_text_begin(evaluation, &builder);
    while (status == 0 && reader.at < format->length) {
        uint32_t character = peek(&reader);
        reader.at++;
        status = character == '%' ? put_piece(&builder, &reader, arguments) : strobe_text_put(&builder, character);
    }
    if (status == 0 && reader.arguments.next < reader.arguments.count && !reader.arguments.is_mapping) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE,
                                      "not all arguments converted during string formatting");
    }
    return status < 0 ? status : strobe_text_end(&builder, ret_value);
}
