#include "base/system_thread.h"

#include <cmocka.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

static void test_the_own_thread_is_running_under_its_name(void **state)
{
    (void)state;
    struct strobe_system_thread thread;
    uint64_t id = (uint64_t)syscall(SYS_gettid);
    assert_int_equal(pthread_setname_np(pthread_self(), "a) R (b"), 0);
    do {
        assert_true(strobe_system_thread_read(id, &thread));
    } while (thread.cpu_ms == 0);
    assert_string_equal(thread.name, "a) R (b");
    assert_string_equal(thread.state, "running");
}

static void test_a_thread_that_is_not_there_is_an_answer(void **state)
{
    (void)state;
    struct strobe_system_thread thread;
    assert_false(strobe_system_thread_read(UINT64_MAX, &thread));
    assert_false(strobe_system_thread_read(1, &thread) && getpid() != 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_own_thread_is_running_under_its_name),
        cmocka_unit_test(test_a_thread_that_is_not_there_is_an_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
