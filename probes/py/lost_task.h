/** Tasks of asyncio whose exceptions nobody waits for. Thread: the program's, in a callback. GIL: held. */
#ifndef STROBE_PROBES_LOST_TASK_H
#define STROBE_PROBES_LOST_TASK_H

#include "base/py/frame.h"

/**
 * Whether what leaves `frame` ends the running task while nobody waits for it: the frame is that of the task's own
 * coroutine, no other task awaits it and no callback written in Python will see it. Whether somebody asks for the
 * result later cannot be known.
 */
bool strobe_lost_task_ends(PyThreadState *tstate, struct strobe_frame frame);

#endif
