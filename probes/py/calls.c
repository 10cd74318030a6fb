#include "probes/py/calls.h"

#include <stdbool.h>
#include <stdlib.h>

#include "strobe/error.h"
#include "strobe/limits.h"

/* Places looked at for one frame: a cache line or two. */
enum { NEIGHBOURS = 8 };

struct strobe_call {
    const void *frame; /* NULL: free */
    PyCodeObject *code;
    int64_t began_ns;
};

int strobe_calls_prepare(struct strobe_calls *calls)
{
    if (calls->table == NULL) {
        calls->table = calloc(STROBE_CALLS_MAX + NEIGHBOURS, sizeof *calls->table);
    }
    return calls->table != NULL ? 0 : STROBE_ENOMEM;
}

void strobe_calls_done(struct strobe_calls *calls)
{
    free(calls->table);
    calls->table = NULL;
}

static struct strobe_call *neighbourhood(struct strobe_calls *calls, const void *frame)
{
    uint64_t hash = ((uint64_t)(uintptr_t)frame >> 3) * UINT64_C(0x9E3779B97F4A7C15);
    return &calls->table[(hash >> 32) & (STROBE_CALLS_MAX - 1)];
}

void strobe_calls_begin(struct strobe_calls *calls, const void *frame, PyCodeObject *code, int64_t now_ns)
{
    if (calls->table == NULL) {
        return;
    }
    struct strobe_call *place = neighbourhood(calls, frame);
    struct strobe_call *best = place;
    for (int i = 0; i < NEIGHBOURS; i++) {
        if (place[i].frame == frame) { /* its exit was missed */
            best = &place[i];
            break;
        }
        if (best->frame != NULL && (place[i].frame == NULL || place[i].began_ns < best->began_ns)) {
            best = &place[i];
        }
    }
    *best = (struct strobe_call){frame, code, now_ns};
}

int64_t strobe_calls_end(struct strobe_calls *calls, const void *frame, PyCodeObject *code, int64_t now_ns)
{
    struct strobe_call *place = calls->table != NULL ? neighbourhood(calls, frame) : NULL;
    for (int i = 0; place != NULL && i < NEIGHBOURS; i++) {
        if (place[i].frame == frame) {
            bool same = place[i].code == code;
            place[i].frame = NULL;
            return same ? now_ns - place[i].began_ns : -1;
        }
    }
    return -1;
}
