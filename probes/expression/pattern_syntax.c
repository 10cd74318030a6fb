#include "probes/expression/pattern_syntax.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "probes/expression/pattern.h"

enum { PER_BYTE = 8, MAX_CHARACTER = 0x10FFFF };

/* The text being read and what it becomes. A byte of the one becomes at most PER_BYTE of the other. */
struct translation {
    const char *text;
    size_t size;
    size_t at;
    bool verbose;
    int groups; /* opened so far */
    struct strobe_pattern_syntax *out;
    struct strobe_error *error;
};

static char peek(const struct translation *t, size_t ahead)
{
    return ahead < t->size - t->at ? t->text[t->at + ahead] : '\0';
}

static bool begins(const struct translation *t, const char *word)
{
    size_t length = strlen(word);
    return length <= t->size - t->at && memcmp(t->text + t->at, word, length) == 0;
}

static void put(struct translation *t, const char *text, size_t size)
{
    if (size <= sizeof t->out->text - t->out->size) {
        memcpy(t->out->text + t->out->size, text, size);
        t->out->size += size;
    }
}

static void put_word(struct translation *t, const char *word)
{
    put(t, word, strlen(word));
}

/* Hand on `count` bytes as they are. */
static void copy(struct translation *t, size_t count)
{
    put(t, t->text + t->at, count);
    t->at += count;
}

static int put_code_point(struct translation *t, uint32_t character)
{
    char text[16];
    put(t, text, (size_t)snprintf(text, sizeof text, "\\x{%x}", (unsigned)character));
    return 0;
}

static int refuse(struct translation *t, int code, const char *why)
{
    return strobe_error_set(t->error, code, "the pattern, at character %zu: %s", t->at + 1, why);
}

/* ---- Escapes ---- */

static int hex_value(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* \xHH, \uHHHH, \UHHHHHHHH: exactly so many digits, as Python asks. */
static int hexadecimal(struct translation *t, size_t digits)
{
    uint32_t character = 0;
    for (size_t i = 0; i < digits; i++) {
        int value = hex_value(peek(t, 2 + i));
        if (value < 0) {
            return refuse(t, STROBE_ESYNTAX, "incomplete escape");
        }
        character = character << 4 | (uint32_t)value;
    }
    if (character > MAX_CHARACTER || (character >= 0xD800 && character < 0xE000)) {
        return refuse(t, STROBE_EUNSUPPORTED, "no such character");
    }
    t->at += 2 + digits;
    return put_code_point(t, character);
}

static bool is_octal(char c)
{
    return c >= '0' && c <= '7';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* \0, \07, \012 and \123 are characters, \1 to \99 groups; in a class all are characters. */
static int number(struct translation *t, bool in_class)
{
    bool three = is_octal(peek(t, 1)) && is_octal(peek(t, 2)) && is_octal(peek(t, 3));
    if (peek(t, 1) == '0' || three || in_class) {
        uint32_t character = 0;
        size_t digits = 0;
        while (digits < 3 && is_octal(peek(t, 1 + digits))) {
            character = character * 8 + (uint32_t)(peek(t, 1 + digits) - '0');
            digits++;
        }
        if (digits == 0 || character > 0377) {
            return refuse(t, STROBE_ESYNTAX, "bad octal escape");
        }
        t->at += 1 + digits;
        return put_code_point(t, character);
    }
    size_t digits = is_digit(peek(t, 2)) ? 2 : 1;
    int group = peek(t, 1) - '0';
    group = digits == 2 ? group * 10 + peek(t, 2) - '0' : group;
    if (group > t->groups) {
        return refuse(t, STROBE_ESYNTAX, "invalid group reference");
    }
    put_word(t, "\\g{");
    t->at++;
    copy(t, digits);
    put_word(t, "}");
    return 0;
}

static int escape(struct translation *t, bool in_class)
{
    char c = peek(t, 1);
    if (t->at + 1 >= t->size) {
        return refuse(t, STROBE_ESYNTAX, "bad escape (end of pattern)");
    }
    if (is_digit(c)) {
        return number(t, in_class);
    }
    if (c == 'x' || c == 'u' || c == 'U') {
        return hexadecimal(t, c == 'x' ? 2 : c == 'u' ? 4 : 8);
    }
    if (c == 'v' || c == 'a') { /* to PCRE2 \v is a class of characters */
        t->at += 2;
        return put_code_point(t, c == 'v' ? 0x0B : 0x07);
    }
    if (c == 'N') {
        return refuse(t, STROBE_EUNSUPPORTED, "\\N{...} is not supported; write the character itself");
    }
    if ((c == 'Z' || c == 'z') && !in_class) { /* Python's \Z is the very end; PCRE2's is not */
        t->at += 2;
        put_word(t, "\\z");
        return 0;
    }
    bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (is_letter && strchr(in_class ? "bdDsSwWfnrt" : "bBAdDsSwWfnrt", c) == NULL) {
        return refuse(t, STROBE_ESYNTAX, "bad escape");
    }
    if (is_letter || (unsigned char)c >= 0x80) { /* the bytes of a character beyond ASCII need no escape */
        put_word(t, is_letter ? "\\" : "");
        t->at++;
        copy(t, 1);
        return 0;
    }
    t->at += 2;
    return put_code_point(t, (unsigned char)c);
}

/* ---- Classes ---- */

/* Whether what stands here is compared on its own: characters beyond Latin-1, and \\w and its kind. */
static bool is_slow_item(const struct translation *t)
{
    char c = peek(t, 0);
    return (unsigned char)c >= 0xC4 || (c == '\\' && peek(t, 1) != '\0' && strchr("dDsSwWuU", peek(t, 1)) != NULL);
}

static int character_class(struct translation *t)
{
    int slow_items = 0;
    size_t start = t->at;
    copy(t, peek(t, 1) == '^' ? 2 : 1);
    for (bool first = true; t->at < t->size; first = false) {
        char c = peek(t, 0);
        int status = 0;
        if (c == ']' && !first) {
            t->out->largest_class = slow_items > t->out->largest_class ? slow_items : t->out->largest_class;
            copy(t, 1);
            return 0;
        }
        slow_items += is_slow_item(t);
        if (c == '\\') {
            status = escape(t, true);
        } else if (c == '[' || c == ']') { /* [[:alpha:]] means nothing to Python */
            t->at++;
            put_code_point(t, (unsigned char)c);
        } else {
            copy(t, 1);
        }
        if (status < 0) {
            return status;
        }
    }
    t->at = start;
    return refuse(t, STROBE_ESYNTAX, "unterminated character set");
}

/* ---- Counts ---- */

static size_t digits_at(const struct translation *t, size_t ahead, long *ret_number)
{
    size_t count = 0;
    long value = 0;
    while (is_digit(peek(t, ahead + count))) {
        value = value > STROBE_EXPRESSION_PATTERN_COUNT_MAX ? value : value * 10 + (peek(t, ahead + count) - '0');
        count++;
    }
    *ret_number = value;
    return count;
}

/* {m} {m,} {,n} {m,n}; anything else is a brace. */
static int braces(struct translation *t)
{
    long least = 0, most = 0;
    size_t length = 1;
    size_t least_digits = digits_at(t, length, &least);
    length += least_digits;
    bool comma = peek(t, length) == ',';
    length += comma;
    size_t most_digits = comma ? digits_at(t, length, &most) : 0;
    length += most_digits;
    if (peek(t, length) != '}' || (least_digits == 0 && most_digits == 0 && !comma)) {
        put_word(t, "\\{");
        t->at++;
        return 0;
    }
    if (least > STROBE_EXPRESSION_PATTERN_COUNT_MAX || most > STROBE_EXPRESSION_PATTERN_COUNT_MAX) {
        return refuse(t, STROBE_ELIMIT, "a count above 1000");
    }
    if (most_digits > 0 && most < least) {
        return refuse(t, STROBE_ESYNTAX, "min repeat greater than max repeat");
    }
    char text[32];
    if (!comma) {
        snprintf(text, sizeof text, "{%ld}", least);
    } else if (most_digits == 0) {
        snprintf(text, sizeof text, "{%ld,}", least);
    } else {
        snprintf(text, sizeof text, "{%ld,%ld}", least, most);
    }
    put_word(t, text);
    t->at += length + 1;
    t->out->largest_count = least > t->out->largest_count ? (int)least : t->out->largest_count;
    t->out->largest_count = most > t->out->largest_count ? (int)most : t->out->largest_count;
    return 0;
}

/* ---- Groups ---- */

static size_t word_at(const struct translation *t, size_t ahead)
{
    size_t length = 0;
    for (char c = peek(t, ahead); c == '_' || is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
         c = peek(t, ahead + length)) {
        length++;
    }
    return length;
}

/* (?P<name>, (?P=name) */
static int named_group(struct translation *t)
{
    size_t name = word_at(t, 4);
    char end = peek(t, 4 + name);
    bool sound = name > 0 && !is_digit(peek(t, 4)) && end == (peek(t, 3) == '<' ? '>' : ')');
    if (!sound) {
        return refuse(t, STROBE_ESYNTAX, "bad name of a group");
    }
    t->groups += end == '>';
    copy(t, 4 + name + 1);
    return 0;
}

/* (?(1), (?(name) */
static int condition(struct translation *t)
{
    size_t name = word_at(t, 3);
    if (name == 0 || peek(t, 3 + name) != ')') {
        return refuse(t, STROBE_ESYNTAX, "bad reference to a group");
    }
    bool is_number = is_digit(peek(t, 3));
    put_word(t, is_number ? "(?(" : "(?(<");
    t->at += 3;
    copy(t, name);
    put_word(t, is_number ? "" : ">");
    copy(t, 1);
    return 0;
}

static bool set_flag(struct strobe_pattern_syntax *syntax, bool *verbose, char flag)
{
    bool *const places[] = {&syntax->ignore_case, &syntax->multi_line, &syntax->dot_all, &syntax->ascii, verbose};
    const char *const names = "imsax";
    const char *found = strchr(names, flag);
    if (found != NULL && flag != '\0') {
        *places[found - names] = true;
    }
    return (found != NULL && flag != '\0') || flag == 'u';
}

/* (?flags) at the begin for the whole pattern, (?flags:, (?flags-flags:, (?-flags: for a group */
static int flags(struct translation *t)
{
    size_t end = 2;
    while (peek(t, end) == '-' || (peek(t, end) >= 'a' && peek(t, end) <= 'z') || peek(t, end) == 'L') {
        end++;
    }
    if (peek(t, end) == ')' && end > 2) {
        if (t->at != 0) {
            return refuse(t, STROBE_ESYNTAX, "global flags not at the start of the expression");
        }
        for (size_t i = 2; i < end; i++) {
            t->out->folds_case |= peek(t, i) == 'i';
            if (!set_flag(t->out, &t->verbose, peek(t, i))) {
                return refuse(t, STROBE_EUNSUPPORTED, "unknown flag");
            }
        }
        t->at += end + 1;
        return 0;
    }
    if (peek(t, end) != ':') {
        return refuse(t, STROBE_ESYNTAX, "unknown extension (?...");
    }
    bool negative = false;
    for (size_t i = 2; i < end; i++) {
        if ((peek(t, i) == '-' && negative) || strchr("-ims", peek(t, i)) == NULL) {
            return refuse(t, STROBE_EUNSUPPORTED, "of the flags of a group only i, m and s are supported");
        }
        negative |= peek(t, i) == '-';
        t->out->folds_case |= peek(t, i) == 'i';
    }
    copy(t, end + 1);
    return 0;
}

static int group(struct translation *t)
{
    static const char *const plain[] = {"(?:", "(?=", "(?!", "(?<=", "(?<!", "(?>"};
    if (peek(t, 1) == '*') {
        return refuse(t, STROBE_ESYNTAX, "nothing to repeat");
    }
    if (peek(t, 1) != '?') {
        t->groups++;
        copy(t, 1);
        return 0;
    }
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
        if (begins(t, plain[i])) {
            t->out->has_lookahead |= plain[i][2] == '=';
            copy(t, strlen(plain[i]));
            return 0;
        }
    }
    if (begins(t, "(?P<") || begins(t, "(?P=")) {
        return named_group(t);
    }
    if (begins(t, "(?(")) {
        return condition(t);
    }
    if (begins(t, "(?#")) {
        const char *end = memchr(t->text + t->at, ')', t->size - t->at);
        if (end == NULL) {
            return refuse(t, STROBE_ESYNTAX, "missing ), unterminated comment");
        }
        t->at = (size_t)(end - t->text) + 1;
        return 0;
    }
    return flags(t);
}

/* ---- The whole ---- */

/* Blanks and comments of verbose mode. @return whether something was skipped */
static bool skip_verbose(struct translation *t)
{
    char c = peek(t, 0);
    if (c == '#') {
        while (t->at < t->size && peek(t, 0) != '\n') {
            t->at++;
        }
        return true;
    }
    if (c != '\0' && strchr(" \t\n\r\v\f", c) != NULL) {
        t->at++;
        return true;
    }
    return false;
}

static int item(struct translation *t)
{
    switch (peek(t, 0)) {
    case '\\':
        return escape(t, false);
    case '[':
        return character_class(t);
    case '(':
        return group(t);
    case '{':
        return braces(t);
    default:
        copy(t, 1);
        return 0;
    }
}

int strobe_pattern_translate(const char *text, size_t size, struct strobe_pattern_syntax *ret_syntax,
                             struct strobe_error *error)
{
    struct translation translation = {text, size, 0, false, 0, ret_syntax, error};
    if (size > STROBE_EXPRESSION_PATTERN_BYTES_MAX) {
        return strobe_error_set(error, STROBE_ELIMIT, "the pattern is longer than %d bytes",
                                STROBE_EXPRESSION_PATTERN_BYTES_MAX);
    }
    *ret_syntax = (struct strobe_pattern_syntax){.largest_count = 1};
    while (translation.at < size) {
        int status = translation.verbose && skip_verbose(&translation) ? 0 : item(&translation);
        if (status < 0) {
            return status;
        }
    }
    return 0;
}
