#include "probes/location.h"

#include <string.h>

static bool is_separator(char c)
{
    return c == '/' || c == '\\';
}

int strobe_path_normalise(const char *path, size_t size, char *ret_path)
{
    size_t used = 0;
    size_t at = 0;
    if (size > 0 && is_separator(path[0])) {
        ret_path[used++] = '/';
    }
    while (at < size) {
        size_t end = at;
        while (end < size && !is_separator(path[end])) {
            end++;
        }
        size_t length = end - at;
        bool skipped = length == 0 || (length == 1 && path[at] == '.');
        if (!skipped) {
            bool separator = used > 0 && ret_path[used - 1] != '/';
            if (used + separator + length >= STROBE_PATH_BYTES_MAX) {
                return STROBE_ELIMIT;
            }
            if (separator) {
                ret_path[used++] = '/';
            }
            memcpy(ret_path + used, path + at, length);
            used += length;
        }
        at = end + 1;
    }
    ret_path[used] = '\0';
    return 0;
}

/* Digits of `text` as a line number, or 0. */
static int parse_line(const char *text)
{
    int line = 0;
    if (*text == '\0') {
        return 0;
    }
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9' || line > STROBE_LINE_MAX) {
            return 0;
        }
        line = line * 10 + (*text - '0');
    }
    return line <= STROBE_LINE_MAX ? line : 0;
}

/* ---- Names ---- */

/* Letters of an identifier; all but ASCII is left to Python, which compares with what exists. */
static bool is_name_character(char c, bool first)
{
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 128;
    return letter || (!first && c >= '0' && c <= '9');
}

/* Whether `text` is names with dots between; `brackets`: `<locals>` and `<lambda>` count as names. */
static bool is_dotted(const char *text, size_t size, bool brackets)
{
    size_t at = 0;
    while (true) {
        size_t began = at;
        if (brackets && at < size && text[at] == '<') {
            const char *close = memchr(text + at, '>', size - at);
            if (close == NULL) {
                return false;
            }
            at = (size_t)(close - text) + 1;
        } else {
            while (at < size && is_name_character(text[at], at == began)) {
                at++;
            }
        }
        if (at == began) {
            return false;
        }
        if (at == size) {
            return true;
        }
        if (text[at++] != '.') {
            return false;
        }
    }
}

/* Cut `word` with its colon from the end of the text. @return whether it was there, after `colons` others */
static bool cut_word(const char *text, size_t *size, const char *word, int colons)
{
    size_t length = strlen(word);
    if (*size <= length || memcmp(text + *size - length, word, length) != 0) {
        return false;
    }
    for (const char *at = text; colons > 0; colons--, at++) { /* `shop:exit` is a function named exit */
        at = memchr(at, ':', (size_t)(text + *size - length - at));
        if (at == NULL) {
            return false;
        }
    }
    *size -= length;
    return true;
}

/* ---- The kinds ---- */

static const char forms[] = "FILE.py:LINE, module:function, module:function:exit or raise:module.Type";

static int parse_file_line(const char *text, const char *colon, struct strobe_location *location,
                           struct strobe_error *error)
{
    location->kind = STROBE_LOCATION_LINE;
    location->line = parse_line(colon + 1);
    if (location->line == 0) {
        return strobe_error_set(error, STROBE_ESYNTAX, "'%.40s' is not a line number; write FILE.py:LINE", colon + 1);
    }
    if (strobe_path_normalise(text, (size_t)(colon - text), location->path) < 0) {
        return strobe_error_set(error, STROBE_ESYNTAX, "the path is longer than %d bytes", STROBE_PATH_BYTES_MAX - 1);
    }
    if (*strobe_path_basename(location->path) == '\0') {
        return strobe_error_set(error, STROBE_ESYNTAX, "the file is missing; write FILE.py:LINE");
    }
    return 0;
}

static int parse_raise(const char *text, struct strobe_location *location, struct strobe_error *error)
{
    size_t size = strlen(text);
    location->kind = cut_word(text, &size, ":unhandled", 0) ? STROBE_LOCATION_UNHANDLED : STROBE_LOCATION_RAISE;
    if (size >= sizeof location->path || !is_dotted(text, size, false)) {
        return strobe_error_set(error, STROBE_ESYNTAX,
                                "'%.80s' is not the name of an exception; write raise:module.Type or "
                                "raise:module.Type:unhandled",
                                text);
    }
    memcpy(location->path, text, size);
    location->path[size] = '\0';
    return 0;
}

static int parse_function(const char *text, struct strobe_location *location, struct strobe_error *error)
{
    size_t size = strlen(text);
    location->kind = cut_word(text, &size, ":exit", 1) ? STROBE_LOCATION_EXIT : STROBE_LOCATION_ENTRY;
    if (location->kind == STROBE_LOCATION_ENTRY) {
        cut_word(text, &size, ":entry", 1);
    }
    const char *colon = memchr(text, ':', size);
    size_t module = colon != NULL ? (size_t)(colon - text) : 0;
    if (colon == NULL || size >= sizeof location->path || !is_dotted(text, module, false) ||
        !is_dotted(colon + 1, size - module - 1, true)) {
        return strobe_error_set(error, STROBE_ESYNTAX, "'%.60s' is not a location; write %s", text, forms);
    }
    memcpy(location->path, text, size);
    location->path[module] = location->path[size] = '\0';
    return 0;
}

/* What stands before the last colon reads as a file, not as a module. */
static bool looks_like_file(const char *text, const char *colon)
{
    size_t size = (size_t)(colon - text);
    bool digits = colon[1 + strspn(colon + 1, "0123456789")] == '\0';
    return digits || memchr(text, '/', size) != NULL || memchr(text, '\\', size) != NULL ||
           (size > 3 && memcmp(colon - 3, ".py", 3) == 0);
}

int strobe_location_parse(const char *text, struct strobe_location *ret_location, struct strobe_error *error)
{
    struct strobe_location location = {0};
    const char *colon = strrchr(text, ':');
    int status;
    if (colon == NULL) {
        return strobe_error_set(error, STROBE_ESYNTAX, "a location is %s, such as shop/pricing.py:42", forms);
    }
    if (looks_like_file(text, colon)) {
        status = parse_file_line(text, colon, &location, error);
    } else if (strncmp(text, "raise:", 6) == 0) {
        status = parse_raise(text + 6, &location, error);
    } else {
        status = parse_function(text, &location, error);
    }
    if (status == 0) {
        *ret_location = location;
    }
    return status;
}

const char *strobe_location_function(const struct strobe_location *location)
{
    return location->path + strlen(location->path) + 1;
}

/* ---- Paths ---- */

static bool ends_with(const char *path, const char *suffix)
{
    size_t size = strlen(path);
    size_t tail = strlen(suffix);
    if (tail == 0 || tail > size || memcmp(path + size - tail, suffix, tail) != 0) {
        return false;
    }
    return tail == size || path[size - tail - 1] == '/';
}

bool strobe_path_matches(const char *path, const char *wanted)
{
    if (wanted[0] == '/') {
        /* The code may know itself by a relative path: then that is a suffix of what is wanted. */
        return path[0] == '/' ? strcmp(path, wanted) == 0 : ends_with(wanted, path);
    }
    return ends_with(path, wanted);
}

const char *strobe_path_basename(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}
