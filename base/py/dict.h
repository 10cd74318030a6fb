/** Look-ups in dictionaries that call no __hash__ or __eq__ of the program. */
#ifndef STROBE_PY_DICT_H
#define STROBE_PY_DICT_H

#include <Python.h>

/**
 * The value of `name` (an exact str) in `dict` (a dict or a subclass: its base data), or NULL; borrowed. A dict whose
 * keys are all exact str is hashed; any other is scanned, and only its exact str keys can match.
 * GIL: held.   Sets no exception, allocates nothing.
 */
PyObject *strobe_dict_get(PyObject *dict, PyObject *name);

/**
 * How many places PyDict_Next() may look at to walk `dict`: live entries and those removed since the table was built.
 * GIL: held.
 */
Py_ssize_t strobe_dict_slots(PyObject *dict);

/** Whether two exact str are equal. GIL: held. Sets no exception. */
int strobe_str_equal(PyObject *a, PyObject *b);

#endif
