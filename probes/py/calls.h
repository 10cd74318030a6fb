/**
 * When the calls that are under way began, for the elapsed time at their exit.
 *
 * The key is the frame: one for each call, in recursion too, and a generator or coroutine keeps its frame while it is
 * suspended, in whatever thread or task it goes on. The table is bounded: when a neighbourhood is full, the call that
 * began first is forgotten, and its exit has no elapsed time. So a missing exit costs nothing (CPython 3.13.0
 * to 3.13.11 report none when a suspended generator is closed, gh-140373). GIL: held for every function.
 */
#ifndef STROBE_PROBES_CALLS_H
#define STROBE_PROBES_CALLS_H

#include <Python.h>
#include <stdint.h>

struct strobe_call;

struct strobe_calls {
    struct strobe_call *table; /* NULL: not needed yet */
};

/** Make room, once. @return 0 or STROBE_ENOMEM */
int strobe_calls_prepare(struct strobe_calls *calls);

/** Release the table. */
void strobe_calls_done(struct strobe_calls *calls);

/** The call of `code` in `frame` begins at `now_ns` (CLOCK_MONOTONIC). */
void strobe_calls_begin(struct strobe_calls *calls, const void *frame, PyCodeObject *code, int64_t now_ns);

/** It ends. @return nanoseconds since it began, -1 when that is not known */
int64_t strobe_calls_end(struct strobe_calls *calls, const void *frame, PyCodeObject *code, int64_t now_ns);

#endif
