/**
 * A code object in which probes stand.
 *
 * Sites are changed by the worker (and by the watcher of new modules) and read by the program's threads, all under the
 * GIL, so no lock is needed and a callback sees a change whole.
 */
#ifndef STROBE_PROBES_SITE_H
#define STROBE_PROBES_SITE_H

#include <Python.h>
#include <stdbool.h>
#include <stdint.h>

#include "probes/expression/py/quick.h"
#include "probes/probe.h"
#include "probes/py/code_points.h"
#include "probes/py/script.h"

/** What a probe waits for. */
enum strobe_event {
    STROBE_EVENT_LINE,      /* a line is about to run */
    STROBE_EVENT_ENTRY,     /* a call begins; of generators and coroutines the first start */
    STROBE_EVENT_EXIT,      /* a call ends, by return or by exception; of generators the end, not a yield */
    STROBE_EVENT_RAISE,     /* an exception is raised */
    STROBE_EVENT_UNHANDLED, /* an exception leaves the outermost frame of a thread */
};

/** What a probe does at a place. */
enum strobe_role {
    STROBE_ROLE_ACT,   /* its action */
    STROBE_ROLE_BEGIN, /* a timer begins */
    STROBE_ROLE_END,   /* and ends */
};

/** One probe at one place of one code object. */
struct strobe_armed {
    enum strobe_event event; /* LINE, ENTRY or EXIT */
    int line;                /* 1-based; LINE only, else 0 */
    struct strobe_probe *probe;
    enum strobe_role role;
    bool plain; /* the only one at its line, and acts on a condition: nearly always it finds that false */
    struct strobe_quick quick;                 /* of the condition */
    const struct strobe_expression *condition; /* of the script; NULL: always */
    const struct strobe_script *script;        /* the registry keeps it alive */
    int16_t *binding;                          /* of the script; the condition's stands first */
};

struct strobe_site {
    PyCodeObject *code; /* strong while the site exists */
    struct strobe_armed *armed;
    size_t armed_count;
    unsigned events;          /* bit of each enum strobe_event that is armed here */
    unsigned long lines_mask; /* bit (line mod 64) set: some probe may stand there */

    /* Of the engine. */
    struct strobe_point *points; /* not NULL: lines are found by instruction, not by LINE */
    size_t points_count;
    bool points_lead;      /* some of them are LEADs */
    bool reported;         /* the engine has events of this code on */
    const void *led_frame; /* of points: the frame that was at a LEAD when it was seen last; NULL: it was elsewhere */
    int led_line;          /* of the LEAD */

    /* Of the dispatch. */
    bool changed; /* the engine does not know it as it is now */
    struct strobe_site *next_changed;
};

/** New site without probes; takes a reference to `code`. NULL when memory is exhausted. GIL: held. */
struct strobe_site *strobe_site_new(PyCodeObject *code);

/** Release it with what stands there. GIL: held. */
void strobe_site_free(struct strobe_site *site);

/** A place to stand: what for, where, and what to do. */
struct strobe_stand {
    enum strobe_event event;
    int line; /* LINE only, else 0 */
    enum strobe_role role;
    struct strobe_probe *probe;
    const struct strobe_script *script;
};

/** Stand here. GIL: held. @return 0 or STROBE_ENOMEM */
int strobe_site_add(struct strobe_site *site, const struct strobe_stand *stand);

/** Take `probe` away. GIL: held. @return whether it stood here */
bool strobe_site_drop(struct strobe_site *site, const struct strobe_probe *probe);

/** Whether `probe` stands here in this role. */
bool strobe_site_has(const struct strobe_site *site, const struct strobe_probe *probe, enum strobe_role role);

/** The lines where probes stand, ascending: a new array for free(), NULL when memory is exhausted. */
int *strobe_site_lines(const struct strobe_site *site, size_t *ret_count);

/** Whether some probe waits for `event` here. */
static inline bool strobe_site_awaits(const struct strobe_site *site, enum strobe_event event)
{
    return (site->events >> event & 1) != 0;
}

/** The plain one at `line`, or NULL. */
static inline const struct strobe_armed *strobe_site_plain_at(const struct strobe_site *site, int line)
{
    const struct strobe_armed *end = site->armed + site->armed_count;
    for (const struct strobe_armed *armed = site->armed; armed < end; armed++) {
        if (armed->line == line && armed->plain) {
            return armed;
        }
    }
    return NULL;
}

/** Whether some probe may stand at `line`; false is certain. */
static inline bool strobe_site_wants(const struct strobe_site *site, int line)
{
    return (site->lines_mask >> (line & 63) & 1) != 0;
}

#endif
