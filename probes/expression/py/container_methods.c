/* Methods of lists, tuples, ranges, deques, sets, dicts and their views. */
#include "probes/expression/py/builtins.h"
#include "probes/expression/py/compare.h"
#include "probes/expression/py/compare_containers.h"
#include "probes/expression/py/items.h"
#include "probes/expression/py/number.h"
#include "probes/expression/py/sets.h"

static int no_method(struct strobe_evaluation *evaluation, struct strobe_value receiver, const char *name)
{
    return strobe_evaluation_fail(evaluation, STROBE_FAULT_ATTRIBUTE, "'%s' object has no attribute '%s'",
                                  strobe_value_type_name(receiver), name);
}

/* ---- Sequences ---- */

static int count_items(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                       struct strobe_value *ret_value)
{
    struct strobe_iteration iteration;
    struct strobe_value item;
    int64_t count = 0;
    int status = strobe_iteration_begin(evaluation, arguments->values[0], &iteration);
    while (status == 0 && (status = strobe_iteration_next(evaluation, &iteration, &item)) == 1) {
        bool equal;
        status = strobe_value_equal(evaluation, item, arguments->values[1], &equal);
        count += status == 0 && equal;
    }
    if (status == 0) {
        *ret_value = strobe_value_int(count);
    }
    return status;
}

/* A bound of index(): counted from the end when it is negative, and not beyond either end. */
static int place(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments, unsigned index,
                 Py_ssize_t length, Py_ssize_t absent, Py_ssize_t *ret_place)
{
    Py_ssize_t at = absent;
    if (arguments->positional_count > index) {
        int status = strobe_number_index(evaluation, arguments->values[index], &at);
        if (status < 0) {
            return status;
        }
    }
    at = at < 0 ? at + length : at;
    *ret_place = at < 0 ? 0 : at;
    return 0;
}

static int index_of(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                    struct strobe_value *ret_value)
{
    struct strobe_value sequence = arguments->values[0], item;
    Py_ssize_t length = 0, from = 0, to = 0;
    if (strobe_container_of(sequence) == STROBE_CONTAINER_RANGE && arguments->positional_count > 2) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "range.index() takes exactly one argument");
    }
    int status = strobe_value_length(evaluation, sequence, &length);
    status = status < 0 ? status : place(evaluation, arguments, 2, length, 0, &from);
    status = status < 0 ? status : place(evaluation, arguments, 3, length, length, &to);
    for (Py_ssize_t i = from; status == 0 && i < to && i < length; i++) {
        bool equal;
        status = strobe_evaluation_spend(evaluation, 1);
        status = status < 0 ? status : strobe_sequence_get(evaluation, sequence, i, &item);
        status = status < 0 ? status : strobe_value_equal(evaluation, item, arguments->values[1], &equal);
        if (status == 0 && equal) {
            *ret_value = strobe_value_int(i);
            return 0;
        }
    }
    return status < 0 ? status
                      : strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE, "the value is not in the %s",
                                               strobe_value_type_name(sequence));
}

static int copy_sequence(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                         struct strobe_value *ret_value)
{
    if (strobe_container_of(arguments->values[0]) != STROBE_CONTAINER_LIST) {
        return no_method(evaluation, arguments->values[0], "copy");
    }
    return strobe_items_collect(evaluation, STROBE_VALUE_LIST, arguments->values[0], ret_value);
}

const struct strobe_function_entry strobe_list_methods[] = {
    {"index", index_of, 1, 3, NULL},
    {"count", count_items, 1, 1, NULL},
    {"copy", copy_sequence, 0, 0, NULL},
    {NULL, NULL, 0, 0, NULL},
};

/* ---- Sets ---- */

/* The other as a set, so that it can be asked for its members. */
static int as_set(struct strobe_evaluation *evaluation, struct strobe_value *other)
{
    return strobe_is_like_a_set(*other) ? 0 : strobe_set_collect(evaluation, STROBE_VALUE_SET, *other, other);
}

static int is_subset(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                     struct strobe_value *ret_value)
{
    struct strobe_value other = arguments->values[1];
    bool is_part;
    int status = as_set(evaluation, &other);
    status = status < 0 ? status : strobe_set_is_part(evaluation, arguments->values[0], other, &is_part);
    if (status == 0) {
        *ret_value = strobe_value_bool(is_part);
    }
    return status;
}

static int is_superset(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                       struct strobe_value *ret_value)
{
    bool is_part;
    int status = strobe_set_is_part(evaluation, arguments->values[1], arguments->values[0], &is_part);
    if (status == 0) {
        *ret_value = strobe_value_bool(is_part);
    }
    return status;
}

static int is_disjoint(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                       struct strobe_value *ret_value)
{
    struct strobe_iteration iteration;
    struct strobe_value member;
    int status = strobe_iteration_begin(evaluation, arguments->values[1], &iteration);
    while (status == 0 && (status = strobe_iteration_next(evaluation, &iteration, &member)) == 1) {
        int has = strobe_set_like_has(evaluation, arguments->values[0], member);
        if (has == 1) {
            *ret_value = strobe_value_bool(false);
            return 0;
        }
        status = has;
    }
    if (status == 0) {
        *ret_value = strobe_value_bool(true);
    }
    return status;
}

/* The operation with each argument in turn; without any, a copy. */
static int combine(struct strobe_evaluation *evaluation, enum strobe_set_operation operation,
                   const struct strobe_arguments *arguments, struct strobe_value *ret_value)
{
    struct strobe_value result;
    enum strobe_value_kind kind = strobe_set_kind(arguments->values[0]);
    int status = strobe_set_collect(evaluation, kind, arguments->values[0], &result);
    for (unsigned i = 1; status == 0 && i < arguments->positional_count; i++) {
        status = strobe_set_combine(evaluation, operation, kind, result, arguments->values[i], &result);
    }
    if (status == 0) {
        *ret_value = result;
    }
    return status;
}

static int set_union(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                     struct strobe_value *ret_value)
{
    return combine(evaluation, STROBE_SET_UNION, arguments, ret_value);
}

static int set_intersection(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                            struct strobe_value *ret_value)
{
    return combine(evaluation, STROBE_SET_INTERSECTION, arguments, ret_value);
}

static int set_difference(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                          struct strobe_value *ret_value)
{
    return combine(evaluation, STROBE_SET_DIFFERENCE, arguments, ret_value);
}

static int set_symmetric_difference(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                                    struct strobe_value *ret_value)
{
    return combine(evaluation, STROBE_SET_SYMMETRIC_DIFFERENCE, arguments, ret_value);
}

const struct strobe_function_entry strobe_set_methods[] = {
    {"issubset", is_subset, 1, 1, NULL},
    {"issuperset", is_superset, 1, 1, NULL},
    {"isdisjoint", is_disjoint, 1, 1, NULL},
    {"union", set_union, 0, STROBE_ARGUMENTS_MAX, NULL},
    {"intersection", set_intersection, 0, STROBE_ARGUMENTS_MAX, NULL},
    {"difference", set_difference, 0, STROBE_ARGUMENTS_MAX, NULL},
    {"symmetric_difference", set_symmetric_difference, 1, 1, NULL},
    {"copy", set_union, 0, 0, NULL},
    {NULL, NULL, 0, 0, NULL},
};

const struct strobe_function_entry strobe_view_methods[] = {
    {"isdisjoint", is_disjoint, 1, 1, NULL},
    {NULL, NULL, 0, 0, NULL},
};

/* ---- Dicts ---- */

static int dict_get(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                    struct strobe_value *ret_value)
{
    struct strobe_value value;
    int status = strobe_dict_find(evaluation, arguments->values[0], arguments->values[1], &value);
    if (status < 0) {
        return status;
    }
    struct strobe_value absent = arguments->positional_count > 2 ? arguments->values[2] : strobe_value_object(Py_None);
    *ret_value = status == 1 ? value : absent;
    return 0;
}

static int dict_keys(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                     struct strobe_value *ret_value)
{
    return strobe_view_make(evaluation, &PyDictKeys_Type, arguments->values[0], ret_value);
}

static int dict_values(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                       struct strobe_value *ret_value)
{
    return strobe_view_make(evaluation, &PyDictValues_Type, arguments->values[0], ret_value);
}

static int dict_items(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                      struct strobe_value *ret_value)
{
    return strobe_view_make(evaluation, &PyDictItems_Type, arguments->values[0], ret_value);
}

static int dict_copy(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                     struct strobe_value *ret_value)
{
    struct strobe_value dict;
    int status = strobe_table_make(evaluation, STROBE_VALUE_DICT, &dict);
    status = status < 0 ? status : strobe_dict_update(evaluation, dict.as.table, arguments->values[0]);
    if (status == 0) {
        *ret_value = dict;
    }
    return status;
}

const struct strobe_function_entry strobe_dict_methods[] = {
    {"get", dict_get, 1, 2, NULL},     {"keys", dict_keys, 0, 0, NULL}, {"values", dict_values, 0, 0, NULL},
    {"items", dict_items, 0, 0, NULL}, {"copy", dict_copy, 0, 0, NULL}, {NULL, NULL, 0, 0, NULL},
};

static int from_keys(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                     struct strobe_value *ret_value)
{
    struct strobe_value dict, key;
    struct strobe_iteration iteration;
    struct strobe_value value = arguments->positional_count > 2 ? arguments->values[2] : strobe_value_object(Py_None);
    int status = strobe_table_make(evaluation, STROBE_VALUE_DICT, &dict);
    status = status < 0 ? status : strobe_iteration_begin(evaluation, arguments->values[1], &iteration);
    while (status == 0 && (status = strobe_iteration_next(evaluation, &iteration, &key)) == 1) {
        status = strobe_table_set(evaluation, dict.as.table, key, value);
    }
    if (status == 0) {
        *ret_value = dict;
    }
    return status;
}

const struct strobe_function_entry strobe_dict_class_methods[] = {
    {"fromkeys", from_keys, 1, 2, NULL},
    {NULL, NULL, 0, 0, NULL},
};
