#include <cmocka.h>
#include <string.h>

#include "snapshot/image.h"

static void test_what_is_put_is_read_again(void **state)
{
    (void)state;
    static const uint64_t numbers[] = {0, 1, 127, 128, 16383, 16384, UINT32_MAX, INT64_MAX, UINT64_MAX};
    uint8_t bytes[256];
    struct strobe_image_writer writer = {.bytes = bytes, .limit = sizeof bytes};
    strobe_image_put_u8(&writer, 200);
    strobe_image_put_u16(&writer, 60000);
    strobe_image_put_u64(&writer, UINT64_MAX - 1);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        strobe_image_put_varint(&writer, numbers[i]);
    }
    strobe_image_put_text(&writer, "text", 4);
    strobe_image_put_text(&writer, "", 0);
    strobe_image_put_bytes(&writer, "raw", 3);
    assert_false(writer.full);

    struct strobe_image_reader reader;
    size_t size;
    strobe_image_reader_init(&reader, bytes, writer.size);
    assert_int_equal(strobe_image_get_u8(&reader), 200);
    assert_int_equal(strobe_image_get_u16(&reader), 60000);
    assert_true(strobe_image_get_u64(&reader) == UINT64_MAX - 1);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        assert_true(strobe_image_get_varint(&reader) == numbers[i]);
    }
    assert_memory_equal(strobe_image_get_text(&reader, &size), "text", 4);
    assert_int_equal(size, 4);
    strobe_image_get_text(&reader, &size);
    assert_int_equal(size, 0);
    assert_memory_equal(strobe_image_get_bytes(&reader, 3), "raw", 3);
    assert_false(reader.failed);
    assert_ptr_equal(reader.at, reader.end);
}

static void test_writer_never_passes_its_limit(void **state)
{
    (void)state;
    uint8_t bytes[16];
    for (size_t limit = 0; limit < sizeof bytes; limit++) {
        memset(bytes, 0xAA, sizeof bytes);
        struct strobe_image_writer writer = {.bytes = bytes, .limit = limit};
        strobe_image_put_text(&writer, "0123456789abcdef", 15);
        assert_true(writer.full);
        assert_int_equal(writer.size, 0);
        strobe_image_put_u8(&writer, 1); /* a full writer stays full: nothing is torn */
        assert_int_equal(writer.size, 0);
        for (size_t i = 0; i < sizeof bytes; i++) {
            assert_int_equal(bytes[i], 0xAA);
        }
    }
}

static void test_patches_replace_what_was_put(void **state)
{
    (void)state;
    uint8_t bytes[8];
    struct strobe_image_writer writer = {.bytes = bytes, .limit = sizeof bytes};
    struct strobe_image_reader reader;
    strobe_image_put_u8(&writer, 0);
    strobe_image_put_u16(&writer, 0);
    strobe_image_patch_u8(&writer, 0, 9);
    strobe_image_patch_u16(&writer, 1, 65535);
    strobe_image_reader_init(&reader, bytes, writer.size);
    assert_int_equal(strobe_image_get_u8(&reader), 9);
    assert_int_equal(strobe_image_get_u16(&reader), 65535);
}

static void test_reader_stops_at_the_end_and_stays_failed(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {3, 'a', 'b'};
    struct strobe_image_reader reader;
    size_t size = 99;
    strobe_image_reader_init(&reader, bytes, sizeof bytes);
    assert_string_equal(strobe_image_get_text(&reader, &size), "");
    assert_int_equal(size, 0);
    assert_true(reader.failed);
    assert_int_equal(strobe_image_get_u8(&reader), 0);
    assert_null(strobe_image_get_bytes(&reader, 0));
}

static void test_numbers_of_more_than_64_bits_are_refused(void **state)
{
    (void)state;
    static const uint8_t too_long[] = {0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01};
    static const uint8_t too_large[] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02};
    struct strobe_image_reader reader;
    strobe_image_reader_init(&reader, too_long, sizeof too_long);
    strobe_image_get_varint(&reader);
    assert_true(reader.failed);
    strobe_image_reader_init(&reader, too_large, sizeof too_large);
    strobe_image_get_varint(&reader);
    assert_true(reader.failed);
}

static void test_sizes_beyond_the_image_do_not_overflow(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01, 'x'};
    struct strobe_image_reader reader;
    size_t size;
    strobe_image_reader_init(&reader, bytes, sizeof bytes);
    strobe_image_get_text(&reader, &size);
    assert_true(reader.failed);
}

static void test_each_reason_has_its_word(void **state)
{
    (void)state;
    assert_string_equal(strobe_cut_name(STROBE_CUT_DEPTH), "depth");
    assert_string_equal(strobe_cut_name(STROBE_CUT_REDACTED_NAME), "redacted:name");
    assert_string_equal(strobe_cut_name(STROBE_CUT_REDACTED_PATTERN), "redacted:pattern");
    assert_null(strobe_cut_name(STROBE_CUT_COUNT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_put_is_read_again),
        cmocka_unit_test(test_writer_never_passes_its_limit),
        cmocka_unit_test(test_patches_replace_what_was_put),
        cmocka_unit_test(test_reader_stops_at_the_end_and_stays_failed),
        cmocka_unit_test(test_numbers_of_more_than_64_bits_are_refused),
        cmocka_unit_test(test_sizes_beyond_the_image_do_not_overflow),
        cmocka_unit_test(test_each_reason_has_its_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
