/** Look-ups in dictionaries that call no __hash__ or __eq__ of the program. */
#ifndef STROBE_PY_DICT_H
#define STROBE_PY_DICT_H

#include <Python.h>
#include <stdbool.h>

/** Whether a key that is in a table is the one looked for. @return 1, 0, or a negative code that ends the search */
typedef int strobe_key_equal(void *context, PyObject *key);

/**
 * Look for a key of that hash which `equal` accepts, as CPython does, in `dict` (a dict or a subclass: its base data).
 * GIL: held.   Sets no exception, allocates nothing, runs no code but `equal`, which may not change the dict.
 * @return 1 and the entry, borrowed; 0 when it is absent; or what `equal` returned below 0
 */
int strobe_dict_find_hash(PyObject *dict, Py_hash_t hash, strobe_key_equal *equal, void *context, PyObject **ret_key,
                          PyObject **ret_value);

/** The dict behind dict.keys(), .values() or .items() of a dict; borrowed. GIL: held. */
PyObject *strobe_dict_of_view(PyObject *view);

/** What is behind a types.MappingProxyType; borrowed; NULL when its layout is not known. GIL: held. */
PyObject *strobe_dict_proxied(PyObject *proxy);

/** Whether the storage is a dict's: dict, frozendict (3.15) and what derives from them. */
bool strobe_dict_check(PyObject *object);

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
