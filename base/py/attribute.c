/*
 * Where CPython keeps attributes: inline values keyed by the type's shared keys (3.11 and later, three layouts), an
 * instance dict, member descriptors for __slots__, and the dicts of the classes in the MRO. Checked on 3.11.7, 3.12.1,
 * 3.13.0, 3.14.10, 3.15.2.
 */
#ifndef Py_BUILD_CORE_MODULE
#define Py_BUILD_CORE_MODULE 1
#endif
#include "base/py/attribute.h"

#include <internal/pycore_dict.h>
#include <internal/pycore_object.h>
#include <structmember.h>

#include "base/py/dict.h"

enum { MEMBER_OBJECT = 6, MEMBER_OBJECT_EX = 16 }; /* PyMemberDef.type, the same in all versions */

/* ---- What differs between versions ---- */

/* Inline values of `object` and how many there can be, or NULL when it has a dict or nothing. */
static PyObject **inline_values(PyObject *object, Py_ssize_t *ret_capacity)
{
    PyTypeObject *type = Py_TYPE(object);
#if PY_VERSION_HEX >= 0x030D0000
    if (!PyType_HasFeature(type, Py_TPFLAGS_INLINE_VALUES)) {
        return NULL;
    }
    PyDictValues *values = _PyObject_InlineValues(object);
    if (!values->valid) {
        return NULL;
    }
    *ret_capacity = values->capacity;
    return values->values;
#else
    if (!PyType_HasFeature(type, Py_TPFLAGS_MANAGED_DICT)) {
        return NULL;
    }
#if PY_VERSION_HEX >= 0x030C0000
    PyDictOrValues either = *_PyObject_DictOrValuesPointer(object);
    PyDictValues *values = _PyDictOrValues_IsValues(either) ? _PyDictOrValues_GetValues(either) : NULL;
#else
    PyDictValues *values = *_PyObject_ValuesPointer(object);
#endif
    *ret_capacity = PY_SSIZE_T_MAX;
    return values != NULL ? values->values : NULL;
#endif
}

/* The instance dict when there is one already; never makes one. */
static PyObject *instance_dict(PyObject *object)
{
    PyTypeObject *type = Py_TYPE(object);
#if PY_VERSION_HEX >= 0x030B0000
    if (PyType_HasFeature(type, Py_TPFLAGS_MANAGED_DICT)) {
#if PY_VERSION_HEX >= 0x030D0000
        return (PyObject *)_PyObject_GetManagedDict(object);
#elif PY_VERSION_HEX >= 0x030C0000
        PyDictOrValues either = *_PyObject_DictOrValuesPointer(object);
        return _PyDictOrValues_IsValues(either) ? NULL : _PyDictOrValues_GetDict(either);
#else
        return *_PyObject_ManagedDictPointer(object);
#endif
    }
#endif
    if (type->tp_dictoffset == 0) {
        return NULL;
    }
    PyObject **place = _PyObject_GetDictPtr(object);
    return place != NULL ? *place : NULL;
}

/* The dict of a class; borrowed from the class. */
static PyObject *class_dict(PyTypeObject *type)
{
#if PY_VERSION_HEX >= 0x030C0000
    PyObject *dict = PyType_GetDict(type);
    Py_XDECREF(dict); /* the type keeps it */
    return dict;
#else
    return type->tp_dict;
#endif
}

/* ---- The same everywhere ---- */

static PyDictKeysObject *shared_keys(PyObject *object)
{
    return ((PyHeapTypeObject *)Py_TYPE(object))->ht_cached_keys;
}

/* Value number `i` of the inline values with its name; NULL when unset. */
static PyObject *inline_value(PyObject **values, PyDictKeysObject *keys, Py_ssize_t i, PyObject **ret_name)
{
    *ret_name = DK_UNICODE_ENTRIES(keys)[i].me_key;
    return values[i];
}

static Py_ssize_t inline_count(PyDictKeysObject *keys, Py_ssize_t capacity)
{
    return keys->dk_nentries < capacity ? keys->dk_nentries : capacity;
}

static PyObject *find_inline(PyObject *object, PyObject **values, Py_ssize_t capacity, PyObject *name)
{
    PyDictKeysObject *keys = shared_keys(object);
    Py_ssize_t count = inline_count(keys, capacity);
    PyObject *key;
    for (Py_ssize_t i = 0; i < count; i++) { /* names are interned nearly always */
        PyObject *value = inline_value(values, keys, i, &key);
        if (key == name) {
            return value;
        }
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *value = inline_value(values, keys, i, &key);
        if (key != NULL && strobe_str_equal(key, name)) {
            return value;
        }
    }
    return NULL;
}

static PyObject *find_in_instance(PyObject *object, PyObject *name)
{
    Py_ssize_t capacity;
    PyObject **values = inline_values(object, &capacity);
    if (values != NULL) {
        return find_inline(object, values, capacity, name);
    }
    PyObject *dict = instance_dict(object);
    return dict != NULL && PyDict_Check(dict) ? strobe_dict_get(dict, name) : NULL;
}

static PyObject *find_in_classes(PyTypeObject *type, PyObject *name)
{
    PyObject *mro = type->tp_mro;
    for (Py_ssize_t i = 0; mro != NULL && i < PyTuple_GET_SIZE(mro); i++) {
        PyObject *dict = class_dict((PyTypeObject *)PyTuple_GET_ITEM(mro, i));
        PyObject *value = dict != NULL ? strobe_dict_get(dict, name) : NULL;
        if (value != NULL) {
            return value;
        }
    }
    return NULL;
}

/* What a __slots__ member holds. @return false when `descriptor` is not one of `object` */
static bool read_slot(PyObject *object, PyObject *descriptor, PyObject **ret_value)
{
    if (!Py_IS_TYPE(descriptor, &PyMemberDescr_Type)) {
        return false;
    }
    PyMemberDescrObject *member = (PyMemberDescrObject *)descriptor;
    int type = member->d_member->type;
    if ((type != MEMBER_OBJECT_EX && type != MEMBER_OBJECT) ||
        !PyType_IsSubtype(Py_TYPE(object), member->d_common.d_type)) {
        return false;
    }
#ifdef Py_RELATIVE_OFFSET
    if ((member->d_member->flags & Py_RELATIVE_OFFSET) != 0) {
        return false;
    }
#endif
    *ret_value = *(PyObject **)((char *)object + member->d_member->offset);
    return true;
}

static enum strobe_attribute_result plain_or_computed(PyObject *value, PyObject **ret_value)
{
    if (Py_TYPE(value)->tp_descr_get != NULL) {
        return STROBE_ATTRIBUTE_COMPUTED;
    }
    *ret_value = value;
    return STROBE_ATTRIBUTE_FOUND;
}

enum strobe_attribute_result strobe_attribute_get(PyObject *object, PyObject *name, PyObject **ret_value)
{
    PyObject *found = find_in_classes(Py_TYPE(object), name);
    if (found != NULL && Py_TYPE(found)->tp_descr_set != NULL) {
        PyObject *value;
        if (!read_slot(object, found, &value)) {
            return STROBE_ATTRIBUTE_COMPUTED;
        }
        if (value == NULL) {
            return STROBE_ATTRIBUTE_ABSENT;
        }
        *ret_value = value;
        return STROBE_ATTRIBUTE_FOUND;
    }
    if (PyType_Check(object)) {
        PyObject *value = find_in_classes((PyTypeObject *)object, name);
        if (value != NULL && (Py_IS_TYPE(value, &PyMethodDescr_Type) || Py_IS_TYPE(value, &PyFunction_Type))) {
            *ret_value = value; /* of a class these are what they are; only of an instance they make a method */
            return STROBE_ATTRIBUTE_FOUND;
        }
        if (value != NULL) {
            return plain_or_computed(value, ret_value);
        }
    } else {
        PyObject *value = find_in_instance(object, name);
        if (value != NULL) {
            *ret_value = value;
            return STROBE_ATTRIBUTE_FOUND;
        }
    }
    return found != NULL ? plain_or_computed(found, ret_value) : STROBE_ATTRIBUTE_ABSENT;
}

/* ---- Look-up with a memory ---- */

/* INLINE: among the inline values at `place`. Shared keys only grow, so the place stands as long as the type does. */
enum { CACHE_EMPTY, CACHE_INSTANCE, CACHE_INLINE, CACHE_SLOT };

unsigned int strobe_type_version(PyTypeObject *type)
{
#if PY_VERSION_HEX < 0x030D0000 /* later the flag means nothing: 0 says it */
    if (!PyType_HasFeature(type, Py_TPFLAGS_VALID_VERSION_TAG)) {
        return 0;
    }
#endif
    return type->tp_version_tag;
}

/* Note what the classes of `object` say of `name`. Stays empty for what is always computed. */
static void cache_fill(PyObject *object, PyObject *name, struct strobe_attribute_cache *cache)
{
    PyTypeObject *type = Py_TYPE(object);
    PyObject *found = find_in_classes(type, name);
    PyObject *ignored;
    *cache = (struct strobe_attribute_cache){.type = type, .version = strobe_type_version(type), .class_value = found};
    if (cache->version == 0 || PyType_Check(object)) {
        cache->how = CACHE_EMPTY;
    } else if (found == NULL || Py_TYPE(found)->tp_descr_set == NULL) {
        cache->how = CACHE_INSTANCE;
    } else if (read_slot(object, found, &ignored)) {
        cache->how = CACHE_SLOT;
        cache->place = ((PyMemberDescrObject *)found)->d_member->offset;
    }
}

/* The value in the instance; notes its place among the inline values. */
static PyObject *find_and_note(PyObject *object, PyObject *name, struct strobe_attribute_cache *cache)
{
    Py_ssize_t capacity;
    PyObject **values = inline_values(object, &capacity);
    if (values == NULL) {
        return find_in_instance(object, name);
    }
    PyDictKeysObject *keys = shared_keys(object);
    Py_ssize_t count = inline_count(keys, capacity);
    for (Py_ssize_t i = 0; i < count; i++) {
        if (DK_UNICODE_ENTRIES(keys)[i].me_key == name) {
            cache->place = i;
            cache->how = CACHE_INLINE;
        }
    }
    return find_inline(object, values, capacity, name);
}

/* The value at the noted place; NULL when it is unset there, or there are no inline values. */
static PyObject *find_at_place(PyObject *object, Py_ssize_t place)
{
    Py_ssize_t capacity;
    PyObject **values = inline_values(object, &capacity);
    return values != NULL && place < capacity ? values[place] : NULL;
}

PyObject *strobe_attribute_get_noted(PyObject *object, const struct strobe_attribute_cache *cache)
{
    PyTypeObject *type = Py_TYPE(object);
    if (cache->type != type || cache->how != CACHE_INLINE || cache->version != strobe_type_version(type)) {
        return NULL;
    }
    return find_at_place(object, cache->place);
}

enum strobe_attribute_result strobe_attribute_get_cached(PyObject *object, PyObject *name,
                                                         struct strobe_attribute_cache *cache, PyObject **ret_value)
{
    PyTypeObject *type = Py_TYPE(object);
    if (cache->type != type || cache->version == 0 || cache->version != strobe_type_version(type)) {
        cache_fill(object, name, cache);
    }
    PyObject *value;
    switch (cache->how) {
    case CACHE_SLOT:
        value = *(PyObject **)((char *)object + cache->place);
        break;
    case CACHE_INLINE:
        value = find_at_place(object, cache->place);
        if (value != NULL) {
            break;
        }
        /* fall through */
    case CACHE_INSTANCE:
        value = find_and_note(object, name, cache);
        if (value == NULL && cache->class_value != NULL) {
            return plain_or_computed(cache->class_value, ret_value);
        }
        break;
    default:
        return strobe_attribute_get(object, name, ret_value);
    }
    *ret_value = value;
    return value != NULL ? STROBE_ATTRIBUTE_FOUND : STROBE_ATTRIBUTE_ABSENT;
}

/* ---- Walk ---- */

enum { WALK_INLINE, WALK_DICT, WALK_SLOTS };

static bool next_inline(PyObject *object, struct strobe_attribute_walk *walk, PyObject **ret_name, PyObject **ret_value)
{
    Py_ssize_t capacity;
    PyObject **values = inline_values(object, &capacity);
    if (values == NULL) {
        return false;
    }
    PyDictKeysObject *keys = shared_keys(object);
    Py_ssize_t count = inline_count(keys, capacity);
    while (walk->position < count) {
        *ret_value = inline_value(values, keys, walk->position++, ret_name);
        if (*ret_value != NULL && *ret_name != NULL) {
            return true;
        }
    }
    return false;
}

static bool next_in_dict(PyObject *object, struct strobe_attribute_walk *walk, PyObject **ret_name,
                         PyObject **ret_value)
{
    PyObject *dict = instance_dict(object);
#if PY_VERSION_HEX >= 0x030D0000
    /* From 3.13 on a dict may be a view of inline values that the walk has shown already. */
    Py_ssize_t capacity;
    if (inline_values(object, &capacity) != NULL) {
        return false;
    }
#endif
    if (dict == NULL || !PyDict_Check(dict)) {
        return false;
    }
    while (PyDict_Next(dict, &walk->position, ret_name, ret_value)) {
        if (PyUnicode_CheckExact(*ret_name)) {
            return true;
        }
    }
    return false;
}

static bool next_slot(PyObject *object, struct strobe_attribute_walk *walk, PyObject **ret_name, PyObject **ret_value)
{
    PyObject *mro = Py_TYPE(object)->tp_mro;
    while (mro != NULL && walk->type_index < PyTuple_GET_SIZE(mro)) {
        PyTypeObject *type = (PyTypeObject *)PyTuple_GET_ITEM(mro, walk->type_index);
        bool heap = PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE);
        PyObject *slots = heap ? ((PyHeapTypeObject *)type)->ht_slots : NULL;
        if (slots == NULL || !PyTuple_CheckExact(slots) || walk->position >= PyTuple_GET_SIZE(slots)) {
            walk->type_index++;
            walk->position = 0;
            continue;
        }
        PyObject *name = PyTuple_GET_ITEM(slots, walk->position++);
        PyObject *dict = class_dict(type);
        PyObject *descriptor = PyUnicode_CheckExact(name) && dict != NULL ? strobe_dict_get(dict, name) : NULL;
        if (descriptor != NULL && read_slot(object, descriptor, ret_value) && *ret_value != NULL) {
            *ret_name = name;
            return true;
        }
    }
    return false;
}

bool strobe_attribute_next(PyObject *object, struct strobe_attribute_walk *walk, PyObject **ret_name,
                           PyObject **ret_value)
{
    static bool (*const stages[])(PyObject *, struct strobe_attribute_walk *, PyObject **,
                                  PyObject **) = {next_inline, next_in_dict, next_slot};
    while (walk->stage <= WALK_SLOTS) {
        if (stages[walk->stage](object, walk, ret_name, ret_value)) {
            return true;
        }
        walk->stage++;
        walk->position = 0;
    }
    return false;
}

/* ---- Names by their characters ---- */

static int find_name_in_classes(PyTypeObject *type, strobe_key_equal *equal, void *context, PyObject **ret_name)
{
    PyObject *mro = type->tp_mro;
    for (Py_ssize_t i = 0; mro != NULL && i < PyTuple_GET_SIZE(mro); i++) {
        PyObject *dict = class_dict((PyTypeObject *)PyTuple_GET_ITEM(mro, i));
        PyObject *key, *value;
        for (Py_ssize_t position = 0; dict != NULL && PyDict_Next(dict, &position, &key, &value);) {
            int same = PyUnicode_CheckExact(key) ? equal(context, key) : 0;
            if (same != 0) {
                *ret_name = key;
                return same;
            }
        }
    }
    return 0;
}

int strobe_attribute_find_name(PyObject *object, strobe_key_equal *equal, void *context, PyObject **ret_name)
{
    struct strobe_attribute_walk walk = {0};
    PyObject *name, *value;
    while (strobe_attribute_next(object, &walk, &name, &value)) {
        int same = PyUnicode_CheckExact(name) ? equal(context, name) : 0;
        if (same != 0) {
            *ret_name = name;
            return same;
        }
    }
    int found = PyType_Check(object) ? find_name_in_classes((PyTypeObject *)object, equal, context, ret_name) : 0;
    return found != 0 ? found : find_name_in_classes(Py_TYPE(object), equal, context, ret_name);
}
