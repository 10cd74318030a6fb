/**
 * What happens when probes cost more than the budget: first the rate of captures is cut, then the costliest probe
 * rests. Thread: the program's; GIL held.
 */
#ifndef STROBE_PROBES_SHED_H
#define STROBE_PROBES_SHED_H

#include "probes/py/dispatch.h"

/** Callbacks of which one is timed and stands for so many: two clock reads cost more than a condition. */
enum { STROBE_SAMPLE_EVERY = 64 };

/**
 * `probe` cost the program's thread `cost_ns` until `now_ns`: account for it, and shed when the budget is exceeded.
 * `is_capture`: for a capture or a log line, which a lower rate makes cheaper.
 */
void strobe_shed_spend(struct strobe_dispatch *dispatch, struct strobe_probe *probe, int64_t cost_ns, bool is_capture,
                       int64_t now_ns);

/**
 * One pass of `probe` without a capture took `spent_ns`, two readings of the clock included: it stands for
 * STROBE_SAMPLE_EVERY passes. One that took long stands for itself (the system may have run others meanwhile), and from
 * then on each pass is timed until they are short again.
 */
void strobe_shed_sample(struct strobe_dispatch *dispatch, struct strobe_probe *probe, int64_t spent_ns, int64_t now_ns);

/** What reading the clock costs here, in nanoseconds; for strobe_dispatch.clock_ns. */
int64_t strobe_shed_clock_cost(void);

/** Once a second, on the worker, for each probe: raise a rate that was cut, step by step, when there is room again. */
void strobe_shed_recover(struct strobe_dispatch *dispatch, struct strobe_probe *probe, int64_t now_ns);

#endif
