/** Numbers from text, as int() and float() read it; the locale is of no influence. For the rules see evaluation.h. */
#ifndef STROBE_EXPRESSION_PARSE_NUMBER_H
#define STROBE_EXPRESSION_PARSE_NUMBER_H

#include "probes/expression/py/text.h"

/** int(text, base): base 0 or 2 to 36. Fault VALUE when it is none. */
int strobe_parse_int(struct strobe_evaluation *evaluation, const struct strobe_text_view *text, int base,
                     struct strobe_value *ret_value);

/** float(text), correctly rounded. Fault VALUE when it is none. */
int strobe_parse_float(struct strobe_evaluation *evaluation, const struct strobe_text_view *text, double *ret_real);

#endif
