/* Classes of the standard library that are written in Python: which they are, and their fields. */
#include "probes/expression/py/known_object.h"

#include <string.h>

#include "base/py/attribute.h"
#include "base/py/dict.h"
#include "base/py/integer.h"

static const struct {
    const char *module;
    const char *name;
    enum strobe_known_object kind;
} known[] = {
    {"uuid", "UUID", STROBE_KNOWN_UUID},
    {"fractions", "Fraction", STROBE_KNOWN_FRACTION},
    {"pathlib", "PurePath", STROBE_KNOWN_PATH},
    {"pathlib._local", "PurePath", STROBE_KNOWN_PATH}, /* 3.13 */
    {"enum", "Enum", STROBE_KNOWN_ENUM},
    {"ipaddress", "IPv4Address", STROBE_KNOWN_ADDRESS},
    {"ipaddress", "IPv6Address", STROBE_KNOWN_ADDRESS},
    {"ipaddress", "IPv4Network", STROBE_KNOWN_NETWORK},
    {"ipaddress", "IPv6Network", STROBE_KNOWN_NETWORK},
};

static bool is_name(PyObject *text, const char *name)
{
    return text != NULL && PyUnicode_CheckExact(text) && PyUnicode_CompareWithASCIIString(text, name) == 0;
}

/* The value of an ASCII name in the dict of a class, found without making a str. */
static PyObject *find_in_class(PyTypeObject *class, const char *name)
{
    PyObject *dict = class->tp_dict;
    PyObject *key, *value;
#if PY_VERSION_HEX >= 0x030C0000
    if (dict == NULL) { /* of a static type of the interpreter */
        dict = PyType_GetDict(class);
        Py_XDECREF(dict); /* the type keeps it */
    }
#endif
    for (Py_ssize_t i = 0; dict != NULL && PyDict_Next(dict, &i, &key, &value);) {
        if (is_name(key, name)) {
            return value;
        }
    }
    return NULL;
}

/* The index in `known` of the class, or -1. */
static int index_of(PyTypeObject *class)
{
    PyObject *module = NULL;
    if (!PyType_HasFeature(class, Py_TPFLAGS_HEAPTYPE)) {
        return -1;
    }
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(class->tp_name, known[i].name) != 0) { /* a class statement gives the name alone */
            continue;
        }
        module = module != NULL ? module : find_in_class(class, "__module__");
        if (is_name(module, known[i].module)) {
            return (int)i;
        }
    }
    return -1;
}

static bool is_of_known_module(PyTypeObject *class)
{
    PyObject *module = PyType_HasFeature(class, Py_TPFLAGS_HEAPTYPE) ? find_in_class(class, "__module__") : NULL;
    for (size_t i = 0; module != NULL && i < sizeof known / sizeof known[0]; i++) {
        if (is_name(module, known[i].module)) {
            return true;
        }
    }
    return module != NULL && is_name(module, "pathlib._abc"); /* 3.13: a base of PurePath */
}

/* What the first class of the MRO that has `method` has there; borrowed. */
static PyObject *find_method(PyTypeObject *type, const char *method)
{
    PyObject *mro = type->tp_mro;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(mro); i++) {
        PyObject *value = find_in_class((PyTypeObject *)PyTuple_GET_ITEM(mro, i), method);
        if (value != NULL) {
            return value;
        }
    }
    return NULL;
}

/* Whether it is the function of that module. */
static bool is_genuine(PyTypeObject *type, const char *method, const char *module)
{
    PyObject *value = find_method(type, method);
    return value != NULL && PyFunction_Check(value) && is_name(((PyFunctionObject *)value)->func_module, module);
}

bool strobe_known_object_is_int(struct strobe_value value, const char *method)
{
    if (strobe_known_object_of(value, NULL) != STROBE_KNOWN_ENUM || !PyLong_Check(value.as.object)) {
        return false;
    }
    PyObject *found = find_method(Py_TYPE(value.as.object), method);
    return found != NULL && Py_IS_TYPE(found, &PyWrapperDescr_Type) &&
           ((const PyDescrObject *)found)->d_type == &PyLong_Type;
}

enum strobe_known_object strobe_known_object_of(struct strobe_value value, const char *method)
{
    PyTypeObject *type = value.kind == STROBE_VALUE_OBJECT ? Py_TYPE(value.as.object) : NULL;
    PyObject *mro = type != NULL && PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE) ? type->tp_mro : NULL;
    for (Py_ssize_t i = 0; mro != NULL && i < PyTuple_GET_SIZE(mro); i++) {
        int index = index_of((PyTypeObject *)PyTuple_GET_ITEM(mro, i));
        if (index >= 0) {
            bool genuine = method == NULL || is_genuine(type, method, known[index].module);
            return genuine ? known[index].kind : STROBE_KNOWN_NONE;
        }
    }
    return STROBE_KNOWN_NONE;
}

PyObject *strobe_known_object_field(PyObject *object, const char *name)
{
    struct strobe_attribute_walk walk = {0};
    PyObject *key, *value;
    while (strobe_attribute_next(object, &walk, &key, &value)) {
        if (is_name(key, name)) {
            return value;
        }
    }
    return NULL;
}

bool strobe_known_object_owns(PyObject *object, PyObject *name)
{
    PyObject *mro = Py_TYPE(object)->tp_mro;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(mro); i++) {
        PyTypeObject *class = (PyTypeObject *)PyTuple_GET_ITEM(mro, i);
        if (class->tp_dict != NULL && strobe_dict_get(class->tp_dict, name) != NULL) {
            return index_of(class) >= 0 || is_of_known_module(class);
        }
    }
    return false;
}

bool strobe_known_object_bits(PyObject *object, const char *field, uint8_t ret_bytes[16])
{
    PyObject *integer = strobe_known_object_field(object, field);
    if (integer == NULL || !PyLong_CheckExact(integer) || strobe_integer_negative(integer) ||
        strobe_integer_bits(integer) > 128) {
        return false;
    }
    size_t size = (size_t)(strobe_integer_bits(integer) + 7) / 8;
    memset(ret_bytes, 0, 16);
    strobe_integer_leading_bytes(integer, ret_bytes + 16 - size, size);
    return true;
}
