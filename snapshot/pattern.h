/**
 * Redaction by pattern: secrets that are known by their look, wherever they stand.
 *
 * Card numbers (issuer and check digit), IBANs (check digits), US social security numbers, private keys, JSON web
 * tokens, HTTP credentials, keys of well-known vendors, passwords in URLs, e-mail addresses when the policy wants it;
 * and names with values inside a text (name=value, JSON, headers, options, XML), when the name stands for a secret.
 * One pass over the text, linear in its size.   Thread: any; no allocation.
 */
#ifndef STROBE_PATTERN_H
#define STROBE_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include "snapshot/policy.h"

/**
 * Look for a secret in `text` by the built-in patterns, less the policy's exceptions; the policy's own patterns are
 * looked for by strobe_policy_match(). Bytes beyond ASCII match nothing. `is_cut`: the text goes on after its end, so
 * that a secret which has begun there counts.
 * @return what was found, for people ("card number"); borrowed, static or as long as `policy`; or NULL
 */
const char *strobe_pattern_find(const struct strobe_policy *policy, const char *text, size_t size, bool is_cut);

/** The name of built-in pattern `i`, some more than once; NULL after the last. Borrowed, static. */
const char *strobe_pattern_rule(size_t i);

/** Whether a built-in pattern is called `rule`. */
bool strobe_pattern_is_rule(const char *rule);

#endif
