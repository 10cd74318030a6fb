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

static void test_a_function_is_a_module_and_a_qualified_name(void **state)
{
    (void)state;
    static const struct {
        const char *text, *module, *function;
        enum strobe_location_kind kind;
    } cases[] = {
        {"shop.pricing:Basket.total", "shop.pricing", "Basket.total", STROBE_LOCATION_ENTRY},
        {"shop.pricing:Basket.total:entry", "shop.pricing", "Basket.total", STROBE_LOCATION_ENTRY},
        {"shop:f:exit", "shop", "f", STROBE_LOCATION_EXIT},
        {"__main__:outer.<locals>.<lambda>:exit", "__main__", "outer.<locals>.<lambda>", STROBE_LOCATION_EXIT},
        {"caf\xc3\xa9:f", "caf\xc3\xa9", "f", STROBE_LOCATION_ENTRY},
        {"shop:exit", "shop", "exit", STROBE_LOCATION_ENTRY},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct strobe_location location;
        assert_int_equal(strobe_location_parse(cases[i].text, &location, NULL), 0);
        assert_int_equal(location.kind, cases[i].kind);
        assert_string_equal(location.path, cases[i].module);
        assert_string_equal(strobe_location_function(&location), cases[i].function);
    }
}

static void test_an_exception_is_a_dotted_type(void **state)
{
    (void)state;
    struct strobe_location location;
    assert_int_equal(strobe_location_parse("raise:shop.errors.OutOfStock", &location, NULL), 0);
    assert_int_equal(location.kind, STROBE_LOCATION_RAISE);
    assert_string_equal(location.path, "shop.errors.OutOfStock");
    assert_int_equal(strobe_location_parse("raise:ValueError:unhandled", &location, NULL), 0);
    assert_int_equal(location.kind, STROBE_LOCATION_UNHANDLED);
    assert_string_equal(location.path, "ValueError");
}

static void test_names_that_cannot_be_are_refused_with_the_forms(void **state)
{
    (void)state;
    static const char *const texts[] = {"shop:",      "shop:a b",     "shop..pricing:f", "shop:f.",         "1shop:f",
                                        "shop:<open", "shop:f:leave", "raise:",          "raise:a.1b",      "raise:a b",
                                        "raise:a:b",  ":f",           "shop::exit",      "raise::unhandled"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct strobe_location location;
        struct strobe_error error = {0};
        assert_int_equal(strobe_location_parse(texts[i], &location, &error), STROBE_ESYNTAX);
        assert_non_null(strstr(error.message, "write "));
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
        cmocka_unit_test(test_a_function_is_a_module_and_a_qualified_name),
        cmocka_unit_test(test_an_exception_is_a_dotted_type),
        cmocka_unit_test(test_names_that_cannot_be_are_refused_with_the_forms),
        cmocka_unit_test(test_a_path_that_is_too_long_is_refused),
        cmocka_unit_test(test_paths_match_by_whole_components),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
