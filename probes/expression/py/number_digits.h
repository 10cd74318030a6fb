/** Digits of numbers for format() and %, in the arena, without sign. For the rules see evaluation.h. */
#ifndef STROBE_EXPRESSION_NUMBER_DIGITS_H
#define STROBE_EXPRESSION_NUMBER_DIGITS_H

#include "probes/expression/py/number.h"

/** ASCII in the arena. */
struct strobe_digits {
    char *text;
    size_t size;
    bool negative;
};

/** An int or bool in base 2, 8, 10 or 16, lower case. Fault LIMIT beyond STROBE_EXPRESSION_INT_BITS_MAX. */
int strobe_digits_of_integer(struct strobe_evaluation *evaluation, const struct strobe_number *number, int base,
                             struct strobe_digits *ret_digits);

/** How a float is written; as PyOS_double_to_string() takes it. */
struct strobe_real_form {
    char type;            /* e E f F g G, or r: the shortest that reads back */
    Py_ssize_t precision; /* not of r */
    bool add_point_zero;  /* 1.0, not 1 */
    bool alternate;       /* keep the point and trailing zeros */
    bool no_negative_zero;
};

/** A float, correctly rounded, with a point whatever the locale. */
int strobe_digits_of_real(struct strobe_evaluation *evaluation, double real, const struct strobe_real_form *form,
                          struct strobe_digits *ret_digits);

/** The value of an int as a float; fault OVERFLOW when it is too large. */
int strobe_digits_to_real(struct strobe_evaluation *evaluation, const struct strobe_number *number, double *ret_real);

#endif
