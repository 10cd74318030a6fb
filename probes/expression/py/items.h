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

struct strobe_slice {
    struct strobe_value start; /* None: absent */
    struct strobe_value stop;
    struct strobe_value step;
};

/** A walk over what can be iterated. Zero-initialised by begin; trivially copied. */
struct strobe_iteration {
    struct strobe_value container;
    int how; /* private to items.c */
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

#endif
