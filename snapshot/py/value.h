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

/** Put a leaf of a type that the classes and functions of CPython's core have. @return false for others */
bool strobe_leaf_write(struct strobe_value *value);

/** Put a leaf for functions, classes, modules, code, generators: by name and place. @return false for others */
bool strobe_place_write(struct strobe_value *value);

/** Put a leaf for datetime's types and their subclasses. @return false for others */
bool strobe_datetime_write(struct strobe_value *value);

/** Put a leaf for decimal.Decimal, as its C implementation stores it. @return false for others */
bool strobe_decimal_write(struct strobe_value *value);

/** Put size and items or entries. @return false when the object is none of the containers known */
bool strobe_container_write(struct strobe_value *value);

/** Put the fields stored in the object, if it has some and they are not put yet. */
void strobe_fields_write(struct strobe_value *value);

/** Put the items of a tuple as fields called `names`, a tuple of as many exact str. */
void strobe_fields_write_tuple(struct strobe_value *value, PyObject *names);

#endif
