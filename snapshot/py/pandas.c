/*
 * pandas' frames, series and indexes: the arrays they consist of. Their managers and blocks are classes of Cython,
 * whose attributes are C functions that hand out what is stored; those of the types named here, and no others, are
 * called. They run no Python and make nothing.
 */
#include <string.h>

#include "base/py/attribute.h"
#include "base/py/dict.h"
#include "snapshot/py/kind.h"
#include "snapshot/py/name.h"
#include "snapshot/py/pieces.h"
#include "snapshot/py/type_name.h"

enum { BLOCKS_MAX = 8 };

static PyObject *attribute(PyObject *object, PyObject *name)
{
    PyObject *value;
    return object != NULL && strobe_attribute_get(object, name, &value) == STROBE_ATTRIBUTE_FOUND ? value : NULL;
}

/* The class called `name` among those of the object, or NULL. */
static PyTypeObject *class_called(PyObject *object, const char *name)
{
    char text[STROBE_TYPE_NAME_BYTES];
    PyObject *mro = Py_TYPE(object)->tp_mro;
    for (Py_ssize_t i = 0; mro != NULL && i < PyTuple_GET_SIZE(mro); i++) {
        PyTypeObject *type = (PyTypeObject *)PyTuple_GET_ITEM(mro, i);
        size_t size = strobe_type_name(type, text);
        if (size == strlen(name) && memcmp(text, name, size) == 0) {
            return type;
        }
    }
    return NULL;
}

/* What the C function behind attribute `name` of class `owner` hands out; borrowed from the object. */
static PyObject *stored(PyObject *object, const char *owner, PyObject *name)
{
    PyTypeObject *type = object != NULL ? class_called(object, owner) : NULL;
    PyObject *descriptor = type != NULL && type->tp_dict != NULL ? strobe_dict_get(type->tp_dict, name) : NULL;
    if (descriptor == NULL || !Py_IS_TYPE(descriptor, &PyGetSetDescr_Type) ||
        ((PyDescrObject *)descriptor)->d_type != type) {
        return NULL;
    }
    const PyGetSetDef *access = ((PyGetSetDescrObject *)descriptor)->d_getset;
    PyObject *value = access->get != NULL ? access->get(object, access->closure) : NULL;
    if (value == NULL || Py_REFCNT(value) < 2) {
        return NULL; /* kept by nobody else: it will not outlive this function, and leaks rather than ends here */
    }
    Py_DECREF(value);
    return value;
}

static PyObject *blocks_of(PyObject *object)
{
    PyObject *manager = attribute(object, strobe_names.manager);
    PyObject *blocks = stored(manager, "pandas._libs.internals.BlockManager", strobe_names.blocks);
    if (blocks == NULL) {
        blocks = attribute(manager, strobe_names.blocks); /* of a series: stored in Python */
    }
    return blocks != NULL && PyTuple_CheckExact(blocks) ? blocks : NULL;
}

static PyObject *axis_of(PyObject *object, Py_ssize_t number)
{
    PyObject *manager = attribute(object, strobe_names.manager);
    PyObject *axes = stored(manager, "pandas._libs.internals.BlockManager", strobe_names.axes);
    if (axes == NULL) {
        axes = attribute(manager, strobe_names.axes);
    }
    return axes != NULL && PyList_CheckExact(axes) && number < PyList_GET_SIZE(axes) ? PyList_GET_ITEM(axes, number)
                                                                                     : NULL;
}

/* numpy's array below an extension array, where there is one. */
static PyObject *unwrap(PyObject *array)
{
    PyObject *inner = stored(array, "pandas._libs.arrays.NDArrayBacked", strobe_names.ndarray);
    return inner != NULL ? inner : array;
}

static PyObject *values_of(PyObject *block)
{
    return unwrap(stored(block, "pandas._libs.internals.Block", strobe_names.values));
}

/* ---- What is shown ---- */

static void put_fields(struct strobe_value *value, const struct strobe_named *fields, size_t count)
{
    if (value->depth >= STROBE_CAPTURE_DEPTH_MAX) {
        value->cut = STROBE_CUT_DEPTH;
    } else {
        strobe_fields_write_named(value, fields, count);
    }
}

static bool write_frame(struct strobe_value *value)
{
    static const char *const names[BLOCKS_MAX] = {"values 0", "values 1", "values 2", "values 3",
                                                  "values 4", "values 5", "values 6", "values 7"};
    PyObject *blocks = blocks_of(value->object);
    struct strobe_named fields[2 + BLOCKS_MAX] = {{"columns", axis_of(value->object, 0), NULL, NULL},
                                                  {"index", axis_of(value->object, 1), NULL, NULL}};
    size_t count = 2;
    if (blocks == NULL) {
        return false;
    }
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(blocks) && i < BLOCKS_MAX; i++) {
        fields[count++] = (struct strobe_named){names[i], values_of(PyTuple_GET_ITEM(blocks, i)), NULL, NULL};
    }
    put_fields(value, fields, count);
    if (PyTuple_GET_SIZE(blocks) > BLOCKS_MAX && value->cut == STROBE_CUT_NONE) {
        value->cut = STROBE_CUT_ITEMS;
    }
    return true;
}

static bool write_series(struct strobe_value *value)
{
    PyObject *blocks = blocks_of(value->object);
    PyObject *name = attribute(value->object, strobe_names.own_name);
    if (blocks == NULL || PyTuple_GET_SIZE(blocks) != 1) {
        return false;
    }
    const char *rule = name != NULL ? strobe_name_rule(value->walk, name) : NULL;
    const struct strobe_named fields[] = {
        {"name", name, NULL, NULL},
        {"index", axis_of(value->object, 0), NULL, NULL},
        {"values", values_of(PyTuple_GET_ITEM(blocks, 0)), rule, NULL},
    };
    put_fields(value, fields, sizeof fields / sizeof fields[0]);
    return true;
}

static bool write_index(struct strobe_value *value)
{
    PyObject *range = attribute(value->object, strobe_names.range);
    PyObject *data = attribute(value->object, strobe_names.data);
    PyObject *name = attribute(value->object, strobe_names.own_name);
    if (range == NULL && data == NULL) {
        return false;
    }
    const char *rule = name != NULL ? strobe_name_rule(value->walk, name) : NULL;
    const struct strobe_named fields[] = {
        {"name", name != Py_None ? name : NULL, NULL, NULL},
        {"values", range != NULL ? range : unwrap(data), rule, NULL},
    };
    put_fields(value, fields, sizeof fields / sizeof fields[0]);
    return true;
}

static bool write_array(struct strobe_value *value)
{
    PyObject *inner = unwrap(value->object);
    const struct strobe_named field = {"values", inner, NULL, NULL};
    if (inner == value->object) {
        return false;
    }
    put_fields(value, &field, 1);
    return true;
}

#define WHOLE STROBE_KIND_WHOLE
const struct strobe_kind strobe_kinds_pandas[] = {
    {"pandas.core.frame.DataFrame", WHOLE, 0, write_frame},       {"pandas.DataFrame", WHOLE, 0, write_frame},
    {"pandas.core.series.Series", WHOLE, 0, write_series},        {"pandas.Series", WHOLE, 0, write_series},
    {"pandas.core.indexes.base.Index", WHOLE, 0, write_index},    {"pandas.Index", WHOLE, 0, write_index},
    {"pandas._libs.arrays.NDArrayBacked", WHOLE, 0, write_array}, {NULL, 0, 0, NULL},
};
