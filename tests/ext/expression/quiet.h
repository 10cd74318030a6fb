/** What an evaluation may not touch, watched while it runs: allocators, errno, the exception pending, the frame. */
#ifndef STROBE_TEST_QUIET_H
#define STROBE_TEST_QUIET_H

#include <Python.h>
#include <stdbool.h>

struct strobe_quiet {
    PyObject *pending; /* the exception that is set meanwhile; owned */
    void *frame;
    const char *broken; /* after end: what was touched, or NULL; static */
};

/** Let each allocation of Python fail, set an exception and errno. GIL: held, until end. @return 0, or -1 and an
 * exception */
int strobe_quiet_begin(struct strobe_quiet *quiet);

/** Undo that. @return whether everything is as it was; `broken` says what is not */
bool strobe_quiet_end(struct strobe_quiet *quiet);

#endif
