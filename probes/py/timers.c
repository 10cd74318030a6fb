#include "probes/py/timers.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#include "strobe/error.h"
#include "strobe/limits.h"

enum { NEIGHBOURS = 16 }; /* timers of one probe in one thread, and chance */

struct strobe_timer {
    uint64_t tag; /* 0: free */
    const void *frame;
    const void *thread;
    int64_t began_ns;
};

int strobe_timers_prepare(struct strobe_timers *timers)
{
    if (timers->table == NULL) {
        timers->table = calloc(STROBE_TIMERS_MAX + NEIGHBOURS, sizeof *timers->table);
    }
    return timers->table != NULL ? 0 : STROBE_ENOMEM;
}

void strobe_timers_done(struct strobe_timers *timers)
{
    free(timers->table);
    timers->table = NULL;
}

/* By probe and thread, so that both ways to find one lead here. */
static struct strobe_timer *neighbourhood(struct strobe_timers *timers, uint64_t tag, const void *thread)
{
    uint64_t hash = (tag ^ (uint64_t)(uintptr_t)thread >> 4) * UINT64_C(0x9E3779B97F4A7C15);
    return &timers->table[(hash >> 32) & (STROBE_TIMERS_MAX - 1)];
}

void strobe_timers_begin(struct strobe_timers *timers, uint64_t tag, const void *frame, const void *thread,
                         int64_t now_ns)
{
    if (timers->table == NULL) {
        return;
    }
    struct strobe_timer *place = neighbourhood(timers, tag, thread);
    struct strobe_timer *best = place;
    for (int i = 0; i < NEIGHBOURS; i++) {
        if (place[i].tag == tag && place[i].frame == frame) {
            best = &place[i];
            break;
        }
        if (best->tag != 0 && (place[i].tag == 0 || place[i].began_ns < best->began_ns)) {
            best = &place[i];
        }
    }
    *best = (struct strobe_timer){tag, frame, thread, now_ns};
}

int64_t strobe_timers_end(struct strobe_timers *timers, uint64_t tag, const void *frame, const void *thread,
                          int64_t now_ns)
{
    struct strobe_timer *place = timers->table != NULL ? neighbourhood(timers, tag, thread) : NULL;
    struct strobe_timer *latest = NULL;
    for (int i = 0; place != NULL && i < NEIGHBOURS; i++) {
        if (place[i].tag != tag || place[i].thread != thread) {
            continue;
        }
        if (place[i].frame == frame) {
            latest = &place[i];
            break;
        }
        if (latest == NULL || place[i].began_ns > latest->began_ns) {
            latest = &place[i];
        }
    }
    if (latest == NULL) {
        return -1;
    }
    latest->tag = 0;
    return now_ns - latest->began_ns;
}
