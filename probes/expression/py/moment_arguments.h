/** Arguments of the functions that make moments. For the rules see evaluation.h. */
#ifndef STROBE_EXPRESSION_MOMENT_ARGUMENTS_H
#define STROBE_EXPRESSION_MOMENT_ARGUMENTS_H

#include "probes/expression/py/function.h"
#include "probes/expression/py/moment.h"

/** An int of the C type `int`: fault TYPE when it is no int, OVERFLOW. */
int strobe_moment_argument_int(struct strobe_evaluation *evaluation, struct strobe_value value, int *ret_integer);

/** None or a tzinfo; fault TYPE otherwise. */
int strobe_moment_argument_zone(struct strobe_evaluation *evaluation, struct strobe_value value,
                                struct strobe_zone *ret_zone);

/**
 * Overwrite the fields of `moment` (whose kind says which there are) by those passed: year month day hour minute second
 * microsecond tzinfo, positional from number `first` on or by keyword, and fold. Checks the result.
 */
int strobe_moment_argument_fields(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                                  unsigned first, struct strobe_moment *moment);

#endif
