/** matches(text, pattern): regular expressions with a limit on their steps. For the rules see evaluation.h. */
#ifndef STROBE_EXPRESSION_MATCHES_H
#define STROBE_EXPRESSION_MATCHES_H

#include "probes/expression/py/value.h"

/**
 * Whether `pattern` matches somewhere in `text` (str, or a subclass). Fault TYPE when one is no str, VALUE for a
 * pattern that is none (its place is said), LIMIT when the steps do not suffice.
 */
int strobe_value_matches(struct strobe_evaluation *evaluation, struct strobe_value text, struct strobe_value pattern,
                         bool *ret_matches);

#endif
