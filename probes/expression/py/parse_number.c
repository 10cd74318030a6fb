#include "probes/expression/py/parse_number.h"

#include <math.h>
#include <string.h>

#include "probes/expression/py/wide.h"

/* ---- The text as ASCII: digits of all scripts as 0 to 9, spaces around it dropped, underscores checked later ---- */

struct reading {
    const struct strobe_text_view *text;
    Py_ssize_t at;
    Py_ssize_t end;
};

/* What a character stands for in a number: an ASCII character, or '?' */
static int character_at(const struct strobe_text_view *text, Py_ssize_t place)
{
    Py_UCS4 character = PyUnicode_READ((int)text->width, text->data, place);
    if (character < 128) {
        return (int)character;
    }
    int digit = Py_UNICODE_TODECIMAL(character);
    return digit >= 0 ? '0' + digit : (Py_UNICODE_ISSPACE(character) ? ' ' : '?');
}

static bool is_space(int character)
{
    return character == ' ' || (character >= '\t' && character <= '\r') || (character >= 0x1c && character <= 0x1f);
}

static struct reading strip(const struct strobe_text_view *text)
{
    struct reading reading = {text, 0, text->length};
    while (reading.at < reading.end && is_space(character_at(text, reading.at))) {
        reading.at++;
    }
    while (reading.end > reading.at && is_space(character_at(text, reading.end - 1))) {
        reading.end--;
    }
    return reading;
}

static int peek(const struct reading *reading)
{
    return reading->at < reading->end ? character_at(reading->text, reading->at) : -1;
}

static bool take(struct reading *reading, int character)
{
    bool is = peek(reading) == character;
    reading->at += is;
    return is;
}

static int digit_of(int character)
{
    if (character >= '0' && character <= '9') {
        return character - '0';
    }
    int lower = character | 0x20;
    return lower >= 'a' && lower <= 'z' ? lower - 'a' + 10 : 99;
}

static int lower(int character)
{
    return character >= 'A' && character <= 'Z' ? character | 0x20 : character;
}

/* Past blanks and the sign. */
static int begin(struct strobe_evaluation *evaluation, const struct strobe_text_view *text, struct reading *ret_reading,
                 bool *ret_negative)
{
    int status = strobe_evaluation_spend(evaluation, 1 + text->length / 16);
    if (status < 0) {
        return status;
    }
    *ret_reading = strip(text);
    *ret_negative = take(ret_reading, '-');
    if (!*ret_negative) {
        take(ret_reading, '+');
    }
    return 0;
}

/* ---- int ---- */

static int no_int(struct strobe_evaluation *evaluation, int base)
{
    return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE, "invalid literal for int() with base %d", base);
}

/* 0x, 0o and 0b choose base 0, and may stand before digits of their own base. @return the base; 0: not decided */
static int take_prefix(struct reading *reading, int base)
{
    if (peek(reading) != '0' || reading->at + 1 >= reading->end) {
        return base == 0 ? 10 : base;
    }
    int letter = lower(character_at(reading->text, reading->at + 1));
    int prefixed = letter == 'x' ? 16 : letter == 'o' ? 8 : letter == 'b' ? 2 : 0;
    if (prefixed != 0 && (base == 0 || base == prefixed)) {
        reading->at += 2;
        take(reading, '_');
        return prefixed;
    }
    return base == 0 ? 1 : base; /* 1: only zeros may follow */
}

int strobe_parse_int(struct strobe_evaluation *evaluation, const struct strobe_text_view *text, int base,
                     struct strobe_value *ret_value)
{
    struct strobe_big number;
    struct reading reading;
    bool negative;
    int status = begin(evaluation, text, &reading, &negative);
    if (status < 0) {
        return status;
    }
    int radix = take_prefix(&reading, base);
    bool only_zeros = radix == 1;
    radix = only_zeros ? 10 : radix;
    strobe_big_set(&number, 0);
    bool after_digit = false;
    for (; reading.at < reading.end; reading.at++) {
        int character = peek(&reading);
        if (character == '_' && after_digit) {
            after_digit = false;
            continue;
        }
        int digit = digit_of(character);
        if (digit >= radix || (only_zeros && digit != 0)) {
            return no_int(evaluation, base);
        }
        status = strobe_evaluation_spend(evaluation, number.count / 32);
        strobe_big_multiply_small(&number, (uint32_t)radix, (uint32_t)digit);
        if (status == 0 && strobe_big_bits(&number) > STROBE_EXPRESSION_INT_BITS_MAX) {
            status = strobe_evaluation_fail(evaluation, STROBE_FAULT_LIMIT, "an int of more than %d bits",
                                            STROBE_EXPRESSION_INT_BITS_MAX);
        }
        if (status < 0) {
            return status;
        }
        after_digit = true;
    }
    if (!after_digit) {
        return no_int(evaluation, base);
    }
    number.negative = negative && number.count != 0;
    return strobe_big_value(evaluation, &number, ret_value);
}

/* ---- float ---- */

enum {
    SIGNIFICANT_MAX = 780, /* digits that can decide how a double is rounded, and some */
    EXPONENT_MAX = 20000,  /* beyond, any number of digits allowed here is infinite or 0 */
    EXACT_DIGITS = 15,     /* of which each is a double */
    EXACT_POWER = 22       /* 10^22 is the largest that is a double */
};

struct decimal {
    char digits[SIGNIFICANT_MAX];
    int count;
    int64_t exponent; /* of ten, of the last digit kept */
    bool more;        /* digits that are not 0 were dropped */
};

/* Digits with underscores between them; one at the end is the caller's to see. @return whether well formed */
static bool take_digits(struct reading *reading, struct decimal *decimal, bool behind_point, bool *seen)
{
    bool after_digit = false;
    for (int character; (character = peek(reading)) == '_' || (character >= '0' && character <= '9'); reading->at++) {
        if (character == '_') {
            if (!after_digit) {
                return false;
            }
            after_digit = false;
            continue;
        }
        after_digit = true;
        *seen = true;
        if (decimal->count == 0 && character == '0') {
            decimal->exponent -= behind_point;
        } else if (decimal->count < SIGNIFICANT_MAX) {
            decimal->digits[decimal->count++] = (char)(character - '0');
            decimal->exponent -= behind_point;
        } else {
            decimal->more |= character != '0';
            decimal->exponent += !behind_point;
        }
    }
    return true;
}

static bool take_exponent(struct reading *reading, int64_t *exponent)
{
    int64_t value = 0;
    bool after_digit = false;
    if (lower(peek(reading)) != 'e') {
        return true;
    }
    reading->at++;
    bool negative = take(reading, '-');
    if (!negative) {
        take(reading, '+');
    }
    for (; reading->at < reading->end; reading->at++) {
        int character = peek(reading);
        if (character == '_' && after_digit) {
            after_digit = false;
            continue;
        }
        if (character < '0' || character > '9') {
            return false;
        }
        value = value < EXPONENT_MAX * 10 ? value * 10 + (character - '0') : value;
        after_digit = true;
    }
    *exponent += negative ? -value : value;
    return after_digit;
}

static bool take_word(struct reading *reading, const char *word)
{
    Py_ssize_t size = (Py_ssize_t)strlen(word);
    if (reading->end - reading->at != size) {
        return false;
    }
    for (Py_ssize_t i = 0; i < size; i++) {
        if (lower(character_at(reading->text, reading->at + i)) != word[i]) {
            return false;
        }
    }
    return true;
}

static bool take_decimal(struct reading *reading, struct decimal *decimal)
{
    bool seen = false;
    if (!take_digits(reading, decimal, false, &seen)) {
        return false;
    }
    bool underscore = reading->at > 0 && character_at(reading->text, reading->at - 1) == '_';
    if (take(reading, '.') && (underscore || !take_digits(reading, decimal, true, &seen))) {
        return false;
    }
    underscore = reading->at > 0 && character_at(reading->text, reading->at - 1) == '_';
    return seen && !underscore && take_exponent(reading, &decimal->exponent) && reading->at == reading->end;
}

static void multiply_power_of_ten(struct strobe_big *number, int64_t exponent)
{
    for (; exponent >= 9; exponent -= 9) {
        strobe_big_multiply_small(number, 1000000000, 0);
    }
    for (; exponent > 0; exponent--) {
        strobe_big_multiply_small(number, 10, 0);
    }
}

/* digits * 10^exponent as a ratio of ints, which wide.c rounds. */
static int to_double(struct strobe_evaluation *evaluation, struct decimal *decimal, double *ret_real)
{
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    struct strobe_big number, divisor;
    int64_t exponent = decimal->exponent;
    int64_t size = decimal->count + exponent; /* the number is below 10^size */
    if (decimal->count == 0 || size < -330) {
        *ret_real = 0.0;
        return 0;
    }
    if (size > 310) {
        *ret_real = HUGE_VAL;
        return 0;
    }
    strobe_big_set(&number, 0);
    for (int i = 0; i < decimal->count; i++) {
        strobe_big_multiply_small(&number, 10, (uint32_t)decimal->digits[i]);
    }
    if (decimal->more) { /* one digit stands for all that follow */
        strobe_big_multiply_small(&number, 10, 1);
        exponent--;
    }
    if (decimal->count <= EXACT_DIGITS && exponent >= -EXACT_POWER && exponent <= EXACT_POWER) {
        double whole = number.count > 1 ? (double)number.digits[1] * 0x1p32 + number.digits[0]
                                        : (double)(number.count > 0 ? number.digits[0] : 0);
        *ret_real = exponent < 0 ? whole / powers[-exponent] : whole * powers[exponent];
        return 0;
    }
    int status = strobe_evaluation_spend(evaluation, 4 + decimal->count);
    if (status < 0) {
        return status;
    }
    strobe_big_set(&divisor, 1);
    multiply_power_of_ten(exponent < 0 ? &divisor : &number, exponent < 0 ? -exponent : exponent);
    return strobe_big_nearest(&number, &divisor, ret_real);
}

int strobe_parse_float(struct strobe_evaluation *evaluation, const struct strobe_text_view *text, double *ret_real)
{
    static const struct {
        const char *word;
        double value;
    } words[] = {{"inf", HUGE_VAL}, {"infinity", HUGE_VAL}, {"nan", (double)NAN}};
    struct decimal decimal = {.count = 0};
    struct reading reading;
    bool negative;
    int status = begin(evaluation, text, &reading, &negative);
    if (status < 0) {
        return status;
    }
    double value = 0.0;
    bool is_word = false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (take_word(&reading, words[i].word)) {
            is_word = true;
            value = words[i].value;
        }
    }
    if (!is_word) {
        if (!take_decimal(&reading, &decimal)) {
            return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE, "could not convert string to float");
        }
        status = to_double(evaluation, &decimal, &value);
        if (status < 0) {
            return status;
        }
    }
    *ret_real = negative ? -value : value;
    return 0;
}
