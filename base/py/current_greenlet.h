/**
 * The greenlet that the calling thread runs, read without calling greenlet: its C API makes a main greenlet in a thread
 * that has none, and frees the greenlets of that thread that others let go, whose finalizers are the program's code.
 *
 * greenlet keeps it behind a thread-local variable of its module. Where that variable stands among the module's is
 * found once, in the first thread that has greenlets, by what must be true of what it points to; what does not fit is
 * not believed, and then nothing is said of greenlets. Where base/thread_block.h finds nothing, neither does this.
 *
 * Thread: the one whose greenlet it is.   GIL: held.   No function here allocates a Python object, changes a reference
 * count, or runs code of the program.
 */
#ifndef STROBE_PY_CURRENT_GREENLET_H
#define STROBE_PY_CURRENT_GREENLET_H

#include <Python.h>
#include <stdbool.h>

struct strobe_current_greenlet {
    PyObject *greenlet; /* borrowed: of `type` or a class below it */
    bool is_main;       /* the one that a thread begins with */
};

/**
 * `type` is the class of greenlets, see strobe_greenlet_type_of(). A call for which there is something to find takes
 * some 150 us and 260 KiB for a moment, any other below 0.1 us.
 * @return false when the thread has not used greenlets, or this version of greenlet cannot be read
 */
bool strobe_current_greenlet_read(PyTypeObject *type, struct strobe_current_greenlet *ret_current);

#endif
