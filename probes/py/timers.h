/**
 * Timers under way: from one line to another in the same call, or else the same thread.
 *
 * Where both lines are in one function the frame tells which begin belongs to an end: right for tasks, generators and
 * recursion. Otherwise the thread does. Bounded: when a neighbourhood is full the oldest is forgotten.
 * GIL: held for every function.
 */
#ifndef STROBE_PROBES_TIMERS_H
#define STROBE_PROBES_TIMERS_H

#include <stdint.h>

struct strobe_timer;

struct strobe_timers {
    struct strobe_timer *table; /* NULL: not needed yet */
};

/** Make room, once. @return 0 or STROBE_ENOMEM */
int strobe_timers_prepare(struct strobe_timers *timers);

/** Release the table. */
void strobe_timers_done(struct strobe_timers *timers);

/** The timer of probe `tag` begins in `frame` of `thread` at `now_ns` (CLOCK_MONOTONIC). One under way starts anew. */
void strobe_timers_begin(struct strobe_timers *timers, uint64_t tag, const void *frame, const void *thread,
                         int64_t now_ns);

/** It ends. @return nanoseconds since it began, -1 when none is under way */
int64_t strobe_timers_end(struct strobe_timers *timers, uint64_t tag, const void *frame, const void *thread,
                          int64_t now_ns);

#endif
