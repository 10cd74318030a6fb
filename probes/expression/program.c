#include "probes/expression/program.h"

#include <string.h>

static const struct {
    uint8_t taken;
    uint8_t left;
    uint8_t operands[3]; /* enum strobe_operand */
} shapes[] = {
#define SHAPE(name, taken, left, first, second, third) \
    {taken, left, {STROBE_OPERAND_##first, STROBE_OPERAND_##second, STROBE_OPERAND_##third}},
    STROBE_OPS(SHAPE)
#undef SHAPE
};

/* What is known when an instruction is reached: the same on every way. */
struct state {
    int16_t height; /* of the stack; UNREACHED */
    uint16_t loops; /* bit n: loop n runs */
};

enum { UNREACHED = -1 };

_Static_assert(STROBE_PROGRAM_LOOPS_MAX <= 16, "a bit for each loop");

static unsigned operand_of(struct strobe_instruction instruction, int which)
{
    return which == 0 ? instruction.operand : which == 1 ? instruction.second : instruction.third;
}

static bool arguments_allowed(unsigned operand)
{
    return (operand & 0xFF) + (operand >> 8) <= STROBE_PROGRAM_ARGUMENTS_MAX;
}

static bool operand_allowed(const struct strobe_program *program, size_t at, int which)
{
    unsigned operand = operand_of(program->instructions[at], which);
    switch ((enum strobe_operand)shapes[program->instructions[at].op].operands[which]) {
    case STROBE_OPERAND_NONE:
        return operand == 0;
    case STROBE_OPERAND_CONSTANT:
        return operand < program->constants_count;
    case STROBE_OPERAND_NAME:
        return operand < program->names_count;
    case STROBE_OPERAND_OWN:
        return operand < STROBE_OWN_COUNT;
    case STROBE_OPERAND_REGISTER:
        return operand < program->registers_count;
    case STROBE_OPERAND_LOOP:
        return operand < program->loops_count;
    case STROBE_OPERAND_BINARY:
        return operand < STROBE_PROGRAM_BINARY_COUNT;
    case STROBE_OPERAND_UNARY:
        return operand < STROBE_PROGRAM_UNARY_COUNT;
    case STROBE_OPERAND_COMPARISON:
        return operand < STROBE_COMPARE_COUNT;
    case STROBE_OPERAND_DISPLAY:
        return operand < STROBE_DISPLAY_COUNT;
    case STROBE_OPERAND_CONVERSION:
        return operand == 0 || operand == 's' || operand == 'r' || operand == 'a';
    case STROBE_OPERAND_FLAG:
    case STROBE_OPERAND_MORE:
        return operand <= 1;
    case STROBE_OPERAND_AHEAD:
        return operand > at && operand < program->count;
    case STROBE_OPERAND_BACK:
        return operand < at && program->instructions[operand].op == STROBE_OP_LOOP_NEXT;
    case STROBE_OPERAND_TAKES:
    case STROBE_OPERAND_GIVES:
        return operand <= STROBE_PROGRAM_STACK_MAX;
    case STROBE_OPERAND_ARGUMENTS:
        return arguments_allowed(operand);
    }
    return false;
}

static bool allowed(const struct strobe_program *program, size_t at)
{
    return program->instructions[at].op < STROBE_OP_COUNT && operand_allowed(program, at, 0) &&
           operand_allowed(program, at, 1) && operand_allowed(program, at, 2);
}

struct strobe_effect strobe_instruction_effect(struct strobe_instruction instruction)
{
    struct strobe_effect effect = {shapes[instruction.op].taken, shapes[instruction.op].left};
    for (int which = 0; which < 3; which++) {
        int operand = (int)operand_of(instruction, which);
        switch ((enum strobe_operand)shapes[instruction.op].operands[which]) {
        case STROBE_OPERAND_TAKES:
        case STROBE_OPERAND_MORE:
            effect.taken += operand;
            break;
        case STROBE_OPERAND_GIVES:
            effect.left += operand;
            break;
        case STROBE_OPERAND_ARGUMENTS:
            effect.taken += (operand & 0xFF) + (operand >> 8);
            break;
        default:
            break;
        }
    }
    return effect;
}

/* Note that instruction `at` is reached in `state`. @return whether that agrees with what was noted before */
static bool reach(struct state *states, size_t at, struct state state)
{
    if (states[at].height == UNREACHED) {
        states[at] = state;
    }
    return states[at].height == state.height && states[at].loops == state.loops;
}

/* Step the loops. @return whether the operation suits their states */
static bool step_loops(struct strobe_instruction instruction, struct state *state)
{
    unsigned bit = 1U << (instruction.operand & 15);
    bool runs = (state->loops & bit) != 0;
    switch (instruction.op) {
    case STROBE_OP_LOOP_BEGIN:
        state->loops |= (uint16_t)bit;
        return !runs;
    case STROBE_OP_LOOP_END:
        state->loops &= (uint16_t)~bit;
        return runs;
    case STROBE_OP_LOOP_NEXT:
        return runs;
    default:
        return true;
    }
}

/* The ways on from instruction `at`, whose own effect is in `state`. @return whether all agree */
static bool go_on(const struct strobe_program *program, struct state *states, size_t at, struct state state)
{
    struct strobe_instruction instruction = program->instructions[at];
    switch (instruction.op) {
    case STROBE_OP_RETURN:
        return state.loops == 0;
    case STROBE_OP_JUMP:
        return reach(states, instruction.operand, state);
    case STROBE_OP_JUMP_BACK:
        return states[instruction.operand].height != UNREACHED && reach(states, instruction.operand, state);
    case STROBE_OP_LOOP_NEXT: {
        struct state ended = {(int16_t)(state.height - 1),
                              (uint16_t)(state.loops & ~(1U << (instruction.operand & 15)))};
        if (!reach(states, instruction.second, ended)) {
            return false;
        }
        break;
    }
    default:
        if (shapes[instruction.op].operands[0] == STROBE_OPERAND_AHEAD && !reach(states, instruction.operand, state)) {
            return false;
        }
    }
    return at + 1 < program->count && reach(states, at + 1, state);
}

static int fail(struct strobe_error *error, size_t at, const char *what)
{
    return strobe_error_set(error, STROBE_EINTERNAL, "instruction %zu: %s", at, what);
}

int strobe_program_verify(struct strobe_program *program, struct strobe_error *error)
{
    struct state states[STROBE_PROGRAM_INSTRUCTIONS_MAX];
    int highest = 0;
    if (program->count == 0 || program->count > STROBE_PROGRAM_INSTRUCTIONS_MAX ||
        program->registers_count > STROBE_PROGRAM_REGISTERS_MAX || program->loops_count > STROBE_PROGRAM_LOOPS_MAX) {
        return strobe_error_set(error, STROBE_EINTERNAL, "a program of %u instructions, %u registers, %u loops",
                                (unsigned)program->count, (unsigned)program->registers_count,
                                (unsigned)program->loops_count);
    }
    for (size_t i = 0; i < program->count; i++) {
        states[i] = (struct state){UNREACHED, 0};
    }
    states[0].height = 0;
    for (size_t at = 0; at < program->count; at++) {
        if (!allowed(program, at)) {
            return fail(error, at, "not valid");
        }
        struct state state = states[at];
        if (state.height == UNREACHED) {
            continue; /* jumps back lead to what was reached before, so nothing later leads here */
        }
        struct strobe_effect effect = strobe_instruction_effect(program->instructions[at]);
        if (state.height < effect.taken) {
            return fail(error, at, "the stack is too low");
        }
        state.height = (int16_t)(state.height + effect.left - effect.taken);
        highest = state.height > highest ? state.height : highest;
        if (highest > STROBE_PROGRAM_STACK_MAX) {
            return strobe_error_set(error, STROBE_ELIMIT,
                                    "the expression needs more than %d values at a time; make it simpler",
                                    STROBE_PROGRAM_STACK_MAX);
        }
        if (!step_loops(program->instructions[at], &state)) {
            return fail(error, at, "the loop is not in that state");
        }
        if (!go_on(program, states, at, state)) {
            return fail(error, at, "ways do not agree");
        }
    }
    program->stack_max = (uint16_t)highest;
    return 0;
}
