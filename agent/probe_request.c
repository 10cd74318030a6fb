#include "agent/probe_request.h"

#include <string.h>

#include "strobe/limits.h"

static size_t at_most(size_t count, size_t max)
{
    return count < max ? count : max;
}

static void fill_action(const struct strobe_wire_probe *probe, struct strobe_action *action)
{
    const struct strobe_wire_action_options *options = &probe->options;
    *action = (struct strobe_action){.watches_only = options->watches_only,
                                     .native = options->native,
                                     .template = options->template,
                                     .level = options->level,
                                     .to_logging = options->to_logging,
                                     .metric = options->metric,
                                     .value = options->value,
                                     .until = options->until,
                                     .by_traceback = options->by != NULL && strcmp(options->by, "traceback") == 0,
                                     .top = options->top > 0 ? (int)options->top : STROBE_MEMORY_TOP_DEFAULT};
    int frames = options->frames > 0 ? (int)options->frames : STROBE_MEMORY_TRACEBACK_FRAMES_DEFAULT;
    action->frames = action->by_traceback ? frames : 1;
    /* The wire allows no other words. */
    strobe_action_kind_parse(probe->action, &action->kind);
    if (options->metric_kind != NULL) {
        strobe_metric_kind_parse(options->metric_kind, &action->metric_kind);
    }
    action->watches_count = at_most(options->watches_count, STROBE_WATCHES_MAX);
    for (size_t i = 0; i < action->watches_count; i++) {
        action->watches[i] = options->watches[i];
    }
    action->labels_count = at_most(options->labels_count, STROBE_LABELS_MAX);
    for (size_t i = 0; i < action->labels_count; i++) {
        action->labels[i] = (struct strobe_action_label){options->labels[i].name, options->labels[i].value};
    }
}

/* A hub that left `hits` open means the action's own number. */
static int64_t hits_of(const struct strobe_wire_probe *probe, enum strobe_action_kind kind)
{
    return probe->limits.hits > 0 ? probe->limits.hits : strobe_action_row(kind)->hits_default;
}

/* The same for the rate. */
static double rate_of(const struct strobe_wire_probe *probe, enum strobe_action_kind kind)
{
    return probe->limits.rate_per_s > 0 ? probe->limits.rate_per_s : strobe_action_row(kind)->rate_default;
}

void strobe_probe_order_fill(const struct strobe_wire_probe *probe, struct strobe_probe_order *ret_order)
{
    fill_action(probe, &ret_order->action);
    ret_order->request = (struct strobe_probe_request){
        .id = probe->id,
        .version = probe->version,
        .location = probe->location,
        .condition = probe->condition,
        .action = &ret_order->action,
        .hits = hits_of(probe, ret_order->action.kind),
        .when = probe->limits.when,
        .rate_per_s = rate_of(probe, ret_order->action.kind),
        .expires_at_ms = probe->limits.expires_at_ms,
        .budget_percent = probe->limits.budget_percent,
    };
}
