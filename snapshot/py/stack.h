/** The frames of a capture. For the rules of snapshot/py see walk.h. */
#ifndef STROBE_SNAPSHOT_STACK_H
#define STROBE_SNAPSHOT_STACK_H

#include "base/py/frame.h"
#include "snapshot/py/walk.h"

/**
 * Put `frame`, which executes `line`, and its callers, with the variables of the innermost if they are wanted; the
 * variables become the first values of the walk. Uses at most half of the image.
 * @return the outermost frame; its `internal` is NULL when the stack is deeper than STROBE_CAPTURE_STACK_MAX
 */
struct strobe_frame strobe_stack_write(struct strobe_walk *walk, struct strobe_frame frame, int line, bool with_locals);

#endif
