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
    {"curl -H 'Authorization: Bearer abcdefghij'", "authorization"},
    {"curl Bearer abcdefghij", "bearer token"},
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
    {"PWD=hunter2", "pwd"},
    {"PWD=/hunter2;UID=sa", "pwd"},
    {"UID=sa;PWD=/hunter2", "pwd"},
    {"user=sa PWD=/hunter2", "pwd"},
    {"PWD=/hunter2&user=sa", "pwd"},
    {"pwd=/hunter2", "pwd"},
    {"Pwd=/hunter2", "pwd"},
    {"DB_PWD=/hunter2", "pwd"},
    {"PWD='/hunter2'", "pwd"},
    {"{'PWD': '/hunter2'}", "pwd"},
    {"PWD=/srv/shop\nMYSQL_PWD=/hunter2", "mysql pwd"},
    {"{\"password\": \"hunter2\"}", "password"},
    {"{'user': 'x', 'api_key':'abcdef'}", "api key"},
    {"{\"pin\": 1234}", "pin"},
    {"Host: h\nX-Api-Key: abcdef\n", "api key"},
    {"Cookie: a=b", "cookie"},
    /* names with values, in all the ways that texts write them */
    {"user[password]=hunter2&x=1", "password"},
    {"user%5Bpassword%5D=hunter2", "password"},
    {"password = 'hunter2'", "password"},
    {"os.environ['API_KEY'] = 'abcdef'", "api key"},
    {"login(user='me', password=b'hunter2')", "password"},
    {"{b'password': b'hunter2'}", "password"},
    {"{\\\"password\\\": \\\"hunter2\\\"}", "password"},
    {"{\"password\": [\"hunter2\"]}", "password"},
    {"{\"password\": {\"value\": \"hunter2\"}}", "password"},
    {"[('Authorization', 'abcdef'), ('Host', 'h')]", "authorization"},
    {"[(b'cookie', b'abcdef')]", "cookie"},
    {"[[\"X-Api-Key\", \"abcdef\"]]", "api key"},
    {"invalid token: x9f3a", "token"},
    {"login failed (password: hunter2)", "password"},
    {"db:\n  password: correcthorse\n", "password"},
    {"x:\n- secret: correcthorse", "secret"},
    {"mysql --password hunter2 shop", "password"},
    {"mysql --password=hunter2 shop", "password"},
    {"<password>hunter2</password>", "password"},
    {"<wsse:Password Type=\"text\">hunter2</wsse:Password>", "password"},
    {"<input type=\"hidden\" name=\"csrf_token\" value=\"abcdef\">", "csrf"},
    {"form-data; name=\"password\"\r\n\r\nhunter2\r\n--x", "password"},
    {"CREATE USER me IDENTIFIED BY 'hunter2'", "password"},
    {"ALTER ROLE me WITH PASSWORD 'hunter2'", "password"},
    {"Server=db;Database=shop;User Id=me;Password=hunter2;", "password"},
    {"DefaultEndpointsProtocol=https;AccountName=x;AccountKey=abcdefgh==;", "account key"},
    {"https://x.blob.core.windows.net/c?sv=2022&sig=abcdefghij%2Bklmnopqrst", "SAS signature"},
    {"https://b.s3.amazonaws.com/k?X-Amz-Signature=abcdef0123", "signature"},
    /* URLs */
    {"postgres://me:pass/word@db/shop", "URL password"},
    {"mongodb+srv://me:hunter2@cluster.example/db", "URL password"},
    {"amqp://me:hunter2@rabbit:5672/", "URL password"},
    {"https://hooks.slack.com/services/T00000000/B00000000/"
     "abcdefgh",
     "Slack webhook"},
    /* keys of vendors */
    {"dckr_pat_"
     "abcdefghijklmnopqrstuvwxyz0",
     "Docker token"},
    {"glrt-"
     "abcdefghij0123456789",
     "GitLab token"},
    {"hf_"
     "abcdefghijklmnopqrstuvwxyzABCDEFGH",
     "Hugging Face token"},
    {"pypi-"
     "AgEIcHlwaS5vcmcCJGFiY2RlZmdoaWprbG1ub3A",
     "PyPI token"},
    {"sk-proj-"
     "abcdefghijklmnop_qrst",
     "API key"},
    {"SK"
     "0123456789abcdef0123456789abcdef",
     "Twilio key"},
    {"key-"
     "0123456789abcdef0123456789abcdef",
     "Mailgun key"},
    {"0123456789abcdef0123456789abcdef"
     "-us12",
     "Mailchimp key"},
    {"abc8Q~"
     "abcdefghijklmnopqrstuvwxyz0123456",
     "Azure secret"},
    {"bot 123456789:AA"
     "abcdefghijklmnopqrstuvwxyz0123456",
     "Telegram token"},
    {"GOCSPX-"
     "abcdefghijklmnopqrstuvwx",
     "Google key"},
    {"ya29."
     "a0AfH6SMBabcdefghijklmnop",
     "Google token"},
    {"shpat_"
     "0123456789abcdef0123456789abcdef",
     "Shopify token"},
    {"dapi"
     "0123456789abcdef0123456789abcdef",
     "Databricks token"},
    {"sntrys_"
     "eyJpYXQiOjE2OTQ0NTQ3NzguMzE1",
     "Sentry token"},
    {"AGE-SECRET-KEY-1"
     "QQPQZRFR7ZZ2WCVABCD",
     "age key"},
    /* private keys in other clothes */
    {"-----END "
     "RSA PRIVATE KEY-----",
     "private key"},
    {"LS0tLS1CRUdJTi"
     "BSU0EgUFJJVkFURSBLRVktLS0tLQ==",
     "private key"},
    {"PuTTY-User-Key-File-"
     "2: ssh-rsa",
     "private key"},
    /* numbers of persons */
    {"DE89370400440532013000", "IBAN"},
    {"GB29 NWBK 6016 1331 9268 19", "IBAN"},
    {"pay to FR1420041010050500013M02606 now", "IBAN"},
    {"NO9386011117947", "IBAN"},
    {"078-05-1120", "social security number"},
    {"number 123-45-6789.", "social security number"},
};

static const char *const innocent[] = {
    "PWD=/srv/shop",
    "OLDPWD=/",
    "PWD=C:\\shop",
    "PWD=c:/shop",
    "HOME=/var/lib/shop\nPWD=/srv/shop\nOLDPWD=/\n",
    "DE89370400440532013001", /* check digits */
    "GB82WEST",
    "XX89370400440532013000",
    "000-12-3456",
    "666-12-3456",
    "900-12-3456",
    "123-00-4567",
    "123-45-0000",
    "123-45-67890",
    "2024-12-24",
    "1123-45-6789",
    "550e8400-e29b-41d4-a716-446655440000",
    "password: ",
    "password:",
    "wrong password: try again",
    "error: token: unexpected",
    "<password></password>",
    "<password/>",
    "<input name=\"csrf_token\">",
    "a < b and c > d",
    "--token-count 12345",
    "--password",
    "--password -v",
    "['password', 'user', 'email']x",
    "ORDER BY name, password, user",
    "{\"password\": \"\"}",
    "{\"password\": {}}",
    "{'token': None, 'user': 'me'}",
    "x == password",
    "https://example.com:8080/a@b",
    "https://example.com/a?b=c:d@e",
    "https://hooks.slack.com/",
    "sig=abcdefghijklmnopqrstuvwxyz", /* of something else */
    "sk-short",
    "SKIRT",
    "key-value",
    "secret_santa",
    "hf_transfer",
    "cio.read",
    "LS0tLS1",
    "12:34:56",
    "12345678:AB",
    "user@example.com", /* unless the policy wants it */
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
    assert_string_equal(find("password=h", false), "password");
    assert_null(find("password=", false));
    assert_null(find("password=&user=me", false));
    assert_null(find("Password=;User=me", false));
    assert_null(find("<a href=\"?token=&amp;x=1\">", false));
    assert_string_equal(find("password=&x(y/z", false), "password");
    assert_null(find("cookie=1", false));
}

/* The scan must stay linear: half a megabyte of what each part of it likes to begin with. */
static void test_hostile_text_is_scanned_in_linear_time(void **state)
{
    (void)state;
    static const char *const units[] = {
        "4111 ", "eyJ",       "eyJ.",       "-----BEGIN ", "sk-",    "bearer ", "basic a", "a://", "a:b",
        "a=",    "=",         "\"a\": ",    "A3T",         "1",      "x",       "<",       "<a ",  "name=\"token\" ",
        "'a', ", "--a ",      "DE89 3704 ", "078-05-",     "a://b:", "a@",      ":AA",     "Q~",   "LS0t",
        "key-0", "password ", "\\",         "[[[[",        "%5d="};
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
