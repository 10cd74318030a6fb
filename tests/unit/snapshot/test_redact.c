#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "snapshot/redact.h"
#include "snapshot/redact_words.h"

static const char *rule_of(const char *name)
{
    return strobe_redact_name(name, strlen(name));
}

static const char *const secret_names[] = {
    /* passwords */
    "password",
    "Password",
    "PASSWORD",
    "passwd",
    "pwd",
    "pw",
    "pass",
    "passphrase",
    "passcode",
    "user_password",
    "userPassword",
    "UserPassword",
    "user-password",
    "user.password",
    "$password",
    "_password",
    "__password",
    "password2",
    "passwords",
    "password_hash",
    "passwordHash",
    "hashed_password",
    "dbPassword",
    "db_pass",
    "smtp_pass",
    "mysqlpassword",
    "mysql_pwd",
    "mysqlpwd",
    "passwordb",
    "passhash",
    "pass_hash",
    "new_password_confirmation",
    "PGPASSWORD",
    "Passwort",
    "kennwort",
    "contrase\303\261a",
    "contrasena",
    "senha",
    "motdepasse",
    "mot_de_passe",
    "\320\277\320\260\321\200\320\276\320\273\321\214",
    "\345\257\206\347\240\201",
    /* secrets, tokens, keys */
    "secret",
    "secrets",
    "client_secret",
    "clientSecret",
    "SECRET_KEY",
    "stripe_secret_key",
    "stripeSecretKey",
    "secretkey",
    "apisecret",
    "secrettoken",
    "token",
    "tokens",
    "access_token",
    "accessToken",
    "accesstoken",
    "refresh_token",
    "refreshtoken",
    "db_token",
    "authtoken",
    "auth_token",
    "id_token",
    "csrf_token",
    "csrfmiddlewaretoken",
    "oauthtoken",
    "twiliotoken",
    "usertoken",
    "X-Auth-Token",
    "xauthtoken",
    "bearer",
    "bearer_token",
    "api_key",
    "apikey",
    "apiKey",
    "APIKey",
    "API_KEY",
    "ApiKeys",
    "X-Api-Key",
    "xapikey",
    "x_api_key",
    "api-key",
    "openai_api_key",
    "app_key",
    "appkey",
    "application_key",
    "access_key",
    "aws_access_key_id",
    "AWSAccessKeyId",
    "private_key",
    "privatekey",
    "privateKeyPem",
    "ssh_key",
    "sshkey",
    "gpgkey",
    "pgpkey",
    "master_key",
    "masterkey",
    "encryption_key",
    "encryptionkeyid",
    "signing_key",
    "signaturekey",
    "session_key",
    "sessionkey",
    "license_key",
    "licensekey",
    "recaptchakey",
    "publickey",
    "service_key",
    "account_key",
    "client_key",
    "db_key",
    "stripe_key",
    "github_key",
    "fernet_key",
    "kms_key_id",
    "hmac_key",
    "tls_key",
    "host_key",
    "webhook_secret",
    "webhook_url",
    "psk",
    /* credentials and sessions */
    "credentials",
    "credential",
    "creds",
    "aws_credentials",
    "serviceaccountcredentials",
    "auth",
    "http_auth",
    "authorization",
    "Authorization",
    "proxy-authorization",
    "PROXY_AUTHORIZATION",
    "apisignature",
    "signature",
    "oauth",
    "OAuth",
    "oauth2",
    "oauth2_token",
    "cookie",
    "Cookie",
    "cookies",
    "set-cookie",
    "setCookie",
    "Set_Cookie",
    "session",
    "_session",
    "user_session",
    "usersession",
    "session_id",
    "sessionid",
    "sessionId",
    "PHPSESSID",
    "JSESSIONID",
    "connect.sid",
    "connectsid",
    "aiohttp_session",
    "aiohttpsession",
    "symfony",
    "csrf",
    "_csrf",
    "x_csrftoken",
    "xcsrftoken",
    "xsrf",
    "XSRF-TOKEN",
    "xsrftoken",
    "jwt",
    "user_jwt",
    "jti",
    "nonce",
    "salt",
    "password_salt",
    "cipher",
    "hmac",
    "otp",
    "otp_code",
    "totp_secret",
    "2fa",
    "two_factor_code",
    "mfa_code",
    "pin",
    "pin_code",
    "pincode",
    "card_pin",
    "certificatepin",
    "recovery_code",
    "backup_codes",
    "seed_phrase",
    "mnemonic",
    "dsn",
    "sentry_dsn",
    "sas",
    "sas_url",
    "connection_string",
    "connectionString",
    "connectionstring",
    "database_url",
    "databaseurl",
    "DATABASE_URL",
    "dburl",
    "db_url",
    "redis_url",
    "pem_file",
    "pemfile",
    "pkcs8",
    "fernet",
    "kms",
    "certificate",
    "crypt",
    "principal",
    "securityanswer",
    "security_question",
    "security_code",
    "clientid",
    "transactionid",
    "voterid",
    "geolocation",
    /* persons and money */
    "credit_card",
    "creditcard",
    "creditCard",
    "card_number",
    "cardNumber",
    "cardnumber",
    "card_no",
    "cc_number",
    "ccnumber",
    "pan",
    "cvv",
    "cvv2",
    "cvc",
    "card_cvc",
    "iban",
    "account_number",
    "accountNumber",
    "routing_number",
    "routingnumber",
    "sort_code",
    "ssn",
    "social_security_number",
    "dob",
    "date_of_birth",
    "dateOfBirth",
    "birth_date",
    "birth",
    "phone",
    "phone_number",
    "email",
    "emails",
    "user_email",
    "useremail",
    "emailAddress",
    "e_mail",
    "address",
    "addresses",
    "street_address",
    "shipping_address",
    "ip_address",
    "ipaddress",
    "remote_addr",
    "x_real_ip",
    "xrealip",
    "X-Forwarded-For",
    "xforwardedfor",
    "passport",
    "passport_number",
    "drivers_license",
    "driverLicense",
    "tax_id",
    "national_id",
    "nino",
    "aadhaar",
    "cpf",
    "medical_record",
    "mrn",
    "imei",
    "iccid",
    "fingerprint",
};

static const char *const innocent_names[] = {
    /* false friends of single words */
    "author",
    "authors",
    "authored",
    "author_id",
    "keyboard",
    "monkey",
    "turkey",
    "hockey",
    "keyword",
    "keywords",
    "kwargs",
    "tokenizer",
    "tokenize",
    "tokenized",
    "passed",
    "passes",
    "compass",
    "bypass",
    "passenger",
    "passive",
    "passage",
    "password_length",
    "secretary",
    "secretariat",
    "assassin",
    "cassette",
    "class_pass_count",
    "pinned",
    "spinner",
    "mapping",
    "pinging",
    "pint",
    "panel",
    "company",
    "japan",
    "span",
    "expand",
    "pandas",
    "saltire",
    "basalt",
    "assault",
    "authentic",
    "authoring",
    "signal",
    "design",
    "signed",
    "assign",
    "signatory",
    "cookiecutter",
    "tokyo",
    "broken",
    "stoked",
    "taken",
    "spoken",
    "credits",
    "creditor",
    "accredited",
    "cpu",
    "dobby",
    "adobe",
    "phonetic",
    "megaphone",
    "addressed",
    "sessions_per_day_count",
    "obsession",
    "crypto",
    "cryptic",
    "cypher",
    "salted",
    "saltwater",
    "hash",
    "digest",
    "checksum",
    "sid_vicious_album",
    "side",
    "inside",
    "president",
    "aside",
    /* keys that are no secrets */
    "key",
    "keys",
    "k",
    "primary_key",
    "foreign_key",
    "primaryKey",
    "sort_key",
    "cache_key",
    "dict_key",
    "key_error",
    "KeyError",
    "keyError",
    "partition_key",
    "key_name",
    "keypress",
    "row_key",
    "group_key",
    "natural_key",
    "key_func",
    "hot_key",
    "keycode",
    "lookup_key",
    "unique_key",
    "key_count",
    "key_id",
    /* counts, switches and other things about secrets */
    "max_tokens",
    "maxTokens",
    "input_tokens",
    "inputTokens",
    "output_tokens",
    "total_tokens",
    "prompt_tokens",
    "completion_tokens",
    "num_tokens",
    "n_tokens",
    "token_count",
    "token_limit",
    "tokens_used",
    "token_bucket",
    "token_type",
    "token_expiry",
    "token_ttl",
    "has_password",
    "is_secret",
    "use_auth",
    "require_auth",
    "auth_enabled",
    "auth_method",
    "auth_type",
    "auth_backend",
    "auth_backends",
    "auth_provider",
    "password_policy",
    "password_min_length",
    "password_validators",
    "password_field",
    "password_required",
    "password_changed_at",
    "cookie_name",
    "session_cookie_domain",
    "cookie_path",
    "cookie_max_age",
    "cookie_secure",
    "session_timeout",
    "session_config",
    "session_factory",
    "sessionmaker",
    "db_session",
    "dbSession",
    "orm_session",
    "sql_session",
    "requests_session",
    "spark_session",
    "function_signature",
    "method_signature",
    "signature_version",
    "cipher_suite",
    "cipher_suites",
    "email_backend",
    "email_host",
    "email_port",
    "email_template",
    "memory_address",
    "base_address",
    "address_family",
    "bind_address",
    "listen_address",
    "first_pass",
    "second_pass",
    "last_pass",
    "two_pass",
    "low_pass",
    "high_pass",
    "render_pass",
    "gpio_pin",
    "input_pin",
    "output_pin",
    "secret_name",
    "salt_lake_city",
    /* ordinary names */
    "user",
    "username",
    "user_id",
    "userId",
    "id",
    "uuid",
    "name",
    "first",
    "last",
    "title",
    "total",
    "amount",
    "price",
    "currency",
    "order",
    "order_id",
    "orderNumber",
    "cart",
    "items",
    "item",
    "quantity",
    "discount",
    "rate",
    "request",
    "response",
    "status",
    "status_code",
    "headers",
    "body",
    "payload",
    "data",
    "value",
    "values",
    "result",
    "results",
    "config",
    "settings",
    "options",
    "path",
    "file",
    "filename",
    "url",
    "uri",
    "host",
    "port",
    "hostname",
    "method",
    "query",
    "params",
    "args",
    "index",
    "i",
    "x",
    "count",
    "limit",
    "offset",
    "page",
    "created_at",
    "updated_at",
    "timestamp",
    "start",
    "end",
    "duration",
    "level",
    "message",
    "error",
    "exception",
    "logger",
    "self",
    "cls",
    "node",
    "parent",
    "children",
    "left",
    "right",
    "width",
    "height",
    "color",
    "city",
    "country",
    "language",
    "product",
    "sku",
    "category",
    "tags",
    "version",
    "description",
    "code",
    "source_code",
    "exit_code",
    "card",
    "cards",
    "wildcard",
    "cardinality",
    "discard",
    "cc",
    "account",
    "accounts",
    "customer",
    "invoice",
    "payment",
    "shipping",
    "client",
    "server",
    "service",
    "",
    "_",
    "__",
    "-",
    "1",
    "42",
    ".0",
};

static void test_names_of_secrets_are_found(void **state)
{
    (void)state;
    _Static_assert(sizeof secret_names / sizeof secret_names[0] >= 150, "too few names");
    for (size_t i = 0; i < sizeof secret_names / sizeof secret_names[0]; i++) {
        if (rule_of(secret_names[i]) == NULL) {
            fail_msg("not redacted: %s", secret_names[i]);
        }
    }
}

static void test_innocent_names_are_left_alone(void **state)
{
    (void)state;
    _Static_assert(sizeof innocent_names / sizeof innocent_names[0] >= 150, "too few names");
    for (size_t i = 0; i < sizeof innocent_names / sizeof innocent_names[0]; i++) {
        const char *rule = rule_of(innocent_names[i]);
        if (rule != NULL) {
            fail_msg("redacted: %s by %s", innocent_names[i], rule);
        }
    }
}

/* 21 prefixes and 23 endings, in snake_case and camelCase: what exact lists miss altogether. */
static void test_composed_names_are_found_in_both_spellings(void **state)
{
    (void)state;
    static const char *const prefixes[] = {"user",  "db",   "admin",   "stripe", "aws",    "github", "smtp",
                                           "redis", "ldap", "mysql",   "my",     "old",    "new",    "temp",
                                           "app",   "root", "service", "client", "tenant", "global", "default"};
    static const char *const endings[] = {
        "Password",      "Passwd",      "Pwd",       "Passphrase",  "Secret",          "SecretKey",
        "Token",         "AccessToken", "ApiKey",    "PrivateKey",  "AccessKey",       "SigningKey",
        "EncryptionKey", "Creds",       "AuthToken", "Credentials", "Cookie",          "SessionId",
        "RefreshToken",  "BearerToken", "Otp",       "Jwt",         "ConnectionString"};
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        for (size_t k = 0; k < sizeof endings / sizeof endings[0]; k++) {
            char camel[64], snake[80];
            size_t used = 0;
            snprintf(camel, sizeof camel, "%s%s", prefixes[i], endings[k]);
            for (const char *c = camel; *c != '\0'; c++) {
                if (*c >= 'A' && *c <= 'Z') {
                    snake[used++] = '_';
                }
                snake[used++] = (char)(*c | 0x20);
            }
            snake[used] = '\0';
            if (rule_of(camel) == NULL || rule_of(snake) == NULL) {
                fail_msg("not redacted: %s or %s", camel, snake);
            }
        }
    }
}

static void test_rule_says_the_word_in_lower_case(void **state)
{
    (void)state;
    assert_string_equal(rule_of("USER_PASSWORD"), "password");
    assert_string_equal(rule_of("X-Api-Key"), "api key");
    assert_string_equal(rule_of("cardNumber"), "card number");
    assert_string_equal(rule_of("mysqlpassword"), "password");
    assert_string_equal(rule_of("access_tokens"), "access token");
}

static void test_long_names_are_judged_to_their_end(void **state)
{
    (void)state;
    char name[1000];
    for (size_t length = 0; length + 20 < sizeof name; length += 7) {
        memset(name, 'x', length);
        for (size_t i = 5; i < length; i += 6) {
            name[i] = '_';
        }
        strcpy(name + length, "_user_password");
        assert_non_null(rule_of(name));
    }
}

static void test_any_bytes_are_judged_without_reading_past_them(void **state)
{
    (void)state;
    unsigned seed = 1;
    for (int round = 0; round < 20000; round++) {
        char name[300];
        seed = seed * 1103515245 + 12345;
        size_t size = seed >> 8 & 0xFF;
        for (size_t i = 0; i < size; i++) {
            seed = seed * 1103515245 + 12345;
            name[i] = (char)(seed >> 16);
        }
        strobe_redact_name(name, size);
    }
    assert_null(strobe_redact_name("password", 0));
    assert_non_null(strobe_redact_name("passwordx", 8));
}

/* The tables are searched by halves. */
static void test_tables_are_sorted(void **state)
{
    (void)state;
#define SECRET(joined, shown, scope) joined,
#define WORD(word) word,
    static const char *const secrets[] = {STROBE_REDACT_SECRETS(SECRET)};
    static const char *const friends[] = {STROBE_REDACT_FALSE_FRIENDS(WORD)};
    static const char *const about[] = {STROBE_REDACT_ABOUT(WORD)};
    static const char *const asking[] = {STROBE_REDACT_ASKING(WORD)};
    static const char *const compounds[] = {STROBE_REDACT_COMPOUND_FALSE_FRIENDS(WORD)};
    static const struct {
        const char *const *words;
        size_t count;
    } tables[] = {{secrets, sizeof secrets / sizeof secrets[0]},
                  {friends, sizeof friends / sizeof friends[0]},
                  {about, sizeof about / sizeof about[0]},
                  {asking, sizeof asking / sizeof asking[0]},
                  {compounds, sizeof compounds / sizeof compounds[0]}};
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        for (size_t k = 1; k < tables[i].count; k++) {
            if (strcmp(tables[i].words[k - 1], tables[i].words[k]) >= 0) {
                fail_msg("%s must stand after %s", tables[i].words[k - 1], tables[i].words[k]);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_of_secrets_are_found),
        cmocka_unit_test(test_innocent_names_are_left_alone),
        cmocka_unit_test(test_composed_names_are_found_in_both_spellings),
        cmocka_unit_test(test_rule_says_the_word_in_lower_case),
        cmocka_unit_test(test_long_names_are_judged_to_their_end),
        cmocka_unit_test(test_any_bytes_are_judged_without_reading_past_them),
        cmocka_unit_test(test_tables_are_sorted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
