/** What a probe does where it acts, as it was asked for. Plain data; compiled by probes/py/action_code.h. */
#ifndef STROBE_ACTION_H
#define STROBE_ACTION_H

#include <stdbool.h>
#include <stddef.h>

#include "strobe/actions.h"
#include "strobe/error.h"
#include "strobe/limits.h"

enum strobe_metric_kind { STROBE_METRIC_COUNT, STROBE_METRIC_GAUGE, STROBE_METRIC_HISTOGRAM };

/** Strings are borrowed in a request, owned in a copy; NULL where nothing was said. */
struct strobe_action {
    enum strobe_action_kind kind;
    const char *watches[STROBE_WATCHES_MAX];
    size_t watches_count;
    bool watches_only;
    bool native;
    const char *template;
    const char *level;
    bool to_logging;
    const char *metric;
    enum strobe_metric_kind metric_kind;
    const char *value;
    struct strobe_action_label {
        const char *name;
        const char *value; /* an expression */
    } labels[STROBE_LABELS_MAX];
    size_t labels_count;
    const char *until; /* a location */
    bool by_traceback; /* of memory: added up by whole tracebacks, not by line */
    int top;           /* rows of a reading */
    int frames;        /* lines kept of each allocation's stack */
};

/** The kind with this word on the wire. @return 0 or STROBE_EUNKNOWN */
int strobe_action_kind_parse(const char *word, enum strobe_action_kind *ret_kind);

/** The same for "count", "gauge", "histogram". */
int strobe_metric_kind_parse(const char *word, enum strobe_metric_kind *ret_kind);

/** A copy that owns its strings, or NULL when memory is exhausted. */
struct strobe_action *strobe_action_copy(const struct strobe_action *action);

/** Whether two ask for the same; NULL stands for a snapshot of everything. */
bool strobe_action_equals(const struct strobe_action *a, const struct strobe_action *b);

/** Release a copy. NULL is fine. */
void strobe_action_free(struct strobe_action *action);

#endif
