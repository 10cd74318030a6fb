/* What containers are, how long, and their items by place; new lists and tuples. */
#include "probes/expression/py/items.h"

#include <string.h>

#include "base/py/dict.h"
#include "probes/expression/py/gate.h"
#include "probes/expression/py/text.h"

/* ---- What was learned once ---- */

static PyTypeObject *deque_type, *default_dict_type, *getter_type; /* owned */
static PyObject *fields_name;                                      /* owned */

static PyTypeObject *type_of(PyObject *module, const char *name)
{
    return module != NULL ? (PyTypeObject *)PyObject_GetAttrString(module, name) : NULL;
}

int strobe_items_init(void)
{
    strobe_items_done();
    PyObject *module = PyImport_ImportModule("_collections"); /* built in; loaded already in nearly all programs */
    deque_type = type_of(module, "deque");
    default_dict_type = deque_type != NULL ? type_of(module, "defaultdict") : NULL;
    getter_type = default_dict_type != NULL ? type_of(module, "_tuplegetter") : NULL;
    fields_name = getter_type != NULL ? PyUnicode_InternFromString("_fields") : NULL;
    Py_XDECREF(module);
    if (fields_name == NULL) {
        strobe_items_done();
        return STROBE_ENOMEM;
    }
    return 0;
}

void strobe_items_done(void)
{
    Py_CLEAR(deque_type);
    Py_CLEAR(default_dict_type);
    Py_CLEAR(getter_type);
    Py_CLEAR(fields_name);
}

PyTypeObject *strobe_default_dict_type(void)
{
    return default_dict_type;
}

PyTypeObject *strobe_deque_type(void)
{
    return deque_type;
}

PyTypeObject *strobe_field_getter_type(void)
{
    return getter_type;
}

PyObject *strobe_fields_name(void)
{
    return fields_name;
}

/* ---- What it is ---- */

static enum strobe_container container_of_object(PyObject *object)
{
    if (PyList_Check(object)) {
        return STROBE_CONTAINER_LIST;
    }
    if (PyTuple_Check(object)) {
        return STROBE_CONTAINER_TUPLE;
    }
    if (strobe_dict_check(object)) {
        return STROBE_CONTAINER_DICT;
    }
    if (PyAnySet_Check(object)) {
        return STROBE_CONTAINER_SET;
    }
    if (PyRange_Check(object)) {
        return STROBE_CONTAINER_RANGE;
    }
    if (PyDictKeys_Check(object)) {
        return STROBE_CONTAINER_DICT_KEYS;
    }
    if (PyDictValues_Check(object)) {
        return STROBE_CONTAINER_DICT_VALUES;
    }
    if (PyDictItems_Check(object)) {
        return STROBE_CONTAINER_DICT_ITEMS;
    }
    if (Py_IS_TYPE(object, &PyDictProxy_Type)) {
        PyObject *mapping = strobe_dict_proxied(object);
        return mapping != NULL && strobe_dict_check(mapping) ? STROBE_CONTAINER_DICT : STROBE_CONTAINER_NONE;
    }
    if (deque_type != NULL && PyObject_TypeCheck(object, deque_type)) {
        return STROBE_CONTAINER_DEQUE;
    }
    return STROBE_CONTAINER_NONE;
}

static enum strobe_container container_of_iterator(const struct strobe_items *items)
{
    if (items->type == &PyDictKeys_Type) {
        return STROBE_CONTAINER_DICT_KEYS;
    }
    if (items->type == &PyDictValues_Type) {
        return STROBE_CONTAINER_DICT_VALUES;
    }
    return items->type == &PyDictItems_Type ? STROBE_CONTAINER_DICT_ITEMS : STROBE_CONTAINER_ITERATOR;
}

enum strobe_container strobe_container_of(struct strobe_value value)
{
    switch (value.kind) {
    case STROBE_VALUE_OBJECT:
        return container_of_object(value.as.object);
    case STROBE_VALUE_LIST:
        return STROBE_CONTAINER_LIST;
    case STROBE_VALUE_TUPLE:
        return STROBE_CONTAINER_TUPLE;
    case STROBE_VALUE_SET:
    case STROBE_VALUE_FROZENSET:
        return STROBE_CONTAINER_SET;
    case STROBE_VALUE_DICT:
        return STROBE_CONTAINER_DICT;
    case STROBE_VALUE_RANGE:
        return STROBE_CONTAINER_RANGE;
    case STROBE_VALUE_ITERATOR:
        return container_of_iterator(value.as.items);
    default:
        return STROBE_CONTAINER_NONE;
    }
}

struct strobe_value strobe_dict_shown(struct strobe_value value)
{
    if (value.kind == STROBE_VALUE_ITERATOR) {
        return value.as.items->values == NULL && value.as.items->source.kind != STROBE_VALUE_KIND_COUNT
                   ? strobe_dict_shown(value.as.items->source)
                   : value;
    }
    if (value.kind != STROBE_VALUE_OBJECT) {
        return value;
    }
    PyObject *object = value.as.object;
    if (Py_IS_TYPE(object, &PyDictProxy_Type)) {
        return strobe_value_object(strobe_dict_proxied(object));
    }
    if (PyDictKeys_Check(object) || PyDictValues_Check(object) || PyDictItems_Check(object)) {
        return strobe_value_object(strobe_dict_of_view(object));
    }
    return value;
}

/* ---- Length ---- */

static Py_ssize_t table_length(struct strobe_value table)
{
    if (table.kind != STROBE_VALUE_OBJECT) {
        return table.as.table->count;
    }
    PyObject *object = table.as.object;
    return strobe_dict_check(object) ? ((PyDictObject *)object)->ma_used : ((PySetObject *)object)->used;
}

static int length_of_other(struct strobe_evaluation *evaluation, struct strobe_value value, Py_ssize_t *ret_length)
{
    struct strobe_text_view text;
    struct strobe_bytes_view bytes;
    if (strobe_text_view_of(value, &text)) {
        *ret_length = text.length;
        return 0;
    }
    if (strobe_bytes_view_of(value, &bytes)) {
        *ret_length = bytes.size;
        return 0;
    }
    const PyTypeObject *type = strobe_value_type(value);
    if (value.kind == STROBE_VALUE_OBJECT &&
        ((type->tp_as_mapping != NULL && type->tp_as_mapping->mp_length != NULL) ||
         (type->tp_as_sequence != NULL && type->tp_as_sequence->sq_length != NULL))) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_UNSAFE,
                                      "len() of a '%s' would run its __len__; use the field that it counts",
                                      strobe_value_type_name(value));
    }
    return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "object of type '%s' has no len()",
                                  strobe_value_type_name(value));
}

int strobe_value_length(struct strobe_evaluation *evaluation, struct strobe_value value, Py_ssize_t *ret_length)
{
    struct strobe_range range;
    switch (strobe_container_of(value)) {
    case STROBE_CONTAINER_LIST:
    case STROBE_CONTAINER_TUPLE:
    case STROBE_CONTAINER_DEQUE: /* its size is where that of all variable objects is */
        *ret_length = value.kind == STROBE_VALUE_OBJECT ? Py_SIZE(value.as.object) : value.as.items->count;
        return 0;
    case STROBE_CONTAINER_SET:
    case STROBE_CONTAINER_DICT:
    case STROBE_CONTAINER_DICT_KEYS:
    case STROBE_CONTAINER_DICT_VALUES:
    case STROBE_CONTAINER_DICT_ITEMS:
        *ret_length = table_length(strobe_dict_shown(value));
        return 0;
    case STROBE_CONTAINER_RANGE: {
        int status = strobe_range_of(evaluation, value, &range);
        if (status == 0) {
            *ret_length = (Py_ssize_t)range.count;
        }
        return status;
    }
    default:
        return length_of_other(evaluation, value, ret_length);
    }
}

/* ---- Items by place ---- */

enum { DEQUE_BLOCK = 64 }; /* items that a deque keeps together: what is far from both ends costs a step for each */

static int deque_item(struct strobe_evaluation *evaluation, PyObject *deque, Py_ssize_t index, PyObject **ret_item)
{
    Py_ssize_t from_end = Py_SIZE(deque) - index;
    int status = strobe_evaluation_spend(evaluation, (index < from_end ? index : from_end) / DEQUE_BLOCK);
    if (status < 0) {
        return status;
    }
    PyObject *item = deque_type->tp_as_sequence->sq_item(deque, index); /* C code that reads one place */
    if (item == NULL) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_INTERNAL, "a deque without item %zd", index);
    }
    Py_DECREF(item); /* the deque keeps it */
    *ret_item = item;
    return 0;
}

/* The item as it stands, whatever it is called. */
static int item_at(struct strobe_evaluation *evaluation, struct strobe_value sequence, Py_ssize_t index,
                   struct strobe_value *ret_item)
{
    struct strobe_range range;
    PyObject *item = NULL;
    int status = 0;
    switch (strobe_container_of(sequence)) {
    case STROBE_CONTAINER_RANGE:
        status = strobe_range_of(evaluation, sequence, &range);
        if (status == 0) {
            *ret_item = strobe_value_int(strobe_range_item(&range, index));
        }
        return status;
    case STROBE_CONTAINER_DEQUE:
        status = deque_item(evaluation, sequence.as.object, index, &item);
        break;
    default:
        if (sequence.kind != STROBE_VALUE_OBJECT) {
            *ret_item = sequence.as.items->values[index];
            return 0;
        }
        item = PyList_Check(sequence.as.object) ? PyList_GET_ITEM(sequence.as.object, index)
                                                : PyTuple_GET_ITEM(sequence.as.object, index);
        if (item == NULL) { /* C code may leave a place empty for a while */
            return strobe_evaluation_fail(evaluation, STROBE_FAULT_INDEX, "nothing at place %zd yet", index);
        }
        break;
    }
    if (status == 0) {
        *ret_item = strobe_value_object(item);
    }
    return status;
}

int strobe_sequence_get(struct strobe_evaluation *evaluation, struct strobe_value sequence, Py_ssize_t index,
                        struct strobe_value *ret_item)
{
    struct strobe_value first = strobe_value_object(Py_None);
    Py_ssize_t count = 0;
    enum strobe_container container = strobe_container_of(sequence);
    if (evaluation->is_secret != NULL && (container == STROBE_CONTAINER_LIST || container == STROBE_CONTAINER_TUPLE)) {
        int status = strobe_value_length(evaluation, sequence, &count);
        if (status == 0 && count == 2 && index == 1) {
            status = item_at(evaluation, sequence, 0, &first);
        }
        status = status < 0 ? status : strobe_gate_item(evaluation, sequence, index, count, first);
        if (status < 0) {
            return status;
        }
    }
    return item_at(evaluation, sequence, index, ret_item);
}

/* ---- New ones ---- */

static int too_many(struct strobe_evaluation *evaluation)
{
    return strobe_evaluation_fail(evaluation, STROBE_FAULT_LIMIT, "a container of more than %d items",
                                  STROBE_EXPRESSION_ITEMS_MAX);
}

int strobe_items_make(struct strobe_evaluation *evaluation, enum strobe_value_kind kind, Py_ssize_t capacity,
                      struct strobe_value *ret_value)
{
    if (capacity > STROBE_EXPRESSION_ITEMS_MAX) {
        return too_many(evaluation);
    }
    struct strobe_items *items = strobe_evaluation_take(evaluation, sizeof *items);
    struct strobe_value *values =
        items != NULL ? strobe_evaluation_take(evaluation, (size_t)capacity * sizeof *values) : NULL;
    if (values == NULL) {
        return STROBE_ELIMIT;
    }
    *items = (struct strobe_items){0, capacity, values, &PySeqIter_Type, {STROBE_VALUE_KIND_COUNT, {.object = NULL}}};
    *ret_value = (struct strobe_value){kind, {.items = items}};
    return 0;
}

/* More room: in place when nothing was taken since, else elsewhere. */
static int grow(struct strobe_evaluation *evaluation, struct strobe_items *items)
{
    Py_ssize_t capacity = items->capacity < 4 ? 8 : 2 * items->capacity;
    struct strobe_arena *arena = evaluation->arena;
    size_t more = (size_t)(capacity - items->capacity) * sizeof *items->values;
    uint8_t *end = (uint8_t *)(items->values + items->capacity);
    if (end == arena->bytes + arena->used && more <= arena->size - arena->used) {
        arena->used += more;
    } else {
        struct strobe_value *values = strobe_evaluation_take(evaluation, (size_t)capacity * sizeof *values);
        if (values == NULL) {
            return STROBE_ELIMIT;
        }
        memcpy(values, items->values, (size_t)items->count * sizeof *values);
        items->values = values;
    }
    items->capacity = capacity;
    return 0;
}

int strobe_items_append(struct strobe_evaluation *evaluation, struct strobe_items *items, struct strobe_value value)
{
    if (items->count >= STROBE_EXPRESSION_ITEMS_MAX) {
        return too_many(evaluation);
    }
    int status = items->count < items->capacity ? 0 : grow(evaluation, items);
    if (status == 0) {
        items->values[items->count++] = value;
    }
    return status;
}

int strobe_items_collect(struct strobe_evaluation *evaluation, enum strobe_value_kind kind,
                         struct strobe_value container, struct strobe_value *ret_value)
{
    struct strobe_iteration iteration;
    struct strobe_value items = {0}, item;
    int status = strobe_iteration_begin(evaluation, container, &iteration);
    if (status == 0) {
        status = strobe_items_make(evaluation, kind, iteration.count > 0 ? iteration.count : 0, &items);
    }
    if (status < 0) {
        return status;
    }
    while ((status = strobe_iteration_next(evaluation, &iteration, &item)) == 1) {
        status = strobe_items_append(evaluation, items.as.items, item);
        if (status < 0) {
            return status;
        }
    }
    if (status == 0) {
        *ret_value = items;
    }
    return status;
}

int strobe_view_make(struct strobe_evaluation *evaluation, PyTypeObject *type, struct strobe_value source,
                     struct strobe_value *ret_value)
{
    struct strobe_items *items = strobe_evaluation_take(evaluation, sizeof *items);
    if (items == NULL) {
        return STROBE_ELIMIT;
    }
    *items = (struct strobe_items){0, 0, NULL, type, source};
    *ret_value = (struct strobe_value){STROBE_VALUE_ITERATOR, {.items = items}};
    return 0;
}
