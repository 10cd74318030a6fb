/** A text that is looked through for secrets, and its characters. Inside of pattern*.c. */
#ifndef STROBE_SCAN_H
#define STROBE_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "snapshot/policy.h"

struct strobe_scan {
    const char *text;
    size_t size;
    bool is_cut; /* the text goes on after its end */
    const struct strobe_policy *policy;
};

/* The character at `i`, NUL outside the text. */
static inline char strobe_scan_at(const struct strobe_scan *scan, size_t i)
{
    return i < scan->size ? scan->text[i] : '\0';
}

static inline bool strobe_scan_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool strobe_scan_is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool strobe_scan_is_word(char c)
{
    return strobe_scan_is_digit(c) || strobe_scan_is_letter(c) || c == '_';
}

static inline bool strobe_scan_is_token(char c) /* of base64url and most vendors' keys */
{
    return strobe_scan_is_word(c) || c == '-';
}

static inline bool strobe_scan_is_credential(char c) /* RFC 6750, b64token */
{
    return strobe_scan_is_token(c) || c == '.' || c == '~' || c == '+' || c == '/' || c == '=';
}

static inline bool strobe_scan_is_hex(char c)
{
    return strobe_scan_is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Length of the run at `i`, counted up to `max`: looking no further than needed keeps the whole scan linear. */
static inline size_t strobe_scan_run_of(const struct strobe_scan *scan, size_t i, bool (*belongs)(char), size_t max)
{
    size_t length = 0;
    while (length < max && i + length < scan->size && belongs(scan->text[i + length])) {
        length++;
    }
    return length;
}

static inline bool strobe_scan_begins(const struct strobe_scan *scan, size_t i, const char *prefix)
{
    size_t length = strlen(prefix);
    return i <= scan->size && length <= scan->size - i && memcmp(scan->text + i, prefix, length) == 0;
}

static inline bool strobe_scan_begins_any_case(const struct strobe_scan *scan, size_t i, const char *prefix)
{
    size_t length = strlen(prefix);
    return i <= scan->size && length <= scan->size - i && strncasecmp(scan->text + i, prefix, length) == 0;
}

/* Whether a run of `length` at `i` is long enough, or might be if the text were not cut. */
static inline bool strobe_scan_long_enough(const struct strobe_scan *scan, size_t i, size_t length, size_t needed)
{
    return length >= needed || (scan->is_cut && length > 0 && i + length == scan->size);
}

/*
 * What each part finds at `i`: the rule, or NULL. None looks further than a constant from `i`, or along a run that no
 * other place looks along, so that the whole scan is linear.
 */
const char *strobe_scan_card(const struct strobe_scan *scan, size_t i);
const char *strobe_scan_person(const struct strobe_scan *scan, size_t i);
const char *strobe_scan_email(const struct strobe_scan *scan, size_t i);
const char *strobe_scan_vendor_key(const struct strobe_scan *scan, size_t i);
const char *strobe_scan_jwt(const struct strobe_scan *scan, size_t i);
const char *strobe_scan_private_key(const struct strobe_scan *scan, size_t i);
const char *strobe_scan_http(const struct strobe_scan *scan, size_t i);
const char *strobe_scan_url(const struct strobe_scan *scan, size_t i);
const char *strobe_scan_named(const struct strobe_scan *scan, size_t i);

/** The name of vendor key number `i`, or NULL after the last. */
const char *strobe_scan_vendor_rule(size_t i);

#endif
