/* Names and addresses: a resolver that fails, that hangs, and that gives more than one address. */
#include <cmocka.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent.h"
#include "fake_hub.h"

static struct fake_hub hub;
static struct fake_link peer;
static struct agent agent;

/* The resolver of the tests: "hub.test" and "lost.test" hang until released, "two.test" has a dead address before the
 * right one. */
static struct {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    int inside;
    bool hold;
} resolver = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, false};

int __real_getaddrinfo(const char *, const char *, const struct addrinfo *, struct addrinfo **);
int __wrap_getaddrinfo(const char *, const char *, const struct addrinfo *, struct addrinfo **);

static void hang(void)
{
    pthread_mutex_lock(&resolver.mutex);
    resolver.inside++;
    pthread_cond_broadcast(&resolver.changed);
    while (resolver.hold) {
        pthread_cond_wait(&resolver.changed, &resolver.mutex);
    }
    resolver.inside--;
    pthread_mutex_unlock(&resolver.mutex);
}

int __wrap_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **ret)
{
    if (strcmp(host, "hub.test") == 0) {
        hang();
        host = "127.0.0.1";
    } else if (strcmp(host, "lost.test") == 0) {
        hang();
        return EAI_NONAME;
    } else if (strcmp(host, "two.test") == 0) {
        struct addrinfo *first = NULL;
        int status = __real_getaddrinfo("127.0.0.9", service, hints, &first);
        if (status == 0) {
            status = __real_getaddrinfo("127.0.0.1", service, hints, &first->ai_next);
            *ret = first;
        }
        return status;
    } else if (strcmp(host, "none.test") == 0) {
        return EAI_NONAME;
    }
    return __real_getaddrinfo(host, service, hints, ret);
}

static void expect_lookup(void)
{
    pthread_mutex_lock(&resolver.mutex);
    while (resolver.inside == 0) {
        pthread_cond_wait(&resolver.changed, &resolver.mutex);
    }
    pthread_mutex_unlock(&resolver.mutex);
}

static void set_hold(bool hold)
{
    pthread_mutex_lock(&resolver.mutex);
    resolver.hold = hold;
    pthread_cond_broadcast(&resolver.changed);
    pthread_mutex_unlock(&resolver.mutex);
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

static void start(const char *host)
{
    struct strobe_dsn dsn = fake_hub_dsn(&hub, NULL);
    snprintf(dsn.host, sizeof dsn.host, "%s", host);
    agent_start(&agent, &dsn);
}

static void test_a_name_that_is_not_found_is_told(void **state)
{
    (void)state;
    start("none.test");
    agent_expect_states(&agent, 1);
    assert_int_equal(strobe_link_state(agent.link), STROBE_LINK_CONNECTING);
    assert_non_null(strstr(agent.reason, "'none.test'"));
    agent_stop(&agent, 0);
}

static void test_a_dead_address_gives_way_to_the_next(void **state)
{
    (void)state;
    start("two.test");
    fake_link_welcome(&hub, &peer, 0);
    agent_expect_state(&agent, STROBE_LINK_CONNECTED);
    assert_int_equal(agent.states, 1); /* no failure was told in between */
    agent_stop(&agent, 0);
    fake_link_kill(&peer);
}

static void test_park_during_a_lookup_is_busy_and_the_link_goes_on(void **state)
{
    (void)state;
    set_hold(true);
    start("hub.test");
    expect_lookup();
    assert_int_equal(strobe_link_park(agent.link, 10), STROBE_EBUSY);
    set_hold(false);
    fake_link_welcome(&hub, &peer, 0);
    agent_expect_state(&agent, STROBE_LINK_CONNECTED);
    agent_stop(&agent, 0);
    fake_link_kill(&peer);
}

static void test_stop_during_a_lookup_returns_and_the_thread_releases_the_link_later(void **state)
{
    (void)state;
    set_hold(true);
    start("lost.test");
    expect_lookup();
    agent_stop(&agent, 10);
    assert_int_equal(agent_threads(), 1);
    set_hold(false);
    agent_expect_no_threads();
    assert_int_equal(agent.states, 0); /* no handler was called after the stop */
}

static void test_an_ipv6_address_in_the_dsn_is_tried(void **state)
{
    (void)state;
    start("::1"); /* nobody listens there on this port */
    agent_expect_states(&agent, 1);
    assert_non_null(strstr(agent.reason, "::1"));
    agent_stop(&agent, 0);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_name_that_is_not_found_is_told),
        cmocka_unit_test(test_a_dead_address_gives_way_to_the_next),
        cmocka_unit_test(test_park_during_a_lookup_is_busy_and_the_link_goes_on),
        cmocka_unit_test(test_stop_during_a_lookup_returns_and_the_thread_releases_the_link_later),
        cmocka_unit_test(test_an_ipv6_address_in_the_dsn_is_tried),
    };
    return cmocka_run_group_tests(tests, open_hub, close_hub);
}
