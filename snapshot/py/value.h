/** One value of the walk as a record of the image. For the rules of snapshot/py see walk.h. */
#ifndef STROBE_SNAPSHOT_VALUE_H
#define STROBE_SNAPSHOT_VALUE_H

#include "snapshot/py/walk.h"

/**
 * A record while it is written. Its parts are put in the order of enum strobe_part; each writer below `or`s its bit
 * into `parts`.
 */
struct strobe_value {
    struct strobe_walk *walk;
    PyObject *object;
    unsigned depth;      /* of the value; what it holds is one deeper */
    unsigned parts;      /* enum strobe_part */
    enum strobe_cut cut; /* the last reason for leaving something out */
};

/** Write the record of `pending`, whose type has number `type`. When it does not fit, `writer.full` is set. */
void strobe_value_write(struct strobe_walk *walk, const struct strobe_pending *pending, unsigned type);

/** The same without anything of the value: only type and reason. */
void strobe_value_write_cut(struct strobe_walk *walk, const struct strobe_pending *pending, unsigned type,
                            enum strobe_cut cut);

/** Put STROBE_PART_SIZE. */
void strobe_value_put_size(struct strobe_value *value, uint64_t size);

/** Put STROBE_PART_LEAF with ready text: UTF-8, or anything else, which is escaped later. */
void strobe_value_put_text(struct strobe_value *value, const char *text, size_t size);

/** Put a leaf of a core type: text, bytes, number or constant. @return false for others */
bool strobe_leaf_write(struct strobe_value *value);

/** Put bytes that are not in a bytes object. @return true */
bool strobe_leaf_write_bytes(struct strobe_value *value, const void *data, size_t size);

/** Put such a leaf of another object, or part of a text, as a piece of the value's leaf; see pieces.h. @return whether
 * it was put */
bool strobe_leaf_piece(struct strobe_value *value, PyObject *object);
bool strobe_leaf_slice(struct strobe_value *value, PyObject *text, Py_ssize_t from, Py_ssize_t to);

/** Put `count` characters of `width` bytes each as such a piece, quoted. */
void strobe_leaf_characters(struct strobe_value *value, const void *characters, size_t count, unsigned width);

/** Put a leaf for functions, classes, modules, code, generators: by name and place. @return false for others */
bool strobe_place_write(struct strobe_value *value);

/** Put size and items or entries. @return false when the object is none of the containers known */
bool strobe_container_write(struct strobe_value *value);

/** Put the size. @return whether what is inside may be shown at this depth; if not, the cut is set */
bool strobe_container_open(struct strobe_value *value, Py_ssize_t size);

/** Put size and items of `count` references in a row; or the entries of a dict that is not the value itself. */
void strobe_container_write_items(struct strobe_value *value, PyObject *const *items, Py_ssize_t count);
void strobe_container_write_dict(struct strobe_value *value, PyObject *dict);

/** A field that is not stored under a name. */
struct strobe_named {
    const char *name; /* NULL: `key`, a str */
    PyObject *object; /* NULL: left out */
    const char *rule; /* why it is redacted, or NULL */
    PyObject *key;
};

/** Put fields. Nothing else of the value's fields is put afterwards. */
void strobe_fields_write_named(struct strobe_value *value, const struct strobe_named *fields, size_t count);

/** Put the fields stored in the object, if it has some and they are not put yet. */
void strobe_fields_write(struct strobe_value *value);

/** Put the items of a tuple as fields called `names`, a tuple of as many exact str. */
void strobe_fields_write_tuple(struct strobe_value *value, PyObject *names);

#endif
