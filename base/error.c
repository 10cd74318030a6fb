#include "strobe/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

int strobe_error_set(struct strobe_error *error, int code, const char *format, ...)
{
    if (error == NULL || error->code != 0) {
        return code;
    }
    error->code = code;
    char text[4 * STROBE_ERROR_MESSAGE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    int written = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    size_t size = written < 0 ? 0 : strlen(text);
    size_t kept = strobe_utf8_cut(text, size, sizeof error->message - 1);
    memcpy(error->message, text, kept);
    error->message[kept] = '\0';
    return code;
}

const char *strobe_error_meaning(int code)
{
    switch (code) {
    case STROBE_OK:
        return "no error";
#define STROBE_ERROR_CASE(name, value, meaning) \
    case value:                                 \
        return meaning;
        STROBE_ERRORS(STROBE_ERROR_CASE)
#undef STROBE_ERROR_CASE
    default:
        return "unknown error";
    }
}

const char *strobe_error_name(int code)
{
    switch (code) {
    case STROBE_OK:
        return "OK";
#define STROBE_ERROR_CASE(name, value, meaning) \
    case value:                                 \
        return #name;
        STROBE_ERRORS(STROBE_ERROR_CASE)
#undef STROBE_ERROR_CASE
    default:
        return "EUNKNOWN_CODE";
    }
}
