/**
 * Items in a row in memory, as C and numpy keep them: shape, type and the first items, copied raw.
 * For the rules of snapshot/py see walk.h.
 */
#ifndef STROBE_SNAPSHOT_ARRAY_H
#define STROBE_SNAPSHOT_ARRAY_H

#include "snapshot/py/value.h"

enum { STROBE_ARRAY_DIMENSIONS_MAX = 32 };

/** An array of any object; pointers are borrowed. `kind` is numpy's: ?, i, u, f, c, S, U, M, m, V. */
struct strobe_array {
    char kind;
    bool swapped; /* not in the machine's byte order */
    size_t item_bytes;
    const char *dtype; /* as people name it */
    size_t dtype_size;
    int dimensions;
    Py_ssize_t shape[STROBE_ARRAY_DIMENSIONS_MAX];
    Py_ssize_t strides[STROBE_ARRAY_DIMENSIONS_MAX]; /* bytes */
    const char *data;                                /* NULL: the items cannot be read */
    Py_ssize_t few;                                  /* not 0: only so many are at `data`, close together */
};

/** Make the strides of items that stand close together. */
void strobe_array_pack(struct strobe_array *array);

/** Find kind and size of the items from a format of the struct module with one item. @return false for others */
bool strobe_array_format(struct strobe_array *array, const char *format);

/** Put size, shape, type and first items of the array. */
void strobe_array_write(struct strobe_value *value, const struct strobe_array *array);

/** Add the item of an array of no dimension as a piece of a leaf; see pieces.h. */
struct strobe_pieces;
void strobe_array_piece(struct strobe_pieces *pieces, const struct strobe_array *array);

/** Whether `object` is an array of numpy whose items are in memory, not in a file. */
bool strobe_array_in_memory(PyObject *object);

/** Where item number `index`, in the order of C, stands. */
const char *strobe_array_item(const struct strobe_array *array, Py_ssize_t index);

/** The number of items; PY_SSIZE_T_MAX when it is beyond all bounds. */
Py_ssize_t strobe_array_count(const struct strobe_array *array);

#endif
