/**
 * Generators, coroutines and asynchronous generators, read without advancing them.
 *
 * Thread: any.   GIL: held.   No function here sets a Python exception, allocates, or changes a reference count.
 */
#ifndef STROBE_PY_GENERATOR_H
#define STROBE_PY_GENERATOR_H

#include <Python.h>
#include <stdbool.h>

#include "base/py/frame.h"

enum strobe_generator_state {
    STROBE_GENERATOR_CREATED,
    STROBE_GENERATOR_SUSPENDED,
    STROBE_GENERATOR_RUNNING,
    STROBE_GENERATOR_CLOSED
};

/** What is known of one; pointers are borrowed from it. */
struct strobe_generator {
    enum strobe_generator_state state;
    PyObject *qualname;        /* a str */
    PyCodeObject *code;        /* NULL when it cannot be read any more (closed, before 3.12) */
    struct strobe_frame frame; /* of a generator that is not closed */
    int line;                  /* 1-based, where it stands; 0 unless suspended or running */
    PyObject *awaits;          /* what a suspended one awaits or yields from; NULL: nothing that can be read */
};

/** Whether `object` is exactly a generator, a coroutine or an asynchronous generator. */
bool strobe_generator_check(PyObject *object);

/** Read `object`, which strobe_generator_check() has let pass. */
void strobe_generator_read(PyObject *object, struct strobe_generator *ret_generator);

/** What the awaitable `object` of an `async def` or of C code wraps: a coroutine or future; borrowed; or `object`. */
PyObject *strobe_generator_unwrap(PyObject *object);

#endif
