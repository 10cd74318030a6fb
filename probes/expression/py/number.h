/** Numbers: int of any size up to STROBE_EXPRESSION_INT_BITS_MAX, float, bool. For the rules see evaluation.h. */
#ifndef STROBE_EXPRESSION_NUMBER_H
#define STROBE_EXPRESSION_NUMBER_H

#include "probes/expression/py/value.h"

/** An int beyond 64 bits, in the arena: sign and magnitude, least significant digit first, no leading zero digit. */
struct strobe_wide {
    bool negative;
    uint32_t count;
    uint32_t digits[]; /* base 2^32 */
};

enum strobe_number_kind { STROBE_NUMBER_NONE, STROBE_NUMBER_INT, STROBE_NUMBER_WIDE, STROBE_NUMBER_FLOAT };

/** A value seen as a number. WIDE is either `wide` (arena) or `object` (an int of the program beyond 64 bits). */
struct strobe_number {
    enum strobe_number_kind kind;
    int64_t integer;
    double real;
    const struct strobe_wide *wide;
    PyObject *object;
};

/** See `value` as a number; bool and subclasses of int and float included. @return its kind, NONE when it is none */
enum strobe_number_kind strobe_number_of(struct strobe_value value, struct strobe_number *ret_number);

enum strobe_binary {
    STROBE_BINARY_ADD,
    STROBE_BINARY_SUBTRACT,
    STROBE_BINARY_MULTIPLY,
    STROBE_BINARY_DIVIDE,
    STROBE_BINARY_FLOOR_DIVIDE,
    STROBE_BINARY_MODULO,
    STROBE_BINARY_POWER,
    STROBE_BINARY_SHIFT_LEFT,
    STROBE_BINARY_SHIFT_RIGHT,
    STROBE_BINARY_AND,
    STROBE_BINARY_OR,
    STROBE_BINARY_XOR,
    STROBE_BINARY_COUNT
};

enum strobe_unary { STROBE_UNARY_NEGATIVE, STROBE_UNARY_POSITIVE, STROBE_UNARY_INVERT, STROBE_UNARY_COUNT };

/** "+" for STROBE_BINARY_ADD; borrowed, static. */
const char *strobe_binary_sign(enum strobe_binary operation);

/** The operation on two numbers; fault TYPE when one is none. */
int strobe_number_binary(struct strobe_evaluation *evaluation, enum strobe_binary operation, struct strobe_value left,
                         struct strobe_value right, struct strobe_value *ret_value);

int strobe_number_unary(struct strobe_evaluation *evaluation, enum strobe_unary operation, struct strobe_value value,
                        struct strobe_value *ret_value);

/**
 * Any binary operator on any values: numbers, and what else the built-in types have (text + text, list * int, set |
 * set, dict | dict, str % args, datetime - datetime, Decimal ...). Fault UNSAFE when an operand's type has code of its
 * own for it.
 */
int strobe_value_binary(struct strobe_evaluation *evaluation, enum strobe_binary operation, struct strobe_value left,
                        struct strobe_value right, struct strobe_value *ret_value);

int strobe_value_unary(struct strobe_evaluation *evaluation, enum strobe_unary operation, struct strobe_value value,
                       struct strobe_value *ret_value);

/** A number of a subclass (bool included) as an int or float; others as they are. */
int strobe_number_plain(struct strobe_evaluation *evaluation, struct strobe_value value,
                        struct strobe_value *ret_value);

/** Of the magnitude of an INT or WIDE. */
uint64_t strobe_number_bits(const struct strobe_number *number);

/** Whether an INT or WIDE is below 0. */
bool strobe_number_negative(const struct strobe_number *number);

/** Any number as the nearest double. Fault OVERFLOW for an int beyond. */
int strobe_number_real(struct strobe_evaluation *evaluation, const struct strobe_number *number, double *ret_real);

enum { STROBE_UNORDERED = 2 };

/** The exact order of two numbers: negative, 0, positive, or STROBE_UNORDERED (a NaN is part of it). Spends fuel. */
int strobe_number_order(struct strobe_evaluation *evaluation, const struct strobe_number *left,
                        const struct strobe_number *right, int *ret_order);

/** hash() of an int or a finite or infinite float. Spends fuel. */
int strobe_number_hash(struct strobe_evaluation *evaluation, const struct strobe_number *number, uint64_t *ret_hash);

/** pow(base, exponent, modulus) of ints. */
int strobe_number_power_modulo(struct strobe_evaluation *evaluation, const struct strobe_number *base,
                               const struct strobe_number *exponent, const struct strobe_number *modulus,
                               struct strobe_value *ret_value);

/** float OP float, with Python's signs and errors. Shifts and bits are fault TYPE. */
int strobe_float_binary(struct strobe_evaluation *evaluation, enum strobe_binary operation, double left, double right,
                        double *ret_real);

/** A finite double as an int, rounded towards 0; fault OVERFLOW for infinities, VALUE for NaN. */
int strobe_number_truncate(struct strobe_evaluation *evaluation, double real, struct strobe_value *ret_value);

/** An int for indexes and counts: an int or bool (fault TYPE otherwise), clipped to the range of Py_ssize_t. */
int strobe_number_index(struct strobe_evaluation *evaluation, struct strobe_value value, Py_ssize_t *ret_index);

/** A new int in the arena from digits (least significant first, leading zeros allowed); INT when it fits. */
int strobe_wide_make(struct strobe_evaluation *evaluation, bool negative, const uint32_t *digits, size_t count,
                     struct strobe_value *ret_value);

/** The number as decimal text (int: all digits; float: Python's repr) into `buffer`. @return length, or a negative code
 */
int strobe_number_text(struct strobe_evaluation *evaluation, const struct strobe_number *number, char *buffer,
                       size_t size);

/** The magnitude of an INT or WIDE in base 2^bits (1, 3, 4), without prefix. @return length, or a negative code */
int strobe_number_base_text(struct strobe_evaluation *evaluation, const struct strobe_number *number, unsigned bits,
                            char *buffer, size_t size);

#endif
