/*
 * numpy's arrays and scalars, by the structs of its C interface: the same from 1.7 to 2.x. Of a dtype the members that
 * it declares to Python are read, at the places that it declares, which did move. Nothing of numpy is called: its
 * buffer protocol would allocate, and leave marks in the array.
 */
#include <Python.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <structmember.h>

#include "snapshot/py/array.h"
#include "snapshot/py/kind.h"
#include "snapshot/py/pieces.h"
#include "snapshot/py/reference_list.h"
#include "snapshot/py/type_name.h"

enum { OBJECT_HEAD = sizeof(PyObject), UNIT_BYTES = 40, BASES_MAX = 8 };

struct array_object {
    PyObject ob_base;
    char *data;
    int dimensions;
    Py_ssize_t *shape;
    Py_ssize_t *strides;
    PyObject *base;
    PyObject *dtype;
    int flags;
};

/* What is read of a dtype. */
struct dtype {
    char kind;
    char byte_order;
    size_t item_bytes;
    PyTypeObject *scalar;
};

static const PyMemberDef *member_of(PyTypeObject *type, const char *name)
{
    for (; type != NULL; type = type->tp_base) {
        for (const PyMemberDef *member = type->tp_members; member != NULL && member->name != NULL; member++) {
            if (strcmp(member->name, name) == 0) {
                return member;
            }
        }
    }
    return NULL;
}

static bool read_dtype(PyObject *object, struct dtype *ret_dtype)
{
    PyTypeObject *type = Py_TYPE(object);
    const PyMemberDef *kind = member_of(type, "kind"), *order = member_of(type, "byteorder");
    const PyMemberDef *size = member_of(type, "itemsize"), *scalar = member_of(type, "type");
    if (kind == NULL || kind->type != T_CHAR || order == NULL || order->type != T_CHAR || size == NULL ||
        (size->type != T_INT && size->type != T_PYSSIZET && size->type != T_LONG && size->type != T_LONGLONG) ||
        scalar == NULL) {
        return false;
    }
    const char *at = (const char *)object;
    ret_dtype->kind = at[kind->offset] == 'b' ? '?' : at[kind->offset];
    ret_dtype->byte_order = at[order->offset];
    ret_dtype->item_bytes = size->type == T_INT ? (size_t) * (const int *)(at + size->offset)
                                                : (size_t) * (const Py_ssize_t *)(at + size->offset);
    ret_dtype->scalar = *(PyTypeObject *const *)(at + scalar->offset);
    return true;
}

/* `float64`: the scalar's name, without module and without the underscore of bytes_ and the like. */
static void name_dtype(struct strobe_array *array, const struct dtype *dtype, char buffer[STROBE_TYPE_NAME_BYTES])
{
    size_t size =
        dtype->scalar != NULL && PyType_Check((PyObject *)dtype->scalar) ? strobe_type_name(dtype->scalar, buffer) : 0;
    size_t start = size;
    while (start > 0 && buffer[start - 1] != '.') {
        start--;
    }
    while (size > start && buffer[size - 1] == '_') {
        size--;
    }
    array->dtype = buffer + start;
    array->dtype_size = size - start;
}

/* Whether the items are those of a file: one that became shorter would end the process, a slow one make it wait. */
static bool is_file(const struct array_object *array)
{
    for (int i = 0; array->base != NULL && i < BASES_MAX; i++) {
        const char *name = strobe_type_native(Py_TYPE(array->base))->tp_name;
        if (strcmp(name, "mmap.mmap") == 0) {
            return true;
        }
        if (strcmp(name, "numpy.ndarray") != 0) {
            return false;
        }
        array = (const struct array_object *)array->base;
    }
    return array->base != NULL;
}

bool strobe_array_in_memory(PyObject *object)
{
    PyTypeObject *type = strobe_type_native(Py_TYPE(object));
    return strcmp(type->tp_name, "numpy.ndarray") == 0 &&
           type->tp_basicsize >= (Py_ssize_t)sizeof(struct array_object) &&
           !is_file((const struct array_object *)object);
}

/* The units of numpy's dates, by their number. */
static const char *const units[] = {"Y", "M", "W", "B", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as"};

/* `base` is the number of the unit, `step` how many of it one is: datetime64[25s] */
static void name_unit(struct strobe_array *array, char kind, int base, int step, char buffer[UNIT_BYTES])
{
    const char *name = kind == 'M' ? "datetime64" : "timedelta64";
    bool known = base >= 0 && base < (int)(sizeof units / sizeof units[0]);
    if (known && step != 1) {
        snprintf(buffer, UNIT_BYTES, "%s[%d%s]", name, step, units[base]);
    } else if (known) {
        snprintf(buffer, UNIT_BYTES, "%s[%s]", name, units[base]);
    } else {
        snprintf(buffer, UNIT_BYTES, "%s", name);
    }
    array->dtype = buffer;
    array->dtype_size = strlen(buffer);
}

/*
 * The unit of an array of dates, in numpy 2: behind a head of four pointers in what the last pointer of the dtype
 * leads to. In numpy 1 it stands elsewhere; the numbers are shown without it there.
 */
static void name_date(struct strobe_array *array, PyObject *dtype, char buffer[UNIT_BYTES])
{
    enum { BASE_BYTES_2 = 88, DTYPE_BYTES_2 = 120 };
    const struct {
        void *head[4];
        int base, step;
    } *metadata = NULL;
    if (Py_TYPE(dtype)->tp_basicsize == DTYPE_BYTES_2 && Py_TYPE(dtype)->tp_base != NULL &&
        Py_TYPE(dtype)->tp_base->tp_basicsize == BASE_BYTES_2) {
        memcpy(&metadata, (const char *)dtype + DTYPE_BYTES_2 - sizeof(void *), sizeof metadata);
    }
    if (metadata != NULL) {
        name_unit(array, array->kind, metadata->base, metadata->step, buffer);
    }
}

/* Items that are objects: references, in the order of C. */
static void write_objects(struct strobe_value *value, const struct strobe_array *array)
{
    struct strobe_reference_list list;
    Py_ssize_t count = strobe_array_count(array);
    if (!strobe_container_open(value, count)) {
        return;
    }
    strobe_reference_list_begin(&list, value, STROBE_PART_ITEMS, STROBE_CAPTURE_ITEMS_MAX);
    for (Py_ssize_t i = 0; i < count && strobe_reference_list_may_add(&list, 1, 0); i++) {
        PyObject *item;
        memcpy(&item, strobe_array_item(array, i), sizeof item);
        strobe_reference_list_put(&list, item != NULL ? item : Py_None, NULL);
    }
    strobe_reference_list_end(&list);
}

static bool write_ndarray(struct strobe_value *value)
{
    const struct array_object *object = (const struct array_object *)value->object;
    char name[STROBE_TYPE_NAME_BYTES], unit[UNIT_BYTES];
    struct dtype dtype;
    struct strobe_array array = {.dimensions = object->dimensions, .data = is_file(object) ? NULL : object->data};
    if (object->dimensions < 0 || object->dimensions > STROBE_ARRAY_DIMENSIONS_MAX || object->dtype == NULL ||
        !read_dtype(object->dtype, &dtype)) {
        return false;
    }
    if (object->dimensions > 0) {
        memcpy(array.shape, object->shape, (size_t)object->dimensions * sizeof array.shape[0]);
        memcpy(array.strides, object->strides, (size_t)object->dimensions * sizeof array.strides[0]);
    }
    array.kind = dtype.kind;
    array.item_bytes = dtype.item_bytes;
    array.swapped = dtype.byte_order == '>';
    name_dtype(&array, &dtype, name);
    if (dtype.kind == 'M' || dtype.kind == 'm') {
        name_date(&array, object->dtype, unit);
    }
    if (dtype.kind == 'O') {
        write_objects(value, &array);
    } else {
        strobe_array_write(value, &array);
    }
    return true;
}

/* ---- Scalars: the number stands behind the object's head ---- */

static bool write_scalar(struct strobe_value *value, char kind)
{
    PyTypeObject *native = strobe_type_native(Py_TYPE(value->object));
    const char *name = strrchr(native->tp_name, '.');
    Py_ssize_t bytes = native->tp_basicsize - OBJECT_HEAD;
    struct strobe_array array = {.kind = kind, .data = (const char *)value->object + OBJECT_HEAD};
    if (bytes <= 0) {
        return false;
    }
    array.item_bytes = (size_t)bytes;
    if (kind == '?') {
        array.item_bytes = 1; /* and padding */
    } else if (name != NULL && name[strcspn(name, "0123456789")] != '\0') {
        array.item_bytes =
            (size_t)strtoul(name + strcspn(name, "0123456789"), NULL, 10) / 8; /* int32 of 4 bytes and padding */
    }
    if (array.item_bytes == 0 || (Py_ssize_t)array.item_bytes > bytes) {
        return false;
    }
    strobe_array_write(value, &array);
    return true;
}

/* A date or a duration: a number, and its unit behind it. */
static bool write_date(struct strobe_value *value, char kind)
{
    const struct date_object {
        PyObject ob_base;
        int64_t number;
        int base, step;
    } *date = (const struct date_object *)value->object;
    char buffer[UNIT_BYTES];
    struct strobe_array array = {.kind = kind, .item_bytes = sizeof date->number, .data = (const char *)&date->number};
    if (strobe_type_native(Py_TYPE(value->object))->tp_basicsize < (Py_ssize_t)sizeof *date) {
        return false;
    }
    name_unit(&array, kind, date->base, date->step, buffer);
    strobe_array_write(value, &array);
    return true;
}

static bool write_datetime(struct strobe_value *value)
{
    return write_date(value, 'M');
}

static bool write_timedelta(struct strobe_value *value)
{
    return write_date(value, 'm');
}

static bool write_signed(struct strobe_value *value)
{
    return write_scalar(value, 'i');
}

static bool write_unsigned(struct strobe_value *value)
{
    return write_scalar(value, 'u');
}

static bool write_floating(struct strobe_value *value)
{
    return write_scalar(value, 'f');
}

static bool write_complex(struct strobe_value *value)
{
    return write_scalar(value, 'c');
}

static bool write_bool(struct strobe_value *value)
{
    return write_scalar(value, '?');
}

static bool write_dtype(struct strobe_value *value)
{
    struct dtype dtype;
    char name[STROBE_TYPE_NAME_BYTES];
    struct strobe_array array = {.kind = 'V'};
    if (!read_dtype(value->object, &dtype)) {
        return false;
    }
    name_dtype(&array, &dtype, name);
    struct strobe_pieces pieces;
    strobe_pieces_begin(&pieces, value);
    strobe_pieces_text(&pieces, "dtype('");
    strobe_pieces_bytes(&pieces, array.dtype, array.dtype_size);
    strobe_pieces_text(&pieces, "')");
    strobe_pieces_end(&pieces);
    return true;
}

#define WHOLE (STROBE_KIND_NATIVE | STROBE_KIND_WHOLE)
const struct strobe_kind strobe_kinds_numpy[] = {
    {"numpy.ndarray", STROBE_KIND_NATIVE, sizeof(struct array_object), write_ndarray},
    {"numpy.dtype", WHOLE, 0, write_dtype},
    {"numpy.bool", WHOLE, 0, write_bool},
    {"numpy.bool_", WHOLE, 0, write_bool},
    {"numpy.datetime64", WHOLE, 0, write_datetime},
    {"numpy.timedelta64", WHOLE, 0, write_timedelta},
    {"numpy.signedinteger", WHOLE, 0, write_signed},
    {"numpy.unsignedinteger", WHOLE, 0, write_unsigned},
    {"numpy.float64", WHOLE, 0, strobe_leaf_write},
    {"numpy.complex128", WHOLE, 0, strobe_leaf_write},
    {"numpy.floating", WHOLE, 0, write_floating},
    {"numpy.complexfloating", WHOLE, 0, write_complex},
    {NULL, 0, 0, NULL},
};
