#include "base/digest.h"

#include <cmocka.h>
#include <string.h>

static void test_sha256_agrees_with_the_standard(void **state)
{
    (void)state;
    char hex[STROBE_SHA256_HEX_BYTES];
    assert_int_equal(strobe_sha256_hex("abc", 3, hex), 0);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void test_random_digits_differ(void **state)
{
    (void)state;
    char a[41], b[41];
    assert_int_equal(strobe_random_hex(a, 40), 0);
    assert_int_equal(strobe_random_hex(b, 40), 0);
    assert_int_equal(strlen(a), 40);
    assert_int_equal(strspn(a, "0123456789abcdef"), 40);
    assert_string_not_equal(a, b);
    assert_true(strobe_random_hex(a, 1000) < 0);
}

static void test_secrets_are_equal_only_when_each_byte_is(void **state)
{
    (void)state;
    assert_int_equal(strobe_secret_equal("token", "token", 5), 1);
    assert_int_equal(strobe_secret_equal("token", "tokem", 5), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sha256_agrees_with_the_standard),
        cmocka_unit_test(test_random_digits_differ),
        cmocka_unit_test(test_secrets_are_equal_only_when_each_byte_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
