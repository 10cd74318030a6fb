/*
 * The machine that evaluates conditions. Programs were verified: operands are in range, the stack cannot run over, and
 * jumps go forward only, so that a program of N instructions ends after at most N steps.
 */
#include "base/py/attribute.h"
#include "base/py/dict.h"
#include "probes/expression/py/compare_old.h"
#include "probes/expression/py/condition.h"

/* The analyzer does not know that programs were verified: to it the stack may be read before it was written. */
/* NOLINTBEGIN(clang-analyzer-core.UndefinedBinaryOperatorResult,clang-analyzer-core.CallAndMessage) */

/* Variables of a function live in slots, of modules and classes in a dict; then globals, then builtins. */
static PyObject *find_name(struct strobe_frame frame, PyObject *name, int slot)
{
    if (slot != STROBE_NOT_A_SLOT) {
        PyObject *value = strobe_frame_slot(frame, slot);
        if (value != NULL || strobe_frame_namespace(frame) == NULL) {
            return value;
        }
    }
    PyObject *scopes[] = {strobe_frame_namespace(frame), strobe_frame_globals(frame), strobe_frame_builtins(frame)};
    for (size_t i = 0; i < sizeof scopes / sizeof *scopes; i++) {
        if (scopes[i] != NULL && PyDict_CheckExact(scopes[i])) {
            PyObject *value = strobe_dict_get(scopes[i], name);
            if (value != NULL) {
                return value;
            }
        }
    }
    return NULL;
}

static int load_name(const struct strobe_condition *condition, const int16_t *binding, unsigned index,
                     struct strobe_frame frame, struct strobe_value *ret_value, struct strobe_error *error)
{
    PyObject *name = PyTuple_GET_ITEM(condition->names, index);
    PyObject *value = find_name(frame, name, binding[index]);
    if (value == NULL) {
        if (error == NULL) {
            return STROBE_ENOTFOUND;
        }
        return strobe_error_set(error, STROBE_ENOTFOUND,
                                binding[index] != STROBE_NOT_A_SLOT ? "'%s' has no value yet at this line"
                                                                    : "'%s' is not defined here",
                                PyUnicode_AsUTF8(name));
    }
    *ret_value = (struct strobe_value){STROBE_VALUE_OBJECT, {.object = value}};
    return 0;
}

static int load_attribute(PyObject *name, struct strobe_attribute_cache *cache, struct strobe_value *value,
                          struct strobe_error *error)
{
    static const char *const refusals[] = {
        [STROBE_ATTRIBUTE_ABSENT] = "a '%s' has no attribute '%s'",
        [STROBE_ATTRIBUTE_COMPUTED] = "'%s.%s' is computed; reading it would run code: read the field it uses",
        [STROBE_ATTRIBUTE_UNREADABLE] = "'%s.%s' cannot be read",
    };
    enum strobe_attribute_result result = STROBE_ATTRIBUTE_ABSENT;
    PyObject *found = NULL;
    if (value->kind == STROBE_VALUE_OBJECT) {
        result = strobe_attribute_get_cached(value->as.object, name, cache, &found);
    }
    if (result == STROBE_ATTRIBUTE_FOUND) {
        value->as.object = found;
        return 0;
    }
    if (error == NULL) {
        return STROBE_ENOTFOUND;
    }
    return strobe_error_set(error, STROBE_ENOTFOUND, refusals[result], strobe_old_type_name(*value),
                            PyUnicode_AsUTF8(name));
}

static struct strobe_value truth_value(bool truth)
{
    return (struct strobe_value){STROBE_VALUE_OBJECT, {.object = truth ? Py_True : Py_False}};
}

struct machine {
    const struct strobe_condition *condition;
    const int16_t *binding;
    struct strobe_frame frame;
    struct strobe_error *error;
    struct strobe_value *top; /* one above the highest value */
    unsigned next;            /* instruction that follows */
};

/* Operations that only look at the highest values. @return 0 or the error */
static int operate(struct machine *m, struct strobe_instruction instruction)
{
    struct strobe_value *top = m->top;
    bool truth;
    int status = 0;
    switch ((enum strobe_op)instruction.op) {
    case STROBE_OP_COMPARE:
        status = strobe_old_compare(top[-2], top[-1], (enum strobe_comparison)instruction.operand, &truth, m->error);
        m->top = top - 1;
        break;
    case STROBE_OP_NOT:
        status = strobe_old_truth(top[-1], &truth, m->error);
        truth = status == 0 && !truth;
        break;
    case STROBE_OP_NEGATE:
        return strobe_old_negate(top[-1], &top[-1], m->error);
    case STROBE_OP_DUPLICATE_UNDER:
        top[0] = top[-1];
        top[-1] = top[-2];
        top[-2] = top[0];
        m->top = top + 1;
        return 0;
    case STROBE_OP_SWAP_POP:
        top[-2] = top[-1];
        m->top = top - 1;
        return 0;
    case STROBE_OP_POP:
        m->top = top - 1;
        return 0;
    default:
        return strobe_error_set(m->error, STROBE_EINTERNAL, "operation %u", (unsigned)instruction.op);
    }
    if (status == 0) {
        m->top[-1] = truth_value(truth);
    }
    return status;
}

static int jump(struct machine *m, struct strobe_instruction instruction)
{
    bool truth;
    int status;
    if (instruction.op == STROBE_OP_JUMP) {
        m->next = instruction.operand;
        return 0;
    }
    status = strobe_old_truth(m->top[-1], &truth, m->error);
    if (status < 0) {
        return status;
    }
    if (instruction.op == STROBE_OP_JUMP_IF_FALSE) {
        m->top--;
    }
    if (truth == (instruction.op == STROBE_OP_JUMP_IF_TRUE_KEEP)) {
        m->next = instruction.operand;
    }
    return 0;
}

static int step(struct machine *m, struct strobe_instruction instruction)
{
    const struct strobe_condition *condition = m->condition;
    switch ((enum strobe_op)instruction.op) {
    case STROBE_OP_CONSTANT:
        *m->top++ = (struct strobe_value){STROBE_VALUE_OBJECT,
                                          {.object = PyTuple_GET_ITEM(condition->constants, instruction.operand)}};
        return 0;
    case STROBE_OP_NAME:
        return load_name(condition, m->binding, instruction.operand, m->frame, m->top++, m->error);
    case STROBE_OP_ATTRIBUTE:
        return load_attribute(PyTuple_GET_ITEM(condition->constants, instruction.operand),
                              &condition->caches[m->next - 1], &m->top[-1], m->error);
    case STROBE_OP_JUMP:
    case STROBE_OP_JUMP_IF_FALSE:
    case STROBE_OP_JUMP_IF_FALSE_KEEP:
    case STROBE_OP_JUMP_IF_TRUE_KEEP:
        return jump(m, instruction);
    default:
        return operate(m, instruction);
    }
}

enum strobe_verdict strobe_condition_evaluate(const struct strobe_condition *condition, const int16_t *binding,
                                              struct strobe_frame frame, struct strobe_error *error)
{
    struct strobe_value stack[STROBE_PROGRAM_STACK_MAX];
    struct machine machine = {condition, binding, frame, error, stack, 0};
    for (;;) {
        struct strobe_instruction instruction = condition->program.instructions[machine.next++];
        if (instruction.op == STROBE_OP_RETURN) {
            bool truth;
            if (strobe_old_truth(machine.top[-1], &truth, error) < 0) {
                return STROBE_VERDICT_ERROR;
            }
            return truth ? STROBE_VERDICT_TRUE : STROBE_VERDICT_FALSE;
        }
        if (step(&machine, instruction) < 0) {
            return STROBE_VERDICT_ERROR;
        }
    }
}

/* NOLINTEND(clang-analyzer-core.UndefinedBinaryOperatorResult,clang-analyzer-core.CallAndMessage) */
