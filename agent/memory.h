/**
 * The memory action: CPython's own tracemalloc, started on request, and a census of live objects by type.
 *
 * All of it runs on the worker, under the GIL, in pieces; no code of the program runs. Only `_tracemalloc`'s and `gc`'s
 * own C functions are called, fetched at the start before the program could replace them.
 */
#ifndef STROBE_AGENT_MEMORY_H
#define STROBE_AGENT_MEMORY_H

#include <Python.h>
#include <stdbool.h>
#include <stdint.h>

#include "agent/memory_moment.h"
#include "agent/memory_probes.h"
#include "wire/codec.h"

struct strobe_memory {
    PyObject *start, *stop, *is_tracing, *traces, *tracer_bytes, *frames; /* functions of _tracemalloc; NULL: none */
    PyObject *objects;                                                    /* gc.get_objects */
    int64_t rss_bytes_max;                                                /* larger processes are not traced */
    bool own;      /* the agent started the tracing: it stops when neither `watching` nor a probe needs it */
    bool watching; /* start was asked for: there is a moment to compare with */
    int64_t began_ns;
    struct strobe_memory_moment first, last;
    char ended[256]; /* why tracing ended by itself; empty: it did not */
    struct strobe_memory_probe probes[STROBE_MEMORY_PROBES_MAX];
    size_t probes_count; /* of those, in use */
};

/** Fetch the functions. GIL: held. Sets no exception; without them the action is refused. */
void strobe_memory_init(struct strobe_memory *memory);

/** Stop what was started, release everything. GIL: held. */
void strobe_memory_done(struct strobe_memory *memory);

/** In the child of a fork: what the parent traces is not traced here. GIL: held. */
void strobe_memory_after_fork(struct strobe_memory *memory);

/** Whether strobe_memory_upkeep() has something to look after. Thread: worker; needs no GIL. */
bool strobe_memory_needs_upkeep(const struct strobe_memory *memory);

/** End tracing that takes too long or too much. Thread: worker.   GIL: held. */
void strobe_memory_upkeep(struct strobe_memory *memory);

/**
 * Do what is asked. Thread: worker.   GIL: held; released now and then.
 * @return 0 with an answer to be released with strobe_wire_struct_done(), STROBE_EDENIED (refused, with the reason),
 * STROBE_EINVAL, STROBE_ENOMEM, STROBE_EINTERNAL
 */
int strobe_memory_answer(struct strobe_memory *memory, const struct strobe_wire_memory_request *request,
                         struct strobe_wire_memory *ret_answer, struct strobe_error *error);

/* ---- For probes ---- */

/** Have allocations traced, unless they are. GIL: held.
 *  @return 0; STROBE_EDENIED (too large a process, no tracemalloc), STROBE_EINTERNAL */
int strobe_memory_trace(struct strobe_memory *memory, int frames, struct strobe_error *error);

/** Stop what the agent started when nobody needs it. GIL: held. */
void strobe_memory_rest(struct strobe_memory *memory);

/** Whether allocations are traced now, by whomever. GIL: held. */
bool strobe_memory_is_traced(const struct strobe_memory *memory);

/** What is allocated now, as strobe_memory_take(), unless that would take too long.
 *  @return 0; STROBE_EDENIED (not traced, too many traces), STROBE_ENOMEM */
int strobe_memory_moment_take(struct strobe_memory *memory, struct strobe_memory_moment *ret_moment,
                              int64_t *ret_held_us, struct strobe_error *error);

/** What is the same in every answer: whether it traces, how much that takes. GIL: held. */
void strobe_memory_fill_state(struct strobe_memory *memory, struct strobe_wire_memory *answer);

/** census.c: live objects by type. As strobe_memory_answer(). */
int strobe_memory_census(struct strobe_memory *memory, size_t top, struct strobe_wire_memory *ret_answer,
                         struct strobe_error *error);

#endif
