#include <cmocka.h>
#include <string.h>

#include "base/utf8.h"
#include "snapshot/text.h"
#include "tests/unit/one_buffer.h"

static const char *quoted(const void *data, unsigned width, size_t count)
{
    struct strobe_characters characters = {data, width, count};
    strobe_buffer_clear(&buffer);
    strobe_text_quote_str(&buffer, &characters);
    return finish();
}

static const char *quoted_text(const char *text)
{
    return quoted(text, 1, strlen(text));
}

static const char *quoted_character(uint32_t c)
{
    return quoted(&c, 4, 1);
}

static const char *plain(const char *text, size_t size)
{
    strobe_buffer_clear(&buffer);
    strobe_text_plain(&buffer, text, size);
    return finish();
}

static void test_quotes_are_chosen_as_python_does(void **state)
{
    (void)state;
    assert_string_equal(quoted_text(""), "''");
    assert_string_equal(quoted_text("abc"), "'abc'");
    assert_string_equal(quoted_text("it's"), "\"it's\"");
    assert_string_equal(quoted_text("\"x\""), "'\"x\"'");
    assert_string_equal(quoted_text("'\""), "'\\'\"'");
    assert_string_equal(quoted_text("a\\b"), "'a\\\\b'");
}

static void test_controls_are_escaped_as_python_does(void **state)
{
    (void)state;
    assert_string_equal(quoted("\n\r\t\0\x1b\x7f", 1, 6), "'\\n\\r\\t\\x00\\x1b\\x7f'");
    assert_string_equal(quoted("\x85\xa0\xad", 1, 3), "'\\x85\\xa0\\xad'");
}

static void test_all_widths_become_utf8(void **state)
{
    (void)state;
    static const uint16_t wide[] = {0xE9, 0x4E2D, 0xFFFD};
    static const uint32_t wider[] = {0x1F600, 0x10000};
    assert_string_equal(quoted("\xe9", 1, 1), "'\xc3\xa9'");
    assert_string_equal(quoted(wide, 2, 3), "'\xc3\xa9\xe4\xb8\xad\xef\xbf\xbd'");
    assert_string_equal(quoted(wider, 4, 2), "'\xf0\x9f\x98\x80\xf0\x90\x80\x80'");
}

static void test_what_cannot_be_seen_is_escaped(void **state)
{
    (void)state;
    assert_string_equal(quoted_character(0xD800), "'\\ud800'");
    assert_string_equal(quoted_character(0xDFFF), "'\\udfff'");
    assert_string_equal(quoted_character(0x202E), "'\\u202e'");
    assert_string_equal(quoted_character(0x2066), "'\\u2066'");
    assert_string_equal(quoted_character(0x200B), "'\\u200b'");
    assert_string_equal(quoted_character(0xFEFF), "'\\ufeff'");
    assert_string_equal(quoted_character(0xE000), "'\\ue000'");
    assert_string_equal(quoted_character(0xE0041), "'\\U000e0041'");
    assert_string_equal(quoted_character(0x110000), "'\\U00110000'");
    assert_string_equal(quoted_character(0xFFFFFFFF), "'\\Uffffffff'");
}

static void test_each_character_becomes_valid_utf8(void **state)
{
    (void)state;
    for (uint32_t c = 0; c < 0x120000; c++) {
        const char *text = quoted_character(c);
        if (!strobe_utf8_valid(text, strlen(text))) {
            fail_msg("U+%04X gives invalid UTF-8", c);
        }
    }
}

static void test_bytes_are_quoted(void **state)
{
    (void)state;
    strobe_buffer_clear(&buffer);
    strobe_text_quote_bytes(&buffer, (const uint8_t *)"a'\0\xff\n", 5, false);
    assert_string_equal(finish(), "b\"a'\\x00\\xff\\n\"");
    strobe_buffer_clear(&buffer);
    strobe_text_quote_bytes(&buffer, (const uint8_t *)"", 0, true);
    assert_string_equal(finish(), "bytearray(b'')");
}

static void test_plain_text_keeps_what_can_be_shown(void **state)
{
    (void)state;
    assert_string_equal(plain("caf\xc3\xa9 it's \\", 12), "caf\xc3\xa9 it's \\");
    assert_string_equal(plain("a\0b\x1b[2J", 7), "a\\x00b\\x1b[2J");
    assert_string_equal(plain("\xe2\x80\xae", 3), "\\u202e");
    assert_string_equal(plain("\xff\xc3", 2), "\\xff\\xc3");
    assert_string_equal(plain("\xed\xa0\x80", 3), "\\xed\\xa0\\x80");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quotes_are_chosen_as_python_does),
        cmocka_unit_test(test_controls_are_escaped_as_python_does),
        cmocka_unit_test(test_all_widths_become_utf8),
        cmocka_unit_test(test_what_cannot_be_seen_is_escaped),
        cmocka_unit_test(test_each_character_becomes_valid_utf8),
        cmocka_unit_test(test_bytes_are_quoted),
        cmocka_unit_test(test_plain_text_keeps_what_can_be_shown),
    };
    return cmocka_run_group_tests(tests, make_buffer, drop_buffer);
}
