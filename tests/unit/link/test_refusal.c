/* Who is not the hub gets no token; a hub that does not want us is not hammered. */
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/pem.h>

#include "agent.h"
#include "fake_hub.h"

#define OTHER_PIN "00000000000000000000000000000000000000000000000000000000000000aa"

static struct fake_hub hub;
static struct fake_link peer;
static struct agent agent;

static int close_hub(void **state)
{
    (void)state;
    fake_hub_close(&hub);
    return 0;
}

static int open_hub(void **state)
{
    (void)state;
    fake_hub_open(&hub, "localhost");
    return 0;
}

static void start(const char *pin)
{
    struct strobe_dsn dsn = fake_hub_dsn(&hub, pin);
    agent_start(&agent, &dsn);
}

static void end(void)
{
    agent_stop(&agent, 0);
    fake_link_kill(&peer);
}

static void expect_no_http(void)
{
    char byte;
    bool finished = fake_link_accept_tls(&hub, &peer);
    /* In TLS 1.3 the server may finish before it hears that the client does not trust it. */
    assert_true(!finished || SSL_read(peer.tls, &byte, 1) <= 0);
    agent_expect_state(&agent, STROBE_LINK_REFUSED);
}

static void test_the_wrong_key_gets_no_http(void **state)
{
    (void)state;
    start(OTHER_PIN);
    expect_no_http();
    assert_non_null(strstr(agent.reason, "pin"));
    assert_non_null(strstr(agent.reason, hub.pin));
    end();
}

static void test_the_wrong_key_gets_no_http_over_tls_1_2(void **state)
{
    (void)state;
    SSL_CTX_set_max_proto_version(hub.tls, TLS1_2_VERSION);
    start(OTHER_PIN);
    expect_no_http();
    end();
}

static void test_the_right_pin_is_enough_over_tls_1_2(void **state)
{
    (void)state;
    SSL_CTX_set_max_proto_version(hub.tls, TLS1_2_VERSION);
    start(NULL);
    fake_link_welcome(&hub, &peer, 0);
    agent_expect_state(&agent, STROBE_LINK_CONNECTED);
    end();
}

static void test_tls_1_1_is_not_spoken(void **state)
{
    (void)state;
    SSL_CTX_set_security_level(hub.tls, 0);
    SSL_CTX_set_min_proto_version(hub.tls, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(hub.tls, TLS1_1_VERSION);
    start(NULL);
    assert_false(fake_link_accept_tls(&hub, &peer));
    agent_expect_states(&agent, 1);
    assert_int_equal(strobe_link_state(agent.link), STROBE_LINK_CONNECTING);
    end();
}

static void test_without_a_pin_an_unknown_authority_gets_no_http(void **state)
{
    (void)state;
    start("");
    expect_no_http();
    assert_non_null(strstr(agent.reason, "not trusted"));
    assert_non_null(strstr(agent.reason, "?pin="));
    end();
}

/** Make the hub's own certificate the only authority of this system, and start an agent without a pin. */
static void start_trusting(const char *host)
{
    char name[] = "/tmp/strobe-test-XXXXXX";
    struct strobe_dsn dsn = fake_hub_dsn(&hub, "");
    int descriptor = mkstemp(name);
    FILE *file = fdopen(descriptor, "w");
    assert_int_equal(PEM_write_X509(file, hub.certificate), 1);
    fclose(file);
    setenv("SSL_CERT_FILE", name, 1);
    snprintf(dsn.host, sizeof dsn.host, "%s", host);
    agent_start(&agent, &dsn);
    unsetenv("SSL_CERT_FILE");
    unlink(name);
}

static void test_without_a_pin_a_known_authority_and_the_right_name_connect(void **state)
{
    (void)state;
    start_trusting("localhost");
    fake_link_welcome(&hub, &peer, 0);
    agent_expect_state(&agent, STROBE_LINK_CONNECTED);
    end();
}

static void test_without_a_pin_the_wrong_name_gets_no_http(void **state)
{
    (void)state;
    start_trusting("127.0.0.1");
    expect_no_http();
    assert_non_null(strstr(agent.reason, "not trusted"));
    end();
}

static void test_without_a_pin_an_address_must_stand_in_the_certificate(void **state)
{
    (void)state;
    fake_hub_close(&hub);
    fake_hub_open(&hub, "127.0.0.1");
    start_trusting("127.0.0.1");
    fake_link_welcome(&hub, &peer, 0);
    agent_expect_state(&agent, STROBE_LINK_CONNECTED);
    end();
}

static void answer(const char *text)
{
    assert_true(fake_link_accept_tls(&hub, &peer));
    assert_true(fake_link_read_request(&peer));
    fake_link_write(&peer, text, strlen(text));
}

static void test_a_wrong_token_is_refused(void **state)
{
    (void)state;
    start(NULL);
    answer("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
    agent_expect_state(&agent, STROBE_LINK_REFUSED);
    assert_non_null(strstr(agent.reason, "401"));
    assert_null(strstr(agent.reason, FAKE_HUB_TOKEN));
    end();
}

static void test_a_forbidden_token_is_refused(void **state)
{
    (void)state;
    start(NULL);
    answer("HTTP/1.1 403 Forbidden\r\nContent-Length: 5\r\n\r\nnope!");
    agent_expect_state(&agent, STROBE_LINK_REFUSED);
    assert_non_null(strstr(agent.reason, "403"));
    end();
}

static void test_another_http_server_is_named_as_such_and_tried_again(void **state)
{
    (void)state;
    start(NULL);
    answer("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    agent_expect_states(&agent, 1);
    assert_int_equal(strobe_link_state(agent.link), STROBE_LINK_CONNECTING);
    assert_non_null(strstr(agent.reason, "404"));
    fake_link_kill(&peer);
    fake_link_welcome(&hub, &peer, 0);
    agent_expect_state(&agent, STROBE_LINK_CONNECTED);
    end();
}

static void test_redirects_are_not_followed(void **state)
{
    (void)state;
    struct fake_hub elsewhere;
    char text[200];
    fake_hub_open(&elsewhere, "localhost");
    start(NULL);
    snprintf(text, sizeof text,
             "HTTP/1.1 302 Found\r\nLocation: https://127.0.0.1:%d/agent\r\nContent-Length: 0\r\n\r\n", elsewhere.port);
    answer(text);
    agent_expect_states(&agent, 1);
    assert_non_null(strstr(agent.reason, "302"));
    fake_link_kill(&peer);
    fake_link_welcome(&hub, &peer, 0); /* it comes back here, not there */
    agent_expect_state(&agent, STROBE_LINK_CONNECTED);
    end();
    fake_hub_close(&elsewhere);
}

static void test_a_refusal_in_words_is_told_and_ends_the_connection(void **state)
{
    (void)state;
    start(NULL);
    assert_true(fake_link_accept_tls(&hub, &peer));
    assert_true(fake_link_read_request(&peer));
    fake_link_upgrade(&peer);
    json_decref(fake_link_expect(&peer, "hello"));
    fake_link_send_text(&peer, "{\"t\":\"refuse\",\"reason\":\"wrong_service\",\"message\":\"this token is for "
                               "service 'other'\\nuse another\"}");
    assert_int_equal(fake_link_expect_close(&peer), 1000);
    fake_link_kill(&peer);
    agent_expect_state(&agent, STROBE_LINK_REFUSED);
    assert_non_null(strstr(agent.reason, "this token is for service 'other'"));
    assert_null(strchr(agent.reason, '\n'));
    end();
}

static void test_who_was_silent_for_too_long_comes_back_as_after_a_lost_connection(void **state)
{
    (void)state;
    start(NULL);
    fake_link_welcome(&hub, &peer, 0);
    agent_expect_state(&agent, STROBE_LINK_CONNECTED);
    fake_link_send_text(&peer, "{\"t\":\"refuse\",\"reason\":\"silence\",\"message\":\"nothing was heard\"}");
    assert_int_equal(fake_link_expect_close(&peer), 1000);
    fake_link_kill(&peer);
    agent_expect_states(&agent, 2);
    assert_int_equal(strobe_link_state(agent.link), STROBE_LINK_CONNECTING);
    assert_non_null(strstr(agent.reason, "nothing was heard"));
    fake_link_welcome(&hub, &peer, 0);
    agent_expect_state(&agent, STROBE_LINK_CONNECTED);
    end();
}

static void test_the_reason_of_a_close_frame_is_told(void **state)
{
    (void)state;
    start(NULL);
    fake_link_welcome(&hub, &peer, 0);
    agent_expect_state(&agent, STROBE_LINK_CONNECTED);
    fake_link_send_frame(&peer, true, FAKE_CLOSE, "\x03\xe9going down", 12);
    agent_expect_state(&agent, STROBE_LINK_CONNECTING);
    assert_non_null(strstr(agent.reason, "1001: going down"));
    end();
}

static void test_text_that_is_not_http_is_survived(void **state)
{
    (void)state;
    static const char wrong_key[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                    "Sec-WebSocket-Accept: wrong\r\nSec-WebSocket-Protocol: strobe.v1\r\n\r\n";
    static const char *const texts[] = {
        "SSH-2.0-OpenSSH_9.2\r\n",
        "HTTP/1.1\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\n\r\n",
        wrong_key,
        "HTTP/1.1 -1 x\r\nContent-Length: -1\r\n\r\n",
        "\xff\xfe\x01\x02\r\n\r\n",
    };
    start(NULL);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        answer(texts[i]);
        fake_link_kill(&peer);
    }
    fake_link_welcome(&hub, &peer, 0);
    agent_expect_state(&agent, STROBE_LINK_CONNECTED);
    end();
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
#define WITH_HUB(test) cmocka_unit_test_setup_teardown(test, open_hub, close_hub)
    const struct CMUnitTest tests[] = {
        WITH_HUB(test_the_wrong_key_gets_no_http),
        WITH_HUB(test_the_wrong_key_gets_no_http_over_tls_1_2),
        WITH_HUB(test_the_right_pin_is_enough_over_tls_1_2),
        WITH_HUB(test_tls_1_1_is_not_spoken),
        WITH_HUB(test_without_a_pin_an_unknown_authority_gets_no_http),
        WITH_HUB(test_without_a_pin_a_known_authority_and_the_right_name_connect),
        WITH_HUB(test_without_a_pin_the_wrong_name_gets_no_http),
        WITH_HUB(test_without_a_pin_an_address_must_stand_in_the_certificate),
        WITH_HUB(test_a_wrong_token_is_refused),
        WITH_HUB(test_a_forbidden_token_is_refused),
        WITH_HUB(test_another_http_server_is_named_as_such_and_tried_again),
        WITH_HUB(test_redirects_are_not_followed),
        WITH_HUB(test_a_refusal_in_words_is_told_and_ends_the_connection),
        WITH_HUB(test_who_was_silent_for_too_long_comes_back_as_after_a_lost_connection),
        WITH_HUB(test_the_reason_of_a_close_frame_is_told),
        WITH_HUB(test_text_that_is_not_http_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
