/** The GIL in the child of a fork that Python was not told of. */
#ifndef STROBE_PY_GIL_H
#define STROBE_PY_GIL_H

#include <Python.h>

/**
 * Nobody waits for the GIL any more: the threads that did were not copied. Python's own os.fork() does the same.
 * Without this the child hangs when it lets go of the GIL next: it waits for one of them to take it. Thread: the only
 * one, in the child, with `tstate` attached.
 */
void strobe_gil_forget_waiters(PyThreadState *tstate);

#endif
