/**
 * One evaluation while it runs: its memory, its fuel, its redaction, and how it failed. Passed to everything that reads
 * or computes values.
 *
 * The rules of this folder, which hold for each function here unless it says otherwise: GIL held, in the program's
 * thread, inside a monitoring callback. No Python code runs, no Python exception is set or cleared, no Python object is
 * made, changed or released, no reference is kept; memory comes from the arena alone; every loop spends fuel. Functions
 * return 0 or a negative STROBE_E... code, with the fault noted in the evaluation, and leave outputs untouched on
 * failure.
 */
#ifndef STROBE_EXPRESSION_EVALUATION_H
#define STROBE_EXPRESSION_EVALUATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probes/expression/py/arena.h"
#include "strobe/error.h"
#include "strobe/limits.h"

/** Whether a name (UTF-8, not terminated) stands for a secret: what it names cannot be read by expressions. */
typedef bool strobe_is_secret(const char *name, size_t size);

/** What went wrong, as the class of exception that Python would raise, or as what only we refuse. */
#define STROBE_FAULTS(X)                                                                         \
    X(TYPE, "TypeError")                                                                         \
    X(VALUE, "ValueError")                                                                       \
    X(KEY, "KeyError")                                                                           \
    X(INDEX, "IndexError")                                                                       \
    X(ATTRIBUTE, "AttributeError")                                                               \
    X(NAME, "NameError")                                                                         \
    X(ZERO_DIVISION, "ZeroDivisionError")                                                        \
    X(OVERFLOW, "OverflowError")                                                                 \
    X(ARITHMETIC, "ArithmeticError")                                                             \
    X(UNSAFE, "unsafe")     /* reading on would run code of the program */                       \
    X(REDACTED, "redacted") /* the value is a secret by its name */                              \
    X(LIMIT, "limit")       /* out of fuel or arena, or a result would be larger than allowed */ \
    X(INTERNAL, "internal") /* an inner check was violated */

enum strobe_fault {
    STROBE_FAULT_NONE,
#define STROBE_FAULT_ENUM(name, word) STROBE_FAULT_##name,
    STROBE_FAULTS(STROBE_FAULT_ENUM)
#undef STROBE_FAULT_ENUM
};

struct strobe_evaluation {
    struct strobe_arena *arena;
    int64_t fuel;                /* steps left; an instruction, an item, 16 bytes of text are one each */
    int depth;                   /* of the recursion through containers, at most STROBE_EXPRESSION_DEPTH_MAX */
    strobe_is_secret *is_secret; /* NULL: nothing is secret */
    enum strobe_fault fault;
    struct strobe_error *error; /* NULL: nobody reads the message, so none is made */
};

/** Note the fault and, when somebody reads it, the message; the first one wins. @return a negative code for `fault` */
int strobe_evaluation_fail(struct strobe_evaluation *evaluation, enum strobe_fault fault, const char *format, ...)
    __attribute__((format(printf, 3, 4), cold));

/** The fault "out of fuel". @return STROBE_ELIMIT */
int strobe_evaluation_out_of_fuel(struct strobe_evaluation *evaluation) __attribute__((cold));

/** The fault "out of arena". @return STROBE_ELIMIT */
int strobe_evaluation_out_of_memory(struct strobe_evaluation *evaluation) __attribute__((cold));

/** "TypeError" for STROBE_FAULT_TYPE; borrowed, static. */
const char *strobe_fault_name(enum strobe_fault fault);

/** Account for `steps` of work *before* it is done. @return 0, or STROBE_ELIMIT when the fuel is gone */
static inline int strobe_evaluation_spend(struct strobe_evaluation *evaluation, int64_t steps)
{
    evaluation->fuel -= steps;
    return evaluation->fuel < 0 ? strobe_evaluation_out_of_fuel(evaluation) : 0;
}

/** strobe_arena_take() that notes the fault. NULL when it does not fit. */
static inline void *strobe_evaluation_take(struct strobe_evaluation *evaluation, size_t size)
{
    void *bytes = strobe_arena_take(evaluation->arena, size);
    if (bytes == NULL) {
        strobe_evaluation_out_of_memory(evaluation);
    }
    return bytes;
}

#endif
