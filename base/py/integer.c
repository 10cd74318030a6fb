/* The digits of an int. Layouts checked on 3.11.7, 3.12.1, 3.13.0, 3.14.10 and 3.15.2. */
#include "base/py/integer.h"

/* ---- What differs between versions ---- */

#if PY_VERSION_HEX >= \
    0x030C0000 /* lv_tag: two bits of sign (0: above, 1: zero, 2: below), a flag, the digits' number */
static size_t digit_count(PyObject *integer)
{
    return ((PyLongObject *)integer)->long_value.lv_tag >> 3;
}

static const digit *digits_of(PyObject *integer)
{
    return ((PyLongObject *)integer)->long_value.ob_digit;
}

bool strobe_integer_negative(PyObject *integer)
{
    return (((PyLongObject *)integer)->long_value.lv_tag & 3) == 2;
}
#else /* ob_size: the digits' number, negative for a number below 0 */
static size_t digit_count(PyObject *integer)
{
    Py_ssize_t size = Py_SIZE(integer);
    return (size_t)(size < 0 ? -size : size);
}

static const digit *digits_of(PyObject *integer)
{
    return ((PyLongObject *)integer)->ob_digit;
}

bool strobe_integer_negative(PyObject *integer)
{
    return Py_SIZE(integer) < 0;
}
#endif

/* ---- The same everywhere ---- */

bool strobe_integer_small(PyObject *integer, int64_t *ret_value)
{
    int overflow = 0;
    long long value = PyLong_AsLongLongAndOverflow(integer, &overflow); /* sets no exception for an int */
    if (overflow != 0) {
        return false;
    }
    *ret_value = value;
    return true;
}

uint64_t strobe_integer_bits(PyObject *integer)
{
    size_t count = digit_count(integer);
    if (count == 0 || digits_of(integer)[count - 1] == 0) {
        return 0; /* a zero has one digit from 3.12 on */
    }
    uint64_t bits = (uint64_t)(count - 1) * PyLong_SHIFT;
    for (digit top = digits_of(integer)[count - 1]; top != 0; top >>= 1) {
        bits++;
    }
    return bits;
}

void strobe_integer_leading_bytes(PyObject *integer, uint8_t *ret_bytes, size_t size)
{
    const digit *digits = digits_of(integer);
    size_t count = digit_count(integer);
    uint64_t whole = (strobe_integer_bits(integer) + 7) / 8;
    for (size_t i = 0; i < size; i++) {
        uint64_t position = (whole - 1 - i) * 8;
        size_t index = (size_t)(position / PyLong_SHIFT);
        unsigned offset = (unsigned)(position % PyLong_SHIFT);
        uint32_t byte = digits[index] >> offset;
        if (offset > PyLong_SHIFT - 8 && index + 1 < count) {
            byte |= (uint32_t)digits[index + 1] << (PyLong_SHIFT - offset);
        }
        ret_bytes[i] = (uint8_t)byte;
    }
}

void strobe_integer_words(PyObject *integer, uint32_t *ret_words, size_t count)
{
    const digit *digits = digits_of(integer);
    size_t digits_left = digit_count(integer);
    uint64_t pending = 0; /* bits read and not yet written, the lowest first */
    unsigned pending_bits = 0;
    for (size_t i = 0; i < count; i++) {
        while (pending_bits < 32 && digits_left > 0) {
            pending |= (uint64_t)*digits++ << pending_bits;
            pending_bits += PyLong_SHIFT;
            digits_left--;
        }
        ret_words[i] = (uint32_t)pending;
        pending >>= 32;
        pending_bits = pending_bits > 32 ? pending_bits - 32 : 0;
    }
}

int strobe_integer_order(PyObject *left, PyObject *right)
{
    const digit *a = digits_of(left);
    const digit *b = digits_of(right);
    for (size_t i = digit_count(left); i-- > 0;) {
        if (a[i] != b[i]) {
            return a[i] < b[i] ? -1 : 1;
        }
    }
    return 0;
}
