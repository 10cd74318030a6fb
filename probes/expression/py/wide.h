/**
 * Arithmetic on ints of any size up to STROBE_EXPRESSION_INT_BITS_MAX: sign and magnitude in a structure on the stack,
 * wide enough for the products and shifted dividends in between. For the rules see evaluation.h.
 */
#ifndef STROBE_EXPRESSION_WIDE_H
#define STROBE_EXPRESSION_WIDE_H

#include "probes/expression/py/number.h"

enum {
    STROBE_BIG_DIGITS_RESULT_MAX = STROBE_EXPRESSION_INT_BITS_MAX / 32,
    STROBE_BIG_DIGITS_MAX = 2 * STROBE_BIG_DIGITS_RESULT_MAX + 8 /* a product, and a carry */
};

/** Least significant digit first; no leading zero digit, so 0 has none, and is not negative. */
struct strobe_big {
    bool negative;
    uint32_t count;
    uint32_t digits[STROBE_BIG_DIGITS_MAX];
};

/** The int behind `number` (INT or WIDE). Fault LIMIT when it has more bits than allowed. */
int strobe_big_load(struct strobe_evaluation *evaluation, const struct strobe_number *number,
                    struct strobe_big *ret_digits);

void strobe_big_set(struct strobe_big *digits, int64_t value);

/** Make a value of it; fault LIMIT when it has more bits than allowed. */
int strobe_big_value(struct strobe_evaluation *evaluation, const struct strobe_big *digits,
                     struct strobe_value *ret_value);

/** Bits of the magnitude. */
uint64_t strobe_big_bits(const struct strobe_big *digits);

/** Negative, 0, positive by magnitude. */
int strobe_big_order(const struct strobe_big *left, const struct strobe_big *right);

/* Results may be an operand, except where it says otherwise. The results fit: at most STROBE_BIG_DIGITS_MAX digits when
 * operands have at most half of them. */
void strobe_big_add(const struct strobe_big *left, const struct strobe_big *right, struct strobe_big *ret_sum);
void strobe_big_subtract(const struct strobe_big *left, const struct strobe_big *right,
                         struct strobe_big *ret_difference);
/** `ret_product` is no operand. */
void strobe_big_multiply(const struct strobe_big *left, const struct strobe_big *right, struct strobe_big *ret_product);
/** Times `factor` plus `addend`, of the magnitude. */
void strobe_big_multiply_small(struct strobe_big *digits, uint32_t factor, uint32_t addend);
/** Divide the magnitude in place. @return the remainder */
uint32_t strobe_big_divide_small(struct strobe_big *digits, uint32_t divisor);
/** Quotient and remainder of the magnitudes, both not negative. The divisor is not 0; results are no operands. */
void strobe_big_divide(const struct strobe_big *dividend, const struct strobe_big *divisor,
                       struct strobe_big *ret_quotient, struct strobe_big *ret_remainder);
/** As Python's // and %: rounded down, the remainder with the sign of the divisor. */
void strobe_big_floor_divide(const struct strobe_big *dividend, const struct strobe_big *divisor,
                             struct strobe_big *ret_quotient, struct strobe_big *ret_remainder);
/** The magnitude shifted; the sign stays. */
void strobe_big_shift_left(struct strobe_big *digits, uint64_t bits);
/** @return whether a bit that was set is lost */
bool strobe_big_shift_right(struct strobe_big *digits, uint64_t bits);
/** & | ^ of two's complements of unlimited length. */
void strobe_big_bitwise(const struct strobe_big *left, const struct strobe_big *right, enum strobe_binary operation,
                        struct strobe_big *ret_result);

/** dividend / divisor as the nearest double, ties to even. @return 0 or fault OVERFLOW */
int strobe_big_ratio(struct strobe_evaluation *evaluation, const struct strobe_big *dividend,
                     const struct strobe_big *divisor, double *ret_ratio);

/** The same; infinite where it is too large. Never fails: @return 0 */
int strobe_big_nearest(const struct strobe_big *dividend, const struct strobe_big *divisor, double *ret_ratio);

/** The whole part of a finite double. */
void strobe_big_from_double(double value, struct strobe_big *ret_digits);

#endif
