/** What log, metric and timer probes compute at a hit. For thread and GIL see act.h. */
#ifndef STROBE_PROBES_MEASURE_H
#define STROBE_PROBES_MEASURE_H

#include "probes/py/hit.h"
#include "probes/py/script.h"

/** An expression that could not be evaluated: counted as the gate condition_error, told as `what`: message. */
struct strobe_measure_error {
    const char *what; /* "template", "value", "label tier": borrowed from the script */
    struct strobe_error detail;
};

/**
 * The text of a log probe at `hit`, as UTF-8 cut at STROBE_LOG_BYTES_MAX; valid until the next call of this function.
 * @return 0, or negative with `error` filled in
 */
int strobe_measure_text(const struct strobe_script *script, const int16_t *binding, const struct strobe_hit *hit,
                        strobe_hit_text *own_text, const char **ret_text, size_t *ret_size,
                        struct strobe_measure_error *error);

/**
 * Add to the probe's metric: the value of a metric probe (1 without one), or `elapsed_ns` of a timer, under its labels.
 * @return 0, STROBE_ENOMEM (dropped), or negative with `error` filled in
 */
int strobe_measure_number(const struct strobe_script *script, const int16_t *binding, const struct strobe_hit *hit,
                          strobe_hit_text *own_text, struct strobe_measure_error *error);

/** Note the values of the condition's variables for people who wonder why it is false. Costs microseconds. */
void strobe_measure_glance(const struct strobe_script *script, const int16_t *binding, const struct strobe_hit *hit,
                           strobe_hit_text *own_text);

#endif
