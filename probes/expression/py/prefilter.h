/**
 * The hot path of conditions: a short cut that answers "false" for most passes without the machine.
 *
 * Most conditions are `NAME[.FIELD...] COMPARE CONSTANT [and ...]`, and nearly always false. Such terms are taken from
 * the head of a program and tried on the plain cases: exact int, float, str and None. A term that is plainly false ends
 * the condition; anything else (true, an error, another type) is left to the machine, which begins anew: programs have
 * no effects, so nothing is done twice.
 */
#ifndef STROBE_EXPRESSION_PREFILTER_H
#define STROBE_EXPRESSION_PREFILTER_H

#include <Python.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/py/attribute.h"
#include "base/py/frame.h"
#include "probes/expression/program.h"

enum { STROBE_PREFILTER_TERMS_MAX = 4, STROBE_PREFILTER_FIELDS_MAX = 3 };

struct strobe_prefilter_term {
    uint16_t name;                                 /* index into the names */
    uint16_t fields_count;                         /* attributes read one after the other */
    uint8_t kind;                                  /* of the constant; private */
    uint8_t comparison;                            /* enum strobe_comparison */
    PyObject *fields[STROBE_PREFILTER_FIELDS_MAX]; /* names; borrowed from the constants */
    struct strobe_attribute_cache *caches[STROBE_PREFILTER_FIELDS_MAX];
    PyObject *constant; /* borrowed */
    int64_t integer;
    double real;
};

struct strobe_prefilter {
    uint16_t count;                      /* 0: nothing can be short cut */
    bool whole;                          /* the terms are the whole condition: all true is the answer too */
    struct strobe_prefilter_term *terms; /* owned */
};

enum strobe_prefilter_answer { STROBE_PREFILTER_UNKNOWN, STROBE_PREFILTER_FALSE, STROBE_PREFILTER_TRUE };

/** Take the terms from the head of `program`, which was verified. Failure to allocate leaves it empty.  GIL: held. */
void strobe_prefilter_make(const struct strobe_program *program, PyObject *constants,
                           struct strobe_attribute_cache *caches, struct strobe_prefilter *ret_prefilter);

/** Release the terms. */
void strobe_prefilter_done(struct strobe_prefilter *prefilter);

/** The number that `term` compares with. @return whether it is one that a double holds exactly */
bool strobe_prefilter_term_number(const struct strobe_prefilter_term *term, double *ret_number);

/** Try it in `frame`; rules as in evaluation.h. `binding`: slots of the names. */
enum strobe_prefilter_answer strobe_prefilter_try(const struct strobe_prefilter *prefilter, const int16_t *binding,
                                                  struct strobe_frame frame);

#endif
