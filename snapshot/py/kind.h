/**
 * How the values of each type are written: one table from names of classes to writers, and a memory from types to
 * entries of the table, so that a value costs one look-up by address. For the rules of snapshot/py see walk.h.
 */
#ifndef STROBE_SNAPSHOT_KIND_H
#define STROBE_SNAPSHOT_KIND_H

#include <Python.h>
#include <stdbool.h>

struct strobe_value;

enum strobe_kind_flag {
    STROBE_KIND_NATIVE = 1, /* memory is read by a C struct: only a type that no class statement can make */
    STROBE_KIND_WHOLE = 2   /* what is stored in the instance besides is no part of the program's data */
};

/** One entry. Tables of them end with a NULL name. */
struct strobe_kind {
    const char *name; /* `module.Class` of the class or one it inherits from, as strobe_type_name() writes it */
    unsigned flags;   /* enum strobe_kind_flag */
    Py_ssize_t size;  /* of the struct that is read: the type's basic size has to reach it; 0: not looked at */
    /* Put the parts of the value; fields are added afterwards. NULL: fields only. @return false: nothing was put */
    bool (*write)(struct strobe_value *value);
};

/** The tables, each in the file of its noun. */
extern const struct strobe_kind strobe_kinds_core[], strobe_kinds_place[], strobe_kinds_datetime[],
    strobe_kinds_decimal[], strobe_kinds_container[], strobe_kinds_sequence[], strobe_kinds_standard[],
    strobe_kinds_path[], strobe_kinds_regex[], strobe_kinds_file[], strobe_kinds_lock[], strobe_kinds_future[],
    strobe_kinds_ctypes[], strobe_kinds_numpy[], strobe_kinds_pandas[], strobe_kinds_torch[], strobe_kinds_model[];

/** Make the table of names. Called once at start. */
void strobe_kind_init(void);

/** The kind of a type; static, never NULL. */
const struct strobe_kind *strobe_kind_of(PyTypeObject *type);

#endif
