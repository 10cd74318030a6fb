#include "base/token_bucket.h"

#include <cmocka.h>

static const int64_t second = 1000000000LL;

static void test_limiter_refuses_when_empty(void **state)
{
    (void)state;
    struct strobe_token_bucket bucket;
    strobe_token_bucket_init(&bucket, 2.0, 2.0, 0);
    assert_true(strobe_token_bucket_take(&bucket, 0));
    assert_true(strobe_token_bucket_take(&bucket, 0));
    assert_false(strobe_token_bucket_take(&bucket, 0));
    assert_false(strobe_token_bucket_take(&bucket, second / 4));
    assert_true(strobe_token_bucket_take(&bucket, second / 2));
}

static void test_limiter_does_not_drift(void **state)
{
    (void)state;
    struct strobe_token_bucket bucket;
    strobe_token_bucket_init(&bucket, 10.0, 10.0, 0);
    int taken = 0;
    for (int64_t now = 0; now < 100 * second; now += second / 1000) {
        taken += strobe_token_bucket_take(&bucket, now);
    }
    assert_in_range(taken, 1005, 1011); /* 10 a second, and the 10 it began with */
}

static void test_limiter_survives_a_clock_that_goes_back(void **state)
{
    (void)state;
    struct strobe_token_bucket bucket;
    strobe_token_bucket_init(&bucket, 1.0, 1.0, 10 * second);
    assert_true(strobe_token_bucket_take(&bucket, 10 * second));
    assert_false(strobe_token_bucket_take(&bucket, 5 * second));
    assert_true(strobe_token_bucket_take(&bucket, 11 * second));
}

static void test_limiter_takes_a_token_back(void **state)
{
    (void)state;
    struct strobe_token_bucket bucket;
    strobe_token_bucket_init(&bucket, 0.001, 0.001, 0); /* never less room than one */
    assert_true(strobe_token_bucket_take(&bucket, 0));
    strobe_token_bucket_give_back(&bucket);
    assert_true(strobe_token_bucket_take(&bucket, 0));
    assert_false(strobe_token_bucket_take(&bucket, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_limiter_refuses_when_empty),
        cmocka_unit_test(test_limiter_does_not_drift),
        cmocka_unit_test(test_limiter_survives_a_clock_that_goes_back),
        cmocka_unit_test(test_limiter_takes_a_token_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
