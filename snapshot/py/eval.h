/** Which function of the interpreter's own code is its loop. */
#ifndef STROBE_SNAPSHOT_EVAL_H
#define STROBE_SNAPSHOT_EVAL_H

/**
 * Find the interpreter's loop and tell snapshot/native.h: builds that were optimised as a whole have no symbol where it
 * runs. Runs two small Python functions of our own. Not being able to find it is no failure.
 * Thread: where Python may run. GIL: held. Sets no exception.
 */
void strobe_eval_find(void);

#endif
