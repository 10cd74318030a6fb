/**
 * Attributes of any object, read without running code: no property, __getattr__, descriptor or metaclass hook, and
 * without creating an instance dict that was not there.
 *
 * Thread: any.   GIL: held.   No function here sets a Python exception, allocates, or changes a reference count.
 */
#ifndef STROBE_PY_ATTRIBUTE_H
#define STROBE_PY_ATTRIBUTE_H

#include <Python.h>
#include <stdbool.h>

#include "base/py/dict.h"

/** Why an attribute cannot be read. */
enum strobe_attribute_result {
    STROBE_ATTRIBUTE_FOUND,
    STROBE_ATTRIBUTE_ABSENT,     /* no such attribute in instance, slots or class */
    STROBE_ATTRIBUTE_COMPUTED,   /* a property or descriptor: reading would run code */
    STROBE_ATTRIBUTE_UNREADABLE, /* this type's storage is not known */
};

/**
 * Read attribute `name` (an exact, interned str) of `object`: instance values, instance dict, __slots__, then plain
 * values in the classes of the MRO.   `ret_value` is borrowed from the object.
 */
enum strobe_attribute_result strobe_attribute_get(PyObject *object, PyObject *name, PyObject **ret_value);

/** The version of a type: changes with the type, given once in the process; 0 when it has none now. */
unsigned int strobe_type_version(PyTypeObject *type);

/**
 * What is known of one name in one type, so that the next look-up of the same is a few loads. Zero-initialised;
 * changed only under the GIL. Valid while the type's version tag stands, which CPython never gives twice.
 */
struct strobe_attribute_cache {
    PyTypeObject *type;
    unsigned int version;
    int how; /* private to attribute.c */
    Py_ssize_t place;
    PyObject *class_value; /* borrowed from the type */
};

/** strobe_attribute_get() with a memory; the same answer. */
enum strobe_attribute_result strobe_attribute_get_cached(PyObject *object, PyObject *name,
                                                         struct strobe_attribute_cache *cache, PyObject **ret_value);

/**
 * The value among the inline values of `object` where the cache says that it stands: the short cut of the above for the
 * commonest kind of object. Borrowed; NULL when it is not there or anything else is the case, so ask the above.
 */
PyObject *strobe_attribute_get_noted(PyObject *object, const struct strobe_attribute_cache *cache);

/** Position of a walk over the fields of one object; zero-initialised. */
struct strobe_attribute_walk {
    int stage;
    Py_ssize_t position;
    Py_ssize_t type_index;
};

/**
 * Next field stored in the object itself (instance values, instance dict with str keys, slots): name and value
 * borrowed. @return false at the end. The object may not change meanwhile: no Python code may run.
 */
bool strobe_attribute_next(PyObject *object, struct strobe_attribute_walk *walk, PyObject **ret_name,
                           PyObject **ret_value);

/**
 * Look for the name of an attribute, in the object itself and in the classes of its MRO, that `equal` accepts: when the
 * name is known by its characters only.
 * @return 1 and the name, an exact str, borrowed; 0 when there is none; or what `equal` returned below 0
 */
int strobe_attribute_find_name(PyObject *object, strobe_key_equal *equal, void *context, PyObject **ret_name);

#endif
