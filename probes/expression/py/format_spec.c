/* format(value, spec): the format language of CPython's formatter_unicode.c, and who may use what of it. */
#include "probes/expression/py/format.h"

#include <locale.h>
#include <string.h>

#include "probes/expression/py/format_number.h"
#include "probes/expression/py/format_writer.h"
#include "probes/expression/py/number_digits.h"
#include "probes/expression/py/standard.h"

enum { INTEGER_MAX = INT32_MAX };

/* ---- Taking the spec apart ---- */

struct reader {
    const struct strobe_text_view *spec;
    Py_ssize_t at;
};

/* The character `ahead` of the place, 0 at the end. */
static uint32_t peek(const struct reader *reader, Py_ssize_t ahead)
{
    Py_ssize_t i = reader->at + ahead;
    return i < reader->spec->length ? PyUnicode_READ(reader->spec->width, reader->spec->data, i) : 0;
}

static bool take(struct reader *reader, uint32_t character)
{
    if (reader->at < reader->spec->length && peek(reader, 0) == character) {
        reader->at++;
        return true;
    }
    return false;
}

static bool is_align(uint32_t c)
{
    return c == '<' || c == '>' || c == '=' || c == '^';
}

/* @return 1 when there was a number, 0 when not, or a negative code */
static int take_integer(struct strobe_evaluation *evaluation, struct reader *reader, Py_ssize_t *ret_number)
{
    Py_ssize_t number = 0, start = reader->at;
    while (reader->at < reader->spec->length) {
        int digit = Py_UNICODE_TODECIMAL(peek(reader, 0));
        if (digit < 0) {
            break;
        }
        if (number > (PY_SSIZE_T_MAX - digit) / 10) {
            return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE, "Too many decimal digits in format string");
        }
        number = number * 10 + digit;
        reader->at++;
    }
    if (reader->at == start) {
        return 0;
    }
    *ret_number = number;
    return 1;
}

static int take_grouping(struct strobe_evaluation *evaluation, struct reader *reader, uint32_t *ret_grouping)
{
    bool comma = take(reader, ',');
    bool underscore = take(reader, '_');
    if ((comma && underscore) || (underscore && peek(reader, 0) == ',')) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE, "Cannot specify both ',' and '_'.");
    }
    *ret_grouping = comma ? ',' : underscore ? '_' : 0;
    return 0;
}

static int take_precision(struct strobe_evaluation *evaluation, struct reader *reader,
                          struct strobe_format_fields *fields)
{
    int found = take_integer(evaluation, reader, &fields->precision);
    if (found < 0) {
        return found;
    }
#if PY_VERSION_HEX >= 0x030E0000 /* 3.14 groups the digits of the fraction too */
    int status = take_grouping(evaluation, reader, &fields->fraction_grouping);
    if (status < 0) {
        return status;
    }
    found |= fields->fraction_grouping != 0;
#endif
    return found ? 0 : strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE, "Format specifier missing precision");
}

static int check_grouping(struct strobe_evaluation *evaluation, const struct strobe_format_fields *fields)
{
    switch (fields->type) {
    case 0:
    case 'd':
    case 'e':
    case 'f':
    case 'g':
    case 'E':
    case 'G':
    case '%':
    case 'F':
        return 0;
    case 'b':
    case 'o':
    case 'x':
    case 'X':
        if (fields->grouping == '_') {
            return 0;
        }
        break;
    default:
        break;
    }
    return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE, "Cannot specify '%c' with '%c'.",
                                  (int)fields->grouping, fields->type < 0x80 ? (int)fields->type : '?');
}

static void take_align(struct reader *reader, struct strobe_format_fields *fields, bool *ret_fill, bool *ret_align)
{
    *ret_fill = reader->spec->length - reader->at >= 2 && is_align(peek(reader, 1));
    *ret_align = *ret_fill || is_align(peek(reader, 0));
    if (*ret_fill) {
        fields->fill = peek(reader, 0);
        fields->align = peek(reader, 1);
        reader->at += 2;
    } else if (*ret_align) {
        fields->align = peek(reader, 0);
        reader->at++;
    }
}

static int parse(struct strobe_evaluation *evaluation, const struct strobe_text_view *spec, uint32_t type,
                 uint32_t align, struct strobe_format_fields *ret)
{
    struct reader reader = {spec, 0};
    bool has_fill, has_align;
    *ret = (struct strobe_format_fields){.fill = ' ', .align = align, .width = -1, .precision = -1, .type = type};
    take_align(&reader, ret, &has_fill, &has_align);
    uint32_t sign = peek(&reader, 0);
    if (sign == '+' || sign == '-' || sign == ' ') {
        ret->sign = sign;
        reader.at++;
    }
    ret->no_negative_zero = take(&reader, 'z');
    ret->alternate = take(&reader, '#');
    if (!has_fill && take(&reader, '0')) {
        ret->fill = '0';
        ret->align = !has_align && align == '>' ? '=' : ret->align;
    }
    int status = take_integer(evaluation, &reader, &ret->width);
    status = status < 0 ? status : take_grouping(evaluation, &reader, &ret->grouping);
    if (status == 0 && take(&reader, '.')) {
        status = take_precision(evaluation, &reader, ret);
    }
    if (status < 0) {
        return status;
    }
    if (spec->length - reader.at > 1) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE, "Invalid format specifier");
    }
    if (reader.at < spec->length) {
        ret->type = peek(&reader, 0);
    }
    return ret->grouping != 0 ? check_grouping(evaluation, ret) : 0;
}

static int unknown_type(struct strobe_evaluation *evaluation, const struct strobe_format_fields *fields,
                        struct strobe_value value)
{
    return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE, "Unknown format code '%c' for object of type '%.60s'",
                                  fields->type > ' ' && fields->type < 0x7F ? (int)fields->type : '?',
                                  strobe_value_type_name(value));
}

/* ---- By type ---- */

static int format_text(struct strobe_text_builder *builder, struct strobe_value value,
                       const struct strobe_text_view *text, const struct strobe_text_view *spec)
{
    struct strobe_evaluation *evaluation = builder->evaluation;
    struct strobe_format_fields fields;
    int status = parse(evaluation, spec, 's', '<', &fields);
    if (status < 0) {
        return status;
    }
    if (fields.type != 's') {
        return unknown_type(evaluation, &fields, value);
    }
    const char *refused = fields.sign != 0          ? "Sign not allowed in string format specifier"
                          : fields.no_negative_zero ? "Negative zero coercion (z) not allowed in string format "
                                                      "specifier"
                          : fields.alternate        ? "Alternate form (#) not allowed in string format specifier"
                          : fields.align == '='     ? "'=' alignment not allowed in string format specifier"
                                                    : NULL;
    if (refused != NULL) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE, "%s", refused);
    }
    Py_ssize_t length = fields.precision >= 0 && fields.precision < text->length ? fields.precision : text->length;
    Py_ssize_t padding = fields.width > length ? fields.width - length : 0;
    Py_ssize_t left = fields.align == '>' ? padding : fields.align == '^' ? padding / 2 : 0;
    status = strobe_text_put_repeated(builder, fields.fill, left);
    status = status < 0 ? status : strobe_text_put_view(builder, text, 0, length);
    return status < 0 ? status : strobe_text_put_repeated(builder, fields.fill, padding - left);
}

static bool is_one_of(uint32_t type, const char *types)
{
    for (; *types != '\0'; types++) {
        if (type == (uint8_t)*types) {
            return true;
        }
    }
    return false;
}

/* 'n' is 'd' or 'g' with the separators of the process's locale: known when it has none. */
static int take_locale(struct strobe_evaluation *evaluation, bool is_real, struct strobe_format_fields *fields)
{
    const struct lconv *locale = localeconv();
    if (strcmp(locale->decimal_point, ".") != 0 || locale->thousands_sep[0] != '\0') {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_UNSAFE,
                                      "the format 'n' depends on the locale of the process; use 'd' or 'g'");
    }
    fields->type = is_real ? 'g' : 'd';
    return 0;
}

static int format_number(struct strobe_text_builder *builder, struct strobe_value value,
                         const struct strobe_number *number, const struct strobe_text_view *spec)
{
    struct strobe_evaluation *evaluation = builder->evaluation;
    struct strobe_format_fields fields;
    bool is_real = number->kind == STROBE_NUMBER_FLOAT;
    double real;
    int status = parse(evaluation, spec, is_real ? 0 : 'd', '>', &fields);
    if (status < 0) {
        return status;
    }
    if (fields.type == 'n') {
        if (fields.fraction_grouping != 0) {
            return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE, "Cannot specify '%c' with 'n'.",
                                          (int)fields.fraction_grouping);
        }
        status = take_locale(evaluation, is_real, &fields);
        if (status < 0) {
            return status;
        }
    }
    if (!is_real && is_one_of(fields.type, "bcdoxX")) {
        return strobe_format_integer(builder, number, &fields);
    }
    if (!is_one_of(fields.type, "eEfFgG%") && !(is_real && fields.type == 0)) {
        return unknown_type(evaluation, &fields, value);
    }
    if (fields.precision > INTEGER_MAX) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE, "precision too big");
    }
    status = strobe_digits_to_real(evaluation, number, &real);
    return status < 0 ? status : strobe_format_real(builder, real, &fields);
}

static bool has_own_format(struct strobe_evaluation *evaluation, struct strobe_value value)
{
    return value.kind == STROBE_VALUE_OBJECT &&
           strobe_format_find_in_classes(evaluation, Py_TYPE(value.as.object), "__format__") != NULL;
}

int strobe_format_spec(struct strobe_text_builder *builder, struct strobe_value value,
                       const struct strobe_text_view *spec)
{
    struct strobe_evaluation *evaluation = builder->evaluation;
    struct strobe_text_view text;
    struct strobe_number number;
    if (spec->length > STROBE_EXPRESSION_TEXT_MAX) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_LIMIT, "a format longer than %d characters",
                                      STROBE_EXPRESSION_TEXT_MAX);
    }
    int status = strobe_evaluation_spend(evaluation, 1 + spec->length / 16);
    if (status == 0) {
        status = strobe_format_is_standard(value) ? strobe_standard_put_format(builder, value, spec) : 1;
    }
    if (status != 1) {
        return status;
    }
    if (spec->length == 0) {
        return strobe_format_str(builder, value);
    }
    if (strobe_text_view_of(value, &text)) {
        return format_text(builder, value, &text, spec);
    }
    if (strobe_number_of(value, &number) != STROBE_NUMBER_NONE) {
        return format_number(builder, value, &number, spec);
    }
    if (has_own_format(evaluation, value)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_UNSAFE, "'%.60s' has a __format__ of its own",
                                      strobe_value_type_name(value));
    }
    return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "unsupported format string passed to %.60s.__format__",
                                  strobe_value_type_name(value));
}
