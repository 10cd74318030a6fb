#include "strobe/error.h"

#include <cmocka.h>
#include <string.h>

#include "base/utf8.h"

static void test_the_first_error_wins(void **state)
{
    (void)state;
    struct strobe_error error = {0};
    assert_int_equal(strobe_error_set(&error, STROBE_EINVAL, "first %d", 1), STROBE_EINVAL);
    assert_int_equal(strobe_error_set(&error, STROBE_ENOMEM, "second"), STROBE_ENOMEM);
    assert_int_equal(error.code, STROBE_EINVAL);
    assert_string_equal(error.message, "first 1");
}

static void test_an_error_without_a_place_is_still_returned(void **state)
{
    (void)state;
    assert_int_equal(strobe_error_set(NULL, STROBE_EIO, "nobody listens"), STROBE_EIO);
}

static void test_a_long_message_is_cut_at_a_character(void **state)
{
    (void)state;
    struct strobe_error error = {0};
    char text[600];
    for (size_t i = 0; i + 2 < sizeof text; i += 2) {
        memcpy(text + i, "\xC3\xA9", 3);
    }
    strobe_error_set(&error, STROBE_EINVAL, "x%s", text);
    assert_true(strlen(error.message) < sizeof error.message);
    assert_true(strobe_utf8_valid(error.message, strlen(error.message)));
}

static void test_every_code_has_a_name_and_a_meaning(void **state)
{
    (void)state;
    assert_string_equal(strobe_error_name(STROBE_ELIMIT), "ELIMIT");
    assert_string_equal(strobe_error_meaning(STROBE_ELIMIT), "a limit is reached");
    assert_string_equal(strobe_error_meaning(-999), "unknown error");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_first_error_wins),
        cmocka_unit_test(test_an_error_without_a_place_is_still_returned),
        cmocka_unit_test(test_a_long_message_is_cut_at_a_character),
        cmocka_unit_test(test_every_code_has_a_name_and_a_meaning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
