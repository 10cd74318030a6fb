#include <cmocka.h>

#include "link/backoff.h"

static void test_waits_stay_between_the_least_and_a_bound_that_doubles(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 200; seed++) {
        struct strobe_backoff backoff;
        strobe_backoff_init(&backoff, 250, 30000, seed);
        int64_t bound = 500;
        for (int i = 0; i < 20; i++) {
            int64_t wait = strobe_backoff_next_ms(&backoff);
            assert_true(wait >= 250 && wait <= bound);
            bound = bound * 2 < 30000 ? bound * 2 : 30000;
        }
    }
}

static void test_late_waits_reach_the_upper_half(void **state)
{
    (void)state;
    struct strobe_backoff backoff;
    strobe_backoff_init(&backoff, 250, 30000, 7);
    int upper = 0;
    for (int i = 0; i < 1000; i++) {
        upper += strobe_backoff_next_ms(&backoff) > 15000;
    }
    assert_in_range(upper, 300, 700);
}

static void test_two_seeds_give_two_agents_different_waits(void **state)
{
    (void)state;
    struct strobe_backoff a, b;
    int same = 0;
    strobe_backoff_init(&a, 250, 30000, 1);
    strobe_backoff_init(&b, 250, 30000, 2);
    for (int i = 0; i < 100; i++) {
        same += strobe_backoff_next_ms(&a) == strobe_backoff_next_ms(&b);
    }
    assert_in_range(same, 0, 10);
}

static void test_a_refusal_waits_for_the_longest(void **state)
{
    (void)state;
    struct strobe_backoff backoff;
    strobe_backoff_init(&backoff, 250, 30000, 3);
    for (int i = 0; i < 1000; i++) {
        assert_in_range(strobe_backoff_longest_ms(&backoff), 15000, 30000);
    }
}

static void test_reset_makes_the_next_wait_short_again(void **state)
{
    (void)state;
    struct strobe_backoff backoff;
    strobe_backoff_init(&backoff, 250, 30000, 4);
    for (int i = 0; i < 20; i++) {
        strobe_backoff_next_ms(&backoff);
    }
    strobe_backoff_reset(&backoff);
    assert_in_range(strobe_backoff_next_ms(&backoff), 250, 500);
}

static void test_equal_bounds_give_exactly_that_wait(void **state)
{
    (void)state;
    struct strobe_backoff backoff;
    strobe_backoff_init(&backoff, 100, 100, 5);
    assert_int_equal(strobe_backoff_next_ms(&backoff), 100);
    assert_int_equal(strobe_backoff_next_ms(&backoff), 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_waits_stay_between_the_least_and_a_bound_that_doubles),
        cmocka_unit_test(test_late_waits_reach_the_upper_half),
        cmocka_unit_test(test_two_seeds_give_two_agents_different_waits),
        cmocka_unit_test(test_a_refusal_waits_for_the_longest),
        cmocka_unit_test(test_reset_makes_the_next_wait_short_again),
        cmocka_unit_test(test_equal_bounds_give_exactly_that_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
