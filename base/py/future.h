/**
 * asyncio's futures and tasks, of the C implementation and of the Python one, read without calling them.
 *
 * Thread: any.   GIL: held.   No function here sets a Python exception, allocates, or changes a reference count.
 */
#ifndef STROBE_PY_FUTURE_H
#define STROBE_PY_FUTURE_H

#include <Python.h>
#include <stdbool.h>

enum strobe_future_state { STROBE_FUTURE_PENDING, STROBE_FUTURE_CANCELLED, STROBE_FUTURE_FINISHED };

/** What is known of one; pointers are borrowed from it, NULL when there is none. */
struct strobe_future {
    enum strobe_future_state state;
    PyObject *result;
    PyObject *exception;
    PyObject *callback;   /* the first one */
    PyObject *callbacks;  /* a list of tuples, callback first */
    PyObject *awaited_by; /* 3.14 and later: a future, or a set of them */
    bool is_task;
    PyObject *coroutine;
    PyObject *name; /* a str, or an int: the name is Task-N then */
    PyObject *waits_for;
};

/** Make the interned names. May set an exception. @return 0 or STROBE_ENOMEM */
int strobe_future_init(void);

/** Release them. */
void strobe_future_done(void);

/** Read `object`. @return false when it is neither a future nor a task of asyncio, or cannot be read */
bool strobe_future_read(PyObject *object, struct strobe_future *ret_future);

/** The task that runs in the event loop of `tstate`, borrowed; NULL when there is none, or before the init. */
PyObject *strobe_future_current_task(PyThreadState *tstate);

/**
 * The task that goes on when this callback of a future is called: of `task_wakeup`, or of the outer future of
 * gather(), wait_for() and their like as far as it can be seen. Borrowed; NULL when it is none of these.
 */
PyObject *strobe_future_woken_by(PyObject *callback);

/**
 * Whether somebody may learn of how it ends: who awaits it, or a callback written in Python, which may ask for the
 * result. A method of a built-in type is none (`tasks.discard`).
 */
bool strobe_future_is_awaited(const struct strobe_future *future);

#endif
