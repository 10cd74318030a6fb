#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "snapshot/pattern.h"

/* Samples are put together from halves, so that scanners of source code stay calm. */
struct sample {
    const char *text;
    const char *rule;
};

#define JWT_HEADER "eyJhbGciOiJIUzI1NiJ9"
#define BEGIN "-----BEGIN "

static const struct sample secrets[] = {
    {"4111111111111111", "card number"},
    {"4111 1111 1111 1111", "card number"},
    {"4111-1111-1111-1111", "card number"},
    {"number=4111+1111+1111+1111&x=1", "card number"},
    {"card 5500005555555559, thanks", "card number"},
    {"2223003122003222", "card number"},
    {"378282246310005", "card number"},
    {"3782 822463 10005", "card number"},
    {"6011111111111117", "card number"},
    {"3530111333300000", "card number"},
    {"30569309025904", "card number"},
    {"4222222222222", "card number"},
    {"6200000000000005", "card number"},
    {"ref4111111111111111", "card number"},
    {"x_4111111111111111", "card number"},
    {"4111111111111111.0", "card number"},
    {"%B4111111111111111^DOE/JOHN^2512", "card number"},
    {"1 4111 1111 1111 1111 12/29", "card number"},
    {BEGIN "PRIVATE KEY-----\nMIIE", "private key"},
    {"x" BEGIN "RSA PRIVATE KEY-----", "private key"},
    {BEGIN "OPENSSH PRIVATE KEY-----", "private key"},
    {BEGIN "ENCRYPTED PRIVATE KEY-----", "private key"},
    {BEGIN "PGP PRIVATE KEY BLOCK-----", "private key"},
    {JWT_HEADER ".eyJzdWIiOiIxIn0.c2ln", "JWT"},
    {"token " JWT_HEADER ".eyJzdWIiOiIxIn0.", "JWT"},
    {"Bearer abcdefgh12345678", "bearer token"},
    {"authorization=bearer abcdefgh", "authorization"},
    {"curl -H 'Authorization: Bearer abcdefghij'", "bearer token"},
    {"Basic dXNlcjpwYXNz", "basic auth"},
    {"Digest username=\"Mufasa\"", "digest auth"},
    {"AKIA"
     "IOSFODNN7EXAMPLE",
     "AWS key"},
    {"key=ASIA"
     "IOSFODNN7EXAMPLE",
     "AWS key"},
    {"ghp_"
     "abcdefghijklmnopqrstuvwxyz0123456789",
     "GitHub token"},
    {"github_pat_"
     "11ABCDEFG0abcdefghijkl",
     "GitHub token"},
    {"glpat-"
     "abcdefghij0123456789",
     "GitLab token"},
    {"xoxb-"
     "1234567890-abcdef",
     "Slack token"},
    {"sk_live_"
     "4eC39HqLyjWDarjtT1zdp7dc",
     "Stripe key"},
    {"rk_test_"
     "4eC39HqLyjWDarjtT1zdp7dc",
     "Stripe key"},
    {"whsec_"
     "abcdefghijklmnopqrst",
     "webhook secret"},
    {"AIza"
     "SyA-abcdefghijklmnopqrstuvwxyz01234",
     "Google key"},
    {"SG."
     "abcdefghijklmnopqrstuv.x",
     "SendGrid key"},
    {"npm_"
     "abcdefghijklmnopqrstuvwxyz0123456789",
     "npm token"},
    {"sk-ant-"
     "api03-abcdefghijklmnop",
     "API key"},
    {"sk-"
     "abcdefghijklmnopqrstuvwxyz0123456789ABCD",
     "API key"},
    {"hvs."
     "CAESIabcdefghijklmnopqrst",
     "Vault token"},
    {"postgres://shop:hunter2@db.example/shop", "URL password"},
    {"see https://u:p@h", "URL password"},
    {"redis://:hunter2@cache:6379/0", "URL password"},
    {"password=hunter2", "password"},
    {"host=db user=shop password='hunter2'", "password"},
    {"https://h/?api_key=abcdef&x=1", "api key"},
    {"PWD=hunter2;", "pwd"},
    {"{\"password\": \"hunter2\"}", "password"},
    {"{'user': 'x', 'api_key':'abcdef'}", "api key"},
    {"{\"pin\": 1234}", "pin"},
    {"Host: h\nX-Api-Key: abcdef\n", "api key"},
    {"Cookie: a=b", "cookie"},
};

static const char *const innocent[] = {
    "",
    "4111111111111112", /* check digit */
    "1234567890123452", /* no issuer */
    "0000000000000000",
    "9999999999999995",
    "1767225600000",                            /* milliseconds */
    "1767225600000000000",                      /* nanoseconds */
    "41111111111111111111111",                  /* too long */
    "0.4111111111111111",                       /* a fraction */
    "d4111111111111111fe0a9b8c7d6e5f4a3b2c1d0", /* a digest */
    "550e8400-e29b-41d4-a716-446655440000",
    "2026-01-02 03:04:05",
    "+49 170 1234567",
    BEGIN "CERTIFICATE-----",
    BEGIN "PUBLIC KEY-----",
    "eyJhbGciOiJIUzI1NiJ9", /* base64, but no token */
    "eyJ.eyJ.x",
    "Bearer authentication required",
    "the bearer of news",
    "Basic authentication",
    "basic test",
    "AKIA",
    "AKIAX",
    "MAKIA0123456789ABCDEF",
    "ghp_short",
    "task-abcdefghijklmnopqrstuvwxyz0123456789ABCD",
    "https://example.com/path?user=1&page=2",
    "https://example.com:8080/",
    "mailto:user@example.com",
    "https://user@example.com/",
    "https://example.com/a:b@c",
    "WHERE password=?",
    "WHERE email=%s AND token=:token",
    "password=None",
    "password=''",
    "password=",
    "password=***",
    "if password==other",
    "token_count=1234",
    "x=12345",
    "{\"user\": \"x\", \"total\": 12}",
    "{\"password\": null}",
    "wrong password: try again",
    "https://h/?page=abc",
    "note: nothing",
    "Error: no such file",
};

static const struct strobe_policy *policy; /* the built-in one */

static int take_policy(void **state)
{
    (void)state;
    policy = strobe_policy_current();
    return 0;
}

static const char *find(const char *text, bool is_cut)
{
    return strobe_pattern_find(policy, text, strlen(text), is_cut);
}

static void test_secrets_are_found_and_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++) {
        const char *rule = find(secrets[i].text, false);
        if (rule == NULL || strcmp(rule, secrets[i].rule) != 0) {
            fail_msg("%s: %s instead of %s", secrets[i].text, rule != NULL ? rule : "nothing", secrets[i].rule);
        }
    }
}

static void test_ordinary_texts_are_left_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof innocent / sizeof innocent[0]; i++) {
        const char *rule = find(innocent[i], false);
        if (rule != NULL) {
            fail_msg("%s: found %s", innocent[i], rule);
        }
    }
}

static void test_secret_is_found_anywhere_in_a_text(void **state)
{
    (void)state;
    char text[400];
    for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++) {
        if (strchr(secrets[i].text, '\n') != NULL || strncmp(secrets[i].text, "Cookie", 6) == 0) {
            continue;
        }
        snprintf(text, sizeof text, "some words before: %s and after", secrets[i].text);
        if (find(text, false) == NULL) {
            fail_msg("not found in: %s", text);
        }
    }
}

/* At every place where a text may end, what has begun of a secret counts, if the text is cut there. */
static void test_secret_that_is_cut_is_found(void **state)
{
    (void)state;
    assert_string_equal(find(BEGIN, true), "private key");
    assert_string_equal(find(BEGIN "RSA PRIV", true), "private key");
    assert_null(find(BEGIN "RSA PRIV", false));
    assert_string_equal(find("x " JWT_HEADER, true), "JWT");
    assert_string_equal(find("x " JWT_HEADER ".e", true), "JWT");
    assert_string_equal(find("Bearer abc", true), "bearer token");
    assert_null(find("Bearer abc", false));
    assert_string_equal(find("AKIA"
                             "IOSF",
                             true),
                        "AWS key");
    assert_string_equal(find("password=h", true), "password");
    assert_null(find("password=h", false));
}

/* The scan must stay linear: half a megabyte of what each part of it likes to begin with. */
static void test_hostile_text_is_scanned_in_linear_time(void **state)
{
    (void)state;
    static const char *const units[] = {"4111 ", "eyJ", "eyJ.", "-----BEGIN ", "sk-", "bearer ", "basic a", "a://",
                                        "a:b",   "a=",  "=",    "\"a\": ",     "A3T", "1",       "x"};
    static char text[512 * 1024];
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        size_t length = strlen(units[i]);
        for (size_t k = 0; k < sizeof text; k++) {
            text[k] = units[i][k % length];
        }
        strobe_pattern_find(policy, text, sizeof text, false); /* quadratic, it would take longer than the time-out */
    }
}

static void test_any_bytes_are_scanned_without_reading_past_them(void **state)
{
    (void)state;
    unsigned seed = 7;
    for (int round = 0; round < 20000; round++) {
        char text[200];
        seed = seed * 1103515245 + 12345;
        size_t size = (seed >> 8) % sizeof text;
        for (size_t i = 0; i < size; i++) {
            static const char alphabet[] = "4159-. =:/@eyJBarsk_\"'\n\x80\x00";
            seed = seed * 1103515245 + 12345;
            text[i] = alphabet[(seed >> 16) % sizeof alphabet];
        }
        strobe_pattern_find(policy, text, size, round % 2 == 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_secrets_are_found_and_named),
        cmocka_unit_test(test_ordinary_texts_are_left_alone),
        cmocka_unit_test(test_secret_is_found_anywhere_in_a_text),
        cmocka_unit_test(test_secret_that_is_cut_is_found),
        cmocka_unit_test(test_hostile_text_is_scanned_in_linear_time),
        cmocka_unit_test(test_any_bytes_are_scanned_without_reading_past_them),
    };
    return cmocka_run_group_tests(tests, take_policy, NULL);
}
