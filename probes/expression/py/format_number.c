#include "probes/expression/py/format_number.h"

#include <string.h>

#include "probes/expression/py/format_writer.h"
#include "probes/expression/py/number_digits.h"

enum { GROUP = 3, GROUP_OF_BITS = 4 };

/* A number in pieces: sign, prefix, digits before the point, fraction behind it, and what follows (exponent, %, inf).
 */
struct pieces {
    bool negative;
    const char *prefix;
    const char *digits;
    Py_ssize_t digits_count;
    bool has_point;
    const char *fraction;
    Py_ssize_t fraction_count;
    const char *rest;
    Py_ssize_t rest_count;
    uint32_t character; /* of type c, instead of digits; else 0 */
    bool is_character;
};

/* ---- Grouped digits ---- */

/* The size of the digits with separators, filled up with zeros to `least`, and how many zeros that takes. The same
 * steps as CPython's _PyUnicode_InsertThousandsGrouping: from the right, group by group. */
static Py_ssize_t grouped_size(Py_ssize_t digits, Py_ssize_t group, Py_ssize_t least, Py_ssize_t *ret_zeros)
{
    Py_ssize_t size = 0, zeros = 0;
    if (group == 0) {
        *ret_zeros = least > digits ? least - digits : 0;
        return digits + *ret_zeros;
    }
    for (;;) {
        Py_ssize_t wanted = digits > least ? digits : least;
        Py_ssize_t length = wanted > 1 ? wanted : 1;
        length = length < group ? length : group;
        zeros += length > digits ? length - digits : 0;
        size += length;
        digits -= digits < length ? digits : length;
        least -= length;
        if (digits <= 0 && least <= 0) {
            break;
        }
        size++;
        least--;
    }
    *ret_zeros = zeros;
    return size;
}

static int put_grouped(struct strobe_text_builder *builder, const char *digits, Py_ssize_t count, Py_ssize_t zeros,
                       Py_ssize_t group, uint32_t separator)
{
    int status = 0;
    for (Py_ssize_t left = zeros + count; status == 0 && left > 0; left--) {
        Py_ssize_t i = zeros + count - left;
        if (group > 0 && i > 0 && left % group == 0) {
            status = strobe_text_put(builder, separator);
        }
        status = status < 0 ? status : strobe_text_put(builder, i < zeros ? '0' : (uint8_t)digits[i - zeros]);
    }
    return status;
}

static int put_fraction(struct strobe_text_builder *builder, const struct pieces *pieces, uint32_t separator)
{
    int status = 0;
    for (Py_ssize_t i = 0; status == 0 && i < pieces->fraction_count; i++) {
        if (separator != 0 && i > 0 && i % GROUP == 0) {
            status = strobe_text_put(builder, separator);
        }
        status = status < 0 ? status : strobe_text_put(builder, (uint8_t)pieces->fraction[i]);
    }
    return status;
}

/* ---- The layout ---- */

static uint32_t sign_of(const struct pieces *pieces, uint32_t sign)
{
    if (pieces->negative) {
        return '-';
    }
    return sign == '+' || sign == ' ' ? sign : 0;
}

static Py_ssize_t group_of(const struct strobe_format_fields *fields)
{
    bool bits = fields->type == 'b' || fields->type == 'o' || fields->type == 'x' || fields->type == 'X';
    return fields->grouping == 0 ? 0 : bits ? GROUP_OF_BITS : GROUP;
}

static int put_pieces(struct strobe_text_builder *builder, const struct pieces *pieces,
                      const struct strobe_format_fields *fields)
{
    uint32_t sign = sign_of(pieces, fields->sign);
    Py_ssize_t group = group_of(fields), zeros = 0, grouped = 0;
    Py_ssize_t separators =
        fields->fraction_grouping != 0 && pieces->fraction_count > 0 ? (pieces->fraction_count - 1) / GROUP : 0;
    Py_ssize_t others = (sign != 0) + (Py_ssize_t)strlen(pieces->prefix) + pieces->has_point + pieces->fraction_count +
                        separators + pieces->rest_count + pieces->is_character;
    Py_ssize_t least = fields->fill == '0' && fields->align == '=' ? fields->width - others : 0;
    if (pieces->digits_count > 0) {
        if (least > STROBE_EXPRESSION_TEXT_MAX) {
            return strobe_evaluation_fail(builder->evaluation, STROBE_FAULT_LIMIT,
                                          "a text would have more than %d characters", STROBE_EXPRESSION_TEXT_MAX);
        }
        grouped = grouped_size(pieces->digits_count, group, least, &zeros);
    }
    Py_ssize_t padding = fields->width - others - grouped;
    padding = padding > 0 ? padding : 0;
    Py_ssize_t left = fields->align == '>' ? padding : fields->align == '^' ? padding / 2 : 0;
    Py_ssize_t inner = fields->align == '=' ? padding : 0;
    int status = strobe_text_put_repeated(builder, fields->fill, left);
    status = status < 0 || sign == 0 ? status : strobe_text_put(builder, sign);
    status = status < 0 ? status : strobe_format_put(builder, pieces->prefix);
    status = status < 0 ? status : strobe_text_put_repeated(builder, fields->fill, inner);
    status = status < 0 ? status
                        : put_grouped(builder, pieces->digits, pieces->digits_count, zeros, group, fields->grouping);
    status = status < 0 || !pieces->is_character ? status : strobe_text_put(builder, pieces->character);
    status = status < 0 || !pieces->has_point ? status : strobe_text_put(builder, '.');
    status = status < 0 ? status : put_fraction(builder, pieces, fields->fraction_grouping);
    status = status < 0 ? status : strobe_text_put_ascii(builder, pieces->rest, (size_t)pieces->rest_count);
    return status < 0 ? status : strobe_text_put_repeated(builder, fields->fill, padding - left - inner);
}

/* ---- Integers ---- */

static int put_character(struct strobe_text_builder *builder, const struct strobe_number *number,
                         const struct strobe_format_fields *fields)
{
    struct strobe_evaluation *evaluation = builder->evaluation;
    if (fields->sign != 0) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE,
                                      "Sign not allowed with integer format specifier 'c'");
    }
    if (fields->alternate) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE,
                                      "Alternate form (#) not allowed with integer format specifier 'c'");
    }
    if (number->kind != STROBE_NUMBER_INT || number->integer < 0 || number->integer > 0x10FFFF) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_OVERFLOW, "%%c arg not in range(0x110000)");
    }
    struct pieces pieces = {.prefix = "", .rest = "", .is_character = true, .character = (uint32_t)number->integer};
    return put_pieces(builder, &pieces, fields);
}

int strobe_format_integer(struct strobe_text_builder *builder, const struct strobe_number *number,
                          const struct strobe_format_fields *fields)
{
    struct strobe_evaluation *evaluation = builder->evaluation;
    struct strobe_digits digits;
    if (fields->precision >= 0) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE,
                                      "Precision not allowed in integer format specifier");
    }
    if (fields->no_negative_zero) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE,
                                      "Negative zero coercion (z) not allowed in integer format specifier");
    }
    if (fields->type == 'c') {
        return put_character(builder, number, fields);
    }
    int base = fields->type == 'b' ? 2 : fields->type == 'o' ? 8 : fields->type == 'd' ? 10 : 16;
    int status = strobe_digits_of_integer(evaluation, number, base, &digits);
    if (status < 0) {
        return status;
    }
    for (size_t i = 0; fields->type == 'X' && i < digits.size; i++) {
        digits.text[i] = digits.text[i] >= 'a' ? (char)(digits.text[i] - 'a' + 'A') : digits.text[i];
    }
    struct pieces pieces = {.negative = digits.negative,
                            .prefix = "",
                            .digits = digits.text,
                            .digits_count = (Py_ssize_t)digits.size,
                            .rest = ""};
    if (fields->alternate) {
        pieces.prefix = fields->type == 'b'   ? "0b"
                        : fields->type == 'o' ? "0o"
                        : fields->type == 'x' ? "0x"
                        : fields->type == 'X' ? "0X"
                                              : "";
    }
    return put_pieces(builder, &pieces, fields);
}

/* ---- Floats ---- */

static Py_ssize_t run_of_digits(const char *text, Py_ssize_t size)
{
    Py_ssize_t i = 0;
    while (i < size && text[i] >= '0' && text[i] <= '9') {
        i++;
    }
    return i;
}

static struct pieces take_apart(const char *text, Py_ssize_t size)
{
    struct pieces pieces = {.prefix = "", .digits = text, .rest = ""};
    Py_ssize_t i = pieces.digits_count = run_of_digits(text, size);
    if (i < size && text[i] == '.') {
        pieces.has_point = true;
        pieces.fraction = text + ++i;
        i += pieces.fraction_count = run_of_digits(text + i, size - i);
    }
    pieces.rest = text + i;
    pieces.rest_count = size - i;
    return pieces;
}

int strobe_format_real(struct strobe_text_builder *builder, double real, const struct strobe_format_fields *fields)
{
    bool percent = fields->type == '%';
    struct strobe_real_form form = {
        .type = fields->type == 0 ? 'r'
                : percent         ? 'f'
                                  : (char)fields->type,
        .precision = fields->precision,
        .add_point_zero = fields->type == 0,
        .alternate = fields->alternate,
        .no_negative_zero = fields->no_negative_zero,
    };
    struct strobe_digits digits;
    if (form.precision < 0) {
        form.precision = form.type == 'r' ? 0 : 6;
    } else if (form.type == 'r') {
        form.type = 'g';
    }
    int status = strobe_digits_of_real(builder->evaluation, percent ? real * 100 : real, &form, &digits);
    if (status < 0) {
        return status;
    }
    if (percent) {
        digits.text[digits.size++] = '%'; /* there is room for an exponent, or for a NUL */
    }
    struct pieces pieces = take_apart(digits.text, (Py_ssize_t)digits.size);
    pieces.negative = digits.negative;
    return put_pieces(builder, &pieces, fields);
}
