#include "base/pointer_map.h"

#include <cmocka.h>

static char objects[5000][16];

static void test_map_finds_what_was_set(void **state)
{
    (void)state;
    struct strobe_pointer_map map;
    strobe_pointer_map_init(&map);
    assert_null(strobe_pointer_map_get(&map, objects[0]));
    for (int i = 0; i < 5000; i++) {
        assert_int_equal(strobe_pointer_map_set(&map, objects[i], &objects[i][1]), 0);
    }
    assert_int_equal(map.count, 5000);
    for (int i = 0; i < 5000; i++) {
        assert_ptr_equal(strobe_pointer_map_get(&map, objects[i]), &objects[i][1]);
    }
    strobe_pointer_map_done(&map);
}

static void test_map_forgets_what_was_removed_and_stays_small(void **state)
{
    (void)state;
    struct strobe_pointer_map map;
    strobe_pointer_map_init(&map);
    for (int round = 0; round < 100; round++) {
        for (int i = 0; i < 50; i++) {
            strobe_pointer_map_set(&map, objects[round * 50 + i], objects);
        }
        for (int i = 0; i < 50; i++) {
            assert_ptr_equal(strobe_pointer_map_remove(&map, objects[round * 50 + i]), objects);
        }
    }
    assert_null(strobe_pointer_map_remove(&map, objects[0]));
    assert_int_equal(map.count, 0);
    assert_true(map.capacity <= 256);
    strobe_pointer_map_done(&map);
}

static void test_map_visits_each_live_entry_once(void **state)
{
    (void)state;
    struct strobe_pointer_map map;
    strobe_pointer_map_init(&map);
    for (int i = 0; i < 10; i++) {
        strobe_pointer_map_set(&map, objects[i], objects);
    }
    strobe_pointer_map_remove(&map, objects[4]);
    int seen = 0;
    for (size_t position = 0; strobe_pointer_map_next(&map, &position) != NULL;) {
        seen++;
    }
    assert_int_equal(seen, 9);
    strobe_pointer_map_done(&map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_map_finds_what_was_set),
        cmocka_unit_test(test_map_forgets_what_was_removed_and_stays_small),
        cmocka_unit_test(test_map_visits_each_live_entry_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
