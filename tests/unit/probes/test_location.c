#include "probes/location.h"

#include <cmocka.h>
#include <string.h>

static void test_a_location_is_a_file_and_a_line(void **state)
{
    (void)state;
    struct strobe_location location;
    assert_int_equal(strobe_location_parse("shop/pricing.py:42", &location, NULL), 0);
    assert_string_equal(location.path, "shop/pricing.py");
    assert_int_equal(location.line, 42);
}

static void test_paths_are_normalised(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"./shop//pricing.py:1", "shop/pricing.py"},
        {"shop\\pricing.py:1", "shop/pricing.py"},
        {"/srv/./shop/pricing.py:1", "/srv/shop/pricing.py"},
        {"C:\\shop\\pricing.py:1", "C:/shop/pricing.py"},
        {"<string>:1", "<string>"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct strobe_location location;
        assert_int_equal(strobe_location_parse(pairs[i][0], &location, NULL), 0);
        assert_string_equal(location.path, pairs[i][1]);
    }
}

static void test_what_is_no_location_is_refused_with_the_form(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",    "pricing.py",    "pricing.py:",   "pricing.py:x", "pricing.py:0",
        ":42", "pricing.py:-1", "pricing.py:4x", "/:3",          "pricing.py:99999999999999999999"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct strobe_location location;
        struct strobe_error error = {0};
        assert_int_equal(strobe_location_parse(texts[i], &location, &error), STROBE_ESYNTAX);
        assert_non_null(strstr(error.message, "FILE.py:LINE"));
    }
}

static void test_a_path_that_is_too_long_is_refused(void **state)
{
    (void)state;
    char text[STROBE_PATH_BYTES_MAX + 10];
    memset(text, 'a', sizeof text);
    strcpy(text + sizeof text - 3, ":1");
    struct strobe_location location;
    assert_int_equal(strobe_location_parse(text, &location, NULL), STROBE_ESYNTAX);
}

static void test_paths_match_by_whole_components(void **state)
{
    (void)state;
    assert_true(strobe_path_matches("/srv/shop/pricing.py", "pricing.py"));
    assert_true(strobe_path_matches("/srv/shop/pricing.py", "shop/pricing.py"));
    assert_true(strobe_path_matches("/srv/shop/pricing.py", "/srv/shop/pricing.py"));
    assert_true(strobe_path_matches("shop/pricing.py", "/srv/shop/pricing.py"));
    assert_false(strobe_path_matches("/srv/shop/pricing.py", "icing.py"));
    assert_false(strobe_path_matches("/srv/shop/pricing.py", "hop/pricing.py"));
    assert_false(strobe_path_matches("/srv/shop/pricing.py", "/shop/pricing.py"));
    assert_false(strobe_path_matches("", "/shop/pricing.py"));
    assert_false(strobe_path_matches("pricing.py", "shop/pricing.py"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_location_is_a_file_and_a_line),
        cmocka_unit_test(test_paths_are_normalised),
        cmocka_unit_test(test_what_is_no_location_is_refused_with_the_form),
        cmocka_unit_test(test_a_path_that_is_too_long_is_refused),
        cmocka_unit_test(test_paths_match_by_whole_components),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
