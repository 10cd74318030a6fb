/** New sets from sets, and new dicts from dicts. For the rules see evaluation.h. */
#ifndef STROBE_EXPRESSION_SETS_H
#define STROBE_EXPRESSION_SETS_H

#include "probes/expression/py/items.h"

enum strobe_set_operation {
    STROBE_SET_UNION,
    STROBE_SET_INTERSECTION,
    STROBE_SET_DIFFERENCE,
    STROBE_SET_SYMMETRIC_DIFFERENCE
};

/** The operation on a set (or dict keys or items) and anything that can be iterated; the result is of kind `kind`. */
int strobe_set_combine(struct strobe_evaluation *evaluation, enum strobe_set_operation operation,
                       enum strobe_value_kind kind, struct strobe_value left, struct strobe_value right,
                       struct strobe_value *ret_value);

/** A new set of that kind with the items of anything that can be iterated. */
int strobe_set_collect(struct strobe_evaluation *evaluation, enum strobe_value_kind kind, struct strobe_value source,
                       struct strobe_value *ret_value);

/** Put all entries of a dict into another, in the arena. */
int strobe_dict_update(struct strobe_evaluation *evaluation, struct strobe_table *table, struct strobe_value dict);

/** FROZENSET for a frozenset, else SET: what the operators give. */
enum strobe_value_kind strobe_set_kind(struct strobe_value value);

#endif
