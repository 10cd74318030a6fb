/**
 * The shortest way to "false": what the first comparisons of most conditions come to, in a few loads each.
 *
 * A condition that begins with comparisons of a variable or one of its fields with a number or a text, joined by `and`,
 * each of which makes it false as a whole when it is false itself, is bound to the slots of a code object; everything
 * else is left to the prefilter and the machine. It stands by itself, all in one place, because a pass that finds it
 * false does little more than wait for memory.
 */
#ifndef STROBE_EXPRESSION_QUICK_H
#define STROBE_EXPRESSION_QUICK_H

#include <Python.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/py/attribute.h"
#include "base/py/frame.h"
#include "base/py/integer.h"
#include "probes/expression/py/prefilter.h"

enum { STROBE_QUICK_TERMS_MAX = 3 };

/** One comparison. */
struct strobe_quick_term {
    int slot;                                   /* of the variable; below 0: the end, nothing more is told quickly */
    unsigned rejects;                           /* the results of the comparison that make the condition false */
    const struct strobe_attribute_cache *cache; /* of the field, kept by the expression; NULL: the variable itself */
    PyObject *text;                             /* the constant, compared for equality; borrowed; NULL: a number */
    double number;                              /* the constant, exactly */
};

struct strobe_quick {
    struct strobe_quick_term terms[STROBE_QUICK_TERMS_MAX + 1]; /* the last is an end */
};

/** Bind the first comparisons of `prefilter` to the slots of `binding`. Valid as long as its expression. */
struct strobe_quick strobe_quick_bind(const struct strobe_prefilter *prefilter, const int16_t *binding);

/** How `value`, an exact float or an exact int of one digit, compares with `number`; 0: it is something else, or NaN.
 */
static inline unsigned strobe_quick_compare(PyObject *value, double number)
{
    double left;
    if (PyFloat_CheckExact(value)) {
        left = PyFloat_AS_DOUBLE(value);
    } else if (PyLong_CheckExact(value) && strobe_integer_is_compact(value)) {
        left = (double)strobe_integer_compact(value);
    } else {
        return 0;
    }
    return (left < number ? STROBE_PREFILTER_LESS : 0U) | (left == number ? STROBE_PREFILTER_EQUAL : 0U) |
           (left > number ? STROBE_PREFILTER_GREATER : 0U);
}

/** Whether the condition is false in `frame`; false: it is not told. Rules as in evaluation.h. */
static inline bool strobe_quick_rejects(const struct strobe_quick *quick, struct strobe_frame frame)
{
    const struct strobe_quick_term *term = quick->terms;
    unsigned found;
    do {
        PyObject *value = term->slot >= 0 ? strobe_frame_slot(frame, term->slot) : NULL;
        if (value != NULL && term->cache != NULL) {
            value = strobe_attribute_get_noted(value, term->cache);
        }
        if (value == NULL) {
            return false;
        }
        found = term->text != NULL ? strobe_prefilter_order_texts(value, term->text)
                                   : strobe_quick_compare(value, term->number);
        if ((found & term->rejects) != 0) {
            return true;
        }
        term++;
    } while (found != 0);
    return false;
}

#endif
