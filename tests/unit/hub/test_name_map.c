#include "hub/name_map.h"

#include <cmocka.h>
#include <stdio.h>

static void test_an_empty_map_has_nothing(void **state)
{
    (void)state;
    struct strobe_name_map map = {0};
    size_t position = 0;
    assert_null(strobe_name_map_get(&map, "x"));
    assert_null(strobe_name_map_remove(&map, "x"));
    assert_null(strobe_name_map_next(&map, &position));
    strobe_name_map_done(&map);
}

static void test_many_names_are_found_and_removed(void **state)
{
    (void)state;
    static char names[5000][16];
    struct strobe_name_map map = {0};
    for (int i = 0; i < 5000; i++) {
        snprintf(names[i], sizeof names[i], "name-%d", i);
        assert_int_equal(strobe_name_map_add(&map, names[i], names[i]), 0);
    }
    for (int i = 0; i < 5000; i += 2) {
        assert_ptr_equal(strobe_name_map_remove(&map, names[i]), names[i]);
    }
    assert_int_equal(map.count, 2500);
    for (int i = 0; i < 5000; i++) {
        assert_ptr_equal(strobe_name_map_get(&map, names[i]), i % 2 == 0 ? NULL : names[i]);
    }
    size_t position = 0, seen = 0;
    while (strobe_name_map_next(&map, &position) != NULL) {
        seen++;
    }
    assert_int_equal(seen, 2500);
    strobe_name_map_done(&map);
}

static void test_names_that_come_and_go_do_not_grow_the_map(void **state)
{
    (void)state;
    char name[16];
    struct strobe_name_map map = {0};
    for (int i = 0; i < 100000; i++) {
        snprintf(name, sizeof name, "%d", i);
        assert_int_equal(strobe_name_map_add(&map, name, name), 0);
        assert_non_null(strobe_name_map_remove(&map, name));
    }
    assert_int_equal(map.capacity, 16);
    strobe_name_map_done(&map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_empty_map_has_nothing),
        cmocka_unit_test(test_many_names_are_found_and_removed),
        cmocka_unit_test(test_names_that_come_and_go_do_not_grow_the_map),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
