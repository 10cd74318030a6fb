/**
 * A condition as a small stack program: what compile.c makes, verify checks and machine.c runs.
 *
 * Plain data without pointers into Python: constants and names are referred to by index, so that programs can be
 * verified and fuzzed without an interpreter.
 */
#ifndef STROBE_PROGRAM_H
#define STROBE_PROGRAM_H

#include <stddef.h>
#include <stdint.h>

#include "strobe/error.h"
#include "strobe/limits.h"

/** name, values taken from the stack, values left on it, what the operand is */
#define STROBE_OPS(X)                                                                \
    X(CONSTANT, 0, 1, CONSTANT)         /* push a constant */                        \
    X(NAME, 0, 1, NAME)                 /* push the variable */                      \
    X(ATTRIBUTE, 1, 1, CONSTANT)        /* replace an object by its attribute */     \
    X(COMPARE, 2, 1, COMPARISON)        /* replace two values by True or False */    \
    X(NOT, 1, 1, NONE)                  /* replace a value by its negated truth */   \
    X(NEGATE, 1, 1, NONE)               /* replace a number by its negative */       \
    X(DUPLICATE_UNDER, 2, 3, NONE)      /* a b -> b a b: for chained comparison */   \
    X(SWAP_POP, 2, 1, NONE)             /* a b -> b */                               \
    X(JUMP, 0, 0, TARGET)               /* go on at the target */                    \
    X(JUMP_IF_FALSE, 1, 0, TARGET)      /* take a value; jump when it is false */    \
    X(JUMP_IF_FALSE_KEEP, 1, 1, TARGET) /* jump when the top is false, keeping it */ \
    X(JUMP_IF_TRUE_KEEP, 1, 1, TARGET)  /* jump when the top is true, keeping it */  \
    X(POP, 1, 0, NONE)                  /* drop the top */                           \
    X(RETURN, 1, 0, NONE)               /* end: the top is the result */

enum strobe_op {
#define STROBE_OP_ENUM(name, taken, left, operand) STROBE_OP_##name,
    STROBE_OPS(STROBE_OP_ENUM)
#undef STROBE_OP_ENUM
        STROBE_OP_COUNT
};

enum strobe_comparison {
    STROBE_COMPARE_EQ,
    STROBE_COMPARE_NE,
    STROBE_COMPARE_LT,
    STROBE_COMPARE_LE,
    STROBE_COMPARE_GT,
    STROBE_COMPARE_GE,
    STROBE_COMPARE_IS,
    STROBE_COMPARE_IS_NOT,
    STROBE_COMPARE_COUNT
};

struct strobe_instruction {
    uint16_t op; /* enum strobe_op */
    uint16_t operand;
};

struct strobe_program {
    uint16_t count;
    uint16_t constants_count;
    uint16_t names_count;
    uint16_t stack_max; /* filled in by strobe_program_verify() */
    struct strobe_instruction instructions[STROBE_PROGRAM_INSTRUCTIONS_MAX];
};

/**
 * Check that the program can run without faults: known operations, operands in range, jumps forward only (so that it
 * ends), the same stack height on every way to an instruction, never below zero nor above STROBE_PROGRAM_STACK_MAX, and
 * a RETURN at the end of every way.   Thread: any.
 * @return 0 and `stack_max` filled in, or STROBE_EINTERNAL with the place
 */
int strobe_program_verify(struct strobe_program *program, struct strobe_error *error);

#endif
