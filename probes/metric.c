#include "probes/metric.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    FIRST_BUCKET = -64,  /* of plain numbers: from 1.5e-5 to 1.7e7; what lies outside counts at the edge */
    FIRST_BUCKET_NS = 0, /* of timers: from 1 ns to 18 minutes */
};

static const char other[] = "other";

/* ---- Buckets ---- */

int strobe_metric_bucket(double value)
{
    int exponent;
    double part = frexp(value, &exponent); /* in [1/2, 1) */
    /* part in (2^(-(4-q)/4), 2^(-(3-q)/4)] is quarter q of the doubling that ends at 2^exponent */
    int quarter = part <= 0.5                  ? -1
                  : part <= 0.594603557501361  ? 0 /* 2^(-3/4) */
                  : part <= 0.7071067811865476 ? 1 /* 2^(-2/4) */
                  : part <= 0.8408964152537145 ? 2 /* 2^(-1/4) */
                                               : 3;
    return (exponent - 1) * 4 + quarter;
}

static size_t bucket_of(const struct strobe_metric *metric, double value)
{
    if (isinf(value)) {
        return STROBE_METRIC_BUCKETS - 1;
    }
    int index = strobe_metric_bucket(value) - metric->first_bucket;
    return index < 0 ? 0 : index >= STROBE_METRIC_BUCKETS ? STROBE_METRIC_BUCKETS - 1 : (size_t)index;
}

/* ---- Series ---- */

struct strobe_metric *strobe_metric_new(enum strobe_metric_kind kind, bool is_timer, size_t labels_count)
{
    struct strobe_metric *metric = calloc(1, sizeof *metric);
    if (metric != NULL) {
        metric->has_buckets = is_timer || kind == STROBE_METRIC_HISTOGRAM;
        metric->first_bucket = is_timer ? FIRST_BUCKET_NS : FIRST_BUCKET;
        metric->labels_count = labels_count;
    }
    return metric;
}

static void series_free(struct strobe_metric_series *series)
{
    if (series != NULL) {
        free(series->buckets);
        free(series);
    }
}

void strobe_metric_clear(struct strobe_metric *metric)
{
    size_t count = atomic_load_explicit(&metric->count, memory_order_relaxed);
    atomic_store_explicit(&metric->count, 0, memory_order_relaxed);
    atomic_store_explicit(&metric->hits, 0, memory_order_relaxed);
    for (size_t i = 0; i < count; i++) {
        series_free(metric->series[i]);
    }
}

void strobe_metric_free(struct strobe_metric *metric)
{
    if (metric != NULL) {
        strobe_metric_clear(metric);
        free(metric);
    }
}

static uint64_t hash_of(const struct strobe_metric *metric, const struct strobe_metric_label *labels)
{
    uint64_t hash = 0xCBF29CE484222325u; /* FNV-1a over all values, each with its end */
    for (size_t i = 0; i < metric->labels_count; i++) {
        for (size_t k = 0; k <= labels[i].size; k++) {
            hash = (hash ^ (k < labels[i].size ? (uint8_t)labels[i].text[k] : 0xFF)) * 0x100000001B3u;
        }
    }
    return hash;
}

static bool is_series(const struct strobe_metric *metric, const struct strobe_metric_series *series, uint64_t hash,
                      const struct strobe_metric_label *labels)
{
    if (series->hash != hash) {
        return false;
    }
    for (size_t i = 0; i < metric->labels_count; i++) {
        if (strlen(series->labels[i]) != labels[i].size ||
            memcmp(series->labels[i], labels[i].text, labels[i].size) != 0) {
            return false;
        }
    }
    return true;
}

static struct strobe_metric_series *series_make(struct strobe_metric *metric, uint64_t hash,
                                                const struct strobe_metric_label *labels)
{
    struct strobe_metric_series *series = calloc(1, sizeof *series);
    if (series == NULL) {
        return NULL;
    }
    if (metric->has_buckets) {
        series->buckets = calloc(STROBE_METRIC_BUCKETS, sizeof *series->buckets);
        if (series->buckets == NULL) {
            free(series);
            return NULL;
        }
    }
    series->hash = hash;
    for (size_t i = 0; i < metric->labels_count; i++) {
        memcpy(series->labels[i], labels[i].text, labels[i].size);
    }
    size_t count = atomic_load_explicit(&metric->count, memory_order_relaxed);
    metric->series[count] = series;
    /* Release: whoever sees the count (report.c on the link thread, acquire) sees the series. */
    atomic_store_explicit(&metric->count, count + 1, memory_order_release);
    return series;
}

static struct strobe_metric_series *series_of(struct strobe_metric *metric, const struct strobe_metric_label *labels)
{
    size_t count = atomic_load_explicit(&metric->count, memory_order_relaxed);
    uint64_t hash = hash_of(metric, labels);
    for (size_t i = 0; i < count; i++) {
        if (is_series(metric, metric->series[i], hash, labels)) {
            return metric->series[i];
        }
    }
    if (count < STROBE_METRIC_SERIES_MAX) {
        return series_make(metric, hash, labels);
    }
    if (count == STROBE_METRIC_SERIES_ALL) {
        return metric->series[STROBE_METRIC_SERIES_MAX];
    }
    struct strobe_metric_label others[STROBE_LABELS_MAX];
    for (size_t i = 0; i < metric->labels_count; i++) {
        memcpy(others[i].text, other, sizeof other);
        others[i].size = sizeof other - 1;
    }
    return series_make(metric, hash_of(metric, others), others);
}

/* ---- Numbers. One writer at a time (the GIL), so a plain load and store do. ---- */

static void add_count(atomic_uint_fast64_t *counter)
{
    atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + 1, memory_order_relaxed);
}

static void put(_Atomic double *place, double value)
{
    atomic_store_explicit(place, value, memory_order_relaxed);
}

static double get(_Atomic double *place)
{
    return atomic_load_explicit(place, memory_order_relaxed);
}

int strobe_metric_add(struct strobe_metric *metric, const struct strobe_metric_label *labels, double value)
{
    struct strobe_metric_series *series = series_of(metric, labels);
    if (series == NULL) {
        return STROBE_ENOMEM;
    }
    if (!isnan(value)) {
        bool first = atomic_load_explicit(&series->count, memory_order_relaxed) == 0;
        put(&series->sum, get(&series->sum) + value);
        put(&series->last, value);
        put(&series->least, first || value < get(&series->least) ? value : get(&series->least));
        put(&series->most, first || value > get(&series->most) ? value : get(&series->most));
        if (value > 0 && series->buckets != NULL) {
            add_count(&series->buckets[bucket_of(metric, value)]);
        } else if (value <= 0) {
            add_count(&series->zeros);
        }
    }
    add_count(&series->count);
    add_count(&metric->hits);
    return 0;
}
