/* A program that closes every descriptor it has, as one that becomes a daemon does, and opens files of its own. */
#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent.h"
#include "fake_hub.h"

#define DESCRIPTORS_MAX 256
#define CONTENT "sixteen bytes..."

static struct fake_hub hub;
static struct fake_link peer;
static struct agent agent;
static bool before[DESCRIPTORS_MAX];
static bool taken[DESCRIPTORS_MAX]; /* by a file of the program */

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

static bool is_open(int descriptor)
{
    return fcntl(descriptor, F_GETFD) >= 0;
}

static void start_connected(void)
{
    struct strobe_dsn dsn = fake_hub_dsn(&hub, NULL);
    for (int i = 0; i < DESCRIPTORS_MAX; i++) {
        before[i] = is_open(i);
    }
    agent_start(&agent, &dsn);
    fake_link_welcome(&hub, &peer, 0);
    agent_expect_state(&agent, STROBE_LINK_CONNECTED);
    agent_expect_idle(); /* a descriptor closed while the thread is at work with it cannot be helped */
}

/** Close what the link opened, and have files of our own take the numbers. */
static void close_all_and_open_files(bool open_files)
{
    char name[] = "/tmp/strobe-test-XXXXXX";
    int file = mkstemp(name);
    assert_int_equal(write(file, CONTENT, 16), 16);
    for (int i = 3; i < DESCRIPTORS_MAX; i++) {
        taken[i] = i != file && i != peer.socket && !before[i] && is_open(i);
        if (taken[i]) {
            close(i);
            if (open_files) {
                int own = open(name, O_RDWR | O_CLOEXEC); /* a file position of its own */
                assert_true(own >= 0);
                if (own != i) {
                    assert_int_equal(dup3(own, i, O_CLOEXEC), i);
                    close(own);
                }
            }
        }
    }
    unlink(name);
    close(file);
}

static void expect_files_untouched(void)
{
    int files = 0;
    for (int i = 3; i < DESCRIPTORS_MAX; i++) {
        if (taken[i]) {
            char content[32] = "";
            assert_int_equal(lseek(i, 0, SEEK_CUR), 0); /* nobody read or wrote */
            assert_int_equal(pread(i, content, sizeof content, 0), 16);
            assert_string_equal(content, CONTENT);
            files++;
            close(i);
        }
    }
    assert_true(files >= 3); /* socket, eventfd, urandom */
}

static void test_the_link_begins_anew_and_leaves_the_programs_files_alone(void **state)
{
    (void)state;
    start_connected();
    close_all_and_open_files(true);
    agent_add_snapshots(&agent, 2, 10); /* wakes, which writes to the eventfd */
    fake_link_kill(&peer);
    fake_link_welcome(&hub, &peer, 0);
    json_decref(fake_link_expect(&peer, "snapshot"));
    json_decref(fake_link_expect(&peer, "snapshot"));
    fake_link_send_ack(&peer, 2);
    agent_expect_acknowledged(&agent, 2);
    expect_files_untouched();
    agent_stop(&agent, 0);
    fake_link_kill(&peer);
}

static void test_the_link_begins_anew_when_the_numbers_stay_free(void **state)
{
    (void)state;
    start_connected();
    close_all_and_open_files(false);
    strobe_link_wake(agent.link);
    fake_link_kill(&peer);
    fake_link_welcome(&hub, &peer, 0);
    fake_link_send_probe_set(&peer, 4);
    agent_expect_probe_set(&agent, 4);
    agent_stop(&agent, 0);
    fake_link_kill(&peer);
}

static void test_a_stop_right_after_leaves_the_programs_files_alone(void **state)
{
    (void)state;
    start_connected();
    assert_int_equal(strobe_link_park(agent.link, 60000), 0); /* so that it cannot notice before */
    close_all_and_open_files(true);
    agent_stop(&agent, 0);
    expect_files_untouched();
    fake_link_kill(&peer);
}

/* What it leaks on purpose is the old context. */
__attribute__((visibility("default"))) const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_link_begins_anew_and_leaves_the_programs_files_alone),
        cmocka_unit_test(test_the_link_begins_anew_when_the_numbers_stay_free),
        cmocka_unit_test(test_a_stop_right_after_leaves_the_programs_files_alone),
    };
    return cmocka_run_group_tests(tests, open_hub, close_hub);
}
