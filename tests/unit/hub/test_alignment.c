#include "hub/alignment.h"

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

struct texts {
    const char *left, *right;
};

/* The same letter: 10; the same letter in another case: 5; a digit never. */
static int likeness(const void *user, size_t left, size_t right)
{
    const struct texts *texts = user;
    char a = texts->left[left], b = texts->right[right];
    return a == b ? 10 : (a ^ b) == 0x20 ? 5 : a >= 'A' && b >= 'A' ? 0 : -1;
}

static void expect(const char *left, const char *right, const char *wanted)
{
    struct texts texts = {left, right};
    long peers[16];
    char got[64] = "";
    assert_int_equal(strobe_align(strlen(left), strlen(right), likeness, 10, &texts, peers), 0);
    for (size_t i = 0; i < strlen(left); i++) {
        size_t used = strlen(got);
        got[used] = peers[i] < 0 ? '-' : right[peers[i]];
        got[used + 1] = '\0';
        assert_true(peers[i] < (long)strlen(right));
    }
    assert_string_equal(got, wanted);
}

static void test_equal_members_are_paired_across_what_came_and_went(void **state)
{
    (void)state;
    expect("abcd", "abcd", "abcd");
    expect("abcd", "bcd", "-bcd");
    expect("bcd", "abcd", "bcd");
    expect("abXcd", "aBc1d", "aB-cd");
    expect("", "a", "");
    expect("a", "", "-");
    expect("1a", "a2", "-a");
}

static void test_what_can_be_no_pair_is_none(void **state)
{
    (void)state;
    expect("1", "2", "-");
    expect("a", "b", "b");
}

static int by_number(const void *user, size_t left, size_t right)
{
    size_t *calls = (size_t *)user;
    ++*calls;
    return left == right + 1 ? 10 : -1;
}

static void test_long_rows_are_paired_by_position(void **state)
{
    (void)state;
    enum { COUNT = 5000 };
    long *peers = calloc(COUNT, sizeof *peers);
    size_t calls = 0;
    assert_int_equal(strobe_align(COUNT, COUNT, by_number, 10, &calls, peers), STROBE_ALIGNED_BY_POSITION);
    assert_true(calls < 3 * COUNT);
    assert_int_equal(peers[1], -1);
    free(peers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal_members_are_paired_across_what_came_and_went),
        cmocka_unit_test(test_what_can_be_no_pair_is_none),
        cmocka_unit_test(test_long_rows_are_paired_by_position),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
