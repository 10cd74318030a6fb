#include "probes/action.h"

#include <cmocka.h>
#include <string.h>

static void test_a_copy_owns_all_its_texts(void **state)
{
    char value[] = "total", label[] = "tier", watch[] = "a.b";
    struct strobe_action action = {.kind = STROBE_ACTION_METRIC,
                                   .metric_kind = STROBE_METRIC_GAUGE,
                                   .value = value,
                                   .watches = {watch, "c"},
                                   .watches_count = 2,
                                   .labels = {{label, "customer.tier"}},
                                   .labels_count = 1};
    (void)state;
    struct strobe_action *copy = strobe_action_copy(&action);
    assert_non_null(copy);
    memset(value, 'x', 5);
    memset(label, 'x', 4);
    memset(watch, 'x', 3);
    assert_string_equal(copy->value, "total");
    assert_string_equal(copy->labels[0].name, "tier");
    assert_string_equal(copy->labels[0].value, "customer.tier");
    assert_string_equal(copy->watches[0], "a.b");
    assert_string_equal(copy->watches[1], "c");
    assert_null(copy->template);
    assert_int_equal(copy->metric_kind, STROBE_METRIC_GAUGE);
    strobe_action_free(copy);
    strobe_action_free(NULL);
}

static void test_words_of_the_wire_are_known(void **state)
{
    enum strobe_action_kind kind = STROBE_ACTION_SPAN;
    enum strobe_metric_kind metric = STROBE_METRIC_COUNT;
    (void)state;
    assert_int_equal(strobe_action_kind_parse("timer", &kind), 0);
    assert_int_equal(kind, STROBE_ACTION_TIMER);
    assert_int_equal(strobe_action_kind_parse("explode", &kind), STROBE_EUNKNOWN);
    assert_int_equal(kind, STROBE_ACTION_TIMER);
    assert_int_equal(strobe_metric_kind_parse("histogram", &metric), 0);
    assert_int_equal(metric, STROBE_METRIC_HISTOGRAM);
}

static void test_every_kind_of_the_table_has_a_word_and_hits(void **state)
{
    (void)state;
    for (int kind = 0; kind < STROBE_ACTION_KINDS; kind++) {
        const struct strobe_action_row *row = strobe_action_row((enum strobe_action_kind)kind);
        enum strobe_action_kind found;
        assert_int_equal(strobe_action_kind_parse(row->word, &found), 0);
        assert_int_equal(found, kind);
        assert_true(row->hits_default > 0);
        assert_true(row->instead == NULL || strlen(row->instead) < STROBE_ERROR_MESSAGE_BYTES - 16);
    }
    assert_true(strobe_action_row(STROBE_ACTION_SPAN)->is_rated);
    assert_false(strobe_action_row(STROBE_ACTION_METRIC)->is_rated);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_kind_of_the_table_has_a_word_and_hits),
        cmocka_unit_test(test_a_copy_owns_all_its_texts),
        cmocka_unit_test(test_words_of_the_wire_are_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
