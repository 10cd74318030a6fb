/**
 * A leaf put together of pieces: words of ours, and texts and numbers of the program, which stand as Python writes
 * them: PosixPath('/srv'), Fraction(1, 3). For the rules of snapshot/py see walk.h.
 */
#ifndef STROBE_SNAPSHOT_PIECES_H
#define STROBE_SNAPSHOT_PIECES_H

#include "snapshot/py/value.h"

struct strobe_pieces {
    struct strobe_value *value;
    size_t count_at;
    unsigned count;
};

/** Begin the leaf of `value`; whatever its size part is has been put. */
void strobe_pieces_begin(struct strobe_pieces *pieces, struct strobe_value *value);

/** Add words, as they are. */
void strobe_pieces_text(struct strobe_pieces *pieces, const char *text);
void strobe_pieces_bytes(struct strobe_pieces *pieces, const char *text, size_t size);

/** Add a number. */
void strobe_pieces_int(struct strobe_pieces *pieces, int64_t number);

/** Add the beginning of a str without quotes: an identifier, a name; "?" for anything that is no str. */
void strobe_pieces_name(struct strobe_pieces *pieces, PyObject *str);

/** Add `module.Class`, or `Class` alone. */
void strobe_pieces_type(struct strobe_pieces *pieces, PyTypeObject *type);
void strobe_pieces_class(struct strobe_pieces *pieces, PyTypeObject *type);

/** Add an object as Python writes it: text, bytes, number, constant; any other as <its type>. NULL: None. */
void strobe_pieces_object(struct strobe_pieces *pieces, PyObject *object);

/** Add the characters `from` to `to` of a str or bytes, quoted. */
void strobe_pieces_slice(struct strobe_pieces *pieces, PyObject *text, Py_ssize_t from, Py_ssize_t to);

/** Add characters of `width` bytes each, quoted. */
void strobe_pieces_characters(struct strobe_pieces *pieces, const void *characters, size_t count, unsigned width);

/** End the leaf. */
void strobe_pieces_end(struct strobe_pieces *pieces);

#endif
