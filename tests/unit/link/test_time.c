/* What time alone brings: heartbeats, the end of a silent connection, retries. Time is the test's own. */
#include <cmocka.h>
#include <poll.h>
#include <signal.h>
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

static void test_heartbeats_carry_what_was_dropped_and_what_the_agent_cost(void **state)
{
    (void)state;
    start_connected();
    agent_add_snapshots(&agent, 1, STROBE_MESSAGE_BYTES_MAX); /* too large: dropped */
    strobe_link_set_callback_ns(agent.link, 123456);
    for (int i = 0; i < 3; i++) {
        agent_pass_time(STROBE_HEARTBEAT_S * 1000);
        json_t *heartbeat = fake_link_expect(&peer, "heartbeat");
        assert_true(json_integer_value(json_object_get(heartbeat, "time_us")) > 1600000000000000);
        assert_int_equal(json_integer_value(json_object_get(heartbeat, "dropped")), 1);
        assert_int_equal(json_integer_value(json_object_get(heartbeat, "callback_ns")), 123456);
        json_decref(heartbeat);
        fake_link_send_text(&peer, "{\"t\":\"heartbeat\",\"time_us\":1}");
        fake_link_send_probe_set(&peer, i + 1); /* when this is handled, so is the heartbeat before it */
        agent_expect_probe_set(&agent, i + 1);
    }
    assert_int_equal(agent.messages, 3);
    end();
}

static void test_a_silent_hub_is_left(void **state)
{
    (void)state;
    start_connected();
    agent_pass_time(STROBE_SILENCE_S * 1000);
    agent_expect_state(&agent, STROBE_LINK_CONNECTING);
    assert_non_null(strstr(agent.reason, "silent"));
    fake_link_kill(&peer);
    fake_link_welcome(&hub, &peer, 0);
    agent_expect_state(&agent, STROBE_LINK_CONNECTED);
    end();
}

static void test_any_message_breaks_the_silence(void **state)
{
    (void)state;
    start_connected();
    for (int i = 1; i <= 5; i++) {
        agent_pass_time((STROBE_SILENCE_S - 15) * 1000); /* a machine that stalls adds to it */
        json_decref(fake_link_expect(&peer, "heartbeat"));
        fake_link_send_probe_set(&peer, i);
        agent_expect_probe_set(&agent, i);
    }
    assert_int_equal(strobe_link_counters(agent.link).connections, 1);
    end();
}

static void test_a_hub_without_a_welcome_is_left(void **state)
{
    (void)state;
    struct strobe_dsn dsn = fake_hub_dsn(&hub, NULL);
    agent_start(&agent, &dsn);
    assert_true(fake_link_accept_tls(&hub, &peer));
    assert_true(fake_link_read_request(&peer));
    fake_link_upgrade(&peer);
    json_decref(fake_link_expect(&peer, "hello"));
    agent_pass_time(STROBE_SILENCE_S * 1000);
    agent_expect_states(&agent, 1);
    assert_non_null(strstr(agent.reason, "silent"));
    end();
}

static void test_a_server_that_hangs_in_tls_is_left(void **state)
{
    (void)state;
    struct strobe_dsn dsn = fake_hub_dsn(&hub, NULL);
    agent_start(&agent, &dsn);
    fake_link_accept_tcp(&hub, &peer);
    agent_pass_time(STROBE_SILENCE_S * 1000);
    agent_expect_states(&agent, 1);
    assert_non_null(strstr(agent.reason, "silent"));
    end();
}

static void test_a_refused_link_tries_again_after_the_longest_wait_and_connects(void **state)
{
    (void)state;
    static const char no[] = "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n";
    struct strobe_dsn dsn = fake_hub_dsn(&hub, NULL);
    agent_start(&agent, &dsn);
    assert_true(fake_link_accept_tls(&hub, &peer));
    assert_true(fake_link_read_request(&peer));
    fake_link_write(&peer, no, sizeof no - 1);
    agent_expect_state(&agent, STROBE_LINK_REFUSED);
    fake_link_kill(&peer);
    /* A lost connection would have tried by now, 10 s before this one may: the machine adds what it stalls. */
    agent_pass_time(STROBE_RECONNECT_MS_MAX / 2 - 10000);
    for (int i = 0; i < 5; i++) {
        agent_add_snapshots(&agent, 1, 10); /* so many turns of its loop, and it does not come */
    }
    struct pollfd knock = {.fd = hub.listener, .events = POLLIN};
    assert_int_equal(poll(&knock, 1, 0), 0);
    agent_pass_time(STROBE_RECONNECT_MS_MAX / 2 + 10000);
    fake_link_welcome(&hub, &peer, 0);
    agent_expect_state(&agent, STROBE_LINK_CONNECTED);
    end();
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_heartbeats_carry_what_was_dropped_and_what_the_agent_cost),
        cmocka_unit_test(test_a_silent_hub_is_left),
        cmocka_unit_test(test_any_message_breaks_the_silence),
        cmocka_unit_test(test_a_hub_without_a_welcome_is_left),
        cmocka_unit_test(test_a_server_that_hangs_in_tls_is_left),
        cmocka_unit_test(test_a_refused_link_tries_again_after_the_longest_wait_and_connects),
    };
    return cmocka_run_group_tests(tests, open_hub, close_hub);
}
