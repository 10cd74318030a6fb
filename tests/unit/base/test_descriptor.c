#include "base/descriptor.h"

#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "strobe/error.h"

static int ends[2];

static int open_pipe(void **state)
{
    (void)state;
    return pipe(ends);
}

static int close_pipe(void **state)
{
    (void)state;
    close(ends[0]);
    return 0;
}

static void test_pieces_are_put_together_until_the_end(void **state)
{
    (void)state;
    char bytes[64];
    size_t size = 0;
    assert_int_equal(write(ends[1], "first", 5), 5);
    assert_int_equal(write(ends[1], "second", 6), 6);
    close(ends[1]);
    assert_int_equal(strobe_descriptor_read(ends[0], bytes, sizeof bytes, &size), 0);
    assert_int_equal(size, 11);
    assert_memory_equal(bytes, "firstsecond", 11);
}

static void test_no_more_is_read_than_there_is_room_for(void **state)
{
    (void)state;
    char bytes[8] = "xxxxxxx";
    size_t size = 0;
    assert_int_equal(write(ends[1], "first", 5), 5);
    assert_int_equal(strobe_descriptor_read(ends[0], bytes, 3, &size), 0);
    assert_int_equal(size, 3);
    assert_string_equal(bytes, "firxxxx");
    close(ends[1]);
}

static void test_what_cannot_be_read_leaves_the_size_alone(void **state)
{
    (void)state;
    char bytes[8];
    size_t size = 77;
    close(ends[1]);
    assert_int_equal(strobe_descriptor_read(-1, bytes, sizeof bytes, &size), STROBE_EIO);
    assert_int_equal(errno, EBADF);
    assert_int_equal(size, 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_pieces_are_put_together_until_the_end, open_pipe, close_pipe),
        cmocka_unit_test_setup_teardown(test_no_more_is_read_than_there_is_room_for, open_pipe, close_pipe),
        cmocka_unit_test_setup_teardown(test_what_cannot_be_read_leaves_the_size_alone, open_pipe, close_pipe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
