/** Equality, order and hashes of values without code of the program. For the rules see evaluation.h. */
#ifndef STROBE_EXPRESSION_COMPARE_H
#define STROBE_EXPRESSION_COMPARE_H

#include "probes/expression/program.h"
#include "probes/expression/py/value.h"

/**
 * left OP right for == != < <= > >=. Numbers, text, bytes, None by value; containers element by element; moments,
 * Decimal, UUID by their data; other objects by identity where their type has no comparison of its own, else fault
 * UNSAFE.
 */
int strobe_value_compare(struct strobe_evaluation *evaluation, struct strobe_value left, struct strobe_value right,
                         enum strobe_comparison comparison, bool *ret_result);

/** == as containers ask it: identical values are equal. */
int strobe_value_equal(struct strobe_evaluation *evaluation, struct strobe_value left, struct strobe_value right,
                       bool *ret_equal);

/** hash(value) as CPython computes it for built-in types (equal values, equal hashes, also 1, 1.0, True); objects with
 *  object.__hash__ by address. Fault TYPE for unhashable, UNSAFE for a program's `__hash__`. */
int strobe_value_hash(struct strobe_evaluation *evaluation, struct strobe_value value, uint64_t *ret_hash);

/** hash(frozenset(set)): sets look for sets by it. */
int strobe_set_hash(struct strobe_evaluation *evaluation, struct strobe_value set, uint64_t *ret_hash);

/** Whether == of this object would be code of the program, or C code that is not known here. */
bool strobe_value_compares_itself(struct strobe_evaluation *evaluation, struct strobe_value value);

/** The same of hash(). */
bool strobe_value_hashes_itself(struct strobe_evaluation *evaluation, struct strobe_value value);

#endif
