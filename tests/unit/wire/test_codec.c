#include "wire/codec.h"

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "strobe/limits.h"

static int decode(const char *text, enum strobe_wire_sender from, struct strobe_wire_message *message)
{
    struct strobe_error error = {0};
    int status = strobe_wire_decode(text, strlen(text), from, message, &error);
    assert_int_equal(status, error.code);
    return status;
}

static void test_a_message_survives_the_way_there_and_back(void **state)
{
    (void)state;
    struct strobe_wire_probe probes[] = {
        {.id = "a1",
         .version = 2,
         .service = "shop",
         .location = "x.py:3",
         .condition = "n \xE2\x89\xA0 1",
         .action = "snapshot",
         .limits = {.hits = 7, .rate_per_s = 0.5},
         .created_by = "admin"},
        {.id = "a2",
         .version = 1,
         .service = "shop",
         .location = "y.py:4",
         .action = "snapshot",
         .limits = {.hits = 1, .rate_per_s = 10},
         .created_by = "admin"},
    };
    struct strobe_wire_probe_set set = {.version = 9, .probes = probes, .probes_count = 2};
    struct strobe_wire_message message;
    char *text;
    size_t size;
    assert_int_equal(strobe_wire_encode(STROBE_WIRE_KIND_PROBE_SET, &set, &text, &size, NULL), 0);
    assert_int_equal(strlen(text), size);
    assert_int_equal(decode(text, STROBE_WIRE_HUB, &message), 0);
    assert_int_equal(message.kind, STROBE_WIRE_KIND_PROBE_SET);
    struct strobe_wire_probe_set *back = &message.as.probe_set;
    assert_int_equal(back->version, 9);
    assert_int_equal(back->probes_count, 2);
    assert_string_equal(back->probes[0].condition, "n \xE2\x89\xA0 1");
    assert_int_equal(back->probes[0].limits.hits, 7);
    assert_true(back->probes[0].limits.rate_per_s == 0.5);
    assert_null(back->probes[1].condition);
    strobe_wire_message_done(&message);
    free(text);
}

static void test_absent_optional_members_have_their_defaults(void **state)
{
    (void)state;
    struct strobe_wire_probe_request request;
    json_t *json = json_pack("{s:s, s:s}", "service", "shop", "location", "x.py:1");
    assert_int_equal(strobe_wire_struct_from_json(&strobe_wire_probe_request_struct, json, &request, NULL), 0);
    assert_int_equal(request.limits.hits, 0); /* the action's own */
    assert_true(request.limits.rate_per_s == 0.0);
    assert_string_equal(request.options.level, "info");
    assert_string_equal(request.action, "snapshot");
    assert_null(request.condition);
    strobe_wire_struct_done(&strobe_wire_probe_request_struct, &request);
    json_decref(json);
}

static void test_strings_of_an_array_have_a_bound_of_their_own(void **state)
{
    (void)state;
    static const char watch[] = "cart.customer.address.country.code.upper() + order.reference";
    struct strobe_wire_action_options options;
    struct strobe_error error = {0};
    json_t *json = json_pack("{s:[s, s]}", "watches", watch, "total");
    assert_int_equal(strobe_wire_struct_from_json(&strobe_wire_action_options_struct, json, &options, &error), 0);
    assert_int_equal(options.watches_count, 2);
    assert_string_equal(options.watches[0], watch);
    strobe_wire_struct_done(&strobe_wire_action_options_struct, &options);
    json_decref(json);
    char *longest = calloc(1, 4098);
    memset(longest, 'a', 4097);
    json = json_pack("{s:[s]}", "watches", longest);
    assert_int_equal(strobe_wire_struct_from_json(&strobe_wire_action_options_struct, json, &options, &error),
                     STROBE_ELIMIT);
    json_decref(json);
    free(longest);
}

static void test_fields_that_are_not_known_are_ignored(void **state)
{
    (void)state;
    struct strobe_wire_message message;
    assert_int_equal(decode("{\"t\":\"ack\",\"seq\":4,\"later\":{\"a\":[1]}}", STROBE_WIRE_HUB, &message), 0);
    assert_int_equal(message.as.ack.seq, 4);
    strobe_wire_message_done(&message);
}

static void test_a_kind_from_the_wrong_side_is_unknown(void **state)
{
    (void)state;
    struct strobe_wire_message message;
    assert_int_equal(decode("{\"t\":\"ack\",\"seq\":4}", STROBE_WIRE_AGENT, &message), STROBE_EUNKNOWN);
    assert_int_equal(decode("{\"t\":\"future\"}", STROBE_WIRE_HUB, &message), STROBE_EUNKNOWN);
    assert_int_equal(decode("{\"t\":\"heartbeat\",\"time_us\":1}", STROBE_WIRE_AGENT, &message), 0);
    assert_int_equal(decode("{\"t\":\"heartbeat\",\"time_us\":1}", STROBE_WIRE_HUB, &message), 0);
}

static void test_malformed_messages_are_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "{",
        "[]",
        "null",
        "7",
        "{}",
        "{\"t\":7}",
        "{\"t\":\"ack\"}",
        "{\"t\":\"ack\",\"seq\":\"4\"}",
        "{\"t\":\"ack\",\"seq\":4.5}",
        "{\"t\":\"ack\",\"seq\":-1}",
        "{\"t\":\"ack\",\"seq\":9007199254740993}",
        "{\"t\":\"ack\",\"seq\":1e400}",
        "{\"t\":\"ack\",\"seq\":4,\"seq\":5}",
        "{\"t\":\"ack\",\"seq\":4} x",
        "{\"t\":\"refuse\",\"reason\":\"a\\u0000b\",\"message\":\"m\"}",
        "{\"t\":\"refuse\",\"reason\":\"\xFF\",\"message\":\"m\"}",
        "{\"t\":\"request\",\"request\":1,\"what\":\"everything\"}",
        "{\"t\":\"probe_set\",\"version\":1,\"probes\":{}}",
        "{\"t\":\"probe_set\",\"version\":1,\"probes\":[7]}",
        "{\"t\":\"probe_set\",\"version\":1,\"probes\":[{\"id\":\"a\"}]}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct strobe_wire_message message;
        assert_int_equal(decode(texts[i], STROBE_WIRE_HUB, &message), STROBE_EPROTO);
    }
}

static void test_every_prefix_of_a_message_is_refused(void **state)
{
    (void)state;
    const char *text = "{\"t\":\"request\",\"request\":12,\"what\":\"source\",\"path\":\"a/b.py\"}";
    for (size_t size = 0; size < strlen(text); size++) {
        struct strobe_wire_message message;
        assert_int_equal(strobe_wire_decode(text, size, STROBE_WIRE_HUB, &message, NULL), STROBE_EPROTO);
    }
}

static void test_deep_nesting_is_refused_before_it_is_parsed(void **state)
{
    (void)state;
    size_t depth = 500000;
    char *text = malloc(depth + 1);
    memset(text, '[', depth);
    text[depth] = '\0';
    struct strobe_wire_message message;
    assert_int_equal(decode(text, STROBE_WIRE_AGENT, &message), STROBE_ELIMIT);
    memset(text, '"', depth); /* quotes and brackets inside strings do not count */
    memcpy(text, "{\"t\":\"[[[[\"}", 13);
    assert_int_equal(decode(text, STROBE_WIRE_AGENT, &message), STROBE_EUNKNOWN);
    free(text);
}

static void test_sizes_over_the_limits_are_refused(void **state)
{
    (void)state;
    struct strobe_wire_message message;
    char reason[200];
    memset(reason, 'a', sizeof reason - 1);
    reason[sizeof reason - 1] = '\0';
    char text[400];
    snprintf(text, sizeof text, "{\"t\":\"refuse\",\"reason\":\"%s\",\"message\":\"m\"}", reason);
    assert_int_equal(decode(text, STROBE_WIRE_HUB, &message), STROBE_ELIMIT);

    char *large = malloc(STROBE_MESSAGE_BYTES_MAX + 2);
    memset(large, ' ', STROBE_MESSAGE_BYTES_MAX + 1);
    large[STROBE_MESSAGE_BYTES_MAX + 1] = '\0';
    assert_int_equal(decode(large, STROBE_WIRE_HUB, &message), STROBE_ELIMIT);
    free(large);

    json_t *probes = json_array();
    for (int i = 0; i <= STROBE_PROBES_MAX; i++) {
        json_array_append_new(probes, json_object());
    }
    struct strobe_wire_probe_set set;
    json_t *json = json_pack("{s:i, s:o}", "version", 1, "probes", probes);
    assert_int_equal(strobe_wire_struct_from_json(&strobe_wire_probe_set_struct, json, &set, NULL), STROBE_ELIMIT);
    json_decref(json);
}

static void test_a_message_with_bad_parts_leaves_nothing_behind(void **state)
{
    (void)state; /* AddressSanitizer's leak check is the judge */
    const char *text = "{\"t\":\"files\",\"request\":1,\"files\":[{\"path\":\"a\",\"module\":\"m\"},{\"path\":\"b\"},"
                       "{\"path\":7}]}";
    struct strobe_wire_message message;
    assert_int_equal(decode(text, STROBE_WIRE_AGENT, &message), STROBE_EPROTO);
}

static void test_what_cannot_be_encoded_is_named(void **state)
{
    (void)state;
    char *text = NULL;
    size_t size;
    struct strobe_error error = {0};
    struct strobe_wire_refuse refuse = {.reason = "because"};
    assert_int_equal(strobe_wire_encode(STROBE_WIRE_KIND_REFUSE, &refuse, &text, &size, &error), STROBE_EINVAL);
    assert_string_equal(error.message, "refuse: 'message' is required and missing");
    struct strobe_error second = {0};
    refuse.message = "\xFF";
    assert_int_equal(strobe_wire_encode(STROBE_WIRE_KIND_REFUSE, &refuse, &text, &size, &second), STROBE_EINVAL);
    assert_null(text);
}

static void test_json_travels_unchanged(void **state)
{
    (void)state;
    struct strobe_wire_snapshot snapshot = {
        .seq = 1, .probe = "p", .probe_version = 1, .body = json_pack("{s:[i,s,n]}", "values", 1, "two")};
    char *text;
    size_t size;
    struct strobe_wire_message message;
    assert_int_equal(strobe_wire_encode(STROBE_WIRE_KIND_SNAPSHOT, &snapshot, &text, &size, NULL), 0);
    assert_int_equal(decode(text, STROBE_WIRE_AGENT, &message), 0);
    assert_true(json_equal(message.as.snapshot.body, snapshot.body));
    strobe_wire_message_done(&message);
    json_decref(snapshot.body);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_message_survives_the_way_there_and_back),
        cmocka_unit_test(test_absent_optional_members_have_their_defaults),
        cmocka_unit_test(test_strings_of_an_array_have_a_bound_of_their_own),
        cmocka_unit_test(test_fields_that_are_not_known_are_ignored),
        cmocka_unit_test(test_a_kind_from_the_wrong_side_is_unknown),
        cmocka_unit_test(test_malformed_messages_are_refused),
        cmocka_unit_test(test_every_prefix_of_a_message_is_refused),
        cmocka_unit_test(test_deep_nesting_is_refused_before_it_is_parsed),
        cmocka_unit_test(test_sizes_over_the_limits_are_refused),
        cmocka_unit_test(test_a_message_with_bad_parts_leaves_nothing_behind),
        cmocka_unit_test(test_what_cannot_be_encoded_is_named),
        cmocka_unit_test(test_json_travels_unchanged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
