/**
 * An expression as a small stack program: what the compiler makes, verify checks and the machine runs.
 *
 * Plain data without pointers into Python: constants and names are referred to by index, so that programs can be
 * verified and fuzzed without an interpreter. Beside the stack there are registers (variables of comprehensions) and
 * loops (walks over containers).
 */
#ifndef STROBE_PROGRAM_H
#define STROBE_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "strobe/error.h"
#include "strobe/limits.h"

/**
 * name, values taken from the stack, values left on it, what the three operands are. TAKES, GIVES, MORE and ARGUMENTS
 * change how many values are taken or left; see enum strobe_operand.
 */
#define STROBE_OPS(X)                                                                                  \
    X(CONSTANT, 0, 1, CONSTANT, NONE, NONE)        /* push a constant */                               \
    X(NAME, 0, 1, NAME, NONE, NONE)                /* push a variable of the program */                \
    X(OWN, 0, 1, OWN, NONE, NONE)                  /* push what the probe knows: $return ... */        \
    X(REGISTER, 0, 1, REGISTER, NONE, NONE)        /* push a variable of a comprehension */            \
    X(STORE, 1, 0, REGISTER, NONE, NONE)           /* take its value */                                \
    X(FORGET, 0, 0, REGISTER, NONE, NONE)          /* it has no value any more */                      \
    X(ATTRIBUTE, 1, 1, CONSTANT, NONE, NONE)       /* replace an object by its attribute */            \
    X(SUBSCRIPT, 2, 1, NONE, NONE, NONE)           /* container, key -> item */                        \
    X(SLICE, 3, 1, NONE, NONE, NONE)               /* start, stop, step -> slice */                    \
    X(BINARY, 2, 1, BINARY, NONE, NONE)            /* + - * ... */                                     \
    X(UNARY, 1, 1, UNARY, NONE, NONE)              /* - + ~ */                                         \
    X(COMPARE, 2, 1, COMPARISON, NONE, NONE)       /* replace two values by True or False */           \
    X(CONTAINS, 2, 1, FLAG, NONE, NONE)            /* member, container -> bool; 1: not in */          \
    X(NOT, 1, 1, NONE, NONE, NONE)                 /* replace a value by its negated truth */          \
    X(DUPLICATE_UNDER, 2, 3, NONE, NONE, NONE)     /* a b -> b a b: for chained comparison */          \
    X(SWAP_POP, 2, 1, NONE, NONE, NONE)            /* a b -> b */                                      \
    X(POP, 1, 0, NONE, NONE, NONE)                 /* drop the top */                                  \
    X(JUMP, 0, 0, AHEAD, NONE, NONE)               /* go on at the target */                           \
    X(JUMP_IF_FALSE, 1, 0, AHEAD, NONE, NONE)      /* take a value; jump when it is false */           \
    X(JUMP_IF_TRUE, 1, 0, AHEAD, NONE, NONE)       /* take a value; jump when it is true */            \
    X(JUMP_IF_FALSE_KEEP, 1, 1, AHEAD, NONE, NONE) /* jump when the top is false, keeping it */        \
    X(JUMP_IF_TRUE_KEEP, 1, 1, AHEAD, NONE, NONE)  /* jump when the top is true, keeping it */         \
    X(JUMP_BACK, 0, 0, BACK, NONE, NONE)           /* to the LOOP_NEXT of a loop */                    \
    X(LOOP_BEGIN, 1, 0, LOOP, NONE, NONE)          /* take a container to walk */                      \
    X(LOOP_NEXT, 0, 1, LOOP, AHEAD, NONE)          /* push its next item, or end the loop, jump */     \
    X(LOOP_END, 0, 0, LOOP, NONE, NONE)            /* end it early */                                  \
    X(UNPACK, 1, 0, GIVES, NONE, NONE)             /* so many items, the first on top */               \
    X(UNPACK_REST, 1, 1, GIVES, GIVES, NONE)       /* items before, a list of the rest, items after */ \
    X(MAKE, 0, 1, DISPLAY, NONE, NONE)             /* push an empty container of ours */               \
    X(APPEND, 2, 1, NONE, NONE, NONE)              /* ours, item -> ours */                            \
    X(INSERT, 3, 1, NONE, NONE, NONE)              /* our dict, key, value -> our dict */              \
    X(EXTEND, 2, 1, NONE, NONE, NONE)              /* ours, container -> ours: *container */           \
    X(UPDATE, 2, 1, NONE, NONE, NONE)              /* our dict, dict -> our dict: **dict */            \
    X(FORMAT, 1, 1, CONVERSION, MORE, NONE)        /* value (and a spec: 1) -> text */                 \
    X(JOIN, 0, 1, TAKES, NONE, NONE)               /* texts -> one text */                             \
    X(EXPECT, 1, 0, CONSTANT, NONE, NONE)          /* the callable must be the genuine NAME */         \
    X(CALL, 1, 1, ARGUMENTS, CONSTANT, NONE)       /* callable, arguments -> result */                 \
    X(METHOD, 1, 1, ARGUMENTS, CONSTANT, CONSTANT) /* receiver, arguments -> result; its name */       \
    X(MATCHES, 1, 1, CONSTANT, NONE, NONE)         /* text -> bool; operand: the pattern */            \
    X(RETURN, 1, 0, NONE, NONE, NONE)              /* end: the top is the result */

enum strobe_op {
#define STROBE_OP_ENUM(name, taken, left, first, second, third) STROBE_OP_##name,
    STROBE_OPS(STROBE_OP_ENUM)
#undef STROBE_OP_ENUM
        STROBE_OP_COUNT
};

/** What an operand is. */
enum strobe_operand {
    STROBE_OPERAND_NONE,       /* 0 */
    STROBE_OPERAND_CONSTANT,   /* index of a constant */
    STROBE_OPERAND_NAME,       /* index of a name */
    STROBE_OPERAND_OWN,        /* enum strobe_own */
    STROBE_OPERAND_REGISTER,   /* number of a register */
    STROBE_OPERAND_LOOP,       /* number of a loop */
    STROBE_OPERAND_BINARY,     /* enum strobe_binary of number.h */
    STROBE_OPERAND_UNARY,      /* enum strobe_unary of number.h */
    STROBE_OPERAND_COMPARISON, /* enum strobe_comparison */
    STROBE_OPERAND_DISPLAY,    /* enum strobe_display */
    STROBE_OPERAND_CONVERSION, /* 0, 's', 'r' or 'a' */
    STROBE_OPERAND_FLAG,       /* 0 or 1 */
    STROBE_OPERAND_AHEAD,      /* an instruction that follows */
    STROBE_OPERAND_BACK,       /* an instruction that went before */
    STROBE_OPERAND_MORE,       /* 0 or 1 values more are taken */
    STROBE_OPERAND_TAKES,      /* so many values more are taken */
    STROBE_OPERAND_GIVES,      /* so many values more are left */
    STROBE_OPERAND_ARGUMENTS   /* so many values more are taken: positional, keyword; see below */
};

/** ARGUMENTS: positional arguments in the low byte, those by keyword (the last) in the high one. */
#define STROBE_PROGRAM_ARGUMENTS(positional, keyword) ((uint16_t)((positional) | (keyword) << 8))
enum {
    STROBE_PROGRAM_BINARY_COUNT = 12,
    STROBE_PROGRAM_UNARY_COUNT = 3,
    STROBE_PROGRAM_ARGUMENTS_MAX = 15 /* and a receiver */
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

/** Containers that an expression makes. */
enum strobe_display {
    STROBE_DISPLAY_LIST,
    STROBE_DISPLAY_TUPLE,
    STROBE_DISPLAY_SET,
    STROBE_DISPLAY_DICT,
    STROBE_DISPLAY_ITERATOR, /* what a generator expression gives */
    STROBE_DISPLAY_COUNT
};

/** The probe's own names: enum, as people write it, where it has a value. */
#define STROBE_OWNS(X)                                                        \
    X(RETURN, "return", "at the exit of a function that returns")             \
    X(EXCEPTION, "exception", "at the exit of a function by an exception")    \
    X(ELAPSED_MS, "elapsed_ms", "at the exit of a function, and with timers") \
    X(HITS, "hits", "in conditions and actions of a probe")                   \
    X(THREAD, "thread", "where a thread runs that has a name")                \
    X(TASK, "task", "inside a task of asyncio")                               \
    X(TRACE_ID, "trace_id", "inside a trace")

enum strobe_own {
#define STROBE_OWN_ENUM(name, word, where) STROBE_OWN_##name,
    STROBE_OWNS(STROBE_OWN_ENUM)
#undef STROBE_OWN_ENUM
        STROBE_OWN_COUNT
};

struct strobe_instruction {
    uint16_t op; /* enum strobe_op */
    uint16_t operand;
    uint16_t second;
    uint16_t third;
};

struct strobe_program {
    uint16_t count;
    uint16_t constants_count;
    uint16_t names_count;
    uint16_t registers_count;
    uint16_t loops_count;
    uint16_t stack_max; /* filled in by strobe_program_verify() */
    struct strobe_instruction instructions[STROBE_PROGRAM_INSTRUCTIONS_MAX];
};

/** How an instruction changes the stack. */
struct strobe_effect {
    int taken;
    int left;
};

/** Its effect where the next instruction follows; `op` must be below STROBE_OP_COUNT. */
struct strobe_effect strobe_instruction_effect(struct strobe_instruction instruction);

/**
 * Check that the program can run without faults: known operations, operands in range, jumps ahead, or back to a
 * LOOP_NEXT (which spends fuel and ends), the same stack height and the same running loops on every way to an
 * instruction, never below zero nor above STROBE_PROGRAM_STACK_MAX, only running loops stepped, none begun twice, and a
 * RETURN at the end of every way.   Thread: any.
 * @return 0 and `stack_max` filled in; STROBE_ELIMIT when the stack would be too high; STROBE_EINTERNAL with the place
 */
int strobe_program_verify(struct strobe_program *program, struct strobe_error *error);

#endif
