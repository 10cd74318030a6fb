#include "probes/expression/py/sets.h"

#include "probes/expression/py/compare_containers.h"
#include "probes/expression/py/gate.h"
#include "probes/expression/py/number.h"

static struct strobe_value none(void)
{
    return strobe_value_object(Py_None);
}

enum strobe_value_kind strobe_set_kind(struct strobe_value value)
{
    bool frozen = value.kind == STROBE_VALUE_FROZENSET ||
                  (value.kind == STROBE_VALUE_OBJECT && PyFrozenSet_Check(value.as.object));
    return frozen ? STROBE_VALUE_FROZENSET : STROBE_VALUE_SET;
}

/* Add what is in `source` and, for `wanted` 0 or 1, not in or in `other`. */
static int add_all(struct strobe_evaluation *evaluation, struct strobe_table *table, struct strobe_value source,
                   const struct strobe_value *other, int wanted)
{
    struct strobe_iteration iteration;
    struct strobe_value item;
    int status = strobe_iteration_begin(evaluation, source, &iteration);
    while (status == 0 && (status = strobe_iteration_next(evaluation, &iteration, &item)) == 1) {
        int has = other != NULL ? strobe_set_like_has(evaluation, *other, item) : wanted;
        if (has < 0) {
            return has;
        }
        status = has == wanted ? strobe_table_set(evaluation, table, item, none()) : 0;
    }
    return status;
}

int strobe_set_collect(struct strobe_evaluation *evaluation, enum strobe_value_kind kind, struct strobe_value source,
                       struct strobe_value *ret_value)
{
    struct strobe_value set;
    int status = strobe_table_make(evaluation, kind, &set);
    status = status < 0 ? status : add_all(evaluation, set.as.table, source, NULL, 1);
    if (status == 0) {
        *ret_value = set;
    }
    return status;
}

/* What both have, as CPython takes it: the members of the shorter set, and of what is no set in any case. They may
 * equal the other's and still look different: True and 1. */
static int intersect(struct strobe_evaluation *evaluation, struct strobe_table *table, struct strobe_value left,
                     struct strobe_value right, bool right_is_set)
{
    Py_ssize_t left_length, right_length;
    int status = strobe_value_length(evaluation, left, &left_length);
    status = status < 0 ? status : strobe_value_length(evaluation, right, &right_length);
    if (status < 0) {
        return status;
    }
    bool take_left = right_is_set && right_length > left_length;
    return add_all(evaluation, table, take_left ? left : right, take_left ? &right : &left, 1);
}

int strobe_set_combine(struct strobe_evaluation *evaluation, enum strobe_set_operation operation,
                       enum strobe_value_kind kind, struct strobe_value left, struct strobe_value right,
                       struct strobe_value *ret_value)
{
    struct strobe_value set;
    int status = 0;
    bool right_is_set = strobe_is_like_a_set(right);
    if (!right_is_set && operation != STROBE_SET_UNION) {
        status = strobe_set_collect(evaluation, STROBE_VALUE_SET, right, &right);
    }
    status = status < 0 ? status : strobe_table_make(evaluation, kind, &set);
    if (status < 0) {
        return status;
    }
    struct strobe_table *table = set.as.table;
    switch (operation) {
    case STROBE_SET_UNION:
        status = add_all(evaluation, table, left, NULL, 1);
        status = status < 0 ? status : add_all(evaluation, table, right, NULL, 1);
        break;
    case STROBE_SET_INTERSECTION:
        status = intersect(evaluation, table, left, right, right_is_set);
        break;
    case STROBE_SET_DIFFERENCE:
        status = add_all(evaluation, table, left, &right, 0);
        break;
    case STROBE_SET_SYMMETRIC_DIFFERENCE:
        status = add_all(evaluation, table, left, &right, 0);
        status = status < 0 ? status : add_all(evaluation, table, right, &left, 0);
        break;
    }
    if (status == 0) {
        *ret_value = set;
    }
    return status;
}

int strobe_dict_update(struct strobe_evaluation *evaluation, struct strobe_table *table, struct strobe_value dict)
{
    struct strobe_table_walk walk = {0};
    int status;
    dict = strobe_dict_shown(dict);
    while ((status = strobe_table_next(evaluation, dict, &walk)) == 1) {
        status = strobe_gate_entry(evaluation, dict, walk.key);
        status = status < 0 ? status : strobe_table_set(evaluation, table, walk.key, walk.value);
        if (status < 0) {
            return status;
        }
    }
    return status;
}

/* ---- Operators ---- */

static bool is_a(struct strobe_value value, enum strobe_container container)
{
    return strobe_container_of(value) == container;
}

static int concatenate(struct strobe_evaluation *evaluation, enum strobe_value_kind kind, struct strobe_value left,
                       struct strobe_value right, struct strobe_value *ret_value)
{
    const struct strobe_value sides[] = {left, right};
    Py_ssize_t lengths[2];
    struct strobe_value items, item;
    int status = strobe_value_length(evaluation, left, &lengths[0]);
    status = status < 0 ? status : strobe_value_length(evaluation, right, &lengths[1]);
    status = status < 0 ? status : strobe_items_make(evaluation, kind, lengths[0] + lengths[1], &items);
    for (size_t side = 0; side < 2; side++) {
        for (Py_ssize_t i = 0; status == 0 && i < lengths[side]; i++) {
            status = strobe_evaluation_spend(evaluation, 1);
            status = status < 0 ? status : strobe_sequence_get(evaluation, sides[side], i, &item);
            status = status < 0 ? status : strobe_items_append(evaluation, items.as.items, item);
        }
    }
    if (status == 0) {
        *ret_value = items;
    }
    return status;
}

static int repeat(struct strobe_evaluation *evaluation, enum strobe_value_kind kind, struct strobe_value sequence,
                  struct strobe_value times, struct strobe_value *ret_value)
{
    Py_ssize_t count, length;
    struct strobe_value items, item;
    int status = strobe_number_index(evaluation, times, &count);
    status = status < 0 ? status : strobe_value_length(evaluation, sequence, &length);
    if (status < 0) {
        return status;
    }
    count = count < 0 || length == 0 ? 0 : count;
    if (count > STROBE_EXPRESSION_ITEMS_MAX || count * length > STROBE_EXPRESSION_ITEMS_MAX) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_LIMIT, "a container of more than %d items",
                                      STROBE_EXPRESSION_ITEMS_MAX);
    }
    status = strobe_items_make(evaluation, kind, count * length, &items);
    for (Py_ssize_t i = 0; status == 0 && i < count * length; i++) {
        status = strobe_evaluation_spend(evaluation, 1);
        status = status < 0 ? status : strobe_sequence_get(evaluation, sequence, i % length, &item);
        status = status < 0 ? status : strobe_items_append(evaluation, items.as.items, item);
    }
    if (status == 0) {
        *ret_value = items;
    }
    return status;
}

/* list + list, list * int, int * list, and the same of tuples. @return 1 when it is none of them */
static int sequence_binary(struct strobe_evaluation *evaluation, enum strobe_binary operation, struct strobe_value left,
                           struct strobe_value right, struct strobe_value *ret_value)
{
    static const struct {
        enum strobe_container container;
        enum strobe_value_kind kind;
    } sequences[] = {{STROBE_CONTAINER_LIST, STROBE_VALUE_LIST}, {STROBE_CONTAINER_TUPLE, STROBE_VALUE_TUPLE}};
    struct strobe_number number;
    for (size_t i = 0; i < 2; i++) {
        bool is_left = is_a(left, sequences[i].container);
        bool is_right = is_a(right, sequences[i].container);
        if (operation == STROBE_BINARY_ADD && is_left && is_right) {
            return concatenate(evaluation, sequences[i].kind, left, right, ret_value);
        }
        if (operation == STROBE_BINARY_MULTIPLY && (is_left || is_right)) {
            struct strobe_value times = is_left ? right : left;
            enum strobe_number_kind kind = strobe_number_of(times, &number);
            if (kind == STROBE_NUMBER_INT || kind == STROBE_NUMBER_WIDE) {
                return repeat(evaluation, sequences[i].kind, is_left ? left : right, times, ret_value);
            }
        }
    }
    return 1;
}

static int merge(struct strobe_evaluation *evaluation, struct strobe_value left, struct strobe_value right,
                 struct strobe_value *ret_value)
{
    struct strobe_value dict;
    int status = strobe_table_make(evaluation, STROBE_VALUE_DICT, &dict);
    status = status < 0 ? status : strobe_dict_update(evaluation, dict.as.table, left);
    status = status < 0 ? status : strobe_dict_update(evaluation, dict.as.table, right);
    if (status == 0) {
        *ret_value = dict;
    }
    return status;
}

static bool set_operation(enum strobe_binary operation, enum strobe_set_operation *ret_operation)
{
    switch (operation) {
    case STROBE_BINARY_OR:
        *ret_operation = STROBE_SET_UNION;
        return true;
    case STROBE_BINARY_AND:
        *ret_operation = STROBE_SET_INTERSECTION;
        return true;
    case STROBE_BINARY_SUBTRACT:
        *ret_operation = STROBE_SET_DIFFERENCE;
        return true;
    case STROBE_BINARY_XOR:
        *ret_operation = STROBE_SET_SYMMETRIC_DIFFERENCE;
        return true;
    default:
        return false;
    }
}

static bool is_set_like_view(struct strobe_value value)
{
    return strobe_is_like_a_set(value) && !is_a(value, STROBE_CONTAINER_SET);
}

/* Keys or items of a dict with anything that can be iterated, from either side: a set, as in Python. */
static int combine_view(struct strobe_evaluation *evaluation, enum strobe_set_operation operation,
                        struct strobe_value left, struct strobe_value right, struct strobe_value *ret_value)
{
    int status = strobe_is_like_a_set(left) ? 0 : strobe_set_collect(evaluation, STROBE_VALUE_SET, left, &left);
    return status < 0 ? status : strobe_set_combine(evaluation, operation, STROBE_VALUE_SET, left, right, ret_value);
}

int strobe_items_binary(struct strobe_evaluation *evaluation, int operation, struct strobe_value left,
                        struct strobe_value right, struct strobe_value *ret_value)
{
    enum strobe_set_operation combination;
    if (set_operation((enum strobe_binary)operation, &combination)) {
        if (is_set_like_view(left) || is_set_like_view(right)) {
            return combine_view(evaluation, combination, left, right, ret_value);
        }
        if (is_a(left, STROBE_CONTAINER_SET) && is_a(right, STROBE_CONTAINER_SET)) {
            return strobe_set_combine(evaluation, combination, strobe_set_kind(left), left, right, ret_value);
        }
        if (combination == STROBE_SET_UNION && is_a(left, STROBE_CONTAINER_DICT) &&
            is_a(right, STROBE_CONTAINER_DICT)) {
            return merge(evaluation, left, right, ret_value);
        }
    }
    return sequence_binary(evaluation, (enum strobe_binary)operation, left, right, ret_value);
}
