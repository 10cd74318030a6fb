#include "hub/location_rules.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "hub/text_rules.h"
#include "strobe/limits.h"

#define RAISE "raise:"

/* Python's identifiers may be of any script: whatever is no ASCII punctuation may stand in a name. */
static bool is_name_byte(char byte)
{
    return (byte & 0x80) != 0 || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '_';
}

/* `a.b.c`, with <locals>, <lambda> and the like where `angles`; `size` bytes. No name begins with a digit. */
static bool is_dotted(const char *text, size_t size, bool angles)
{
    bool empty = true;
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '.') {
            if (empty) {
                return false;
            }
            empty = true;
        } else if (empty && text[i] >= '0' && text[i] <= '9') {
            return false;
        } else if (is_name_byte(text[i]) || (angles && (text[i] == '<' || text[i] == '>'))) {
            empty = false;
        } else {
            return false;
        }
    }
    return !empty;
}

static bool has_line(const char *location)
{
    const char *colon = strrchr(location, ':');
    const char *digits = colon != NULL ? colon + 1 : "";
    size_t count = strspn(digits, "0123456789");
    return colon != NULL && colon != location && count > 0 && digits[count] == '\0';
}

static int check_line(const char *field, const char *location, struct strobe_error *error)
{
    const char *digits = strrchr(location, ':') + 1;
    long line = strlen(digits) <= 9 ? strtol(digits, NULL, 10) : STROBE_LINE_MAX + 1L;
    if (line < 1 || line > STROBE_LINE_MAX) {
        return strobe_error_set(error, STROBE_EINVAL, "'%s': the line must be from 1 to %d", field, STROBE_LINE_MAX);
    }
    return 0;
}

static int check_raise(const char *field, const char *location, struct strobe_error *error)
{
    const char *type = location + strlen(RAISE);
    size_t size = strcspn(type, ":");
    bool known_end = type[size] == '\0' || strcmp(type + size, ":unhandled") == 0;
    if (!is_dotted(type, size, false) || !known_end) {
        return strobe_error_set(error, STROBE_EINVAL,
                                "'%s' is not raise:module.Type, as in raise:builtins.KeyError or "
                                "raise:shop.errors.OutOfStock:unhandled",
                                field);
    }
    return 0;
}

static int check_function(const char *field, const char *location, struct strobe_error *error)
{
    size_t module = strcspn(location, ":");
    const char *name = location[module] == ':' ? location + module + 1 : "";
    size_t size = strcspn(name, ":");
    const char *end = name + size;
    bool known_end = *end == '\0' || strcmp(end, ":entry") == 0 || strcmp(end, ":exit") == 0;
    bool is_file = module >= 3 && strncmp(location + module - 3, ".py", 3) == 0; /* of a line that was mistyped */
    if (is_file || !is_dotted(location, module, false) || !is_dotted(name, size, true) || !known_end) {
        return strobe_error_set(error, STROBE_EINVAL,
                                "'%s' is none of path/suffix.py:LINE (shop/pricing.py:42), module:qualname "
                                "(shop.pricing:Cart.total, :exit behind it for its end), raise:module.Type",
                                field);
    }
    return 0;
}

int strobe_location_rules_check(const char *field, const char *location, enum strobe_location_form *ret_form,
                                struct strobe_error *error)
{
    if (strobe_text_has_controls(location)) {
        return strobe_error_set(error, STROBE_EINVAL, "'%s' has control characters in it", field);
    }
    if (strncmp(location, RAISE, strlen(RAISE)) == 0) {
        *ret_form = STROBE_LOCATION_FORM_RAISE;
        return check_raise(field, location, error);
    }
    if (has_line(location)) {
        *ret_form = STROBE_LOCATION_FORM_LINE;
        return check_line(field, location, error);
    }
    *ret_form = STROBE_LOCATION_FORM_FUNCTION;
    return check_function(field, location, error);
}
