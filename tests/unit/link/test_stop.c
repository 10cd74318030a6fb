/* Stopping: what is flushed, what is said, and that no hub can keep the program from ending. */
#include <cmocka.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "agent.h"
#include "fake_hub.h"

/* A link that waits for a hub that hangs would wait for tens of seconds: lws' own time-outs, or for ever. */
#define BOUND_S 15

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

static void start(void)
{
    struct strobe_dsn dsn = fake_hub_dsn(&hub, NULL);
    agent_start(&agent, &dsn);
}

static void start_connected(void)
{
    start();
    fake_link_welcome(&hub, &peer, 0);
    agent_expect_state(&agent, STROBE_LINK_CONNECTED);
}

static void stop_within_the_bound(int flush_ms)
{
    struct timespec before, after;
    clock_gettime(CLOCK_MONOTONIC, &before);
    agent_stop(&agent, flush_ms);
    clock_gettime(CLOCK_MONOTONIC, &after);
    assert_in_range(after.tv_sec - before.tv_sec, 0, BOUND_S);
    assert_int_equal(agent_threads(), 0);
    assert_int_equal(agent.state, STROBE_LINK_STOPPED);
}

static void test_goodbye_is_the_last_message_and_the_close_is_polite(void **state)
{
    (void)state;
    start_connected();
    int states = agent.states;
    stop_within_the_bound(0);
    assert_int_equal(agent.states, states + 1);
    json_t *goodbye = fake_link_expect(&peer, "goodbye");
    assert_string_equal(json_string_value(json_object_get(goodbye, "reason")), "stop");
    json_decref(goodbye);
    assert_int_equal(fake_link_expect_close(&peer), 1000);
    fake_link_kill(&peer);
}

static void *acknowledge_all(void *argument)
{
    (void)argument;
    for (int seq = 1; seq <= 3; seq++) {
        json_decref(fake_link_expect(&peer, "snapshot"));
        usleep(50000);
        fake_link_send_ack(&peer, seq);
    }
    json_decref(fake_link_expect(&peer, "goodbye"));
    return NULL;
}

static void test_the_flush_waits_for_acknowledgements_and_takes_what_the_last_wake_adds(void **state)
{
    (void)state;
    pthread_t thread;
    start_connected();
    pthread_mutex_lock(&agent.mutex);
    agent.snapshots_to_add = 3; /* found by the wake of the stop alone */
    agent.snapshot_bytes = 100;
    pthread_mutex_unlock(&agent.mutex);
    pthread_create(&thread, NULL, acknowledge_all, NULL);
    stop_within_the_bound(60000);
    pthread_join(thread, NULL);
    fake_link_kill(&peer);
}

static void test_without_a_flush_no_snapshot_follows_goodbye(void **state)
{
    (void)state;
    start_connected();
    agent_add_snapshots(&agent, 4, 900 * 1000);
    stop_within_the_bound(0);
    bool goodbye = false;
    for (;;) {
        char *text;
        size_t size;
        int opcode = fake_link_read(&peer, &text, &size);
        bool snapshot = opcode == FAKE_TEXT && strstr(text, "\"snapshot\"") != NULL;
        assert_false(goodbye && snapshot);
        goodbye |= opcode == FAKE_TEXT && strstr(text, "\"goodbye\"") != NULL;
        free(text);
        if (opcode == FAKE_END || opcode == FAKE_CLOSE) {
            break;
        }
    }
    fake_link_kill(&peer);
}

static void test_a_hub_that_never_acknowledges_is_not_waited_for(void **state)
{
    (void)state;
    start_connected();
    agent_add_snapshots(&agent, 1, 10);
    stop_within_the_bound(100);
    fake_link_kill(&peer);
}

static void test_a_hub_that_does_not_read_is_not_waited_for(void **state)
{
    (void)state;
    start_connected();
    agent_add_snapshots(&agent, 4, 900 * 1000);
    stop_within_the_bound(100);
    fake_link_kill(&peer);
}

static void test_a_hub_that_hangs_before_tls_is_not_waited_for(void **state)
{
    (void)state;
    start();
    fake_link_accept_tcp(&hub, &peer);
    stop_within_the_bound(100);
    fake_link_kill(&peer);
}

static void test_a_hub_that_hangs_before_http_is_not_waited_for(void **state)
{
    (void)state;
    start();
    assert_true(fake_link_accept_tls(&hub, &peer));
    assert_true(fake_link_read_request(&peer));
    stop_within_the_bound(100);
    fake_link_kill(&peer);
}

static void test_a_hub_that_sends_no_welcome_is_not_waited_for(void **state)
{
    (void)state;
    start();
    assert_true(fake_link_accept_tls(&hub, &peer));
    assert_true(fake_link_read_request(&peer));
    fake_link_upgrade(&peer);
    json_decref(fake_link_expect(&peer, "hello"));
    stop_within_the_bound(100);
    fake_link_kill(&peer);
}

static void test_a_link_that_never_connected_stops(void **state)
{
    (void)state;
    struct strobe_dsn dsn = fake_hub_dsn(&hub, NULL);
    dsn.port = 1; /* nobody listens there */
    agent_start(&agent, &dsn);
    agent_expect_states(&agent, 1);
    stop_within_the_bound(10000);
}

static void test_links_can_be_started_and_stopped_at_once_many_times(void **state)
{
    (void)state;
    for (int i = 0; i < 30; i++) {
        start();
        stop_within_the_bound(0);
    }
}

static void test_stop_of_nothing_is_fine(void **state)
{
    (void)state;
    strobe_link_stop(NULL, 0, "stop");
    strobe_link_abandon(NULL);
    assert_int_equal(agent_threads(), 0);
}

static void test_a_hello_that_cannot_be_encoded_is_an_error_and_no_thread_remains(void **state)
{
    (void)state;
    struct strobe_dsn dsn = fake_hub_dsn(&hub, NULL);
    const struct strobe_wire_hello hello = {.instance = NULL};
    const struct strobe_link_handlers handlers = {.user = NULL};
    struct strobe_link *link = NULL;
    struct strobe_error error = {0};
    assert_int_equal(strobe_link_start(&dsn, &hello, &handlers, &link, &error), STROBE_EINVAL);
    assert_null(link);
    assert_true(error.message[0] != '\0');
    assert_int_equal(agent_threads(), 0);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
#define WITH_HUB(test) cmocka_unit_test_setup_teardown(test, open_hub, close_hub)
    const struct CMUnitTest tests[] = {
        WITH_HUB(test_goodbye_is_the_last_message_and_the_close_is_polite),
        WITH_HUB(test_the_flush_waits_for_acknowledgements_and_takes_what_the_last_wake_adds),
        WITH_HUB(test_without_a_flush_no_snapshot_follows_goodbye),
        WITH_HUB(test_a_hub_that_never_acknowledges_is_not_waited_for),
        WITH_HUB(test_a_hub_that_does_not_read_is_not_waited_for),
        WITH_HUB(test_a_hub_that_hangs_before_tls_is_not_waited_for),
        WITH_HUB(test_a_hub_that_hangs_before_http_is_not_waited_for),
        WITH_HUB(test_a_hub_that_sends_no_welcome_is_not_waited_for),
        WITH_HUB(test_a_link_that_never_connected_stops),
        WITH_HUB(test_links_can_be_started_and_stopped_at_once_many_times),
        WITH_HUB(test_stop_of_nothing_is_fine),
        WITH_HUB(test_a_hello_that_cannot_be_encoded_is_an_error_and_no_thread_remains),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
