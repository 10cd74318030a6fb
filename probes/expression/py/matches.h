/** matches(text, pattern): a regular expression over a str. For the rules see evaluation.h. */
#ifndef STROBE_EXPRESSION_MATCHES_H
#define STROBE_EXPRESSION_MATCHES_H

#include "probes/expression/pattern.h"
#include "probes/expression/py/value.h"

/**
 * Whether `pattern` is found in `subject`, a str: re.search(pattern, subject) is not None. Fault TYPE when it is none,
 * LIMIT when it is longer than STROBE_EXPRESSION_TEXT_MAX or the search needs more steps than there are: fuel buys
 * them, at most STROBE_EXPRESSION_PATTERN_STEPS_MAX.
 */
int strobe_matches(struct strobe_evaluation *evaluation, struct strobe_pattern *pattern, struct strobe_value subject,
                   bool *ret_matched);

#endif
