/**
 * Redaction by pattern: secrets that are known by their look, wherever they stand.
 *
 * Card numbers (issuer and check digit), private keys, JSON web tokens, HTTP credentials, keys of well-known vendors,
 * passwords in URLs, and name=value, "name": "value" or header lines whose name stands for a secret
 * (snapshot/redact.h). One pass over the text, linear in its size.   Thread: any; no allocation.
 */
#ifndef STROBE_PATTERN_H
#define STROBE_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

/**
 * Look for a secret in `text`. Bytes beyond ASCII match nothing. `is_cut`: the text goes on after its end, so that a
 * secret which has begun there counts.
 * @return what was found, for people ("card number"); borrowed, static; or NULL
 */
const char *strobe_pattern_find(const char *text, size_t size, bool is_cut);

#endif
