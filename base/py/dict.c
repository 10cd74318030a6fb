#ifndef Py_BUILD_CORE_MODULE
#define Py_BUILD_CORE_MODULE 1
#endif
#include "base/py/dict.h"

#include <internal/pycore_dict.h>
#include <string.h>

int strobe_str_equal(PyObject *a, PyObject *b)
{
    if (a == b) {
        return 1;
    }
    Py_ssize_t length = PyUnicode_GET_LENGTH(a);
    int kind = PyUnicode_KIND(a);
    return PyUnicode_GET_LENGTH(b) == length && (int)PyUnicode_KIND(b) == kind &&
           memcmp(PyUnicode_DATA(a), PyUnicode_DATA(b), (size_t)length * (size_t)kind) == 0;
}

PyObject *strobe_dict_get(PyObject *dict, PyObject *name)
{
    if (((PyDictObject *)dict)->ma_keys->dk_kind != DICT_KEYS_GENERAL) {
        /* All keys are exact str: equality is CPython's own. */
        return PyDict_GetItemWithError(dict, name);
    }
    PyObject *key, *value;
    for (Py_ssize_t position = 0; PyDict_Next(dict, &position, &key, &value);) {
        if (PyUnicode_CheckExact(key) && strobe_str_equal(key, name)) {
            return value;
        }
    }
    return NULL;
}

Py_ssize_t strobe_dict_slots(PyObject *dict)
{
    return ((PyDictObject *)dict)->ma_keys->dk_nentries;
}
