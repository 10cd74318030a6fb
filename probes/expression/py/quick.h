/**
 * The shortest way to "false": what the first comparison of most conditions comes to, in a few loads.
 *
 * A condition that begins `VARIABLE COMPARE NUMBER` or `VARIABLE.FIELD COMPARE NUMBER`, and is false as a whole when
 * that is false, is bound to the slot of a code object; everything else is left to the prefilter and the machine. It
 * stands by itself, all in one place, because a pass that finds it false does little more than wait for memory.
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

struct strobe_quick {
    int slot;                                   /* of the variable; below 0: this cannot be told quickly */
    unsigned rejects;                           /* the results of the comparison that make the condition false */
    const struct strobe_attribute_cache *cache; /* of the field, kept by the expression; NULL: the variable itself */
    double number;                              /* the constant, exactly */
};

/** Bind the first comparison of `prefilter` to the slots of `binding`. Valid as long as its expression. */
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
    PyObject *value = quick->slot >= 0 ? strobe_frame_slot(frame, quick->slot) : NULL;
    if (value != NULL && quick->cache != NULL) {
        value = strobe_attribute_get_noted(value, quick->cache);
    }
    return value != NULL && (strobe_quick_compare(value, quick->number) & quick->rejects) != 0;
}

#endif
