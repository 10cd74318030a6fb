/*
 * Rows and records of the libraries that map databases. Models of Django and SQLAlchemy, pydantic and attrs are plain
 * objects with loaded fields; a row of SQLAlchemy has its names elsewhere.
 */
#include <string.h>

#include "base/py/attribute.h"
#include "base/py/dict.h"
#include "base/py/integer.h"
#include "snapshot/py/kind.h"
#include "snapshot/py/name.h"
#include "snapshot/py/type_name.h"
#include "snapshot/py/value.h"

enum { KEYS_MAX = 1024 /* of a row that are looked at */ };

/* A place of the C implementation: its functions hand out what is stored. The one in Python has slots. */
static PyObject *part_of_row(PyObject *row, PyObject *name)
{
    PyObject *value;
    if (strobe_attribute_get(row, name, &value) == STROBE_ATTRIBUTE_FOUND) {
        return value;
    }
    PyTypeObject *native = strobe_type_native(Py_TYPE(row));
    PyObject *descriptor = native->tp_dict != NULL ? strobe_dict_get(native->tp_dict, name) : NULL;
    if (strncmp(native->tp_name, "sqlalchemy.", strlen("sqlalchemy.")) != 0 || descriptor == NULL ||
        !Py_IS_TYPE(descriptor, &PyGetSetDescr_Type)) {
        return NULL;
    }
    const PyGetSetDef *access = ((PyGetSetDescrObject *)descriptor)->d_getset;
    value = access->get != NULL ? access->get(row, access->closure) : NULL;
    if (value == NULL || Py_REFCNT(value) < 2) {
        return NULL;
    }
    Py_DECREF(value); /* the row keeps it */
    return value;
}

/* The first name of each column; a column may have several keys. */
static void find_names(PyObject *keys, PyObject **ret_names, Py_ssize_t count)
{
    PyObject *key, *place;
    Py_ssize_t position = 0;
    int64_t number;
    for (int i = 0; i < KEYS_MAX && PyDict_Next(keys, &position, &key, &place); i++) {
        if (PyUnicode_Check(key) && PyLong_CheckExact(place) && strobe_integer_small(place, &number) && number >= 0 &&
            number < count && ret_names[number] == NULL) {
            ret_names[number] = key;
        }
    }
}

static bool write_row(struct strobe_value *value)
{
    PyObject *keys = part_of_row(value->object, strobe_names.row_keys);
    PyObject *data = part_of_row(value->object, strobe_names.row_data);
    PyObject *names[STROBE_CAPTURE_FIELDS_MAX] = {NULL};
    struct strobe_named fields[STROBE_CAPTURE_FIELDS_MAX];
    if (keys == NULL || !PyDict_Check(keys) || data == NULL || !PyTuple_CheckExact(data)) {
        return false;
    }
    Py_ssize_t size = PyTuple_GET_SIZE(data);
    Py_ssize_t count = size < STROBE_CAPTURE_FIELDS_MAX ? size : STROBE_CAPTURE_FIELDS_MAX;
    if (!strobe_container_open(value, size)) {
        return true;
    }
    find_names(keys, names, count);
    for (Py_ssize_t i = 0; i < count; i++) {
        const char *rule = names[i] != NULL ? strobe_name_rule(value->walk, names[i]) : NULL;
        fields[i] = (struct strobe_named){names[i] != NULL ? NULL : "?", PyTuple_GET_ITEM(data, i), rule, names[i]};
    }
    strobe_fields_write_named(value, fields, (size_t)count);
    if (count < size && value->cut == STROBE_CUT_NONE) {
        value->cut = STROBE_CUT_ITEMS;
    }
    return true;
}

const struct strobe_kind strobe_kinds_model[] = {
    {"sqlalchemy.engine.row.Row", STROBE_KIND_WHOLE, 0, write_row},
    {NULL, 0, 0, NULL},
};
