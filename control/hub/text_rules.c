#include "hub/text_rules.h"

#include <stddef.h>
#include <string.h>

bool strobe_text_has_controls(const char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < 0x20 || *text == 0x7F) {
            return true;
        }
    }
    return false;
}

bool strobe_text_is_blank(const char *text)
{
    return text == NULL || strspn(text, " \t") == strlen(text);
}

bool strobe_text_is_metric_name(const char *name)
{
    static const char first[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
    static const char others[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789.";
    return strspn(name, first) > 0 && strspn(name, others) == strlen(name);
}
