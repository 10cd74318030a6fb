/**
 * Values of expressions: a borrowed Python object, or something computed that lives in the arena.
 *
 * One Python value can stand in two forms: the int 7 as OBJECT (an exact int of the program) and as INT. Nobody
 * switches on `kind` to learn what a value *is*: ask the readers, which know both forms and read subclasses of built-in
 * types as their base's data (number.h, text.h, items.h, moment.h, decimal.h).   For the rules see evaluation.h.
 */
#ifndef STROBE_EXPRESSION_VALUE_H
#define STROBE_EXPRESSION_VALUE_H

#include <Python.h>
#include <stdbool.h>
#include <stdint.h>

#include "probes/expression/py/evaluation.h"

enum strobe_value_kind {
    STROBE_VALUE_OBJECT,    /* `object`: of the program, or a constant of the expression */
    STROBE_VALUE_INT,       /* `integer` */
    STROBE_VALUE_FLOAT,     /* `real` */
    STROBE_VALUE_WIDE,      /* `wide`: an int beyond 64 bits */
    STROBE_VALUE_TEXT,      /* `text`: a str */
    STROBE_VALUE_BYTES,     /* `bytes` */
    STROBE_VALUE_LIST,      /* `items` */
    STROBE_VALUE_TUPLE,     /* `items` */
    STROBE_VALUE_SET,       /* `table`, values unused */
    STROBE_VALUE_FROZENSET, /* `table`, values unused */
    STROBE_VALUE_DICT,      /* `table` */
    STROBE_VALUE_ITERATOR,  /* `items`: what zip(), enumerate(), reversed(), dict.items() give: no length, no index */
    STROBE_VALUE_RANGE,     /* `range` */
    STROBE_VALUE_SLICE,     /* `slice` */
    STROBE_VALUE_MOMENT,    /* `moment`: a date, time, datetime or timedelta */
    STROBE_VALUE_DECIMAL,   /* `decimal` */
    STROBE_VALUE_KIND_COUNT
};

struct strobe_wide;    /* number.h */
struct strobe_text;    /* text.h */
struct strobe_bytes;   /* text.h */
struct strobe_items;   /* items.h */
struct strobe_table;   /* items.h */
struct strobe_range;   /* items.h */
struct strobe_slice;   /* items.h */
struct strobe_moment;  /* moment.h */
struct strobe_decimal; /* decimal.h */

struct strobe_value {
    enum strobe_value_kind kind;
    union {
        PyObject *object; /* borrowed */
        int64_t integer;
        double real;
        struct strobe_wide *wide;
        struct strobe_text *text;
        struct strobe_bytes *bytes;
        struct strobe_items *items;
        struct strobe_table *table;
        struct strobe_range *range;
        struct strobe_slice *slice;
        struct strobe_moment *moment;
        struct strobe_decimal *decimal;
    } as;
};

static inline struct strobe_value strobe_value_object(PyObject *object)
{
    return (struct strobe_value){STROBE_VALUE_OBJECT, {.object = object}};
}

static inline struct strobe_value strobe_value_int(int64_t integer)
{
    return (struct strobe_value){STROBE_VALUE_INT, {.integer = integer}};
}

static inline struct strobe_value strobe_value_float(double real)
{
    return (struct strobe_value){STROBE_VALUE_FLOAT, {.real = real}};
}

/** True and False are always the objects. */
static inline struct strobe_value strobe_value_bool(bool truth)
{
    return strobe_value_object(truth ? Py_True : Py_False);
}

static inline bool strobe_value_is(struct strobe_value value, PyObject *object)
{
    return value.kind == STROBE_VALUE_OBJECT && value.as.object == object;
}

/** What type() would say; borrowed. Never the result of a `__class__` property. ITERATOR gives a built-in iterator's.
 */
PyTypeObject *strobe_value_type(struct strobe_value value);

/** The type's name for messages, without module; borrowed, UTF-8. */
const char *strobe_value_type_name(struct strobe_value value);

/** Whether the value counts as true. Fault UNSAFE where a `__bool__` or `__len__` of the program would run. */
int strobe_value_truth(struct strobe_evaluation *evaluation, struct strobe_value value, bool *ret_truth);

/** `is`: the same object. Computed values are identical only to themselves; small ints by value, as in CPython. */
bool strobe_value_identical(struct strobe_value left, struct strobe_value right);

#endif
