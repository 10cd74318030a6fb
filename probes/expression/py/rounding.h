/** round() and the conversion of floats to decimal digits it needs. For the rules see evaluation.h. */
#ifndef STROBE_EXPRESSION_ROUNDING_H
#define STROBE_EXPRESSION_ROUNDING_H

#include "probes/expression/py/number.h"

/** round(number) and round(number, places); `places` NULL: absent or None. Half to even. */
int strobe_number_round(struct strobe_evaluation *evaluation, struct strobe_value value, const int64_t *places,
                        struct strobe_value *ret_value);

#endif
