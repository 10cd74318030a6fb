/* Operators: and, or, not, signs, arithmetic, comparison, conditional. */
#include <stdlib.h>
#include <string.h>

#include "probes/expression/py/compiler.h"
#include "probes/expression/py/number.h"

_Static_assert((int)STROBE_BINARY_COUNT == (int)STROBE_PROGRAM_BINARY_COUNT, "the verifier knows the operators");
_Static_assert((int)STROBE_UNARY_COUNT == (int)STROBE_PROGRAM_UNARY_COUNT, "the verifier knows the signs");

struct operator_name {
    const char *kind;
    int operation;
};

static int find(const struct operator_name *table, size_t count, PyObject *op)
{
    for (size_t i = 0; i < count; i++) {
        if (strobe_syntax_is(op, table[i].kind)) {
            return table[i].operation;
        }
    }
    return -1;
}

#define FIND(table, op) find(table, sizeof(table) / sizeof *(table), op)

int strobe_emit_bool_op(struct strobe_compiler *c, PyObject *node)
{
    PyObject *values = strobe_syntax_field(node, "values");
    bool is_and = strobe_syntax_is(strobe_syntax_field(node, "op"), "And");
    enum strobe_op op = is_and ? STROBE_OP_JUMP_IF_FALSE_KEEP : STROBE_OP_JUMP_IF_TRUE_KEEP;
    Py_ssize_t count = strobe_syntax_count(values);
    int *jumps = calloc((size_t)count + 1, sizeof *jumps);
    if (jumps == NULL || count == 0) {
        free(jumps);
        return strobe_error_set(c->error, STROBE_ENOMEM, "out of memory");
    }
    int status = strobe_emit_expression(c, PyList_GET_ITEM(values, 0));
    Py_ssize_t made = 0;
    for (Py_ssize_t i = 1; status >= 0 && i < count; i++) {
        jumps[made] = status = strobe_emit_jump(c, op);
        made += status >= 0;
        status = status < 0 ? status : strobe_emit(c, STROBE_OP_POP, 0);
        status = status < 0 ? status : strobe_emit_expression(c, PyList_GET_ITEM(values, i));
    }
    for (Py_ssize_t i = 0; i < made; i++) {
        strobe_land(c, jumps[i]);
    }
    free(jumps);
    return status < 0 ? status : 0;
}

/* -5 is one constant, so that it may be of any size. @return 1 when done, 0 when it is no such thing, or an error */
static int emit_negative_constant(struct strobe_compiler *c, PyObject *node)
{
    PyObject *operand = strobe_syntax_field(node, "operand");
    PyObject *value = strobe_syntax_is(operand, "Constant") ? strobe_syntax_field(operand, "value") : NULL;
    if (value == NULL || !(PyLong_CheckExact(value) || PyFloat_CheckExact(value))) {
        return 0;
    }
    PyObject *negative = PyNumber_Negative(value);
    if (negative == NULL) {
        PyErr_Clear();
        return strobe_error_set(c->error, STROBE_ENOMEM, "out of memory");
    }
    strobe_compiler_note(c, node, STROBE_FINDING_CONSTANT, Py_TYPE(negative)->tp_name);
    int status = strobe_emit_constant(c, negative);
    Py_DECREF(negative); /* the list keeps it */
    return status < 0 ? status : 1;
}

int strobe_emit_unary(struct strobe_compiler *c, PyObject *node)
{
    static const struct operator_name signs[] = {
        {"USub", STROBE_UNARY_NEGATIVE}, {"UAdd", STROBE_UNARY_POSITIVE}, {"Invert", STROBE_UNARY_INVERT}};
    PyObject *op = strobe_syntax_field(node, "op");
    int sign = FIND(signs, op);
    int status = sign == STROBE_UNARY_NEGATIVE ? emit_negative_constant(c, node) : 0;
    if (status != 0) {
        return status < 0 ? status : 0;
    }
    status = strobe_emit_expression(c, strobe_syntax_field(node, "operand"));
    if (status < 0) {
        return status;
    }
    return sign < 0 ? strobe_emit(c, STROBE_OP_NOT, 0) : strobe_emit(c, STROBE_OP_UNARY, sign);
}

int strobe_emit_binary(struct strobe_compiler *c, PyObject *node)
{
    static const struct operator_name operators[] = {
        {"Add", STROBE_BINARY_ADD},
        {"Sub", STROBE_BINARY_SUBTRACT},
        {"Mult", STROBE_BINARY_MULTIPLY},
        {"Div", STROBE_BINARY_DIVIDE},
        {"FloorDiv", STROBE_BINARY_FLOOR_DIVIDE},
        {"Mod", STROBE_BINARY_MODULO},
        {"Pow", STROBE_BINARY_POWER},
        {"LShift", STROBE_BINARY_SHIFT_LEFT},
        {"RShift", STROBE_BINARY_SHIFT_RIGHT},
        {"BitAnd", STROBE_BINARY_AND},
        {"BitOr", STROBE_BINARY_OR},
        {"BitXor", STROBE_BINARY_XOR},
    };
    int operation = FIND(operators, strobe_syntax_field(node, "op"));
    if (operation < 0) {
        return strobe_compiler_refuse(c, node, STROBE_EUNSUPPORTED, NULL,
                                      "'@' would run code of the program: no built-in type has it");
    }
    int status = strobe_emit_expression(c, strobe_syntax_field(node, "left"));
    status = status < 0 ? status : strobe_emit_expression(c, strobe_syntax_field(node, "right"));
    return status < 0 ? status : strobe_emit(c, STROBE_OP_BINARY, operation);
}

enum { IN = STROBE_COMPARE_COUNT, NOT_IN };

/* A list or set of constants as one constant, a new reference; a set stays one, for what has no hash is not in it. */
static PyObject *constant_of(PyObject *node)
{
    bool is_set = strobe_syntax_is(node, "Set");
    PyObject *tuple = is_set || strobe_syntax_is(node, "List") ? strobe_constant_tuple(node) : NULL;
    if (tuple != NULL && is_set) {
        Py_SETREF(tuple, PyFrozenSet_New(tuple)); /* hashes constants: no code of the program */
        PyErr_Clear();
    }
    return tuple;
}

/* The right side of `in`: a display of constants is one constant, which is not built anew at every hit. */
static int emit_right(struct strobe_compiler *c, PyObject *node, int comparison)
{
    PyObject *constant = comparison >= IN ? constant_of(node) : NULL;
    if (constant == NULL) {
        return strobe_emit_expression(c, node);
    }
    strobe_compiler_note(c, node, STROBE_FINDING_CONSTANT, Py_TYPE(constant)->tp_name);
    int status = strobe_emit_constant(c, constant);
    Py_DECREF(constant);
    return status;
}

static int emit_comparison(struct strobe_compiler *c, int comparison)
{
    return comparison >= IN ? strobe_emit(c, STROBE_OP_CONTAINS, comparison == NOT_IN)
                            : strobe_emit(c, STROBE_OP_COMPARE, comparison);
}

/* What can be read twice for the price of keeping it: a constant, a variable, a field of one. Reading has no effects,
 * and fails the second time only where it failed the first time. */
static bool is_plain(PyObject *node)
{
    while (strobe_syntax_is(node, "Attribute")) {
        node = strobe_syntax_field(node, "value");
    }
    return strobe_syntax_is(node, "Name") || strobe_syntax_is(node, "Constant");
}

/* Whether all that stands between two comparisons of a chain is plain. */
static bool has_plain_middle(PyObject *right, Py_ssize_t count)
{
    for (Py_ssize_t i = 0; i < count - 1; i++) {
        if (!is_plain(PyList_GET_ITEM(right, i))) {
            return false;
        }
    }
    return true;
}

/* As strobe_emit_expression(), where `node` was explained before. */
static int emit_again(struct strobe_compiler *c, PyObject *node)
{
    struct strobe_explanation *explanation = c->explanation;
    c->explanation = NULL;
    int status = strobe_emit_expression(c, node);
    c->explanation = explanation;
    return status;
}

/* a < b < c, where b is plain: a b < (keep if false) pop b c < , as `a < b and b < c`, which is told quickly.
 * Otherwise: a b [dup-under] < (keep if false) pop c < ; the false way drops the b that is left under the result. */
int strobe_emit_compare(struct strobe_compiler *c, PyObject *node)
{
    static const struct operator_name comparisons[] = {
        {"Eq", STROBE_COMPARE_EQ},  {"NotEq", STROBE_COMPARE_NE},     {"Lt", STROBE_COMPARE_LT},
        {"LtE", STROBE_COMPARE_LE}, {"Gt", STROBE_COMPARE_GT},        {"GtE", STROBE_COMPARE_GE},
        {"Is", STROBE_COMPARE_IS},  {"IsNot", STROBE_COMPARE_IS_NOT}, {"In", IN},
        {"NotIn", NOT_IN},
    };
    PyObject *ops = strobe_syntax_field(node, "ops");
    PyObject *right = strobe_syntax_field(node, "comparators");
    Py_ssize_t count = strobe_syntax_count(ops);
    if (count > STROBE_PROGRAM_NESTING_MAX || strobe_syntax_count(right) != count) {
        return strobe_compiler_refuse(c, node, STROBE_ELIMIT, NULL, "too many comparisons in a chain");
    }
    bool plain = has_plain_middle(right, count);
    int jumps[STROBE_PROGRAM_NESTING_MAX];
    int status = strobe_emit_expression(c, strobe_syntax_field(node, "left"));
    for (Py_ssize_t i = 0; status >= 0 && i < count; i++) {
        bool last = i == count - 1;
        int comparison = FIND(comparisons, PyList_GET_ITEM(ops, i));
        status = emit_right(c, PyList_GET_ITEM(right, i), comparison);
        status = status < 0 || last || plain ? status : strobe_emit(c, STROBE_OP_DUPLICATE_UNDER, 0);
        status = status < 0 ? status : emit_comparison(c, comparison);
        if (status >= 0 && !last) {
            jumps[i] = status = strobe_emit_jump(c, STROBE_OP_JUMP_IF_FALSE_KEEP);
            status = status < 0 ? status : strobe_emit(c, STROBE_OP_POP, 0);
            status = status < 0 || !plain ? status : emit_again(c, PyList_GET_ITEM(right, i));
        }
    }
    if (status < 0 || count < 2) {
        return status;
    }
    int end = plain ? 0 : strobe_emit_jump(c, STROBE_OP_JUMP);
    for (Py_ssize_t i = 0; i < count - 1; i++) {
        strobe_land(c, jumps[i]);
    }
    if (plain || end < 0) {
        return end;
    }
    status = strobe_emit(c, STROBE_OP_SWAP_POP, 0);
    if (status == 0) {
        strobe_land(c, end);
    }
    return status;
}

int strobe_emit_conditional(struct strobe_compiler *c, PyObject *node)
{
    int status = strobe_emit_expression(c, strobe_syntax_field(node, "test"));
    int otherwise = status < 0 ? status : strobe_emit_jump(c, STROBE_OP_JUMP_IF_FALSE);
    status = otherwise < 0 ? otherwise : strobe_emit_expression(c, strobe_syntax_field(node, "body"));
    int end = status < 0 ? status : strobe_emit_jump(c, STROBE_OP_JUMP);
    if (end < 0) {
        return end;
    }
    strobe_land(c, otherwise);
    status = strobe_emit_expression(c, strobe_syntax_field(node, "orelse"));
    if (status == 0) {
        strobe_land(c, end);
    }
    return status;
}
