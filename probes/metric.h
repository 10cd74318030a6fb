/**
 * The numbers of one metric or timer probe: a series for each combination of label values, cumulative.
 *
 * Written by the program's threads under the GIL, read by the link thread without it: numbers are atomics, a series is
 * published by its count. A reader may see a number of one hit and not yet another: the next report makes it good.
 */
#ifndef STROBE_METRIC_H
#define STROBE_METRIC_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probes/action.h"
#include "strobe/limits.h"

enum {
    STROBE_METRIC_BUCKETS = 160,                             /* base 2^(1/4): 40 doublings */
    STROBE_METRIC_SERIES_ALL = STROBE_METRIC_SERIES_MAX + 1, /* and one of "other" */
};

struct strobe_metric_series {
    char labels[STROBE_LABELS_MAX][STROBE_LABEL_BYTES_MAX + 1]; /* UTF-8 */
    uint64_t hash;
    atomic_uint_fast64_t count;
    _Atomic double sum;
    _Atomic double last;
    _Atomic double least;
    _Atomic double most;
    atomic_uint_fast64_t zeros;    /* values of 0 and below: in no bucket */
    atomic_uint_fast64_t *buckets; /* STROBE_METRIC_BUCKETS; NULL unless they are kept */
};

struct strobe_metric {
    bool has_buckets;
    int first_bucket; /* index of buckets[0]: it holds values up to 2^((first + 1) / 4) */
    size_t labels_count;
    atomic_size_t count;       /* series, published with release */
    atomic_uint_fast64_t hits; /* over all series; tells that something changed */
    struct strobe_metric_series *series[STROBE_METRIC_SERIES_ALL];
};

/** A value of a label while it is looked up: UTF-8, cut at STROBE_LABEL_BYTES_MAX. */
struct strobe_metric_label {
    char text[STROBE_LABEL_BYTES_MAX + 1];
    size_t size;
};

/** New, empty; `is_timer`: values are nanoseconds. NULL when memory is exhausted. */
struct strobe_metric *strobe_metric_new(enum strobe_metric_kind kind, bool is_timer, size_t labels_count);

/** NULL is fine. No other thread may use it. */
void strobe_metric_free(struct strobe_metric *metric);

/** Forget all numbers; for a child after a fork, before other threads start. */
void strobe_metric_clear(struct strobe_metric *metric);

/**
 * Count `value` under `labels` (`labels_count` of them). Over STROBE_METRIC_SERIES_MAX combinations it goes to "other".
 * A value that is no number (NaN) counts, but only there.   Thread: under the GIL. Allocates (malloc) for a new series.
 * @return 0, or STROBE_ENOMEM when a new series could not be made
 */
int strobe_metric_add(struct strobe_metric *metric, const struct strobe_metric_label *labels, double value);

/** Index of the bucket of `value` > 0 relative to 2^0: i with value in (2^(i/4), 2^((i+1)/4)]. */
int strobe_metric_bucket(double value);

#endif
