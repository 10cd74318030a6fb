/** Whether the other operand of an operator would answer with code. For the rules see evaluation.h. */
#ifndef STROBE_EXPRESSION_OPERAND_H
#define STROBE_EXPRESSION_OPERAND_H

#include "probes/expression/program.h"
#include "probes/expression/py/number.h"
#include "probes/expression/py/value.h"

/** Whether comparing with `value` would call code of its class or of a C type that is not CPython's own. */
bool strobe_operand_compares_by_code(struct strobe_value value);

/** The same of a binary operator, as left or right operand. */
bool strobe_operand_operates_by_code(struct strobe_value value, enum strobe_binary operation);

/** The end of a comparison that no type knows: == is false, != true, an order is fault TYPE; UNSAFE for code. */
int strobe_operand_cannot_compare(struct strobe_evaluation *evaluation, struct strobe_value left,
                                  struct strobe_value right, enum strobe_comparison comparison, bool *ret_result);

/** The fault of a binary operator that no type knows: TYPE, or UNSAFE for code. */
int strobe_operand_cannot_operate(struct strobe_evaluation *evaluation, enum strobe_binary operation,
                                  struct strobe_value left, struct strobe_value right);

/** Whether an order (negative, 0, positive) is what the comparison asks for. */
bool strobe_operand_order_is(int order, enum strobe_comparison comparison);

#endif
