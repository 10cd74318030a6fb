#include "base/utf8.h"

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static void test_valid_text_is_told_from_invalid(void **state)
{
    (void)state;
    static const char *const valid[] = {"", "abc", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xF4\x8F\xBF\xBF"};
    static const char *const invalid[] = {"\x80",         "\xC3",         "\xC0\xAF",         "\xE0\x80\xAF",
                                          "\xED\xA0\x80", "\xF5\x80\x80", "\xF4\x90\x80\x80", "a\xFF"};
    for (size_t i = 0; i < sizeof valid / sizeof *valid; i++) {
        assert_true(strobe_utf8_valid(valid[i], strlen(valid[i])));
    }
    for (size_t i = 0; i < sizeof invalid / sizeof *invalid; i++) {
        assert_false(strobe_utf8_valid(invalid[i], strlen(invalid[i])));
    }
    assert_false(strobe_utf8_valid("a\0b", 3));
}

static void test_a_cut_keeps_characters_whole(void **state)
{
    (void)state;
    const char *text = "a\xE2\x82\xAC"
                       "b";
    assert_int_equal(strobe_utf8_cut(text, 5, 10), 5);
    assert_int_equal(strobe_utf8_cut(text, 5, 4), 4);
    assert_int_equal(strobe_utf8_cut(text, 5, 3), 1);
    assert_int_equal(strobe_utf8_cut(text, 5, 0), 0);
    assert_int_equal(strobe_utf8_cut("\xFF\xFF\xFF", 3, 2), 2);
}

static void test_repaired_text_is_valid(void **state)
{
    (void)state;
    size_t size;
    char *text = strobe_utf8_repair("a\xFF\0\xC3\xA9", 5, &size);
    assert_memory_equal(text, "a\xEF\xBF\xBD\xEF\xBF\xBD\xC3\xA9", 10);
    assert_int_equal(size, 9);
    assert_true(strobe_utf8_valid(text, size));
    free(text);
}

static void test_every_two_bytes_are_repaired_to_valid_text(void **state)
{
    (void)state;
    for (int i = 0; i < 65536; i++) {
        char bytes[2] = {(char)(i >> 8), (char)i};
        size_t size;
        char *text = strobe_utf8_repair(bytes, 2, &size);
        assert_true(strobe_utf8_valid(text, size));
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_valid_text_is_told_from_invalid),
        cmocka_unit_test(test_a_cut_keeps_characters_whole),
        cmocka_unit_test(test_repaired_text_is_valid),
        cmocka_unit_test(test_every_two_bytes_are_repaired_to_valid_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
