/** Long work under the GIL, cut into slices between which the program's threads run. */
#ifndef STROBE_PROBES_SLICE_H
#define STROBE_PROBES_SLICE_H

#include <Python.h>
#include <stdint.h>
#include <time.h>

#include "base/clock.h"
#include "strobe/limits.h"

struct strobe_slice {
    int64_t began_ns;
};

/** Work begins now. */
static inline struct strobe_slice strobe_slice_begin(void)
{
    return (struct strobe_slice){strobe_clock_monotonic_ns()};
}

/**
 * Release the GIL for a moment when the slice is used up. GIL: held before and after; anything may happen between, so
 * call it only where nothing borrowed is in hand.
 */
static inline void strobe_slice_pause(struct strobe_slice *slice)
{
    if (strobe_clock_monotonic_ns() - slice->began_ns < STROBE_SLICE_NS_MAX) {
        return;
    }
    PyThreadState *thread = PyEval_SaveThread();
    struct timespec moment = {.tv_nsec = 10000}; /* without it we would have the GIL back before who waits wakes up */
    nanosleep(&moment, NULL);
    PyEval_RestoreThread(thread);
    slice->began_ns = strobe_clock_monotonic_ns();
}

#endif
