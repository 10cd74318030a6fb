/**
 * The data of decimal.Decimal of the C implementation, read from its storage. GIL: held. No function here runs code,
 * sets an exception, allocates or changes a reference count.
 */
#ifndef STROBE_PY_DECIMAL_H
#define STROBE_PY_DECIMAL_H

#include <Python.h>
#include <stdbool.h>
#include <stdint.h>

/** A sign, an exponent and a coefficient; of infinities and NaN the coefficient is none or the payload. */
struct strobe_decimal_storage {
    bool negative;
    bool infinite;
    bool nan;
    bool signalling; /* with `nan` */
    int64_t exponent;
    int64_t digits;        /* of the coefficient */
    int64_t words_count;   /* 0: no coefficient */
    const uint64_t *words; /* borrowed: 19 decimal digits each, lowest first */
};

/** Whether instances of `type` are decimals: the C type or a class derived from it. */
bool strobe_decimal_is_type(PyTypeObject *type);

/** Whether `type` is the C type itself. */
bool strobe_decimal_is_exact_type(PyTypeObject *type);

/** Read `object`. @return false when it is no decimal of the C implementation */
bool strobe_decimal_read(PyObject *object, struct strobe_decimal_storage *ret_storage);

#endif
