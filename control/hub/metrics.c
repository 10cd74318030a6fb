#include "hub/metrics.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "strobe/limits.h"

struct strobe_metrics {
    struct strobe_wire_metric_view *views; /* each with its instance; no order */
    size_t count, capacity;
    bool complained;
};

struct strobe_metrics *strobe_metrics_new(void)
{
    return calloc(1, sizeof(struct strobe_metrics));
}

void strobe_metrics_free(struct strobe_metrics *metrics)
{
    if (metrics == NULL) {
        return;
    }
    for (size_t i = 0; i < metrics->count; i++) {
        strobe_wire_struct_done(&strobe_wire_metric_view_struct, &metrics->views[i]);
    }
    free(metrics->views);
    free(metrics);
}

/* The place of this probe's metric in this instance, or a new one; NULL when there is no room. */
static struct strobe_wire_metric_view *place_of(struct strobe_metrics *metrics, const char *probe, const char *instance)
{
    for (size_t i = 0; i < metrics->count; i++) {
        struct strobe_wire_metric_view *view = &metrics->views[i];
        if (strcmp(view->probe, probe) == 0 && strcmp(view->instance, instance) == 0) {
            return view;
        }
    }
    if (metrics->count >= STROBE_HUB_METRICS_MAX) {
        return NULL;
    }
    if (metrics->count == metrics->capacity) {
        size_t capacity = metrics->capacity != 0 ? 2 * metrics->capacity : 64;
        struct strobe_wire_metric_view *larger = realloc(metrics->views, capacity * sizeof *larger);
        if (larger == NULL) {
            return NULL;
        }
        metrics->views = larger;
        metrics->capacity = capacity;
    }
    struct strobe_wire_metric_view *view = &metrics->views[metrics->count++];
    memset(view, 0, sizeof *view);
    return view;
}

static void put_one(struct strobe_metrics *metrics, const char *instance, struct strobe_wire_metric_view *received)
{
    char *own = strdup(instance);
    struct strobe_wire_metric_view *view = own != NULL ? place_of(metrics, received->probe, instance) : NULL;
    if (view == NULL) {
        free(own);
        if (!metrics->complained) {
            strobe_log(STROBE_LOG_WARNING, "metrics of probes are dropped: more than %d, or out of memory",
                       STROBE_HUB_METRICS_MAX);
        }
        metrics->complained = true;
        return;
    }
    strobe_wire_struct_done(&strobe_wire_metric_view_struct, view);
    free(received->instance);
    *view = *received;
    view->instance = own;
    memset(received, 0, sizeof *received);
}

void strobe_metrics_put(struct strobe_metrics *metrics, const char *instance, struct strobe_wire_metrics *message)
{
    for (size_t i = 0; i < message->metrics_count; i++) {
        put_one(metrics, instance, &message->metrics[i]);
    }
}

void strobe_metrics_visit(const struct strobe_metrics *metrics, const char *probe,
                          void (*visit)(void *user, const struct strobe_wire_metric_view *view), void *user)
{
    for (size_t i = 0; i < metrics->count; i++) {
        if (strcmp(metrics->views[i].probe, probe) == 0) {
            visit(user, &metrics->views[i]);
        }
    }
}

void strobe_metrics_forget(struct strobe_metrics *metrics, const char *probe)
{
    size_t kept = 0;
    for (size_t i = 0; i < metrics->count; i++) {
        if (strcmp(metrics->views[i].probe, probe) == 0) {
            strobe_wire_struct_done(&strobe_wire_metric_view_struct, &metrics->views[i]);
        } else {
            metrics->views[kept++] = metrics->views[i];
        }
    }
    metrics->count = kept;
}
