#include "base/utf8.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of the valid character at `text`, or 0. */
static size_t character(const uint8_t *text, size_t size)
{
    uint8_t lead = text[0];
    if (lead < 0x80) {
        return 1;
    }
    size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || length > size) {
        return 0;
    }
    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xC0) != 0x80) {
            return 0;
        }
    }
    bool overlong = (lead == 0xE0 && text[1] < 0xA0) || (lead == 0xF0 && text[1] < 0x90);
    bool surrogate = lead == 0xED && text[1] > 0x9F;
    bool beyond = lead == 0xF4 && text[1] > 0x8F;
    return overlong || surrogate || beyond ? 0 : length;
}

bool strobe_utf8_valid(const char *text, size_t size)
{
    const uint8_t *bytes = (const uint8_t *)text;
    for (size_t i = 0; i < size;) {
        size_t length = character(bytes + i, size - i);
        if (length == 0 || bytes[i] == '\0') {
            return false;
        }
        i += length;
    }
    return true;
}

size_t strobe_utf8_cut(const char *text, size_t size, size_t max)
{
    if (size <= max) {
        return size;
    }
    const uint8_t *bytes = (const uint8_t *)text;
    size_t kept = 0;
    while (kept < max) {
        size_t length = character(bytes + kept, size - kept);
        length = length == 0 ? 1 : length;
        if (kept + length > max) {
            break;
        }
        kept += length;
    }
    return kept;
}

char *strobe_utf8_repair(const char *text, size_t size, size_t *ret_size)
{
    static const char replacement[] = "\xEF\xBF\xBD";
    const uint8_t *bytes = (const uint8_t *)text;
    char *copy = malloc(size * (sizeof replacement - 1) + 1);
    if (copy == NULL) {
        return NULL;
    }
    size_t written = 0;
    for (size_t i = 0; i < size;) {
        size_t length = bytes[i] == '\0' ? 0 : character(bytes + i, size - i);
        if (length == 0) {
            memcpy(copy + written, replacement, sizeof replacement - 1);
            written += sizeof replacement - 1;
            i++;
        } else {
            memcpy(copy + written, bytes + i, length);
            written += length;
            i += length;
        }
    }
    copy[written] = '\0';
    *ret_size = written;
    char *fitted = realloc(copy, written + 1);
    return fitted != NULL ? fitted : copy;
}
