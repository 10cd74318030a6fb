#include "probes/expression/program.h"

#include <stdbool.h>
#include <string.h>

enum operand_kind { OPERAND_NONE, OPERAND_CONSTANT, OPERAND_NAME, OPERAND_COMPARISON, OPERAND_TARGET };

static const struct {
    uint8_t taken;
    uint8_t left;
    uint8_t operand;
} shapes[] = {
#define SHAPE(name, taken, left, operand) {taken, left, OPERAND_##operand},
    STROBE_OPS(SHAPE)
#undef SHAPE
};

enum { UNREACHED = -1 };

static bool operand_allowed(const struct strobe_program *program, size_t at)
{
    unsigned operand = program->instructions[at].operand;
    switch ((enum operand_kind)shapes[program->instructions[at].op].operand) {
    case OPERAND_NONE:
        return true;
    case OPERAND_CONSTANT:
        return operand < program->constants_count;
    case OPERAND_NAME:
        return operand < program->names_count;
    case OPERAND_COMPARISON:
        return operand < STROBE_COMPARE_COUNT;
    case OPERAND_TARGET:
        return operand > at && operand < program->count;
    }
    return false;
}

/* Note that instruction `at` is reached with `height` values on the stack. @return whether that agrees */
static bool reach(int *heights, size_t at, int height)
{
    if (heights[at] == UNREACHED) {
        heights[at] = height;
    }
    return heights[at] == height;
}

int strobe_program_verify(struct strobe_program *program, struct strobe_error *error)
{
    int heights[STROBE_PROGRAM_INSTRUCTIONS_MAX];
    int highest = 0;
    if (program->count == 0 || program->count > STROBE_PROGRAM_INSTRUCTIONS_MAX) {
        return strobe_error_set(error, STROBE_EINTERNAL, "a program of %u instructions", (unsigned)program->count);
    }
    for (size_t i = 0; i < program->count; i++) {
        heights[i] = UNREACHED;
    }
    heights[0] = 0;
    for (size_t at = 0; at < program->count; at++) {
        struct strobe_instruction instruction = program->instructions[at];
        int height = heights[at];
        if (height == UNREACHED) {
            continue; /* jumps go forward only, so nothing later leads here */
        }
        if (instruction.op >= STROBE_OP_COUNT || !operand_allowed(program, at) ||
            height < shapes[instruction.op].taken) {
            return strobe_error_set(error, STROBE_EINTERNAL, "instruction %zu is not valid", at);
        }
        height += shapes[instruction.op].left - shapes[instruction.op].taken;
        highest = height > highest ? height : highest;
        if (height > STROBE_PROGRAM_STACK_MAX) {
            return strobe_error_set(error, STROBE_EINTERNAL, "instruction %zu: the stack is too high", at);
        }
        bool jumps = shapes[instruction.op].operand == OPERAND_TARGET;
        bool ends = instruction.op == STROBE_OP_RETURN || instruction.op == STROBE_OP_JUMP;
        bool agreed = !jumps || reach(heights, instruction.operand, height);
        if (!ends) {
            agreed = agreed && at + 1 < program->count && reach(heights, at + 1, height);
        }
        if (!agreed) {
            return strobe_error_set(error, STROBE_EINTERNAL, "instruction %zu: ways do not agree", at);
        }
    }
    program->stack_max = (uint16_t)highest;
    return 0;
}
