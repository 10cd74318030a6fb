#include "base/buffer.h"

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "strobe/error.h"

static void test_buffer_holds_what_was_appended(void **state)
{
    (void)state;
    struct strobe_buffer buffer;
    strobe_buffer_init(&buffer, 1000);
    assert_int_equal(strobe_buffer_append_text(&buffer, "probe "), 0);
    assert_int_equal(strobe_buffer_append_format(&buffer, "%d of %s", 3, "ten"), 0);
    size_t size;
    char *text = strobe_buffer_steal(&buffer, &size);
    assert_string_equal(text, "probe 3 of ten");
    assert_int_equal(size, strlen(text));
    free(text);
    strobe_buffer_done(&buffer);
}

static void test_buffer_refuses_to_grow_past_its_maximum(void **state)
{
    (void)state;
    struct strobe_buffer buffer;
    strobe_buffer_init(&buffer, 10);
    assert_int_equal(strobe_buffer_append(&buffer, "0123456789", 10), 0);
    assert_int_equal(strobe_buffer_append(&buffer, "x", 1), STROBE_ELIMIT);
    assert_true(buffer.failed);
    assert_int_equal(buffer.size, 10);
    assert_null(strobe_buffer_reserve(&buffer, 1));
    strobe_buffer_clear(&buffer);
    assert_int_equal(strobe_buffer_append(&buffer, "x", 1), 0);
    strobe_buffer_done(&buffer);
}

static void test_buffer_of_nothing_is_an_empty_string(void **state)
{
    (void)state;
    struct strobe_buffer buffer;
    size_t size = 7;
    strobe_buffer_init(&buffer, 10);
    char *text = strobe_buffer_steal(&buffer, &size);
    assert_string_equal(text, "");
    assert_int_equal(size, 0);
    free(text);
}

static void test_buffer_survives_a_size_that_overflows(void **state)
{
    (void)state;
    struct strobe_buffer buffer;
    strobe_buffer_init(&buffer, 100);
    strobe_buffer_append_text(&buffer, "abc");
    assert_null(strobe_buffer_reserve(&buffer, SIZE_MAX - 1));
    assert_int_equal(buffer.size, 3);
    strobe_buffer_done(&buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_buffer_holds_what_was_appended),
        cmocka_unit_test(test_buffer_refuses_to_grow_past_its_maximum),
        cmocka_unit_test(test_buffer_of_nothing_is_an_empty_string),
        cmocka_unit_test(test_buffer_survives_a_size_that_overflows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
