#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "link/dsn.h"

#define PIN "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define SECRET "s3cr3t-t0k3n"

static void test_whole_dsn_is_read(void **state)
{
    (void)state;
    struct strobe_dsn dsn;
    assert_int_equal(strobe_dsn_parse("wss://" SECRET "@hub.example:7443/shop?pin=" PIN, &dsn, NULL), 0);
    assert_string_equal(dsn.token, SECRET);
    assert_string_equal(dsn.host, "hub.example");
    assert_int_equal(dsn.port, 7443);
    assert_string_equal(dsn.service, "shop");
    assert_string_equal(dsn.pin, PIN);
}

static void test_port_and_pin_may_be_absent(void **state)
{
    (void)state;
    struct strobe_dsn dsn;
    assert_int_equal(strobe_dsn_parse("WSS://t@h/s", &dsn, NULL), 0);
    assert_int_equal(dsn.port, 443);
    assert_string_equal(dsn.pin, "");
}

static void test_escapes_are_decoded_and_the_pin_is_lower_case(void **state)
{
    (void)state;
    struct strobe_dsn dsn;
    char text[200] = "wss://a%40b%2f@10.1.2.3:1/team%2Fshop%20%c3%a4?pin=";
    for (int i = 0; i < 32; i++) {
        strcat(text, "AF");
    }
    assert_int_equal(strobe_dsn_parse(text, &dsn, NULL), 0);
    assert_string_equal(dsn.token, "a@b/");
    assert_string_equal(dsn.host, "10.1.2.3");
    assert_string_equal(dsn.service, "team/shop \xc3\xa4");
    assert_int_equal(strspn(dsn.pin, "af"), 64);
}

static void test_ipv6_stands_in_brackets(void **state)
{
    (void)state;
    struct strobe_dsn dsn;
    assert_int_equal(strobe_dsn_parse("wss://t@[fe80::1]:65535/s", &dsn, NULL), 0);
    assert_string_equal(dsn.host, "fe80::1");
    assert_int_equal(dsn.port, 65535);
    assert_int_equal(strobe_dsn_parse("wss://t@[::1]/s", &dsn, NULL), 0);
    assert_int_equal(dsn.port, 443);
}

static void test_the_longest_parts_fit(void **state)
{
    (void)state;
    struct strobe_dsn dsn;
    char text[1000], token[128], host[256], service[257];
    memset(token, 't', sizeof token);
    memset(host, 'h', sizeof host);
    memset(service, 's', sizeof service);
    token[127] = host[255] = service[256] = '\0';
    snprintf(text, sizeof text, "wss://%s@%s/%s", token, host, service);
    assert_int_equal(strobe_dsn_parse(text, &dsn, NULL), 0);
    assert_string_equal(dsn.token, token);
    assert_string_equal(dsn.host, host);
    assert_string_equal(dsn.service, service);
}

/* SECRET stands where a token stands, or where somebody may have put it by mistake. */
static const struct {
    const char *text;
    const char *says;
} wrong[] = {
    {NULL, "empty"},
    {"", "empty"},
    {"hub.example", "wss://"},
    {SECRET, "wss://"},
    {"wss:/" SECRET "@h/s", "wss://"},
    {"ws://" SECRET "@h/s", "without TLS"},
    {"http://" SECRET "@h/s", "without TLS"},
    {"https://" SECRET "@h/s", "wss://"},
    {" wss://" SECRET "@h/s", "space"},
    {"wss://" SECRET "@h/s\n", "line break"},
    {"wss://" SECRET "\r\nX-Evil: 1@h/s", "line break"},
    {"wss://" SECRET "%0d%0aX-Evil:1@h/s", "visible ASCII"},
    {"wss://" SECRET "%00@h/s", "visible ASCII"},
    {"wss://" SECRET "\xc3\xa4@h/s", "visible ASCII"},
    {"wss://", "no '@'"},
    {"wss://" SECRET, "no '@'"},
    {"wss://h:1/" SECRET "@s", "no '@'"},
    {"wss://@h/s", "token before '@' is empty"},
    {"wss://" SECRET "@" SECRET "@h/s", "%40"},
    {"wss://" SECRET "%4@h/s", "token has a '%'"},
    {"wss://" SECRET "%@h/s", "token has a '%'"},
    {"wss://" SECRET "%zz@h/s", "token has a '%'"},
    {"wss://" SECRET "@/s", "host"},
    {"wss://" SECRET "@:7443/s", "host"},
    {"wss://" SECRET "@h_ost!/s", "host"},
    {"wss://" SECRET "@-h/s", "host"},
    {"wss://" SECRET "@.h/s", "host"},
    {"wss://" SECRET "@a..b/s", "host"},
    {"wss://" SECRET "@h%41/s", "host"},
    {"wss://" SECRET "@\xc3\xa4/s", "host"},
    {"wss://" SECRET "@::1/s", "brackets"},
    {"wss://" SECRET "@fe80::1:7443/s", "brackets"},
    {"wss://" SECRET "@[::1/s", "no ']'"},
    {"wss://" SECRET "@[]/s", "IPv6"},
    {"wss://" SECRET "@[1.2.3.4]/s", "IPv6"},
    {"wss://" SECRET "@[fe80::1%25eth0]/s", "IPv6"},
    {"wss://" SECRET "@[::1]7443/s", "':PORT'"},
    {"wss://" SECRET "@[::1]:/s", "port"},
    {"wss://" SECRET "@h:/s", "port"},
    {"wss://" SECRET "@h:0/s", "port"},
    {"wss://" SECRET "@h:65536/s", "port"},
    {"wss://" SECRET "@h:-1/s", "port"},
    {"wss://" SECRET "@h:0x1/s", "port"},
    {"wss://" SECRET "@h:99999999999999999999/s", "port"},
    {"wss://" SECRET "@h:7443", "service"},
    {"wss://" SECRET "@h:7443/", "service"},
    {"wss://" SECRET "@h/?pin=" PIN, "service"},
    {"wss://" SECRET "@h?pin=" PIN, "service"},
    {"wss://" SECRET "@h/a/b", "%2F"},
    {"wss://" SECRET "@h/shop/", "%2F"},
    {"wss://" SECRET "@h/a%", "service name has a '%'"},
    {"wss://" SECRET "@h/a%g0", "service name has a '%'"},
    {"wss://" SECRET "@h/a%0a", "control"},
    {"wss://" SECRET "@h/a%00", "control"},
    {"wss://" SECRET "@h/%ff", "UTF-8"},
    {"wss://" SECRET "@h/\xed\xa0\x80", "UTF-8"},
    {"wss://" SECRET "@h/s?", "pin="},
    {"wss://" SECRET "@h/s?pin=", "64"},
    {"wss://" SECRET "@h/s?pin=12", "64"},
    {"wss://" SECRET "@h/s?pin=" PIN "0", "64"},
    {"wss://" SECRET "@h/s?pin=g123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "64"},
    {"wss://" SECRET "@h/s?pin=" PIN "&pin=" PIN, "one pin"},
    {"wss://" SECRET "@h/s?" SECRET "=1", "pin="},
    {"wss://" SECRET "@h/s?Pin=" PIN, "pin="},
    {"wss://" SECRET "@h/s?pin=" PIN "?pin=" PIN, "64"},
    {"wss://" SECRET "@h/s#pin=" PIN, "#"},
    {"wss://" SECRET "#@h/s", "%23"},
};

static void test_every_wrong_dsn_is_refused_and_the_message_names_the_part_but_never_the_token(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct strobe_dsn dsn, before;
        struct strobe_error error = {0};
        memset(&dsn, 0x5a, sizeof dsn);
        before = dsn;
        if (strobe_dsn_parse(wrong[i].text, &dsn, &error) != STROBE_ESYNTAX) {
            fail_msg("accepted: %s", wrong[i].text);
        }
        assert_memory_equal(&dsn, &before, sizeof dsn);
        assert_null(strstr(error.message, SECRET));
        if (strstr(error.message, wrong[i].says) == NULL) {
            fail_msg("'%s' gives '%s', which does not say '%s'", wrong[i].text, error.message, wrong[i].says);
        }
    }
}

static void test_parts_one_byte_too_long_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *format;
        int size;
        const char *says;
    } cases[] = {
        {"wss://%s@h/s", 128, "token is longer"},        {"wss://t@%s/s", 256, "host name is longer"},
        {"wss://t@h/%s", 257, "service name is longer"}, {"wss://t@[%s]/s", 256, "host name is longer"},
        {"wss://%s@h/s", 5000, "longer than 4096"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char part[6000], text[6100];
        struct strobe_dsn dsn;
        struct strobe_error error = {0};
        memset(part, 'a', sizeof part);
        part[cases[i].size] = '\0';
        snprintf(text, sizeof text, cases[i].format, part);
        assert_int_equal(strobe_dsn_parse(text, &dsn, &error), STROBE_ESYNTAX);
        assert_non_null(strstr(error.message, cases[i].says));
    }
}

static void test_done_wipes_the_token(void **state)
{
    (void)state;
    struct strobe_dsn dsn, zero;
    memset(&zero, 0, sizeof zero);
    assert_int_equal(strobe_dsn_parse("wss://" SECRET "@h/s", &dsn, NULL), 0);
    strobe_dsn_done(&dsn);
    assert_memory_equal(&dsn, &zero, sizeof dsn);
}

/* Every cut and every changed byte of a good DSN: parsed or refused, without reading outside (run under ASan). */
static void test_mutated_dsns_never_break_the_parser(void **state)
{
    (void)state;
    static const char good[] = "wss://a%40b@[::1]:7443/sh%2Fop?pin=" PIN;
    static const char bytes[] = "%@/:?#[]=& \x01\xff"
                                "A0";
    for (size_t at = 0; at < sizeof good - 1; at++) {
        char *cut = strndup(good, at);
        struct strobe_dsn dsn;
        (void)strobe_dsn_parse(cut, &dsn, NULL);
        free(cut);
        for (size_t i = 0; i < sizeof bytes - 1; i++) {
            char *changed = strdup(good);
            changed[at] = bytes[i];
            struct strobe_error error = {0};
            int status = strobe_dsn_parse(changed, &dsn, &error);
            assert_true(status == 0 || (status == STROBE_ESYNTAX && error.message[0] != '\0'));
            free(changed);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_dsn_is_read),
        cmocka_unit_test(test_port_and_pin_may_be_absent),
        cmocka_unit_test(test_escapes_are_decoded_and_the_pin_is_lower_case),
        cmocka_unit_test(test_ipv6_stands_in_brackets),
        cmocka_unit_test(test_the_longest_parts_fit),
        cmocka_unit_test(test_every_wrong_dsn_is_refused_and_the_message_names_the_part_but_never_the_token),
        cmocka_unit_test(test_parts_one_byte_too_long_are_refused),
        cmocka_unit_test(test_done_wipes_the_token),
        cmocka_unit_test(test_mutated_dsns_never_break_the_parser),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
