/** The latest metrics that instances sent for their probes. In memory only: they are cumulative, and sent again. */
#ifndef STROBE_HUB_METRICS_H
#define STROBE_HUB_METRICS_H

#include "wire/codec.h"

struct strobe_metrics;

/** NULL when memory is exhausted. */
struct strobe_metrics *strobe_metrics_new(void);

/** NULL is fine. */
void strobe_metrics_free(struct strobe_metrics *metrics);

/** Keep what `instance` sent, in place of what it sent before; takes the views by zeroing them. What is over
 *  STROBE_HUB_METRICS_MAX is dropped and logged once. */
void strobe_metrics_put(struct strobe_metrics *metrics, const char *instance, struct strobe_wire_metrics *message);

/** Call `visit` with the metric of `probe` in each instance. */
void strobe_metrics_visit(const struct strobe_metrics *metrics, const char *probe,
                          void (*visit)(void *user, const struct strobe_wire_metric_view *view), void *user);

/** Forget a probe that was removed. */
void strobe_metrics_forget(struct strobe_metrics *metrics, const char *probe);

#endif
