/**
 * What reports that a line is about to run: `sys.monitoring` (3.12 and later) or line events of a trace function
 * (3.11).
 *
 * Both call strobe_dispatch_line() in the program's threads for the lines of armed sites, and nothing else runs there.
 * GIL: held for every function.
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

    /** Have the lines of `site` reported from now on, also in frames that run already. Called again when the site's
     *  lines change. @return 0 or the reason */
    int (*arm)(struct strobe_dispatch *dispatch, struct strobe_site *site, struct strobe_error *error);

    /** Report nothing more of `site`; its code runs as fast as before. */
    void (*disarm)(struct strobe_dispatch *dispatch, struct strobe_site *site);

    /** About every 50 ms while sites are armed, if `needs_upkeep`: reach threads that are new. */
    void (*upkeep)(struct strobe_dispatch *dispatch);
    bool needs_upkeep;

    /** Give back what start claimed. */
    void (*stop)(struct strobe_dispatch *dispatch);
};

/** The engine of the interpreter compiled for; static. */
const struct strobe_engine *strobe_engine_get(void);

#endif
