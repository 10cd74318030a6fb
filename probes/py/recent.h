/**
 * The exceptions that were seen lately, by identity: an exception is reported by CPython again in each frame it passes,
 * and by programs that raise it again, and a probe wants it once.
 *
 * Addresses are kept, no references: the ring does not keep an exception alive, and an address that is used again is
 * told apart by the traceback (see strobe_recent_is_new). Bounded, no allocation.   GIL: held.
 */
#ifndef STROBE_PROBES_RECENT_H
#define STROBE_PROBES_RECENT_H

#include <Python.h>
#include <stdbool.h>
#include <stdint.h>

#include "strobe/limits.h"

struct strobe_recent {
    const void *address[STROBE_RECENT_EXCEPTIONS_MAX];
    int64_t seen_ns[STROBE_RECENT_EXCEPTIONS_MAX];
};

/**
 * An exception is on its way through a frame: note it.
 * @param traceback as it is now, may be NULL; borrowed
 * @return whether this is the first sight of it: it has passed no frame yet, or was not seen for
 *         STROBE_RECENT_EXCEPTION_MS
 */
bool strobe_recent_is_new(struct strobe_recent *recent, PyObject *exception, PyObject *traceback, int64_t now_ns);

#endif
