/**
 * Greenlets that are suspended: their frames and parents, read without calling greenlet.
 *
 * What greenlet keeps of one is a C++ object whose layout differs between its versions, and between those of CPython.
 * So it is searched, as bare bytes, for what must be in it: itself, its innermost frame object, greenlets. What does
 * not fit is no greenlet that can be read. Its frames are whole: where C code called Python between them, greenlet has
 * taken the interpreter's own frames, which lie on the C stack, out of the chain when it switched away (since 3.0.2).
 *
 * GIL: held throughout; nothing changes meanwhile. No function here allocates, calls the program, or changes a
 * reference count.
 */
#ifndef STROBE_PY_GREENLET_H
#define STROBE_PY_GREENLET_H

#include <Python.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/own_memory.h"
#include "base/pointer_map.h"

/** One that is suspended. */
struct strobe_greenlet {
    uintptr_t frame;  /* its innermost frame, for strobe_bare_frame_read() */
    uintptr_t parent; /* 0: none, or not found */
};

/** The class of greenlets; NULL when the program has not loaded greenlet, or a version that cannot be read. */
PyTypeObject *strobe_greenlet_type(void);

/** `type` itself when it is that class, as found in a module; else NULL. Any object may be asked about. */
PyTypeObject *strobe_greenlet_type_of(PyObject *type);

/** Whether `object` is a greenlet. */
bool strobe_greenlet_check(PyObject *object, PyTypeObject *type);

/**
 * Read `object`, a greenlet. `known` has all greenlets as keys: a parent is one of them.
 * @return false when it is not suspended: it runs, has not begun, or has ended
 */
bool strobe_greenlet_read(struct strobe_own_memory *memory, PyObject *object, const struct strobe_pointer_map *known,
                          struct strobe_greenlet *ret_greenlet);

enum { STROBE_GREENLET_WORDS = 37 }; /* of what greenlet keeps of a greenlet; some may be behind it */

/**
 * The words of what greenlet keeps of the object at `greenlet`, which may be none: then they are anything.
 * @return false when there is nothing, or no object of exactly `type` unless that is NULL
 */
bool strobe_greenlet_read_inner(struct strobe_own_memory *memory, uintptr_t greenlet, const PyTypeObject *type,
                                uintptr_t ret_words[STROBE_GREENLET_WORDS]);

#endif
