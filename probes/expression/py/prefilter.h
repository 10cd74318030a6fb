/**
 * The hot path of conditions: a short cut that answers most passes without the machine.
 *
 * Most conditions compare variables and attributes with constants, and do some arithmetic, joined by `and` and `or`;
 * and nearly always they are false. Such terms are taken from a program, each with what follows it when it is true and
 * when it is false, and tried on the plain cases: exact int, bool, float, str and None, results within 64 bits. Where a
 * case is not plain (another type, an error, a wider int) the answer is unknown and the machine begins anew: programs
 * have no effects, so nothing is done twice.
 */
#ifndef STROBE_EXPRESSION_PREFILTER_H
#define STROBE_EXPRESSION_PREFILTER_H

#include <Python.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/py/attribute.h"
#include "base/py/frame.h"
#include "probes/expression/program.h"

enum { STROBE_PREFILTER_TERMS_MAX = 8, STROBE_PREFILTER_FIELDS_MAX = 3, STROBE_PREFILTER_STEPS_MAX = 8 };

enum strobe_prefilter_answer { STROBE_PREFILTER_UNKNOWN, STROBE_PREFILTER_FALSE, STROBE_PREFILTER_TRUE };

/** A variable, or an attribute of one. */
struct strobe_prefilter_load {
    uint16_t name;                                 /* index into the names */
    uint16_t fields_count;                         /* attributes read one after the other */
    PyObject *fields[STROBE_PREFILTER_FIELDS_MAX]; /* names; borrowed from the constants */
    struct strobe_attribute_cache *caches[STROBE_PREFILTER_FIELDS_MAX];
};

/** One step of arithmetic: a number is pushed, or the two on top become one. */
struct strobe_prefilter_step {
    uint8_t kind;   /* private */
    uint8_t binary; /* enum strobe_binary */
    int64_t integer;
    double real;
    struct strobe_prefilter_load load;
};

/** `LOAD`, `LOAD COMPARE CONSTANT`, or `ARITHMETIC COMPARE ARITHMETIC`. */
struct strobe_prefilter_term {
    uint8_t kind;                      /* private */
    uint8_t accepted;                  /* what the comparison accepts; private */
    uint8_t next[2];                   /* when it is false, when it is true: a term, or an answer; private */
    struct strobe_prefilter_load load; /* but for ARITHMETIC */
    PyObject *constant;                /* borrowed */
    int64_t integer;
    double real;
    uint16_t steps_count;
    struct strobe_prefilter_step *steps; /* owned; NULL but for ARITHMETIC */
};

struct strobe_prefilter {
    uint16_t count;                      /* 0: nothing can be short cut */
    struct strobe_prefilter_term *terms; /* owned */
};

/** Results of a comparison, as bits: an operator accepts some of them. */
enum { STROBE_PREFILTER_LESS = 1, STROBE_PREFILTER_EQUAL = 2, STROBE_PREFILTER_GREATER = 4 };

/** Kinds of terms and steps. */
enum {
    STROBE_PREFILTER_TRUTH,
    STROBE_PREFILTER_INT,
    STROBE_PREFILTER_FLOAT,
    STROBE_PREFILTER_TEXT,
    STROBE_PREFILTER_IDENTITY,
    STROBE_PREFILTER_ARITHMETIC,
    STROBE_PREFILTER_LOAD,
    STROBE_PREFILTER_BINARY
};

/** In `next`: an answer and not a term. */
enum { STROBE_PREFILTER_ANSWERS = 128 };

/** Take the terms of `program`, which was verified. Failure to allocate leaves it empty.  GIL: held. */
void strobe_prefilter_make(const struct strobe_program *program, PyObject *constants,
                           struct strobe_attribute_cache *caches, struct strobe_prefilter *ret_prefilter);

/** Release the terms. */
void strobe_prefilter_done(struct strobe_prefilter *prefilter);

/** The number that `term` compares with. @return whether it is one that a double holds exactly */
bool strobe_prefilter_term_number(const struct strobe_prefilter_term *term, double *ret_number);

/**
 * Compare `value` with the text `constant` for equality: EQUAL, or LESS for different, which way does not matter to ==
 * and !=; 0: it may have an opinion of its own.
 */
static inline unsigned strobe_prefilter_order_texts(PyObject *value, PyObject *constant)
{
    if (value == constant) {
        return STROBE_PREFILTER_EQUAL;
    }
    if (!PyUnicode_CheckExact(value) || !PyUnicode_IS_READY(value)) {
        bool is_no_text = value == Py_None || PyLong_CheckExact(value) || PyFloat_CheckExact(value);
        return is_no_text ? STROBE_PREFILTER_LESS : 0;
    }
    Py_ssize_t length = PyUnicode_GET_LENGTH(value);
    if (length != PyUnicode_GET_LENGTH(constant) || PyUnicode_KIND(value) != PyUnicode_KIND(constant)) {
        return STROBE_PREFILTER_LESS;
    }
    size_t size = (size_t)length * (size_t)PyUnicode_KIND(value);
    bool is_same = memcmp(PyUnicode_DATA(value), PyUnicode_DATA(constant), size) == 0;
    return is_same ? STROBE_PREFILTER_EQUAL : STROBE_PREFILTER_LESS;
}

/** Try it in `frame`; rules as in evaluation.h. `binding`: slots of the names. */
enum strobe_prefilter_answer strobe_prefilter_try(const struct strobe_prefilter *prefilter, const int16_t *binding,
                                                  struct strobe_frame frame);

#endif
