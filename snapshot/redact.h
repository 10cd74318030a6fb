/**
 * Redaction by name: which names stand for secrets.
 *
 * A name is split into words (`_`, `-`, `$`, `.`, camelCase, digits) and matched by word, by pairs of neighbouring
 * words and joined, against one table with its exceptions: `user_password`, `X-Api-Key` and `passwordHash` are secrets,
 * `author` and `max_tokens` are not.   Thread: any; no allocation; no global state but constants.
 */
#ifndef STROBE_REDACT_H
#define STROBE_REDACT_H

#include <stddef.h>

/**
 * Whether `name` (UTF-8, `size` bytes) stands for a secret.
 * @return the word or pair that matched, in lower case; borrowed, static; or NULL
 */
const char *strobe_redact_name(const char *name, size_t size);

#endif
