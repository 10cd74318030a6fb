/**
 * Regular expressions that cannot hang: matches(text, pattern) means re.search(pattern, text) is not None.
 *
 * The syntax is Python's; a translation to PCRE2's keeps the meaning where they differ (\Z, \v, \u1234, {,n}, flags,
 * verbose mode, [[:x:]]) and refuses what only one of them knows:
 *   of PCRE2, refused as in re: \p \X \R \K \Q \G \h \g \k \C, (?R) (?1) (?&x) (?P>x) (?|...) (?<x>...) (*VERB);
 *   of Python, not supported: \N{name}, (?L), (?a:...), (?u:...), (?x:...), counts above
 * STROBE_EXPRESSION_PATTERN_COUNT_MAX. \d \w \s \b and (?i) use PCRE2's Unicode tables, which differ from Python's at a
 * few characters: \s has not U+001C to U+001F, \w may have combining marks.
 *
 * Every step of the matcher is counted, over all places where a match may begin, and its memory is one block, made with
 * the first pattern and shared by all: a match ends after the steps it was given, and allocates nothing.
 * Thread: any, but one at a time for all functions here (the agent calls them under the GIL).
 */
#ifndef STROBE_EXPRESSION_PATTERN_H
#define STROBE_EXPRESSION_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "strobe/error.h"
#include "strobe/limits.h"

struct strobe_pattern;

/**
 * Compile `size` bytes of UTF-8. The message of an error says what is wrong and where.
 * @return 0; STROBE_ESYNTAX, STROBE_EUNSUPPORTED, STROBE_ELIMIT, STROBE_ENOMEM
 */
int strobe_pattern_compile(const char *text, size_t size, struct strobe_pattern **ret_pattern,
                           struct strobe_error *error);

/** NULL is fine. */
void strobe_pattern_free(struct strobe_pattern *pattern);

/**
 * Whether the pattern matches somewhere in `size` bytes of UTF-8 (surrogates as three bytes are fine, nothing else that
 * is invalid). `*budget` is lessened by the steps that were used.
 * @return 0, or STROBE_ELIMIT when the steps, the depth or the memory were not enough
 */
int strobe_pattern_match(struct strobe_pattern *pattern, const char *subject, size_t size, int64_t *budget,
                         bool *ret_matched);

#endif
