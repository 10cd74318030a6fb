#include "probes/expression/py/source.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { NESTING_MAX = 16, OWN_NAME_BYTES_MAX = 32 };

/* Text with fields. Only what stands in the quotes of Python has escapes. */
enum literal { TEMPLATE, SPEC, STRING_SPEC };

static const struct {
    const char *word;
    size_t size;
} owns[] = {
#define OWN(name, word, where) {(word), sizeof(word) - 1},
    STROBE_OWNS(OWN)
#undef OWN
};

struct scanner {
    const char *text;
    char *parsed; /* NULL: nothing is written */
    size_t size;
    size_t at;
    unsigned own;   /* own names seen */
    unsigned plain; /* the same words seen as `_word` */
    size_t plain_at;
    int depth;
    int status;
    size_t wrong_at;
    struct strobe_error *error;
};

static void scan_code(struct scanner *s, bool is_field);
static void scan_literal(struct scanner *s, enum literal literal);

static char look(const struct scanner *s, size_t ahead)
{
    return s->at + ahead < s->size ? s->text[s->at + ahead] : '\0';
}

static bool is_name_byte(char byte)
{
    return isalnum((unsigned char)byte) || byte == '_' || (unsigned char)byte >= 0x80;
}

static size_t name_size(const struct scanner *s, size_t from)
{
    size_t size = 0;
    while (from + size < s->size && is_name_byte(s->text[from + size])) {
        size++;
    }
    return size;
}

/* Number of the own name `word`, or -1. */
static int own_named(const char *word, size_t size)
{
    for (int i = 0; i < STROBE_OWN_COUNT; i++) {
        if (owns[i].size == size && memcmp(owns[i].word, word, size) == 0) {
            return i;
        }
    }
    return -1;
}

static void fail(struct scanner *s, size_t at, int status)
{
    s->status = status;
    s->wrong_at = at;
    s->at = s->size; /* ends every loop */
}

static void scan_own_name(struct scanner *s)
{
    size_t size = name_size(s, s->at + 1);
    int own = own_named(s->text + s->at + 1, size);
    if (own < 0) {
        strobe_error_set(s->error, STROBE_EUNSUPPORTED,
                         "'$%.*s' is not one of the probe's own names: "
                         "$return, $exception, $elapsed_ms, $hits, $thread, $task, $trace_id",
                         (int)(size < OWN_NAME_BYTES_MAX ? size : OWN_NAME_BYTES_MAX), s->text + s->at + 1);
        fail(s, s->at, STROBE_EUNSUPPORTED);
        return;
    }
    s->own |= 1U << own;
    if (s->parsed != NULL) {
        s->parsed[s->at] = '_';
    }
    s->at += size + 1;
}

static void refuse(struct scanner *s, size_t at, const char *why)
{
    strobe_error_set(s->error, STROBE_ESYNTAX, "%s", why);
    fail(s, at, STROBE_ESYNTAX);
}

static void scan_digits(struct scanner *s, const char *digits)
{
    while (look(s, 0) != '\0' && strchr(digits, look(s, 0)) != NULL) {
        s->at++;
    }
}

/*
 * CPython's tokenizer reads `1and 2` and '\.', and warns: into the program's error stream, through hooks that may be
 * the program's Python. So both are refused before it sees them.
 */
static void scan_number(struct scanner *s)
{
    static const char decimal[] = "0123456789_";
    size_t start = s->at;
    if (look(s, 0) == '0' && look(s, 1) != '\0' && strchr("xXoObB", look(s, 1)) != NULL) {
        bool is_hexadecimal = (look(s, 1) | 0x20) == 'x';
        s->at += 2;
        scan_digits(s, is_hexadecimal ? "0123456789abcdefABCDEF_" : decimal);
    } else {
        scan_digits(s, decimal);
        if (look(s, 0) == '.') {
            s->at++;
            scan_digits(s, decimal);
        }
        size_t sign = look(s, 1) == '+' || look(s, 1) == '-' ? 2 : 1;
        if ((look(s, 0) | 0x20) == 'e' && isdigit((unsigned char)look(s, sign))) {
            s->at += sign;
            scan_digits(s, decimal);
        }
        s->at += (look(s, 0) | 0x20) == 'j';
    }
    if (is_name_byte(look(s, 0))) {
        refuse(s, start, "a number and a word stand together; write a space between them");
    }
}

/* A backslash and what it escapes. */
static void scan_escape(struct scanner *s, bool is_bytes)
{
    char escaped = look(s, 1);
    bool is_octal = escaped >= '0' && escaped <= '7';
    bool is_too_big =
        escaped >= '4' && is_octal && look(s, 2) >= '0' && look(s, 2) <= '7' && look(s, 3) >= '0' && look(s, 3) <= '7';
    const char *known = is_bytes ? "\n\r\\'\"abfnrtvx" : "\n\r\\'\"abfnrtvxuU";
    if (!is_bytes && escaped == 'N') { /* CPython would import unicodedata for it, through the program's hooks */
        strobe_error_set(s->error, STROBE_EUNSUPPORTED,
                         "a character by its name is not read here; write the character itself, or \\u and its number");
        fail(s, s->at, STROBE_EUNSUPPORTED);
        return;
    }
    if (is_too_big || (!is_octal && escaped != '\0' && strchr(known, escaped) == NULL)) {
        refuse(s, s->at, "no escape of Python begins like this; write two backslashes, or r before the quote");
        return;
    }
    s->at += 2;
}

/* Literal text from its first quote on; `prefix` is what stands before it, as in rb''. */
static void scan_string(struct scanner *s, const char *prefix, size_t prefix_size)
{
    bool has_fields = memchr(prefix, 'f', prefix_size) != NULL || memchr(prefix, 'F', prefix_size) != NULL;
    bool is_raw = memchr(prefix, 'r', prefix_size) != NULL || memchr(prefix, 'R', prefix_size) != NULL;
    bool is_bytes = memchr(prefix, 'b', prefix_size) != NULL || memchr(prefix, 'B', prefix_size) != NULL;
    char quote = look(s, 0);
    bool triple = look(s, 1) == quote && look(s, 2) == quote;
    s->at += triple ? 3 : 1;
    while (s->at < s->size) {
        char byte = look(s, 0);
        if (byte == '\\') {
            if (is_raw) {
                s->at += 2;
            } else {
                scan_escape(s, is_bytes);
            }
        } else if (byte == quote && (!triple || (look(s, 1) == quote && look(s, 2) == quote))) {
            s->at += triple ? 3 : 1;
            return;
        } else if (has_fields && byte == '{' && look(s, 1) != '{') {
            s->at++;
            scan_code(s, true);
            scan_literal(s, is_raw ? SPEC : STRING_SPEC);
        } else {
            s->at += has_fields && byte == '{' ? 2 : 1;
        }
    }
}

/* A name, or the prefix of a string. */
static void scan_name(struct scanner *s)
{
    size_t size = name_size(s, s->at);
    const char *name = s->text + s->at;
    int own = name[0] == '_' ? own_named(name + 1, size - 1) : -1;
    if (own >= 0) {
        s->plain |= 1U << own;
        s->plain_at = s->at;
    }
    s->at += size;
    if (size <= 2 && (look(s, 0) == '\'' || look(s, 0) == '"')) {
        scan_string(s, name, size);
    }
}

/* Python up to its end; of a field up to `}`, `:` or `!`. */
static void scan_code(struct scanner *s, bool is_field)
{
    int open = 0;
    if (++s->depth > NESTING_MAX) {
        strobe_error_set(s->error, STROBE_ELIMIT, "text within text is nested deeper than %d levels", NESTING_MAX);
        fail(s, s->at < s->size ? s->at : 0, STROBE_ELIMIT);
    }
    while (s->at < s->size) {
        char byte = look(s, 0);
        if (is_field && open == 0 && (byte == '}' || byte == ':' || (byte == '!' && look(s, 1) != '='))) {
            break;
        }
        if (byte == '\'' || byte == '"') {
            scan_string(s, "", 0);
        } else if (byte == '$') {
            scan_own_name(s);
        } else if (isdigit((unsigned char)byte)) {
            scan_number(s);
        } else if (is_name_byte(byte)) {
            scan_name(s);
        } else if (byte == '#') {
            while (s->at < s->size && look(s, 0) != '\n') {
                s->at++;
            }
        } else {
            open += strchr("([{", byte) != NULL ? 1 : strchr(")]}", byte) != NULL ? -1 : 0;
            s->at++;
        }
    }
    s->depth--;
}

/* Text with fields: a template, or what stands between the code of a field and its `}`. */
static void scan_literal(struct scanner *s, enum literal literal)
{
    bool is_spec = literal != TEMPLATE;
    while (s->at < s->size) {
        char byte = look(s, 0);
        if (byte == '\\' && literal == STRING_SPEC) {
            scan_escape(s, false);
            continue;
        }
        s->at++;
        if (is_spec && byte == '}') {
            return;
        }
        if (byte == '{' && !is_spec && look(s, 0) == '{') {
            s->at++;
        } else if (byte == '{') {
            scan_code(s, true);
            scan_literal(s, literal == TEMPLATE ? SPEC : literal);
        }
    }
}

int strobe_source_read(const char *text, bool is_template, struct strobe_source *ret_source, size_t *ret_at,
                       struct strobe_error *error)
{
    size_t size = strnlen(text, STROBE_CONDITION_BYTES_MAX + 1);
    *ret_at = 0;
    if (size > STROBE_CONDITION_BYTES_MAX) {
        return strobe_error_set(error, STROBE_ELIMIT, "the expression is longer than %d bytes",
                                STROBE_CONDITION_BYTES_MAX);
    }
    char *parsed = malloc(size + 1);
    if (parsed == NULL) {
        return strobe_error_set(error, STROBE_ENOMEM, "out of memory");
    }
    memcpy(parsed, text, size);
    parsed[size] = '\0';
    struct scanner scanner = {.text = text, .parsed = parsed, .size = size, .error = error};
    if (is_template) {
        scan_literal(&scanner, TEMPLATE);
    } else {
        scan_code(&scanner, false);
    }
    if (scanner.status == 0 && (scanner.own & scanner.plain) != 0) {
        int own = __builtin_ctz(scanner.own & scanner.plain);
        strobe_error_set(error, STROBE_EUNSUPPORTED, "'_%s' cannot be read beside '$%s'", owns[own].word,
                         owns[own].word);
        fail(&scanner, scanner.plain_at, STROBE_EUNSUPPORTED);
    }
    if (scanner.status < 0) {
        *ret_at = scanner.wrong_at;
        free(parsed);
        return scanner.status;
    }
    *ret_source = (struct strobe_source){text, parsed, size, 0, scanner.own};
    return 0;
}

void strobe_source_done(struct strobe_source *source)
{
    free(source->parsed);
    source->parsed = NULL;
}

size_t strobe_source_code_end(const struct strobe_source *source, size_t at)
{
    struct scanner scanner = {.text = source->parsed, .size = source->size, .at = at};
    scan_code(&scanner, true);
    return scanner.at < source->size ? scanner.at : source->size;
}

size_t strobe_source_offset(const struct strobe_source *source, int line, int byte_column)
{
    size_t offset = source->base;
    for (; line > 1 && offset < source->size; offset++) {
        line -= source->text[offset] == '\n';
    }
    size_t left = source->size - offset;
    return offset + (byte_column < 0 ? 0 : (size_t)byte_column < left ? (size_t)byte_column : left);
}

struct strobe_place strobe_source_place(const struct strobe_source *source, size_t offset)
{
    struct strobe_place place = {1, 1};
    for (size_t i = 0; i < offset && i < source->size; i++) {
        if (source->text[i] == '\n') {
            place.line++;
            place.column = 1;
        } else {
            place.column += ((unsigned char)source->text[i] & 0xC0) != 0x80; /* bytes that begin a character */
        }
    }
    return place;
}
