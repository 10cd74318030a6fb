#include "probes/expression/py/number_digits.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/py/integer.h"

enum {
    BYTES_PER_STEP = 16,
    WORDS_MAX = STROBE_EXPRESSION_INT_BITS_MAX / 32,
    SIGNIFICANT_MAX = 800, /* a double has at most 767 significant digits */
    FRACTION_MAX = 1100,   /* and none after the 1074th behind the point */
    RAW_BYTES = 320 + FRACTION_MAX,
    FIXED_EXPONENT_MAX = 16,
    FIXED_EXPONENT_MIN = -4
};

/* ---- Integers ---- */

/* The absolute value, least significant word first. @return number of words, 0 for 0, or a negative code */
static int words_of(struct strobe_evaluation *evaluation, const struct strobe_number *number, uint32_t words[WORDS_MAX],
                    bool *ret_negative)
{
    if (number->kind == STROBE_NUMBER_INT) {
        uint64_t magnitude = number->integer < 0 ? 0 - (uint64_t)number->integer : (uint64_t)number->integer;
        words[0] = (uint32_t)magnitude;
        words[1] = (uint32_t)(magnitude >> 32);
        *ret_negative = number->integer < 0;
        return words[1] != 0 ? 2 : words[0] != 0;
    }
    if (number->wide != NULL && number->wide->count <= WORDS_MAX) {
        memcpy(words, number->wide->digits, number->wide->count * sizeof words[0]);
        *ret_negative = number->wide->negative;
        return (int)number->wide->count;
    }
    uint64_t bits = number->object != NULL ? strobe_integer_bits(number->object) : UINT64_MAX;
    if (bits > STROBE_EXPRESSION_INT_BITS_MAX) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_LIMIT, "an int of more than %d bits",
                                      STROBE_EXPRESSION_INT_BITS_MAX);
    }
    uint8_t bytes[STROBE_EXPRESSION_INT_BITS_MAX / 8];
    size_t size = (size_t)(bits + 7) / 8;
    strobe_integer_leading_bytes(number->object, bytes, size);
    memset(words, 0, WORDS_MAX * sizeof words[0]);
    for (size_t i = 0; i < size; i++) {
        words[i / 4] |= (uint32_t)bytes[size - 1 - i] << (8 * (i % 4));
    }
    *ret_negative = strobe_integer_negative(number->object);
    return (int)((size + 3) / 4);
}

static size_t put_powers_of_two(const uint32_t *words, int count, unsigned bits_per_digit, char *to)
{
    static const char letters[] = "0123456789abcdef";
    size_t digits = 0;
    size_t places = ((size_t)count * 32 + bits_per_digit - 1) / bits_per_digit;
    for (size_t place = places; place-- > 0;) {
        unsigned digit = 0;
        for (unsigned k = 0; k < bits_per_digit; k++) {
            size_t bit = place * bits_per_digit + k;
            digit |= bit / 32 < (size_t)count ? (words[bit / 32] >> (bit % 32) & 1) << k : 0;
        }
        if (digit != 0 || digits > 0 || place == 0) {
            to[digits++] = letters[digit];
        }
    }
    if (digits == 0) {
        to[digits++] = '0';
    }
    return digits;
}

/* Takes the words apart; from the end of `to` backwards. */
static size_t put_decimal(uint32_t *words, int count, char *to, size_t size)
{
    size_t at = size;
    while (count > 0) {
        uint64_t remainder = 0;
        for (int i = count; i-- > 0;) {
            remainder = remainder << 32 | words[i];
            words[i] = (uint32_t)(remainder / 1000000000);
            remainder %= 1000000000;
        }
        while (count > 0 && words[count - 1] == 0) {
            count--;
        }
        for (int k = 0; k < 9 && (count > 0 || remainder > 0); k++) {
            to[--at] = (char)('0' + remainder % 10);
            remainder /= 10;
        }
    }
    if (at == size) {
        to[--at] = '0';
    }
    memmove(to, to + at, size - at);
    return size - at;
}

int strobe_digits_of_integer(struct strobe_evaluation *evaluation, const struct strobe_number *number, int base,
                             struct strobe_digits *ret_digits)
{
    uint32_t words[WORDS_MAX] = {0};
    bool negative = false;
    int count = words_of(evaluation, number, words, &negative);
    if (count < 0) {
        return count;
    }
    size_t size = base == 10 ? (size_t)count * 10 + 1 : (size_t)count * 32 + 1;
    int64_t steps = base == 10 ? 1 + (int64_t)count * count / BYTES_PER_STEP : 1 + (int64_t)count * 2;
    int status = strobe_evaluation_spend(evaluation, steps);
    char *text = status < 0 ? NULL : strobe_evaluation_take(evaluation, size);
    if (text == NULL) {
        return STROBE_ELIMIT;
    }
    ret_digits->size = base == 10 ? put_decimal(words, count, text, size)
                                  : put_powers_of_two(words, count,
                                                      base == 16  ? 4
                                                      : base == 8 ? 3
                                                                  : 1,
                                                      text);
    ret_digits->text = text;
    ret_digits->negative = negative;
    return 0;
}

int strobe_digits_to_real(struct strobe_evaluation *evaluation, const struct strobe_number *number, double *ret_real)
{
    uint32_t words[WORDS_MAX] = {0};
    bool negative = false;
    if (number->kind == STROBE_NUMBER_FLOAT) {
        *ret_real = number->real;
        return 0;
    }
    if (number->kind == STROBE_NUMBER_INT) {
        *ret_real = (double)number->integer;
        return 0;
    }
    int count = words_of(evaluation, number, words, &negative);
    if (count < 0) {
        return count;
    }
    /* The highest 64 bits, with a bit for all that is lost, round as the whole number would. */
    unsigned zeros = (unsigned)__builtin_clz(words[count - 1]);
    uint64_t high = (uint64_t)words[count - 1] << 32 | (count > 1 ? words[count - 2] : 0);
    uint32_t low = count > 2 ? words[count - 3] : 0;
    bool lost = zeros < 32 && (uint32_t)(low << zeros) != 0;
    for (int i = 0; i < count - 3; i++) {
        lost |= words[i] != 0;
    }
    high = zeros > 0 ? high << zeros | low >> (32 - zeros) : high;
    double real = ldexp((double)(high | lost), 32 * (count - 2) - (int)zeros);
    if (isinf(real)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_OVERFLOW, "int too large to convert to float");
    }
    *ret_real = negative ? -real : real;
    return 0;
}

/* ---- Floats ---- */

/* Significant digits without trailing zeros ("0" for 0); the point stands `point` digits after their begin. */
struct significant {
    char digits[RAW_BYTES];
    Py_ssize_t count;
    Py_ssize_t point;
};

/* Read what printf() or Python's repr wrote: 12.50, 1.25e+01, with the locale's point. */
static void read_digits(const char *text, struct significant *ret)
{
    size_t i = 0;
    bool after_point = false;
    ret->count = ret->point = 0;
    for (; text[i] != '\0' && text[i] != 'e'; i++) {
        if (text[i] < '0' || text[i] > '9') {
            after_point = after_point || text[i] != '-'; /* a locale's point may have several bytes */
        } else if (ret->count > 0 || text[i] != '0') {
            ret->digits[ret->count++] = text[i];
            ret->point += !after_point;
        } else {
            ret->point -= after_point; /* a leading zero after the point */
        }
    }
    if (text[i] == 'e') {
        ret->point += strtol(text + i + 1, NULL, 10);
    }
    while (ret->count > 0 && ret->digits[ret->count - 1] == '0') {
        ret->count--;
    }
    if (ret->count == 0) {
        ret->digits[ret->count++] = '0';
        ret->point = 1;
    }
}

/* `real` is finite and not negative. */
static int significant_of(struct strobe_evaluation *evaluation, double real, char type, Py_ssize_t precision,
                          struct significant *ret)
{
    char raw[RAW_BYTES];
    int size;
    ret->digits[0] = '0';
    ret->count = ret->point = 1;
    if (type == 'r') {
        struct strobe_number number = {.kind = STROBE_NUMBER_FLOAT, .real = real};
        size = strobe_number_text(evaluation, &number, raw, sizeof raw);
        if (size < 0) {
            return size;
        }
    } else if (type == 'f') {
        size = snprintf(raw, sizeof raw, "%.*f", (int)(precision < FRACTION_MAX ? precision : FRACTION_MAX), real);
    } else {
        size = snprintf(raw, sizeof raw, "%.*e", (int)(precision < SIGNIFICANT_MAX ? precision : SIGNIFICANT_MAX) - 1,
                        real);
    }
    if (size < 0 || (size_t)size >= sizeof raw) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_LIMIT, "a float cannot be written");
    }
    raw[size] = '\0'; /* strobe_number_text() leaves it open */
    read_digits(raw, ret);
    return 0;
}

/* How many digits there are around the point, virtual zeros included: as format_float_short() in CPython's pystrtod.c.
 */
struct layout {
    Py_ssize_t start;
    Py_ssize_t end;
    Py_ssize_t point;
    Py_ssize_t exponent;
    bool has_exponent;
};

static struct layout lay_out(const struct significant *significant, const struct strobe_real_form *form, char type,
                             Py_ssize_t precision)
{
    struct layout layout = {0, significant->count, significant->point, 0, false};
    switch (type) {
    case 'e':
        layout.has_exponent = true;
        layout.end = precision;
        break;
    case 'f':
        layout.end = layout.point + precision;
        break;
    case 'g':
        layout.has_exponent = layout.point <= FIXED_EXPONENT_MIN || layout.point > precision - form->add_point_zero;
        layout.end = form->alternate ? precision : layout.end;
        break;
    default:
        layout.has_exponent = layout.point <= FIXED_EXPONENT_MIN || layout.point > FIXED_EXPONENT_MAX;
        break;
    }
    if (layout.has_exponent) {
        layout.exponent = layout.point - 1;
        layout.point = 1;
    }
    layout.start = layout.point <= 0 ? layout.point - 1 : 0;
    Py_ssize_t least = layout.point + (!layout.has_exponent && form->add_point_zero ? 1 : 0);
    layout.end = layout.end > least ? layout.end : least;
    return layout;
}

static size_t put_layout(const struct significant *significant, const struct layout *layout, bool upper, bool alternate,
                         char *to)
{
    size_t size = 0;
    for (Py_ssize_t i = layout->start; i < layout->end; i++) {
        if (i == layout->point) {
            to[size++] = '.';
        }
        to[size++] = i >= 0 && i < significant->count ? significant->digits[i] : '0';
    }
    if (layout->end == layout->point && alternate) {
        to[size++] = '.';
    }
    if (layout->has_exponent) {
        size += (size_t)snprintf(to + size, 8, "%c%+.2d", upper ? 'E' : 'e', (int)layout->exponent);
    }
    return size;
}

static int put_word(struct strobe_evaluation *evaluation, const char *lower, const char *upper_word, bool upper,
                    struct strobe_digits *ret_digits)
{
    ret_digits->text = strobe_evaluation_take(evaluation, 4);
    if (ret_digits->text == NULL) {
        return STROBE_ELIMIT;
    }
    memcpy(ret_digits->text, upper ? upper_word : lower, 4);
    ret_digits->size = 3;
    return 0;
}

int strobe_digits_of_real(struct strobe_evaluation *evaluation, double real, const struct strobe_real_form *form,
                          struct strobe_digits *ret_digits)
{
    struct significant significant;
    bool upper = form->type == 'E' || form->type == 'F' || form->type == 'G';
    char type = (char)(upper ? form->type - 'A' + 'a' : form->type);
    Py_ssize_t precision = form->precision;
    ret_digits->negative = !isnan(real) && signbit(real);
    if (isnan(real)) {
        return put_word(evaluation, "nan", "NAN", upper, ret_digits);
    }
    if (isinf(real)) {
        return put_word(evaluation, "inf", "INF", upper, ret_digits);
    }
    if (type == 'e') {
        precision++; /* digits in all */
    } else if (type == 'g' && precision == 0) {
        precision = 1;
    }
    if (precision > STROBE_EXPRESSION_TEXT_MAX) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_LIMIT, "a text would have more than %d characters",
                                      STROBE_EXPRESSION_TEXT_MAX);
    }
    int status = significant_of(evaluation, fabs(real), type, precision, &significant);
    if (status < 0) {
        return status;
    }
    struct layout layout = lay_out(&significant, form, type, precision);
    size_t size = (size_t)(layout.end - layout.start) + 16;
    status = strobe_evaluation_spend(evaluation, 4 + (int64_t)size / BYTES_PER_STEP);
    ret_digits->text = status < 0 ? NULL : strobe_evaluation_take(evaluation, size);
    if (ret_digits->text == NULL) {
        return STROBE_ELIMIT;
    }
    ret_digits->size = put_layout(&significant, &layout, upper, form->alternate, ret_digits->text);
    if (form->no_negative_zero && significant.digits[0] == '0') {
        ret_digits->negative = false;
    }
    return 0;
}
