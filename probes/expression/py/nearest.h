/** The function or method of the language that a mistyped name is near to. */
#ifndef STROBE_EXPRESSION_NEAREST_H
#define STROBE_EXPRESSION_NEAREST_H

/** A name that differs from `name` in at most two letters (one, when it has at most four); borrowed, static; or NULL.
 *  Thread: any.   GIL: not needed. */
const char *strobe_nearest_function(const char *name);
const char *strobe_nearest_method(const char *name);

#endif
