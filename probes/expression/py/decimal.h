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
#include "probes/expression/py/text.h"
#include "probes/expression/py/value.h"

enum {
    STROBE_DECIMAL_DIGITS_MAX = 1200, /* a float has at most 767, an int of the language 1234: cut to LIMIT */
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

#endif
