/** The fields of a range. GIL: held. Sets no exception, allocates nothing. */
#ifndef STROBE_PY_RANGE_H
#define STROBE_PY_RANGE_H

#include <Python.h>
#include <stdbool.h>

struct strobe_range_fields {
    PyObject *start, *stop, *step; /* exact int; borrowed from the range */
};

/** Read an exact range. @return false when this version keeps them elsewhere */
bool strobe_range_read(PyObject *range, struct strobe_range_fields *ret_fields);

#endif
