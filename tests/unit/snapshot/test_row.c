#include <cmocka.h>
#include <string.h>

#include "snapshot/row.h"

static struct strobe_buffer buffer;

static const char *text_of(const struct strobe_row *row)
{
    strobe_buffer_clear(&buffer);
    strobe_row_text(&buffer, row);
    assert_false(buffer.failed);
    strobe_buffer_append(&buffer, "", 1);
    return buffer.data;
}

static struct strobe_row make(char kind, const void *items, size_t item_bytes, size_t count)
{
    return (struct strobe_row){.kind = kind,
                               .dimensions = 1,
                               .shape = {count},
                               .items = items,
                               .item_bytes = item_bytes,
                               .count = count,
                               .dtype = "",
                               .dtype_size = 0};
}

static void test_numbers_of_each_width(void **state)
{
    (void)state;
    struct strobe_row row = make('i', (const int8_t[]){-1, 127}, 1, 2);
    assert_string_equal(text_of(&row), "[-1, 127]");
    row = make('i', (const int16_t[]){-2}, 2, 1);
    assert_string_equal(text_of(&row), "[-2]");
    row = make('i', (const int64_t[]){INT64_MIN, INT64_MAX}, 8, 2);
    assert_string_equal(text_of(&row), "[-9223372036854775808, 9223372036854775807]");
    row = make('u', (const uint64_t[]){UINT64_MAX}, 8, 1);
    assert_string_equal(text_of(&row), "[18446744073709551615]");
    row = make('?', (const uint8_t[]){0, 1}, 1, 2);
    assert_string_equal(text_of(&row), "[False, True]");
    row = make('f', (const float[]){0.1f, -2.0f, 1e30f}, 4, 3);
    assert_string_equal(text_of(&row), "[0.1, -2.0, 1e+30]");
    row = make('f', (const double[]){0.1, __builtin_inf()}, 8, 2);
    assert_string_equal(text_of(&row), "[0.1, inf]");
    row = make('f', (const uint16_t[]){0x3800, 0xC000, 0x7C00, 0x0001}, 2, 4);
    assert_string_equal(text_of(&row), "[0.5, -2.0, inf, 5.96e-08]");
    row = make('c', (const float[]){1, -2}, 8, 1);
    assert_string_equal(text_of(&row), "[(1-2j)]");
}

static void test_other_byte_order_is_turned(void **state)
{
    (void)state;
    struct strobe_row row = make('i', (const uint8_t[]){0xFF, 0xFE, 0x01, 0x02}, 2, 2);
    row.swapped = true;
    assert_string_equal(text_of(&row), "[-2, 258]");
    row = make('U', (const uint8_t[]){0, 0, 0, 'a', 0, 0, 0, 0}, 8, 1);
    row.swapped = true;
    assert_string_equal(text_of(&row), "['a']");
}

static void test_texts_end_before_their_zeros(void **state)
{
    (void)state;
    struct strobe_row row = make('S', "ab\0c\0\0", 3, 2);
    assert_string_equal(text_of(&row), "[b'ab', b'c']");
    row = make('U', (const uint32_t[]){'x', 0xE9, 0}, 12, 1);
    assert_string_equal(text_of(&row), "['x\xc3\xa9']");
    row = make('V', "\x01\x02", 2, 1);
    assert_string_equal(text_of(&row), "[b'\\x01\\x02']");
}

static void test_brackets_follow_the_shape(void **state)
{
    (void)state;
    const int8_t items[] = {1, 2, 3, 4, 5, 6, 7, 8};
    struct strobe_row row = make('i', items, 1, 6);
    row.dimensions = 2;
    row.shape[0] = 2;
    row.shape[1] = 3;
    assert_string_equal(text_of(&row), "[[1, 2, 3], [4, 5, 6]]");
    row.count = 4;
    assert_string_equal(text_of(&row), "[[1, 2, 3], [4, ...]]");
    row.count = 3;
    assert_string_equal(text_of(&row), "[[1, 2, 3], ...]");
    row.count = 8;
    row.dimensions = 3;
    row.shape[0] = row.shape[1] = row.shape[2] = 2;
    assert_string_equal(text_of(&row), "[[[1, 2], [3, 4]], [[5, 6], [7, 8]]]");
    row.dimensions = 0;
    row.count = 1;
    assert_string_equal(text_of(&row), "1");
}

static void test_empty_and_unreadable_arrays(void **state)
{
    (void)state;
    struct strobe_row row = make('i', "", 1, 0);
    assert_string_equal(text_of(&row), "[]");
    row.shape[0] = 5;
    assert_string_equal(text_of(&row), "[...]");
    row.dimensions = 2;
    row.shape[0] = UINT64_MAX;
    row.shape[1] = UINT64_MAX;
    assert_string_equal(text_of(&row), "[...]");
}

static void test_dates_by_their_unit(void **state)
{
    (void)state;
    const int64_t items[] = {0, -1, INT64_MIN};
    struct strobe_row row = make('M', items, 8, 3);
    assert_string_equal(text_of(&row), "[0, -1, NaT]");
    row.dtype = "datetime64[D]";
    row.dtype_size = strlen(row.dtype);
    assert_string_equal(text_of(&row), "[1970-01-01, 1969-12-31, NaT]");
    row.dtype = "datetime64[ms]";
    row.dtype_size = strlen(row.dtype);
    assert_string_equal(text_of(&row), "[1970-01-01T00:00:00.000, 1969-12-31T23:59:59.999, NaT]");
    const int64_t far[] = {INT64_MAX};
    row.items = (const uint8_t *)far;
    row.count = row.shape[0] = 1;
    row.dtype = "datetime64[D]";
    row.dtype_size = strlen(row.dtype);
    assert_string_equal(text_of(&row), "[9223372036854775807]");
}

static void test_items_of_impossible_width_are_marked(void **state)
{
    (void)state;
    struct strobe_row row = make('i', "0123456789abcdef", 16, 1);
    assert_string_equal(text_of(&row), "[?]");
    row = make('f', "0123456789abcdef", 3, 1);
    assert_string_equal(text_of(&row), "[?]");
    row = make('c', "0123456789abcdef", 5, 1);
    assert_string_equal(text_of(&row), "[?]");
}

int main(void)
{
    strobe_buffer_init(&buffer, 1 << 20);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_of_each_width),
        cmocka_unit_test(test_other_byte_order_is_turned),
        cmocka_unit_test(test_texts_end_before_their_zeros),
        cmocka_unit_test(test_brackets_follow_the_shape),
        cmocka_unit_test(test_empty_and_unreadable_arrays),
        cmocka_unit_test(test_dates_by_their_unit),
        cmocka_unit_test(test_items_of_impossible_width_are_marked),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    strobe_buffer_done(&buffer);
    return failed;
}
