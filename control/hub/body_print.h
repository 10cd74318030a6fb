/** Prints of values: numbers that are equal where what was captured is. They guide alignment; nothing relies on them.
 */
#ifndef STROBE_HUB_BODY_PRINT_H
#define STROBE_HUB_BODY_PRINT_H

#include "hub/body.h"

/**
 * One number for each value of `body`: of its type, its text, its reason for a cut, and what is below it, four levels
 * deep; cycles are as good as trees. The same in every graph. A new array, to be released with free(); NULL when memory
 * is exhausted.
 */
uint64_t *strobe_body_prints(const struct strobe_body *body);

/** How alike two values are: -1 of different types, 1000 equal in print, else the share of equal parts. */
int strobe_body_likeness(const struct strobe_body *left, const uint64_t *left_prints, int64_t left_ref,
                         const struct strobe_body *right, const uint64_t *right_prints, int64_t right_ref);

#endif
