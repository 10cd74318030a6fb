#include "hub/action_rules.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "hub/text_rules.h"
#include "strobe/actions.h"
#include "strobe/limits.h"

static int check_watches(const struct strobe_wire_action_options *options, struct strobe_error *error)
{
    for (size_t i = 0; i < options->watches_count; i++) {
        if (strobe_text_is_blank(options->watches[i])) {
            return strobe_error_set(error, STROBE_EINVAL, "'options.watches' has an empty one: write an expression");
        }
        if (strlen(options->watches[i]) > STROBE_CONDITION_BYTES_MAX) {
            return strobe_error_set(error, STROBE_EINVAL, "'options.watches' has one of more than %d bytes",
                                    STROBE_CONDITION_BYTES_MAX);
        }
    }
    return 0;
}

static int check_labels(const struct strobe_wire_action_options *options, struct strobe_error *error)
{
    for (size_t i = 0; i < options->labels_count; i++) {
        const struct strobe_wire_label *label = &options->labels[i];
        if (!strobe_text_is_metric_name(label->name)) {
            return strobe_error_set(error, STROBE_EINVAL,
                                    "'options.labels': %.64s is no name; use letters, digits, _ and .", label->name);
        }
        if (strobe_text_is_blank(label->value)) {
            return strobe_error_set(error, STROBE_EINVAL, "'options.labels': %.64s has no expression", label->name);
        }
        for (size_t k = 0; k < i; k++) {
            if (strcmp(options->labels[k].name, label->name) == 0) {
                return strobe_error_set(error, STROBE_EINVAL, "'options.labels' has %.64s twice", label->name);
            }
        }
    }
    return 0;
}

static int check_snapshot(enum strobe_location_form form, const struct strobe_wire_action_options *options,
                          struct strobe_error *error)
{
    (void)form;
    if (options->watches_only && options->watches_count == 0) {
        return strobe_error_set(error, STROBE_EINVAL, "'options.watches_only' needs 'options.watches'");
    }
    return check_watches(options, error);
}

static int check_log(enum strobe_location_form form, const struct strobe_wire_action_options *options,
                     struct strobe_error *error)
{
    (void)form;
    if (options->template == NULL || options->template[0] == '\0') {
        return strobe_error_set(error, STROBE_EINVAL,
                                "'options.template' is missing: write the text to log, as in 'total is {total:.2f}'");
    }
    return 0;
}

static int check_metric(enum strobe_location_form form, const struct strobe_wire_action_options *options,
                        struct strobe_error *error)
{
    (void)form;
    if (options->metric == NULL || !strobe_text_is_metric_name(options->metric)) {
        return strobe_error_set(error, STROBE_EINVAL,
                                "'options.metric' must be a name of letters, digits, _ and ., as in shop.orders");
    }
    bool needs_value = strcmp(options->metric_kind, "count") != 0;
    if (needs_value && strobe_text_is_blank(options->value)) {
        return strobe_error_set(error, STROBE_EINVAL, "'options.value' is missing: a %s needs a number",
                                options->metric_kind);
    }
    return check_labels(options, error);
}

static int check_timer(enum strobe_location_form form, const struct strobe_wire_action_options *options,
                       struct strobe_error *error)
{
    if (options->metric != NULL && !strobe_text_is_metric_name(options->metric)) {
        return strobe_error_set(error, STROBE_EINVAL,
                                "'options.metric' must be a name of letters, digits, _ and ., as in shop.checkout");
    }
    if (form == STROBE_LOCATION_FORM_RAISE) {
        return strobe_error_set(error, STROBE_EINVAL,
                                "'location': a timer begins at a line or a function, not where something is raised");
    }
    if (options->until == NULL && form == STROBE_LOCATION_FORM_LINE) {
        return strobe_error_set(error, STROBE_EINVAL,
                                "'options.until' is missing: give the line where the timer ends, or time a whole "
                                "function with module:qualname");
    }
    enum strobe_location_form end = STROBE_LOCATION_FORM_LINE;
    int status = options->until != NULL ? strobe_location_rules_check("options.until", options->until, &end, error) : 0;
    if (status == 0 && end != STROBE_LOCATION_FORM_LINE) {
        status = strobe_error_set(error, STROBE_EINVAL, "'options.until' must be path/suffix.py:LINE");
    }
    return status == 0 ? check_labels(options, error) : status;
}

static int check_span(enum strobe_location_form form, const struct strobe_wire_action_options *options,
                      struct strobe_error *error)
{
    (void)form;
    if (options->labels_count == 0) {
        return strobe_error_set(error, STROBE_EINVAL,
                                "'options.labels' is missing: name the attributes to set on the current span");
    }
    return check_labels(options, error);
}

typedef int check_action(enum strobe_location_form form, const struct strobe_wire_action_options *options,
                         struct strobe_error *error);

/* NULL: the schema says all there is to its options, or this version does not have it. */
static check_action *const checks[STROBE_ACTION_KINDS] = {
    [STROBE_ACTION_SNAPSHOT] = check_snapshot, [STROBE_ACTION_LOG] = check_log,   [STROBE_ACTION_METRIC] = check_metric,
    [STROBE_ACTION_TIMER] = check_timer,       [STROBE_ACTION_SPAN] = check_span,
};

/* "5", ">=5", "every 5" */
static int check_when(const char *when, struct strobe_error *error)
{
    static const char *const prefixes[] = {">=", "every ", ""};
    const char *digits = when;
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        if (strncmp(when, prefixes[i], strlen(prefixes[i])) == 0) {
            digits = when + strlen(prefixes[i]);
            break;
        }
    }
    size_t count = strspn(digits, "0123456789");
    if (count == 0 || count > 9 || digits[count] != '\0' || strtol(digits, NULL, 10) < 1) {
        return strobe_error_set(error, STROBE_EINVAL,
                                "'limits.when' must be N (the N-th time), >=N (from then on) or every N");
    }
    return 0;
}

/* Fill in the action's default; a reading of memory stops the program for a while, so there are few. */
static int check_rate(enum strobe_action_kind kind, struct strobe_wire_limits *limits, struct strobe_error *error)
{
    if (limits->rate_per_s == 0) {
        limits->rate_per_s = strobe_action_row(kind)->rate_default;
    }
    if (limits->rate_per_s < STROBE_PROBE_RATE_PER_S_MIN) {
        return strobe_error_set(error, STROBE_EINVAL, "'limits.rate_per_s' must be %g at least",
                                STROBE_PROBE_RATE_PER_S_MIN);
    }
    if (kind == STROBE_ACTION_MEMORY && limits->rate_per_s > STROBE_MEMORY_RATE_PER_S_MAX) {
        return strobe_error_set(error, STROBE_EINVAL,
                                "'limits.rate_per_s' of a memory probe is %g at most: each reading stops the program",
                                STROBE_MEMORY_RATE_PER_S_MAX);
    }
    return 0;
}

int strobe_action_rules_apply(const char *action, enum strobe_location_form form,
                              const struct strobe_wire_action_options *options, struct strobe_wire_limits *limits,
                              struct strobe_error *error)
{
    for (int kind = 0; kind < STROBE_ACTION_KINDS; kind++) {
        const struct strobe_action_row *row = strobe_action_row((enum strobe_action_kind)kind);
        if (strcmp(row->word, action) != 0) {
            continue;
        }
        if (row->instead != NULL) {
            return strobe_error_set(error, STROBE_EINVAL, "'action': %s", row->instead);
        }
        if (limits->hits == 0) {
            limits->hits = row->hits_default;
        }
        int status = checks[kind] != NULL ? checks[kind](form, options, error) : 0;
        status = status == 0 ? check_rate((enum strobe_action_kind)kind, limits, error) : status;
        return status == 0 && limits->when != NULL ? check_when(limits->when, error) : status;
    }
    return strobe_error_set(error, STROBE_EINVAL, "'action' is not known: %.32s", action);
}
