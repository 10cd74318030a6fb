/* A process that forks: the parent keeps its link, the child gets its own, and exit() at any moment is harmless. */
#include <cmocka.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent.h"
#include "fake_hub.h"
#include "strobe/limits.h"

/* Children leave the inherited link and their own behind on purpose: a leak there is none. */
__attribute__((visibility("default"))) const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}

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

static void park(void)
{
    assert_int_equal(strobe_link_park(agent.link, 60000), 0);
}

/* A child must not run cmocka's failure path: it says what is wrong by its exit status. */
static int wait_for(pid_t child)
{
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static void expect_alive(int version)
{
    fake_link_send_probe_set(&peer, version);
    agent_expect_probe_set(&agent, version);
    agent_add_snapshots(&agent, 1, 10);
    json_decref(fake_link_expect(&peer, "snapshot"));
    assert_int_equal(strobe_link_counters(agent.link).connections, 1);
}

static void test_park_ends_the_thread_and_unpark_goes_on_with_the_same_connection(void **state)
{
    (void)state;
    start_connected();
    for (int i = 1; i <= 3; i++) {
        park();
        assert_int_equal(agent_threads(), 0);
        assert_int_equal(strobe_link_park(agent.link, 0), 0); /* parked is parked */
        fake_link_send_probe_set(&peer, i);                   /* waits in the socket */
        strobe_link_wake(agent.link);                         /* waits in the link */
        assert_int_equal(strobe_link_unpark(agent.link), 0);
        assert_int_equal(strobe_link_unpark(agent.link), 0);
        agent_expect_probe_set(&agent, i);
        assert_int_equal(agent_threads(), 1);
    }
    expect_alive(9);
    end();
}

static void test_a_parked_link_can_be_stopped(void **state)
{
    (void)state;
    start_connected();
    park();
    agent_stop(&agent, 0);
    json_decref(fake_link_expect(&peer, "goodbye"));
    assert_int_equal(agent_threads(), 0);
    fake_link_kill(&peer);
}

static int count_descriptors(const char *type)
{
    int count = 0;
    DIR *folder = opendir("/proc/self/fd");
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        char path[300], target[256] = "";
        snprintf(path, sizeof path, "/proc/self/fd/%s", entry->d_name);
        ssize_t size = readlink(path, target, sizeof target - 1);
        count += size > 0 && strstr(target, type) != NULL;
    }
    closedir(folder);
    return count;
}

/* Takes the numbers that the link's descriptors had, and looks whether anything still uses them. */
static bool a_late_wake_reaches_no_stranger(void)
{
    int strangers[8];
    uint64_t value;
    bool untouched = true;
    for (int i = 0; i < 8; i++) {
        strangers[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    }
    strobe_link_wake(agent.link);
    for (int i = 0; i < 8; i++) {
        untouched &= read(strangers[i], &value, sizeof value) < 0;
    }
    return untouched;
}

static void test_a_child_that_abandons_the_link_leaves_the_parents_connection_alone(void **state)
{
    (void)state;
    int sockets = count_descriptors("socket:") + 1; /* one more: the hub's end */
    int eventfds = count_descriptors("eventfd");
    start_connected();
    for (int i = 0; i < 3; i++) {
        park();
        pid_t child = fork();
        if (child == 0) {
            strobe_link_abandon(agent.link);
            bool closed = count_descriptors("socket:") == sockets && count_descriptors("eventfd") == eventfds;
            exit(closed && a_late_wake_reaches_no_stranger() ? 0 : 1); /* with all atexit handlers */
        }
        assert_int_equal(strobe_link_unpark(agent.link), 0);
        assert_int_equal(wait_for(child), 0);
        expect_alive(10 + i);
    }
    end();
}

static void test_a_child_that_exits_without_abandoning_leaves_the_parents_connection_alone(void **state)
{
    (void)state;
    start_connected();
    park();
    pid_t child = fork();
    if (child == 0) {
        exit(0);
    }
    assert_int_equal(strobe_link_unpark(agent.link), 0);
    assert_int_equal(wait_for(child), 0);
    expect_alive(20);
    end();
}

static void run_child(void)
{
    struct strobe_dsn dsn = fake_hub_dsn(&hub, NULL);
    strobe_link_abandon(agent.link);
    agent_start(&agent, &dsn);
    agent_expect_state(&agent, STROBE_LINK_CONNECTED);
    agent_add_snapshots(&agent, 1, 10);
    agent_expect_acknowledged(&agent, 1);
    agent_stop(&agent, 0);
    exit(0);
}

static void test_a_child_starts_a_link_of_its_own(void **state)
{
    (void)state;
    struct fake_link child_peer;
    start_connected();
    park();
    pid_t child = fork();
    if (child == 0) {
        run_child();
    }
    assert_int_equal(strobe_link_unpark(agent.link), 0);
    hub.patient = true;
    fake_link_welcome(&hub, &child_peer, 0);
    hub.patient = false;
    json_decref(fake_link_expect(&child_peer, "snapshot"));
    fake_link_send_ack(&child_peer, 1);
    json_decref(fake_link_expect(&child_peer, "goodbye"));
    assert_int_equal(wait_for(child), 0);
    fake_link_kill(&child_peer);
    expect_alive(30);
    end();
}

#if !defined(__SANITIZE_THREAD__)
/* Not under TSan, which does not support new threads after a fork of a process with several. */
static void test_a_fork_without_parking_is_survived_too(void **state)
{
    (void)state;
    struct fake_link child_peer;
    start_connected();
    pid_t child = fork();
    if (child == 0) {
        run_child();
    }
    hub.patient = true;
    fake_link_welcome(&hub, &child_peer, 0);
    hub.patient = false;
    json_decref(fake_link_expect(&child_peer, "snapshot"));
    fake_link_send_ack(&child_peer, 1);
    json_decref(fake_link_expect(&child_peer, "goodbye"));
    assert_int_equal(wait_for(child), 0);
    fake_link_kill(&child_peer);
    expect_alive(40);
    end();
}
#endif

static bool link_is_running; /* in this process, and nobody stops it */

/* Runs after OpenSSL's exit handler, because it was registered before: then nothing may use OpenSSL any more. */
static void check_at_exit(void)
{
    for (int i = 0; link_is_running && agent_threads() != 0; i++) {
        if (i == 60000) {
            _exit(3);
        }
        usleep(1000); /* the kernel may still be at removing it */
    }
}

/* OpenSSL is in use in this process before the link: its exit handler is registered, as in a program with ssl. */
static void test_exit_without_stop_is_harmless_at_any_moment(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++) {
        pid_t child = fork();
        if (child == 0) {
            struct strobe_dsn dsn = fake_hub_dsn(&hub, NULL);
            agent_start(&agent, &dsn);
            link_is_running = true;
            if (i % 2 == 0) {
                agent_expect_state(&agent, STROBE_LINK_CONNECTED);
                agent_add_snapshots(&agent, 20, 50000);
            }
            usleep((useconds_t)(i * 200));
            exit(0);
        }
        if (i % 2 == 0) {
            fake_link_welcome(&hub, &peer, 0);
            for (int j = 0; j < 5; j++) {
                fake_link_send_probe_set(&peer, j);
            }
            assert_int_equal(wait_for(child), 0);
            fake_link_kill(&peer);
        } else {
            assert_int_equal(wait_for(child), 0); /* its connection, if any, was never accepted */
            fake_hub_restart(&hub);
        }
    }
}

int main(void)
{
    atexit(check_at_exit);
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_park_ends_the_thread_and_unpark_goes_on_with_the_same_connection),
        cmocka_unit_test(test_a_parked_link_can_be_stopped),
        cmocka_unit_test(test_a_child_that_abandons_the_link_leaves_the_parents_connection_alone),
        cmocka_unit_test(test_a_child_that_exits_without_abandoning_leaves_the_parents_connection_alone),
        cmocka_unit_test(test_a_child_starts_a_link_of_its_own),
#if !defined(__SANITIZE_THREAD__)
        cmocka_unit_test(test_a_fork_without_parking_is_survived_too),
#endif
        cmocka_unit_test(test_exit_without_stop_is_harmless_at_any_moment),
    };
    return cmocka_run_group_tests(tests, open_hub, close_hub);
}
