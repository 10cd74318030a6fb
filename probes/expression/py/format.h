/** Values as text: repr(), str(), format() and the pieces of f-strings. For the rules see evaluation.h. */
#ifndef STROBE_EXPRESSION_FORMAT_H
#define STROBE_EXPRESSION_FORMAT_H

#include "probes/expression/py/text.h"
#include "probes/expression/py/value.h"

/**
 * Append repr(value) or str(value). Objects whose repr would be the program's code are written as
 * `<shop.Order object>`, as functions and all else with no address: fault UNSAFE is not raised here, so that log
 * templates stay useful. Redacted entries of containers are fault REDACTED. Recursion ends with `[...]` as in CPython.
 */
int strobe_format_repr(struct strobe_text_builder *builder, struct strobe_value value);
int strobe_format_str(struct strobe_text_builder *builder, struct strobe_value value);

/** Append ascii(value). Takes arena memory for the repr. */
int strobe_format_ascii(struct strobe_text_builder *builder, struct strobe_value value);

/** Append format(value, spec) with the format language of the value's built-in type. */
int strobe_format_spec(struct strobe_text_builder *builder, struct strobe_value value,
                       const struct strobe_text_view *spec);

/** One piece of an f-string: `conversion` is 0, 's', 'r' or 'a'; `spec` a str value, or NULL. The result is a str. */
int strobe_format_value(struct strobe_evaluation *evaluation, struct strobe_value value, int conversion,
                        const struct strobe_value *spec, struct strobe_value *ret_value);

#endif
