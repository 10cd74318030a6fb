#include "base/py/decimal.h"

#include <string.h>

enum { FLAG_NEGATIVE = 1, FLAG_INFINITE = 2, FLAG_NAN = 4, FLAG_SIGNALLING_NAN = 8 };

/* Private to _decimal.c and libmpdec; the same from 3.3 to 3.15 on 64-bit systems, and checked by size. */
struct decimal_object {
    PyObject ob_base;
    Py_hash_t hash;
    struct {
        uint8_t flags;
        int64_t exponent;
        int64_t digits;
        int64_t words;
        int64_t allocated;
        const uint64_t *data;
    } number;
    uint64_t small_data[4];
};

bool strobe_decimal_is_exact_type(PyTypeObject *type)
{
    return strcmp(type->tp_name, "decimal.Decimal") == 0 &&
           type->tp_basicsize == (Py_ssize_t)sizeof(struct decimal_object) &&
           (!PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE) || PyType_HasFeature(type, Py_TPFLAGS_IMMUTABLETYPE));
}

bool strobe_decimal_is_type(PyTypeObject *type)
{
    for (; type != NULL; type = type->tp_base) {
        if (strobe_decimal_is_exact_type(type)) {
            return true;
        }
    }
    return false;
}

bool strobe_decimal_read(PyObject *object, struct strobe_decimal_storage *ret_storage)
{
    if (!strobe_decimal_is_type(Py_TYPE(object))) {
        return false;
    }
    const struct decimal_object *decimal = (const struct decimal_object *)object;
    unsigned flags = decimal->number.flags;
    *ret_storage = (struct strobe_decimal_storage){
        .negative = (flags & FLAG_NEGATIVE) != 0,
        .infinite = (flags & FLAG_INFINITE) != 0,
        .nan = (flags & (FLAG_NAN | FLAG_SIGNALLING_NAN)) != 0,
        .signalling = (flags & FLAG_SIGNALLING_NAN) != 0,
        .exponent = decimal->number.exponent,
        .digits = decimal->number.digits,
        .words_count = decimal->number.words,
        .words = decimal->number.data,
    };
    return true;
}
