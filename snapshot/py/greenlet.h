/** The greenlet that a capture is taken in. For the rules of snapshot/py see walk.h. */
#ifndef STROBE_SNAPSHOT_GREENLET_H
#define STROBE_SNAPSHOT_GREENLET_H

#include "base/py/frame.h"
#include "snapshot/py/walk.h"

/**
 * Put the greenlet that the calling thread runs, when the program has loaded greenlet and uses it in this thread.
 * `outermost` is the first frame of the stack, whose function is what the greenlet runs; its `internal` is NULL when
 * the stack was not followed so far.
 */
void strobe_greenlet_write(struct strobe_walk *walk, struct strobe_frame outermost);

/** Put nothing: the capture is of a thread that does not run. */
void strobe_greenlet_write_none(struct strobe_walk *walk);

#endif
