/** The modules that are loaded, with their files. GIL: held, on a thread where Python may allocate. Sets no exception.
 */
#ifndef STROBE_PY_MODULE_H
#define STROBE_PY_MODULE_H

#include <Python.h>
#include <stdbool.h>

/** A module that came from a file; borrowed. */
struct strobe_module {
    PyObject *name;    /* exact str: the key in sys.modules */
    PyObject *file;    /* exact str: its __file__ */
    PyObject *globals; /* dict */
};

/**
 * Next such module of sys.modules; `*position` starts at 0. Reads nothing but dictionaries, so no code of the program
 * runs; none may run meanwhile.   @return false at the end
 */
bool strobe_module_next(Py_ssize_t *position, struct strobe_module *ret_module);

/** The dictionary of the module that sys.modules has under `name`, or NULL; borrowed. */
PyObject *strobe_module_globals(const char *name);

/** What a module's dictionary has under `name`, or NULL; borrowed. No __getattr__ of the module runs. */
PyObject *strobe_module_attribute(PyObject *globals, const char *name);

/**
 * What the module that is loaded under `module_name` has under `name`, or NULL; borrowed. Both are interned; allocates
 * nothing, so that a probe's hit may ask.
 */
PyObject *strobe_module_find(PyObject *module_name, PyObject *name);

#endif
