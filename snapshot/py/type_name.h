/** Names of types as people write them. For the rules of snapshot/py see walk.h. */
#ifndef STROBE_SNAPSHOT_TYPE_NAME_H
#define STROBE_SNAPSHOT_TYPE_NAME_H

#include <Python.h>
#include <stdbool.h>
#include <stddef.h>

#define STROBE_TYPE_NAME_BYTES 512

/** Write `module.Class`, builtins without module, as UTF-8 without NUL. @return its size */
size_t strobe_type_name(PyTypeObject *type, char ret_name[STROBE_TYPE_NAME_BYTES]);

/**
 * The first of `type` and its bases that is not made by a class statement: where C code laid out the memory. Never
 * NULL.
 */
PyTypeObject *strobe_type_native(PyTypeObject *type);

/** Whether instances hold data in C that is reachable neither as attribute nor as member. */
bool strobe_type_is_opaque(PyTypeObject *type);

#endif
