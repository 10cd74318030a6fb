/* The ordinary life of a link: hello, probes, snapshots, acknowledgements, a hub that goes and comes back. */
#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

static void end(void)
{
    agent_stop(&agent, 0);
    fake_link_kill(&peer);
}

static int64_t expect_snapshot(struct fake_link *link)
{
    json_t *snapshot = fake_link_expect(link, "snapshot");
    int64_t seq = json_integer_value(json_object_get(snapshot, "seq"));
    json_decref(snapshot);
    return seq;
}

static void test_the_request_carries_token_and_subprotocol_and_hello_comes_first(void **state)
{
    (void)state;
    char host[64];
    start();
    assert_true(fake_link_accept_tls(&hub, &peer));
    assert_true(SSL_version(peer.tls) >= TLS1_2_VERSION);
    assert_true(fake_link_read_request(&peer));
    assert_int_equal(strncmp(peer.request, "GET /agent HTTP/1.1\r\n", 21), 0);
    assert_non_null(strstr(peer.request, "\r\nAuthorization: Bearer " FAKE_HUB_TOKEN "\r\n"));
    assert_non_null(strcasestr(peer.request, "\r\nSec-WebSocket-Protocol: strobe.v1\r\n"));
    assert_null(strcasestr(peer.request, "permessage-deflate"));
    snprintf(host, sizeof host, "\r\nHost: 127.0.0.1:%d\r\n", hub.port);
    assert_non_null(strstr(peer.request, host));
    fake_link_upgrade(&peer);
    json_t *hello = fake_link_expect(&peer, "hello");
    assert_string_equal(json_string_value(json_object_get(hello, "instance")), "0a1b2c");
    assert_string_equal(json_string_value(json_object_get(hello, "service")), "shop");
    json_decref(hello);
    end();
}

static void test_a_probe_set_reaches_the_handler(void **state)
{
    (void)state;
    start_connected();
    fake_link_send_probe_set(&peer, 41);
    agent_expect_probe_set(&agent, 41);
    end();
}

static void test_a_snapshot_is_sent_once_and_its_acknowledgement_releases_it(void **state)
{
    (void)state;
    start_connected();
    agent_add_snapshots(&agent, 2, 100);
    assert_int_equal(expect_snapshot(&peer), 1);
    assert_int_equal(expect_snapshot(&peer), 2);
    fake_link_send_ack(&peer, 1);
    agent_expect_acknowledged(&agent, 1);
    fake_link_send_ack(&peer, 2);
    agent_expect_acknowledged(&agent, 2);
    struct strobe_link_counters counters = strobe_link_counters(agent.link);
    assert_int_equal(counters.snapshots_added, 2);
    assert_int_equal(counters.snapshots_dropped, 0);
    assert_int_equal(counters.connections, 1);
    assert_true(counters.bytes_sent > 200);
    end();
}

static void test_what_was_not_acknowledged_is_sent_again_after_the_hub_restarts(void **state)
{
    (void)state;
    start_connected();
    agent_add_snapshots(&agent, 3, 100);
    for (int seq = 1; seq <= 3; seq++) {
        assert_int_equal(expect_snapshot(&peer), seq);
    }
    fake_link_kill(&peer);
    fake_hub_restart(&hub);
    fake_link_welcome(&hub, &peer, 1);
    assert_int_equal(expect_snapshot(&peer), 2);
    assert_int_equal(expect_snapshot(&peer), 3);
    fake_link_send_ack(&peer, 3);
    agent_expect_acknowledged(&agent, 3);
    assert_int_equal(strobe_link_counters(agent.link).connections, 2);
    end();
}

static void test_snapshots_made_while_the_hub_is_away_arrive_later(void **state)
{
    (void)state;
    struct strobe_dsn dsn = fake_hub_dsn(&hub, NULL);
    close(hub.listener);
    agent_start(&agent, &dsn);
    agent_expect_states(&agent, 1);
    assert_int_equal(strobe_link_state(agent.link), STROBE_LINK_CONNECTING);
    agent_add_snapshots(&agent, 2, 10);
    hub.listener = open("/dev/null", O_RDONLY | O_CLOEXEC);
    fake_hub_restart(&hub);
    fake_link_welcome(&hub, &peer, 0);
    assert_int_equal(expect_snapshot(&peer), 1);
    assert_int_equal(expect_snapshot(&peer), 2);
    end();
}

static void test_large_messages_travel_in_bounded_frames_and_arrive_whole(void **state)
{
    (void)state;
    start_connected();
    agent_add_snapshots(&agent, 1, 1900 * 1000);
    json_t *snapshot = fake_link_expect(&peer, "snapshot");
    json_t *filler = json_object_get(json_object_get(snapshot, "body"), "filler");
    assert_int_equal(json_string_length(filler), 1900 * 1000);
    assert_int_equal(strspn(json_string_value(filler), "x"), 1900 * 1000);
    json_decref(snapshot);
    assert_int_equal(peer.largest_frame, 64 * 1024);
    end();
}

static void test_a_snapshot_over_the_wire_limit_is_counted_and_leaves_a_gap(void **state)
{
    (void)state;
    start_connected();
    agent_add_snapshots(&agent, 1, STROBE_MESSAGE_BYTES_MAX);
    assert_int_equal(agent.add_status, STROBE_ELIMIT);
    assert_int_equal(strobe_link_counters(agent.link).snapshots_dropped, 1);
    agent_add_snapshots(&agent, 1, 10);
    assert_int_equal(expect_snapshot(&peer), 2);
    end();
}

static int post_status(int64_t request)
{
    struct strobe_wire_request_failed message = {.request = request, .reason = "r", .message = "m"};
    char *text;
    size_t size;
    assert_int_equal(strobe_wire_encode(STROBE_WIRE_KIND_REQUEST_FAILED, &message, &text, &size, NULL), 0);
    return strobe_link_post(agent.link, text, size);
}

static void test_control_messages_overtake_snapshots(void **state)
{
    (void)state;
    start_connected();
    agent_add_snapshots(&agent, 4, 900 * 1000); /* more than the socket takes while nobody reads */
    assert_int_equal(post_status(5), 0);
    int before = 0;
    for (;;) {
        char *text;
        size_t size;
        assert_int_equal(fake_link_read(&peer, &text, &size), FAKE_TEXT);
        bool control = strstr(text, "request_failed") != NULL;
        free(text);
        if (control) {
            break;
        }
        before++;
    }
    assert_in_range(before, 0, 3);
    for (; before < 4; before++) {
        assert_int_equal(expect_snapshot(&peer), before + 1);
    }
    end();
}

static void test_control_messages_are_refused_without_a_connection_and_not_sent_later(void **state)
{
    (void)state;
    start();
    assert_int_equal(post_status(1), STROBE_ECLOSED);
    fake_link_welcome(&hub, &peer, 0);
    agent_expect_state(&agent, STROBE_LINK_CONNECTED);
    assert_int_equal(post_status(2), 0);
    json_t *answer = fake_link_expect(&peer, "request_failed");
    assert_int_equal(json_integer_value(json_object_get(answer, "request")), 2);
    json_decref(answer);
    fake_link_kill(&peer);
    agent_expect_state(&agent, STROBE_LINK_CONNECTING);
    assert_int_equal(post_status(3), STROBE_ECLOSED);
    fake_link_welcome(&hub, &peer, 0);
    end();
}

static void test_control_messages_are_bounded_and_the_rest_is_counted(void **state)
{
    (void)state;
    start_connected();
    agent_add_snapshots(&agent, 4, 900 * 1000); /* clogs the socket, so that posts stay queued */
    int status = 0;
    for (int i = 0; i < 100000 && status == 0; i++) {
        status = post_status(i + 1);
    }
    assert_int_equal(status, STROBE_ELIMIT);
    assert_int_equal(strobe_link_counters(agent.link).control_dropped, 1);
    end();
}

static void test_pings_are_answered(void **state)
{
    (void)state;
    start_connected();
    fake_link_send_frame(&peer, true, FAKE_PING, "are you", 7);
    char *text;
    size_t size;
    assert_int_equal(fake_link_read(&peer, &text, &size), 10);
    assert_int_equal(size, 7);
    assert_memory_equal(text, "are you", 7);
    free(text);
    end();
}

static void test_fragmented_messages_of_the_hub_are_put_together(void **state)
{
    (void)state;
    static const char text[] = "{\"t\":\"probe_set\",\"version\":9,\"probes\":[]}";
    start_connected();
    for (size_t i = 0; i < sizeof text - 1; i++) {
        fake_link_send_frame(&peer, i == sizeof text - 2, i == 0 ? FAKE_TEXT : FAKE_CONTINUATION, text + i, 1);
    }
    agent_expect_probe_set(&agent, 9);
    end();
}

static void test_ticks_come_connected_or_not(void **state)
{
    (void)state;
    start();
    for (int i = 0; i < 6000; i++) {
        pthread_mutex_lock(&agent.mutex);
        int ticks = agent.ticks;
        pthread_mutex_unlock(&agent.mutex);
        if (ticks >= 2) {
            break;
        }
        usleep(10000);
    }
    assert_in_range(agent.ticks, 2, 1000);
    fake_link_accept_tcp(&hub, &peer);
    end();
}

static void on_sigpipe(int signal)
{
    (void)signal;
}

static void test_the_program_keeps_its_sigpipe_handler(void **state)
{
    (void)state;
    struct sigaction mine = {.sa_handler = on_sigpipe, .sa_flags = SA_RESTART}, after;
    sigaction(SIGPIPE, &mine, NULL);
    start_connected();
    sigaction(SIGPIPE, NULL, &after);
    assert_true(after.sa_handler == on_sigpipe);
    assert_int_equal(after.sa_flags & SA_RESTART, SA_RESTART);
    end();
    sigaction(SIGPIPE, NULL, &after);
    assert_true(after.sa_handler == on_sigpipe);
}

/** The line of /proc/self/task/TID/status of the link thread that begins with `field`. */
static void thread_status(const char *field, char *ret_line, size_t size)
{
    DIR *tasks = opendir("/proc/self/task");
    bool found = false;
    for (struct dirent *task = readdir(tasks); task != NULL; task = readdir(tasks)) {
        char path[300], line[256];
        snprintf(path, sizeof path, "/proc/self/task/%s/status", task->d_name);
        FILE *file = fopen(path, "r");
        bool ours = false;
        while (file != NULL && fgets(line, sizeof line, file) != NULL) {
            ours |= strcmp(line, "Name:\tstrobe-link\n") == 0;
            if (ours && strncmp(line, field, strlen(field)) == 0) {
                snprintf(ret_line, size, "%s", line);
                found = true;
            }
        }
        if (file != NULL) {
            fclose(file);
        }
    }
    closedir(tasks);
    assert_true(found);
}

static void test_the_thread_has_all_signals_blocked_and_the_starter_keeps_its_own_mask(void **state)
{
    (void)state;
    char line[256];
    sigset_t before, after;
    pthread_sigmask(SIG_SETMASK, NULL, &before);
    start_connected();
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    assert_int_equal(sigismember(&before, SIGTERM), sigismember(&after, SIGTERM));
    thread_status("SigBlk:", line, sizeof line);
    unsigned long long blocked = strtoull(line + 7, NULL, 16);
    static const int signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGALRM, SIGTERM, SIGUSR1, SIGCHLD, SIGPROF};
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        assert_true(blocked >> (signals[i] - 1) & 1);
    }
    end();
}

static void test_no_descriptor_of_the_link_survives_exec(void **state)
{
    (void)state;
    start_connected();
    DIR *folder = opendir("/proc/self/fd");
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        int descriptor = atoi(entry->d_name);
        if (descriptor > 2 && entry->d_name[0] != '.') {
            char path[64], target[256] = "";
            snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
            ssize_t size = readlink(path, target, sizeof target - 1);
            bool ours = size > 0 && (strncmp(target, "socket:", 7) == 0 || strstr(target, "eventfd") != NULL ||
                                     strstr(target, "random") != NULL);
            assert_true(!ours || (fcntl(descriptor, F_GETFD) & FD_CLOEXEC));
        }
    }
    closedir(folder);
    end();
}

static void test_proxy_variables_of_the_program_are_not_obeyed(void **state)
{
    (void)state;
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    setenv("https_proxy", "http://127.0.0.1:1", 1);
    start_connected();
    end();
    unsetenv("http_proxy");
    unsetenv("https_proxy");
}

static void test_nothing_is_written_to_stdout_or_stderr(void **state)
{
    (void)state;
    char name[] = "/tmp/strobe-test-XXXXXX", text[16];
    int file = mkstemp(name), out = dup(1), err = dup(2);
    unlink(name);
    fflush(NULL);
    dup2(file, 1);
    dup2(file, 2);
    start_connected();
    fake_link_kill(&peer);
    fake_link_welcome(&hub, &peer, 0);
    end();
    fflush(NULL);
    dup2(out, 1);
    dup2(err, 2);
    close(out);
    close(err);
    assert_int_equal(pread(file, text, sizeof text, 0), 0);
    close(file);
}

/* ---- Many threads at once, for TSan ---- */

static atomic_bool storm_over;

static void *storm(void *argument)
{
    (void)argument;
    for (int i = 0; !atomic_load(&storm_over); i++) {
        strobe_link_wake(agent.link);
        (void)post_status(i + 1);
        (void)strobe_link_counters(agent.link);
        (void)strobe_link_state(agent.link);
        strobe_link_set_callback_ns(agent.link, (uint64_t)i);
        usleep(100);
    }
    return NULL;
}

static void test_threads_may_wake_post_and_ask_while_the_hub_comes_and_goes(void **state)
{
    (void)state;
    pthread_t threads[3];
    start_connected();
    atomic_store(&storm_over, false);
    for (int i = 0; i < 3; i++) {
        pthread_create(&threads[i], NULL, storm, NULL);
    }
    for (int i = 0; i < 4; i++) {
        agent_add_snapshots(&agent, 5, 1000);
        fake_link_kill(&peer);
        fake_link_welcome(&hub, &peer, 0);
    }
    atomic_store(&storm_over, true);
    for (int i = 0; i < 3; i++) {
        pthread_join(threads[i], NULL);
    }
    assert_int_equal(strobe_link_counters(agent.link).snapshots_added, 20);
    end();
}

int main(void)
{
    signal(SIGPIPE, on_sigpipe);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_request_carries_token_and_subprotocol_and_hello_comes_first),
        cmocka_unit_test(test_a_probe_set_reaches_the_handler),
        cmocka_unit_test(test_a_snapshot_is_sent_once_and_its_acknowledgement_releases_it),
        cmocka_unit_test(test_what_was_not_acknowledged_is_sent_again_after_the_hub_restarts),
        cmocka_unit_test(test_snapshots_made_while_the_hub_is_away_arrive_later),
        cmocka_unit_test(test_large_messages_travel_in_bounded_frames_and_arrive_whole),
        cmocka_unit_test(test_a_snapshot_over_the_wire_limit_is_counted_and_leaves_a_gap),
        cmocka_unit_test(test_control_messages_overtake_snapshots),
        cmocka_unit_test(test_control_messages_are_refused_without_a_connection_and_not_sent_later),
        cmocka_unit_test(test_control_messages_are_bounded_and_the_rest_is_counted),
        cmocka_unit_test(test_pings_are_answered),
        cmocka_unit_test(test_fragmented_messages_of_the_hub_are_put_together),
        cmocka_unit_test(test_ticks_come_connected_or_not),
        cmocka_unit_test(test_the_program_keeps_its_sigpipe_handler),
        cmocka_unit_test(test_the_thread_has_all_signals_blocked_and_the_starter_keeps_its_own_mask),
        cmocka_unit_test(test_no_descriptor_of_the_link_survives_exec),
        cmocka_unit_test(test_proxy_variables_of_the_program_are_not_obeyed),
        cmocka_unit_test(test_nothing_is_written_to_stdout_or_stderr),
        cmocka_unit_test(test_threads_may_wake_post_and_ask_while_the_hub_comes_and_goes),
    };
    return cmocka_run_group_tests(tests, open_hub, close_hub);
}
