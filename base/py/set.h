/** Walk a set without its iterator, and look into it without its elements' code. GIL: held. Sets no exception,
 * allocates nothing. */
#ifndef STROBE_PY_SET_H
#define STROBE_PY_SET_H

#include <Python.h>
#include <stdbool.h>

#include "base/py/dict.h"

/**
 * Next element of a set, a frozenset or a subclass at or after `*position` (start with 0), looking at no more than
 * `slots_max` places of the table.   `ret_element` is borrowed; NULL when the search gave up.
 * @return false at the end
 */
bool strobe_set_next(PyObject *set, Py_ssize_t *position, Py_ssize_t slots_max, PyObject **ret_element);

/**
 * Look for an element of that hash which `equal` accepts, as CPython does; as strobe_dict_find_hash().
 * @return 1, 0, or what `equal` returned below 0
 */
int strobe_set_find_hash(PyObject *set, Py_hash_t hash, strobe_key_equal *equal, void *context);

#endif
