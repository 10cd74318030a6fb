#include "hub/metrics.h"

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static void put(struct strobe_metrics *metrics, const char *instance, const char *probe, int64_t count)
{
    struct strobe_wire_metrics message = {.metrics_count = 1};
    message.metrics = calloc(1, sizeof *message.metrics);
    message.metrics[0] = (struct strobe_wire_metric_view){.probe = strdup(probe), .probe_version = 1};
    message.metrics[0].series = calloc(1, sizeof *message.metrics[0].series);
    message.metrics[0].series[0].count = count;
    message.metrics[0].series_count = 1;
    strobe_metrics_put(metrics, instance, &message);
    strobe_wire_struct_done(&strobe_wire_metrics_struct, &message);
}

struct sum {
    int views;
    int64_t count;
};

static void add_up(void *user, const struct strobe_wire_metric_view *view)
{
    struct sum *sum = user;
    sum->views++;
    sum->count += view->series[0].count;
}

static struct sum sum_of(struct strobe_metrics *metrics, const char *probe)
{
    struct sum sum = {0};
    strobe_metrics_visit(metrics, probe, add_up, &sum);
    return sum;
}

static void test_the_latest_of_each_instance_is_kept(void **state)
{
    struct strobe_metrics *metrics = strobe_metrics_new();
    (void)state;
    put(metrics, "one", "p", 1);
    put(metrics, "one", "p", 5);
    put(metrics, "two", "p", 7);
    put(metrics, "two", "q", 100);
    struct sum sum = sum_of(metrics, "p");
    assert_int_equal(sum.views, 2);
    assert_int_equal(sum.count, 12);
    strobe_metrics_free(metrics);
}

static void test_a_removed_probe_is_forgotten(void **state)
{
    struct strobe_metrics *metrics = strobe_metrics_new();
    (void)state;
    put(metrics, "one", "p", 1);
    put(metrics, "one", "q", 2);
    strobe_metrics_forget(metrics, "p");
    assert_int_equal(sum_of(metrics, "p").views, 0);
    assert_int_equal(sum_of(metrics, "q").count, 2);
    strobe_metrics_free(metrics);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_latest_of_each_instance_is_kept),
        cmocka_unit_test(test_a_removed_probe_is_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
