/*
 * The driver of the compiler: writing the program, which syntax is compiled by whom, and the whole of an expression.
 * Whatever has no row in the table is refused.
 */
#include <stdlib.h>
#include <string.h>

#include "probes/expression/py/compiler.h"

/* ---- Writing the program ---- */

int strobe_emit_with(struct strobe_compiler *c, enum strobe_op op, int operand, int second, int third)
{
    if (c->program->count >= STROBE_PROGRAM_INSTRUCTIONS_MAX) {
        return strobe_error_set(c->error, STROBE_ELIMIT, "the expression is too long; make it simpler");
    }
    c->program->instructions[c->program->count++] =
        (struct strobe_instruction){(uint16_t)op, (uint16_t)operand, (uint16_t)second, (uint16_t)third};
    return 0;
}

int strobe_emit(struct strobe_compiler *c, enum strobe_op op, int operand)
{
    return strobe_emit_with(c, op, operand, 0, 0);
}

int strobe_emit_jump(struct strobe_compiler *c, enum strobe_op op)
{
    int at = c->program->count;
    int status = strobe_emit(c, op, 0);
    return status < 0 ? status : at;
}

void strobe_land(struct strobe_compiler *c, int jump)
{
    c->program->instructions[jump].operand = c->program->count;
}

/* Index of `value` in `list`, appended when new. Equal constants of different types are different. */
static int intern(struct strobe_compiler *c, PyObject *list, PyObject *value)
{
    Py_ssize_t count = PyList_GET_SIZE(list);
    for (Py_ssize_t i = 0; i < count; i++) {
        if (PyList_GET_ITEM(list, i) == value) {
            return (int)i;
        }
    }
    if (count >= STROBE_PROGRAM_CONSTANTS_MAX) {
        return strobe_error_set(c->error, STROBE_ELIMIT, "the expression uses too many names or constants");
    }
    if (PyList_Append(list, value) < 0) {
        PyErr_Clear();
        return strobe_error_set(c->error, STROBE_ENOMEM, "out of memory");
    }
    return (int)count;
}

int strobe_intern_constant(struct strobe_compiler *c, PyObject *value)
{
    return intern(c, c->constants, value);
}

int strobe_intern_name(struct strobe_compiler *c, PyObject *name)
{
    return intern(c, c->names, name);
}

int strobe_emit_constant(struct strobe_compiler *c, PyObject *value)
{
    int index = strobe_intern_constant(c, value);
    return index < 0 ? index : strobe_emit(c, STROBE_OP_CONSTANT, index);
}

/* ---- Which syntax is compiled by whom ---- */

static int refuse_walrus(struct strobe_compiler *c, PyObject *node)
{
    return strobe_compiler_refuse(c, node, STROBE_EUNSUPPORTED,
                                  "==", "':=' would change the program's variables; use '=='");
}

static int refuse_await(struct strobe_compiler *c, PyObject *node)
{
    return strobe_compiler_refuse(c, node, STROBE_EUNSUPPORTED, NULL, "an expression cannot wait or yield");
}

static int refuse_lambda(struct strobe_compiler *c, PyObject *node)
{
    return strobe_compiler_refuse(c, node, STROBE_EUNSUPPORTED, NULL,
                                  "a lambda would be code to call; write a comprehension");
}

static int refuse_star(struct strobe_compiler *c, PyObject *node)
{
    return strobe_compiler_refuse(c, node, STROBE_EUNSUPPORTED, NULL,
                                  "'*' unpacks only within [...], (...) and {...}; name the items");
}

static int refuse_template(struct strobe_compiler *c, PyObject *node)
{
    return strobe_compiler_refuse(c, node, STROBE_EUNSUPPORTED, "f'...'",
                                  "a template string is an object, not text; write f'...'");
}

static const struct {
    const char *kind;
    strobe_emitter *emit;
} emitters[] = {
    {"Name", strobe_emit_name},
    {"Attribute", strobe_emit_attribute},
    {"Constant", strobe_emit_literal},
    {"Compare", strobe_emit_compare},
    {"BoolOp", strobe_emit_bool_op},
    {"UnaryOp", strobe_emit_unary},
    {"BinOp", strobe_emit_binary},
    {"IfExp", strobe_emit_conditional},
    {"Subscript", strobe_emit_subscript},
    {"Slice", strobe_emit_slice},
    {"Call", strobe_emit_call},
    {"List", strobe_emit_list},
    {"Tuple", strobe_emit_tuple},
    {"Set", strobe_emit_set},
    {"Dict", strobe_emit_dict},
    {"JoinedStr", strobe_emit_joined},
    {"FormattedValue", strobe_emit_formatted},
    {"ListComp", strobe_emit_list_comprehension},
    {"SetComp", strobe_emit_set_comprehension},
    {"DictComp", strobe_emit_dict_comprehension},
    {"GeneratorExp", strobe_emit_generator},
    {"NamedExpr", refuse_walrus},
    {"Lambda", refuse_lambda},
    {"Await", refuse_await},
    {"Yield", refuse_await},
    {"YieldFrom", refuse_await},
    {"Starred", refuse_star},
    {"TemplateStr", refuse_template},
    {"Interpolation", refuse_template},
};

int strobe_emit_expression(struct strobe_compiler *c, PyObject *node)
{
    if (node == NULL) {
        return strobe_error_set(c->error, STROBE_EUNSUPPORTED, "the syntax tree is not as expected");
    }
    if (++c->depth > STROBE_PROGRAM_NESTING_MAX) {
        return strobe_error_set(c->error, STROBE_ELIMIT, "the expression is nested deeper than %d levels",
                                STROBE_PROGRAM_NESTING_MAX);
    }
    const char *name = strobe_syntax_kind(node);
    size_t i = 0;
    while (i < sizeof emitters / sizeof *emitters && strcmp(emitters[i].kind, name) != 0) {
        i++;
    }
    int status = i < sizeof emitters / sizeof *emitters
                     ? emitters[i].emit(c, node)
                     : strobe_compiler_refuse(c, node, STROBE_EUNSUPPORTED, NULL,
                                              "%s is not part of the language of expressions", name);
    c->depth--;
    return status;
}

/* ---- The whole ---- */

static int emit_whole(struct strobe_compiler *c, bool is_template)
{
    if (is_template) {
        return strobe_emit_template(c);
    }
    PyObject *tree = strobe_syntax_parse(c, 0, c->source->size);
    if (tree == NULL) {
        return STROBE_ESYNTAX;
    }
    int status = strobe_emit_expression(c, strobe_syntax_field(tree, "body"));
    Py_DECREF(tree);
    return status;
}

static int compile_source(struct strobe_compiler *c, bool is_template)
{
    int status = emit_whole(c, is_template);
    status = status < 0 ? status : strobe_emit(c, STROBE_OP_RETURN, 0);
    c->program->constants_count = (uint16_t)PyList_GET_SIZE(c->constants);
    c->program->names_count = (uint16_t)PyList_GET_SIZE(c->names);
    if (status == 0 && c->explanation != NULL && c->error->code != 0) {
        return c->error->code; /* something was refused and a stand-in compiled */
    }
    return status < 0 ? status : strobe_program_verify(c->program, c->error);
}

/* The constants that matches() uses, as regular expressions. They were accepted before. */
static int compile_patterns(struct strobe_compiler *c, struct strobe_expression *expression)
{
    int status = 0;
    for (size_t i = 0; status == 0 && i < expression->program.count; i++) {
        struct strobe_instruction instruction = expression->program.instructions[i];
        if (instruction.op == STROBE_OP_MATCHES && expression->patterns[instruction.operand] == NULL) {
            Py_ssize_t size;
            const char *text =
                PyUnicode_AsUTF8AndSize(PyTuple_GET_ITEM(expression->constants, instruction.operand), &size);
            status = text != NULL ? strobe_pattern_compile(text, (size_t)size,
                                                           &expression->patterns[instruction.operand], c->error)
                                  : STROBE_ENOMEM;
        }
    }
    return status;
}

/* Move what the compiler gathered into the expression. */
static int finish(struct strobe_compiler *c, struct strobe_expression *expression)
{
    size_t names = expression->program.names_count;
    expression->is_secret = c->is_secret;
    expression->constants = PyList_AsTuple(c->constants);
    expression->names = PyList_AsTuple(c->names);
    expression->patterns = calloc((size_t)expression->program.constants_count + 1, sizeof *expression->patterns);
    expression->called = calloc(names + 1, sizeof *expression->called);
    expression->caches = calloc((size_t)expression->program.count + 1, sizeof *expression->caches);
    if (expression->constants == NULL || expression->names == NULL || expression->called == NULL ||
        expression->caches == NULL || expression->patterns == NULL) {
        PyErr_Clear();
        return strobe_error_set(c->error, STROBE_ENOMEM, "out of memory");
    }
    memcpy(expression->called, c->called, names * sizeof *expression->called);
    strobe_prefilter_make(&expression->program, expression->constants, expression->caches, &expression->prefilter);
    return compile_patterns(c, expression);
}

static enum strobe_cost cost_of(const struct strobe_program *program)
{
    enum strobe_cost cost = STROBE_COST_FIXED;
    for (size_t i = 0; i < program->count; i++) {
        switch (program->instructions[i].op) {
        case STROBE_OP_CALL:
        case STROBE_OP_METHOD:
        case STROBE_OP_MATCHES:
        case STROBE_OP_MAKE:
        case STROBE_OP_FORMAT:
        case STROBE_OP_CONTAINS:
        case STROBE_OP_BINARY:
            cost = cost < STROBE_COST_CALLS ? STROBE_COST_CALLS : cost;
            break;
        default:
            break;
        }
    }
    return program->loops_count > 1 ? STROBE_COST_NESTED : program->loops_count == 1 ? STROBE_COST_LOOPS : cost;
}

static int compile_into(const char *text, bool is_template, strobe_is_secret *is_secret,
                        struct strobe_expression *expression, struct strobe_explanation *explanation,
                        struct strobe_error *error)
{
    struct strobe_source source;
    size_t wrong_at;
    struct strobe_error detail = {0};
    int status = strobe_source_read(text, is_template, &source, &wrong_at, &detail);
    struct strobe_compiler *c = calloc(1, sizeof *c);
    if (status < 0 || c == NULL) {
        if (status == 0) {
            strobe_source_done(&source);
        } else if (c != NULL) {
            struct strobe_source as_written = {.text = text, .size = strnlen(text, STROBE_CONDITION_BYTES_MAX)};
            *c = (struct strobe_compiler){.source = &as_written, .error = error, .explanation = explanation};
            strobe_compiler_refuse_at(c, wrong_at, status, detail.message);
        }
        free(c);
        return strobe_error_set(error, status < 0 ? status : STROBE_ENOMEM, "out of memory");
    }
    *c = (struct strobe_compiler){.program = &expression->program,
                                  .constants = PyList_New(0),
                                  .names = PyList_New(0),
                                  .is_secret = is_secret,
                                  .source = &source,
                                  .error = error,
                                  .explanation = explanation};
    status = c->constants != NULL && c->names != NULL ? compile_source(c, is_template) : STROBE_ENOMEM;
    status = status < 0 ? status : finish(c, expression);
    if (explanation != NULL) {
        explanation->cost = cost_of(c->program);
        explanation->instructions = c->program->count;
    }
    PyErr_Clear();
    Py_XDECREF(c->constants);
    Py_XDECREF(c->names);
    free(c);
    strobe_source_done(&source);
    return status;
}

static int compile_text(const char *text, bool is_template, strobe_is_secret *is_secret,
                        struct strobe_expression **ret_expression, struct strobe_error *error)
{
    struct strobe_expression *expression = calloc(1, sizeof *expression);
    struct strobe_error detail = {0}; /* explaining needs one; the caller may want none */
    int status =
        expression != NULL ? compile_into(text, is_template, is_secret, expression, NULL, &detail) : STROBE_ENOMEM;
    if (status < 0) {
        strobe_expression_free(expression);
        return strobe_error_set(error, status, "%s", detail.message[0] != '\0' ? detail.message : "out of memory");
    }
    *ret_expression = expression;
    return 0;
}

int strobe_expression_compile(const char *source, strobe_is_secret *is_secret,
                              struct strobe_expression **ret_expression, struct strobe_error *error)
{
    return compile_text(source, false, is_secret, ret_expression, error);
}

int strobe_template_compile(const char *source, strobe_is_secret *is_secret, struct strobe_expression **ret_expression,
                            struct strobe_error *error)
{
    return compile_text(source, true, is_secret, ret_expression, error);
}

int strobe_expression_explain(const char *source, bool is_template, strobe_is_secret *is_secret,
                              struct strobe_explanation *ret_explanation)
{
    struct strobe_explanation explanation = {.findings = calloc(STROBE_FINDINGS_MAX, sizeof *explanation.findings)};
    struct strobe_expression *expression = calloc(1, sizeof *expression);
    if (explanation.findings == NULL || expression == NULL) {
        free(explanation.findings);
        free(expression);
        return STROBE_ENOMEM;
    }
    explanation.status = compile_into(source, is_template, is_secret, expression, &explanation, &explanation.error);
    strobe_expression_free(expression);
    *ret_explanation = explanation;
    return 0;
}

void strobe_explanation_done(struct strobe_explanation *explanation)
{
    free(explanation->findings);
    explanation->findings = NULL;
    explanation->count = 0;
}

void strobe_expression_free(struct strobe_expression *expression)
{
    if (expression != NULL) {
        strobe_prefilter_done(&expression->prefilter);
        for (size_t i = 0; expression->patterns != NULL && i < expression->program.constants_count; i++) {
            strobe_pattern_free(expression->patterns[i]);
        }
        free(expression->patterns);
        Py_XDECREF(expression->constants);
        Py_XDECREF(expression->names);
        free(expression->called);
        free(expression->caches);
        free(expression);
    }
}
