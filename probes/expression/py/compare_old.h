/** Values of the machine: a borrowed object, or a number that no object holds. */
#ifndef STROBE_PROBES_VALUE_H
#define STROBE_PROBES_VALUE_H

#include <Python.h>
#include <stdbool.h>
#include <stdint.h>

#include "probes/expression/program.h"

enum strobe_value_kind { STROBE_VALUE_OBJECT, STROBE_VALUE_INT, STROBE_VALUE_FLOAT };

struct strobe_value {
    enum strobe_value_kind kind;
    union {
        PyObject *object; /* borrowed */
        int64_t integer;
        double real;
    } as;
};

/**
 * Compare without running code: numbers, text, bytes and None by value, subclasses by their base's data, other objects
 * by identity where their type says no more.   GIL: held.   Sets no exception.
 * @return 0, or STROBE_EUNSUPPORTED with what would have run
 */
int strobe_old_compare(struct strobe_value left, struct strobe_value right, enum strobe_comparison comparison,
                         bool *ret_result, struct strobe_error *error);

/** Whether the value counts as true, without running code. Returns as strobe_old_compare(). */
int strobe_old_truth(struct strobe_value value, bool *ret_truth, struct strobe_error *error);

/** The negative of a number. @return 0, STROBE_EUNSUPPORTED (no number), STROBE_ELIMIT (outside 64 bits) */
int strobe_old_negate(struct strobe_value value, struct strobe_value *ret_value, struct strobe_error *error);

/** The type's name for messages; borrowed. */
const char *strobe_old_type_name(struct strobe_value value);

#endif
