/* The tables of dicts. Layouts checked on 3.11.7, 3.12.1, 3.13.0, 3.14.10 and 3.15.2. */
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

/* ---- By hash ---- */

enum { PERTURB_SHIFT = 5 }; /* as in dictobject.c */

/* The entry number in place `place` of the hash table; below 0: empty or removed. */
static Py_ssize_t entry_at(const PyDictKeysObject *keys, size_t place)
{
    const void *indices = keys->dk_indices;
    if (keys->dk_log2_size < 8) {
        return ((const int8_t *)indices)[place];
    }
    if (keys->dk_log2_size < 16) {
        return ((const int16_t *)indices)[place];
    }
    if (keys->dk_log2_size < 32) {
        return ((const int32_t *)indices)[place];
    }
    return (Py_ssize_t)((const int64_t *)indices)[place];
}

struct entry {
    PyObject *key;
    PyObject *value;
    Py_hash_t hash;
};

static struct entry read_entry(const PyDictObject *dict, Py_ssize_t number)
{
    PyDictKeysObject *keys = dict->ma_keys;
    if (keys->dk_kind == DICT_KEYS_GENERAL) {
        const PyDictKeyEntry *entry = &DK_ENTRIES(keys)[number];
        return (struct entry){entry->me_key, entry->me_value, entry->me_hash};
    }
    const PyDictUnicodeEntry *entry = &DK_UNICODE_ENTRIES(keys)[number];
    PyObject *value = dict->ma_values != NULL ? dict->ma_values->values[number] : entry->me_value;
    return (struct entry){entry->me_key, value, ((PyASCIIObject *)entry->me_key)->hash};
}

int strobe_dict_find_hash(PyObject *object, Py_hash_t hash, strobe_key_equal *equal, void *context, PyObject **ret_key,
                          PyObject **ret_value)
{
    const PyDictObject *dict = (const PyDictObject *)object;
    size_t mask = ((size_t)1 << dict->ma_keys->dk_log2_size) - 1;
    size_t perturb = (size_t)hash;
    size_t place = perturb & mask;
    Py_ssize_t number;
    while ((number = entry_at(dict->ma_keys, place)) != DKIX_EMPTY) {
        if (number >= 0) {
            struct entry entry = read_entry(dict, number);
            int same = entry.hash == hash && entry.value != NULL ? equal(context, entry.key) : 0;
            if (same != 0) {
                *ret_key = same > 0 ? entry.key : *ret_key;
                *ret_value = same > 0 ? entry.value : *ret_value;
                return same;
            }
        }
        perturb >>= PERTURB_SHIFT;
        place = (place * 5 + perturb + 1) & mask;
    }
    return 0;
}

/* ---- Around dicts ---- */

PyObject *strobe_dict_of_view(PyObject *view)
{
    return (PyObject *)((_PyDictViewObject *)view)->dv_dict;
}

PyObject *strobe_dict_proxied(PyObject *proxy)
{
    struct layout { /* private to descrobject.c, the same in all versions */
        PyObject_HEAD PyObject *mapping;
    };
    return PyDictProxy_Type.tp_basicsize == (Py_ssize_t)sizeof(struct layout) ? ((struct layout *)proxy)->mapping
                                                                              : NULL;
}

bool strobe_dict_check(PyObject *object)
{
#ifdef PyAnyDict_Check /* 3.15 */
    return PyAnyDict_Check(object);
#else
    return PyDict_Check(object);
#endif
}
