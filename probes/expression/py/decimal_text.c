/* Decimal as text and from text. */
#include <stdio.h>
#include <string.h>

#include "probes/expression/py/decimal.h"

/* ---- str(), repr() ---- */

static int put(struct strobe_text_builder *builder, const char *ascii)
{
    return strobe_text_put_ascii(builder, ascii, strlen(ascii));
}

/* Digits [from, to) counted from the first; 0 is one digit. */
static int put_digits(struct strobe_text_builder *builder, const struct strobe_decimal *decimal, int64_t from,
                      int64_t to)
{
    int status = 0;
    for (int64_t i = from; i < to && status == 0; i++) {
        uint32_t digit = decimal->count == 0 ? 0 : decimal->digits[decimal->count - 1 - i];
        status = strobe_text_put(builder, '0' + digit);
    }
    return status;
}

static int put_zeros(struct strobe_text_builder *builder, int64_t count)
{
    int status = 0;
    for (int64_t i = 0; i < count && status == 0; i++) {
        status = strobe_text_put(builder, '0');
    }
    return status;
}

static int put_special(struct strobe_text_builder *builder, const struct strobe_decimal *decimal)
{
    const char *name = decimal->kind == STROBE_DECIMAL_INFINITE ? "Infinity"
                       : decimal->kind == STROBE_DECIMAL_NAN    ? "NaN"
                                                                : "sNaN";
    int status = put(builder, name);
    return status == 0 ? put_digits(builder, decimal, 0, decimal->count) : status;
}

static int put_finite(struct strobe_text_builder *builder, const struct strobe_decimal *decimal)
{
    int64_t count = decimal->count > 0 ? decimal->count : 1;
    int64_t left = decimal->exponent + count; /* digits before the point */
    int64_t point = decimal->exponent <= 0 && left > -6 ? left : 1;
    int status = 0;
    if (point <= 0) {
        status = put(builder, decimal->exponent < 0 ? "0." : "0");
        status = status == 0 ? put_zeros(builder, -point) : status;
        status = status == 0 ? put_digits(builder, decimal, 0, count) : status;
    } else {
        status = put_digits(builder, decimal, 0, point);
        if (status == 0 && point < count) {
            status = put(builder, ".");
            status = status == 0 ? put_digits(builder, decimal, point, count) : status;
        }
    }
    if (status == 0 && left != point) {
        char text[32];
        snprintf(text, sizeof text, "E%+lld", (long long)(left - point));
        status = put(builder, text);
    }
    return status;
}

int strobe_decimal_put_str(struct strobe_text_builder *builder, struct strobe_value value)
{
    uint8_t buffer[STROBE_DECIMAL_DIGITS_MAX];
    struct strobe_decimal decimal;
    int status = strobe_decimal_of(builder->evaluation, value, buffer, &decimal);
    if (status == 0 && decimal.negative) {
        status = put(builder, "-");
    }
    if (status != 0) {
        return status;
    }
    return decimal.kind == STROBE_DECIMAL_FINITE ? put_finite(builder, &decimal) : put_special(builder, &decimal);
}

int strobe_decimal_put_repr(struct strobe_text_builder *builder, struct strobe_value value)
{
    Py_ssize_t length = builder->length;
    uint32_t largest = builder->largest;
    int status = put(builder, "Decimal('");
    if (status == 0) {
        status = strobe_decimal_put_str(builder, value);
    }
    if (status == 1) { /* not ours: as if nothing had been written */
        builder->length = length;
        builder->largest = largest;
    }
    return status == 0 ? put(builder, "')") : status;
}

/* ---- From text ---- */

struct reader {
    const struct strobe_text_view *text;
    Py_ssize_t place;
    Py_ssize_t end;
};

/* The character as ASCII in lower case: digits of any script are digits, what is not ASCII is 0. Underscores are
 * skipped. */
static int peek(struct reader *reader)
{
    while (reader->place < reader->end &&
           PyUnicode_READ(reader->text->width, reader->text->data, reader->place) == '_') {
        reader->place++;
    }
    if (reader->place >= reader->end) {
        return -1;
    }
    uint32_t character = PyUnicode_READ(reader->text->width, reader->text->data, reader->place);
    if (character > 127) {
        int digit = Py_UNICODE_TODECIMAL(character);
        return digit >= 0 ? '0' + digit : 0;
    }
    return character >= 'A' && character <= 'Z' ? (int)character + 'a' - 'A' : (int)character;
}

static bool accept(struct reader *reader, int character)
{
    bool there = peek(reader) == character;
    reader->place += there;
    return there;
}

static bool accept_word(struct reader *reader, const char *word)
{
    struct reader ahead = *reader;
    for (; *word != '\0'; word++) {
        if (!accept(&ahead, *word)) {
            return false;
        }
    }
    *reader = ahead;
    return true;
}

/* Digits, first one first. @return false: more than there is room for */
static bool read_digits(struct reader *reader, uint8_t *digits, uint32_t *count)
{
    for (int character = peek(reader); character >= '0' && character <= '9'; character = peek(reader)) {
        if (*count > 0 || character != '0') {
            if (*count >= STROBE_DECIMAL_DIGITS_MAX) {
                return false;
            }
            digits[(*count)++] = (uint8_t)(character - '0');
        }
        reader->place++;
    }
    return true;
}

/* @return false: no number, or one beyond what Decimal can hold */
static bool read_exponent(struct reader *reader, int64_t *exponent)
{
    const int64_t most = 1000000000000000000;
    bool negative = accept(reader, '-');
    int64_t value = 0;
    if (!negative) {
        accept(reader, '+');
    }
    int first = peek(reader);
    if (first < '0' || first > '9') {
        return false;
    }
    for (int character = first; character >= '0' && character <= '9'; character = peek(reader)) {
        value = value > most ? value : value * 10 + (character - '0');
        reader->place++;
    }
    *exponent += negative ? -value : value;
    return *exponent <= most && *exponent >= -most;
}

static void reverse(uint8_t *digits, uint32_t count)
{
    for (uint32_t i = 0; i < count / 2; i++) {
        uint8_t digit = digits[i];
        digits[i] = digits[count - 1 - i];
        digits[count - 1 - i] = digit;
    }
}

/* @return 0, 1: no number, 2: too long */
static int read_finite(struct reader *reader, uint8_t *digits, struct strobe_decimal *decimal)
{
    Py_ssize_t start, seen;
    peek(reader);
    start = reader->place;
    if (!read_digits(reader, digits, &decimal->count)) {
        return 2;
    }
    seen = reader->place - start;
    if (accept(reader, '.')) {
        int64_t places = 0;
        for (int character = peek(reader); character >= '0' && character <= '9'; character = peek(reader)) {
            struct reader one = {reader->text, reader->place, reader->place + 1};
            if (!read_digits(&one, digits, &decimal->count)) {
                return 2;
            }
            reader->place++;
            places++;
        }
        seen += places;
        decimal->exponent = -places;
    }
    if (seen == 0 || (accept(reader, 'e') && !read_exponent(reader, &decimal->exponent))) {
        return 1;
    }
    return 0;
}

static bool is_space(const struct strobe_text_view *text, Py_ssize_t place)
{
    return Py_UNICODE_ISSPACE(PyUnicode_READ(text->width, text->data, place)) != 0;
}

int strobe_decimal_parse(struct strobe_evaluation *evaluation, const struct strobe_text_view *text,
                         uint8_t buffer[STROBE_DECIMAL_DIGITS_MAX], struct strobe_decimal *ret_decimal)
{
    struct reader reader = {text, 0, text->length};
    struct strobe_decimal decimal = {.digits = buffer};
    int status = strobe_evaluation_spend(evaluation, 1 + text->length / 16);
    if (status < 0) {
        return status;
    }
    while (reader.place < reader.end && is_space(text, reader.place)) {
        reader.place++;
    }
    while (reader.end > reader.place && is_space(text, reader.end - 1)) {
        reader.end--;
    }
    decimal.negative = accept(&reader, '-');
    if (!decimal.negative) {
        accept(&reader, '+');
    }
    bool signals = peek(&reader) == 's';
    if (accept_word(&reader, "infinity") || accept_word(&reader, "inf")) {
        decimal.kind = STROBE_DECIMAL_INFINITE;
    } else if (accept_word(&reader, "nan") || accept_word(&reader, "snan")) {
        decimal.kind = signals ? STROBE_DECIMAL_SNAN : STROBE_DECIMAL_NAN;
        status = read_digits(&reader, buffer, &decimal.count) ? 0 : 2;
    } else {
        status = read_finite(&reader, buffer, &decimal);
    }
    if (status == 2) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_LIMIT, "a Decimal of more than %d digits",
                                      STROBE_DECIMAL_DIGITS_MAX);
    }
    if (status == 1 || peek(&reader) != -1) {
        return 1;
    }
    reverse(buffer, decimal.count);
    *ret_decimal = decimal;
    return 0;
}
