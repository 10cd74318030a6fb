#include <cmocka.h>
#include <string.h>

#include "snapshot/native.h"

static uint64_t addresses[64];
static size_t count;

static __attribute__((noinline)) void record(void)
{
    count = strobe_native_record(addresses, sizeof addresses / sizeof addresses[0]);
    __asm__ volatile("");
}

__attribute__((noinline, visibility("default"))) void strobe_test_outer(void);

void strobe_test_outer(void)
{
    record();
    __asm__ volatile("");
}

static void test_stack_begins_at_the_caller_of_the_caller(void **state)
{
    (void)state;
    strobe_test_outer();
    assert_true(count >= 2);
    assert_int_equal(strobe_native_function(addresses[0]), (uint64_t)(uintptr_t)strobe_test_outer);
}

static void test_symbol_module_and_offset_of_an_address(void **state)
{
    (void)state;
    struct strobe_native_place place;
    strobe_test_outer();
    strobe_native_resolve(addresses[0], &place);
    assert_string_equal(place.symbol, "strobe_test_outer");
    assert_non_null(strstr(place.module, "test_snapshot_native"));
    assert_int_equal(place.module[0], '/');
    assert_int_equal(place.offset, addresses[0] - (uint64_t)(uintptr_t)strobe_test_outer);
}

static void test_place_is_the_same_when_it_is_asked_for_again(void **state)
{
    (void)state;
    struct strobe_native_place first, again;
    strobe_test_outer();
    for (size_t i = 0; i < count; i++) {
        strobe_native_resolve(addresses[i], &first);
        strobe_native_resolve(addresses[i], &again);
        assert_memory_equal(&first, &again, sizeof first);
    }
    strobe_native_resolve(addresses[0], &first);
    strobe_native_resolve(addresses[1], &again);
    assert_int_not_equal(memcmp(&first, &again, sizeof first), 0);
}

static void test_address_of_nothing_has_no_place(void **state)
{
    (void)state;
    struct strobe_native_place place;
    strobe_native_resolve(1, &place);
    assert_string_equal(place.symbol, "");
    assert_string_equal(place.module, "");
    assert_int_equal(strobe_native_function(1), 0);
    assert_int_equal(strobe_native_function(0), 0);
}

static void test_stack_is_cut_at_its_maximum(void **state)
{
    (void)state;
    uint64_t few[1];
    assert_int_equal(strobe_native_record(few, 1), 1);
    assert_int_equal(strobe_native_record(few, 0), 0);
}

static void test_loop_is_recognised_by_its_function(void **state)
{
    (void)state;
    strobe_test_outer();
    strobe_native_set_eval(0);
    assert_false(strobe_native_is_eval(addresses[0]));
    strobe_native_set_eval((uint64_t)(uintptr_t)strobe_test_outer);
    assert_true(strobe_native_is_eval(addresses[0]));
    assert_false(strobe_native_is_eval(addresses[1]));
    strobe_native_set_eval(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stack_begins_at_the_caller_of_the_caller),
        cmocka_unit_test(test_symbol_module_and_offset_of_an_address),
        cmocka_unit_test(test_place_is_the_same_when_it_is_asked_for_again),
        cmocka_unit_test(test_address_of_nothing_has_no_place),
        cmocka_unit_test(test_stack_is_cut_at_its_maximum),
        cmocka_unit_test(test_loop_is_recognised_by_its_function),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
