#include "probes/metric.h"

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static struct strobe_metric_label label_of(const char *text)
{
    struct strobe_metric_label label;
    label.size = strlen(text);
    memcpy(label.text, text, label.size + 1);
    return label;
}

static void test_a_bucket_holds_what_lies_between_its_edges(void **state)
{
    (void)state;
    for (int index = -80; index < 120; index++) {
        double low = pow(2.0, index / 4.0), high = pow(2.0, (index + 1) / 4.0);
        assert_int_equal(strobe_metric_bucket(low * 1.0001), index);
        assert_int_equal(strobe_metric_bucket(high * 0.9999), index);
    }
    assert_int_equal(strobe_metric_bucket(1.0), -1); /* an upper edge belongs to the bucket below */
    assert_int_equal(strobe_metric_bucket(2.0), 3);
}

static void test_numbers_add_up(void **state)
{
    struct strobe_metric *metric = strobe_metric_new(STROBE_METRIC_HISTOGRAM, false, 0);
    static const double values[] = {3.0, -1.0, 0.0, 10.5, 2.5};
    (void)state;
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(strobe_metric_add(metric, NULL, values[i]), 0);
    }
    assert_int_equal(strobe_metric_add(metric, NULL, NAN), 0);
    struct strobe_metric_series *series = metric->series[0];
    assert_int_equal(metric->count, 1);
    assert_int_equal(series->count, 6);
    assert_int_equal(series->zeros, 2);
    assert_true(series->sum == 15.0);
    assert_true(series->least == -1.0);
    assert_true(series->most == 10.5);
    assert_true(series->last == 2.5);
    uint64_t in_buckets = 0;
    for (int i = 0; i < STROBE_METRIC_BUCKETS; i++) {
        in_buckets += series->buckets[i];
    }
    assert_int_equal(in_buckets, 3);
    strobe_metric_free(metric);
}

static void test_values_far_out_count_at_the_edge(void **state)
{
    struct strobe_metric *metric = strobe_metric_new(STROBE_METRIC_HISTOGRAM, false, 0);
    (void)state;
    strobe_metric_add(metric, NULL, 1e300);
    strobe_metric_add(metric, NULL, INFINITY);
    strobe_metric_add(metric, NULL, 1e-300);
    assert_int_equal(metric->series[0]->buckets[STROBE_METRIC_BUCKETS - 1], 2);
    assert_int_equal(metric->series[0]->buckets[0], 1);
    strobe_metric_free(metric);
}

static void test_each_combination_of_labels_is_a_series(void **state)
{
    struct strobe_metric *metric = strobe_metric_new(STROBE_METRIC_COUNT, false, 2);
    (void)state;
    struct strobe_metric_label one[] = {label_of("ab"), label_of("c")}, two[] = {label_of("a"), label_of("bc")};
    strobe_metric_add(metric, one, 1);
    strobe_metric_add(metric, two, 1);
    strobe_metric_add(metric, one, 1);
    assert_int_equal(metric->count, 2);
    assert_int_equal(metric->series[0]->count, 2);
    assert_null(metric->series[0]->buckets);
    strobe_metric_free(metric);
}

static void test_too_many_combinations_become_other(void **state)
{
    struct strobe_metric *metric = strobe_metric_new(STROBE_METRIC_COUNT, false, 1);
    char text[32];
    (void)state;
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 1000; i++) {
            snprintf(text, sizeof text, "user %d", i);
            struct strobe_metric_label label = label_of(text);
            assert_int_equal(strobe_metric_add(metric, &label, 1), 0);
        }
    }
    assert_int_equal(metric->count, STROBE_METRIC_SERIES_ALL);
    struct strobe_metric_series *last = metric->series[STROBE_METRIC_SERIES_MAX];
    assert_string_equal(last->labels[0], "other");
    assert_int_equal(last->count, 2 * (1000 - STROBE_METRIC_SERIES_MAX));
    strobe_metric_clear(metric);
    assert_int_equal(metric->count, 0);
    strobe_metric_free(metric);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_bucket_holds_what_lies_between_its_edges),
        cmocka_unit_test(test_numbers_add_up),
        cmocka_unit_test(test_values_far_out_count_at_the_edge),
        cmocka_unit_test(test_each_combination_of_labels_is_a_series),
        cmocka_unit_test(test_too_many_combinations_become_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
