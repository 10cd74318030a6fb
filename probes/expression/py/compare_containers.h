/** Equality and order of containers, element by element. For the rules see evaluation.h. */
#ifndef STROBE_EXPRESSION_COMPARE_CONTAINERS_H
#define STROBE_EXPRESSION_COMPARE_CONTAINERS_H

#include "probes/expression/program.h"
#include "probes/expression/py/value.h"

/** left OP right when both are containers that can be compared with each other. @return 1 when they are not */
int strobe_containers_compare(struct strobe_evaluation *evaluation, struct strobe_value left, struct strobe_value right,
                              enum strobe_comparison comparison, bool *ret_result);

/** Whether each element of `part` is in `whole`, two sets (or dict keys or items). */
int strobe_set_is_part(struct strobe_evaluation *evaluation, struct strobe_value part, struct strobe_value whole,
                       bool *ret_result);

/** Whether a pair is among the items of a dict. @return 1, 0 or a negative code */
int strobe_items_view_has(struct strobe_evaluation *evaluation, struct strobe_value view, struct strobe_value pair);

/** Whether a set, or the keys or items of a dict, have `member`. @return 1, 0 or a negative code */
int strobe_set_like_has(struct strobe_evaluation *evaluation, struct strobe_value whole, struct strobe_value member);

/** Whether it is a set, or the keys or items of a dict. */
bool strobe_is_like_a_set(struct strobe_value value);

/** Fault TYPE "'<' not supported between ...". */
int strobe_comparison_refuse(struct strobe_evaluation *evaluation, struct strobe_value left, struct strobe_value right,
                             enum strobe_comparison comparison);

#endif
