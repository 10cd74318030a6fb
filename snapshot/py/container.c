/* Items and entries of the built-in containers and of their subclasses' base data. */
#include "snapshot/py/value.h"

#include <string.h>

#include "base/py/attribute.h"
#include "base/py/dict.h"
#include "base/py/set.h"
#include "snapshot/py/environment.h"
#include "snapshot/py/kind.h"
#include "snapshot/py/name.h"
#include "snapshot/py/reference_list.h"
#include "snapshot/py/type_name.h"

enum {
    SLOTS_MAX = 1000000,  /* places of a table that are looked at for one container: about 1 ms */
    SLOTS_AT_ONCE = 4096, /* before the clock is asked again */
    SLOTS_PER_COST = 64,  /* as strobe_walk_spend() counts */
    PAIR_ENTRIES_MAX = 16 /* a dict of more entries is no {"name": ..., "value": ...} */
};

bool strobe_container_open(struct strobe_value *value, Py_ssize_t size)
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

void strobe_container_write_items(struct strobe_value *value, PyObject *const *items, Py_ssize_t size)
{
    struct strobe_reference_list list;
    if (!strobe_container_open(value, size)) {
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
        if (strobe_container_open(value, PyTuple_GET_SIZE(names))) {
            strobe_fields_write_tuple(value, names);
        }
    } else {
        strobe_container_write_items(value, ((PyTupleObject *)value->object)->ob_item, PyTuple_GET_SIZE(value->object));
    }
}

static void write_list(struct strobe_value *value)
{
    strobe_container_write_items(value, ((PyListObject *)value->object)->ob_item, PyList_GET_SIZE(value->object));
}

/* collections.deque has no public layout, but its own sq_item reads one place and runs nothing else. */
static bool write_deque(struct strobe_value *value)
{
    PyTypeObject *native = strobe_type_native(Py_TYPE(value->object));
    if (native->tp_as_sequence == NULL || native->tp_as_sequence->sq_item == NULL) {
        return false;
    }
    Py_ssize_t size = Py_SIZE(value->object);
    struct strobe_reference_list list;
    if (!strobe_container_open(value, size)) {
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
    if (!strobe_container_open(value, ((PySetObject *)value->object)->used)) {
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

static struct strobe_name_pair look_for_pair(struct strobe_value *value, PyObject *dict)
{
    struct strobe_name_pair pair = {NULL};
    PyObject *key, *item;
    Py_ssize_t position = 0;
    if (((PyDictObject *)dict)->ma_used <= PAIR_ENTRIES_MAX) {
        while (PyDict_Next(dict, &position, &key, &item)) {
            strobe_name_pair_see(value->walk, &pair, key, item);
        }
    }
    return pair;
}

static void write_entries(struct strobe_value *value, PyObject *dict)
{
    struct strobe_name_pair pair = look_for_pair(value, dict);
    struct strobe_reference_list list;
    PyObject *key, *item;
    Py_ssize_t position = 0;
    strobe_reference_list_begin(&list, value, STROBE_PART_ENTRIES, STROBE_CAPTURE_ITEMS_MAX);
    while (PyDict_Next(dict, &position, &key, &item) && strobe_reference_list_may_add(&list, 2, 0)) {
        const char *rule = strobe_environment_rule(value->walk, dict, key, item);
        rule = rule != NULL ? rule : strobe_name_pair_rule(&pair, key);
        strobe_reference_list_put(&list, key, NULL);
        strobe_reference_list_put(&list, item, rule);
    }
    strobe_reference_list_end(&list);
}

void strobe_container_write_dict(struct strobe_value *value, PyObject *dict)
{
    Py_ssize_t size = ((PyDictObject *)dict)->ma_used;
    if (!strobe_container_open(value, size)) {
        return;
    }
    Py_ssize_t removed = strobe_dict_slots(dict) - size;
    if (removed > SLOTS_MAX || !strobe_walk_spend(value->walk, (size_t)removed / SLOTS_PER_COST)) {
        value->cut = STROBE_CUT_TIME; /* nearly all entries were removed: finding the others takes too long */
        return;
    }
    write_entries(value, dict);
}

bool strobe_container_write(struct strobe_value *value)
{
    PyObject *object = value->object;
    if (PyDict_Check(object)) {
        strobe_container_write_dict(value, object);
    } else if (PyList_Check(object)) {
        write_list(value);
    } else if (PyTuple_Check(object)) {
        write_tuple(value);
    } else if (PyAnySet_Check(object)) {
        write_set(value);
    } else {
        return false;
    }
    return true;
}

/* ---- The same data in other objects ---- */

/* types.MappingProxyType, private to descrobject.c: the same from 3.3 to 3.15. */
struct proxy_object {
    PyObject ob_base;
    PyObject *mapping;
};

static bool write_proxy(struct strobe_value *value)
{
    PyObject *mapping = ((struct proxy_object *)value->object)->mapping;
    if (mapping == NULL || !PyDict_Check(mapping)) {
        return false;
    }
    strobe_container_write_dict(value, mapping);
    return true;
}

struct view_object {
    PyObject ob_base;
    PyObject *dict;
};

/* The views of a dict, by which of key and item they show. */
static bool write_view(struct strobe_value *value, bool keys, bool items)
{
    PyObject *dict = ((struct view_object *)value->object)->dict;
    if (dict == NULL || strobe_dict_slots(dict) - ((PyDictObject *)dict)->ma_used > SLOTS_MAX) {
        return false;
    }
    if (keys && items) {
        strobe_container_write_dict(value, dict);
        return true;
    }
    if (!strobe_container_open(value, ((PyDictObject *)dict)->ma_used)) {
        return true;
    }
    struct strobe_reference_list list;
    PyObject *key, *item;
    Py_ssize_t position = 0;
    strobe_reference_list_begin(&list, value, STROBE_PART_ITEMS, STROBE_CAPTURE_ITEMS_MAX);
    while (PyDict_Next(dict, &position, &key, &item) && strobe_reference_list_may_add(&list, 1, 0)) {
        strobe_reference_list_put(&list, keys ? key : item,
                                  items ? strobe_environment_rule(value->walk, dict, key, item) : NULL);
    }
    strobe_reference_list_end(&list);
    return true;
}

static bool write_keys(struct strobe_value *value)
{
    return write_view(value, true, false);
}

static bool write_values(struct strobe_value *value)
{
    return write_view(value, false, true);
}

static bool write_items(struct strobe_value *value)
{
    return write_view(value, true, true);
}

/* collections.OrderedDict, private to odictobject.c: the same from 3.5 to 3.15. */
struct ordered_node {
    PyObject *key;
    Py_hash_t hash;
    struct ordered_node *next, *previous;
};

struct ordered_dict_object {
    PyDictObject base;
    struct ordered_node *first, *last;
    struct ordered_node **fast_nodes;
    Py_ssize_t fast_nodes_size;
    void *resize_sentinel;
    size_t state;
    PyObject *instance_dict, *weakrefs;
};

/* The value of exactly this key, mostly the next entry at `position`; NULL when it is not among those looked at. */
static PyObject *next_value_of(PyObject *dict, PyObject *wanted, Py_ssize_t *position)
{
    PyObject *key, *item;
    int wraps = 0;
    for (int i = 0; i < SLOTS_AT_ONCE; i++) {
        if (!PyDict_Next(dict, position, &key, &item)) {
            *position = 0;
            if (++wraps == 2) {
                break;
            }
        } else if (key == wanted) {
            return item;
        }
    }
    return NULL;
}

/* In their own order, which may be another than that of the dict below. */
static void write_ordered_entries(struct strobe_value *value)
{
    const struct ordered_dict_object *ordered = (const struct ordered_dict_object *)value->object;
    struct strobe_name_pair pair = look_for_pair(value, value->object);
    struct strobe_reference_list list;
    Py_ssize_t position = 0;
    strobe_reference_list_begin(&list, value, STROBE_PART_ENTRIES, STROBE_CAPTURE_ITEMS_MAX);
    for (const struct ordered_node *node = ordered->first; node != NULL; node = node->next) {
        PyObject *item = next_value_of(value->object, node->key, &position);
        if (item == NULL) {
            value->cut = STROBE_CUT_TIME; /* entries were moved about, and this one is not near */
            break;
        }
        if (!strobe_reference_list_may_add(&list, 2, 0)) {
            break;
        }
        const char *rule = strobe_environment_rule(value->walk, value->object, node->key, item);
        strobe_reference_list_put(&list, node->key, NULL);
        strobe_reference_list_put(&list, item, rule != NULL ? rule : strobe_name_pair_rule(&pair, node->key));
    }
    strobe_reference_list_end(&list);
}

static bool write_ordered_dict(struct strobe_value *value)
{
    Py_ssize_t size = ((PyDictObject *)value->object)->ma_used;
    if (strobe_dict_slots(value->object) - size > SLOTS_MAX || size == 0) {
        strobe_container_write_dict(value, value->object);
    } else if (strobe_container_open(value, size)) {
        write_ordered_entries(value);
    }
    return true;
}

static bool write_default_dict(struct strobe_value *value)
{
    PyObject *factory = NULL;
    strobe_container_write_dict(value, value->object);
    if (value->cut != STROBE_CUT_DEPTH && !value->walk->writer.full &&
        strobe_attribute_get(value->object, strobe_names.default_factory, &factory) == STROBE_ATTRIBUTE_FOUND) {
        const struct strobe_named field = {"default_factory", factory, NULL, NULL};
        strobe_fields_write_named(value, &field, 1);
    }
    return true;
}

#define NATIVE STROBE_KIND_NATIVE
const struct strobe_kind strobe_kinds_container[] = {
    {"set", NATIVE, 0, strobe_container_write},
    {"frozenset", NATIVE, 0, strobe_container_write},
    {"collections.deque", NATIVE, 0, write_deque},
    {"collections.defaultdict", NATIVE, 0, write_default_dict},
    {"mappingproxy", NATIVE, sizeof(struct proxy_object), write_proxy},
    {"dict_keys", NATIVE, sizeof(struct view_object), write_keys},
    {"dict_values", NATIVE, sizeof(struct view_object), write_values},
    {"dict_items", NATIVE, sizeof(struct view_object), write_items},
    {"odict_keys", NATIVE, sizeof(struct view_object), write_keys},
    {"odict_values", NATIVE, sizeof(struct view_object), write_values},
    {"odict_items", NATIVE, sizeof(struct view_object), write_items},
    {"collections.OrderedDict", NATIVE, sizeof(struct ordered_dict_object), write_ordered_dict},
    {NULL, 0, 0, NULL},
};
