#include "base/number.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    DIGITS_MAX = 17,         /* that any double needs */
    FIXED_EXPONENT_MAX = 16, /* Python writes 1e+16 with an exponent, and less than 1e-4 too */
    FIXED_EXPONENT_MIN = -4,
    CHUNK_DIGITS = 9, /* decimal digits taken off a big int at a time */
    WORDS_MAX = STROBE_DECIMAL_BITS_MAX / 32,
    CHUNKS_MAX = 35 /* ceil(1024 * log10(2) / 9) */
};

void strobe_number_int(struct strobe_buffer *buffer, int64_t value)
{
    strobe_buffer_append_format(buffer, "%" PRId64, value);
}

/* ---- Big ints ---- */

static size_t load_words(const struct strobe_big_int *number, uint32_t words[WORDS_MAX])
{
    size_t count = (number->size + 3) / 4;
    memset(words, 0, WORDS_MAX * sizeof words[0]);
    for (size_t i = 0; i < number->size; i++) {
        words[i / 4] |= (uint32_t)number->bytes[number->size - 1 - i] << (8 * (i % 4));
    }
    return count;
}

/* Divide in place. @return the remainder */
static uint32_t divide(uint32_t *words, size_t count, uint32_t divisor)
{
    uint64_t remainder = 0;
    for (size_t i = count; i-- > 0;) {
        remainder = remainder << 32 | words[i];
        words[i] = (uint32_t)(remainder / divisor);
        remainder %= divisor;
    }
    return (uint32_t)remainder;
}

static void append_decimal(struct strobe_buffer *buffer, const struct strobe_big_int *number)
{
    uint32_t words[WORDS_MAX];
    uint32_t chunks[CHUNKS_MAX];
    size_t count = load_words(number, words);
    size_t chunk_count = 0;
    while (chunk_count < CHUNKS_MAX) {
        while (count > 0 && words[count - 1] == 0) {
            count--;
        }
        if (count == 0 && chunk_count > 0) {
            break;
        }
        chunks[chunk_count++] = divide(words, count, 1000000000);
    }
    strobe_buffer_append_format(buffer, "%" PRIu32, chunks[--chunk_count]);
    while (chunk_count > 0) {
        strobe_buffer_append_format(buffer, "%0*" PRIu32, CHUNK_DIGITS, chunks[--chunk_count]);
    }
}

static void append_hexadecimal(struct strobe_buffer *buffer, const struct strobe_big_int *number)
{
    strobe_buffer_append_text(buffer, "0x");
    for (size_t i = 0; i < number->size; i++) {
        strobe_buffer_append_format(buffer, i == 0 ? "%x" : "%02x", number->bytes[i]);
    }
}

void strobe_number_big_int(struct strobe_buffer *buffer, const struct strobe_big_int *number)
{
    if (number->negative) {
        strobe_buffer_append_text(buffer, "-");
    }
    if (number->bits <= STROBE_DECIMAL_BITS_MAX && number->size == (number->bits + 7) / 8) {
        append_decimal(buffer, number);
    } else {
        append_hexadecimal(buffer, number);
    }
}

/* ---- Floats ---- */

/* Whether the digits read back as `value`; if not, the last one may be one higher. printf rounds a tie to the even
 * digit, and below a power of two doubles lie closer, so that there the odd one may be the one that reads back. */
static bool reads_back(char *text, double value)
{
    char *end = strchr(text, 'e');
    if (strtod(text, NULL) == value) {
        return true;
    }
    if (end == NULL || end == text || end[-1] < '0' || end[-1] > '8') {
        return false;
    }
    end[-1]++;
    return strtod(text, NULL) == value;
}

/* The significant digits of a finite `value` >= 0, without point, and the exponent of the first. */
static int shortest_digits(double value, char digits[DIGITS_MAX + 1])
{
    char text[48];
    for (int precision = 1; precision <= DIGITS_MAX; precision++) {
        if (precision == 2 && value >= DBL_MIN) {
            precision = 15; /* which expresses all that is shorter; subnormal numbers have fewer digits to give */
        }
        snprintf(text, sizeof text, "%.*e", precision - 1, value);
        if (reads_back(text, value)) {
            break;
        }
    }
    size_t count = 0;
    const char *at = text;
    for (; *at != 'e' && *at != '\0'; at++) {
        if (*at >= '0' && *at <= '9' && count < DIGITS_MAX) {
            digits[count++] = *at; /* the point, a comma in some locales, is skipped */
        }
    }
    while (count > 1 && digits[count - 1] == '0') {
        count--;
    }
    digits[count] = '\0';
    return *at == 'e' ? (int)strtol(at + 1, NULL, 10) : 0;
}

static char *write_zeros(char *at, int count)
{
    while (count-- > 0) {
        *at++ = '0';
    }
    return at;
}

static char *write_text(char *at, const char *text, size_t size)
{
    memcpy(at, text, size);
    return at + size;
}

/* @return the end */
static char *write_finite(char *at, double value, bool point_zero)
{
    char digits[DIGITS_MAX + 1];
    int exponent = shortest_digits(value, digits);
    int count = (int)strlen(digits);
    if (exponent >= FIXED_EXPONENT_MAX || exponent < FIXED_EXPONENT_MIN) {
        return at + sprintf(at, "%c%s%se%c%02d", digits[0], count > 1 ? "." : "", digits + 1, exponent < 0 ? '-' : '+',
                            abs(exponent));
    }
    if (exponent < 0) {
        at = write_zeros(write_text(at, "0.", 2), -exponent - 1);
        return write_text(at, digits, (size_t)count);
    }
    if (count <= exponent + 1) {
        at = write_zeros(write_text(at, digits, (size_t)count), exponent + 1 - count);
        return point_zero ? write_text(at, ".0", 2) : at;
    }
    at = write_text(at, digits, (size_t)exponent + 1);
    *at++ = '.';
    return write_text(at, digits + exponent + 1, (size_t)(count - exponent - 1));
}

static size_t write_double(char *text, double value, bool point_zero)
{
    char *at = text;
    if (!isnan(value) && signbit(value)) {
        *at++ = '-';
    }
    if (isfinite(value)) {
        at = write_finite(at, fabs(value), point_zero);
    } else {
        at = write_text(at, isnan(value) ? "nan" : "inf", 3);
    }
    return (size_t)(at - text);
}

size_t strobe_number_write_float(double value, char ret_text[STROBE_FLOAT_TEXT_BYTES])
{
    return write_double(ret_text, value, true);
}

static void append_double(struct strobe_buffer *buffer, double value, bool point_zero)
{
    char text[STROBE_FLOAT_TEXT_BYTES];
    size_t size = write_double(text, value, point_zero);
    strobe_buffer_append(buffer, text, size);
}

void strobe_number_float(struct strobe_buffer *buffer, double value)
{
    append_double(buffer, value, true);
}

void strobe_number_short_float(struct strobe_buffer *buffer, double value, int digits)
{
    char text[48];
    if (isfinite(value)) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        value = strtod(text, NULL);
    }
    append_double(buffer, value, true);
}

void strobe_number_complex(struct strobe_buffer *buffer, double real, double imaginary)
{
    bool has_real = real != 0.0 || signbit(real);
    if (has_real) {
        strobe_buffer_append_text(buffer, "(");
        append_double(buffer, real, false);
        if (isnan(imaginary) || !signbit(imaginary)) {
            strobe_buffer_append_text(buffer, "+");
        }
    }
    append_double(buffer, imaginary, false);
    strobe_buffer_append_text(buffer, has_real ? "j)" : "j");
}
