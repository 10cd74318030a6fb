/**
 * The data of datetime's C types, read from their storage. GIL: held. No function here runs code, sets an exception,
 * allocates or changes a reference count.
 *
 * The types are recognised by the names of the static C types, so that the module need not be imported; the pure-Python
 * fallback of the standard library is an object like any other. Subclasses read as their base's data.
 */
#ifndef STROBE_PY_DATETIME_H
#define STROBE_PY_DATETIME_H

#include <Python.h>
#include <stdbool.h>
#include <stdint.h>

enum strobe_datetime_kind {
    STROBE_DATETIME_NONE,
    STROBE_DATETIME_DATE,
    STROBE_DATETIME_TIME,
    STROBE_DATETIME_DATETIME,
    STROBE_DATETIME_DELTA,
    STROBE_DATETIME_ZONE, /* datetime.timezone */
    STROBE_DATETIME_KIND_COUNT
};

/** What instances of `type` are: of the C type itself or of a class derived from it. */
enum strobe_datetime_kind strobe_datetime_kind_of(PyTypeObject *type);

/** What `type` itself is: NONE for derived classes. */
enum strobe_datetime_kind strobe_datetime_kind_exact(PyTypeObject *type);

/** The fields of any of them; those that a kind does not have are 0 or NULL. */
struct strobe_datetime {
    enum strobe_datetime_kind kind;
    int year, month, day;
    int hour, minute, second, microsecond, fold; /* `microsecond` of a DELTA too */
    int days, seconds;                           /* of a DELTA: normalised as CPython keeps them */
    PyObject *tzinfo;                            /* borrowed; NULL: none. Of TIME and DATETIME */
    PyObject *offset;                            /* borrowed: the timedelta of a ZONE */
    PyObject *name;                              /* borrowed: the str of a ZONE, or NULL */
};

/** Read `object`. @return its kind; NONE, and nothing written, when it is none of them */
enum strobe_datetime_kind strobe_datetime_read(PyObject *object, struct strobe_datetime *ret_datetime);

#endif
