/** What is allocated at one moment, by place. */
#ifndef STROBE_AGENT_MEMORY_MOMENT_H
#define STROBE_AGENT_MEMORY_MOMENT_H

#include <Python.h>
#include <stdint.h>

#include "agent/memory_places.h"

struct strobe_memory_moment {
    struct strobe_memory_places *places; /* NULL: nothing was traced then */
    int64_t at_ns;                       /* CLOCK_MONOTONIC */
};

/**
 * All traces of tracemalloc now, added up by place. `traces` is `_tracemalloc._get_traces`.
 * GIL: held; CPython reads the traces in one piece (`*ret_held_us`), then the GIL is released now and then. Runs no
 * code of the program, sets no exception.   @return new places, or NULL when memory is exhausted
 */
struct strobe_memory_places *strobe_memory_take(PyObject *traces, int64_t *ret_held_us);

#endif
