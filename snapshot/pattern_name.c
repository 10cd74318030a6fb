/*
 * Names with values inside a text: name=value, "name": "value", ('name', 'value'), Name: value, --name value,
 * <name>value</name>, name="name" ... value. What the name says counts for the whole text.
 */
#include <ctype.h>

#include "snapshot/environment.h"
#include "snapshot/scan.h"

enum { NAME_LOOK = 64, VALUE_MIN = 3, VALUE_LOOK = 16, OPEN_MAX = 8, BLANKS_MAX = 4 };

static bool is_name(char c)
{
    return strobe_scan_is_token(c) || c == '.' || c == '$';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_quote(char c)
{
    return c == '"' || c == '\'' || c == '`';
}

static bool ends_value(char c)
{
    return c == '\0' || isspace((unsigned char)c) || strchr("\"'`&;,)]}<>\\", c) != NULL;
}

static bool is_constant(const struct strobe_scan *scan, size_t i, size_t length)
{
    static const char *const constants[] = {"0",     "1",    "None",  "null", "NULL",     "True",
                                            "False", "true", "false", "nil",  "undefined"};
    for (size_t k = 0; k < sizeof constants / sizeof constants[0]; k++) {
        if (length == strlen(constants[k]) && strobe_scan_begins(scan, i, constants[k])) {
            return true;
        }
    }
    return false;
}

/* Up to the quote that ends it, when one stands before it; else up to what parts one thing from the next. */
static size_t value_length(const struct strobe_scan *scan, size_t i)
{
    char quote = i > 0 && is_quote(scan->text[i - 1]) ? scan->text[i - 1] : '\0';
    size_t length = 0;
    while (length < VALUE_LOOK && i + length < scan->size &&
           (quote != '\0' ? scan->text[i + length] != quote : !ends_value(scan->text[i + length]))) {
        length++;
    }
    return length;
}

/* `length` characters that stand for a value that comes later: ?, ***, %s, %(name)s, :name, ${NAME}; and x == y. */
static bool is_placeholder(const struct strobe_scan *scan, size_t i, size_t length)
{
    const char *text = scan->text + i;
    char second = strobe_scan_at(scan, i + 1);
    bool quoted = i > 0 && is_quote(text[-1]);
    switch (strobe_scan_at(scan, i)) {
    case '?':
        return length == 1;
    case '*': {
        size_t stars = 0;
        while (stars < length && text[stars] == '*') {
            stars++;
        }
        return stars == length;
    }
    case ':':
        return !quoted && strobe_scan_run_of(scan, i + 1, strobe_scan_is_word, VALUE_LOOK) + 1 >= length;
    case '=':
    case '~':
        return !quoted && (second == ' ' || second == '=' || strobe_scan_is_word(second));
    case '%':
        return (second == 's' && length == 2) || second == '(';
    case '$':
        return second == '{';
    default:
        return false;
    }
}

/* Whether the & or ; at `i` belongs to a password, for no other name=value follows it. */
static bool goes_on(const struct strobe_scan *scan, size_t i)
{
    char c = strobe_scan_at(scan, i), next = strobe_scan_at(scan, i + 1);
    size_t name = strobe_scan_run_of(scan, i + 1, is_name, NAME_LOOK);
    char after = strobe_scan_at(scan, i + 1 + name);
    return (c == '&' || c == ';') && !ends_value(next) && (after != '=' || name == 0) && after != '[' && after != '%' &&
           after != ';' && after != '\0' && !isspace((unsigned char)after);
}

/* Whether what stands at `i` is data of `length_min` or more, and not a placeholder, a constant or nothing. */
static bool is_data(const struct strobe_scan *scan, size_t i, size_t length_min)
{
    size_t length = value_length(scan, i);
    if (goes_on(scan, i + length)) {
        return true;
    }
    return strobe_scan_long_enough(scan, i, length, length_min) && !is_placeholder(scan, i, length) &&
           !is_constant(scan, i, length);
}

static bool is_value(const struct strobe_scan *scan, size_t i)
{
    return is_data(scan, i, VALUE_MIN);
}

/* Where the value begins that is written at `i`: behind brackets, quotes, their backslashes, and the b of b''. */
static size_t skip_opening(const struct strobe_scan *scan, size_t i)
{
    size_t end = i + OPEN_MAX;
    while (i < end) {
        char c = strobe_scan_at(scan, i), next = strobe_scan_at(scan, i + 1);
        bool prefix = (c == 'b' || c == 'B' || c == 'u' || c == 'r' || c == 'f') && is_quote(next);
        if (!prefix && !is_quote(c) && c != '\\' && c != '[' && c != '(' && c != '{' && c != ' ') {
            break;
        }
        i++;
        if (is_quote(c)) {
            break; /* another one would end it */
        }
    }
    return i;
}

/* An allow list says nothing about texts. */
static const char *listed(const char *rule)
{
    return rule != NULL && rule[0] == STROBE_RULE_UNLISTED ? NULL : rule;
}

/* What the name in `start` to `end` says. */
static const char *rule_of(const struct strobe_scan *scan, size_t start, size_t end)
{
    return start < end ? listed(strobe_policy_name(scan->policy, scan->text + start, end - start)) : NULL;
}

/* The rule of the name that ends before `end`. `ret_start`: where it begins. */
static const char *name_before(const struct strobe_scan *scan, size_t end, size_t *ret_start)
{
    size_t start = end;
    while (start > 0 && end - start < NAME_LOOK && is_name(scan->text[start - 1])) {
        start--;
    }
    *ret_start = start;
    return rule_of(scan, start, end);
}

/* Where the name before `end` ends: a form's name[part] ends in a bracket, also an escaped one. */
static size_t end_of_name(const struct strobe_scan *scan, size_t end)
{
    if (end >= 3 && strncasecmp(scan->text + end - 3, "%5d", 3) == 0) {
        return end - 3;
    }
    if (end >= 1 && scan->text[end - 1] == ']') {
        end--;
    }
    while (end >= 1 && is_quote(scan->text[end - 1])) {
        end--; /* environ["NAME"] = */
    }
    return end;
}

/* Whether the name in `start` to `end` begins a line that is PWD=/srv/shop, as an environment is written out. */
static bool is_directory(const struct strobe_scan *scan, size_t start, size_t end)
{
    char before = start > 0 ? scan->text[start - 1] : '\n';
    if ((before != '\n' && before != '\0') || end - start > strlen("OLDPWD")) {
        return false;
    }
    size_t stop = end;
    while (stop < scan->size && scan->text[stop] != '\n' && scan->text[stop] != '\0') {
        stop++;
    }
    return strobe_environment_is_directory_line(scan->text + start, stop - start);
}

/* name=value, name = value, name[part]=value, name='value', name=["value"] */
static const char *find_assignment(const struct strobe_scan *scan, size_t i)
{
    size_t end = i > 0 && is_blank(scan->text[i - 1]) ? i - 1 : i;
    size_t value = i + 1, start;
    while (is_blank(strobe_scan_at(scan, value)) && value < i + BLANKS_MAX) {
        value++;
    }
    if (value > i + 1 && end == i) {
        return NULL; /* "name= value" is prose */
    }
    value = skip_opening(scan, value);
    if (strobe_scan_at(scan, i + 1) == '=' || !is_data(scan, value, 1)) {
        return NULL;
    }
    const char *rule = name_before(scan, end_of_name(scan, end), &start);
    return rule != NULL && is_directory(scan, start, i)
               ? listed(strobe_policy_own_name(scan->policy, scan->text + start, i - start))
               : rule;
}

/* name%3Dvalue, in an address that is part of another. `i` is at the percent sign. */
static const char *find_escaped(const struct strobe_scan *scan, size_t i)
{
    size_t start;
    return strobe_scan_begins_any_case(scan, i, "%3d") && is_value(scan, i + 3) ? name_before(scan, i, &start) : NULL;
}

/* name="user_password" in a form: with value="..." near it in HTML, or before the blank line of a multipart body. */
static const char *find_form_field(const struct strobe_scan *scan, size_t i)
{
    enum { LOOK = 96 };
    if (i < 4 || memcmp(scan->text + i - 4, "name", 4) != 0 || (i > 4 && strobe_scan_is_word(scan->text[i - 5])) ||
        !is_quote(strobe_scan_at(scan, i + 1))) {
        return NULL;
    }
    size_t start = i + 2;
    size_t end = start + strobe_scan_run_of(scan, start, is_name, NAME_LOOK);
    const char *rule = is_quote(strobe_scan_at(scan, end)) ? rule_of(scan, start, end) : NULL;
    for (size_t k = end; rule != NULL && k < end + LOOK && k < scan->size && scan->text[k] != '>'; k++) {
        bool attribute = strobe_scan_begins(scan, k, "value=") && is_value(scan, skip_opening(scan, k + 6));
        bool body = (strobe_scan_begins(scan, k, "\n\n") && is_value(scan, k + 2)) ||
                    (strobe_scan_begins(scan, k, "\r\n\r\n") && is_value(scan, k + 4));
        if (attribute || body) {
            return rule;
        }
    }
    return NULL;
}

/* Whether `start` is where a line's own text begins, behind blanks and the dash of a list. */
static bool begins_line(const struct strobe_scan *scan, size_t start)
{
    enum { INDENT_MAX = 32 };
    for (size_t k = start; k + INDENT_MAX > start; k--) {
        char before = k > 0 ? scan->text[k - 1] : '\n';
        if (before == '\n' || before == '\r') {
            return true;
        }
        if (!is_blank(before) && before != '-') {
            return k == start && is_quote(before);
        }
        if (k == 0) {
            break;
        }
    }
    return false;
}

/* Whether the value looks like one and not like a word of a sentence: "invalid token: x9f3". */
static bool is_no_prose(const struct strobe_scan *scan, size_t i)
{
    enum { LENGTH_MIN = 4 };
    size_t length = value_length(scan, i);
    for (size_t k = 0; k < length && length >= LENGTH_MIN; k++) {
        char c = scan->text[i + k];
        if (strobe_scan_is_digit(c) || c == '_' || c == '$' || c == '!' || c == '@' || c == '+' || c == '=') {
            return true;
        }
    }
    return false;
}

/* "name": "value" of JSON (also inside a text of JSON) and of repr(dict); Name: value */
static const char *find_pair(const struct strobe_scan *scan, size_t i)
{
    if (i == 0) {
        return NULL;
    }
    char quote = scan->text[i - 1];
    size_t end = is_quote(quote) ? i - 1 : i, value = i + 1, start;
    while (is_quote(quote) && end > 0 && scan->text[end - 1] == '\\') {
        end--;
    }
    while (is_blank(strobe_scan_at(scan, value)) && value < i + BLANKS_MAX) {
        value++;
    }
    bool spaced = value > i + 1;
    bool open = strobe_scan_at(scan, value) == '\'' || strobe_scan_at(scan, value) == '"';
    value = is_quote(quote) || open ? skip_opening(scan, value) : value;
    if (!is_data(scan, value, is_quote(quote) ? 1 : VALUE_MIN)) {
        return NULL;
    }
    const char *rule = name_before(scan, end, &start);
    if (rule == NULL) {
        return NULL;
    }
    if (is_quote(quote)) {
        return start > 0 && scan->text[start - 1] == quote ? rule : NULL;
    }
    return spaced && (open || begins_line(scan, start) || is_no_prose(scan, value)) ? rule : NULL;
}

/* Whether the text between quotes at `i` is the last of its brackets; a longer one than is looked at may be. */
static bool ends_brackets(const struct strobe_scan *scan, size_t i)
{
    enum { LOOK = 512 };
    for (size_t skipped = 0; skipped < OPEN_MAX && !is_quote(strobe_scan_at(scan, i)); skipped++) {
        i++; /* the b of b'', a backslash */
    }
    char quote = strobe_scan_at(scan, i);
    size_t end = i + 1;
    while (end < scan->size && end < i + LOOK && scan->text[end] != quote) {
        end++;
    }
    if (end == i + LOOK || end >= scan->size) {
        return true;
    }
    char next = strobe_scan_at(scan, end + 1);
    return next == ')' || next == ']' || next == '\0';
}

/* ('name', 'value') and ["name", "value"], as a list of pairs is written. `i` is at the comma. */
static const char *find_tuple(const struct strobe_scan *scan, size_t i)
{
    if (i < 2 || !is_quote(scan->text[i - 1])) {
        return NULL;
    }
    char quote = scan->text[i - 1];
    size_t end = i - 1, value = i + 1, start;
    while (end > 0 && scan->text[end - 1] == '\\') {
        end--;
    }
    while (is_blank(strobe_scan_at(scan, value)) && value < i + BLANKS_MAX) {
        value++;
    }
    const char *rule = is_value(scan, skip_opening(scan, value)) ? name_before(scan, end, &start) : NULL;
    if (rule == NULL || start == 0 || scan->text[start - 1] != quote) {
        return NULL;
    }
    size_t open = start - 1;
    while (open > 0 && (scan->text[open - 1] == '\\' || scan->text[open - 1] == 'b')) {
        open--;
    }
    bool opens = open > 0 && (scan->text[open - 1] == '(' || scan->text[open - 1] == '[');
    return opens && ends_brackets(scan, value) ? rule : NULL;
}

/* --name value, as commands are written. `i` is at the first dash. */
static const char *find_option(const struct strobe_scan *scan, size_t i)
{
    if (!strobe_scan_begins(scan, i, "--") || (i > 0 && strobe_scan_is_token(scan->text[i - 1]))) {
        return NULL;
    }
    size_t start = i + 2;
    size_t end = start + strobe_scan_run_of(scan, start, strobe_scan_is_token, NAME_LOOK);
    char value = strobe_scan_at(scan, end + 1);
    return end > start && strobe_scan_at(scan, end) == ' ' && value != '-' &&
                   is_value(scan, skip_opening(scan, end + 1))
               ? rule_of(scan, start, end)
               : NULL;
}

/* <name>value</name>, <ns:name attribute="x">value</ns:name> */
static const char *find_element(const struct strobe_scan *scan, size_t i)
{
    enum { ATTRIBUTES_MAX = 128 };
    size_t start = i + 1;
    size_t end = start + strobe_scan_run_of(scan, start, is_name, NAME_LOOK);
    if (strobe_scan_at(scan, end) == ':') {
        start = end + 1;
        end = start + strobe_scan_run_of(scan, start, is_name, NAME_LOOK);
    }
    size_t close = end;
    while (close < end + ATTRIBUTES_MAX && strobe_scan_at(scan, close) != '>' && strobe_scan_at(scan, close) != '\0') {
        close++;
    }
    bool is_open = strobe_scan_at(scan, close) == '>' && (close == end || is_blank(scan->text[end]));
    return is_open && is_value(scan, close + 1) ? rule_of(scan, start, end) : NULL;
}

/* IDENTIFIED BY 'x' and PASSWORD 'x' of SQL. `i` is at the quote. */
static const char *find_sql(const struct strobe_scan *scan, size_t i)
{
    static const char *const before[] = {"identified by ", "password ", "with password "};
    for (size_t k = 0; k < sizeof before / sizeof before[0]; k++) {
        size_t length = strlen(before[k]);
        if (i >= length && strncasecmp(scan->text + i - length, before[k], length) == 0 &&
            (i == length || !strobe_scan_is_word(scan->text[i - length - 1])) && is_value(scan, i + 1)) {
            return "password";
        }
    }
    return NULL;
}

const char *strobe_scan_named(const struct strobe_scan *scan, size_t i)
{
    const char *rule;
    switch (scan->text[i]) {
    case '=':
        rule = find_assignment(scan, i);
        return rule != NULL ? rule : find_form_field(scan, i);
    case '%':
        return find_escaped(scan, i);
    case ':':
        return find_pair(scan, i);
    case ',':
        return find_tuple(scan, i);
    case '-':
        return find_option(scan, i);
    case '<':
        return find_element(scan, i);
    case '\'':
        return find_sql(scan, i);
    default:
        return NULL;
    }
}
