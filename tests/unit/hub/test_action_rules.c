#include "hub/action_rules.h"

#include <cmocka.h>
#include <string.h>

#include "strobe/limits.h"

static int check(const char *action, enum strobe_location_form form, struct strobe_wire_action_options options,
                 struct strobe_wire_limits *limits, struct strobe_error *error)
{
    options.metric_kind = options.metric_kind != NULL ? options.metric_kind : "count";
    return strobe_action_rules_apply(action, form, &options, limits, error);
}

static void refuses(const char *action, struct strobe_wire_action_options options, const char *field)
{
    struct strobe_error error = {0};
    struct strobe_wire_limits limits = {0};
    assert_int_equal(check(action, STROBE_LOCATION_FORM_LINE, options, &limits, &error), STROBE_EINVAL);
    assert_non_null(strstr(error.message, field));
}

static int64_t hits_of(const char *action, struct strobe_wire_action_options options)
{
    struct strobe_error error = {0};
    struct strobe_wire_limits limits = {0};
    if (check(action, STROBE_LOCATION_FORM_FUNCTION, options, &limits, &error) < 0) {
        fail_msg("%s: %s", action, error.message);
    }
    return limits.hits;
}

static void test_each_action_has_its_own_number_of_hits(void **state)
{
    struct strobe_wire_label label = {"tier", "customer.tier"};
    (void)state;
    assert_int_equal(hits_of("snapshot", (struct strobe_wire_action_options){0}), 1);
    assert_int_equal(hits_of("log", (struct strobe_wire_action_options){.template = "x"}), 1000);
    assert_int_equal(hits_of("metric", (struct strobe_wire_action_options){.metric = "orders"}),
                     STROBE_PROBE_HITS_UNBOUNDED);
    assert_int_equal(hits_of("timer", (struct strobe_wire_action_options){0}), STROBE_PROBE_HITS_UNBOUNDED);
    assert_int_equal(hits_of("span", (struct strobe_wire_action_options){.labels = &label, .labels_count = 1}),
                     STROBE_PROBE_HITS_UNBOUNDED);
}

static void test_a_memory_probe_hits_seldom(void **state)
{
    struct strobe_error error = {0};
    struct strobe_wire_limits limits = {0}, fast = {.rate_per_s = 5}, snapshot = {0};
    (void)state;
    assert_int_equal(
        check("memory", STROBE_LOCATION_FORM_LINE, (struct strobe_wire_action_options){0}, &limits, &error), 0);
    assert_int_equal(limits.hits, STROBE_PROBE_HITS_MEMORY_DEFAULT);
    assert_true(limits.rate_per_s == STROBE_MEMORY_RATE_PER_S_DEFAULT);
    assert_int_equal(
        check("snapshot", STROBE_LOCATION_FORM_LINE, (struct strobe_wire_action_options){0}, &snapshot, &error), 0);
    assert_true(snapshot.rate_per_s == STROBE_PROBE_RATE_PER_S_DEFAULT);
    assert_int_equal(check("memory", STROBE_LOCATION_FORM_LINE, (struct strobe_wire_action_options){0}, &fast, &error),
                     STROBE_EINVAL);
    assert_non_null(strstr(error.message, "1 at most"));
}

static void test_what_an_action_needs_is_asked_for(void **state)
{
    char *watches[] = {"a", " "};
    struct strobe_wire_label twice[] = {{"a", "1"}, {"a", "2"}}, odd[] = {{"a-b", "1"}}, empty[] = {{"a", ""}};
    (void)state;
    refuses("log", (struct strobe_wire_action_options){0}, "options.template");
    refuses("metric", (struct strobe_wire_action_options){0}, "options.metric");
    refuses("metric", (struct strobe_wire_action_options){.metric = "no name"}, "options.metric");
    refuses("metric", (struct strobe_wire_action_options){.metric = "a", .metric_kind = "gauge"}, "options.value");
    refuses("metric", (struct strobe_wire_action_options){.metric = "a", .labels = twice, .labels_count = 2}, "twice");
    refuses("metric", (struct strobe_wire_action_options){.metric = "a", .labels = odd, .labels_count = 1}, "a-b");
    refuses("metric", (struct strobe_wire_action_options){.metric = "a", .labels = empty, .labels_count = 1}, "a");
    refuses("timer", (struct strobe_wire_action_options){0}, "options.until");
    refuses("timer", (struct strobe_wire_action_options){.until = "shop:total"}, "options.until");
    refuses("span", (struct strobe_wire_action_options){0}, "options.labels");
    refuses("snapshot", (struct strobe_wire_action_options){.watches_only = true}, "options.watches");
    refuses("snapshot", (struct strobe_wire_action_options){.watches = watches, .watches_count = 2}, "options.watches");
}

static void test_what_this_version_does_not_have_says_what_to_use_instead(void **state)
{
    struct strobe_error error = {0};
    struct strobe_wire_limits limits = {0};
    (void)state;
    assert_int_equal(
        check("recording", STROBE_LOCATION_FORM_FUNCTION, (struct strobe_wire_action_options){0}, &limits, &error),
        STROBE_EINVAL);
    assert_non_null(strstr(error.message, "cannot record calls yet"));
    assert_non_null(strstr(error.message, "action timer)")); /* the message is whole */
}

static void test_a_timer_does_not_begin_where_something_is_raised(void **state)
{
    struct strobe_error error = {0};
    struct strobe_wire_limits limits = {0};
    (void)state;
    assert_int_equal(check("timer", STROBE_LOCATION_FORM_RAISE, (struct strobe_wire_action_options){.until = "a.py:5"},
                           &limits, &error),
                     STROBE_EINVAL);
}

static void test_which_passes_act_has_three_forms(void **state)
{
    static const struct {
        const char *when;
        int status;
    } table[] = {{"5", 0},
                 {">=5", 0},
                 {"every 5", 0},
                 {"every5", STROBE_EINVAL},
                 {"0", STROBE_EINVAL},
                 {"-1", STROBE_EINVAL},
                 {"every", STROBE_EINVAL},
                 {"every ", STROBE_EINVAL},
                 {">5", STROBE_EINVAL},
                 {"9999999999", STROBE_EINVAL},
                 {"5 times", STROBE_EINVAL}};
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct strobe_wire_limits limits = {.when = (char *)table[i].when};
        assert_int_equal(
            check("snapshot", STROBE_LOCATION_FORM_LINE, (struct strobe_wire_action_options){0}, &limits, NULL),
            table[i].status);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_action_has_its_own_number_of_hits),
        cmocka_unit_test(test_a_memory_probe_hits_seldom),
        cmocka_unit_test(test_what_an_action_needs_is_asked_for),
        cmocka_unit_test(test_what_this_version_does_not_have_says_what_to_use_instead),
        cmocka_unit_test(test_a_timer_does_not_begin_where_something_is_raised),
        cmocka_unit_test(test_which_passes_act_has_three_forms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
