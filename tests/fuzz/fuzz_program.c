/*
 * Any bytes as a program of the expression language. What the verifier accepts is walked as the machine would run it,
 * each decision taken from the bytes, with checks of its own for all that the machine relies on.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "probes/expression/program.h"

enum { STEPS_MAX = 2000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* For tests: how many programs were accepted. */
extern unsigned long fuzz_program_accepted;
unsigned long fuzz_program_accepted;

struct bytes {
    const uint8_t *data;
    size_t size;
    size_t at;
};

static unsigned take(struct bytes *bytes)
{
    return bytes->at < bytes->size ? bytes->data[bytes->at++] : 0;
}

/* ---- Making a program ---- */

/* Operands as they come. */
static struct strobe_instruction raw_instruction(struct bytes *bytes)
{
    struct strobe_instruction instruction = {(uint16_t)(take(bytes) % (STROBE_OP_COUNT + 1)), 0, 0, 0};
    instruction.operand = (uint16_t)(take(bytes) % 32);
    instruction.second = (uint16_t)(take(bytes) % 32);
    instruction.third = (uint16_t)(take(bytes) % 4);
    return instruction;
}

/* Operands that suit most operations, so that whole programs are accepted. */
static struct strobe_instruction likely_instruction(struct bytes *bytes, size_t at, int height)
{
    static const uint16_t pushes[] = {STROBE_OP_CONSTANT, STROBE_OP_NAME, STROBE_OP_OWN, STROBE_OP_MAKE};
    unsigned op = height == 0 ? pushes[take(bytes) % 4] : take(bytes) % STROBE_OP_COUNT;
    unsigned operand = take(bytes);
    struct strobe_instruction instruction = {(uint16_t)op, (uint16_t)(operand % 2), 0, 0};
    switch (op) {
    case STROBE_OP_JUMP:
    case STROBE_OP_JUMP_IF_FALSE:
    case STROBE_OP_JUMP_IF_TRUE:
    case STROBE_OP_JUMP_IF_FALSE_KEEP:
    case STROBE_OP_JUMP_IF_TRUE_KEEP:
        instruction.operand = (uint16_t)(at + 1 + operand % 6);
        break;
    case STROBE_OP_JUMP_BACK:
        instruction.operand = (uint16_t)(at - operand % 8);
        break;
    case STROBE_OP_LOOP_NEXT:
        instruction.second = (uint16_t)(at + 1 + operand / 2 % 8);
        break;
    case STROBE_OP_CALL:
    case STROBE_OP_METHOD:
        instruction.operand = STROBE_PROGRAM_ARGUMENTS(operand % 3, operand / 4 % 2);
        break;
    case STROBE_OP_FORMAT:
        instruction.operand = operand % 2 != 0 ? 'r' : 0;
        instruction.second = (uint16_t)(operand / 2 % 2);
        break;
    default:
        break;
    }
    return instruction;
}

static void make(struct bytes *bytes, struct strobe_program *ret_program)
{
    memset(ret_program, 0, sizeof *ret_program);
    unsigned head = take(bytes);
    ret_program->constants_count = 2;
    ret_program->names_count = 2;
    ret_program->registers_count = (uint16_t)(head / 2 % 4);
    ret_program->loops_count = (uint16_t)(head / 8 % 4);
    int height = 0;
    while (bytes->at < bytes->size && ret_program->count < STROBE_PROGRAM_INSTRUCTIONS_MAX) {
        struct strobe_instruction instruction =
            head % 2 == 0 ? raw_instruction(bytes) : likely_instruction(bytes, ret_program->count, height);
        if (instruction.op < STROBE_OP_COUNT) {
            struct strobe_effect effect = strobe_instruction_effect(instruction);
            height = height + effect.left - effect.taken;
            height = height < 0 ? 0 : height;
        }
        ret_program->instructions[ret_program->count++] = instruction;
    }
}

/* ---- Walking it ---- */

#define CHECK(condition)      \
    do {                      \
        if (!(condition)) {   \
            __builtin_trap(); \
        }                     \
    } while (0)

static bool jumps(const struct strobe_instruction *instruction, struct bytes *decisions)
{
    switch (instruction->op) {
    case STROBE_OP_JUMP:
    case STROBE_OP_JUMP_BACK:
        return true;
    case STROBE_OP_JUMP_IF_FALSE:
    case STROBE_OP_JUMP_IF_TRUE:
    case STROBE_OP_JUMP_IF_FALSE_KEEP:
    case STROBE_OP_JUMP_IF_TRUE_KEEP:
        return take(decisions) % 2 == 0;
    default:
        return false;
    }
}

/* Loops, as the machine steps them. @return where LOOP_NEXT goes when it ends, or -1 */
static int step_loop(const struct strobe_program *program, const struct strobe_instruction *instruction, bool *running,
                     struct bytes *decisions)
{
    switch (instruction->op) {
    case STROBE_OP_LOOP_BEGIN:
    case STROBE_OP_LOOP_END:
    case STROBE_OP_LOOP_NEXT:
        CHECK(instruction->operand < program->loops_count);
        CHECK(running[instruction->operand] == (instruction->op != STROBE_OP_LOOP_BEGIN));
        break;
    default:
        return -1;
    }
    bool ends =
        instruction->op == STROBE_OP_LOOP_END || (instruction->op == STROBE_OP_LOOP_NEXT && take(decisions) % 2 == 0);
    running[instruction->operand] = !ends;
    return ends && instruction->op == STROBE_OP_LOOP_NEXT ? instruction->second : -1;
}

static void walk(const struct strobe_program *program, struct bytes *decisions)
{
    bool running[STROBE_PROGRAM_LOOPS_MAX] = {false};
    int height = 0;
    unsigned at = 0;
    for (int steps = 0; steps < STEPS_MAX; steps++) {
        CHECK(at < program->count);
        struct strobe_instruction instruction = program->instructions[at];
        CHECK(instruction.op < STROBE_OP_COUNT);
        struct strobe_effect effect = strobe_instruction_effect(instruction);
        CHECK(height >= effect.taken);
        if (instruction.op == STROBE_OP_RETURN) {
            return;
        }
        int ended = step_loop(program, &instruction, running, decisions);
        height += effect.left - effect.taken - (ended >= 0); /* no item at the end */
        CHECK(height <= program->stack_max && program->stack_max <= STROBE_PROGRAM_STACK_MAX);
        at = ended >= 0 ? (unsigned)ended : jumps(&instruction, decisions) ? instruction.operand : at + 1;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct strobe_program program;
    struct strobe_error error = {0};
    struct bytes bytes = {data, size, 0};
    make(&bytes, &program);
    if (strobe_program_verify(&program, &error) < 0) {
        CHECK(error.code != 0);
        return 0;
    }
    for (size_t from = 0; from < 4; from++) {
        struct bytes decisions = {data, size, from * size / 4};
        walk(&program, &decisions);
    }
    fuzz_program_accepted++;
    return 0;
}
