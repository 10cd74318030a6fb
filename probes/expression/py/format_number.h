/** The format language of text and numbers, taken apart; and numbers laid out by it. For the rules see evaluation.h. */
#ifndef STROBE_EXPRESSION_FORMAT_NUMBER_H
#define STROBE_EXPRESSION_FORMAT_NUMBER_H

#include "probes/expression/py/number.h"
#include "probes/expression/py/text.h"

/** [[fill]align][sign][z][#][0][width][grouping][.precision][type] */
struct strobe_format_fields {
    uint32_t fill;
    uint32_t align; /* < > = ^ */
    uint32_t sign;  /* + - blank, or 0 */
    bool no_negative_zero;
    bool alternate;
    Py_ssize_t width;  /* -1: absent */
    uint32_t grouping; /* ',' '_' or 0 */
    uint32_t fraction_grouping;
    Py_ssize_t precision; /* -1: absent */
    uint32_t type;
};

/** Append an int or bool by a type of b c d o x X. */
int strobe_format_integer(struct strobe_text_builder *builder, const struct strobe_number *number,
                          const struct strobe_format_fields *fields);

/** Append a float by a type of e E f F g G % or 0. */
int strobe_format_real(struct strobe_text_builder *builder, double real, const struct strobe_format_fields *fields);

#endif
