/** Values that somebody asked for beside the variables. For the rules of snapshot/py see walk.h. */
#ifndef STROBE_SNAPSHOT_WATCH_H
#define STROBE_SNAPSHOT_WATCH_H

#include <stddef.h>

#include "snapshot/py/capture.h"
#include "snapshot/py/walk.h"

/** Make the objects of `watches` the first values of the walk; call it before the variables are written. */
void strobe_watches_refer(struct strobe_walk *walk, const struct strobe_capture_watch *watches, size_t count);

/** Put the list, with the numbers that the objects got. */
void strobe_watches_write(struct strobe_walk *walk, const struct strobe_capture_watch *watches, size_t count);

#endif
