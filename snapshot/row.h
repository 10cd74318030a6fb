/** Items in a row in memory as text: [[1, 2], [3, ...]]. Thread: any. */
#ifndef STROBE_SNAPSHOT_ROW_H
#define STROBE_SNAPSHOT_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

enum { STROBE_ROW_DIMENSIONS_MAX = 32 };

/** The first items of an array, copied. `kind` is numpy's: ?, i, u, f, c, S, U, M, m, anything else: raw bytes. */
struct strobe_row {
    char kind;
    bool swapped; /* not in the machine's byte order */
    unsigned dimensions;
    uint64_t shape[STROBE_ROW_DIMENSIONS_MAX];
    const uint8_t *items; /* `count` of `item_bytes` each, in the order of C */
    size_t item_bytes;
    size_t count;      /* fewer than the shape says when the array was cut */
    const char *dtype; /* `datetime64[us]`: the unit of dates stands there */
    size_t dtype_size;
};

/** Append the items in brackets, one pair for each dimension; an ellipsis where more follow. Failure shows in the
 * buffer. */
void strobe_row_text(struct strobe_buffer *buffer, const struct strobe_row *row);

#endif
