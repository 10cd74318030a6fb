#include "probes/expression/py/compare_containers.h"

#include "probes/expression/py/compare.h"
#include "probes/expression/py/gate.h"
#include "probes/expression/py/items.h"

static bool asks_equality(enum strobe_comparison comparison)
{
    return comparison == STROBE_COMPARE_EQ || comparison == STROBE_COMPARE_NE;
}

/* ---- Sequences: the first items that differ decide, else the lengths ---- */

static bool lengths_hold(Py_ssize_t left, Py_ssize_t right, enum strobe_comparison comparison)
{
    switch (comparison) {
    case STROBE_COMPARE_EQ:
        return left == right;
    case STROBE_COMPARE_NE:
        return left != right;
    case STROBE_COMPARE_LT:
        return left < right;
    case STROBE_COMPARE_LE:
        return left <= right;
    case STROBE_COMPARE_GT:
        return left > right;
    default:
        return left >= right;
    }
}

static int compare_sequences(struct strobe_evaluation *evaluation, struct strobe_value left, struct strobe_value right,
                             enum strobe_comparison comparison, bool *ret_result)
{
    Py_ssize_t left_length, right_length;
    int status = strobe_value_length(evaluation, left, &left_length);
    status = status < 0 ? status : strobe_value_length(evaluation, right, &right_length);
    if (status < 0) {
        return status;
    }
    if (asks_equality(comparison) && left_length != right_length) {
        *ret_result = comparison == STROBE_COMPARE_NE;
        return 0;
    }
    for (Py_ssize_t i = 0; i < left_length && i < right_length; i++) {
        struct strobe_value a, b;
        bool equal;
        status = strobe_evaluation_spend(evaluation, 1);
        status = status < 0 ? status : strobe_sequence_get(evaluation, left, i, &a);
        status = status < 0 ? status : strobe_sequence_get(evaluation, right, i, &b);
        status = status < 0 ? status : strobe_value_equal(evaluation, a, b, &equal);
        if (status < 0) {
            return status;
        }
        if (!equal && asks_equality(comparison)) {
            *ret_result = comparison == STROBE_COMPARE_NE;
            return 0;
        }
        if (!equal) {
            return strobe_value_compare(evaluation, a, b, comparison, ret_result);
        }
    }
    *ret_result = lengths_hold(left_length, right_length, comparison);
    return 0;
}

static int compare_ranges(struct strobe_evaluation *evaluation, struct strobe_value left, struct strobe_value right,
                          enum strobe_comparison comparison, bool *ret_result)
{
    struct strobe_range a, b;
    if (!asks_equality(comparison)) {
        return strobe_comparison_refuse(evaluation, left, right, comparison);
    }
    int status = strobe_range_of(evaluation, left, &a);
    status = status < 0 ? status : strobe_range_of(evaluation, right, &b);
    if (status == 0) {
        bool equal = a.count == b.count && (a.count == 0 || (a.start == b.start && (a.count == 1 || a.step == b.step)));
        *ret_result = equal == (comparison == STROBE_COMPARE_EQ);
    }
    return status;
}

/* ---- Sets and dicts ---- */

/* Whether the pair (key, value) is an entry of the dict. @return 1, 0 or a negative code */
static int dict_has_pair(struct strobe_evaluation *evaluation, struct strobe_value dict, struct strobe_value key,
                         struct strobe_value value)
{
    struct strobe_value other;
    bool equal;
    int status = strobe_dict_find(evaluation, dict, key, &other);
    if (status != 1) {
        return status;
    }
    status = strobe_value_equal(evaluation, value, other, &equal);
    return status < 0 ? status : equal;
}

int strobe_items_view_has(struct strobe_evaluation *evaluation, struct strobe_value view, struct strobe_value pair)
{
    Py_ssize_t length;
    struct strobe_value key, value;
    if (strobe_container_of(pair) != STROBE_CONTAINER_TUPLE) {
        return 0;
    }
    int status = strobe_value_length(evaluation, pair, &length);
    if (status < 0 || length != 2) {
        return status;
    }
    status = strobe_sequence_get(evaluation, pair, 0, &key);
    status = status < 0 ? status : strobe_sequence_get(evaluation, pair, 1, &value);
    return status < 0 ? status : dict_has_pair(evaluation, strobe_dict_shown(view), key, value);
}

int strobe_set_like_has(struct strobe_evaluation *evaluation, struct strobe_value whole, struct strobe_value member)
{
    return strobe_container_of(whole) == STROBE_CONTAINER_DICT_ITEMS ? strobe_items_view_has(evaluation, whole, member)
                                                                     : strobe_table_has(evaluation, whole, member);
}

int strobe_set_is_part(struct strobe_evaluation *evaluation, struct strobe_value part, struct strobe_value whole,
                       bool *ret_result)
{
    struct strobe_iteration iteration;
    struct strobe_value member;
    int status = strobe_iteration_begin(evaluation, part, &iteration);
    while (status == 0 && (status = strobe_iteration_next(evaluation, &iteration, &member)) == 1) {
        status = strobe_set_like_has(evaluation, whole, member);
        if (status == 0) {
            *ret_result = false;
            return 0;
        }
        status = status < 0 ? status : 0;
    }
    if (status == 0) {
        *ret_result = true;
    }
    return status;
}

static int compare_sets(struct strobe_evaluation *evaluation, struct strobe_value left, struct strobe_value right,
                        enum strobe_comparison comparison, bool *ret_result)
{
    Py_ssize_t left_length, right_length;
    if (comparison == STROBE_COMPARE_GT || comparison == STROBE_COMPARE_GE) {
        return compare_sets(evaluation, right, left,
                            comparison == STROBE_COMPARE_GT ? STROBE_COMPARE_LT : STROBE_COMPARE_LE, ret_result);
    }
    int status = strobe_value_length(evaluation, left, &left_length);
    status = status < 0 ? status : strobe_value_length(evaluation, right, &right_length);
    if (status < 0) {
        return status;
    }
    bool may_be = asks_equality(comparison) ? left_length == right_length
                                            : left_length + (comparison == STROBE_COMPARE_LT) <= right_length;
    bool is_part = false;
    status = may_be ? strobe_set_is_part(evaluation, left, right, &is_part) : 0;
    if (status == 0) {
        *ret_result = is_part == (comparison != STROBE_COMPARE_NE);
    }
    return status;
}

static int compare_dicts(struct strobe_evaluation *evaluation, struct strobe_value left, struct strobe_value right,
                         enum strobe_comparison comparison, bool *ret_result)
{
    Py_ssize_t left_length, right_length;
    struct strobe_table_walk walk = {0};
    if (!asks_equality(comparison)) {
        return strobe_comparison_refuse(evaluation, left, right, comparison);
    }
    left = strobe_dict_shown(left);
    int status = strobe_value_length(evaluation, left, &left_length);
    status = status < 0 ? status : strobe_value_length(evaluation, right, &right_length);
    bool equal = status == 0 && left_length == right_length;
    while (equal && (status = strobe_table_next(evaluation, left, &walk)) == 1) {
        status = strobe_gate_entry(evaluation, left, walk.key);
        status = status < 0 ? status : dict_has_pair(evaluation, right, walk.key, walk.value);
        if (status < 0) {
            return status;
        }
        equal = status == 1;
    }
    if (status >= 0) {
        *ret_result = equal == (comparison == STROBE_COMPARE_EQ);
        status = 0;
    }
    return status;
}

/* ---- All ---- */

bool strobe_is_like_a_set(struct strobe_value value)
{
    enum strobe_container container = strobe_container_of(value);
    return container == STROBE_CONTAINER_SET || container == STROBE_CONTAINER_DICT_KEYS ||
           container == STROBE_CONTAINER_DICT_ITEMS;
}

/* As tuples of their bounds. @return 1 when they are none */
static int compare_slices(struct strobe_evaluation *evaluation, struct strobe_value left, struct strobe_value right,
                          enum strobe_comparison comparison, bool *ret_result)
{
    struct strobe_slice a, b;
    if (!strobe_slice_of(left, &a) || !strobe_slice_of(right, &b)) {
        return 1;
    }
    const struct strobe_value lefts[] = {a.start, a.stop, a.step};
    const struct strobe_value rights[] = {b.start, b.stop, b.step};
    for (size_t i = 0; i < 3; i++) {
        bool equal;
        int status = strobe_value_equal(evaluation, lefts[i], rights[i], &equal);
        if (status < 0) {
            return status;
        }
        if (!equal && asks_equality(comparison)) {
            *ret_result = comparison == STROBE_COMPARE_NE;
            return 0;
        }
        if (!equal) {
            return strobe_value_compare(evaluation, lefts[i], rights[i], comparison, ret_result);
        }
    }
    *ret_result = lengths_hold(3, 3, comparison);
    return 0;
}

static int compare(struct strobe_evaluation *evaluation, struct strobe_value left, struct strobe_value right,
                   enum strobe_comparison comparison, bool *ret_result)
{
    enum strobe_container container = strobe_container_of(left);
    enum strobe_container other = strobe_container_of(right);
    if (strobe_is_like_a_set(left) && strobe_is_like_a_set(right)) {
        return compare_sets(evaluation, left, right, comparison, ret_result);
    }
    if (container != other) {
        return 1;
    }
    if (container == STROBE_CONTAINER_NONE) {
        return compare_slices(evaluation, left, right, comparison, ret_result);
    }
    switch (container) {
    case STROBE_CONTAINER_LIST:
    case STROBE_CONTAINER_TUPLE:
    case STROBE_CONTAINER_DEQUE:
        return compare_sequences(evaluation, left, right, comparison, ret_result);
    case STROBE_CONTAINER_DICT:
        return compare_dicts(evaluation, left, right, comparison, ret_result);
    case STROBE_CONTAINER_RANGE:
        return compare_ranges(evaluation, left, right, comparison, ret_result);
    default:
        return 1;
    }
}

int strobe_containers_compare(struct strobe_evaluation *evaluation, struct strobe_value left, struct strobe_value right,
                              enum strobe_comparison comparison, bool *ret_result)
{
    if (evaluation->depth >= STROBE_EXPRESSION_DEPTH_MAX) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_LIMIT, "containers nested more than %d deep",
                                      STROBE_EXPRESSION_DEPTH_MAX);
    }
    evaluation->depth++;
    int status = compare(evaluation, left, right, comparison, ret_result);
    evaluation->depth--;
    return status;
}
