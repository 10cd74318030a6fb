/**
 * Values of the standard library's types in one place: datetime, Decimal, UUID, Fraction, Path, Enum, ipaddress. What
 * the machine, the comparison, the format and the builtins ask when a value is none of their own.
 *
 * Each function returns 0 when done, 1 when the values are none of these types (nothing noted, nothing written), or a
 * negative code with the fault noted.   For the rules see evaluation.h.
 */
#ifndef STROBE_EXPRESSION_STANDARD_H
#define STROBE_EXPRESSION_STANDARD_H

#include "probes/expression/program.h"
#include "probes/expression/py/function.h"
#include "probes/expression/py/number.h"
#include "probes/expression/py/text.h"
#include "probes/expression/py/value.h"

/** What type() says of a computed MOMENT or DECIMAL; borrowed; `object` when the module is not loaded. */
PyTypeObject *strobe_standard_type(struct strobe_value value);

/** bool(value). */
int strobe_standard_truth(struct strobe_evaluation *evaluation, struct strobe_value value, bool *ret_truth);

/** left OP right, when one of them is of these types; IS and IS_NOT are not asked here. */
int strobe_standard_compare(struct strobe_evaluation *evaluation, struct strobe_value left, struct strobe_value right,
                            enum strobe_comparison comparison, bool *ret_result);

/** hash(value) as CPython computes it. */
int strobe_standard_hash(struct strobe_evaluation *evaluation, struct strobe_value value, uint64_t *ret_hash);

/** left OP right, when one of them is of these types. Ask before concluding "unsupported operand types". */
int strobe_standard_binary(struct strobe_evaluation *evaluation, enum strobe_binary operation, struct strobe_value left,
                           struct strobe_value right, struct strobe_value *ret_value);

int strobe_standard_unary(struct strobe_evaluation *evaluation, enum strobe_unary operation, struct strobe_value value,
                          struct strobe_value *ret_value);

/** abs(value). */
int strobe_standard_absolute(struct strobe_evaluation *evaluation, struct strobe_value value,
                             struct strobe_value *ret_value);

/** round(value) and round(value, places); `places` NULL: absent. */
int strobe_standard_round(struct strobe_evaluation *evaluation, struct strobe_value value,
                          const struct strobe_value *places, struct strobe_value *ret_value);

/** int(value) and float(value): what int and float ask of Decimal, Fraction, UUID ... */
int strobe_standard_integer(struct strobe_evaluation *evaluation, struct strobe_value value,
                            struct strobe_value *ret_value);
int strobe_standard_real(struct strobe_evaluation *evaluation, struct strobe_value value, double *ret_real);

/** Append repr(value), str(value), format(value, spec). Take no arena memory. */
int strobe_standard_put_repr(struct strobe_text_builder *builder, struct strobe_value value);
int strobe_standard_put_str(struct strobe_text_builder *builder, struct strobe_value value);
int strobe_standard_put_format(struct strobe_text_builder *builder, struct strobe_value value,
                               const struct strobe_text_view *spec);

/** The constructor behind a type (datetime.date, Decimal, UUID ...), for strobe_function_find(); NULL: none. */
const struct strobe_function_entry *strobe_standard_constructor(PyTypeObject *type);

/** Method `name` of the type of `receiver`, also class methods when the receiver is one of these types itself
 *  (datetime.fromisoformat), for strobe_method_find(); NULL: none. */
const struct strobe_function_entry *strobe_standard_method(struct strobe_value receiver, PyObject *name);

/** Whether one of these types has a method or constructor `name`; for the compiler. */
bool strobe_standard_method_exists(const char *name);
bool strobe_standard_constructor_exists(const char *name);

#endif
