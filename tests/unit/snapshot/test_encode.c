#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "sample_image.h"
#include "snapshot/encode.h"
#include "strobe/limits.h"

static uint8_t image[SAMPLE_BYTES_MAX];
static size_t image_size;
static struct strobe_snapshot_head head;
static json_t *body;

/* From an exact copy on the heap, so that a sanitizer sees each byte read too many. */
static int encode(const uint8_t *bytes, size_t size)
{
    struct strobe_error error = {0};
    uint8_t *copy = malloc(size > 0 ? size : 1);
    memcpy(copy, bytes, size);
    strobe_snapshot_head_done(&head);
    json_decref(body);
    body = NULL;
    int status = strobe_snapshot_encode(copy, size, &head, &body, &error);
    if (status < 0) {
        assert_int_equal(error.code, status);
        assert_true(strlen(error.message) > 0);
        assert_null(body);
        assert_null(head.function);
    }
    free(copy);
    return status;
}

static int make_sample(void **state)
{
    (void)state;
    image_size = sample_image(image);
    assert_true(image_size > 0);
    return encode(image, image_size);
}

static int drop_sample(void **state)
{
    (void)state;
    strobe_snapshot_head_done(&head);
    json_decref(body);
    body = NULL;
    return 0;
}

static json_t *value(size_t number)
{
    return json_array_get(json_object_get(body, "values"), number);
}

static const char *text_of(size_t number)
{
    return json_string_value(json_object_get(value(number), "text"));
}

static void assert_json(json_t *actual, const char *expected)
{
    json_t *wanted = json_loads(expected, JSON_DECODE_ANY, NULL);
    assert_non_null(wanted);
    if (!json_equal(actual, wanted)) {
        char *text = json_dumps(actual, JSON_ENCODE_ANY | JSON_COMPACT);
        fail_msg("%s instead of %s", text, expected);
    }
    json_decref(wanted);
}

static void test_head_tells_probe_time_and_place(void **state)
{
    (void)state;
    assert_int_equal(head.tag, SAMPLE_TAG);
    assert_int_equal(head.time_us, SAMPLE_TIME_US);
    assert_string_equal(head.function, "Cart.total");
    assert_string_equal(head.file, "/srv/shop/pricing.py");
    assert_int_equal(head.line, 42);
}

static void test_body_has_thread_frames_and_the_cut(void **state)
{
    (void)state;
    assert_json(json_object_get(body, "format"), "1");
    assert_json(json_object_get(body, "thread"), "{\"id\":4711,\"name\":\"MainThread\"}");
    assert_json(json_object_get(body, "frames_total"), "31");
    assert_json(json_object_get(body, "capture_ns"), "4210");
    assert_json(json_object_get(body, "cut"), "\"bytes\"");
    json_t *frames = json_object_get(body, "frames");
    assert_json(json_array_get(frames, 1), "{\"function\":\"main\",\"line\":7,\"library\":true,"
                                           "\"file\":\"/usr/lib/python3/site-packages/flask/app.py\"}");
    json_t *frame = json_array_get(frames, 0);
    assert_json(json_object_get(frame, "arguments"), "1");
    assert_json(json_object_get(frame, "locals_cut"), "3");
    assert_null(json_object_get(frame, "library"));
    assert_json(json_array_get(json_object_get(frame, "locals"), 2), "[\"c\",2]");
}

static void test_leaves_become_text(void **state)
{
    (void)state;
    assert_json(value(0), "{\"type\":\"int\",\"text\":\"-42\"}");
    assert_json(value(1), "{\"type\":\"int\",\"text\":\"-1180591620717411303424\"}");
    assert_json(value(2), "{\"type\":\"float\",\"text\":\"0.1\"}");
    assert_json(value(3), "{\"type\":\"complex\",\"text\":\"(1-2j)\"}");
    assert_json(value(4), "{\"type\":\"str\",\"text\":\"'he'\",\"size\":9,\"cut\":\"length\"}");
    assert_string_equal(text_of(5), "'h\xc3\xa9\\u202e\\ud800'");
    assert_string_equal(text_of(6), "\"\xf0\x9f\x98\x80'\"");
    assert_string_equal(text_of(7), "bytearray(b'a\\x00\\xff')");
    assert_string_equal(text_of(8), "datetime.date(2026, 1, 2)");
}

static void test_containers_refer_to_their_parts(void **state)
{
    (void)state;
    assert_json(value(9), "{\"type\":\"list\",\"size\":1000,\"items\":[0,9],\"cut\":\"items\"}");
    assert_json(value(10), "{\"type\":\"shop.Cart\",\"size\":1,\"entries\":[[4,11]],\"fields\":[[\"rate\",2]]}");
}

static void test_redacted_values_show_type_and_reason_only(void **state)
{
    (void)state;
    assert_json(value(11), "{\"type\":\"str\",\"cut\":\"redacted:name\",\"rule\":\"password\"}");
    assert_json(value(12), "{\"type\":\"int\",\"cut\":\"redacted:pattern\",\"rule\":\"card number\"}");
}

static void test_values_hidden_at_the_end_are_redacted(void **state)
{
    (void)state;
    assert_json(value(14), "{\"type\":\"int\",\"cut\":\"redacted:name\",\"rule\":\"token\"}");
}

/* a: [b], b: "x"; b is in c as well, where it stays, unless c is hidden too */
static void hide_list(bool both)
{
    uint8_t bytes[SAMPLE_BYTES_MAX];
    struct strobe_image_writer writer = {.bytes = bytes, .limit = sizeof bytes};
    put_head(&writer, 2);
    put_type(&writer, "list");
    for (int i = 0; i < 2; i++) {
        put_value(&writer, STROBE_PART_ITEMS, 1);
        strobe_image_put_u16(&writer, 1);
        strobe_image_put_varint(&writer, 2);
    }
    put_value(&writer, STROBE_PART_LEAF, 0);
    strobe_image_put_u8(&writer, STROBE_LEAF_TEXT);
    put_string(&writer, "inside");
    put_end_hiding(&writer, 3, STROBE_CUT_NONE);
    put_hidden(&writer, both ? 2 : 1, (const unsigned[]){0, 1});
    assert_int_equal(encode(bytes, writer.size), 0);
}

static void test_what_only_a_hidden_value_leads_to_is_forgotten(void **state)
{
    (void)state;
    hide_list(false);
    assert_json(value(0), "{\"type\":\"list\",\"cut\":\"redacted:name\",\"rule\":\"token\"}");
    assert_string_equal(text_of(2), "inside");
    hide_list(true);
    assert_null(text_of(2));
    assert_string_equal(json_string_value(json_object_get(value(2), "cut")), "redacted:name");
}

static void test_no_leaf_is_shown_when_there_are_too_many_secrets(void **state)
{
    (void)state;
    uint8_t bytes[SAMPLE_BYTES_MAX];
    struct strobe_image_writer writer = {.bytes = bytes, .limit = sizeof bytes};
    put_head(&writer, 4);
    put_numbers(&writer);
    put_end_hiding(&writer, 4, STROBE_CUT_NONE);
    strobe_image_put_u16(&writer, STROBE_IMAGE_HIDE_ALL);
    assert_int_equal(encode(bytes, writer.size), 0);
    for (size_t i = 0; i < 4; i++) {
        assert_null(text_of(i));
        assert_string_equal(json_string_value(json_object_get(value(i), "cut")), "redacted:name");
    }
}

/* What a fuzzer starts from must be an image that is accepted. STROBE_REWRITE_CORPUS=1 writes it anew. */
static void test_corpus_of_the_fuzz_target_has_todays_layout(void **state)
{
    (void)state;
    uint8_t bytes[SAMPLE_BYTES_MAX];
    FILE *file = getenv("STROBE_REWRITE_CORPUS") != NULL ? fopen(CORPUS "/everything", "wb") : NULL;
    if (file != NULL) {
        assert_int_equal(fwrite(image, 1, image_size, file), image_size);
        fclose(file);
    }
    file = fopen(CORPUS "/everything", "rb");
    assert_non_null(file);
    assert_int_equal(fread(bytes, 1, sizeof bytes, file), image_size);
    fclose(file);
    assert_memory_equal(bytes, image, image_size);
}

static void test_unbound_and_missing_values_say_why(void **state)
{
    (void)state;
    assert_json(value(13), "{\"cut\":\"unbound\"}");
    assert_json(value(15), "{\"cut\":\"bytes\"}");
    assert_int_equal(json_array_size(json_object_get(body, "values")), SAMPLE_VALUES + SAMPLE_MISSING);
}

static void test_secret_in_the_scanned_margin_hides_the_text(void **state)
{
    (void)state;
    uint8_t bytes[SAMPLE_BYTES_MAX];
    struct strobe_image_writer writer = {.bytes = bytes, .limit = sizeof bytes};
    put_head(&writer, 1);
    put_type(&writer, "str");
    put_value(&writer, STROBE_PART_SIZE | STROBE_PART_LEAF | STROBE_PART_CUT, 1);
    strobe_image_put_varint(&writer, 5000);
    strobe_image_put_u8(&writer, STROBE_LEAF_STR);
    strobe_image_put_u8(&writer, 1);
    strobe_image_put_varint(&writer, 9); /* "card 4111" would be shown */
    strobe_image_put_varint(&writer, 21);
    strobe_image_put_bytes(&writer, "card 4111111111111111", 21);
    strobe_image_put_u8(&writer, STROBE_CUT_LENGTH);
    put_end(&writer, 1, STROBE_CUT_NONE);
    assert_int_equal(encode(bytes, writer.size), 0);
    assert_json(value(0), "{\"type\":\"str\",\"cut\":\"redacted:pattern\",\"rule\":\"card number\"}");
    assert_null(json_object_get(body, "cut"));
}

static void test_each_beginning_of_an_image_is_refused(void **state)
{
    (void)state;
    for (size_t size = 0; size < image_size; size++) {
        assert_int_equal(encode(image, size), STROBE_EPROTO);
    }
}

static void test_bytes_after_the_end_are_refused(void **state)
{
    (void)state;
    image[image_size] = 0;
    assert_int_equal(encode(image, image_size + 1), STROBE_EPROTO);
}

static void test_flipped_bits_give_a_body_or_an_error(void **state)
{
    (void)state;
    for (size_t i = 0; i < image_size * 8; i++) {
        uint8_t flipped[SAMPLE_BYTES_MAX];
        memcpy(flipped, image, image_size);
        flipped[i / 8] ^= (uint8_t)(1u << i % 8);
        int status = encode(flipped, image_size);
        assert_true(status == 0 || status == STROBE_EPROTO);
    }
}

static void test_random_damage_gives_a_body_that_can_be_written_or_an_error(void **state)
{
    (void)state;
    unsigned seed = 3;
    for (int round = 0; round < 5000; round++) {
        uint8_t damaged[SAMPLE_BYTES_MAX];
        memcpy(damaged, image, image_size);
        for (int flip = 0; flip < 4; flip++) {
            seed = seed * 1103515245 + 12345;
            damaged[(seed >> 8) % image_size] = (uint8_t)(seed >> 24);
        }
        if (encode(damaged, image_size) == 0) {
            char *text = json_dumps(body, 0);
            assert_non_null(text); /* no invalid UTF-8 got in */
            free(text);
        }
    }
}

/* ---- Texts put together, arrays, and what stands around the frames ---- */

static void put_array(struct strobe_image_writer *writer, unsigned dimensions)
{
    const int16_t items[] = {1, -2};
    strobe_image_put_u8(writer, STROBE_LEAF_ARRAY);
    strobe_image_put_u8(writer, 'i');
    strobe_image_put_u8(writer, 0);
    put_string(writer, "int16");
    strobe_image_put_u8(writer, dimensions);
    for (unsigned i = 0; i < dimensions; i++) {
        strobe_image_put_varint(writer, 5);
    }
    strobe_image_put_varint(writer, sizeof items[0]);
    strobe_image_put_u16(writer, 2);
    strobe_image_put_bytes(writer, items, sizeof items);
}

static void put_str_piece(struct strobe_image_writer *writer, const char *text)
{
    strobe_image_put_u8(writer, STROBE_LEAF_STR);
    strobe_image_put_u8(writer, 1);
    strobe_image_put_varint(writer, strlen(text));
    strobe_image_put_varint(writer, strlen(text));
    strobe_image_put_bytes(writer, text, strlen(text));
}

static size_t rich_image(uint8_t *bytes, const char *text)
{
    struct strobe_image_writer writer = {.bytes = bytes, .limit = SAMPLE_BYTES_MAX};
    put_head(&writer, 2);
    put_value(&writer, STROBE_PART_LEAF, 0);
    strobe_image_put_u8(&writer, STROBE_LEAF_PIECES);
    strobe_image_put_u8(&writer, 4);
    strobe_image_put_u8(&writer, STROBE_LEAF_TEXT);
    put_string(&writer, "re.compile(");
    put_str_piece(&writer, text);
    put_array(&writer, 0);
    strobe_image_put_u8(&writer, STROBE_LEAF_INT);
    strobe_image_put_u64(&writer, 7);
    put_value(&writer, STROBE_PART_SIZE | STROBE_PART_LEAF | STROBE_PART_CUT, 0);
    strobe_image_put_varint(&writer, 5);
    put_array(&writer, 1);
    strobe_image_put_u8(&writer, STROBE_CUT_ITEMS);
    put_end(&writer, 2, STROBE_CUT_NONE);
    return writer.size;
}

static void test_pieces_become_one_text_and_arrays_have_a_shape(void **state)
{
    (void)state;
    uint8_t bytes[SAMPLE_BYTES_MAX];
    assert_int_equal(encode(bytes, rich_image(bytes, "it's")), 0);
    assert_json(value(0), "{\"text\":\"re.compile(\\\"it's\\\"17\"}");
    assert_json(value(1), "{\"size\":5,\"shape\":[5],\"dtype\":\"int16\",\"text\":\"[1, -2, ...]\",\"cut\":\"items\"}");
}

static void test_secret_in_a_piece_hides_the_whole_text(void **state)
{
    (void)state;
    uint8_t bytes[SAMPLE_BYTES_MAX];
    assert_int_equal(encode(bytes, rich_image(bytes, "4111111111111111")), 0);
    assert_json(value(0), "{\"cut\":\"redacted:pattern\",\"rule\":\"card number\"}");
}

static void test_damaged_pieces_and_arrays_give_a_body_or_an_error(void **state)
{
    (void)state;
    uint8_t rich[SAMPLE_BYTES_MAX], flipped[SAMPLE_BYTES_MAX];
    size_t size = rich_image(rich, "it's");
    for (size_t i = 0; i < size * 8; i++) {
        memcpy(flipped, rich, size);
        flipped[i / 8] ^= (uint8_t)(1u << i % 8);
        int status = encode(flipped, size);
        assert_true(status == 0 || status == STROBE_EPROTO);
    }
    for (size_t i = 0; i < size; i++) {
        assert_int_equal(encode(rich, i), STROBE_EPROTO);
    }
}

static void test_time_trace_request_task_and_greenlet_stand_around_the_frames(void **state)
{
    (void)state;
    assert_json(json_object_get(body, "time"), "\"1970-01-01T00:02:03.456789321Z\"");
    assert_json(json_object_get(body, "trace"), "{\"trace_id\":\"0102030405060708090a0b0c0d0e0f10\","
                                                "\"span_id\":\"1112131415161718\"}");
    assert_json(json_object_get(body, "request"),
                "{\"method\":\"GET\",\"path\":\"/orders/5\",\"route\":\"/orders/<int:id>\"}");
    assert_json(json_object_get(body, "task"), "{\"name\":\"charge\",\"coroutine\":\"charge_order\"}");
    assert_json(json_object_get(body, "greenlet"),
                "{\"id\":\"0x7f0e8a59c600\",\"main\":false,\"type\":\"gevent.Greenlet\",\"run\":\"fetch\"}");
    assert_json(json_object_get(body, "awaiters"),
                "[{\"task\":\"Task-1\",\"coroutine\":\"main\",\"others\":1,\"frames\":["
                "{\"function\":\"gather_all\",\"file\":\"/srv/shop/jobs.py\",\"line\":12},"
                "{\"function\":\"main\",\"file\":\"/srv/shop/jobs.py\",\"line\":30}]}]");
    assert_json(json_object_get(json_array_get(json_object_get(body, "frames"), 0), "kinds"), "\"allllllllllllllll\"");
}

static void refuse_with(void (*spoil)(struct strobe_image_writer *), const char *why)
{
    uint8_t bytes[SAMPLE_BYTES_MAX];
    struct strobe_image_writer writer = {.bytes = bytes, .limit = sizeof bytes};
    struct strobe_error error = {0};
    spoil(&writer);
    assert_int_equal(strobe_snapshot_encode(bytes, writer.size, &head, &body, &error), STROBE_EPROTO);
    assert_non_null(strstr(error.message, why));
}

static void spoil_reference(struct strobe_image_writer *writer)
{
    put_head(writer, 2);
    put_value(writer, 0, 0);
    put_end(writer, 1, STROBE_CUT_BYTES);
}

static void spoil_type(struct strobe_image_writer *writer)
{
    put_head(writer, 1);
    put_value(writer, 0, 1);
    put_end(writer, 1, STROBE_CUT_NONE);
}

static void spoil_total(struct strobe_image_writer *writer)
{
    put_head(writer, 0);
    put_end(writer, STROBE_CAPTURE_VALUES_MAX + 1, STROBE_CUT_BYTES);
}

static void spoil_reason(struct strobe_image_writer *writer)
{
    put_head(writer, 1);
    put_end(writer, 1, STROBE_CUT_NONE);
}

static void spoil_hidden(struct strobe_image_writer *writer)
{
    put_head(writer, 0);
    put_end_hiding(writer, 0, STROBE_CUT_NONE);
    put_hidden(writer, 1, (const unsigned[]){0});
}

static void test_inconsistent_images_are_refused_with_a_reason(void **state)
{
    (void)state;
    drop_sample(state);
    refuse_with(spoil_reference, "reference leads nowhere");
    refuse_with(spoil_type, "type is not known");
    refuse_with(spoil_total, "reference leads nowhere");
    refuse_with(spoil_reason, "missing without a reason");
    refuse_with(spoil_hidden, "hidden value is not there");
}

int main(void)
{
#define WITH_SAMPLE(test) cmocka_unit_test_setup_teardown(test, make_sample, drop_sample)
    const struct CMUnitTest tests[] = {
        WITH_SAMPLE(test_head_tells_probe_time_and_place),
        WITH_SAMPLE(test_body_has_thread_frames_and_the_cut),
        WITH_SAMPLE(test_leaves_become_text),
        WITH_SAMPLE(test_containers_refer_to_their_parts),
        WITH_SAMPLE(test_redacted_values_show_type_and_reason_only),
        WITH_SAMPLE(test_values_hidden_at_the_end_are_redacted),
        WITH_SAMPLE(test_what_only_a_hidden_value_leads_to_is_forgotten),
        WITH_SAMPLE(test_no_leaf_is_shown_when_there_are_too_many_secrets),
        WITH_SAMPLE(test_corpus_of_the_fuzz_target_has_todays_layout),
        WITH_SAMPLE(test_unbound_and_missing_values_say_why),
        WITH_SAMPLE(test_secret_in_the_scanned_margin_hides_the_text),
        WITH_SAMPLE(test_each_beginning_of_an_image_is_refused),
        WITH_SAMPLE(test_bytes_after_the_end_are_refused),
        WITH_SAMPLE(test_flipped_bits_give_a_body_or_an_error),
        WITH_SAMPLE(test_random_damage_gives_a_body_that_can_be_written_or_an_error),
        WITH_SAMPLE(test_pieces_become_one_text_and_arrays_have_a_shape),
        WITH_SAMPLE(test_secret_in_a_piece_hides_the_whole_text),
        WITH_SAMPLE(test_damaged_pieces_and_arrays_give_a_body_or_an_error),
        WITH_SAMPLE(test_time_trace_request_task_and_greenlet_stand_around_the_frames),
        WITH_SAMPLE(test_inconsistent_images_are_refused_with_a_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
