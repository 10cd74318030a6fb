/** The asyncio task of a capture, and who awaits it. For the rules of snapshot/py see walk.h. */
#ifndef STROBE_SNAPSHOT_AWAIT_CHAIN_H
#define STROBE_SNAPSHOT_AWAIT_CHAIN_H

#include "snapshot/py/walk.h"

/**
 * Put the task that runs in the thread's event loop, if one does, and the tasks that wait for it up to the root task,
 * each with the frames of its coroutine, innermost first.
 */
void strobe_await_chain_write(struct strobe_walk *walk, PyThreadState *tstate);

#endif
