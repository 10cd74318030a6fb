#include "probes/expression/py/prefilter.h"

#include <stdlib.h>
#include <string.h>

#include "base/py/integer.h"
#include "probes/expression/py/expression.h"

enum { KIND_INT, KIND_FLOAT, KIND_TEXT, KIND_IDENTITY };

/* Results of a comparison, as bits: what each operator accepts. */
enum { LESS = 1, EQUAL = 2, GREATER = 4 };

static const uint8_t accepted[] = {
    [STROBE_COMPARE_EQ] = EQUAL,   [STROBE_COMPARE_NE] = LESS | GREATER,
    [STROBE_COMPARE_LT] = LESS,    [STROBE_COMPARE_LE] = LESS | EQUAL,
    [STROBE_COMPARE_GT] = GREATER, [STROBE_COMPARE_GE] = GREATER | EQUAL,
    [STROBE_COMPARE_IS] = EQUAL,   [STROBE_COMPARE_IS_NOT] = LESS | GREATER,
};

/* ---- Making it ---- */

static bool is_equality(int comparison)
{
    return comparison == STROBE_COMPARE_EQ || comparison == STROBE_COMPARE_NE;
}

static bool is_identity(int comparison)
{
    return comparison == STROBE_COMPARE_IS || comparison == STROBE_COMPARE_IS_NOT;
}

/* The constant a term compares with. @return whether it is a plain case */
static bool take_constant(struct strobe_prefilter_term *term, PyObject *constant)
{
    term->constant = constant;
    if (is_identity(term->comparison)) {
        term->kind = KIND_IDENTITY;
        return constant == Py_None || constant == Py_True || constant == Py_False;
    }
    if (PyLong_CheckExact(constant)) {
        term->kind = KIND_INT;
        bool small = strobe_integer_small(constant, &term->integer);
        term->real = small ? (double)term->integer : 0;
        return small;
    }
    if (PyFloat_CheckExact(constant)) {
        term->kind = KIND_FLOAT;
        term->real = PyFloat_AS_DOUBLE(constant);
        return true;
    }
    term->kind = KIND_TEXT;
    return PyUnicode_CheckExact(constant) && is_equality(term->comparison);
}

/* One term that begins at `at`. @return where it ends, or 0 when there is none */
static size_t take_term(const struct strobe_program *program, size_t at, PyObject *constants,
                        struct strobe_attribute_cache *caches, struct strobe_prefilter_term *term)
{
    const struct strobe_instruction *code = program->instructions;
    if (code[at].op != STROBE_OP_NAME) {
        return 0;
    }
    *term = (struct strobe_prefilter_term){.name = code[at].operand};
    for (at++; at < program->count && code[at].op == STROBE_OP_ATTRIBUTE; at++) {
        if (term->fields_count == STROBE_PREFILTER_FIELDS_MAX) {
            return 0;
        }
        term->caches[term->fields_count] = &caches[at];
        term->fields[term->fields_count++] = PyTuple_GET_ITEM(constants, code[at].operand);
    }
    if (at + 2 >= program->count || code[at].op != STROBE_OP_CONSTANT || code[at + 1].op != STROBE_OP_COMPARE) {
        return 0;
    }
    term->comparison = (uint8_t)code[at + 1].operand;
    return take_constant(term, PyTuple_GET_ITEM(constants, code[at].operand)) ? at + 2 : 0;
}

void strobe_prefilter_make(const struct strobe_program *program, PyObject *constants,
                           struct strobe_attribute_cache *caches, struct strobe_prefilter *ret_prefilter)
{
    const struct strobe_instruction *code = program->instructions;
    struct strobe_prefilter prefilter = {.terms = calloc(STROBE_PREFILTER_TERMS_MAX, sizeof *prefilter.terms)};
    size_t at = 0;
    while (prefilter.terms != NULL && prefilter.count < STROBE_PREFILTER_TERMS_MAX) {
        size_t end = take_term(program, at, constants, caches, &prefilter.terms[prefilter.count]);
        if (end == 0) {
            break;
        }
        bool last = code[end].op == STROBE_OP_RETURN;
        bool joined = code[end].op == STROBE_OP_JUMP_IF_FALSE_KEEP && code[code[end].operand].op == STROBE_OP_RETURN;
        if (!last && !joined) {
            break; /* `or`, a conditional, a chain */
        }
        prefilter.count++;
        if (last) {
            prefilter.whole = true;
            break;
        }
        at = end + 2; /* the jump, and the POP that follows it */
    }
    if (prefilter.count == 0) {
        strobe_prefilter_done(&prefilter);
    }
    *ret_prefilter = prefilter;
}

void strobe_prefilter_done(struct strobe_prefilter *prefilter)
{
    free(prefilter->terms);
    *prefilter = (struct strobe_prefilter){0};
}

/* ---- Trying it ---- */

/* Ints of at most so much are floats exactly. */
static const int64_t exact_max = (int64_t)1 << 53;

static inline bool is_exact(int64_t integer)
{
    return integer >= -exact_max && integer <= exact_max;
}

/* 0 for NaN, which the machine knows about. */
static inline unsigned order_reals(double left, double right)
{
    return left < right ? LESS : left > right ? GREATER : left == right ? EQUAL : 0;
}

static inline unsigned order_numbers(const struct strobe_prefilter_term *term, PyObject *value)
{
    int64_t integer;
    if (PyFloat_CheckExact(value)) {
        bool exact = term->kind == KIND_FLOAT || is_exact(term->integer);
        return exact ? order_reals(PyFloat_AS_DOUBLE(value), term->real) : 0;
    }
    if (!PyLong_CheckExact(value) || !strobe_integer_small(value, &integer)) {
        return 0;
    }
    if (term->kind == KIND_FLOAT) {
        return is_exact(integer) ? order_reals((double)integer, term->real) : 0;
    }
    return integer < term->integer ? LESS : integer > term->integer ? GREATER : EQUAL;
}

/* Equal, or LESS for different: which way does not matter to == and !=. 0: not plain. */
static inline unsigned order_texts(PyObject *left, PyObject *right)
{
    if (left == right) {
        return EQUAL;
    }
    if (!PyUnicode_CheckExact(left) || !PyUnicode_IS_READY(left)) {
        return 0;
    }
    Py_ssize_t length = PyUnicode_GET_LENGTH(left);
    if (length != PyUnicode_GET_LENGTH(right) || PyUnicode_KIND(left) != PyUnicode_KIND(right)) {
        return LESS;
    }
    size_t size = (size_t)length * (size_t)PyUnicode_KIND(left);
    return memcmp(PyUnicode_DATA(left), PyUnicode_DATA(right), size) == 0 ? EQUAL : LESS;
}

/* LESS, EQUAL, GREATER, or 0: not plain. */
static inline unsigned order(const struct strobe_prefilter_term *term, PyObject *value)
{
    switch (term->kind) {
    case KIND_TEXT:
        return order_texts(value, term->constant);
    case KIND_IDENTITY:
        return value == term->constant ? EQUAL : LESS;
    default:
        return order_numbers(term, value);
    }
}

bool strobe_prefilter_term_number(const struct strobe_prefilter_term *term, double *ret_number)
{
    *ret_number = term->real;
    return term->kind == KIND_FLOAT || (term->kind == KIND_INT && is_exact(term->integer));
}

enum strobe_prefilter_answer strobe_prefilter_try(const struct strobe_prefilter *prefilter, const int16_t *binding,
                                                  struct strobe_frame frame)
{
    for (const struct strobe_prefilter_term *term = prefilter->terms, *end = term + prefilter->count; term < end;
         term++) {
        int slot = binding[term->name];
        PyObject *value = slot != STROBE_NOT_A_SLOT ? strobe_frame_slot(frame, slot) : NULL;
        for (unsigned i = 0; value != NULL && i < term->fields_count; i++) {
            if (strobe_attribute_get_cached(value, term->fields[i], term->caches[i], &value) !=
                STROBE_ATTRIBUTE_FOUND) {
                value = NULL;
            }
        }
        unsigned found = value != NULL ? order(term, value) : 0;
        if (found == 0) {
            return STROBE_PREFILTER_UNKNOWN;
        }
        if ((accepted[term->comparison] & found) == 0) {
            return STROBE_PREFILTER_FALSE;
        }
    }
    return prefilter->whole ? STROBE_PREFILTER_TRUE : STROBE_PREFILTER_UNKNOWN;
}
