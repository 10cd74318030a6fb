/**
 * Containers: lists, tuples, sets, dicts, ranges of the program and those made in the arena; walking, indexing,
 * slicing.
 *
 * No iterator of the program is advanced: what can be iterated is walked by its storage. A value that stands under a
 * secret name (a dict's value behind a secret key, the second of a pair (name, value)) is fault REDACTED when it is
 * reached.   For the rules see evaluation.h.
 */
#ifndef STROBE_EXPRESSION_ITEMS_H
#define STROBE_EXPRESSION_ITEMS_H

#include "probes/expression/py/value.h"

/** A list, tuple or iterator in the arena. Growing moves the array within the arena. */
struct strobe_items {
    Py_ssize_t count;
    Py_ssize_t capacity;
    struct strobe_value *values;
    PyTypeObject *type;         /* of an ITERATOR: what type() says (zip, enumerate, dict_keys ...) */
    struct strobe_value source; /* of dict_keys, dict_values, dict_items: the dict; `values` is unused */
};

/** A dict or set in the arena: open addressing over entries in order of insertion. */
struct strobe_table {
    Py_ssize_t count;
    Py_ssize_t capacity;
    Py_ssize_t slots; /* a power of two */
    struct strobe_table_entry {
        uint64_t hash;
        struct strobe_value key;
        struct strobe_value value;
    } * entries;
    int32_t *places; /* entry number, or -1 */
};

struct strobe_range {
    int64_t start;
    int64_t stop;
    int64_t step;
    int64_t count;
};

/** Item `index` of the range; 0 <= index < count. It fits, but the product on the way may not. */
static inline int64_t strobe_range_item(const struct strobe_range *range, int64_t index)
{
    return (int64_t)((__int128)range->start + (__int128)index * range->step);
}

struct strobe_slice {
    struct strobe_value start; /* None: absent */
    struct strobe_value stop;
    struct strobe_value step;
};

/** A walk over what can be iterated. Zero-initialised by begin; trivially copied. */
struct strobe_iteration {
    struct strobe_value container;
    int how; /* private to iteration.c */
    Py_ssize_t position;
    Py_ssize_t count; /* at the start; a dict or set that changed meanwhile cannot: no code runs */
};

/** Begin to walk `container`: list, tuple, set, frozenset, dict (its keys), range, str, bytes, deque, dict views, arena
 *  values. Fault TYPE when Python would say so too, UNSAFE where an `__iter__` or a running iterator would be used. */
int strobe_iteration_begin(struct strobe_evaluation *evaluation, struct strobe_value container,
                           struct strobe_iteration *ret_iteration);

/** The next value. Spends fuel. @return 1 and the value, 0 at the end, or a negative code */
int strobe_iteration_next(struct strobe_evaluation *evaluation, struct strobe_iteration *iteration,
                          struct strobe_value *ret_value);

/** len(). Fault TYPE or UNSAFE as above. */
int strobe_value_length(struct strobe_evaluation *evaluation, struct strobe_value value, Py_ssize_t *ret_length);

/** container[key] for int, slice and dict keys; no `__missing__`, no `__getitem__`, no program's `__hash__` or
 * `__eq__`. */
int strobe_value_subscript(struct strobe_evaluation *evaluation, struct strobe_value container, struct strobe_value key,
                           struct strobe_value *ret_value);

/** The value of a dict of any form behind `key`. @return 1 found, 0 absent, or a negative code (REDACTED,
 * unhashable...) */
int strobe_dict_find(struct strobe_evaluation *evaluation, struct strobe_value dict, struct strobe_value key,
                     struct strobe_value *ret_value);

/** `member in container`; in str it looks for a part. */
int strobe_value_contains(struct strobe_evaluation *evaluation, struct strobe_value container,
                          struct strobe_value member, bool *ret_found);

/** New, empty, of kind LIST, TUPLE or ITERATOR; `capacity` is a guess. Bounds: STROBE_EXPRESSION_ITEMS_MAX. */
int strobe_items_make(struct strobe_evaluation *evaluation, enum strobe_value_kind kind, Py_ssize_t capacity,
                      struct strobe_value *ret_value);
int strobe_items_append(struct strobe_evaluation *evaluation, struct strobe_items *items, struct strobe_value value);

/** All items of what can be iterated, as a new LIST, TUPLE or ITERATOR. */
int strobe_items_collect(struct strobe_evaluation *evaluation, enum strobe_value_kind kind,
                         struct strobe_value container, struct strobe_value *ret_value);

/** New, empty, of kind DICT, SET or FROZENSET. */
int strobe_table_make(struct strobe_evaluation *evaluation, enum strobe_value_kind kind,
                      struct strobe_value *ret_value);

/** Set a key; an equal key that is there keeps its place and form. Fault TYPE "unhashable", UNSAFE for own `__hash__`.
 */
int strobe_table_set(struct strobe_evaluation *evaluation, struct strobe_table *table, struct strobe_value key,
                     struct strobe_value value);

/** Operators that containers have: list +, list/tuple *, set | & - ^, dict |. @return 1 when it is none of theirs */
int strobe_items_binary(struct strobe_evaluation *evaluation, int operation, struct strobe_value left,
                        struct strobe_value right, struct strobe_value *ret_value);

/** What kind of container a value is, subclasses as their base. */
enum strobe_container {
    STROBE_CONTAINER_NONE,
    STROBE_CONTAINER_LIST,
    STROBE_CONTAINER_TUPLE,
    STROBE_CONTAINER_SET, /* frozenset too */
    STROBE_CONTAINER_DICT,
    STROBE_CONTAINER_RANGE,
    STROBE_CONTAINER_DEQUE,
    STROBE_CONTAINER_DICT_KEYS,
    STROBE_CONTAINER_DICT_VALUES,
    STROBE_CONTAINER_DICT_ITEMS,
    STROBE_CONTAINER_ITERATOR
};
enum strobe_container strobe_container_of(struct strobe_value value);

/** Item `index` of a LIST, TUPLE, RANGE or DEQUE; 0 <= index < length. Fault REDACTED behind a secret name. */
int strobe_sequence_get(struct strobe_evaluation *evaluation, struct strobe_value sequence, Py_ssize_t index,
                        struct strobe_value *ret_item);

/** The dict that a DICT, a mapping proxy of one, or a view of one shows: in the arena, or an object; in any other case
 *  the value itself. */
struct strobe_value strobe_dict_shown(struct strobe_value value);

/** A walk over a dict (or mapping proxy) or a set by its table. Zero-initialise. */
struct strobe_table_walk {
    Py_ssize_t position;
    struct strobe_value key;
    struct strobe_value value; /* of a dict; not yet asked whether it is a secret: strobe_gate_entry() */
};

/** Next entry. Spends fuel. @return 1, 0 at the end, or a negative code */
int strobe_table_next(struct strobe_evaluation *evaluation, struct strobe_value table, struct strobe_table_walk *walk);

/** Whether a set, frozenset or the keys of a dict have `member`. @return 1, 0, or a negative code */
int strobe_table_has(struct strobe_evaluation *evaluation, struct strobe_value table, struct strobe_value member);

/** A range with these bounds; fault VALUE for a step of 0, LIMIT for more items than 64 bits count. */
int strobe_range_make(struct strobe_evaluation *evaluation, int64_t start, int64_t stop, int64_t step,
                      struct strobe_value *ret_value);

/** See a range; fault LIMIT when a bound is beyond 64 bits. */
int strobe_range_of(struct strobe_evaluation *evaluation, struct strobe_value value, struct strobe_range *ret_range);

/** See a slice. @return false when it is none */
bool strobe_slice_of(struct strobe_value value, struct strobe_slice *ret_slice);

/** An ITERATOR value of that type over `source`: for dict_keys, dict_values, dict_items. */
int strobe_view_make(struct strobe_evaluation *evaluation, PyTypeObject *type, struct strobe_value source,
                     struct strobe_value *ret_value);

/** The type collections.deque, or NULL; learned by strobe_items_init(), which may set an exception. */
PyTypeObject *strobe_deque_type(void);
/** The type collections.defaultdict, or NULL; learned too. */
PyTypeObject *strobe_default_dict_type(void);

/** The type of the descriptors that the classes of named tuples have; or NULL. Learned by strobe_items_init(). */
PyTypeObject *strobe_field_getter_type(void);

/** The name "_fields", which named tuples have; or NULL. Learned by strobe_items_init(). */
PyObject *strobe_fields_name(void);
int strobe_items_init(void);
void strobe_items_done(void);

#endif
