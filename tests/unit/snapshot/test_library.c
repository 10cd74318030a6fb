#include <cmocka.h>
#include <string.h>

#include "snapshot/library.h"

static bool owns(const char *file)
{
    return strobe_library_owns(file, strlen(file));
}

static void test_installed_packages_are_libraries(void **state)
{
    (void)state;
    assert_true(owns("/opt/venv/lib/python3.13/site-packages/flask/app.py"));
    assert_true(owns("/usr/lib/python3/dist-packages/six.py"));
    assert_true(owns("<frozen importlib._bootstrap>"));
}

static void test_standard_library_is_known_once_it_is_named(void **state)
{
    (void)state;
    assert_false(owns("/usr/lib/python3.13/json/decoder.py"));
    strobe_library_set_standard("/usr/lib/python3.13/", strlen("/usr/lib/python3.13/"));
    assert_true(owns("/usr/lib/python3.13/json/decoder.py"));
    assert_false(owns("/usr/lib/python3.139/x.py"));
    assert_false(owns("/usr/lib/python3.13"));
}

static void test_own_code_is_no_library(void **state)
{
    (void)state;
    assert_false(owns("/srv/shop/pricing.py"));
    assert_false(owns("<string>"));
    assert_false(owns("<frozen"));
    assert_false(owns(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_installed_packages_are_libraries),
        cmocka_unit_test(test_standard_library_is_known_once_it_is_named),
        cmocka_unit_test(test_own_code_is_no_library),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
