/** Walk a set without its iterator. GIL: held. Sets no exception, allocates nothing. */
#ifndef STROBE_PY_SET_H
#define STROBE_PY_SET_H

#include <Python.h>
#include <stdbool.h>

/**
 * Next element of a set, a frozenset or a subclass at or after `*position` (start with 0), looking at no more than
 * `slots_max` places of the table.   `ret_element` is borrowed; NULL when the search gave up.
 * @return false at the end
 */
bool strobe_set_next(PyObject *set, Py_ssize_t *position, Py_ssize_t slots_max, PyObject **ret_element);

#endif
