#include "hub/targets.h"

#include <cmocka.h>

static char *labels[] = {"zone=a", "canary=yes"};
static const struct strobe_wire_instance instance = {
    .id = "abcdef0123456789", .service = "shop", .labels = labels, .labels_count = 2};

static bool meets(char **ids, size_t ids_count, char **wanted, size_t wanted_count)
{
    const struct strobe_wire_target target = {
        .instances = ids, .instances_count = ids_count, .labels = wanted, .labels_count = wanted_count};
    return strobe_target_meets(&target, &instance);
}

static void test_no_target_means_everybody(void **state)
{
    const struct strobe_wire_target target = {.first = true};
    (void)state;
    assert_true(meets(NULL, 0, NULL, 0));
    assert_false(strobe_target_chooses(&target));
}

static void test_instances_are_named_by_the_beginning_of_their_id(void **state)
{
    char *ids[] = {"0000", "abcd"};
    (void)state;
    assert_true(meets(ids, 2, NULL, 0));
    assert_false(meets(ids, 1, NULL, 0));
}

static void test_all_labels_must_hold(void **state)
{
    char *wanted[] = {"canary=yes", "zone=a", "zone=b"};
    char *ids[] = {"abcd"};
    (void)state;
    assert_true(meets(NULL, 0, wanted, 2));
    assert_false(meets(NULL, 0, wanted, 3));
    assert_true(meets(ids, 1, wanted, 1));
    assert_false(meets(ids, 1, &wanted[2], 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_target_means_everybody),
        cmocka_unit_test(test_instances_are_named_by_the_beginning_of_their_id),
        cmocka_unit_test(test_all_labels_must_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
