#include "snapshot/py/type_name.h"

#include <string.h>

#include "base/py/dict.h"
#include "snapshot/py/name.h"

enum { MODULE_BYTES_MAX = 200 };

static bool is_heap(PyTypeObject *type)
{
    return PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE);
}

/* Append an exact str. @return bytes written */
static size_t put(char *to, PyObject *text, size_t max)
{
    char buffer[STROBE_NAME_BYTES_MAX];
    size_t size = 0;
    if (text != NULL && PyUnicode_CheckExact(text)) {
        struct strobe_name name = strobe_name_of(text, buffer);
        size = name.size < max ? name.size : max;
        memcpy(to, name.text, size);
    }
    return size;
}

static size_t heap_name(PyTypeObject *type, char *ret_name)
{
    size_t size = put(ret_name, strobe_dict_get(type->tp_dict, strobe_names.module), MODULE_BYTES_MAX);
    if (size == strlen("builtins") && memcmp(ret_name, "builtins", size) == 0) {
        size = 0;
    }
    if (size > 0) {
        ret_name[size++] = '.';
    }
    return size + put(ret_name + size, ((PyHeapTypeObject *)type)->ht_qualname, STROBE_NAME_BYTES_MAX);
}

size_t strobe_type_name(PyTypeObject *type, char ret_name[STROBE_TYPE_NAME_BYTES])
{
    if (is_heap(type) && type->tp_dict != NULL) {
        return heap_name(type, ret_name);
    }
    size_t size = strnlen(type->tp_name, STROBE_TYPE_NAME_BYTES - 1);
    memcpy(ret_name, type->tp_name, size);
    return size;
}

PyTypeObject *strobe_type_native(PyTypeObject *type)
{
    while (is_heap(type) && !PyType_HasFeature(type, Py_TPFLAGS_IMMUTABLETYPE) && type->tp_base != NULL) {
        type = type->tp_base;
    }
    return type;
}

/* Bytes that a class statement adds to those of its base: a dict, a list of weak references, slots. */
static Py_ssize_t bytes_of_class(PyTypeObject *type)
{
    PyObject *slots = ((PyHeapTypeObject *)type)->ht_slots;
    Py_ssize_t pointers = slots != NULL && PyTuple_CheckExact(slots) ? PyTuple_GET_SIZE(slots) : 0;
    pointers += type->tp_dictoffset > 0 && type->tp_base->tp_dictoffset == 0;
    pointers += type->tp_weaklistoffset > 0 && type->tp_base->tp_weaklistoffset == 0;
    return pointers * (Py_ssize_t)sizeof(PyObject *);
}

bool strobe_type_is_opaque(PyTypeObject *type)
{
    for (; type->tp_base != NULL; type = type->tp_base) {
        Py_ssize_t added = type->tp_basicsize - type->tp_base->tp_basicsize;
        if (added > (is_heap(type) ? bytes_of_class(type) : 0)) {
            return true;
        }
    }
    return false;
}
