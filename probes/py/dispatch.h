/**
 * From a line that is about to run to the probes that stand there: condition, limits, hit.
 *
 * A site is a code object with armed lines. Sites are changed by the worker and read by the program's threads, both
 * under the GIL, so no lock is needed and a callback sees a change whole.
 */
#ifndef STROBE_PROBES_DISPATCH_H
#define STROBE_PROBES_DISPATCH_H

#include <Python.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "base/pointer_map.h"
#include "base/py/frame.h"
#include "base/token_bucket.h"
#include "probes/expression/py/expression.h"
#include "probes/probe.h"
#include "probes/py/engine.h"

/** One probe at one line of one code object. */
struct strobe_armed {
    int line; /* 1-based */
    struct strobe_probe *probe;
    const struct strobe_expression *condition; /* NULL: always; the registry keeps it alive */
    int16_t *binding;
};

/** A code object with armed lines. */
struct strobe_site {
    PyCodeObject *code; /* strong while the site exists */
    struct strobe_armed *armed;
    size_t armed_count;
    unsigned long lines_mask; /* bit (line mod 64) set: some probe may stand there */
};

/** One hit, as the probe layer hands it to the agent; valid during the call. */
struct strobe_hit {
    struct strobe_probe *probe;
    struct strobe_frame frame;
    PyThreadState *tstate;
    int line; /* 1-based */
};

/**
 * Act on a hit: copy what is wanted. Runs in the program's thread under the GIL; runs no Python code, sets no
 * exception.
 * @return whether it was captured; false counts as dropped
 */
typedef bool strobe_hit_handler(void *user, const struct strobe_hit *hit);

struct strobe_dispatch {
    const struct strobe_engine *engine;
    struct strobe_pointer_map sites; /* code object -> site */
    struct strobe_token_bucket process_rate;
    strobe_hit_handler *on_hit;
    void (*on_ended)(void *user); /* a probe came to its end: disarm it soon. Program's thread, GIL held */
    void *user;
    atomic_uint_fast64_t callback_ns; /* time in the program's threads: captures measured, the rest sampled */
    unsigned sample;
    void *engine_state;
};

/** Start without sites and without an engine. */
void strobe_dispatch_init(struct strobe_dispatch *dispatch, strobe_hit_handler *on_hit, void (*on_ended)(void *user),
                          void *user);

/** Release the sites that are left (they must be disarmed). GIL: held. */
void strobe_dispatch_done(struct strobe_dispatch *dispatch);

/**
 * Stand `probe` at `line` of `code`; makes the site when there is none. Does not arm the engine.
 * GIL: held.   @return 0 and the site (borrowed), or STROBE_ENOMEM
 */
int strobe_dispatch_add(struct strobe_dispatch *dispatch, PyCodeObject *code, int line, struct strobe_probe *probe,
                        const struct strobe_expression *condition, struct strobe_site **ret_site);

/** Take `probe` away from every site, arming or disarming the engine as needed. GIL: held. */
void strobe_dispatch_remove(struct strobe_dispatch *dispatch, struct strobe_probe *probe);

/** Whether `probe` stands in `code` already. GIL: held. */
bool strobe_dispatch_has(const struct strobe_dispatch *dispatch, PyCodeObject *code, const struct strobe_probe *probe);

/** The site of `code`, or NULL. */
static inline struct strobe_site *strobe_dispatch_site(const struct strobe_dispatch *dispatch, PyCodeObject *code)
{
    return strobe_pointer_map_get(&dispatch->sites, code);
}

/** Whether some probe of `site` may stand at `line`; false is certain. */
static inline bool strobe_site_wants(const struct strobe_site *site, int line)
{
    return (site->lines_mask >> (line & 63) & 1) != 0;
}

/**
 * A line of `site` is about to run in the innermost frame of this thread. Preserves a pending exception and errno.
 * Thread: the program's.   GIL: held.
 * @return whether a probe stands at this line (else the engine need not report it again)
 */
bool strobe_dispatch_line(struct strobe_dispatch *dispatch, struct strobe_site *site, int line);

#endif
