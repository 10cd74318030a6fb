/* Taking the terms of a condition from its program. */
#include <stdlib.h>

#include "base/py/integer.h"
#include "probes/expression/py/number.h"
#include "probes/expression/py/prefilter.h"

enum { LESS = STROBE_PREFILTER_LESS, EQUAL = STROBE_PREFILTER_EQUAL, GREATER = STROBE_PREFILTER_GREATER };

static const uint8_t accepted[] = {
    [STROBE_COMPARE_EQ] = EQUAL,   [STROBE_COMPARE_NE] = LESS | GREATER,
    [STROBE_COMPARE_LT] = LESS,    [STROBE_COMPARE_LE] = LESS | EQUAL,
    [STROBE_COMPARE_GT] = GREATER, [STROBE_COMPARE_GE] = GREATER | EQUAL,
    [STROBE_COMPARE_IS] = EQUAL,   [STROBE_COMPARE_IS_NOT] = LESS | GREATER,
};

/* A program while it is read. */
struct reading {
    const struct strobe_program *program;
    PyObject *constants;
    struct strobe_attribute_cache *caches;
    struct strobe_prefilter_term *terms;
    size_t begins[STROBE_PREFILTER_TERMS_MAX]; /* the instruction at which each term begins */
    unsigned count;
};

static int op_at(const struct reading *r, size_t at)
{
    return at < r->program->count ? r->program->instructions[at].op : -1;
}

static PyObject *constant_at(const struct reading *r, size_t at)
{
    return PyTuple_GET_ITEM(r->constants, r->program->instructions[at].operand);
}

static bool is_equality(int comparison)
{
    return comparison == STROBE_COMPARE_EQ || comparison == STROBE_COMPARE_NE;
}

static bool is_identity(int comparison)
{
    return comparison == STROBE_COMPARE_IS || comparison == STROBE_COMPARE_IS_NOT;
}

/* @return where the load that begins at `at` ends, or 0 when there is none */
static size_t take_load(const struct reading *r, size_t at, struct strobe_prefilter_load *load)
{
    const struct strobe_instruction *code = r->program->instructions;
    if (op_at(r, at) != STROBE_OP_NAME) {
        return 0;
    }
    *load = (struct strobe_prefilter_load){.name = code[at].operand};
    for (at++; op_at(r, at) == STROBE_OP_ATTRIBUTE; at++) {
        if (load->fields_count == STROBE_PREFILTER_FIELDS_MAX) {
            return 0;
        }
        load->caches[load->fields_count] = &r->caches[at];
        load->fields[load->fields_count++] = constant_at(r, at);
    }
    return at;
}

/* @return STROBE_PREFILTER_INT or _FLOAT, or -1 for what is no plain number */
static int take_number(PyObject *constant, int64_t *ret_integer, double *ret_real)
{
    if (PyFloat_CheckExact(constant)) {
        *ret_real = PyFloat_AS_DOUBLE(constant);
        return STROBE_PREFILTER_FLOAT;
    }
    if (PyLong_CheckExact(constant) && strobe_integer_small(constant, ret_integer)) {
        *ret_real = (double)*ret_integer;
        return STROBE_PREFILTER_INT;
    }
    return -1;
}

/* The constant that a variable is compared with. @return whether it is a plain case */
static bool take_constant(struct strobe_prefilter_term *term, int comparison, PyObject *constant)
{
    term->constant = constant;
    term->accepted = accepted[comparison];
    if (is_identity(comparison)) {
        term->kind = STROBE_PREFILTER_IDENTITY;
        return constant == Py_None || constant == Py_True || constant == Py_False;
    }
    int kind = take_number(constant, &term->integer, &term->real);
    if (kind >= 0) {
        term->kind = (uint8_t)kind;
        return true;
    }
    term->kind = STROBE_PREFILTER_TEXT;
    return PyUnicode_CheckExact(constant) && is_equality(comparison);
}

/* One step of arithmetic at `at`. @return where it ends, or 0 when there is none */
static size_t take_step(const struct reading *r, size_t at, unsigned *height, struct strobe_prefilter_step *step)
{
    switch (op_at(r, at)) {
    case STROBE_OP_NAME:
        ++*height;
        step->kind = STROBE_PREFILTER_LOAD;
        return take_load(r, at, &step->load);
    case STROBE_OP_CONSTANT: {
        ++*height;
        int kind = take_number(constant_at(r, at), &step->integer, &step->real);
        step->kind = (uint8_t)kind;
        return kind >= 0 ? at + 1 : 0;
    }
    case STROBE_OP_BINARY:
        if (*height < 2) {
            return 0;
        }
        --*height;
        step->kind = STROBE_PREFILTER_BINARY;
        step->binary = (uint8_t)r->program->instructions[at].operand;
        return at + 1;
    default:
        return 0;
    }
}

/* Two numbers compared. @return where the term ends, or 0 when there is none */
static size_t take_arithmetic(const struct reading *r, size_t at, struct strobe_prefilter_term *term)
{
    unsigned height = 0;
    term->steps = calloc(STROBE_PREFILTER_STEPS_MAX, sizeof *term->steps);
    while (op_at(r, at) != STROBE_OP_COMPARE) {
        if (term->steps == NULL || term->steps_count == STROBE_PREFILTER_STEPS_MAX) {
            return 0;
        }
        at = take_step(r, at, &height, &term->steps[term->steps_count++]);
        if (at == 0) {
            return 0;
        }
    }
    int comparison = r->program->instructions[at].operand;
    if (height != 2 || is_identity(comparison)) {
        return 0;
    }
    term->kind = STROBE_PREFILTER_ARITHMETIC;
    term->accepted = accepted[comparison];
    return at + 1;
}

/* What accepts the same when left and right are exchanged. */
static uint8_t mirrored(uint8_t orders)
{
    return (uint8_t)((orders & EQUAL) | ((orders & LESS) != 0 ? GREATER : 0) | ((orders & GREATER) != 0 ? LESS : 0));
}

/* A constant beside a variable: as the variable beside the constant. @return as below */
static size_t take_mirrored(const struct reading *r, size_t at, struct strobe_prefilter_term *term)
{
    size_t end = op_at(r, at) == STROBE_OP_CONSTANT ? take_load(r, at + 1, &term->load) : 0;
    if (end == 0 || op_at(r, end) != STROBE_OP_COMPARE ||
        !take_constant(term, r->program->instructions[end].operand, constant_at(r, at))) {
        return 0;
    }
    term->accepted = mirrored(term->accepted);
    return end + 1;
}

/* @return where the term that begins at `at` ends, or 0 when there is none. Release its steps in either case. */
static size_t take_term(const struct reading *r, size_t at, struct strobe_prefilter_term *term)
{
    size_t end = take_mirrored(r, at, term);
    if (end != 0) {
        return end;
    }
    end = take_load(r, at, &term->load);
    if (end != 0 && op_at(r, end) == STROBE_OP_CONSTANT && op_at(r, end + 1) == STROBE_OP_COMPARE &&
        take_constant(term, r->program->instructions[end + 1].operand, constant_at(r, end))) {
        return end + 2;
    }
    switch (end != 0 ? op_at(r, end) : -1) {
    case STROBE_OP_RETURN:
    case STROBE_OP_NOT:
    case STROBE_OP_JUMP_IF_FALSE:
    case STROBE_OP_JUMP_IF_FALSE_KEEP:
    case STROBE_OP_JUMP_IF_TRUE_KEEP:
        term->kind = STROBE_PREFILTER_TRUTH;
        term->accepted = LESS | GREATER;
        return end;
    default:
        return take_arithmetic(r, at, term);
    }
}

static uint8_t term_at(struct reading *r, size_t at);

/* What follows at `at`, where the top of the stack, which is all there is on it, counts as `truth`: a term, or an
 * answer. Jumps lead ahead, so this ends. */
static uint8_t follow(struct reading *r, size_t at, bool truth)
{
    for (;;) {
        size_t target = at < r->program->count ? r->program->instructions[at].operand : 0;
        switch (op_at(r, at)) {
        case STROBE_OP_RETURN:
            return STROBE_PREFILTER_ANSWERS + (truth ? STROBE_PREFILTER_TRUE : STROBE_PREFILTER_FALSE);
        case STROBE_OP_NOT:
            truth = !truth;
            at++;
            break;
        case STROBE_OP_JUMP:
            at = target;
            break;
        case STROBE_OP_JUMP_IF_FALSE_KEEP:
        case STROBE_OP_JUMP_IF_TRUE_KEEP:
            if (truth == (op_at(r, at) == STROBE_OP_JUMP_IF_TRUE_KEEP)) {
                at = target;
                break;
            }
            return op_at(r, at + 1) == STROBE_OP_POP ? term_at(r, at + 2)
                                                     : STROBE_PREFILTER_ANSWERS + STROBE_PREFILTER_UNKNOWN;
        case STROBE_OP_JUMP_IF_FALSE:
            return term_at(r, truth ? at + 1 : target);
        default:
            return STROBE_PREFILTER_ANSWERS + STROBE_PREFILTER_UNKNOWN;
        }
    }
}

/* The term that begins at `at` and, behind it, all that it leads to. */
static uint8_t term_at(struct reading *r, size_t at)
{
    for (unsigned i = 0; i < r->count; i++) {
        if (r->begins[i] == at) {
            return (uint8_t)i;
        }
    }
    struct strobe_prefilter_term term = {0};
    size_t end = r->count < STROBE_PREFILTER_TERMS_MAX ? take_term(r, at, &term) : 0;
    if (end == 0 || term.kind != STROBE_PREFILTER_ARITHMETIC) {
        free(term.steps);
        term.steps = NULL;
    }
    if (end == 0) {
        return STROBE_PREFILTER_ANSWERS + STROBE_PREFILTER_UNKNOWN;
    }
    unsigned place = r->count++;
    r->begins[place] = at;
    r->terms[place] = term;
    r->terms[place].next[0] = follow(r, end, false);
    r->terms[place].next[1] = follow(r, end, true);
    return (uint8_t)place;
}

void strobe_prefilter_make(const struct strobe_program *program, PyObject *constants,
                           struct strobe_attribute_cache *caches, struct strobe_prefilter *ret_prefilter)
{
    struct reading reading = {.program = program, .constants = constants, .caches = caches};
    struct strobe_prefilter_term *terms = calloc(STROBE_PREFILTER_TERMS_MAX, sizeof *terms);
    reading.terms = terms;
    if (terms != NULL) {
        term_at(&reading, 0);
    }
    if (reading.count == 0) {
        free(terms);
        terms = NULL;
    }
    *ret_prefilter = (struct strobe_prefilter){.count = (uint16_t)reading.count, .terms = terms};
}

void strobe_prefilter_done(struct strobe_prefilter *prefilter)
{
    for (unsigned i = 0; i < prefilter->count; i++) {
        free(prefilter->terms[i].steps);
    }
    free(prefilter->terms);
    *prefilter = (struct strobe_prefilter){0};
}
