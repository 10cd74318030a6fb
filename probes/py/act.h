/**
 * A hit and its probe: condition, limits, action, budget, with a gate for each outcome.
 *
 * Thread: the program's, inside a callback; GIL held. No Python code runs, no exception is set.
 */
#ifndef STROBE_PROBES_ACT_H
#define STROBE_PROBES_ACT_H

#include "probes/py/dispatch.h"

/** The probe of `hit` is reached in `role`: everything that follows. `binding` is of `script`. */
void strobe_act(struct strobe_dispatch *dispatch, const struct strobe_script *script, const int16_t *binding,
                enum strobe_role role, const struct strobe_hit *hit);

/** Whether the probe acts here at all for now: it is not ended and not suspended. */
static inline bool strobe_act_is_wanted(const struct strobe_probe *probe)
{
    return probe->resumes_ns == 0;
}

#endif
