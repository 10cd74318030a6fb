#include "probes/when.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

int strobe_when_parse(const char *text, struct strobe_when *ret_when, struct strobe_error *error)
{
    static const struct {
        const char *prefix;
        enum strobe_when_kind kind;
    } forms[] = {{">=", STROBE_WHEN_FROM}, {"every ", STROBE_WHEN_EVERY}, {"", STROBE_WHEN_ONLY}};
    struct strobe_when when = {STROBE_WHEN_EACH, 1};
    if (text == NULL || text[0] == '\0') {
        *ret_when = when;
        return 0;
    }
    const char *digits = text;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        size_t size = strlen(forms[i].prefix);
        if (strncmp(text, forms[i].prefix, size) == 0) {
            when.kind = forms[i].kind;
            digits = text + size;
            break;
        }
    }
    size_t count = strspn(digits, "0123456789");
    when.number = count > 0 && count <= 9 && digits[count] == '\0' ? strtol(digits, NULL, 10) : 0;
    if (when.number < 1) {
        return strobe_error_set(error, STROBE_ESYNTAX,
                                "'%.32s' is none of N (the N-th time), >=N (from then on), every N", text);
    }
    *ret_when = when;
    return 0;
}
