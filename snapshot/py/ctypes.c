/* Values of ctypes. Only memory that ctypes holds itself is read: a pointer may lead anywhere. */
#include <string.h>

#include "base/py/attribute.h"
#include "base/py/integer.h"
#include "snapshot/py/array.h"
#include "snapshot/py/kind.h"
#include "snapshot/py/name.h"
#include "snapshot/py/pieces.h"

enum { BASES_MAX = 8, FIELDS_MAX = 32 };

/* The head of every object of ctypes, private to ctypes.h: the same from 3.11 to 3.15. */
struct data_object {
    PyObject ob_base;
    const char *memory;
    int needs_free;
    PyObject *base; /* a data_object that this is part of, or NULL */
    Py_ssize_t size;
};

/* Whether the memory belongs to the object or to one that it is a part of. */
static bool owns_memory(const struct data_object *data)
{
    for (int i = 0; data != NULL && i < BASES_MAX; i++) {
        const char *self = (const char *)data;
        bool inside = data->memory >= self && data->memory < self + Py_TYPE(data)->tp_basicsize;
        if (inside || data->needs_free) {
            return true;
        }
        data = (const struct data_object *)data->base;
    }
    return false;
}

static PyObject *attribute(PyTypeObject *type, PyObject *name)
{
    PyObject *value;
    return strobe_attribute_get((PyObject *)type, name, &value) == STROBE_ATTRIBUTE_FOUND ? value : NULL;
}

/* Kind and size of the items of a simple type: c_int and the like. */
static bool read_simple(PyTypeObject *type, struct strobe_array *array)
{
    PyObject *code = attribute(type, strobe_names.type_code);
    if (code == NULL || !PyUnicode_CheckExact(code) || !PyUnicode_IS_ASCII(code) || PyUnicode_GET_LENGTH(code) != 1) {
        return false;
    }
    return strobe_array_format(array, (const char *)PyUnicode_DATA(code)); /* ends with NUL, as all texts do */
}

/* The shape of an array of arrays of a simple type. */
static bool read_array(PyTypeObject *type, struct strobe_array *array)
{
    while (!read_simple(type, array)) {
        PyObject *length = attribute(type, strobe_names.length);
        PyObject *item = attribute(type, strobe_names.type_code);
        int64_t count;
        if (length == NULL || !PyLong_Check(length) || !strobe_integer_small(length, &count) || count < 0 ||
            item == NULL || !PyType_Check(item) || array->dimensions == STROBE_ARRAY_DIMENSIONS_MAX) {
            return false;
        }
        array->shape[array->dimensions++] = (Py_ssize_t)count;
        type = (PyTypeObject *)item;
    }
    return true;
}

static bool write_unreadable(struct strobe_value *value)
{
    value->cut = STROBE_CUT_UNREADABLE;
    return true;
}

static bool write_numbers(struct strobe_value *value)
{
    const struct data_object *data = (const struct data_object *)value->object;
    struct strobe_array array = {.dimensions = 0, .data = data->memory};
    if (data->memory == NULL || !owns_memory(data) || !read_array(Py_TYPE(value->object), &array)) {
        return write_unreadable(value);
    }
    Py_ssize_t count = strobe_array_count(&array);
    if (count == PY_SSIZE_T_MAX || count > data->size / (Py_ssize_t)array.item_bytes) {
        return write_unreadable(value);
    }
    if (array.kind == 'S') { /* char: text */
        return strobe_leaf_write_bytes(value, data->memory, (size_t)count);
    }
    strobe_array_pack(&array);
    strobe_array_write(value, &array);
    return true;
}

/* ---- Structures: as long as all fields are simple and stand where they stand in C ---- */

struct field {
    PyObject *name;
    struct strobe_array item;
};

static bool read_field(PyObject *pair, struct field *field, Py_ssize_t *offset, const struct data_object *data)
{
    if (!PyTuple_CheckExact(pair) || PyTuple_GET_SIZE(pair) != 2 || !PyUnicode_Check(PyTuple_GET_ITEM(pair, 0)) ||
        !PyType_Check(PyTuple_GET_ITEM(pair, 1))) {
        return false; /* a third is the width in bits */
    }
    field->name = PyTuple_GET_ITEM(pair, 0);
    field->item = (struct strobe_array){.dimensions = 0};
    if (!read_simple((PyTypeObject *)PyTuple_GET_ITEM(pair, 1), &field->item)) {
        return false;
    }
    Py_ssize_t bytes = (Py_ssize_t)field->item.item_bytes;
    *offset = (*offset + bytes - 1) / bytes * bytes;
    field->item.data = data->memory + *offset;
    *offset += bytes;
    return *offset <= data->size;
}

/* @return the number of fields, or -1 when they cannot be told */
static Py_ssize_t read_fields(struct strobe_value *value, struct field fields[FIELDS_MAX])
{
    const struct data_object *data = (const struct data_object *)value->object;
    PyObject *list = attribute(Py_TYPE(value->object), strobe_names.ctypes_fields);
    Py_ssize_t offset = 0, largest = 1;
    if (data->memory == NULL || !owns_memory(data) || list == NULL || !PyList_CheckExact(list) ||
        PyList_GET_SIZE(list) > FIELDS_MAX) {
        return -1;
    }
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
        if (!read_field(PyList_GET_ITEM(list, i), &fields[i], &offset, data)) {
            return -1;
        }
        Py_ssize_t bytes = (Py_ssize_t)fields[i].item.item_bytes;
        largest = bytes > largest ? bytes : largest;
    }
    /* Another size means packed, of another byte order's base, or inherited fields: nothing is where it would be. */
    return (offset + largest - 1) / largest * largest == data->size ? PyList_GET_SIZE(list) : -1;
}

static bool write_structure(struct strobe_value *value)
{
    struct field fields[FIELDS_MAX];
    Py_ssize_t count = read_fields(value, fields);
    if (count < 0 || Py_TYPE(value->object)->tp_base == NULL) {
        return write_unreadable(value);
    }
    struct strobe_pieces pieces;
    strobe_pieces_begin(&pieces, value);
    strobe_pieces_class(&pieces, Py_TYPE(value->object));
    for (Py_ssize_t i = 0; i < count; i++) {
        strobe_pieces_text(&pieces, i == 0 ? "(" : ", ");
        strobe_pieces_name(&pieces, fields[i].name);
        strobe_pieces_text(&pieces, "=");
        if (strobe_name_rule(value->walk, fields[i].name) != NULL) {
            strobe_pieces_text(&pieces, "<redacted>");
        } else {
            strobe_array_piece(&pieces, &fields[i].item);
        }
    }
    strobe_pieces_text(&pieces, count == 0 ? "()" : ")");
    strobe_pieces_end(&pieces);
    return true;
}

#define WHOLE (STROBE_KIND_NATIVE | STROBE_KIND_WHOLE)
const struct strobe_kind strobe_kinds_ctypes[] = {
    {"_ctypes._SimpleCData", WHOLE, sizeof(struct data_object), write_numbers},
    {"_ctypes.Array", WHOLE, sizeof(struct data_object), write_numbers},
    {"_ctypes.Structure", WHOLE, sizeof(struct data_object), write_structure},
    {"_ctypes._CData", WHOLE, 0, write_unreadable},
    {NULL, 0, 0, NULL},
};
