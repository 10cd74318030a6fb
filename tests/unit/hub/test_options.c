#include "hub/options.h"

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#define PARSE(options, error, ...)                                                                        \
    strobe_hub_options_parse((int)(sizeof((const char *[]){"strobe-hub", __VA_ARGS__}) / sizeof(char *)), \
                             (char *const[]){"strobe-hub", __VA_ARGS__}, options, error)

static void test_defaults_follow_the_environment(void **state)
{
    (void)state;
    struct strobe_hub_options options;
    setenv("HOME", "/u/ada", 1);
    unsetenv("XDG_DATA_HOME");
    assert_int_equal(strobe_hub_options_parse(1, (char *const[]){"strobe-hub"}, &options, NULL), 0);
    assert_string_equal(options.data, "/u/ada/.local/share/stroboscope/hub");
    assert_string_equal(options.listen_host, "127.0.0.1");
    assert_int_equal(options.listen_port, 8443);
    assert_true(options.write_profile);
    assert_int_equal(options.ready_fd, -1);
    setenv("XDG_DATA_HOME", "/data", 1);
    assert_int_equal(strobe_hub_options_parse(1, (char *const[]){"strobe-hub"}, &options, NULL), 0);
    assert_string_equal(options.data, "/data/stroboscope/hub");
    setenv("XDG_DATA_HOME", "not/absolute", 1);
    assert_int_equal(strobe_hub_options_parse(1, (char *const[]){"strobe-hub"}, &options, NULL), 0);
    assert_string_equal(options.data, "/u/ada/.local/share/stroboscope/hub");
}

static void test_without_a_home_the_folder_must_be_given(void **state)
{
    (void)state;
    struct strobe_hub_options options;
    struct strobe_error error = {0};
    unsetenv("HOME");
    unsetenv("XDG_DATA_HOME");
    assert_int_equal(strobe_hub_options_parse(1, (char *const[]){"strobe-hub"}, &options, &error), STROBE_EINVAL);
    assert_non_null(strstr(error.message, "HOME"));
    assert_int_equal(PARSE(&options, NULL, "--data", "here"), 0);
}

static void test_every_option_is_read_in_both_forms(void **state)
{
    (void)state;
    struct strobe_hub_options options;
    assert_int_equal(PARSE(&options, NULL, "--data=/d", "--listen", "[::1]:0", "--public-url=https://hub.example:99",
                           "--no-profile", "--json", "--ready-fd", "7", "--verbose"),
                     0);
    assert_string_equal(options.data, "/d");
    assert_string_equal(options.listen_host, "::1");
    assert_int_equal(options.listen_port, 0);
    assert_string_equal(options.public_host, "hub.example");
    assert_int_equal(options.public_port, 99);
    assert_false(options.write_profile);
    assert_true(options.json);
    assert_int_equal(options.ready_fd, 7);
    assert_true(options.verbose);
}

static void test_help_needs_nothing_else(void **state)
{
    (void)state;
    struct strobe_hub_options options;
    unsetenv("HOME");
    unsetenv("XDG_DATA_HOME");
    assert_int_equal(PARSE(&options, NULL, "--help"), 0);
    assert_true(options.help);
    assert_int_equal(PARSE(&options, NULL, "--version"), 0);
    assert_true(options.version);
}

static void test_bad_addresses_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",        ":",          ":8443",      "host",        "host:",     "host:x",
                                      "host:-1", "host:65536", "a b:1",      "::1:1",       "[::1]",     "[]:1",
                                      "h\n:1",   "h/x:1",      "host:0443x", "host:123456", "u@host:12", "[::1:1"};
    char host[STROBE_HUB_HOST_BYTES] = "untouched";
    uint16_t port = 1;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct strobe_error error = {0};
        assert_int_equal(strobe_hub_address_parse(bad[i], true, host, &port, &error), STROBE_EINVAL);
        assert_true(error.message[0] != '\0');
    }
    assert_string_equal(host, "untouched");
    assert_int_equal(strobe_hub_address_parse("host:0", false, host, &port, NULL), STROBE_EINVAL);
    assert_int_equal(strobe_hub_address_parse("host:0", true, host, &port, NULL), 0);
}

static void test_wrong_arguments_leave_the_options_alone(void **state)
{
    (void)state;
    struct strobe_hub_options options = {.ready_fd = 42};
    assert_int_equal(PARSE(&options, NULL, "--json", "--dat", "x"), STROBE_EINVAL);
    assert_int_equal(PARSE(&options, NULL, "--ready-fd", "-1"), STROBE_EINVAL);
    assert_int_equal(PARSE(&options, NULL, "--data"), STROBE_EINVAL);
    assert_int_equal(options.ready_fd, 42);
    assert_false(options.json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults_follow_the_environment),
        cmocka_unit_test(test_without_a_home_the_folder_must_be_given),
        cmocka_unit_test(test_every_option_is_read_in_both_forms),
        cmocka_unit_test(test_help_needs_nothing_else),
        cmocka_unit_test(test_bad_addresses_are_refused),
        cmocka_unit_test(test_wrong_arguments_leave_the_options_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
