#include "base/thread_block.h"

#include <cmocka.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { BEGINS_AS = 77 };

struct object {
    struct strobe_thread_block block;
    uintptr_t (*use)(uintptr_t value);
};

static bool find(const void *address, struct strobe_thread_block *ret_block)
{
    struct strobe_own_memory *memory = malloc(sizeof *memory);
    assert_non_null(memory);
    assert_int_equal(strobe_own_memory_init(memory), 0);
    bool found = strobe_thread_block_find(memory, address, ret_block);
    strobe_own_memory_done(memory);
    free(memory);
    return found;
}

/* Stays loaded: that is what is promised to the functions under test. */
static struct object load(const char *path)
{
    struct object object = {.use = NULL};
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    assert_non_null(handle);
    void *function = dlsym(handle, "thread_block_use");
    memcpy(&object.use, &function, sizeof object.use);
    assert_true(find(dlsym(handle, "thread_block_anchor"), &object.block));
    return object;
}

static void check_own(const struct object *object, uintptr_t value)
{
    uintptr_t address = object->use(value);
    const uintptr_t *own = strobe_thread_block_own(&object->block);
    assert_non_null(own);
    assert_int_equal((uintptr_t)own, address);
    assert_int_equal(own[0], BEGINS_AS);
    assert_int_equal(own[1], value);
}

static void *check_in_thread(void *argument)
{
    check_own(argument, 2);
    return NULL;
}

/* In this thread, which is older than the object, and in one that is younger. */
static void check_threads(struct object *object)
{
    pthread_t thread;
    assert_int_equal(object->block.words, 2);
    check_own(object, 1);
    assert_int_equal(pthread_create(&thread, NULL, check_in_thread, object), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    const uintptr_t *own = strobe_thread_block_own(&object->block);
    assert_int_equal(own[1], 1);
}

static void test_block_that_threads_make_is_found_once_the_thread_has_used_it(void **state)
{
    (void)state;
    struct object object = load(OBJECT_DYNAMIC);
#ifdef __x86_64__
    assert_false(object.block.is_fixed);
    assert_null(strobe_thread_block_own(&object.block));
#endif
    check_threads(&object);
}

static void test_block_beside_the_thread_is_found_before_it_is_used(void **state)
{
    (void)state;
    struct object object = load(OBJECT_FIXED);
    assert_true(object.block.is_fixed);
    const uintptr_t *own = strobe_thread_block_own(&object.block);
    assert_non_null(own);
    assert_int_equal(own[0], BEGINS_AS);
    check_threads(&object);
}

static void test_block_behind_a_descriptor_is_found(void **state)
{
    (void)state;
#ifdef OBJECT_DESCRIPTOR
    struct object object = load(OBJECT_DESCRIPTOR);
    check_threads(&object);
#else
    skip();
#endif
}

static void test_address_in_no_object_has_no_block(void **state)
{
    (void)state;
    struct strobe_thread_block block = {.words = 0};
    int on_the_stack = 0;
    assert_false(find(&on_the_stack, &block));
    assert_false(find(NULL, &block));
    assert_null(strobe_thread_block_own(&block));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_block_that_threads_make_is_found_once_the_thread_has_used_it),
        cmocka_unit_test(test_block_beside_the_thread_is_found_before_it_is_used),
        cmocka_unit_test(test_block_behind_a_descriptor_is_found),
        cmocka_unit_test(test_address_in_no_object_has_no_block),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
