/**
 * What reports that code is about to run, begins, ends or raises: `sys.monitoring` (3.12 and later) or a trace function
 * (3.11).
 *
 * Both call strobe_dispatch_...() in the program's threads for what is armed, and nothing else runs there.
 * GIL: held for every function; none releases it, and none runs code of the program.
 */
#ifndef STROBE_PROBES_ENGINE_H
#define STROBE_PROBES_ENGINE_H

#include <Python.h>
#include <stdbool.h>

#include "strobe/error.h"

struct strobe_dispatch;
struct strobe_site;

struct strobe_engine {
    const char *name; /* "monitoring" or "trace", as in hello */

    /** Claim what the engine needs, once. @return 0; STROBE_EUNSUPPORTED or STROBE_EBUSY with what stands against it */
    int (*start)(struct strobe_dispatch *dispatch, struct strobe_error *error);

    /** Have what is armed in `site` reported from now on, also in frames that run already. Called again when that
     *  changes. @return 0 or the reason */
    int (*arm)(struct strobe_dispatch *dispatch, struct strobe_site *site, struct strobe_error *error);

    /** Report nothing more of `site`; its code runs as fast as before. */
    void (*disarm)(struct strobe_dispatch *dispatch, struct strobe_site *site);

    /** Have exceptions reported as dispatch->raises and dispatch->exits_count need it now; called when they change.
     *  @return 0 or the reason */
    int (*watch_exceptions)(struct strobe_dispatch *dispatch, struct strobe_error *error);

    /** About every 50 ms while sites are armed, if `needs_upkeep`: reach threads that are new. */
    void (*upkeep)(struct strobe_dispatch *dispatch);
    bool needs_upkeep;

    /** Give back what start claimed. */
    void (*stop)(struct strobe_dispatch *dispatch);
};

/** The engine of the interpreter compiled for; static. */
const struct strobe_engine *strobe_engine_get(void);

#endif
