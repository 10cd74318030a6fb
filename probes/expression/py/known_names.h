/** Whether the names of an expression exist where it will run, so that a typing error shows when the probe is set. */
#ifndef STROBE_PROBES_KNOWN_NAMES_H
#define STROBE_PROBES_KNOWN_NAMES_H

#include <Python.h>

#include "probes/expression/py/expression.h"

/**
 * Look for the names of `expression` among the variables of `code`, the globals of its module and the builtins. When
 * the module cannot be found (exec, class bodies), nothing can be said: 0.   GIL: held. Sets no exception.
 * @return 0, or STROBE_ENOTFOUND with a message that names the first unknown one and what there is, or a function that
 *         is called but is the program's own
 */
int strobe_known_names_check(const struct strobe_expression *expression, PyCodeObject *code,
                             struct strobe_error *error);

#endif
