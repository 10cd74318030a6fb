/* Items and entries of the built-in containers and of their subclasses' base data. */
#include "snapshot/py/value.h"

#include <string.h>

#include "base/py/attribute.h"
#include "base/py/dict.h"
#include "base/py/set.h"
#include "snapshot/py/name.h"
#include "snapshot/py/reference_list.h"
#include "snapshot/py/type_name.h"

enum {
    SLOTS_MAX = 1000000,  /* places of a table that are looked at for one container: about 1 ms */
    SLOTS_AT_ONCE = 4096, /* before the clock is asked again */
    SLOTS_PER_COST = 64,  /* as strobe_walk_spend() counts */
    PAIR_ENTRIES_MAX = 16 /* a dict of more entries is no {"name": ..., "value": ...} */
};

/* Put the size. @return whether what is inside may be shown at this depth */
static bool open_container(struct strobe_value *value, Py_ssize_t size)
{
    strobe_value_put_size(value, (uint64_t)size);
    if (size > 0 && value->depth >= STROBE_CAPTURE_DEPTH_MAX) {
        value->cut = STROBE_CUT_DEPTH;
        return false;
    }
    return true;
}

/* ---- Sequences ---- */

/* The reason to redact the second of two: ("Authorization", "Basic ...") is a header, not a list. */
static const char *pair_rule(struct strobe_value *value, PyObject *const *items, Py_ssize_t size)
{
    if (size != 2 || items[0] == NULL || !(PyUnicode_Check(items[0]) || PyBytes_Check(items[0]))) {
        return NULL;
    }
    return strobe_name_secret(value->walk, items[0]);
}

static void write_sequence(struct strobe_value *value, PyObject *const *items, Py_ssize_t size)
{
    struct strobe_reference_list list;
    if (!open_container(value, size)) {
        return;
    }
    const char *rule = pair_rule(value, items, size);
    strobe_reference_list_begin(&list, value, STROBE_PART_ITEMS, STROBE_CAPTURE_ITEMS_MAX);
    for (Py_ssize_t i = 0; i < size && strobe_reference_list_may_add(&list, 1, 0); i++) {
        strobe_reference_list_put(&list, items[i], i == 1 ? rule : NULL);
    }
    strobe_reference_list_end(&list);
}

/* The field names of a named tuple, or NULL for any other tuple. */
static PyObject *names_of_tuple(PyObject *tuple)
{
    PyObject *names;
    if (PyTuple_CheckExact(tuple) ||
        strobe_attribute_get((PyObject *)Py_TYPE(tuple), strobe_names.fields, &names) != STROBE_ATTRIBUTE_FOUND ||
        !PyTuple_CheckExact(names) || PyTuple_GET_SIZE(names) != PyTuple_GET_SIZE(tuple)) {
        return NULL;
    }
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(names); i++) {
        if (!PyUnicode_CheckExact(PyTuple_GET_ITEM(names, i))) {
            return NULL;
        }
    }
    return names;
}

static void write_tuple(struct strobe_value *value)
{
    PyObject *names = names_of_tuple(value->object);
    if (names != NULL) {
        if (open_container(value, PyTuple_GET_SIZE(names))) {
            strobe_fields_write_tuple(value, names);
        }
    } else {
        write_sequence(value, ((PyTupleObject *)value->object)->ob_item, PyTuple_GET_SIZE(value->object));
    }
}

static void write_list(struct strobe_value *value)
{
    write_sequence(value, ((PyListObject *)value->object)->ob_item, PyList_GET_SIZE(value->object));
}

/* collections.deque has no public layout, but its own sq_item reads one place and runs nothing else. */
static bool write_deque(struct strobe_value *value)
{
    PyTypeObject *native = strobe_type_native(Py_TYPE(value->object));
    if (strcmp(native->tp_name, "collections.deque") != 0 || native->tp_as_sequence == NULL ||
        native->tp_as_sequence->sq_item == NULL) {
        return false;
    }
    Py_ssize_t size = Py_SIZE(value->object);
    struct strobe_reference_list list;
    if (!open_container(value, size)) {
        return true;
    }
    strobe_reference_list_begin(&list, value, STROBE_PART_ITEMS, STROBE_CAPTURE_ITEMS_MAX);
    for (Py_ssize_t i = 0; i < size && strobe_reference_list_may_add(&list, 1, 0); i++) {
        PyObject *item = native->tp_as_sequence->sq_item(value->object, i);
        strobe_reference_list_put(&list, item, NULL);
        Py_DECREF(item); /* the deque keeps it */
    }
    strobe_reference_list_end(&list);
    return true;
}

/* ---- Sets and dicts ---- */

static void write_set(struct strobe_value *value)
{
    struct strobe_reference_list list;
    if (!open_container(value, ((PySetObject *)value->object)->used)) {
        return;
    }
    strobe_reference_list_begin(&list, value, STROBE_PART_ITEMS, STROBE_CAPTURE_ITEMS_MAX);
    PyObject *item;
    Py_ssize_t position = 0;
    while (strobe_set_next(value->object, &position, SLOTS_AT_ONCE, &item)) {
        if (!strobe_walk_spend(value->walk, item == NULL ? SLOTS_AT_ONCE / SLOTS_PER_COST : 0) ||
            position > SLOTS_MAX) {
            value->cut = STROBE_CUT_TIME;
            break;
        }
        if (item == NULL) {
            continue;
        }
        if (!strobe_reference_list_may_add(&list, 1, 0)) {
            break;
        }
        strobe_reference_list_put(&list, item, NULL);
    }
    strobe_reference_list_end(&list);
}

static struct strobe_name_pair look_for_pair(struct strobe_value *value)
{
    struct strobe_name_pair pair = {NULL};
    PyObject *key, *item;
    Py_ssize_t position = 0;
    if (((PyDictObject *)value->object)->ma_used <= PAIR_ENTRIES_MAX) {
        while (PyDict_Next(value->object, &position, &key, &item)) {
            strobe_name_pair_see(value->walk, &pair, key, item);
        }
    }
    return pair;
}

static void write_entries(struct strobe_value *value)
{
    struct strobe_name_pair pair = look_for_pair(value);
    struct strobe_reference_list list;
    PyObject *key, *item;
    Py_ssize_t position = 0;
    strobe_reference_list_begin(&list, value, STROBE_PART_ENTRIES, STROBE_CAPTURE_ITEMS_MAX);
    while (PyDict_Next(value->object, &position, &key, &item) && strobe_reference_list_may_add(&list, 2, 0)) {
        const char *rule = strobe_name_rule(value->walk, key);
        rule = rule != NULL ? rule : strobe_name_pair_rule(&pair, key);
        strobe_reference_list_put(&list, key, NULL);
        strobe_reference_list_put(&list, item, rule);
    }
    strobe_reference_list_end(&list);
}

static void write_dict(struct strobe_value *value)
{
    Py_ssize_t size = ((PyDictObject *)value->object)->ma_used;
    if (!open_container(value, size)) {
        return;
    }
    Py_ssize_t removed = strobe_dict_slots(value->object) - size;
    if (removed > SLOTS_MAX || !strobe_walk_spend(value->walk, (size_t)removed / SLOTS_PER_COST)) {
        value->cut = STROBE_CUT_TIME; /* nearly all entries were removed: finding the others takes too long */
        return;
    }
    write_entries(value);
}

bool strobe_container_write(struct strobe_value *value)
{
    PyObject *object = value->object;
    if (PyDict_Check(object)) {
        write_dict(value);
    } else if (PyList_Check(object)) {
        write_list(value);
    } else if (PyTuple_Check(object)) {
        write_tuple(value);
    } else if (PyAnySet_Check(object)) {
        write_set(value);
    } else {
        return write_deque(value);
    }
    return true;
}
