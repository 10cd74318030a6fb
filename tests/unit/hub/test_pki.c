#include "hub/pki.h"

#include <cmocka.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "hub/files.h"
#include "temporary_folder.h"

#define DAY_S (24 * 3600L)
#define NOW 1800000000L

static const char *const names[] = {"localhost", "127.0.0.1", "::1", "box"};

static X509 *read_first(const char *path)
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    X509 *certificate = PEM_read_X509(file, NULL, NULL, NULL);
    fclose(file);
    assert_non_null(certificate);
    return certificate;
}

/* Whether a client that trusts only the CA file accepts the leaf for `name` at `when`. */
static bool verifies(const struct strobe_pki *pki, const char *name, time_t when)
{
    X509 *leaf = read_first(pki->certificate_file), *ca = read_first(pki->ca_file);
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    X509_STORE_add_cert(store, ca);
    X509_STORE_CTX_init(context, store, leaf, NULL);
    X509_VERIFY_PARAM *parameters = X509_STORE_CTX_get0_param(context);
    X509_VERIFY_PARAM_set_time(parameters, when);
    X509_VERIFY_PARAM_set_purpose(parameters, X509_PURPOSE_SSL_SERVER);
    X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_X509_STRICT);
    bool fine = X509_verify_cert(context) == 1 &&
                (X509_check_host(leaf, name, 0, 0, NULL) == 1 || X509_check_ip_asc(leaf, name, 0) == 1);
    X509_STORE_CTX_free(context);
    X509_STORE_free(store);
    X509_free(leaf);
    X509_free(ca);
    return fine;
}

static void open_at(const char *folder, time_t now, struct strobe_pki *ret_pki)
{
    struct strobe_error error = {0};
    assert_int_equal(strobe_pki_open(folder, names, 4, now, ret_pki, &error), 0);
}

static void test_a_fresh_folder_gets_a_chain_that_clients_accept(void **state)
{
    struct strobe_pki pki;
    open_at(*state, NOW, &pki);
    assert_int_equal(strlen(pki.pin), 64);
    for (size_t i = 0; i < 4; i++) {
        assert_true(verifies(&pki, names[i], NOW));
        assert_true(verifies(&pki, names[i], NOW + 364 * DAY_S));
        assert_false(verifies(&pki, names[i], NOW + 366 * DAY_S));
    }
    assert_false(verifies(&pki, "evil.example", NOW));
    struct stat status;
    assert_int_equal(stat(pki.key_file, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
}

static void test_a_second_start_changes_nothing(void **state)
{
    struct strobe_pki first, second;
    open_at(*state, NOW, &first);
    X509 *before = read_first(first.certificate_file);
    open_at(*state, NOW + 300 * DAY_S, &second);
    X509 *after = read_first(second.certificate_file);
    assert_int_equal(X509_cmp(before, after), 0);
    assert_string_equal(first.pin, second.pin);
    X509_free(before);
    X509_free(after);
}

static void test_the_pin_stays_over_renewals(void **state)
{
    struct strobe_pki first, later;
    open_at(*state, NOW, &first);
    for (int year = 1; year <= 12; year++) { /* the CA is renewed, too, in the ninth */
        time_t now = NOW + year * 340 * DAY_S;
        open_at(*state, now, &later);
        assert_string_equal(first.pin, later.pin);
        assert_true(verifies(&later, "localhost", now));
        assert_true(verifies(&later, "localhost", now + 29 * DAY_S));
    }
}

static void test_a_new_name_renews_the_certificate(void **state)
{
    static const char *const more[] = {"localhost", "10.1.2.3", "hub.example"};
    struct strobe_pki first, second;
    open_at(*state, NOW, &first);
    assert_false(verifies(&first, "hub.example", NOW));
    assert_int_equal(strobe_pki_open(*state, more, 3, NOW, &second, NULL), 0);
    assert_true(verifies(&second, "hub.example", NOW));
    assert_true(verifies(&second, "10.1.2.3", NOW));
    assert_string_equal(first.pin, second.pin);
}

static void test_a_clock_that_was_wrong_is_repaired(void **state)
{
    struct strobe_pki pki;
    open_at(*state, NOW + 1000 * DAY_S, &pki);
    assert_false(verifies(&pki, "localhost", NOW));
    open_at(*state, NOW, &pki);
    assert_true(verifies(&pki, "localhost", NOW));
}

static void test_a_lost_ca_key_makes_a_new_chain_with_the_same_pin(void **state)
{
    struct strobe_pki first, second;
    char path[600];
    open_at(*state, NOW, &first);
    snprintf(path, sizeof path, "%s/ca.key", (char *)*state);
    assert_int_equal(remove(path), 0);
    open_at(*state, NOW, &second);
    assert_true(verifies(&second, "localhost", NOW));
    assert_string_equal(first.pin, second.pin);
}

static void test_a_damaged_key_is_not_replaced(void **state)
{
    struct strobe_pki pki;
    struct strobe_error error = {0};
    open_at(*state, NOW, &pki);
    assert_int_equal(strobe_file_write(*state, "server.key", "damaged", 7, 0600, NULL), 0);
    assert_int_equal(strobe_pki_open(*state, names, 4, NOW, &pki, &error), STROBE_EIO);
    assert_non_null(strstr(error.message, "server.key"));
    char *text = NULL;
    size_t size;
    assert_int_equal(strobe_file_read(*state, "server.key", 100, &text, &size, NULL), 0);
    assert_string_equal(text, "damaged");
    free(text);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, temporary_folder_setup, temporary_folder_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_a_fresh_folder_gets_a_chain_that_clients_accept),
        TEST(test_a_second_start_changes_nothing),
        TEST(test_the_pin_stays_over_renewals),
        TEST(test_a_new_name_renews_the_certificate),
        TEST(test_a_clock_that_was_wrong_is_repaired),
        TEST(test_a_lost_ca_key_makes_a_new_chain_with_the_same_pin),
        TEST(test_a_damaged_key_is_not_replaced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
