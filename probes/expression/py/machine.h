/** The machine while it runs, shared by its files. For the rules see evaluation.h. */
#ifndef STROBE_EXPRESSION_MACHINE_H
#define STROBE_EXPRESSION_MACHINE_H

#include "probes/expression/py/expression.h"
#include "probes/expression/py/items.h"

/** Programs were verified: operands are in range, the stack cannot run over, only running loops are stepped. */
struct strobe_machine {
    const struct strobe_expression *expression;
    const int16_t *binding;
    const struct strobe_expression_context *context;
    struct strobe_evaluation *evaluation;
    const struct strobe_instruction *next; /* that follows the one that runs */
    struct strobe_value *top;              /* one above the highest value */
    struct strobe_value stack[STROBE_PROGRAM_STACK_MAX];
    struct strobe_value registers[STROBE_PROGRAM_REGISTERS_MAX]; /* an OBJECT that is NULL: no value yet */
    struct strobe_iteration loops[STROBE_PROGRAM_LOOPS_MAX];
};

/** One operation: takes its values from `top` and leaves its results there. */
typedef int strobe_operation(struct strobe_machine *m, struct strobe_instruction instruction);

strobe_operation strobe_run_name; /* machine_loads.c */
strobe_operation strobe_run_own;
strobe_operation strobe_run_register;
strobe_operation strobe_run_attribute;
strobe_operation strobe_run_make; /* machine_containers.c */
strobe_operation strobe_run_append;
strobe_operation strobe_run_insert;
strobe_operation strobe_run_extend;
strobe_operation strobe_run_update;
strobe_operation strobe_run_unpack;
strobe_operation strobe_run_unpack_rest;
strobe_operation strobe_run_slice;
strobe_operation strobe_run_subscript;
strobe_operation strobe_run_contains;
strobe_operation strobe_run_loop_begin;
strobe_operation strobe_run_loop_next;
strobe_operation strobe_run_format; /* machine_text.c */
strobe_operation strobe_run_join;
strobe_operation strobe_run_matches;
strobe_operation strobe_run_expect; /* machine_calls.c */
strobe_operation strobe_run_call;
strobe_operation strobe_run_method;

/** A constant of the expression; borrowed. */
static inline PyObject *strobe_machine_constant(const struct strobe_machine *m, unsigned index)
{
    return PyTuple_GET_ITEM(m->expression->constants, index);
}

#endif
