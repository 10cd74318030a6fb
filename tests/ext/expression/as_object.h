/** Values of expressions as Python objects, for tests that compare them with what Python's own eval() gives. */
#ifndef STROBE_TEST_AS_OBJECT_H
#define STROBE_TEST_AS_OBJECT_H

#include "probes/expression/py/value.h"

/**
 * A new reference to an equal object; computed containers are copied deeply, an ITERATOR becomes an iterator.
 * GIL: held.   @return NULL and an exception on failure
 */
PyObject *strobe_test_as_object(struct strobe_value value);

#endif
