#include "probes/fair_rate.h"

#include <cmocka.h>

#define MS 1000000LL
#define START (1000 * MS)

static void test_one_probe_may_use_the_whole_rate(void **state)
{
    struct strobe_fair_rate rate;
    struct strobe_fair_share only = {0};
    int taken = 0;
    (void)state;
    strobe_fair_rate_init(&rate, 100.0, START);
    for (int ms = 0; ms < 100000; ms++) {
        taken += strobe_fair_rate_take(&rate, &only, START + ms * MS);
    }
    assert_in_range(taken, 10000, 10200); /* 100 a second, what it began with, what it may owe */
}

/* `greedy` probes that want to act each millisecond, and one that wants to each `every_ms`. */
static void run(int greedy, int every_ms, int *ret_rare_wanted, int *ret_rare_taken, int *ret_taken)
{
    struct strobe_fair_rate rate;
    struct strobe_fair_share shares[1000] = {{0}}, rare = {0};
    int taken = 0, rare_taken = 0, rare_wanted = 0;
    strobe_fair_rate_init(&rate, 100.0, START);
    for (int ms = 0; ms < 100000; ms++) {
        int64_t now_ns = START + ms * MS;
        for (int i = 0; i < greedy; i++) {
            taken += strobe_fair_rate_take(&rate, &shares[i], now_ns);
        }
        if (ms % every_ms == every_ms - 1) {
            bool acted = strobe_fair_rate_take(&rate, &rare, now_ns);
            rare_wanted++;
            rare_taken += acted;
            taken += acted;
        }
    }
    *ret_rare_wanted = rare_wanted;
    *ret_rare_taken = rare_taken;
    *ret_taken = taken;
}

static void test_a_probe_that_acts_seldom_acts_each_time_beside_greedy_ones(void **state)
{
    static const int greedy[] = {1, 2, 10, 30};
    static const int every_ms[] = {700, 1000, 10000};
    (void)state;
    for (size_t i = 0; i < sizeof greedy / sizeof *greedy; i++) {
        for (size_t j = 0; j < sizeof every_ms / sizeof *every_ms; j++) {
            int wanted, rare, taken;
            run(greedy[i], every_ms[j], &wanted, &rare, &taken);
            assert_int_equal(rare, wanted);
            assert_in_range(taken, 9500, 10200);
        }
    }
}

static void test_the_rate_of_the_process_holds_however_many_want_to_act(void **state)
{
    int wanted, rare, taken;
    (void)state;
    run(1000, 1000, &wanted, &rare, &taken);
    assert_in_range(taken, 9500, 10200);
}

static void test_greedy_probes_get_about_the_same(void **state)
{
    struct strobe_fair_rate rate;
    struct strobe_fair_share first = {0}, second = {0};
    int taken_first = 0, taken_second = 0;
    (void)state;
    strobe_fair_rate_init(&rate, 100.0, START);
    for (int ms = 0; ms < 10000; ms++) {
        taken_first += strobe_fair_rate_take(&rate, &first, START + ms * MS);
        taken_second += strobe_fair_rate_take(&rate, &second, START + ms * MS);
    }
    assert_true(taken_second >= 350); /* its share is 37.5 a second: the rest goes to who comes first */
    assert_true(taken_first >= 350);
    assert_in_range(taken_first + taken_second, 1000, 1200);
}

static void test_a_clock_that_goes_back_does_no_harm(void **state)
{
    struct strobe_fair_rate rate;
    struct strobe_fair_share only = {0};
    (void)state;
    strobe_fair_rate_init(&rate, 1.0, START);
    while (strobe_fair_rate_take(&rate, &only, START)) {
    }
    assert_false(strobe_fair_rate_take(&rate, &only, START - 500 * MS));
    assert_true(strobe_fair_rate_take(&rate, &only, START + 3000 * MS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_probe_may_use_the_whole_rate),
        cmocka_unit_test(test_a_probe_that_acts_seldom_acts_each_time_beside_greedy_ones),
        cmocka_unit_test(test_the_rate_of_the_process_holds_however_many_want_to_act),
        cmocka_unit_test(test_greedy_probes_get_about_the_same),
        cmocka_unit_test(test_a_clock_that_goes_back_does_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
