#include "probes/budget.h"

#include <cmocka.h>

#define MS 1000000LL
#define START (1000 * MS)

/* A second of callbacks, each of `cost_ns`, every millisecond. @return the millisecond at which it was over, or -1 */
static int run(struct strobe_budget_window *window, int64_t cost_ns, double allowed, int from_ms, int to_ms)
{
    for (int ms = from_ms; ms < to_ms; ms++) {
        strobe_budget_spend(window, cost_ns, START + ms * MS);
        if (strobe_budget_is_over(window, allowed, START + ms * MS)) {
            return ms;
        }
    }
    return -1;
}

static void test_what_stays_below_is_never_over(void **state)
{
    struct strobe_budget_window window = {0};
    (void)state;
    assert_int_equal(run(&window, 49000, 0.05, 0, 10000), -1); /* 4.9 % */
    assert_true(strobe_budget_share(&window, START + 9999 * MS) > 0.045);
    assert_true(strobe_budget_share(&window, START + 9999 * MS) < 0.051);
}

static void test_a_little_over_is_found_within_two_seconds(void **state)
{
    struct strobe_budget_window window = {0};
    (void)state;
    int at = run(&window, 55000, 0.05, 0, 10000); /* 5.5 % */
    assert_in_range(at, 250, 2000);
}

static void test_far_over_is_found_as_soon_as_the_whole_second_is_spent(void **state)
{
    struct strobe_budget_window window = {0}, small = {0};
    (void)state;
    assert_in_range(run(&window, 400000, 0.05, 0, 10000), 120, 130); /* 40 %: 50 ms of cost */
    assert_in_range(run(&small, 400000, 0.0001, 0, 10000), 49, 51);  /* no single capture costs 20 ms */
}

static void test_what_trips_has_a_share_however_young_the_window_is(void **state)
{
    struct strobe_budget_window window = {0};
    (void)state;
    int at = run(&window, 400000, 0.05, 0, 10000);
    assert_true(at < 250);
    assert_true(strobe_budget_share(&window, START + at * MS) > 0.05);
}

static void test_one_long_capture_trips_nothing(void **state)
{
    struct strobe_budget_window window = {0};
    (void)state;
    strobe_budget_spend(&window, 5 * MS, START);
    assert_false(strobe_budget_is_over(&window, 0.05, START + 1));
    assert_int_equal(run(&window, 100, 0.05, 1, 5000), -1);
}

static void test_a_pause_forgets_what_was_before(void **state)
{
    struct strobe_budget_window window = {0};
    (void)state;
    run(&window, 400000, 1.0, 0, 500);
    assert_true(strobe_budget_share(&window, START + 499 * MS) > 0.3);
    assert_true(strobe_budget_share(&window, START + 5000 * MS) == 0.0);
    strobe_budget_spend(&window, 10, START + 5000 * MS);
    assert_false(strobe_budget_is_over(&window, 0.05, START + 5300 * MS));
}

static void test_rests_double_up_to_five_minutes(void **state)
{
    (void)state;
    assert_int_equal(strobe_budget_rest_ns(1), 1000 * MS);
    assert_int_equal(strobe_budget_rest_ns(3), 4000 * MS);
    assert_int_equal(strobe_budget_rest_ns(1000), 300 * 1000 * MS);
}

static void test_a_trial_ends_after_milliseconds_where_the_line_is_as_hot_as_before(void **state)
{
    (void)state;
    int64_t cost_ns = 0, age_ns = 0;
    while (!strobe_budget_trial_fails(cost_ns, 0.05, age_ns)) {
        age_ns += 10000;
        cost_ns += 4000; /* 40 % */
    }
    assert_in_range(age_ns, 5 * MS, 15 * MS);
    assert_in_range(cost_ns, 3 * MS, 5 * MS);
}

static void test_a_trial_is_passed_by_what_stays_below_and_by_a_short_burst(void **state)
{
    (void)state;
    for (int64_t ms = 1; ms <= 1000; ms++) {
        assert_false(strobe_budget_trial_fails(ms * 49000, 0.05, ms * MS));
    }
    assert_false(strobe_budget_trial_fails(2 * MS, 0.05, 2 * MS));
    assert_true(strobe_budget_trial_fails(54 * MS, 0.05, 1000 * MS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_stays_below_is_never_over),
        cmocka_unit_test(test_a_little_over_is_found_within_two_seconds),
        cmocka_unit_test(test_far_over_is_found_as_soon_as_the_whole_second_is_spent),
        cmocka_unit_test(test_what_trips_has_a_share_however_young_the_window_is),
        cmocka_unit_test(test_one_long_capture_trips_nothing),
        cmocka_unit_test(test_a_pause_forgets_what_was_before),
        cmocka_unit_test(test_a_trial_ends_after_milliseconds_where_the_line_is_as_hot_as_before),
        cmocka_unit_test(test_a_trial_is_passed_by_what_stays_below_and_by_a_short_burst),
        cmocka_unit_test(test_rests_double_up_to_five_minutes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
