#include "probes/probe.h"

#include <cmocka.h>
#include <string.h>

#include "base/clock.h"

static const struct strobe_probe_request request = {
    .id = "p1", .version = 3, .location = "x.py:1", .condition = "n > 1", .hits = 2, .rate_per_s = 5.0};

static void test_a_new_probe_is_pending_with_its_limits(void **state)
{
    (void)state;
    struct strobe_probe *probe = strobe_probe_new(&request);
    struct strobe_probe_status status;
    strobe_probe_get_status(probe, &status);
    assert_int_equal(status.state, STROBE_PROBE_PENDING);
    assert_int_equal(probe->hits_left, 2);
    assert_true(probe->expires_ns == INT64_MAX);
    assert_string_equal(probe->condition, "n > 1");
    strobe_probe_unref(probe);
}

static void test_an_expiry_is_at_most_a_day_away(void **state)
{
    (void)state;
    struct strobe_probe_request far = request;
    far.expires_at_ms = strobe_clock_unix_ms() + 100LL * 24 * 3600 * 1000;
    struct strobe_probe *probe = strobe_probe_new(&far);
    int64_t left_ns = probe->expires_ns - strobe_clock_monotonic_ns();
    assert_true(left_ns <= STROBE_PROBE_EXPIRY_MS_MAX * 1000000LL);
    strobe_probe_unref(probe);
}

static void test_a_change_of_state_grows_the_revision(void **state)
{
    (void)state;
    struct strobe_probe *probe = strobe_probe_new(&request);
    struct strobe_probe_status status;
    uint64_t before = strobe_probe_get_status(probe, &status);
    strobe_probe_set_state(probe, STROBE_PROBE_ERROR, "engine", "because of %s", "this");
    strobe_probe_set_place(probe, "/srv/x.py", 7, "");
    assert_true(strobe_probe_get_status(probe, &status) > before);
    assert_string_equal(status.message, "because of this");
    assert_string_equal(status.reason, "engine");
    assert_int_equal(status.line, 7);
    strobe_probe_unref(probe);
}

static void test_a_message_that_is_too_long_is_cut(void **state)
{
    (void)state;
    char text[5000];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    struct strobe_probe *probe = strobe_probe_new(&request);
    struct strobe_probe_status status;
    strobe_probe_set_state(probe, STROBE_PROBE_ERROR, text, "%s", text);
    strobe_probe_set_place(probe, text, 1, text);
    strobe_probe_get_status(probe, &status);
    assert_int_equal(strlen(status.message), sizeof status.message - 1);
    assert_int_equal(strlen(status.file), sizeof status.file - 1);
    strobe_probe_unref(probe);
}

static void test_a_forked_process_starts_with_fresh_counters(void **state)
{
    (void)state;
    struct strobe_probe *probe = strobe_probe_new(&request);
    strobe_gate_count(&probe->gates.captured);
    probe->hits_left = 0;
    probe->ended = true;
    strobe_probe_after_fork(probe);
    assert_int_equal(atomic_load(&probe->gates.captured), 0);
    assert_int_equal(probe->hits_left, 2);
    assert_false(probe->ended);
    strobe_probe_unref(probe);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_new_probe_is_pending_with_its_limits),
        cmocka_unit_test(test_an_expiry_is_at_most_a_day_away),
        cmocka_unit_test(test_a_change_of_state_grows_the_revision),
        cmocka_unit_test(test_a_message_that_is_too_long_is_cut),
        cmocka_unit_test(test_a_forked_process_starts_with_fresh_counters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
