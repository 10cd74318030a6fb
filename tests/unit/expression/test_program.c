#include "probes/expression/program.h"

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
extern unsigned long fuzz_program_accepted;

static struct strobe_program make(const struct strobe_instruction *instructions, size_t count)
{
    struct strobe_program program = {
        .count = (uint16_t)count, .constants_count = 2, .names_count = 2, .registers_count = 2, .loops_count = 2};
    memcpy(program.instructions, instructions, count * sizeof *instructions);
    return program;
}

#define VERIFY(...)                                                             \
    ({                                                                          \
        const struct strobe_instruction list[] = {__VA_ARGS__};                 \
        struct strobe_program program = make(list, sizeof list / sizeof *list); \
        strobe_program_verify(&program, NULL);                                  \
    })

/* An instruction; operands that are left out are 0. */
#define I(op, ...) FILLED(op, ##__VA_ARGS__, 0, 0, 0, 0)
#define FILLED(op, first, second, third, ...)      \
    {                                              \
        STROBE_OP_##op, (first), (second), (third) \
    }

static void test_a_sound_program_is_accepted(void **state)
{
    (void)state;
    const struct strobe_instruction list[] = {
        I(NAME, 0), I(CONSTANT, 1), I(COMPARE, STROBE_COMPARE_LT), I(JUMP_IF_FALSE_KEEP, 6), I(POP),
        I(NAME, 1), I(RETURN)};
    struct strobe_program program = make(list, sizeof list / sizeof *list);
    assert_int_equal(strobe_program_verify(&program, NULL), 0);
    assert_int_equal(program.stack_max, 2);
}

static void test_operands_out_of_range_are_refused(void **state)
{
    (void)state;
    assert_int_equal(VERIFY(I(CONSTANT, 1), I(RETURN)), 0);
    assert_true(VERIFY(I(CONSTANT, 2), I(RETURN)) < 0);
    assert_true(VERIFY(I(NAME, 2), I(RETURN)) < 0);
    assert_true(VERIFY(I(OWN, STROBE_OWN_COUNT), I(RETURN)) < 0);
    assert_true(VERIFY(I(REGISTER, 2), I(RETURN)) < 0);
    assert_true(VERIFY(I(MAKE, STROBE_DISPLAY_COUNT), I(RETURN)) < 0);
    assert_true(VERIFY(I(NAME, 0), I(LOOP_BEGIN, 2), I(NAME, 0), I(RETURN)) < 0);
    assert_true(VERIFY(I(NAME, 0), I(UNARY, STROBE_PROGRAM_UNARY_COUNT), I(RETURN)) < 0);
    assert_true(VERIFY(I(NAME, 0), I(NAME, 0), I(BINARY, STROBE_PROGRAM_BINARY_COUNT), I(RETURN)) < 0);
    assert_true(VERIFY(I(NAME, 0), I(NAME, 0), I(COMPARE, STROBE_COMPARE_COUNT), I(RETURN)) < 0);
    assert_true(VERIFY(I(NAME, 0), I(NAME, 0), I(CONTAINS, 2), I(RETURN)) < 0);
    assert_int_equal(VERIFY(I(NAME, 0), I(FORMAT, 'r', 0), I(RETURN)), 0);
    assert_true(VERIFY(I(NAME, 0), I(FORMAT, 'x', 0), I(RETURN)) < 0);
    assert_true(VERIFY(I(COUNT), I(RETURN)) < 0);
    assert_true(VERIFY(I(NAME, 0, 1), I(RETURN)) < 0); /* an operand that means nothing */
    assert_true(VERIFY(I(RETURN), I(NAME, 9)) < 0);    /* also where nothing leads */
}

static void test_a_stack_that_runs_low_or_ways_that_disagree_are_refused(void **state)
{
    (void)state;
    assert_true(VERIFY(I(RETURN)) < 0);      /* nothing to return */
    assert_true(VERIFY(I(CONSTANT, 0)) < 0); /* runs off the end */
    assert_true(VERIFY(I(NAME, 0), I(COMPARE, 0), I(RETURN)) < 0);
    assert_true(VERIFY(I(NAME, 0), I(JUMP, 0), I(RETURN)) < 0); /* backwards */
    assert_true(VERIFY(I(NAME, 0), I(JUMP, 3), I(RETURN)) < 0); /* past the end */
    assert_true(VERIFY(I(NAME, 0), I(JUMP_IF_FALSE, 3), I(NAME, 0), I(NAME, 0), I(RETURN)) < 0);
}

static void test_counts_of_values_are_those_of_the_operands(void **state)
{
    (void)state;
    assert_int_equal(VERIFY(I(NAME, 0), I(NAME, 0), I(NAME, 0), I(CALL, STROBE_PROGRAM_ARGUMENTS(1, 1)), I(RETURN)), 0);
    assert_true(VERIFY(I(NAME, 0), I(NAME, 0), I(CALL, STROBE_PROGRAM_ARGUMENTS(1, 1)), I(RETURN)) < 0);
    assert_true(VERIFY(I(NAME, 0), I(CALL, STROBE_PROGRAM_ARGUMENTS(200, 200)), I(RETURN)) < 0);
    assert_int_equal(VERIFY(I(NAME, 0), I(UNPACK, 2), I(POP), I(RETURN)), 0);
    assert_true(VERIFY(I(NAME, 0), I(UNPACK, 1), I(POP), I(RETURN)) < 0);
    assert_int_equal(VERIFY(I(JOIN, 0), I(RETURN)), 0);
    assert_true(VERIFY(I(NAME, 0), I(JOIN, 2), I(RETURN)) < 0);
    assert_true(VERIFY(I(NAME, 0), I(FORMAT, 0, 1), I(RETURN)) < 0);
    assert_int_equal(VERIFY(I(NAME, 0), I(NAME, 0), I(FORMAT, 0, 1), I(RETURN)), 0);
}

/* [x for x in NAME] */
#define LOOP I(MAKE, 0), I(NAME, 0), I(LOOP_BEGIN, 0), I(LOOP_NEXT, 0, 8), I(STORE, 0), I(REGISTER, 0), I(APPEND)

static void test_a_loop_is_accepted_and_jumps_back_lead_only_to_loops(void **state)
{
    (void)state;
    assert_int_equal(VERIFY(LOOP, I(JUMP_BACK, 3), I(RETURN)), 0);
    assert_true(VERIFY(LOOP, I(JUMP_BACK, 2), I(RETURN)) < 0);
    assert_true(VERIFY(I(NAME, 0), I(POP), I(JUMP_BACK, 0)) < 0); /* not to a LOOP_NEXT */
    assert_true(VERIFY(LOOP, I(JUMP_BACK, 7), I(RETURN)) < 0);    /* to itself */
    assert_true(VERIFY(LOOP, I(POP), I(RETURN)) < 0);             /* the loop still runs at the end */
}

static void test_loops_are_stepped_only_while_they_run(void **state)
{
    (void)state;
    assert_true(VERIFY(I(NAME, 0), I(LOOP_NEXT, 0, 2), I(RETURN)) < 0);
    assert_true(VERIFY(I(NAME, 0), I(LOOP_END, 0), I(RETURN)) < 0);
    assert_true(
        VERIFY(I(NAME, 0), I(LOOP_BEGIN, 0), I(NAME, 0), I(LOOP_BEGIN, 0), I(LOOP_END, 0), I(NAME, 0), I(RETURN)) < 0);
    assert_int_equal(VERIFY(I(NAME, 0), I(LOOP_BEGIN, 0), I(LOOP_END, 0), I(NAME, 0), I(RETURN)), 0);
    /* One way ends the loop, the other does not. */
    assert_true(VERIFY(I(NAME, 0), I(LOOP_BEGIN, 0), I(LOOP_NEXT, 0, 4), I(POP), I(NAME, 0), I(RETURN)) < 0);
    assert_true(VERIFY(I(NAME, 0), I(LOOP_BEGIN, 0), I(NAME, 0), I(JUMP_IF_FALSE, 5), I(LOOP_END, 0), I(NAME, 0),
                       I(RETURN)) < 0);
}

static void test_a_stack_that_is_too_high_is_a_limit(void **state)
{
    (void)state;
    struct strobe_program program = {.names_count = 1};
    for (int i = 0; i <= STROBE_PROGRAM_STACK_MAX; i++) {
        program.instructions[program.count++] = (struct strobe_instruction){STROBE_OP_NAME, 0, 0, 0};
    }
    program.instructions[program.count++] = (struct strobe_instruction){STROBE_OP_RETURN, 0, 0, 0};
    assert_int_equal(strobe_program_verify(&program, NULL), STROBE_ELIMIT);
}

/* What verify accepts must run: the fuzz target walks it with checks of its own. */
static void test_random_programs_that_are_accepted_stay_inside_their_bounds(void **state)
{
    (void)state;
    enum { BYTES_MAX = 48, ROUNDS = 400000 };
    uint8_t bytes[BYTES_MAX];
    srand(1);
    for (int round = 0; round < ROUNDS; round++) {
        size_t size = 2 + (size_t)rand() % (BYTES_MAX - 2);
        for (size_t i = 0; i < size; i++) {
            bytes[i] = (uint8_t)rand();
        }
        if (round % 2 == 0 && size > 4) { /* likely operations, with a RETURN at the end */
            bytes[0] |= 1;
            size &= ~(size_t)1;
            bytes[size - 1] = STROBE_OP_RETURN;
        }
        LLVMFuzzerTestOneInput(bytes, size);
    }
    assert_true(fuzz_program_accepted > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_sound_program_is_accepted),
        cmocka_unit_test(test_operands_out_of_range_are_refused),
        cmocka_unit_test(test_a_stack_that_runs_low_or_ways_that_disagree_are_refused),
        cmocka_unit_test(test_counts_of_values_are_those_of_the_operands),
        cmocka_unit_test(test_a_loop_is_accepted_and_jumps_back_lead_only_to_loops),
        cmocka_unit_test(test_loops_are_stepped_only_while_they_run),
        cmocka_unit_test(test_a_stack_that_is_too_high_is_a_limit),
        cmocka_unit_test(test_random_programs_that_are_accepted_stay_inside_their_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
