/** Numbers as Python writes them. Thread: any; the locale is of no influence. */
#ifndef STROBE_SNAPSHOT_NUMBER_H
#define STROBE_SNAPSHOT_NUMBER_H

#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

enum {
    STROBE_DECIMAL_BITS_MAX = 1024 /* a longer int is written in hexadecimal */
};

/** The most significant bytes of a big int, highest first. */
struct strobe_big_int {
    int negative;
    uint64_t bits; /* of the whole number */
    const uint8_t *bytes;
    size_t size; /* at most (bits + 7) / 8 */
};

/** Append 42 or -42. Failure shows in the buffer, here and below. */
void strobe_number_int(struct strobe_buffer *buffer, int64_t value);

/** Append in decimal when all bytes are there and bits <= STROBE_DECIMAL_BITS_MAX, otherwise what is there as 0x... */
void strobe_number_big_int(struct strobe_buffer *buffer, const struct strobe_big_int *number);

/** Append the shortest text that reads back as `value`: 1.5, 1e+16, inf, nan. */
void strobe_number_float(struct strobe_buffer *buffer, double value);

/** The same of a number that was rounded to `digits` significant digits at most: of a float of 2 or 4 bytes. */
void strobe_number_short_float(struct strobe_buffer *buffer, double value, int digits);

/** Append (1+2j), or 2j when the real part is a positive zero. */
void strobe_number_complex(struct strobe_buffer *buffer, double real, double imaginary);

#endif
