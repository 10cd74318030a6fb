/** Reading names and attributes of the program, through the redaction gate. For the rules see evaluation.h. */
#ifndef STROBE_EXPRESSION_LOADS_H
#define STROBE_EXPRESSION_LOADS_H

#include "base/py/attribute.h"
#include "probes/expression/py/value.h"

/**
 * value.name without code of the program: what is stored in the instance, its slots, its classes; and what a built-in
 * type computes from its data (date.year). Not for methods.
 * @param name an exact str; need not be interned
 * @return 0; faults: REDACTED when the name stands for a secret; ATTRIBUTE; UNSAFE when a property, descriptor or
 *         `__getattr__` would run
 */
int strobe_value_attribute(struct strobe_evaluation *evaluation, struct strobe_value value, PyObject *name,
                           struct strobe_value *ret_value);

/* Its two halves, for the machine. */

/** The same without the gate, for a name that the compiler has checked. `cache` may be NULL.
 *  @return 0; 1 when it cannot be read (nothing noted) and why; or a negative code */
int strobe_attribute_load(struct strobe_evaluation *evaluation, struct strobe_value value, PyObject *name,
                          struct strobe_attribute_cache *cache, struct strobe_value *ret_value,
                          enum strobe_attribute_result *ret_result);

/** Note why it cannot be read, and what to read instead. `path`: how the person wrote the value ("order.customer"), or
 *  NULL. @return a negative code */
int strobe_attribute_refuse(struct strobe_evaluation *evaluation, struct strobe_value value, PyObject *name,
                            enum strobe_attribute_result result, const char *path);

#endif
