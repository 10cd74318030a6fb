#include "snapshot/thread_dump.h"

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

/* Code is an address, a line is its instruction. */
struct namer {
    unsigned asked;
    char function[32];
    const char *file;
};

static void name_site(void *user, const struct strobe_dump_site *site, struct strobe_dump_name *ret_name)
{
    struct namer *namer = user;
    namer->asked++;
    snprintf(namer->function, sizeof namer->function, "f%zu", (size_t)site->code);
    *ret_name = (struct strobe_dump_name){.function = namer->function,
                                          .function_size = strlen(namer->function),
                                          .file = namer->file,
                                          .file_size = strlen(namer->file),
                                          .line = site->instruction};
}

/* Frames of one function, at lines from 2 * `first` down. */
static int add(struct strobe_thread_dump *dump, uintptr_t code, int first, int depth)
{
    strobe_thread_dump_begin(dump);
    for (int i = 0; i < depth; i++) {
        if (!strobe_thread_dump_push(dump, (struct strobe_dump_site){code, 2 * (first - i)})) {
            break;
        }
    }
    return strobe_thread_dump_end(dump, false);
}

static const struct strobe_dump_place *place(const struct strobe_thread_dump *dump, int stack, uint32_t frame)
{
    return &dump->places[dump->frames[dump->stacks[stack].first + frame]];
}

static void test_equal_stacks_are_one_and_lines_are_asked_for_once(void **state)
{
    (void)state;
    struct namer namer = {.file = "/srv/a.py"};
    struct strobe_thread_dump *dump = strobe_thread_dump_new(name_site, &namer);
    assert_int_equal(add(dump, 4096, 10, 3), 0);
    assert_int_equal(add(dump, 4096, 10, 3), 0);
    assert_int_equal(add(dump, 4096, 10, 2), 1);
    assert_int_equal(add(dump, 4096, 10, 0), -1);
    assert_int_equal(namer.asked, 3);
    assert_int_equal(dump->stacks_count, 2);
    assert_int_equal(dump->frames_count, 5);
    assert_int_equal(place(dump, 0, 0)->line, 20);
    assert_int_equal(place(dump, 0, 2)->line, 16);
    assert_string_equal(dump->text + place(dump, 1, 1)->function, "f4096");
    assert_string_equal(dump->text + place(dump, 1, 1)->file, "/srv/a.py");
    strobe_thread_dump_begin(dump);
    strobe_thread_dump_push(dump, (struct strobe_dump_site){4096, 20});
    strobe_thread_dump_push(dump, (struct strobe_dump_site){4096, 18});
    assert_int_equal(strobe_thread_dump_end(dump, true), 2); /* torn: not the same */
    assert_false(dump->cut);
    strobe_thread_dump_free(dump);
}

static void test_a_deep_stack_keeps_its_ends_and_its_true_depth(void **state)
{
    (void)state;
    struct namer namer = {.file = "a.py"};
    struct strobe_thread_dump *dump = strobe_thread_dump_new(name_site, &namer);
    int depth = 1000;
    assert_int_equal(add(dump, 4096, depth, depth), 0);
    assert_int_equal(dump->stacks[0].depth, depth);
    assert_int_equal(dump->stacks[0].gap, STROBE_DUMP_INNER_MAX);
    assert_int_equal(dump->stacks[0].count, STROBE_DUMP_INNER_MAX + STROBE_DUMP_OUTER_MAX);
    assert_int_equal(place(dump, 0, STROBE_DUMP_INNER_MAX - 1)->line, 2 * (depth - STROBE_DUMP_INNER_MAX + 1));
    assert_int_equal(place(dump, 0, STROBE_DUMP_INNER_MAX)->line, 2 * STROBE_DUMP_OUTER_MAX);
    assert_int_equal(place(dump, 0, dump->stacks[0].count - 1)->line, 2);
    strobe_thread_dump_free(dump);
}

static void test_a_stack_of_just_what_is_kept_has_no_gap(void **state)
{
    (void)state;
    struct namer namer = {.file = "a.py"};
    struct strobe_thread_dump *dump = strobe_thread_dump_new(name_site, &namer);
    int depth = STROBE_DUMP_INNER_MAX + STROBE_DUMP_OUTER_MAX;
    assert_int_equal(add(dump, 4096, depth, depth), 0);
    assert_int_equal(dump->stacks[0].gap, 0);
    assert_int_equal(place(dump, 0, (uint32_t)depth - 1)->line, 2);
    assert_int_equal(add(dump, 4096, depth + 1, depth + 1), 1);
    assert_int_equal(dump->stacks[1].gap, STROBE_DUMP_INNER_MAX);
    strobe_thread_dump_free(dump);
}

static void test_endless_stacks_end_and_their_depth_is_what_was_counted(void **state)
{
    (void)state;
    struct namer namer = {.file = "a.py"};
    struct strobe_thread_dump *dump = strobe_thread_dump_new(name_site, &namer);
    strobe_thread_dump_begin(dump);
    while (strobe_thread_dump_push(dump, (struct strobe_dump_site){4096, 2})) {
    }
    assert_int_equal(strobe_thread_dump_end(dump, false), 0);
    assert_int_equal(dump->stacks[0].depth, STROBE_DUMP_DEPTH_MAX);
    assert_int_equal(namer.asked, 1);
    strobe_thread_dump_free(dump);
}

static void test_what_does_not_fit_is_cut_and_said(void **state)
{
    (void)state;
    static char long_file[STROBE_PATH_BYTES_MAX + 100];
    memset(long_file, '\x01', sizeof long_file - 1); /* six bytes each in JSON */
    struct namer namer = {.file = long_file};
    struct strobe_thread_dump *dump = strobe_thread_dump_new(name_site, &namer);
    int stack = 0, count = 0;
    while (stack >= 0) {
        stack = add(dump, 4096 + 4096 * (uintptr_t)count++, 1000, 1);
    }
    assert_true(dump->cut);
    assert_true(dump->bytes <= STROBE_DUMP_STACKS_BYTES_MAX);
    assert_in_range(count, 100, STROBE_DUMP_STACKS_BYTES_MAX / (6 * STROBE_PATH_BYTES_MAX) + 2);
    assert_int_equal(strlen(dump->text + place(dump, 0, 0)->file), STROBE_PATH_BYTES_MAX);
    assert_int_equal(add(dump, 4096, 1000, 1), 0); /* known ones are still found */
    assert_true(strobe_thread_dump_spend(dump, 1000));
    assert_false(strobe_thread_dump_spend(dump, STROBE_DUMP_BYTES_MAX));
    strobe_thread_dump_free(dump);
}

static void test_frames_and_stacks_have_a_maximum(void **state)
{
    (void)state;
    struct namer namer = {.file = "a.py"};
    struct strobe_thread_dump *dump = strobe_thread_dump_new(name_site, &namer);
    int stack = 0;
    for (int i = 1; stack >= 0; i++) {
        stack = add(dump, 4096, i % 100 + 60, i / 100 + 1); /* few lines, many stacks */
    }
    assert_true(dump->cut);
    assert_true(dump->stacks_count <= STROBE_DUMP_STACKS_MAX);
    assert_true(dump->frames_count <= STROBE_DUMP_FRAMES_MAX);
    assert_true(dump->stacks_count > 1000);
    strobe_thread_dump_free(dump);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal_stacks_are_one_and_lines_are_asked_for_once),
        cmocka_unit_test(test_a_deep_stack_keeps_its_ends_and_its_true_depth),
        cmocka_unit_test(test_a_stack_of_just_what_is_kept_has_no_gap),
        cmocka_unit_test(test_endless_stacks_end_and_their_depth_is_what_was_counted),
        cmocka_unit_test(test_what_does_not_fit_is_cut_and_said),
        cmocka_unit_test(test_frames_and_stacks_have_a_maximum),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
