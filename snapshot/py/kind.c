#include "snapshot/py/kind.h"

#include <stdint.h>
#include <string.h>

#include "base/py/attribute.h"
#include "snapshot/py/type_name.h"
#include "snapshot/py/value.h"

enum {
    NAME_SLOTS = 512, /* a power of two, far more than there are names */
    MEMORY_SLOTS = 1024,
    CLASSES_MAX = 64 /* of an MRO that are looked at */
};

static const struct strobe_kind *const tables[] = {
    strobe_kinds_core,      strobe_kinds_place,    strobe_kinds_datetime, strobe_kinds_decimal, strobe_kinds_sequence,
    strobe_kinds_container, strobe_kinds_standard, strobe_kinds_path,     strobe_kinds_regex,   strobe_kinds_file,
    strobe_kinds_lock,      strobe_kinds_future,   strobe_kinds_ctypes,   strobe_kinds_numpy,   strobe_kinds_pandas,
    strobe_kinds_torch,     strobe_kinds_model,
};

static const struct strobe_kind *names[NAME_SLOTS];

/* What was found for a type; right for as long as its version stands, which CPython gives only once. */
static struct memory {
    PyTypeObject *type;
    unsigned int version;
    const struct strobe_kind *kind;
} memories[MEMORY_SLOTS];

/* Kinds that are told by the type's flags: the data of a built-in base, whatever the class is called. */
static const struct strobe_kind leaf = {"", 0, 0, strobe_leaf_write};
static const struct strobe_kind container = {"", 0, 0, strobe_container_write};
static const struct strobe_kind class = {"", STROBE_KIND_WHOLE, 0, strobe_place_write};
static const struct strobe_kind plain = {"", 0, 0, NULL};

/* ---- Names ---- */

static size_t slot_of(const char *name, size_t size)
{
    uint64_t hash = size;
    for (size_t i = 0; i < size; i++) {
        hash = (hash ^ (uint8_t)name[i]) * 0x100000001B3u;
    }
    return (size_t)(hash ^ hash >> 29) & (NAME_SLOTS - 1);
}

static const struct strobe_kind **find_name(const char *name, size_t size)
{
    size_t i = slot_of(name, size);
    while (names[i] != NULL && (strncmp(names[i]->name, name, size) != 0 || names[i]->name[size] != '\0')) {
        i = (i + 1) & (NAME_SLOTS - 1);
    }
    return &names[i];
}

void strobe_kind_init(void)
{
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        for (const struct strobe_kind *kind = tables[i]; kind->name != NULL; kind++) {
            *find_name(kind->name, strlen(kind->name)) = kind;
        }
    }
}

/* ---- Types ---- */

static bool is_class_statement(PyTypeObject *type)
{
    return PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE) && !PyType_HasFeature(type, Py_TPFLAGS_IMMUTABLETYPE);
}

static bool fits(const struct strobe_kind *kind, PyTypeObject *base)
{
    return ((kind->flags & STROBE_KIND_NATIVE) == 0 || !is_class_statement(base)) && base->tp_basicsize >= kind->size;
}

/* What a class of Python says comes before the memory of its built-in base: an enumeration of float is one. */
static const struct strobe_kind *find_by_name(PyTypeObject *type, unsigned native)
{
    char name[STROBE_TYPE_NAME_BYTES];
    PyObject *mro = type->tp_mro;
    for (Py_ssize_t i = 0; mro != NULL && i < PyTuple_GET_SIZE(mro) && i < CLASSES_MAX; i++) {
        PyTypeObject *base = (PyTypeObject *)PyTuple_GET_ITEM(mro, i);
        const struct strobe_kind *kind = *find_name(name, strobe_type_name(base, name));
        if (kind != NULL && (kind->flags & STROBE_KIND_NATIVE) == native && fits(kind, base)) {
            return kind;
        }
    }
    return NULL;
}

static const struct strobe_kind *find_by_flags(PyTypeObject *type)
{
    const unsigned long leaves = Py_TPFLAGS_LONG_SUBCLASS | Py_TPFLAGS_UNICODE_SUBCLASS | Py_TPFLAGS_BYTES_SUBCLASS;
    const unsigned long containers = Py_TPFLAGS_LIST_SUBCLASS | Py_TPFLAGS_TUPLE_SUBCLASS | Py_TPFLAGS_DICT_SUBCLASS;
    return PyType_FastSubclass(type, leaves)                     ? &leaf
           : PyType_FastSubclass(type, containers)               ? &container
           : PyType_FastSubclass(type, Py_TPFLAGS_TYPE_SUBCLASS) ? &class
                                                                 : &plain;
}

static const struct strobe_kind *find(PyTypeObject *type)
{
    const struct strobe_kind *kind = find_by_name(type, 0);
    kind = kind != NULL ? kind : find_by_name(type, STROBE_KIND_NATIVE);
    return kind != NULL ? kind : find_by_flags(type);
}

const struct strobe_kind *strobe_kind_of(PyTypeObject *type)
{
    if (type == &PyUnicode_Type || type == &PyLong_Type || type == &PyFloat_Type || type == &PyBool_Type) {
        return &leaf;
    }
    if (type == &PyDict_Type || type == &PyList_Type || type == &PyTuple_Type) {
        return &container;
    }
    struct memory *memory = &memories[(uintptr_t)type >> 5 & (MEMORY_SLOTS - 1)];
    unsigned int version = strobe_type_version(type);
    if (memory->type == type && memory->version == version && version != 0) {
        return memory->kind;
    }
    const struct strobe_kind *kind = find(type);
    *memory = (struct memory){type, version, kind};
    return kind;
}
