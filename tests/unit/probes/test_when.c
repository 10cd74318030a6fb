#include "probes/when.h"

#include <cmocka.h>
#include <string.h>

static int acting(const char *text, int passes)
{
    struct strobe_when when;
    int count = 0;
    assert_int_equal(strobe_when_parse(text, &when, NULL), 0);
    for (int pass = 1; pass <= passes; pass++) {
        count += strobe_when_admits(&when, pass);
    }
    return count;
}

static void test_each_form_admits_its_passes(void **state)
{
    (void)state;
    assert_int_equal(acting(NULL, 10), 10);
    assert_int_equal(acting("", 10), 10);
    assert_int_equal(acting("3", 10), 1);
    assert_int_equal(acting("30", 10), 0);
    assert_int_equal(acting(">=3", 10), 8);
    assert_int_equal(acting("every 3", 10), 3);
    assert_int_equal(acting("every 1", 10), 10);
}

static void test_what_is_no_form_is_refused(void **state)
{
    static const char *const bad[] = {"0", "-1", "every 0", ">=", "every", "x", "3 ", "9999999999", ">= 3"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct strobe_when when = {STROBE_WHEN_EVERY, 7};
        struct strobe_error error = {0};
        assert_int_equal(strobe_when_parse(bad[i], &when, &error), STROBE_ESYNTAX);
        assert_int_equal(when.number, 7);
        assert_non_null(strstr(error.message, bad[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_form_admits_its_passes),
        cmocka_unit_test(test_what_is_no_form_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
