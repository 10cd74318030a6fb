#include "base/own_memory.h"

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "strobe/error.h"

static struct strobe_own_memory *reader_with(enum strobe_own_memory_way way)
{
    struct strobe_own_memory *memory = malloc(sizeof *memory);
    assert_non_null(memory);
    assert_int_equal(strobe_own_memory_init(memory), 0);
    if (way == STROBE_OWN_MEMORY_PIPE && memory->way != way) {
        memory->way = way;
        assert_int_equal(pipe(memory->pipe), 0);
    }
    return memory;
}

static void reader_free(struct strobe_own_memory *memory)
{
    strobe_own_memory_done(memory);
    free(memory);
}

/* Three pages of which the middle one cannot be read. */
static uint8_t *holed(void)
{
    uint8_t *pages = mmap(NULL, 3 * STROBE_OWN_PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(pages != MAP_FAILED);
    memset(pages, 'a', 3 * STROBE_OWN_PAGE_BYTES);
    assert_int_equal(mprotect(pages + STROBE_OWN_PAGE_BYTES, STROBE_OWN_PAGE_BYTES, PROT_NONE), 0);
    return pages;
}

static void check_reads(enum strobe_own_memory_way way)
{
    struct strobe_own_memory *memory = reader_with(way);
    uint8_t *pages = holed(), bytes[64] = {0};
    uintptr_t at = (uintptr_t)pages;
    assert_true(strobe_own_memory_read(memory, at + STROBE_OWN_PAGE_BYTES - 64, bytes, 64));
    assert_memory_equal(bytes, pages, 64);
    assert_false(strobe_own_memory_read(memory, at + STROBE_OWN_PAGE_BYTES - 63, bytes, 64));
    assert_false(strobe_own_memory_read(memory, at + STROBE_OWN_PAGE_BYTES, bytes, 1));
    assert_true(strobe_own_memory_read(memory, at + 2 * STROBE_OWN_PAGE_BYTES, bytes, 64));
    munmap(pages, 3 * STROBE_OWN_PAGE_BYTES);
    strobe_own_memory_renew(memory);
    assert_false(strobe_own_memory_read(memory, at, bytes, 1));
    reader_free(memory);
}

static void test_memory_is_read_by_the_system_call_and_holes_are_answers(void **state)
{
    (void)state;
    check_reads(STROBE_OWN_MEMORY_CALL);
}

static void test_memory_is_read_through_a_pipe_and_holes_are_answers(void **state)
{
    (void)state;
    check_reads(STROBE_OWN_MEMORY_PIPE);
}

static void test_addresses_that_no_program_has_are_refused(void **state)
{
    (void)state;
    struct strobe_own_memory *memory = reader_with(STROBE_OWN_MEMORY_CALL);
    uint8_t byte[STROBE_OWN_PAGE_BYTES * 2] = {0};
    uint64_t before = memory->calls;
    assert_false(strobe_own_memory_read(memory, 0, byte, 1));
    assert_false(strobe_own_memory_read(memory, 8, byte, 1));
    assert_false(strobe_own_memory_read(memory, UINTPTR_MAX - 2, byte, 8));
    assert_false(strobe_own_memory_read(memory, (uintptr_t)byte, byte, sizeof byte));
    assert_int_equal(memory->calls, before);
    reader_free(memory);
}

static void test_a_page_is_held_until_it_is_renewed(void **state)
{
    (void)state;
    struct strobe_own_memory *memory = reader_with(STROBE_OWN_MEMORY_CALL);
    static int number = 1;
    int seen = 0;
    assert_true(strobe_own_memory_read(memory, (uintptr_t)&number, &seen, sizeof seen));
    uint64_t calls = memory->calls;
    number = 2;
    assert_true(strobe_own_memory_read(memory, (uintptr_t)&number, &seen, sizeof seen));
    assert_int_equal(seen, 1);
    assert_int_equal(memory->calls, calls);
    strobe_own_memory_renew(memory);
    assert_true(strobe_own_memory_read(memory, (uintptr_t)&number, &seen, sizeof seen));
    assert_int_equal(seen, 2);
    number = 1;
    reader_free(memory);
}

static void test_what_was_read_is_wiped_at_the_end(void **state)
{
    (void)state;
    struct strobe_own_memory *memory = reader_with(STROBE_OWN_MEMORY_CALL);
    static const char secret[] = "what nobody shall find";
    char seen[sizeof secret];
    assert_true(strobe_own_memory_read(memory, (uintptr_t)secret, seen, sizeof seen));
    assert_non_null(memmem(memory->pages, sizeof memory->pages, secret, sizeof secret));
    strobe_own_memory_renew(memory);
    strobe_own_memory_done(memory);
    assert_null(memmem(memory->pages, sizeof memory->pages, secret, sizeof secret));
    free(memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory_is_read_by_the_system_call_and_holes_are_answers),
        cmocka_unit_test(test_memory_is_read_through_a_pipe_and_holes_are_answers),
        cmocka_unit_test(test_addresses_that_no_program_has_are_refused),
        cmocka_unit_test(test_a_page_is_held_until_it_is_renewed),
        cmocka_unit_test(test_what_was_read_is_wiped_at_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
