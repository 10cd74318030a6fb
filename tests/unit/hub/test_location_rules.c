#include "hub/location_rules.h"

#include <cmocka.h>
#include <string.h>

static void test_each_form_is_told(void **state)
{
    static const struct {
        const char *text;
        enum strobe_location_form form;
    } good[] = {
        {"shop/pricing.py:42", STROBE_LOCATION_FORM_LINE},
        {"pricing.py:1", STROBE_LOCATION_FORM_LINE},
        {"C:\\shop\\pricing.py:7", STROBE_LOCATION_FORM_LINE},
        {"<string>:3", STROBE_LOCATION_FORM_LINE},
        {"shop.pricing:total", STROBE_LOCATION_FORM_FUNCTION},
        {"shop.pricing:Cart.total:exit", STROBE_LOCATION_FORM_FUNCTION},
        {"shop.pricing:Cart.total:entry", STROBE_LOCATION_FORM_FUNCTION},
        {"shop.pricing:outer.<locals>.inner", STROBE_LOCATION_FORM_FUNCTION},
        {"m:f.<locals>.<lambda>:exit", STROBE_LOCATION_FORM_FUNCTION},
        {"caf\xC3\xA9:men\xC3\xBC", STROBE_LOCATION_FORM_FUNCTION},
        {"raise:builtins.KeyError", STROBE_LOCATION_FORM_RAISE},
        {"raise:shop.errors.OutOfStock:unhandled", STROBE_LOCATION_FORM_RAISE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct strobe_error error = {0};
        enum strobe_location_form form = STROBE_LOCATION_FORM_LINE;
        if (strobe_location_rules_check("location", good[i].text, &form, &error) < 0) {
            fail_msg("%s: %s", good[i].text, error.message);
        }
        assert_int_equal(form, good[i].form);
    }
}

static void test_what_is_none_is_refused_with_what_to_write(void **state)
{
    static const char *const bad[] = {
        "",
        ":5",
        "shop.py",
        "shop.py:0",
        "shop.py:99999999999",
        "shop.py:12x",
        "a b:c",
        "m:",
        "m:f:middle",
        "m:f:exit:exit",
        "m..n:f",
        "m:f.",
        "raise:",
        "raise:a.",
        "raise:a.B:handled",
        "raise:a b",
        "a\x01.py:5",
        "shop.py:total",
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct strobe_error error = {0};
        enum strobe_location_form form;
        assert_int_equal(strobe_location_rules_check("location", bad[i], &form, &error), STROBE_EINVAL);
        assert_non_null(strstr(error.message, "'location'"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_form_is_told),
        cmocka_unit_test(test_what_is_none_is_refused_with_what_to_write),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
