/* The part of board.c that reports metrics. Series are read without the GIL; see probes/metric.h. */
#include <stdlib.h>
#include <string.h>

#include "agent/agent.h"

/* Buckets from the first to the last that is not empty. @return whether memory sufficed */
static bool copy_buckets(const struct strobe_metric *metric, const struct strobe_metric_series *series,
                         struct strobe_wire_metric_series *ret_series)
{
    size_t first = STROBE_METRIC_BUCKETS, last = 0;
    for (size_t i = 0; series->buckets != NULL && i < STROBE_METRIC_BUCKETS; i++) {
        if (atomic_load_explicit(&series->buckets[i], memory_order_relaxed) > 0) {
            first = i < first ? i : first;
            last = i;
        }
    }
    if (first == STROBE_METRIC_BUCKETS) {
        return true;
    }
    ret_series->buckets = calloc(last - first + 1, sizeof *ret_series->buckets);
    for (size_t i = first; ret_series->buckets != NULL && i <= last; i++) {
        ret_series->buckets[ret_series->buckets_count++] =
            (int64_t)atomic_load_explicit(&series->buckets[i], memory_order_relaxed);
    }
    ret_series->first_bucket = metric->first_bucket + (int64_t)first;
    return ret_series->buckets != NULL;
}

/* JSON has no infinity: the largest number stands for it. */
static double bounded(_Atomic double *number)
{
    double value = atomic_load_explicit(number, memory_order_relaxed);
    return value > 1e308 ? 1e308 : value < -1e308 ? -1e308 : value == value ? value : 0.0;
}

static bool copy_series(const struct strobe_metric *metric, struct strobe_metric_series *series,
                        struct strobe_wire_metric_series *ret_series)
{
    *ret_series = (struct strobe_wire_metric_series){
        .count = (int64_t)atomic_load_explicit(&series->count, memory_order_relaxed),
        .sum = bounded(&series->sum),
        .last = bounded(&series->last),
        .least = bounded(&series->least),
        .most = bounded(&series->most),
        .zeros = (int64_t)atomic_load_explicit(&series->zeros, memory_order_relaxed),
    };
    ret_series->labels = calloc(metric->labels_count + 1, sizeof *ret_series->labels);
    for (size_t i = 0; ret_series->labels != NULL && i < metric->labels_count; i++) {
        ret_series->labels[i] = strdup(series->labels[i]);
        ret_series->labels_count += ret_series->labels[i] != NULL;
    }
    return ret_series->labels != NULL && ret_series->labels_count == metric->labels_count &&
           copy_buckets(metric, series, ret_series);
}

static bool copy_metric(struct strobe_probe *probe, struct strobe_wire_metric_view *ret_view)
{
    struct strobe_metric *metric = probe->metric;
    /* Acquire: pairs with the release in series_make() of probes/metric.c. */
    size_t count = atomic_load_explicit(&metric->count, memory_order_acquire);
    ret_view->probe = strdup(probe->id);
    ret_view->probe_version = atomic_load(&probe->version);
    ret_view->series = calloc(count + 1, sizeof *ret_view->series);
    bool complete = ret_view->probe != NULL && ret_view->series != NULL;
    while (complete && ret_view->series_count < count) {
        size_t i = ret_view->series_count++;
        complete = copy_series(metric, metric->series[i], &ret_view->series[i]);
    }
    return complete;
}

static bool collect(struct strobe_board *board, bool all, struct strobe_wire_metrics *ret_metrics)
{
    struct strobe_wire_metrics message = {0};
    bool complete = true;
    pthread_mutex_lock(&board->lock);
    for (size_t i = 0; complete && i < board->count; i++) {
        struct strobe_probe *probe = board->probes[i];
        uint64_t hits = probe->metric != NULL ? atomic_load_explicit(&probe->metric->hits, memory_order_relaxed) : 0;
        if (hits == 0 || (!all && hits == board->sent[i].metric_hits)) {
            continue;
        }
        if (message.metrics == NULL) {
            message.metrics = calloc(board->count, sizeof *message.metrics);
        }
        complete = message.metrics != NULL && copy_metric(probe, &message.metrics[message.metrics_count++]);
        if (complete && !all) {
            board->sent[i].metric_hits = hits;
        }
    }
    pthread_mutex_unlock(&board->lock);
    if (!complete || message.metrics_count == 0) {
        strobe_wire_struct_done(&strobe_wire_metrics_struct, &message); /* no memory: the next report has it */
        return false;
    }
    *ret_metrics = message;
    return true;
}

bool strobe_board_metrics(struct strobe_board *board, struct strobe_wire_metrics *ret_metrics)
{
    return collect(board, false, ret_metrics);
}

bool strobe_board_all_metrics(struct strobe_board *board, struct strobe_wire_metrics *ret_metrics)
{
    return collect(board, true, ret_metrics);
}
