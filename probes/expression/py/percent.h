/** The % operator of str. For the rules see evaluation.h. */
#ifndef STROBE_EXPRESSION_PERCENT_H
#define STROBE_EXPRESSION_PERCENT_H

#include "probes/expression/py/text.h"
#include "probes/expression/py/value.h"

/** format % arguments: a tuple of them, or one, or a mapping for %(name)s. A secret name is fault REDACTED. */
int strobe_percent(struct strobe_evaluation *evaluation, const struct strobe_text_view *format,
                   struct strobe_value arguments, struct strobe_value *ret_value);

#endif
