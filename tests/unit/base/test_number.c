#include <cmocka.h>
#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "tests/unit/one_buffer.h"

static const char *float_text(double value)
{
    strobe_buffer_clear(&buffer);
    strobe_number_float(&buffer, value);
    return finish();
}

static const char *complex_text(double real, double imaginary)
{
    strobe_buffer_clear(&buffer);
    strobe_number_complex(&buffer, real, imaginary);
    return finish();
}

static const char *big_text(int negative, uint64_t bits, const uint8_t *bytes, size_t size)
{
    struct strobe_big_int number = {negative, bits, bytes, size};
    strobe_buffer_clear(&buffer);
    strobe_number_big_int(&buffer, &number);
    return finish();
}

/* Texts as repr() gives them. */
static void test_floats_are_written_as_python_does(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *text;
    } samples[] = {
        {0.0, "0.0"},
        {-0.0, "-0.0"},
        {1.0, "1.0"},
        {-1.5, "-1.5"},
        {0.1, "0.1"},
        {0.1 + 0.2, "0.30000000000000004"},
        {1e15, "1000000000000000.0"},
        {1e16, "1e+16"},
        {123456789012345680.0, "1.2345678901234568e+17"},
        {0.0001, "0.0001"},
        {0.00001, "1e-05"},
        {1.25e-7, "1.25e-07"},
        {0x1p-24, "5.960464477539063e-08"}, /* a tie, where the even digit does not read back */
        {1e100, "1e+100"},
        {1e22, "1e+22"},
        {100.0, "100.0"},
        {123.456, "123.456"},
        {5e-324, "5e-324"},
        {1.2e-322, "1.2e-322"},
        {DBL_MAX, "1.7976931348623157e+308"},
        {DBL_MIN, "2.2250738585072014e-308"},
        {1.0 / 3, "0.3333333333333333"},
        {2.0 / 3, "0.6666666666666666"},
        {9007199254740993.0, "9007199254740992.0"},
        {0x1p-24, "5.960464477539063e-08"}, /* not the nearest of 16 digits */
        {0x1p-44, "5.684341886080802e-14"},
        {INFINITY, "inf"},
        {-INFINITY, "-inf"},
        {NAN, "nan"},
    };
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        assert_string_equal(float_text(samples[i].value), samples[i].text);
    }
}

static void test_each_float_reads_back_as_itself(void **state)
{
    (void)state;
    uint64_t bits = 0x9E3779B97F4A7C15u;
    for (int i = 0; i < 20000; i++) {
        double value;
        bits ^= bits << 13;
        bits ^= bits >> 7;
        bits ^= bits << 17;
        memcpy(&value, &bits, sizeof value);
        if (!isnan(value) && strtod(float_text(value), NULL) != value) {
            fail_msg("%a is written as %s", value, float_text(value));
        }
    }
}

static void test_locale_has_no_influence(void **state)
{
    (void)state;
    static const char *const names[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "fr_FR"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (setlocale(LC_NUMERIC, names[i]) != NULL && strcmp(localeconv()->decimal_point, ",") == 0) {
            assert_string_equal(float_text(1234.5), "1234.5");
            setlocale(LC_NUMERIC, "C");
            return;
        }
    }
    skip(); /* no locale with a comma is installed */
}

static void test_complex_numbers_are_written_as_python_does(void **state)
{
    (void)state;
    assert_string_equal(complex_text(1, 2), "(1+2j)");
    assert_string_equal(complex_text(0, 2), "2j");
    assert_string_equal(complex_text(-0.0, 2), "(-0+2j)");
    assert_string_equal(complex_text(1.5, -2.25), "(1.5-2.25j)");
    assert_string_equal(complex_text(1, -0.0), "(1-0j)");
    assert_string_equal(complex_text(0, NAN), "nanj");
    assert_string_equal(complex_text(1, INFINITY), "(1+infj)");
}

static void test_ints_are_written_in_decimal(void **state)
{
    (void)state;
    strobe_buffer_clear(&buffer);
    strobe_number_int(&buffer, INT64_MIN);
    assert_string_equal(finish(), "-9223372036854775808");
}

static void test_big_ints_of_some_length_are_decimal(void **state)
{
    (void)state;
    uint8_t bytes[129] = {1};
    assert_string_equal(big_text(0, 65, bytes, 9), "18446744073709551616");
    assert_string_equal(big_text(1, 73, bytes, 10), "-4722366482869645213696");
    memset(bytes, 0xFF, sizeof bytes);
    const char *largest = big_text(0, 1024, bytes, 128);
    assert_int_equal(strlen(largest), 309);
    assert_memory_equal(largest, "179769313486231590772930519078902473361797697894230657273430081157", 66);
    assert_string_equal(largest + 309 - 18, "356329624224137215");
}

static void test_bigger_ints_are_hexadecimal(void **state)
{
    (void)state;
    uint8_t bytes[200] = {0x01, 0x02, 0xAB};
    assert_memory_equal(big_text(0, 1025, bytes, 129), "0x102ab00", 9);
    assert_string_equal(big_text(1, 100000, bytes, 3), "-0x102ab");
}

static void test_no_bytes_are_no_trouble(void **state)
{
    (void)state;
    assert_string_equal(big_text(0, 0, (const uint8_t *)"", 0), "0");
    assert_string_equal(big_text(0, 80, (const uint8_t *)"", 0), "0x");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_floats_are_written_as_python_does),
        cmocka_unit_test(test_each_float_reads_back_as_itself),
        cmocka_unit_test(test_locale_has_no_influence),
        cmocka_unit_test(test_complex_numbers_are_written_as_python_does),
        cmocka_unit_test(test_ints_are_written_in_decimal),
        cmocka_unit_test(test_big_ints_of_some_length_are_decimal),
        cmocka_unit_test(test_bigger_ints_are_hexadecimal),
        cmocka_unit_test(test_no_bytes_are_no_trouble),
    };
    return cmocka_run_group_tests(tests, make_buffer, drop_buffer);
}
