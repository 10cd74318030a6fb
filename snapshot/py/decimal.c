/*
 * decimal.Decimal of the C implementation: a sign, an exponent and a coefficient in words of 19 decimal digits. The
 * structs are private to _decimal.c and libmpdec; the same from 3.3 to 3.15 on 64-bit systems, and checked by size.
 */
#include "snapshot/py/value.h"

#include <stdio.h>
#include <string.h>

#include "snapshot/py/kind.h"
#include "snapshot/py/type_name.h"

enum {
    WORD_DIGITS = 19,
    WORDS_MAX = 50, /* of a longer coefficient only the size is shown */
    TEXT_BYTES = 64 + WORDS_MAX * WORD_DIGITS,
    FLAG_NEGATIVE = 1,
    FLAG_INFINITE = 2,
    FLAG_NAN = 4,
    FLAG_SIGNALLING_NAN = 8
};

struct decimal_object {
    PyObject ob_base;
    Py_hash_t hash;
    struct {
        uint8_t flags;
        int64_t exponent;
        int64_t digits; /* of the coefficient */
        int64_t words;
        int64_t allocated;
        const uint64_t *data; /* lowest first */
    } number;
    uint64_t small_data[4];
};

static bool is_decimal(PyTypeObject *type)
{
    return strcmp(type->tp_name, "decimal.Decimal") == 0 &&
           type->tp_basicsize == (Py_ssize_t)sizeof(struct decimal_object) &&
           (!PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE) || PyType_HasFeature(type, Py_TPFLAGS_IMMUTABLETYPE));
}

static size_t put_coefficient(char *text, const struct decimal_object *decimal)
{
    const uint64_t *words = decimal->number.data;
    int64_t last = decimal->number.words - 1;
    size_t size = (size_t)sprintf(text, "%llu", (unsigned long long)words[last]);
    while (last-- > 0) {
        size += (size_t)sprintf(text + size, "%019llu", (unsigned long long)words[last]);
    }
    return size;
}

/* The digits with their point, as str(Decimal) sets it: with an exponent above 0 or after six leading zeros. */
static size_t put_scientific(char *text, const char *digits, int64_t count, int64_t exponent)
{
    int64_t point = count + exponent; /* digits before it */
    if (exponent > 0 || point <= -6) {
        const char *dot = count > 1 ? "." : "";
        return (size_t)sprintf(text, "%c%s%sE%+lld", digits[0], dot, digits + 1, (long long)(point - 1));
    }
    if (exponent == 0) {
        return (size_t)sprintf(text, "%s", digits);
    }
    if (point <= 0) {
        return (size_t)sprintf(text, "0.%.*s%s", (int)-point, "000000", digits);
    }
    return (size_t)sprintf(text, "%.*s.%s", (int)point, digits, digits + point);
}

static void write_number(struct strobe_value *value, const struct decimal_object *decimal)
{
    char digits[WORDS_MAX * WORD_DIGITS + 1], text[TEXT_BYTES];
    size_t count = put_coefficient(digits, decimal);
    size_t size = (size_t)sprintf(text, "Decimal('%s", decimal->number.flags & FLAG_NEGATIVE ? "-" : "");
    size += put_scientific(text + size, digits, (int64_t)count, decimal->number.exponent);
    size += (size_t)sprintf(text + size, "')");
    strobe_value_put_text(value, text, size);
}

static void write_special(struct strobe_value *value, unsigned flags)
{
    char text[TEXT_BYTES];
    const char *name = flags & FLAG_INFINITE ? "Infinity" : flags & FLAG_SIGNALLING_NAN ? "sNaN" : "NaN";
    int size = snprintf(text, sizeof text, "Decimal('%s%s')", flags & FLAG_NEGATIVE ? "-" : "", name);
    strobe_value_put_text(value, text, (size_t)size);
}

static bool write_decimal(struct strobe_value *value)
{
    if (!is_decimal(strobe_type_native(Py_TYPE(value->object)))) {
        return false;
    }
    const struct decimal_object *decimal = (const struct decimal_object *)value->object;
    unsigned flags = decimal->number.flags;
    if ((flags & (FLAG_INFINITE | FLAG_NAN | FLAG_SIGNALLING_NAN)) != 0) {
        write_special(value, flags);
    } else if (decimal->number.words > 0 && decimal->number.words <= WORDS_MAX) {
        write_number(value, decimal);
    } else {
        strobe_value_put_size(value, (uint64_t)decimal->number.digits);
        value->cut = STROBE_CUT_LENGTH;
    }
    return true;
}

const struct strobe_kind strobe_kinds_decimal[] = {
    {"decimal.Decimal", STROBE_KIND_NATIVE, sizeof(struct decimal_object), write_decimal},
    {NULL, 0, 0, NULL},
};
