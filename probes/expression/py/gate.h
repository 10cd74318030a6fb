/**
 * The gate in front of secrets that stand in containers: a value behind a secret key, the second of a pair (name,
 * value), the "value" of {"name": ..., "value": ...}, a field of a named tuple. The same rules as captures have.
 * For the rules see evaluation.h.
 */
#ifndef STROBE_EXPRESSION_GATE_H
#define STROBE_EXPRESSION_GATE_H

#include "probes/expression/py/value.h"

/** Fault REDACTED when the value behind `key` of `dict` is a secret. @return 0 or a negative code */
int strobe_gate_entry(struct strobe_evaluation *evaluation, struct strobe_value dict, struct strobe_value key);

/** The same of item `index` of a list or tuple of `count` items, whose first item is `first`. */
int strobe_gate_item(struct strobe_evaluation *evaluation, struct strobe_value sequence, Py_ssize_t index,
                     Py_ssize_t count, struct strobe_value first);

#endif
