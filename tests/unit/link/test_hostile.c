/* Frames that no hub should send: each is ignored or ends the connection with a reason; the next connection works. */
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent.h"
#include "fake_hub.h"
#include "strobe/limits.h"

static struct fake_hub hub;
static struct fake_link peer;
static struct agent agent;

static int open_hub(void **state)
{
    (void)state;
    fake_hub_open(&hub, "localhost");
    return 0;
}

static int close_hub(void **state)
{
    (void)state;
    fake_hub_close(&hub);
    return 0;
}

static void start_connected(void)
{
    struct strobe_dsn dsn = fake_hub_dsn(&hub, NULL);
    agent_start(&agent, &dsn);
    fake_link_welcome(&hub, &peer, 0);
    agent_expect_state(&agent, STROBE_LINK_CONNECTED);
}

static void end(void)
{
    agent_stop(&agent, 0);
    fake_link_kill(&peer);
}

/** The link closed with `code` (0: any, or without a word) and comes back. */
static void expect_closed_and_back(int code)
{
    int closed = fake_link_expect_close(&peer);
    fake_link_kill(&peer);
    if (code != 0) {
        assert_int_equal(closed, code);
    }
    fake_link_welcome(&hub, &peer, 0);
    agent_expect_state(&agent, STROBE_LINK_CONNECTED); /* what follows does not come together with the upgrade */
}

static const char *const ignored[] = {
    "{\"t\":\"no_such_kind\"}",
    "{\"t\":\"no_such_kind\",\"x\":{\"y\":[1,2,{\"z\":null}]}}",
    "{\"t\":\"snapshot\",\"seq\":1}",
    "{\"t\":\"live_probe_removed\",\"id\":\"p\"}",
    "{\"t\":\"ack\",\"seq\":0}",
    "{\"t\":\"ack\",\"seq\":9007199254740991}",
    "{\"t\":\"ack\",\"seq\":0,\"unknown_field\":[{}]}",
    "{\"t\":\"heartbeat\",\"time_us\":1}",
};

static void test_unknown_and_harmless_messages_are_ignored(void **state)
{
    (void)state;
    start_connected();
    for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++) {
        fake_link_send_text(&peer, ignored[i]);
    }
    fake_link_send_probe_set(&peer, 3);
    agent_expect_probe_set(&agent, 3);
    assert_int_equal(strobe_link_counters(agent.link).connections, 1);
    assert_int_equal(agent.messages, 1);
    end();
}

static const char *const malformed[] = {
    "",
    " ",
    "{",
    "null",
    "[]",
    "1",
    "\"t\"",
    "{}",
    "{\"t\":null}",
    "{\"t\":7}",
    "{\"t\":\"ack\"}",
    "{\"t\":\"ack\",\"seq\":\"1\"}",
    "{\"t\":\"ack\",\"seq\":1.5}",
    "{\"t\":\"ack\",\"seq\":-1}",
    "{\"t\":\"ack\",\"seq\":1e300}",
    "{\"t\":\"ack\",\"seq\":99999999999999999999999999}",
    "{\"t\":\"ack\",\"seq\":null}",
    "{\"t\":\"ack\",\"seq\":1,\"seq\":2}",
    "{\"t\":\"ack\",\"seq\":1} trailing",
    "{\"t\":\"ack\",\"seq\":1}{\"t\":\"ack\",\"seq\":1}",
    "{\"t\":\"probe_set\",\"version\":1}",
    "{\"t\":\"probe_set\",\"version\":1,\"probes\":{}}",
    "{\"t\":\"probe_set\",\"version\":1,\"probes\":[null]}",
    "{\"t\":\"probe_set\",\"version\":1,\"probes\":[{\"id\":\"p\"}]}",
    "{\"t\":\"probe_set\",\"version\":-1,\"probes\":[]}",
    "{\"t\":\"request\",\"request\":0,\"what\":\"files\"}",
    "{\"t\":\"request\",\"request\":1,\"what\":\"delete\"}",
    "{\"t\":\"refuse\",\"reason\":\"r\"}",
    "{\"t\":\"ack\",\"seq\":\"\xff\xfe\"}",
    "{\"t\":\"welcome\",\"hub_version\":\"9\",\"time_us\":1,\"acknowledged\":0}", /* a second one */
};

static void test_malformed_messages_end_the_connection_with_a_reason(void **state)
{
    (void)state;
    start_connected();
    for (size_t i = 0; i < sizeof malformed / sizeof malformed[0]; i++) {
        fake_link_send_text(&peer, malformed[i]);
        expect_closed_and_back(1002);
    }
    assert_int_equal(agent.messages, 0);
    end();
}

static void test_only_welcome_and_refuse_may_come_before_the_welcome(void **state)
{
    (void)state;
    static const char *const early[] = {"{\"t\":\"ack\",\"seq\":0}",
                                        "{\"t\":\"probe_set\",\"version\":1,\"probes\":[]}"};
    start_connected();
    fake_link_kill(&peer);
    for (size_t i = 0; i < sizeof early / sizeof early[0]; i++) {
        assert_true(fake_link_accept_tls(&hub, &peer));
        assert_true(fake_link_read_request(&peer));
        fake_link_upgrade(&peer);
        json_decref(fake_link_expect(&peer, "hello"));
        fake_link_send_text(&peer, early[i]);
        assert_int_equal(fake_link_expect_close(&peer), 1002);
        fake_link_kill(&peer);
    }
    fake_link_welcome(&hub, &peer, 0);
    end();
    assert_int_equal(agent.messages, 0);
}

static void test_deep_nesting_ends_the_connection(void **state)
{
    (void)state;
    enum { DEPTH = 500 * 1000 };
    char *text = malloc(2 * DEPTH + 1);
    memset(text, '[', DEPTH);
    memset(text + DEPTH, ']', DEPTH);
    text[2 * DEPTH] = '\0';
    start_connected();
    fake_link_send_text(&peer, text);
    expect_closed_and_back(1002);
    free(text);
    end();
}

static void test_oversized_messages_end_the_connection(void **state)
{
    (void)state;
    const size_t size = STROBE_MESSAGE_BYTES_MAX + 1;
    char *text = malloc(size);
    memset(text, ' ', size);
    start_connected();
    fake_link_send_frame(&peer, true, FAKE_TEXT, text, size);
    expect_closed_and_back(1009);
    for (size_t done = 0; done < size; done += 65536) {
        fake_link_send_frame(&peer, false, done == 0 ? FAKE_TEXT : FAKE_CONTINUATION, text, 65536);
    }
    expect_closed_and_back(1009);
    free(text);
    end();
}

static void test_a_message_of_exactly_the_limit_is_read(void **state)
{
    (void)state;
    static const char start[] = "{\"t\":\"probe_set\",\"version\":8,\"probes\":[]";
    char *text = malloc(STROBE_MESSAGE_BYTES_MAX);
    memset(text, ' ', STROBE_MESSAGE_BYTES_MAX);
    memcpy(text, start, sizeof start - 1);
    text[STROBE_MESSAGE_BYTES_MAX - 1] = '}';
    start_connected();
    fake_link_send_frame(&peer, true, FAKE_TEXT, text, STROBE_MESSAGE_BYTES_MAX);
    agent_expect_probe_set(&agent, 8);
    free(text);
    end();
}

static void test_binary_messages_end_the_connection(void **state)
{
    (void)state;
    start_connected();
    fake_link_send_frame(&peer, true, FAKE_BINARY, "{\"t\":\"ack\",\"seq\":0}", 19);
    expect_closed_and_back(1003);
    end();
}

/* Raw bytes below the level of messages. Whatever libwebsockets makes of them, the link must live on. */
static const struct {
    const char *bytes;
    size_t size;
} frames[] = {
#define FRAME(bytes)             \
    {                            \
        bytes, sizeof(bytes) - 1 \
    }
    FRAME("\x00\x00"), /* continuation of nothing */
    FRAME("\x80\x03"
          "abc"),                /* the same, final */
    FRAME("\x01\x01{\x81\x01}"), /* text inside a fragmented text */
    FRAME("\x83\x00"),           /* reserved data opcodes */
    FRAME("\x87\x00"),
    FRAME("\x8b\x00"), /* reserved control opcodes */
    FRAME("\x8f\x00"),
    FRAME("\xc1\x02{}"), /* reserved bits: no extension is agreed */
    FRAME("\xa1\x02{}"),
    FRAME("\x91\x02{}"),
    FRAME("\x09\x00"),         /* a ping in fragments */
    FRAME("\x88\x01\x03"),     /* half a close code */
    FRAME("\x88\x02\x00\x00"), /* codes that mean nothing */
    FRAME("\x88\x02\x03\xed"),
    FRAME("\x88\x04\x03\xe8\xff\xfe"),                 /* a reason that is not UTF-8 */
    FRAME("\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff"), /* length with the top bit */
    FRAME("\x81\x7f\x7f\xff\xff\xff\xff\xff\xff\xff"), /* 2^63 - 1 bytes follow */
    FRAME("\x89\x7e\x00\x80"
          "1234"),                       /* a ping over 125 bytes */
    FRAME("\x81\x82\x00\x00\x00\x00{}"), /* masked by the server */
    FRAME("HTTP/1.1 200 OK\r\n\r\n"),
};

static void test_broken_frames_never_harm_the_link(void **state)
{
    (void)state;
    start_connected();
    for (size_t i = 0; i < sizeof frames / sizeof frames[0]; i++) {
        fake_link_write(&peer, frames[i].bytes, frames[i].size);
        fake_link_kill(&peer);
        fake_link_welcome(&hub, &peer, 0);
    }
    fake_link_send_probe_set(&peer, 77);
    agent_expect_probe_set(&agent, 77);
    end();
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unknown_and_harmless_messages_are_ignored),
        cmocka_unit_test(test_malformed_messages_end_the_connection_with_a_reason),
        cmocka_unit_test(test_only_welcome_and_refuse_may_come_before_the_welcome),
        cmocka_unit_test(test_deep_nesting_ends_the_connection),
        cmocka_unit_test(test_oversized_messages_end_the_connection),
        cmocka_unit_test(test_a_message_of_exactly_the_limit_is_read),
        cmocka_unit_test(test_binary_messages_end_the_connection),
        cmocka_unit_test(test_broken_frames_never_harm_the_link),
    };
    return cmocka_run_group_tests(tests, open_hub, close_hub);
}
