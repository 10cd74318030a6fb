/* Walking containers by their storage. */
#include "base/py/dict.h"
#include "base/py/set.h"
#include "probes/expression/py/gate.h"
#include "probes/expression/py/items.h"
#include "probes/expression/py/text.h"

enum how { WALK_SEQUENCE, WALK_ITEMS, WALK_RANGE, WALK_KEYS, WALK_VALUES, WALK_PAIRS, WALK_TEXT, WALK_BYTES };

enum { SLOTS_AT_ONCE = 64 }; /* places of a set's table that one step pays for */

/* ---- Tables ---- */

static int next_of_dict(PyObject *dict, struct strobe_table_walk *walk)
{
    PyObject *key, *value;
    if (!PyDict_Next(dict, &walk->position, &key, &value)) {
        return 0;
    }
    walk->key = strobe_value_object(key);
    walk->value = strobe_value_object(value);
    return 1;
}

static int next_of_set(struct strobe_evaluation *evaluation, PyObject *set, struct strobe_table_walk *walk)
{
    PyObject *element;
    while (strobe_set_next(set, &walk->position, SLOTS_AT_ONCE, &element)) {
        if (element != NULL) {
            walk->key = strobe_value_object(element);
            return 1;
        }
        int status = strobe_evaluation_spend(evaluation, 1);
        if (status < 0) {
            return status;
        }
    }
    return 0;
}

int strobe_table_next(struct strobe_evaluation *evaluation, struct strobe_value table, struct strobe_table_walk *walk)
{
    int status = strobe_evaluation_spend(evaluation, 1);
    if (status < 0) {
        return status;
    }
    if (table.kind != STROBE_VALUE_OBJECT) {
        if (walk->position >= table.as.table->count) {
            return 0;
        }
        walk->key = table.as.table->entries[walk->position].key;
        walk->value = table.as.table->entries[walk->position++].value;
        return 1;
    }
    return strobe_dict_check(table.as.object) ? next_of_dict(table.as.object, walk)
                                              : next_of_set(evaluation, table.as.object, walk);
}

/* A dict from which nearly all was removed takes long to walk: pay for its empty places. */
static int pay_for_removed(struct strobe_evaluation *evaluation, struct strobe_value table)
{
    if (table.kind != STROBE_VALUE_OBJECT || !strobe_dict_check(table.as.object)) {
        return 0;
    }
    Py_ssize_t removed = strobe_dict_slots(table.as.object) - ((PyDictObject *)table.as.object)->ma_used;
    return removed > SLOTS_AT_ONCE ? strobe_evaluation_spend(evaluation, removed / SLOTS_AT_ONCE) : 0;
}

/* ---- Begin ---- */

static int refuse(struct strobe_evaluation *evaluation, struct strobe_value value)
{
    const PyTypeObject *type = strobe_value_type(value);
    bool iterates = value.kind == STROBE_VALUE_OBJECT &&
                    (type->tp_iter != NULL || (type->tp_as_sequence != NULL && type->tp_as_sequence->sq_item != NULL));
    if (iterates && type->tp_iternext != NULL) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_UNSAFE,
                                      "walking a '%s' would advance it; use the container that it goes over",
                                      strobe_value_type_name(value));
    }
    if (iterates) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_UNSAFE,
                                      "walking a '%s' would run its __iter__; use the list or dict that it keeps",
                                      strobe_value_type_name(value));
    }
    return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "'%s' object is not iterable",
                                  strobe_value_type_name(value));
}

static int begin_other(struct strobe_evaluation *evaluation, struct strobe_value value,
                       struct strobe_iteration *iteration)
{
    struct strobe_text_view text;
    struct strobe_bytes_view bytes;
    if (strobe_text_view_of(value, &text)) {
        iteration->how = WALK_TEXT;
        iteration->count = text.length;
    } else if (strobe_bytes_view_of(value, &bytes)) {
        iteration->how = WALK_BYTES;
        iteration->count = bytes.size;
    } else {
        return refuse(evaluation, value);
    }
    return 0;
}

int strobe_iteration_begin(struct strobe_evaluation *evaluation, struct strobe_value container,
                           struct strobe_iteration *ret_iteration)
{
    struct strobe_iteration iteration = {.container = container};
    int status = 0;
    switch (strobe_container_of(container)) {
    case STROBE_CONTAINER_LIST:
    case STROBE_CONTAINER_TUPLE:
    case STROBE_CONTAINER_DEQUE:
        iteration.how = WALK_SEQUENCE;
        status = strobe_value_length(evaluation, container, &iteration.count);
        break;
    case STROBE_CONTAINER_RANGE:
        iteration.how = WALK_RANGE;
        status = strobe_value_length(evaluation, container, &iteration.count);
        break;
    case STROBE_CONTAINER_ITERATOR:
        iteration.how = WALK_ITEMS;
        iteration.count = container.as.items->count;
        break;
    case STROBE_CONTAINER_SET:
    case STROBE_CONTAINER_DICT:
    case STROBE_CONTAINER_DICT_KEYS:
        iteration.how = WALK_KEYS;
        break;
    case STROBE_CONTAINER_DICT_VALUES:
        iteration.how = WALK_VALUES;
        break;
    case STROBE_CONTAINER_DICT_ITEMS:
        iteration.how = WALK_PAIRS;
        break;
    default:
        status = begin_other(evaluation, container, &iteration);
        break;
    }
    if (status == 0 && (iteration.how == WALK_KEYS || iteration.how == WALK_VALUES || iteration.how == WALK_PAIRS)) {
        iteration.container = strobe_dict_shown(container);
        status = strobe_value_length(evaluation, iteration.container, &iteration.count);
        status = status < 0 ? status : pay_for_removed(evaluation, iteration.container);
    }
    if (status == 0) {
        *ret_iteration = iteration;
    }
    return status;
}

/* ---- Next ---- */

static int next_in_table(struct strobe_evaluation *evaluation, struct strobe_iteration *iteration,
                         struct strobe_value *ret_value)
{
    struct strobe_table_walk walk = {.position = iteration->position};
    int status = strobe_table_next(evaluation, iteration->container, &walk);
    if (status != 1) {
        return status;
    }
    iteration->position = walk.position;
    if (iteration->how == WALK_KEYS) {
        *ret_value = walk.key;
        return 1;
    }
    status = strobe_gate_entry(evaluation, iteration->container, walk.key);
    if (status < 0) {
        return status;
    }
    if (iteration->how == WALK_VALUES) {
        *ret_value = walk.value;
        return 1;
    }
    struct strobe_value pair;
    status = strobe_items_make(evaluation, STROBE_VALUE_TUPLE, 2, &pair);
    if (status < 0) {
        return status;
    }
    pair.as.items->values[0] = walk.key;
    pair.as.items->values[1] = walk.value;
    pair.as.items->count = 2;
    *ret_value = pair;
    return 1;
}

static int next_character(struct strobe_evaluation *evaluation, struct strobe_iteration *iteration,
                          struct strobe_value *ret_value)
{
    struct strobe_text_view text;
    struct strobe_text_builder builder;
    strobe_text_view_of(iteration->container, &text);
    int status = strobe_text_begin(evaluation, &builder);
    status = status < 0 ? status : strobe_text_put_view(&builder, &text, iteration->position, iteration->position + 1);
    status = status < 0 ? status : strobe_text_end(&builder, ret_value);
    return status;
}

static int next_by_place(struct strobe_evaluation *evaluation, struct strobe_iteration *iteration,
                         struct strobe_value *ret_value)
{
    struct strobe_bytes_view bytes;
    int status = strobe_evaluation_spend(evaluation, 1);
    if (status < 0) {
        return status;
    }
    switch ((enum how)iteration->how) {
    case WALK_TEXT:
        status = next_character(evaluation, iteration, ret_value);
        break;
    case WALK_BYTES:
        strobe_bytes_view_of(iteration->container, &bytes);
        *ret_value = strobe_value_int(bytes.data[iteration->position]);
        break;
    case WALK_ITEMS:
        *ret_value = iteration->container.as.items->values[iteration->position];
        break;
    default:
        status = strobe_sequence_get(evaluation, iteration->container, iteration->position, ret_value);
        break;
    }
    iteration->position++;
    return status < 0 ? status : 1;
}

int strobe_iteration_next(struct strobe_evaluation *evaluation, struct strobe_iteration *iteration,
                          struct strobe_value *ret_value)
{
    switch ((enum how)iteration->how) {
    case WALK_KEYS:
    case WALK_VALUES:
    case WALK_PAIRS:
        return next_in_table(evaluation, iteration, ret_value);
    default:
        return iteration->position < iteration->count ? next_by_place(evaluation, iteration, ret_value) : 0;
    }
}
