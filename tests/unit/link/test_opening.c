/* An OpenSSL that does not answer, as in the child of a fork that copied a lock, or that fails. */
#include <cmocka.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent.h"
#include "fake_hub.h"

#if defined(__SANITIZE_THREAD__)
#define LATE_FAILS true /* a detached thread in libwebsockets has nothing that TSan sees as the end of it */
#else
#define LATE_FAILS false
#endif

static struct fake_hub hub;
static struct fake_link peer;
static struct agent agent;

/* What stands in for the lock. */
static struct {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool hold;
    bool fail;
} openssl = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false, false};

SSL_CTX *__real_SSL_CTX_new(const SSL_METHOD *);
SSL_CTX *__wrap_SSL_CTX_new(const SSL_METHOD *);

SSL_CTX *__wrap_SSL_CTX_new(const SSL_METHOD *method)
{
    pthread_mutex_lock(&openssl.mutex);
    while (openssl.hold) {
        pthread_cond_wait(&openssl.changed, &openssl.mutex);
    }
    bool fail = openssl.fail;
    pthread_mutex_unlock(&openssl.mutex);
    return fail ? NULL : __real_SSL_CTX_new(method);
}

static void set(bool hold, bool fail)
{
    pthread_mutex_lock(&openssl.mutex);
    openssl.hold = hold;
    openssl.fail = fail;
    pthread_cond_broadcast(&openssl.changed);
    pthread_mutex_unlock(&openssl.mutex);
}

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

static int answer_again(void **state)
{
    (void)state;
    set(false, false);
    return 0;
}

static void start(void)
{
    struct strobe_dsn dsn = fake_hub_dsn(&hub, NULL);
    agent_start(&agent, &dsn);
}

static void test_a_link_that_opens_late_keeps_what_was_asked_meanwhile(void **state)
{
    (void)state;
    set(true, false);
    start();
    assert_int_equal(strobe_link_state(agent.link), STROBE_LINK_CONNECTING);
    assert_int_equal(strobe_link_post(agent.link, strdup("{}"), 2), STROBE_ECLOSED);
    strobe_link_wake(agent.link);
    assert_int_equal(agent.wakes, 0);
    set(false, false);
    fake_link_welcome(&hub, &peer, 0);
    agent_expect_state(&agent, STROBE_LINK_CONNECTED);
    assert_int_equal(agent.wakes, 1);
    agent_stop(&agent, 0);
    fake_link_kill(&peer);
}

static void test_park_while_it_opens_is_busy_and_a_child_abandons_it(void **state)
{
    (void)state;
    set(true, false);
    start();
    assert_int_equal(strobe_link_park(agent.link, 10), STROBE_EBUSY);
    pid_t child = fork();
    if (child == 0) {
        strobe_link_wake(agent.link);
        strobe_link_abandon(agent.link);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    set(false, false);
    fake_link_welcome(&hub, &peer, 0);
    agent_expect_state(&agent, STROBE_LINK_CONNECTED);
    agent_stop(&agent, 0);
    fake_link_kill(&peer);
}

static void test_stop_while_it_opens_returns_and_the_thread_releases_the_link_later(void **state)
{
    (void)state;
    set(true, false);
    start();
    agent_stop(&agent, 10);
    assert_int_equal(agent_threads(), 1);
    set(false, LATE_FAILS);
    agent_expect_no_threads();
    assert_int_equal(agent.states, 0); /* no handler was called after the stop */
}

static void test_a_failure_is_told(void **state)
{
    (void)state;
    const struct strobe_wire_hello hello = {.instance = "0a1b2c",
                                            .service = "shop",
                                            .host = "here",
                                            .pid = 1,
                                            .python = "3.13.0",
                                            .engine = "monitoring",
                                            .agent_version = "0",
                                            .started_at_ms = 1};
    const struct strobe_link_handlers handlers = {.user = NULL};
    struct strobe_dsn dsn = fake_hub_dsn(&hub, NULL);
    struct strobe_error error = {0};
    struct strobe_link *link = NULL;
    set(false, true);
    assert_int_equal(strobe_link_start(&dsn, &hello, &handlers, &link, &error), STROBE_EINTERNAL);
    assert_non_null(strstr(error.message, "OpenSSL"));
    assert_null(link);
    assert_int_equal(agent_threads(), 0);
}

static void test_after_a_late_failure_it_can_be_started_again_and_stopped(void **state)
{
    (void)state;
    set(true, true);
    start();
    set(false, true);
    agent_expect_no_threads();
    set(false, false);
    assert_int_equal(strobe_link_unpark(agent.link), 0);
    fake_link_welcome(&hub, &peer, 0);
    agent_expect_state(&agent, STROBE_LINK_CONNECTED);
    agent_stop(&agent, 0);
    fake_link_kill(&peer);

    set(true, true);
    start();
    set(false, true);
    agent_expect_no_threads();
    strobe_link_wake(agent.link);
    strobe_link_stop(agent.link, 0, "stop");
    assert_int_equal(agent.state, STROBE_LINK_STOPPED);
    assert_int_equal(agent.wakes, 1);
    agent_done(&agent);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_a_link_that_opens_late_keeps_what_was_asked_meanwhile, answer_again),
        cmocka_unit_test_teardown(test_park_while_it_opens_is_busy_and_a_child_abandons_it, answer_again),
        cmocka_unit_test_teardown(test_stop_while_it_opens_returns_and_the_thread_releases_the_link_later,
                                  answer_again),
        cmocka_unit_test_teardown(test_a_failure_is_told, answer_again),
        cmocka_unit_test_teardown(test_after_a_late_failure_it_can_be_started_again_and_stopped, answer_again),
    };
    return cmocka_run_group_tests(tests, open_hub, close_hub);
}
