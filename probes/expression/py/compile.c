/*
 * From CPython's syntax tree to a program. The tree's nodes are CPython's own types, so reading their attributes runs
 * no code of the program. Whatever has no handler in the table is refused with its column.
 */
#include <stdlib.h>
#include <string.h>

#include "probes/expression/py/condition.h"

struct compiler {
    struct strobe_program *program;
    PyObject *constants; /* list */
    PyObject *names;     /* list */
    strobe_is_secret *is_secret;
    struct strobe_error *error;
    int depth;
};

typedef int emitter(struct compiler *c, PyObject *node);

static int emit_expression(struct compiler *c, PyObject *node);

/* ---- Nodes ---- */

/* Attribute of a node; borrowed: the tree keeps it. */
static PyObject *field(PyObject *node, const char *name)
{
    PyObject *value = PyObject_GetAttrString(node, name);
    if (value == NULL) {
        PyErr_Clear();
        return NULL;
    }
    Py_DECREF(value);
    return value;
}

/* "Compare" for ast.Compare. */
static const char *kind(PyObject *node)
{
    const char *name = Py_TYPE(node)->tp_name;
    const char *dot = strrchr(name, '.');
    return dot != NULL ? dot + 1 : name;
}

static int column(PyObject *node)
{
    PyObject *value = field(node, "col_offset");
    long offset = value != NULL && PyLong_Check(value) ? PyLong_AsLong(value) : 0;
    return (int)offset + 1;
}

static int refuse(struct compiler *c, PyObject *node, const char *why)
{
    return strobe_error_set(c->error, STROBE_EUNSUPPORTED, "column %d: %s", column(node), why);
}

/* ---- Writing the program ---- */

static int emit(struct compiler *c, enum strobe_op op, int operand)
{
    if (c->program->count >= STROBE_PROGRAM_INSTRUCTIONS_MAX) {
        return strobe_error_set(c->error, STROBE_ELIMIT, "the condition is too long; make it simpler");
    }
    c->program->instructions[c->program->count++] = (struct strobe_instruction){(uint16_t)op, (uint16_t)operand};
    return 0;
}

/* Emit a jump whose target follows; returns its place or an error. */
static int emit_jump(struct compiler *c, enum strobe_op op)
{
    int at = c->program->count;
    int status = emit(c, op, 0);
    return status < 0 ? status : at;
}

static void land(struct compiler *c, int jump)
{
    c->program->instructions[jump].operand = c->program->count;
}

/* Index of `value` in `list`, appended when new. Values of different types are different. */
static int intern(struct compiler *c, PyObject *list, PyObject *value, int max)
{
    Py_ssize_t count = PyList_GET_SIZE(list);
    for (Py_ssize_t i = 0; i < count; i++) {
        if (PyList_GET_ITEM(list, i) == value) {
            return (int)i;
        }
    }
    if (count >= max) {
        return strobe_error_set(c->error, STROBE_ELIMIT, "the condition uses too many names or constants");
    }
    if (PyList_Append(list, value) < 0) {
        PyErr_Clear();
        return strobe_error_set(c->error, STROBE_ENOMEM, "out of memory");
    }
    return (int)count;
}

static int check_secret(struct compiler *c, PyObject *node, PyObject *name)
{
    Py_ssize_t size;
    const char *text = PyUnicode_AsUTF8AndSize(name, &size);
    if (text == NULL) {
        PyErr_Clear();
        return strobe_error_set(c->error, STROBE_ESYNTAX, "column %d: a name that is not UTF-8", column(node));
    }
    if (c->is_secret != NULL && c->is_secret(text, (size_t)size)) {
        return strobe_error_set(c->error, STROBE_EDENIED,
                                "column %d: '%s' is redacted by its name; conditions cannot read it", column(node),
                                text);
    }
    return 0;
}

/* ---- One function for each kind of node ---- */

static int emit_constant(struct compiler *c, PyObject *node)
{
    PyObject *value = field(node, "value");
    if (value == NULL || PyComplex_CheckExact(value)) {
        return refuse(c, node, "complex numbers are not part of the language");
    }
    int index = intern(c, c->constants, value, STROBE_PROGRAM_CONSTANTS_MAX);
    return index < 0 ? index : emit(c, STROBE_OP_CONSTANT, index);
}

static int emit_name(struct compiler *c, PyObject *node)
{
    PyObject *name = field(node, "id");
    int status = check_secret(c, node, name);
    int index = status < 0 ? status : intern(c, c->names, name, STROBE_PROGRAM_CONSTANTS_MAX);
    return index < 0 ? index : emit(c, STROBE_OP_NAME, index);
}

static int emit_attribute(struct compiler *c, PyObject *node)
{
    PyObject *name = field(node, "attr");
    int status = emit_expression(c, field(node, "value"));
    if (status == 0) {
        status = check_secret(c, node, name);
    }
    int index = status < 0 ? status : intern(c, c->constants, name, STROBE_PROGRAM_CONSTANTS_MAX);
    return index < 0 ? index : emit(c, STROBE_OP_ATTRIBUTE, index);
}

static int emit_bool_op(struct compiler *c, PyObject *node)
{
    PyObject *values = field(node, "values");
    bool is_and = strcmp(kind(field(node, "op")), "And") == 0;
    enum strobe_op op = is_and ? STROBE_OP_JUMP_IF_FALSE_KEEP : STROBE_OP_JUMP_IF_TRUE_KEEP;
    Py_ssize_t count = PyList_GET_SIZE(values);
    int status = emit_expression(c, PyList_GET_ITEM(values, 0));
    int *jumps = malloc((size_t)count * sizeof *jumps);
    if (jumps == NULL) {
        return strobe_error_set(c->error, STROBE_ENOMEM, "out of memory");
    }
    Py_ssize_t made = 0;
    for (Py_ssize_t i = 1; status >= 0 && i < count; i++) {
        jumps[made] = status = emit_jump(c, op);
        made += status >= 0;
        status = status < 0 ? status : emit(c, STROBE_OP_POP, 0);
        status = status < 0 ? status : emit_expression(c, PyList_GET_ITEM(values, i));
    }
    for (Py_ssize_t i = 0; i < made; i++) {
        land(c, jumps[i]);
    }
    free(jumps);
    return status < 0 ? status : 0;
}

/* -5 is one constant, so that it may be of any size. @return 1 when done, 0 when it is no such thing, or an error */
static int emit_negative_constant(struct compiler *c, PyObject *node)
{
    PyObject *operand = field(node, "operand");
    PyObject *value = strcmp(kind(operand), "Constant") == 0 ? field(operand, "value") : NULL;
    if (value == NULL || !(PyLong_CheckExact(value) || PyFloat_CheckExact(value))) {
        return 0;
    }
    PyObject *negative = PyNumber_Negative(value);
    if (negative == NULL) {
        PyErr_Clear();
        return strobe_error_set(c->error, STROBE_ENOMEM, "out of memory");
    }
    int index = intern(c, c->constants, negative, STROBE_PROGRAM_CONSTANTS_MAX);
    Py_DECREF(negative); /* the list keeps it */
    int status = index < 0 ? index : emit(c, STROBE_OP_CONSTANT, index);
    return status < 0 ? status : 1;
}

static int emit_unary(struct compiler *c, PyObject *node)
{
    const char *op = kind(field(node, "op"));
    if (strcmp(op, "USub") == 0) {
        int status = emit_negative_constant(c, node);
        if (status != 0) {
            return status < 0 ? status : 0;
        }
    }
    if (strcmp(op, "Invert") == 0) {
        return refuse(c, node, "'~' is not part of the language");
    }
    int status = emit_expression(c, field(node, "operand"));
    if (status < 0 || strcmp(op, "UAdd") == 0) {
        return status;
    }
    return emit(c, strcmp(op, "Not") == 0 ? STROBE_OP_NOT : STROBE_OP_NEGATE, 0);
}

static int comparison(struct compiler *c, PyObject *node, PyObject *op)
{
    static const struct {
        const char *name;
        enum strobe_comparison comparison;
    } known[] = {
        {"Eq", STROBE_COMPARE_EQ},  {"NotEq", STROBE_COMPARE_NE},     {"Lt", STROBE_COMPARE_LT},
        {"LtE", STROBE_COMPARE_LE}, {"Gt", STROBE_COMPARE_GT},        {"GtE", STROBE_COMPARE_GE},
        {"Is", STROBE_COMPARE_IS},  {"IsNot", STROBE_COMPARE_IS_NOT},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(known[i].name, kind(op)) == 0) {
            return (int)known[i].comparison;
        }
    }
    return refuse(c, node, "'in' is not supported yet; compare with == and 'or'");
}

/* a < b < c: a b [dup-under] < (keep if false) pop c < ; the false way drops the b that is left under the result. */
static int emit_compare(struct compiler *c, PyObject *node)
{
    PyObject *ops = field(node, "ops");
    PyObject *right = field(node, "comparators");
    Py_ssize_t count = PyList_GET_SIZE(ops);
    if (count > STROBE_PROGRAM_NESTING_MAX) {
        return strobe_error_set(c->error, STROBE_ELIMIT, "column %d: too many comparisons in a chain", column(node));
    }
    int jumps[STROBE_PROGRAM_NESTING_MAX];
    int status = emit_expression(c, field(node, "left"));
    for (Py_ssize_t i = 0; status >= 0 && i < count; i++) {
        bool last = i == count - 1;
        int op = comparison(c, node, PyList_GET_ITEM(ops, i));
        status = op < 0 ? op : emit_expression(c, PyList_GET_ITEM(right, i));
        if (status >= 0 && !last) {
            status = emit(c, STROBE_OP_DUPLICATE_UNDER, 0);
        }
        status = status < 0 ? status : emit(c, STROBE_OP_COMPARE, op);
        if (status >= 0 && !last) {
            jumps[i] = status = emit_jump(c, STROBE_OP_JUMP_IF_FALSE_KEEP);
            status = status < 0 ? status : emit(c, STROBE_OP_POP, 0);
        }
    }
    if (status < 0 || count == 1) {
        return status < 0 ? status : 0;
    }
    int end = emit_jump(c, STROBE_OP_JUMP);
    if (end < 0) {
        return end;
    }
    for (Py_ssize_t i = 0; i < count - 1; i++) {
        land(c, jumps[i]);
    }
    status = emit(c, STROBE_OP_SWAP_POP, 0);
    land(c, end);
    return status;
}

static int emit_conditional(struct compiler *c, PyObject *node)
{
    int status = emit_expression(c, field(node, "test"));
    int otherwise = status < 0 ? status : emit_jump(c, STROBE_OP_JUMP_IF_FALSE);
    status = otherwise < 0 ? otherwise : emit_expression(c, field(node, "body"));
    int end = status < 0 ? status : emit_jump(c, STROBE_OP_JUMP);
    if (end < 0) {
        return end;
    }
    land(c, otherwise);
    status = emit_expression(c, field(node, "orelse"));
    land(c, end);
    return status;
}

static int refuse_call(struct compiler *c, PyObject *node)
{
    return refuse(c, node,
                  "calls are not supported yet, because a call would run the program's code; "
                  "compare names, attributes and constants");
}

static int refuse_walrus(struct compiler *c, PyObject *node)
{
    return refuse(c, node, "':=' would change the program's variables; use '=='");
}

static int refuse_await(struct compiler *c, PyObject *node)
{
    return refuse(c, node, "a condition cannot wait or yield");
}

static const struct {
    const char *kind;
    emitter *emit;
} emitters[] = {
    {"Constant", emit_constant},  {"Name", emit_name},       {"Attribute", emit_attribute}, {"BoolOp", emit_bool_op},
    {"UnaryOp", emit_unary},      {"Compare", emit_compare}, {"IfExp", emit_conditional},   {"Call", refuse_call},
    {"NamedExpr", refuse_walrus}, {"Await", refuse_await},   {"Yield", refuse_await},       {"YieldFrom", refuse_await},
};

static int emit_expression(struct compiler *c, PyObject *node)
{
    if (++c->depth > STROBE_PROGRAM_NESTING_MAX) {
        return strobe_error_set(c->error, STROBE_ELIMIT, "the condition is nested deeper than %d levels",
                                STROBE_PROGRAM_NESTING_MAX);
    }
    const char *name = kind(node);
    int status = STROBE_EUNSUPPORTED;
    size_t i = 0;
    while (i < sizeof emitters / sizeof *emitters && strcmp(emitters[i].kind, name) != 0) {
        i++;
    }
    if (i < sizeof emitters / sizeof *emitters) {
        status = emitters[i].emit(c, node);
    } else {
        strobe_error_set(c->error, STROBE_EUNSUPPORTED,
                         "column %d: %s is not supported yet; conditions have names, constants, attributes, "
                         "comparisons, and, or, not",
                         column(node), name);
    }
    c->depth--;
    return status;
}

/* ---- The whole ---- */

/* The parser's complaint in one line; clears the exception. */
static int syntax_error(const char *source, struct strobe_error *error)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    PyObject *message = value != NULL ? field(value, "msg") : NULL;
    PyObject *offset = value != NULL ? field(value, "offset") : NULL;
    const char *text = message != NULL && PyUnicode_Check(message) ? PyUnicode_AsUTF8(message) : NULL;
    long at = offset != NULL && PyLong_Check(offset) ? PyLong_AsLong(offset) : 0;
    PyErr_Clear();
    at = at > 0 ? at : (long)strlen(source) + 1; /* CPython says 0 for the end */
    int status = strobe_error_set(error, STROBE_ESYNTAX, "column %ld: %s; write a Python expression such as total < 0",
                                  at, text != NULL ? text : "not a Python expression");
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(traceback);
    return status;
}

static PyObject *parse(const char *source, struct strobe_error *error)
{
    PyCompilerFlags flags = {.cf_flags = PyCF_ONLY_AST | PyCF_IGNORE_COOKIE, .cf_feature_version = PY_MINOR_VERSION};
    while (*source == ' ' || *source == '\t') {
        source++; /* an indented expression is no syntax error to a person */
    }
    PyObject *tree = Py_CompileStringExFlags(source, "<condition>", Py_eval_input, &flags, -1);
    if (tree == NULL) {
        syntax_error(source, error);
    }
    return tree;
}

static int compile_tree(struct compiler *c, PyObject *tree)
{
    int status = emit_expression(c, field(tree, "body"));
    status = status < 0 ? status : emit(c, STROBE_OP_RETURN, 0);
    c->program->constants_count = (uint16_t)PyList_GET_SIZE(c->constants);
    c->program->names_count = (uint16_t)PyList_GET_SIZE(c->names);
    return status < 0 ? status : strobe_program_verify(c->program, c->error);
}

int strobe_condition_compile(const char *source, strobe_is_secret *is_secret, struct strobe_condition **ret_condition,
                             struct strobe_error *error)
{
    if (strlen(source) > STROBE_CONDITION_BYTES_MAX) {
        return strobe_error_set(error, STROBE_ELIMIT, "the condition is longer than %d bytes",
                                STROBE_CONDITION_BYTES_MAX);
    }
    PyObject *tree = parse(source, error);
    if (tree == NULL) {
        return STROBE_ESYNTAX;
    }
    int status = STROBE_ENOMEM;
    struct strobe_condition *condition = calloc(1, sizeof *condition);
    PyObject *constants = PyList_New(0);
    PyObject *names = PyList_New(0);
    if (condition != NULL && constants != NULL && names != NULL) {
        struct compiler compiler = {&condition->program, constants, names, is_secret, error, 0};
        status = compile_tree(&compiler, tree);
        condition->constants = PyList_AsTuple(constants);
        condition->names = PyList_AsTuple(names);
        condition->caches = calloc((size_t)condition->program.count + 1, sizeof *condition->caches);
        if (status == 0 && (condition->constants == NULL || condition->names == NULL || condition->caches == NULL)) {
            status = STROBE_ENOMEM;
        }
    }
    PyErr_Clear();
    Py_XDECREF(constants);
    Py_XDECREF(names);
    Py_DECREF(tree);
    if (status < 0) {
        strobe_condition_free(condition);
        return strobe_error_set(error, status, "out of memory");
    }
    *ret_condition = condition;
    return 0;
}

void strobe_condition_free(struct strobe_condition *condition)
{
    if (condition != NULL) {
        Py_XDECREF(condition->constants);
        Py_XDECREF(condition->names);
        free(condition->caches);
        free(condition);
    }
}

void strobe_condition_bind(const struct strobe_condition *condition, PyCodeObject *code, int16_t *ret_binding)
{
    int slots = strobe_code_slots(code);
    for (int n = 0; n < condition->program.names_count; n++) {
        PyObject *name = PyTuple_GET_ITEM(condition->names, n);
        ret_binding[n] = STROBE_NOT_A_SLOT;
        for (int i = 0; i < slots && i <= INT16_MAX; i++) {
            if (PyUnicode_Compare(strobe_code_slot_name(code, i, NULL), name) == 0) {
                ret_binding[n] = (int16_t)i;
                break;
            }
        }
    }
}
