/*
 * Containers as repr() writes them. Lists and sets are walked by items.c; dicts here, for an entry needs its key to be
 * judged before its value is read.
 */
#include <Python.h>
#include <string.h>
#include <structmember.h>

#include "probes/expression/py/format_writer.h"
#include "probes/expression/py/gate.h"
#include "probes/expression/py/items.h"

static bool is_open(const struct strobe_format_writer *writer, const void *container)
{
    for (const struct strobe_format_inside *inside = writer->inside; inside != NULL; inside = inside->outer) {
        if (inside->container == container) {
            return true;
        }
    }
    return false;
}

/* ---- Pieces ---- */

static int put_items(struct strobe_format_writer *writer, struct strobe_value container, Py_ssize_t *ret_count)
{
    struct strobe_evaluation *evaluation = writer->builder->evaluation;
    struct strobe_iteration iteration;
    struct strobe_value item;
    Py_ssize_t count = 0;
    int status = strobe_iteration_begin(evaluation, container, &iteration);
    while (status == 0) {
        int more = strobe_iteration_next(evaluation, &iteration, &item);
        if (more <= 0) {
            *ret_count = count;
            return more;
        }
        status = count++ > 0 ? strobe_format_put(writer->builder, ", ") : 0;
        status = status < 0 ? status : strobe_format_write(writer, item);
    }
    return status;
}

static int put_entry(struct strobe_format_writer *writer, bool first, bool as_pairs, struct strobe_value dict,
                     struct strobe_value key, struct strobe_value value)
{
    struct strobe_evaluation *evaluation = writer->builder->evaluation;
    int status = first ? 0 : strobe_format_put(writer->builder, ", ");
    status = status < 0 ? status : strobe_gate_entry(evaluation, dict, key);
    status = status < 0 || !as_pairs ? status : strobe_format_put(writer->builder, "(");
    status = status < 0 ? status : strobe_format_write(writer, key);
    status = status < 0 ? status : strobe_format_put(writer->builder, as_pairs ? ", " : ": ");
    status = status < 0 ? status : strobe_format_write(writer, value);
    return status < 0 || !as_pairs ? status : strobe_format_put(writer->builder, ")");
}

static int put_entries(struct strobe_format_writer *writer, struct strobe_value dict, bool as_pairs)
{
    struct strobe_table_walk walk = {0};
    for (bool first = true;; first = false) {
        int more = strobe_table_next(writer->builder->evaluation, dict, &walk);
        int status = more <= 0 ? more : put_entry(writer, first, as_pairs, dict, walk.key, walk.value);
        if (more <= 0 || status < 0) {
            return status;
        }
    }
}

static int put_enclosed(struct strobe_format_writer *writer, const char *open, struct strobe_value container,
                        const char *close)
{
    Py_ssize_t count;
    int status = strobe_format_put(writer->builder, open);
    status = status < 0 ? status : put_items(writer, container, &count);
    return status < 0 ? status : strobe_format_put(writer->builder, close);
}

/* ---- Kinds ---- */

static int put_braced(struct strobe_format_writer *writer, struct strobe_value dict)
{
    int status = strobe_format_put(writer->builder, "{");
    status = status < 0 ? status : put_entries(writer, dict, false);
    return status < 0 ? status : strobe_format_put(writer->builder, "}");
}

/* 3.11 writes the pairs of an OrderedDict as a list. */
static int put_ordered(struct strobe_format_writer *writer, PyObject *dict)
{
    int status = strobe_format_short_name(writer->builder, Py_TYPE(dict));
    status = status < 0 ? status : strobe_format_put(writer->builder, "(");
    if (status < 0 || PyDict_GET_SIZE(dict) == 0) {
        return status < 0 ? status : strobe_format_put(writer->builder, ")");
    }
#if PY_VERSION_HEX >= 0x030C0000
    status = put_braced(writer, strobe_value_object(dict));
    return status < 0 ? status : strobe_format_put(writer->builder, ")");
#else
    status = strobe_format_put(writer->builder, "[");
    status = status < 0 ? status : put_entries(writer, strobe_value_object(dict), true);
    return status < 0 ? status : strobe_format_put(writer->builder, "])");
#endif
}

/* The defaultdict of C, whatever it is a base of; a class of Python's cannot be immutable. */
static bool is_defaultdict(PyTypeObject *type)
{
    while (type->tp_base != NULL && PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE) &&
           !PyType_HasFeature(type, Py_TPFLAGS_IMMUTABLETYPE)) {
        type = type->tp_base;
    }
    return type->tp_base == &PyDict_Type && strcmp(type->tp_name, "collections.defaultdict") == 0;
}

static int put_default(struct strobe_format_writer *writer, PyObject *dict)
{
    /* _collectionsmodule.c, the same from 3.11 to 3.15 */
    const struct {
        PyDictObject dict;
        PyObject *factory;
    } *layout = (const void *)dict;
    PyObject *factory = layout->factory != NULL ? layout->factory : Py_None;
    int status = strobe_format_short_name(writer->builder, Py_TYPE(dict));
    status = status < 0 ? status : strobe_format_put(writer->builder, "(");
    status = status < 0 ? status : strobe_format_write(writer, strobe_value_object(factory));
    status = status < 0 ? status : strobe_format_put(writer->builder, ", ");
    status = status < 0 ? status : put_braced(writer, strobe_value_object(dict));
    return status < 0 ? status : strobe_format_put(writer->builder, ")");
}

static int put_proxy(struct strobe_format_writer *writer, struct strobe_value proxy)
{
    int status = strobe_format_put(writer->builder, "mappingproxy(");
    status = status < 0 ? status : strobe_format_write(writer, strobe_dict_shown(proxy));
    return status < 0 ? status : strobe_format_put(writer->builder, ")");
}

static int put_dict(struct strobe_format_writer *writer, struct strobe_value dict)
{
    if (dict.kind == STROBE_VALUE_OBJECT && !PyDict_CheckExact(dict.as.object)) {
        PyTypeObject *type = Py_TYPE(dict.as.object);
        if (type == &PyDictProxy_Type) {
            return put_proxy(writer, dict);
        }
        if (type->tp_repr == PyODict_Type.tp_repr) {
            return put_ordered(writer, dict.as.object);
        }
        if (is_defaultdict(type)) {
            return put_default(writer, dict.as.object);
        }
    }
    return put_braced(writer, dict);
}

static int put_field_items(struct strobe_format_writer *writer, PyObject *tuple, PyObject *fields)
{
    struct strobe_evaluation *evaluation = writer->builder->evaluation;
    int status = strobe_format_short_name(writer->builder, Py_TYPE(tuple));
    status = status < 0 ? status : strobe_format_put(writer->builder, "(");
    for (Py_ssize_t i = 0; status == 0 && i < PyTuple_GET_SIZE(tuple); i++) {
        struct strobe_value name = strobe_value_object(PyTuple_GET_ITEM(fields, i));
        struct strobe_text_view view;
        if (!strobe_text_view_of(name, &view)) {
            return strobe_evaluation_fail(evaluation, STROBE_FAULT_INTERNAL, "a field without a name");
        }
        if (strobe_text_is_secret(evaluation, name)) {
            return strobe_evaluation_fail(evaluation, STROBE_FAULT_REDACTED, "a field of the tuple is redacted");
        }
        status = i > 0 ? strobe_format_put(writer->builder, ", ") : 0;
        status = status < 0 ? status : strobe_text_put_view(writer->builder, &view, 0, view.length);
        status = status < 0 ? status : strobe_format_put(writer->builder, "=");
        status = status < 0 ? status : strobe_format_write(writer, strobe_value_object(PyTuple_GET_ITEM(tuple, i)));
    }
    return status < 0 ? status : strobe_format_put(writer->builder, ")");
}

/* os.stat_result, time.struct_time ...: C types whose members are the fields. */
static int put_structure(struct strobe_format_writer *writer, PyObject *tuple)
{
    struct strobe_evaluation *evaluation = writer->builder->evaluation;
    const PyMemberDef *member = Py_TYPE(tuple)->tp_members;
    int status = strobe_format_type_name(writer->builder, Py_TYPE(tuple));
    status = status < 0 ? status : strobe_format_put(writer->builder, "(");
    for (Py_ssize_t i = 0; status == 0 && i < PyTuple_GET_SIZE(tuple) && member->name != NULL; i++, member++) {
        if (evaluation->is_secret != NULL && evaluation->is_secret(member->name, strlen(member->name))) {
            return strobe_evaluation_fail(evaluation, STROBE_FAULT_REDACTED, "'%s' is redacted", member->name);
        }
        status = i > 0 ? strobe_format_put(writer->builder, ", ") : 0;
        status = status < 0 ? status : strobe_format_put(writer->builder, member->name);
        status = status < 0 ? status : strobe_format_put(writer->builder, "=");
        status = status < 0 ? status : strobe_format_write(writer, strobe_value_object(PyTuple_GET_ITEM(tuple, i)));
    }
    return status < 0 ? status : strobe_format_put(writer->builder, ")");
}

static int put_tuple(struct strobe_format_writer *writer, struct strobe_value tuple)
{
    Py_ssize_t count = 0;
    if (tuple.kind == STROBE_VALUE_OBJECT && !PyTuple_CheckExact(tuple.as.object)) {
        PyTypeObject *type = Py_TYPE(tuple.as.object);
        PyObject *fields = strobe_format_find_in_classes(writer->builder->evaluation, type, "_fields");
        if (fields != NULL && PyTuple_CheckExact(fields) &&
            PyTuple_GET_SIZE(fields) == PyTuple_GET_SIZE(tuple.as.object)) {
            return put_field_items(writer, tuple.as.object, fields);
        }
        if (type->tp_base == &PyTuple_Type && type->tp_members != NULL && type->tp_members->name != NULL &&
            type->tp_repr != PyTuple_Type.tp_repr) {
            return put_structure(writer, tuple.as.object);
        }
    }
    int status = strobe_format_put(writer->builder, "(");
    status = status < 0 ? status : put_items(writer, tuple, &count);
    return status < 0 ? status : strobe_format_put(writer->builder, count == 1 ? ",)" : ")");
}

static int put_set(struct strobe_format_writer *writer, struct strobe_value set)
{
    Py_ssize_t length;
    PyTypeObject *type = strobe_value_type(set);
    int status = strobe_value_length(writer->builder->evaluation, set, &length);
    if (status == 0 && length > 0 && type == &PySet_Type) {
        return put_enclosed(writer, "{", set, "}");
    }
    status = status < 0 ? status : strobe_format_short_name(writer->builder, type);
    if (status == 0 && length > 0) {
        return put_enclosed(writer, "({", set, "})");
    }
    return status < 0 ? status : strobe_format_put(writer->builder, "()");
}

static int put_range(struct strobe_format_writer *writer, struct strobe_value value)
{
    struct strobe_value parts[3];
    if (value.kind == STROBE_VALUE_RANGE) {
        parts[0] = strobe_value_int(value.as.range->start);
        parts[1] = strobe_value_int(value.as.range->stop);
        parts[2] = strobe_value_int(value.as.range->step);
    } else {
        /* rangeobject.c, the same from 3.11 to 3.15 */
        const struct {
            PyObject_HEAD PyObject *start, *stop, *step, *length;
        } *range = (const void *)value.as.object;
        parts[0] = strobe_value_object(range->start);
        parts[1] = strobe_value_object(range->stop);
        parts[2] = strobe_value_object(range->step);
    }
    bool one = (parts[2].kind == STROBE_VALUE_INT && parts[2].as.integer == 1) ||
               (parts[2].kind == STROBE_VALUE_OBJECT && PyLong_CheckExact(parts[2].as.object) &&
                strobe_value_identical(parts[2], strobe_value_int(1)));
    int status = strobe_format_put(writer->builder, "range(");
    for (int i = 0; status == 0 && i < (one ? 2 : 3); i++) {
        status = i > 0 ? strobe_format_put(writer->builder, ", ") : 0;
        status = status < 0 ? status : strobe_format_write(writer, parts[i]);
    }
    return status < 0 ? status : strobe_format_put(writer->builder, ")");
}

static int put_deque(struct strobe_format_writer *writer, struct strobe_value deque)
{
    /* _collectionsmodule.c, the same from 3.11 to 3.15; negative: unbounded */
    const struct {
        PyObject_VAR_HEAD void *left, *right;
        Py_ssize_t left_index, right_index;
        size_t state;
        Py_ssize_t most;
    } *layout = (const void *)deque.as.object;
    int status = strobe_format_short_name(writer->builder, strobe_value_type(deque));
    if (status < 0 || layout->most < 0) {
        return status < 0 ? status : put_enclosed(writer, "([", deque, "])");
    }
    status = put_enclosed(writer, "([", deque, "], maxlen=");
    status = status < 0 ? status : strobe_format_write(writer, strobe_value_int(layout->most));
    return status < 0 ? status : strobe_format_put(writer->builder, ")");
}

static int put_view(struct strobe_format_writer *writer, struct strobe_value view)
{
    int status = strobe_format_short_name(writer->builder, strobe_value_type(view));
    return status < 0 ? status : put_enclosed(writer, "([", view, "])");
}

static int put_slice(struct strobe_format_writer *writer, struct strobe_value value)
{
    struct strobe_value parts[3];
    if (value.kind == STROBE_VALUE_SLICE) {
        parts[0] = value.as.slice->start;
        parts[1] = value.as.slice->stop;
        parts[2] = value.as.slice->step;
    } else {
        const PySliceObject *slice = (const PySliceObject *)value.as.object;
        parts[0] = strobe_value_object(slice->start);
        parts[1] = strobe_value_object(slice->stop);
        parts[2] = strobe_value_object(slice->step);
    }
    int status = strobe_format_put(writer->builder, "slice(");
    for (int i = 0; status == 0 && i < 3; i++) {
        status = i > 0 ? strobe_format_put(writer->builder, ", ") : 0;
        status = status < 0 ? status : strobe_format_write(writer, parts[i]);
    }
    return status < 0 ? status : strobe_format_put(writer->builder, ")");
}

static int put_iterator(struct strobe_format_writer *writer, struct strobe_value value)
{
    int status = strobe_format_put(writer->builder, "<");
    status = status < 0 ? status : strobe_format_type_name(writer->builder, strobe_value_type(value));
    return status < 0 ? status : strobe_format_put(writer->builder, " object>");
}

static const struct {
    int (*put)(struct strobe_format_writer *writer, struct strobe_value value);
    const char *when_inside_itself;
} kinds[] = {
    [STROBE_CONTAINER_LIST] = {NULL, "[...]"},         [STROBE_CONTAINER_TUPLE] = {put_tuple, "(...)"},
    [STROBE_CONTAINER_SET] = {put_set, "set(...)"},    [STROBE_CONTAINER_DICT] = {put_dict, "{...}"},
    [STROBE_CONTAINER_RANGE] = {put_range, ""},        [STROBE_CONTAINER_DEQUE] = {put_deque, "[...]"},
    [STROBE_CONTAINER_DICT_KEYS] = {put_view, "..."},  [STROBE_CONTAINER_DICT_VALUES] = {put_view, "..."},
    [STROBE_CONTAINER_DICT_ITEMS] = {put_view, "..."}, [STROBE_CONTAINER_ITERATOR] = {put_iterator, ""},
};

int strobe_format_container(struct strobe_format_writer *writer, struct strobe_value value)
{
    struct strobe_evaluation *evaluation = writer->builder->evaluation;
    if (value.kind == STROBE_VALUE_SLICE || (value.kind == STROBE_VALUE_OBJECT && PySlice_Check(value.as.object))) {
        return put_slice(writer, value);
    }
    enum strobe_container container = strobe_container_of(value);
    if (container == STROBE_CONTAINER_NONE || (size_t)container >= sizeof kinds / sizeof kinds[0]) {
        return 1;
    }
    struct strobe_format_inside inside = {value.as.object, writer->inside}; /* any member of the union: an address */
    if (is_open(writer, inside.container)) {
        return strobe_format_put(writer->builder, kinds[container].when_inside_itself);
    }
    if (evaluation->depth >= STROBE_EXPRESSION_DEPTH_MAX) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_LIMIT, "containers are nested deeper than %d",
                                      STROBE_EXPRESSION_DEPTH_MAX);
    }
    evaluation->depth++;
    writer->inside = &inside;
    int status =
        kinds[container].put != NULL ? kinds[container].put(writer, value) : put_enclosed(writer, "[", value, "]");
    writer->inside = inside.outer;
    evaluation->depth--;
    return status;
}
