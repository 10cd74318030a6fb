/**
 * decimal.Decimal: exact construction and comparison; arithmetic rounds half-even to 28 digits, the default context.
 * For the rules see evaluation.h.
 *
 * The program's own context stands in a context variable that cannot be read safely, so it is not used. Signals that
 * the default context traps are faults (ARITHMETIC, ZERO_DIVISION). Exponents beyond the default context's and
 * coefficients beyond STROBE_DECIMAL_DIGITS_MAX are fault LIMIT.
 *
 * Others call these through standard.h.
 */
#ifndef STROBE_EXPRESSION_DECIMAL_H
#define STROBE_EXPRESSION_DECIMAL_H

#include "probes/expression/program.h"
#include "probes/expression/py/function.h"
#include "probes/expression/py/number.h"
#include "probes/expression/py/text.h"
#include "probes/expression/py/value.h"

enum {
    STROBE_DECIMAL_DIGITS_MAX = 1300, /* a float has at most 767, an int of the language 1234 */
    STROBE_DECIMAL_PRECISION = 28,
    STROBE_DECIMAL_EXPONENT_MAX = 999999
};

enum strobe_decimal_kind { STROBE_DECIMAL_FINITE, STROBE_DECIMAL_INFINITE, STROBE_DECIMAL_NAN, STROBE_DECIMAL_SNAN };

/** (-1)^negative * digits * 10^exponent; digits 0 to 9, the least significant first, no leading zero: none for 0. */
struct strobe_decimal {
    enum strobe_decimal_kind kind;
    bool negative;
    int64_t exponent;
    uint32_t count;
    const uint8_t *digits;
};

/** See `value` as a Decimal; `buffer` holds the digits of an object. @return 0; 1 when it is none; a negative code */
int strobe_decimal_of(struct strobe_evaluation *evaluation, struct strobe_value value,
                      uint8_t buffer[STROBE_DECIMAL_DIGITS_MAX], struct strobe_decimal *ret_decimal);

/** A new value in the arena; copies the digits. */
int strobe_decimal_make(struct strobe_evaluation *evaluation, const struct strobe_decimal *decimal,
                        struct strobe_value *ret_value);

/** The C type; borrowed; NULL when the module is not loaded. */
PyTypeObject *strobe_decimal_type(void);

/** See an int as an exact Decimal. @return 0; 1 when `value` is no int; a negative code */
int strobe_decimal_of_int(struct strobe_evaluation *evaluation, struct strobe_value value,
                          uint8_t buffer[STROBE_DECIMAL_DIGITS_MAX], struct strobe_decimal *ret_decimal);

/** See a float as an exact Decimal; `negative` and specials too. */
int strobe_decimal_of_real(struct strobe_evaluation *evaluation, double real, uint8_t buffer[STROBE_DECIMAL_DIGITS_MAX],
                           struct strobe_decimal *ret_decimal);

/* ---- Arithmetic: decimal_arithmetic.c. Results are in `ret_work`, rounded unless it says otherwise ---- */

enum { STROBE_DECIMAL_WORK_DIGITS = 2 * STROBE_DECIMAL_DIGITS_MAX + 2 };

/** A Decimal with room for what an operation needs; the digits may have zeros in front until it is finished. */
struct strobe_decimal_work {
    enum strobe_decimal_kind kind;
    bool negative;
    int64_t exponent;
    uint32_t count;
    uint8_t digits[STROBE_DECIMAL_WORK_DIGITS];
};

enum strobe_rounding {
    STROBE_ROUND_HALF_EVEN,
    STROBE_ROUND_HALF_UP,
    STROBE_ROUND_HALF_DOWN,
    STROBE_ROUND_UP,
    STROBE_ROUND_DOWN,
    STROBE_ROUND_CEILING,
    STROBE_ROUND_FLOOR,
    STROBE_ROUND_05UP
};

void strobe_decimal_to_work(const struct strobe_decimal *decimal, struct strobe_decimal_work *ret_work);
struct strobe_decimal strobe_decimal_view(const struct strobe_decimal_work *work);

/** Exponent of the first digit: 2 for 123. */
int64_t strobe_decimal_adjusted(const struct strobe_decimal *decimal);

/** Drop the last `count` digits (those of value 10^exponent), rounding. Exact otherwise. */
void strobe_decimal_drop(struct strobe_decimal_work *work, int64_t count, enum strobe_rounding rounding);

/** Give it `exponent`: zeros are added or digits dropped; fault LIMIT when the room does not suffice. */
int strobe_decimal_rescale(struct strobe_evaluation *evaluation, struct strobe_decimal_work *work, int64_t exponent,
                           enum strobe_rounding rounding);

/** Round to the precision and check the exponent; what every result of an operation goes through. */
int strobe_decimal_finish(struct strobe_evaluation *evaluation, struct strobe_decimal_work *work, int64_t precision);

/** Finite operands only. */
int strobe_decimal_add(struct strobe_evaluation *evaluation, const struct strobe_decimal *left,
                       const struct strobe_decimal *right, bool subtracts, struct strobe_decimal_work *ret_work);
int strobe_decimal_multiply(struct strobe_evaluation *evaluation, const struct strobe_decimal *left,
                            const struct strobe_decimal *right, int64_t precision,
                            struct strobe_decimal_work *ret_work);
int strobe_decimal_divide(struct strobe_evaluation *evaluation, const struct strobe_decimal *left,
                          const struct strobe_decimal *right, int64_t precision, struct strobe_decimal_work *ret_work);
int strobe_decimal_power(struct strobe_evaluation *evaluation, const struct strobe_decimal *base, int64_t exponent,
                         int exponent_digits, struct strobe_decimal_work *ret_work);

/** The integer quotient (towards zero) and the remainder (sign of `left`). `right` is not 0. */
int strobe_decimal_divide_whole(struct strobe_evaluation *evaluation, const struct strobe_decimal *left,
                                const struct strobe_decimal *right, struct strobe_decimal_work *ret_quotient,
                                struct strobe_decimal_work *ret_remainder);

/** Negative, 0, positive by value; finite or infinite, no NaN. */
int strobe_decimal_order(const struct strobe_decimal *left, const struct strobe_decimal *right);

/** ret_work as a value. */
int strobe_decimal_make_work(struct strobe_evaluation *evaluation, const struct strobe_decimal_work *work,
                             struct strobe_value *ret_value);

/** A finite Decimal, cut to its whole part, as an int. */
int strobe_decimal_to_int(struct strobe_evaluation *evaluation, const struct strobe_decimal *decimal,
                          struct strobe_value *ret_value);

/** The nearest float. */
double strobe_decimal_to_real(const struct strobe_decimal *decimal);

/* ---- Operators: decimal_operators.c. They return 1 when no operand is a Decimal; see standard.h ---- */

int strobe_decimal_truth(struct strobe_evaluation *evaluation, struct strobe_value value, bool *ret_truth);
int strobe_decimal_compare(struct strobe_evaluation *evaluation, struct strobe_value left, struct strobe_value right,
                           enum strobe_comparison comparison, bool *ret_result);
int strobe_decimal_hash(struct strobe_evaluation *evaluation, struct strobe_value value, uint64_t *ret_hash);
int strobe_decimal_binary(struct strobe_evaluation *evaluation, enum strobe_binary operation, struct strobe_value left,
                          struct strobe_value right, struct strobe_value *ret_value);
int strobe_decimal_unary(struct strobe_evaluation *evaluation, enum strobe_unary operation, struct strobe_value value,
                         struct strobe_value *ret_value);
int strobe_decimal_absolute(struct strobe_evaluation *evaluation, struct strobe_value value,
                            struct strobe_value *ret_value);
int strobe_decimal_round(struct strobe_evaluation *evaluation, struct strobe_value value,
                         const struct strobe_value *places, struct strobe_value *ret_value);

/** Fault ARITHMETIC "decimal.InvalidOperation" with the reason. */
int strobe_decimal_invalid(struct strobe_evaluation *evaluation, const char *reason);

/** Give `work` the exponent of quantize(); fault ARITHMETIC beyond 28 digits. Finite. */
int strobe_decimal_quantize(struct strobe_evaluation *evaluation, struct strobe_decimal_work *work, int64_t exponent,
                            enum strobe_rounding rounding);

/* ---- Text: decimal_text.c, decimal_format.c ---- */

int strobe_decimal_put_repr(struct strobe_text_builder *builder, struct strobe_value value);
int strobe_decimal_put_str(struct strobe_text_builder *builder, struct strobe_value value);
int strobe_decimal_put_format(struct strobe_text_builder *builder, struct strobe_value value,
                              const struct strobe_text_view *spec);

/** Read what Decimal(text) reads. @return 0; 1 when it is no number; LIMIT */
int strobe_decimal_parse(struct strobe_evaluation *evaluation, const struct strobe_text_view *text,
                         uint8_t buffer[STROBE_DECIMAL_DIGITS_MAX], struct strobe_decimal *ret_decimal);

/* ---- What can be called: decimal_methods.c ---- */

const struct strobe_function_entry *strobe_decimal_constructor(PyTypeObject *type);
const struct strobe_function_entry *strobe_decimal_method(PyObject *name);
const struct strobe_function_entry *strobe_decimal_class_method(PyObject *name);
const struct strobe_function_entry *strobe_decimal_field(PyObject *name);
bool strobe_decimal_method_exists(const char *name);
bool strobe_decimal_constructor_exists(const char *name);

#endif
