/** What an expression reads and what of it is refused, as Python's own values: for `strobe check` and tests. */
#ifndef STROBE_AGENT_EXPLAIN_H
#define STROBE_AGENT_EXPLAIN_H

#include <Python.h>
#include <stdbool.h>

/**
 * A new dict: `status` ("OK" or the name of the error), `message`, `cost`, `instructions`, and `findings`, a list of
 * dicts with kind, name, line, column, end_line, end_column, message, suggestion.   GIL: held.
 * @return NULL with an exception set on failure
 */
PyObject *strobe_explain(const char *source, bool is_template);

#endif
