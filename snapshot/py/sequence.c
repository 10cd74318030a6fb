/* Ranges, slices, cells, and what stands in a row in memory: memoryview and array. */
#include <string.h>

#include "base/py/attribute.h"
#include "snapshot/py/array.h"
#include "snapshot/py/kind.h"
#include "snapshot/py/name.h"
#include "snapshot/py/pieces.h"
#include "snapshot/py/type_name.h"

/* ---- range(1, 9, 2), slice(None, 3, None) ---- */

static bool is_plain(PyObject *object)
{
    return object == NULL || object == Py_None || PyLong_Check(object) || PyUnicode_Check(object);
}

static void write_three(struct strobe_value *value, const char *name, PyObject *start, PyObject *stop, PyObject *step)
{
    struct strobe_pieces pieces;
    strobe_pieces_begin(&pieces, value);
    strobe_pieces_text(&pieces, name);
    strobe_pieces_object(&pieces, start);
    strobe_pieces_text(&pieces, ", ");
    strobe_pieces_object(&pieces, stop);
    if (step != NULL) {
        strobe_pieces_text(&pieces, ", ");
        strobe_pieces_object(&pieces, step);
    }
    strobe_pieces_text(&pieces, ")");
    strobe_pieces_end(&pieces);
}

static bool is_one(PyObject *object)
{
    return PyLong_CheckExact(object) && PyLong_AsLong(object) == 1;
}

static bool write_range(struct strobe_value *value)
{
    PyObject *start, *stop, *step;
    if (strobe_attribute_get(value->object, strobe_names.start, &start) != STROBE_ATTRIBUTE_FOUND ||
        strobe_attribute_get(value->object, strobe_names.stop, &stop) != STROBE_ATTRIBUTE_FOUND ||
        strobe_attribute_get(value->object, strobe_names.step, &step) != STROBE_ATTRIBUTE_FOUND) {
        return false;
    }
    write_three(value, "range(", start, stop, is_one(step) ? NULL : step);
    return true;
}

static bool write_slice(struct strobe_value *value)
{
    const PySliceObject *slice = (const PySliceObject *)value->object;
    if (!is_plain(slice->start) || !is_plain(slice->stop) || !is_plain(slice->step)) {
        return false; /* its members are shown as fields */
    }
    write_three(value, "slice(", slice->start, slice->stop, slice->step != NULL ? slice->step : Py_None);
    return true;
}

/* ---- A variable that inner functions share ---- */

static bool write_cell(struct strobe_value *value)
{
    const struct strobe_named field = {"cell_contents", ((PyCellObject *)value->object)->ob_ref, NULL, NULL};
    if (value->depth >= STROBE_CAPTURE_DEPTH_MAX) {
        value->cut = STROBE_CUT_DEPTH;
    } else {
        strobe_fields_write_named(value, &field, 1);
    }
    return true;
}

/* ---- Memory ---- */

/* Whether memory is really there: that of a file that became shorter, or of who knows what, may not be. */
static bool is_trusted(PyObject *owner)
{
    static const char *const names[] = {"bytes", "bytearray", "array.array", "_io._BytesIOBuffer"};
    if (owner == NULL) {
        return false;
    }
    PyTypeObject *type = strobe_type_native(Py_TYPE(owner));
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(type->tp_name, names[i]) == 0) {
            return true;
        }
    }
    return strobe_array_in_memory(owner);
}

static bool write_memory_view(struct strobe_value *value)
{
    const PyMemoryViewObject *object = (const PyMemoryViewObject *)value->object;
    const Py_buffer *view = &object->view;
    struct strobe_array array = {.data = NULL};
    if ((object->flags & _Py_MEMORYVIEW_RELEASED) != 0 || object->mbuf == NULL ||
        (object->mbuf->flags & _Py_MANAGED_BUFFER_RELEASED) != 0) {
        strobe_value_put_text(value, "<released memory>", strlen("<released memory>"));
        return true;
    }
    bool indirect = (object->flags & _Py_MEMORYVIEW_PIL) != 0; /* pointers to pointers */
    if (view->ndim < 0 || view->ndim > STROBE_ARRAY_DIMENSIONS_MAX || indirect ||
        !strobe_array_format(&array, view->format != NULL ? view->format : "B") ||
        array.item_bytes != (size_t)view->itemsize) {
        return false;
    }
    array.data = is_trusted(view->obj) ? view->buf : NULL;
    array.dimensions = view->ndim;
    memcpy(array.shape, view->shape, (size_t)view->ndim * sizeof array.shape[0]);
    memcpy(array.strides, view->strides, (size_t)view->ndim * sizeof array.strides[0]);
    strobe_array_write(value, &array);
    return true;
}

/* array.array, private to arraymodule.c: the same from 3.11 to 3.15. */
struct array_object {
    PyVarObject ob_base;
    const char *items;
    Py_ssize_t allocated;
    const struct {
        char type_code;
        int item_bytes;
    } * description;
};

static bool write_array(struct strobe_value *value)
{
    const struct array_object *object = (const struct array_object *)value->object;
    const char format[2] = {object->description->type_code, '\0'};
    struct strobe_array array = {.dimensions = 1};
    if (!strobe_array_format(&array, format) || array.item_bytes != (size_t)object->description->item_bytes) {
        return false;
    }
    array.shape[0] = Py_SIZE(object);
    array.data = object->items != NULL ? object->items : "";
    strobe_array_pack(&array);
    strobe_array_write(value, &array);
    return true;
}

#define NATIVE STROBE_KIND_NATIVE
const struct strobe_kind strobe_kinds_sequence[] = {
    {"range", NATIVE, 0, write_range},
    {"slice", NATIVE, 0, write_slice},
    {"cell", NATIVE, 0, write_cell},
    {"memoryview", NATIVE, 0, write_memory_view},
    {"array.array", NATIVE, sizeof(struct array_object), write_array},
    {NULL, 0, 0, NULL},
};
