/** What log, metric, timer and span probes compute at a hit. For thread and GIL see act.h. */
#ifndef STROBE_PROBES_MEASURE_H
#define STROBE_PROBES_MEASURE_H

#include "probes/py/hit.h"
#include "probes/py/script.h"

enum { STROBE_WATCH_VALUES_MAX = STROBE_WATCHES_MAX + 2 };

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

/** The value of one watch: an object of the program, or computed text with its type, or why there is none. Borrowed. */
struct strobe_watch_value {
    const char *expression;
    PyObject *object;
    const char *text; /* UTF-8 */
    size_t text_size;
    const char *type;
    const char *error;
};

/**
 * The values of a snapshot probe's watches, and before them `$return` and `$exception` where there is one; valid until
 * the next call. A watch that fails has an error, and the others go on.
 * @param ret_values room for STROBE_WATCH_VALUES_MAX   @return how many there are
 */
size_t strobe_measure_watches(const struct strobe_script *script, const int16_t *binding, const struct strobe_hit *hit,
                              strobe_hit_text *own_text, struct strobe_watch_value *ret_values);

/**
 * The values of a span probe's attributes, all computed text (as Python writes it) or an error, each under the
 * attribute's name; valid until the next call. One that fails has an error, and the others go on.
 * @param ret_values room for STROBE_LABELS_MAX, `labels_count` are set
 * @return 0, or negative with `error` filled in when there is not one value
 */
int strobe_measure_attributes(const struct strobe_script *script, const int16_t *binding, const struct strobe_hit *hit,
                              strobe_hit_text *own_text, struct strobe_watch_value *ret_values,
                              struct strobe_measure_error *error);

/** Note the values of the condition's variables for people who wonder why it is false. Costs microseconds. */
void strobe_measure_glance(const struct strobe_script *script, const int16_t *binding, const struct strobe_hit *hit,
                           strobe_hit_text *own_text);

#endif
