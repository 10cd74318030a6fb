/** The value of a Python int, or of a subclass: its base data. GIL: held. Sets no exception, allocates nothing. */
#ifndef STROBE_PY_INTEGER_H
#define STROBE_PY_INTEGER_H

#include <Python.h>
#include <stdbool.h>
#include <stdint.h>

/** Whether it has at most one digit, as nearly all have; then its value costs a few instructions. */
static inline bool strobe_integer_is_compact(PyObject *integer)
{
#if PY_VERSION_HEX >= 0x030C0000
    return PyUnstable_Long_IsCompact((const PyLongObject *)integer) != 0;
#else
    return Py_SIZE(integer) >= -1 && Py_SIZE(integer) <= 1;
#endif
}

/** The value of a compact one: a double holds it exactly. */
static inline Py_ssize_t strobe_integer_compact(PyObject *integer)
{
#if PY_VERSION_HEX >= 0x030C0000
    return PyUnstable_Long_CompactValue((const PyLongObject *)integer);
#else
    Py_ssize_t size = Py_SIZE(integer); /* 0 has no digit */
    return size == 0 ? 0 : size * (Py_ssize_t)((PyLongObject *)integer)->ob_digit[0];
#endif
}

/** Read an int that fits in 64 bits. @return whether it does */
bool strobe_integer_small(PyObject *integer, int64_t *ret_value);

/** The number of bits of the absolute value; 0 for 0. */
uint64_t strobe_integer_bits(PyObject *integer);

/** Whether the int is below 0. */
bool strobe_integer_negative(PyObject *integer);

/** Copy the `size` most significant bytes of the absolute value, highest first; size <= (bits + 7) / 8. */
void strobe_integer_leading_bytes(PyObject *integer, uint8_t *ret_bytes, size_t size);

/** Copy the `count` least significant words of the absolute value, lowest first; words beyond the number are 0. */
void strobe_integer_words(PyObject *integer, uint32_t *ret_words, size_t count);

/** Negative, 0, positive: the order of the absolute values of two ints of the same number of bits. */
int strobe_integer_order(PyObject *left, PyObject *right);

#endif
