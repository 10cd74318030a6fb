/** The thread of a capture. For the rules of snapshot/py see walk.h. */
#ifndef STROBE_SNAPSHOT_THREAD_H
#define STROBE_SNAPSHOT_THREAD_H

#include "snapshot/py/walk.h"

/** Put the thread's number as the system knows it and its name, an empty one when it cannot be read. */
void strobe_thread_write(struct strobe_walk *walk, const PyThreadState *tstate);

/** The name of a thread as UTF-8 with a NUL, cut at STROBE_NAME_BYTES_MAX. @return false when it cannot be read */
bool strobe_thread_name(const PyThreadState *tstate, char ret_name[STROBE_NAME_BYTES_MAX + 1]);

/** Give back what strobe_thread_write() has found out about the threading module. GIL: held. */
void strobe_thread_done(void);

#endif
