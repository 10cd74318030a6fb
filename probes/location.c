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

int strobe_location_parse(const char *text, struct strobe_location *ret_location, struct strobe_error *error)
{
    struct strobe_location location;
    const char *colon = strrchr(text, ':');
    if (colon == NULL) {
        return strobe_error_set(error, STROBE_ESYNTAX, "a location is FILE.py:LINE, such as shop/pricing.py:42");
    }
    location.line = parse_line(colon + 1);
    if (location.line == 0) {
        return strobe_error_set(error, STROBE_ESYNTAX, "'%.40s' is not a line number; write FILE.py:LINE", colon + 1);
    }
    if (strobe_path_normalise(text, (size_t)(colon - text), location.path) < 0) {
        return strobe_error_set(error, STROBE_ESYNTAX, "the path is longer than %d bytes", STROBE_PATH_BYTES_MAX - 1);
    }
    if (*strobe_path_basename(location.path) == '\0') {
        return strobe_error_set(error, STROBE_ESYNTAX, "the file is missing; write FILE.py:LINE");
    }
    *ret_location = location;
    return 0;
}

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
