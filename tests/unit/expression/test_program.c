#include "probes/expression/program.h"

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static struct strobe_program make(const struct strobe_instruction *instructions, size_t count)
{
    struct strobe_program program = {.count = (uint16_t)count, .constants_count = 2, .names_count = 2};
    memcpy(program.instructions, instructions, count * sizeof *instructions);
    return program;
}

#define VERIFY(...)                                                             \
    ({                                                                          \
        const struct strobe_instruction list[] = {__VA_ARGS__};                 \
        struct strobe_program program = make(list, sizeof list / sizeof *list); \
        strobe_program_verify(&program, NULL);                                  \
    })

static void test_a_sound_program_is_accepted(void **state)
{
    (void)state;
    const struct strobe_instruction list[] = {
        {STROBE_OP_NAME, 0},
        {STROBE_OP_CONSTANT, 1},
        {STROBE_OP_COMPARE, STROBE_COMPARE_LT},
        {STROBE_OP_JUMP_IF_FALSE_KEEP, 6},
        {STROBE_OP_POP, 0},
        {STROBE_OP_NAME, 1},
        {STROBE_OP_RETURN, 0},
    };
    struct strobe_program program = make(list, sizeof list / sizeof *list);
    assert_int_equal(strobe_program_verify(&program, NULL), 0);
    assert_int_equal(program.stack_max, 2);
}

static void test_unsound_programs_are_refused(void **state)
{
    (void)state;
    assert_true(VERIFY({STROBE_OP_RETURN, 0}) < 0);                                              /* nothing to return */
    assert_true(VERIFY({STROBE_OP_CONSTANT, 0}) < 0);                                            /* runs off the end */
    assert_true(VERIFY({STROBE_OP_CONSTANT, 2}, {STROBE_OP_RETURN, 0}) < 0);                     /* no such constant */
    assert_true(VERIFY({STROBE_OP_NAME, 9}, {STROBE_OP_RETURN, 0}) < 0);                         /* no such name */
    assert_true(VERIFY({STROBE_OP_COUNT, 0}, {STROBE_OP_RETURN, 0}) < 0);                        /* no such operation */
    assert_true(VERIFY({STROBE_OP_NAME, 0}, {STROBE_OP_COMPARE, 0}, {STROBE_OP_RETURN, 0}) < 0); /* one value too few */
    assert_true(VERIFY({STROBE_OP_NAME, 0}, {STROBE_OP_JUMP, 0}, {STROBE_OP_RETURN, 0}) < 0);    /* backwards */
    assert_true(VERIFY({STROBE_OP_NAME, 0}, {STROBE_OP_JUMP, 3}, {STROBE_OP_RETURN, 0}) < 0);    /* past the end */
    assert_true(VERIFY({STROBE_OP_NAME, 0}, {STROBE_OP_NAME, 0}, {STROBE_OP_COMPARE, STROBE_COMPARE_COUNT},
                       {STROBE_OP_RETURN, 0}) < 0);
    /* Two ways to the same place with different heights. */
    assert_true(VERIFY({STROBE_OP_NAME, 0}, {STROBE_OP_JUMP_IF_FALSE, 3}, {STROBE_OP_NAME, 0}, {STROBE_OP_NAME, 0},
                       {STROBE_OP_RETURN, 0}) < 0);
}

static void test_a_stack_that_is_too_high_is_refused(void **state)
{
    (void)state;
    struct strobe_program program = {.names_count = 1};
    for (int i = 0; i <= STROBE_PROGRAM_STACK_MAX; i++) {
        program.instructions[program.count++] = (struct strobe_instruction){STROBE_OP_NAME, 0};
    }
    program.instructions[program.count++] = (struct strobe_instruction){STROBE_OP_RETURN, 0};
    assert_true(strobe_program_verify(&program, NULL) < 0);
}

/* What verify accepts must run: follow every way with the heights it promised. */
static void test_random_programs_that_are_accepted_stay_inside_their_bounds(void **state)
{
    (void)state;
    static const int effect[][2] = {
#define EFFECT(name, taken, left, operand) {taken, left},
        STROBE_OPS(EFFECT)
#undef EFFECT
    };
    srand(1);
    int accepted = 0;
    for (int round = 0; round < 200000; round++) {
        struct strobe_program program = {.count = (uint16_t)(1 + rand() % 10), .constants_count = 2, .names_count = 2};
        for (int i = 0; i < program.count; i++) {
            program.instructions[i] =
                (struct strobe_instruction){(uint16_t)(rand() % (STROBE_OP_COUNT + 1)), (uint16_t)(rand() % 11)};
        }
        if (strobe_program_verify(&program, NULL) < 0) {
            continue;
        }
        accepted++;
        for (int choice = 0; choice < 8; choice++) { /* three decisions: jump or not */
            int height = 0, decisions = choice;
            unsigned at = 0;
            for (int steps = 0;; steps++) {
                struct strobe_instruction instruction = program.instructions[at];
                assert_true(at < program.count && steps <= program.count);
                assert_true(height >= effect[instruction.op][0]);
                height += effect[instruction.op][1] - effect[instruction.op][0];
                assert_true(height <= program.stack_max);
                if (instruction.op == STROBE_OP_RETURN) {
                    break;
                }
                int jumps = instruction.op == STROBE_OP_JUMP || ((instruction.op == STROBE_OP_JUMP_IF_FALSE ||
                                                                  instruction.op == STROBE_OP_JUMP_IF_FALSE_KEEP ||
                                                                  instruction.op == STROBE_OP_JUMP_IF_TRUE_KEEP) &&
                                                                 (decisions & 1));
                decisions = jumps || instruction.op < STROBE_OP_JUMP ? decisions : decisions >> 1;
                at = jumps ? instruction.operand : at + 1;
            }
        }
    }
    assert_true(accepted > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_sound_program_is_accepted),
        cmocka_unit_test(test_unsound_programs_are_refused),
        cmocka_unit_test(test_a_stack_that_is_too_high_is_refused),
        cmocka_unit_test(test_random_programs_that_are_accepted_stay_inside_their_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
