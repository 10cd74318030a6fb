/*
 * The machine: its loop, and the operations on the highest values alone. Each instruction spends fuel, so that a
 * program ends although loops jump back.
 */
#include "probes/expression/py/machine.h"

#include <errno.h>
#include <stdlib.h>

#include "probes/expression/py/compare.h"
#include "probes/expression/py/function.h"
#include "probes/expression/py/number.h"

/* The analyzer does not know that programs were verified: to it the stack may be read before it was written. */
/* NOLINTBEGIN(clang-analyzer-core.UndefinedBinaryOperatorResult,clang-analyzer-core.CallAndMessage) */

static int run_constant(struct strobe_machine *m, struct strobe_instruction instruction)
{
    *m->top++ = strobe_value_object(strobe_machine_constant(m, instruction.operand));
    return 0;
}

static int run_store(struct strobe_machine *m, struct strobe_instruction instruction)
{
    m->registers[instruction.operand] = *--m->top;
    return 0;
}

static int run_forget(struct strobe_machine *m, struct strobe_instruction instruction)
{
    m->registers[instruction.operand] = strobe_value_object(NULL);
    return 0;
}

static int run_binary(struct strobe_machine *m, struct strobe_instruction instruction)
{
    m->top--;
    return strobe_value_binary(m->evaluation, (enum strobe_binary)instruction.operand, m->top[-1], m->top[0],
                               &m->top[-1]);
}

static int run_unary(struct strobe_machine *m, struct strobe_instruction instruction)
{
    return strobe_value_unary(m->evaluation, (enum strobe_unary)instruction.operand, m->top[-1], &m->top[-1]);
}

static int run_compare(struct strobe_machine *m, struct strobe_instruction instruction)
{
    enum strobe_comparison comparison = (enum strobe_comparison)instruction.operand;
    bool result = false;
    int status = 0;
    m->top--;
    if (comparison == STROBE_COMPARE_IS || comparison == STROBE_COMPARE_IS_NOT) {
        result = strobe_value_identical(m->top[-1], m->top[0]) == (comparison == STROBE_COMPARE_IS);
    } else {
        status = strobe_value_compare(m->evaluation, m->top[-1], m->top[0], comparison, &result);
    }
    m->top[-1] = strobe_value_bool(result);
    return status;
}

/* Truth of a value; the usual ones without a call. */
static inline int truth_of(struct strobe_machine *m, struct strobe_value value, bool *ret_truth)
{
    if (strobe_value_is(value, Py_True) || strobe_value_is(value, Py_False)) {
        *ret_truth = value.as.object == Py_True;
        return 0;
    }
    return strobe_value_truth(m->evaluation, value, ret_truth);
}

static int run_not(struct strobe_machine *m, struct strobe_instruction instruction)
{
    bool truth = false;
    (void)instruction;
    int status = truth_of(m, m->top[-1], &truth);
    m->top[-1] = strobe_value_bool(!truth);
    return status;
}

static int run_duplicate_under(struct strobe_machine *m, struct strobe_instruction instruction)
{
    struct strobe_value *top = m->top;
    (void)instruction;
    top[0] = top[-1];
    top[-1] = top[-2];
    top[-2] = top[0];
    m->top++;
    return 0;
}

static int run_swap_pop(struct strobe_machine *m, struct strobe_instruction instruction)
{
    (void)instruction;
    m->top--;
    m->top[-1] = m->top[0];
    return 0;
}

static int run_pop(struct strobe_machine *m, struct strobe_instruction instruction)
{
    (void)instruction;
    m->top--;
    return 0;
}

static int run_jump(struct strobe_machine *m, struct strobe_instruction instruction)
{
    m->next = &m->expression->program.instructions[instruction.operand];
    return 0;
}

static int jump_when(struct strobe_machine *m, struct strobe_instruction instruction, bool wanted, bool keep)
{
    bool truth = false;
    int status = truth_of(m, m->top[-1], &truth);
    m->top -= !keep;
    if (truth == wanted) {
        m->next = &m->expression->program.instructions[instruction.operand];
    }
    return status;
}

static int run_jump_if_false(struct strobe_machine *m, struct strobe_instruction instruction)
{
    return jump_when(m, instruction, false, false);
}

static int run_jump_if_true(struct strobe_machine *m, struct strobe_instruction instruction)
{
    return jump_when(m, instruction, true, false);
}

static int run_jump_if_false_keep(struct strobe_machine *m, struct strobe_instruction instruction)
{
    return jump_when(m, instruction, false, true);
}

static int run_jump_if_true_keep(struct strobe_machine *m, struct strobe_instruction instruction)
{
    return jump_when(m, instruction, true, true);
}

static int run_loop_end(struct strobe_machine *m, struct strobe_instruction instruction)
{
    (void)m; /* what a loop holds needs no release: the verifier alone cares that it ended */
    (void)instruction;
    return 0;
}

static strobe_operation *const operations[STROBE_OP_COUNT] = {
    [STROBE_OP_CONSTANT] = run_constant,
    [STROBE_OP_NAME] = strobe_run_name,
    [STROBE_OP_OWN] = strobe_run_own,
    [STROBE_OP_REGISTER] = strobe_run_register,
    [STROBE_OP_STORE] = run_store,
    [STROBE_OP_FORGET] = run_forget,
    [STROBE_OP_ATTRIBUTE] = strobe_run_attribute,
    [STROBE_OP_SUBSCRIPT] = strobe_run_subscript,
    [STROBE_OP_SLICE] = strobe_run_slice,
    [STROBE_OP_BINARY] = run_binary,
    [STROBE_OP_UNARY] = run_unary,
    [STROBE_OP_COMPARE] = run_compare,
    [STROBE_OP_CONTAINS] = strobe_run_contains,
    [STROBE_OP_NOT] = run_not,
    [STROBE_OP_DUPLICATE_UNDER] = run_duplicate_under,
    [STROBE_OP_SWAP_POP] = run_swap_pop,
    [STROBE_OP_POP] = run_pop,
    [STROBE_OP_JUMP] = run_jump,
    [STROBE_OP_JUMP_IF_FALSE] = run_jump_if_false,
    [STROBE_OP_JUMP_IF_TRUE] = run_jump_if_true,
    [STROBE_OP_JUMP_IF_FALSE_KEEP] = run_jump_if_false_keep,
    [STROBE_OP_JUMP_IF_TRUE_KEEP] = run_jump_if_true_keep,
    [STROBE_OP_JUMP_BACK] = run_jump,
    [STROBE_OP_LOOP_BEGIN] = strobe_run_loop_begin,
    [STROBE_OP_LOOP_NEXT] = strobe_run_loop_next,
    [STROBE_OP_LOOP_END] = run_loop_end,
    [STROBE_OP_UNPACK] = strobe_run_unpack,
    [STROBE_OP_UNPACK_REST] = strobe_run_unpack_rest,
    [STROBE_OP_MAKE] = strobe_run_make,
    [STROBE_OP_APPEND] = strobe_run_append,
    [STROBE_OP_INSERT] = strobe_run_insert,
    [STROBE_OP_EXTEND] = strobe_run_extend,
    [STROBE_OP_UPDATE] = strobe_run_update,
    [STROBE_OP_FORMAT] = strobe_run_format,
    [STROBE_OP_JOIN] = strobe_run_join,
    [STROBE_OP_EXPECT] = strobe_run_expect,
    [STROBE_OP_CALL] = strobe_run_call,
    [STROBE_OP_METHOD] = strobe_run_method,
    [STROBE_OP_MATCHES] = strobe_run_matches,
    [STROBE_OP_RETURN] = NULL, /* ends the loop */
};

/* ---- The loop ---- */

static struct strobe_arena arena; /* used under the GIL, by one evaluation at a time */

static int run(const struct strobe_expression *expression, const int16_t *binding,
               const struct strobe_expression_context *context, struct strobe_evaluation *evaluation,
               struct strobe_value *ret_value)
{
    struct strobe_machine machine; /* not zeroed: this is warm */
    machine.expression = expression;
    machine.binding = binding;
    machine.context = context;
    machine.evaluation = evaluation;
    machine.next = expression->program.instructions;
    machine.top = machine.stack;
    for (unsigned i = 0; i < expression->program.registers_count; i++) {
        machine.registers[i] = strobe_value_object(NULL);
    }
    for (;;) {
        struct strobe_instruction instruction = *machine.next++;
        if (instruction.op == STROBE_OP_RETURN) {
            *ret_value = machine.top[-1];
            return 0;
        }
        int status = strobe_evaluation_spend(evaluation, 1);
        status = status < 0 ? status : operations[instruction.op](&machine, instruction);
        if (status < 0) {
            return status;
        }
    }
}

int strobe_expression_evaluate(const struct strobe_expression *expression, const int16_t *binding,
                               const struct strobe_expression_context *context, struct strobe_evaluation *evaluation,
                               struct strobe_value *ret_value)
{
    int saved_errno = errno; /* which pow() and the like set */
    int status = run(expression, binding, context, evaluation, ret_value);
    if (status == 0 && evaluation->fuel < 0) {
        status = strobe_evaluation_out_of_fuel(evaluation); /* the gate of the last name only takes, it cannot fail */
    }
    errno = saved_errno;
    return status;
}

static enum strobe_verdict run_whole(const struct strobe_expression *expression, const int16_t *binding,
                                     const struct strobe_expression_context *context, struct strobe_error *error)
{
    struct strobe_evaluation evaluation;
    struct strobe_value value;
    bool truth = false;
    strobe_evaluation_begin(&evaluation, expression->is_secret, error);
    if (strobe_expression_evaluate(expression, binding, context, &evaluation, &value) < 0 ||
        strobe_value_truth(&evaluation, value, &truth) < 0) {
        return STROBE_VERDICT_ERROR;
    }
    return truth ? STROBE_VERDICT_TRUE : STROBE_VERDICT_FALSE;
}

enum strobe_verdict strobe_expression_holds(const struct strobe_expression *expression, const int16_t *binding,
                                            const struct strobe_expression_context *context, struct strobe_error *error)
{
    switch (strobe_prefilter_try(&expression->prefilter, binding, context->frame)) {
    case STROBE_PREFILTER_FALSE:
        return STROBE_VERDICT_FALSE;
    case STROBE_PREFILTER_TRUE:
        return STROBE_VERDICT_TRUE;
    default:
        return run_whole(expression, binding, context, error);
    }
}

void strobe_evaluation_begin(struct strobe_evaluation *ret_evaluation, strobe_is_secret *is_secret,
                             struct strobe_error *error)
{
    strobe_arena_reset(&arena);
    ret_evaluation->arena = &arena;
    ret_evaluation->fuel = STROBE_EXPRESSION_FUEL;
    ret_evaluation->depth = 0;
    ret_evaluation->is_secret = is_secret;
    ret_evaluation->fault = STROBE_FAULT_NONE;
    ret_evaluation->error = error;
}

int strobe_expressions_init(void)
{
    if (arena.bytes == NULL) {
        arena.bytes = malloc(STROBE_EXPRESSION_ARENA_BYTES);
        arena.size = arena.bytes != NULL ? STROBE_EXPRESSION_ARENA_BYTES : 0;
    }
    if (arena.bytes == NULL) {
        return STROBE_ENOMEM;
    }
    int status = strobe_functions_init();
    PyErr_Clear();
    return status < 0 ? STROBE_EINTERNAL : 0;
}

void strobe_expressions_done(void)
{
    strobe_functions_done();
    free(arena.bytes);
    arena = (struct strobe_arena){0};
}

/* NOLINTEND(clang-analyzer-core.UndefinedBinaryOperatorResult,clang-analyzer-core.CallAndMessage) */
