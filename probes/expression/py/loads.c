#include "probes/expression/py/loads.h"

#include <string.h>

#include "base/py/dict.h"
#include "probes/expression/py/function.h"
#include "probes/expression/py/text.h"

/* ---- What is refused: messages, made only when somebody reads them ---- */

/* The first attribute that the getter's code reads and `object` has stored: what to write instead. NULL: none. */
static const char *field_of_code(struct strobe_evaluation *evaluation, PyObject *object, PyObject *function,
                                 PyObject *own_name)
{
    PyCodeObject *code = function != NULL && PyFunction_Check(function)
                             ? (PyCodeObject *)((PyFunctionObject *)function)->func_code
                             : NULL;
    Py_ssize_t count = code != NULL && PyTuple_Check(code->co_names) ? PyTuple_GET_SIZE(code->co_names) : 0;
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *name = PyTuple_GET_ITEM(code->co_names, i);
        PyObject *ignored;
        if (PyUnicode_CheckExact(name) && PyUnicode_IS_COMPACT_ASCII(name) && !strobe_str_equal(name, own_name) &&
            strobe_attribute_get(object, name, &ignored) == STROBE_ATTRIBUTE_FOUND &&
            Py_TYPE(ignored)->tp_call == NULL && !strobe_text_is_secret(evaluation, strobe_value_object(name))) {
            return PyUnicode_DATA(name);
        }
    }
    return NULL;
}

/* What the classes of `object` hold under `name`; borrowed, or NULL. */
static PyObject *in_classes(PyObject *object, PyObject *name)
{
    PyObject *mro = Py_TYPE(object)->tp_mro;
    for (Py_ssize_t i = 0; mro != NULL && i < PyTuple_GET_SIZE(mro); i++) {
        PyObject *dict =
            ((PyTypeObject *)PyTuple_GET_ITEM(mro, i))->tp_dict; /* NULL: a static type of 3.12 and later */
        PyObject *found = dict != NULL ? strobe_dict_get(dict, name) : NULL;
        if (found != NULL) {
            return found;
        }
    }
    return NULL;
}

/* The function behind a property or a functools.cached_property; borrowed, or NULL. */
static PyObject *getter_of(PyObject *descriptor)
{
    if (PyObject_TypeCheck(descriptor, &PyProperty_Type)) { /* its first field, in all versions */
        return *(PyObject **)((char *)descriptor + sizeof(PyObject));
    }
    PyObject *name = NULL, *value = NULL;
    struct strobe_attribute_walk walk = {0};
    while (strobe_attribute_next(descriptor, &walk, &name, &value)) {
        if (PyUnicode_CompareWithASCIIString(name, "func") == 0) {
            return value;
        }
    }
    return NULL;
}

static int refuse_computed(struct strobe_evaluation *evaluation, struct strobe_value value, PyObject *name,
                           const char *path)
{
    bool path_is_type = path == NULL;
    const char *type = path_is_type ? strobe_value_type_name(value) : path;
    const char *text = PyUnicode_IS_COMPACT_ASCII(name) ? PyUnicode_DATA(name) : "?";
    PyObject *object = value.as.object;
    PyObject *found = evaluation->error != NULL ? in_classes(object, name) : NULL;
    if (found == NULL) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_UNSAFE,
                                      "'%.60s.%.60s' is computed; reading it would run code: read the field it uses",
                                      type, text);
    }
    bool is_property = PyObject_TypeCheck(found, &PyProperty_Type);
    if (!is_property && PyFunction_Check(found)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_UNSAFE,
                                      "'%.60s.%.60s' is a method, which makes a new object when it is read", type,
                                      text);
    }
    const char *field = field_of_code(evaluation, object, getter_of(found), name);
    if (field != NULL) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_UNSAFE,
                                      "'%.60s.%.60s' is a property; its getter would run. "
                                      "Read the field it uses: '%.60s.%.60s'",
                                      type, text, path_is_type ? "" : type, field);
    }
    return strobe_evaluation_fail(evaluation, STROBE_FAULT_UNSAFE,
                                  "'%.60s.%.60s' is %s computed attribute; its code would run. Read the field it uses",
                                  type, text, is_property ? "a property, a" : "a");
}

static int refuse_absent(struct strobe_evaluation *evaluation, struct strobe_value value, PyObject *name)
{
    const char *text = PyUnicode_IS_COMPACT_ASCII(name) ? PyUnicode_DATA(name) : "?";
    static const char getattr_hook[] = "__getattr__";
    PyObject *dict_owner = value.kind == STROBE_VALUE_OBJECT ? value.as.object : NULL;
    PyObject *mro = dict_owner != NULL ? Py_TYPE(dict_owner)->tp_mro : NULL;
    for (Py_ssize_t i = 0; evaluation->error != NULL && mro != NULL && i < PyTuple_GET_SIZE(mro); i++) {
        PyObject *dict = ((PyTypeObject *)PyTuple_GET_ITEM(mro, i))->tp_dict;
        PyObject *key, *ignored;
        for (Py_ssize_t at = 0; dict != NULL && PyDict_Next(dict, &at, &key, &ignored);) {
            if (PyUnicode_CheckExact(key) && PyUnicode_CompareWithASCIIString(key, getattr_hook) == 0) {
                return strobe_evaluation_fail(evaluation, STROBE_FAULT_UNSAFE,
                                              "'%.60s' has no '%.60s' stored; its __getattr__ would run",
                                              strobe_value_type_name(value), text);
            }
        }
    }
    return strobe_evaluation_fail(evaluation, STROBE_FAULT_ATTRIBUTE, "'%.80s' object has no attribute '%.60s'",
                                  strobe_value_type_name(value), text);
}

/* ---- The load ---- */

static int computed(struct strobe_evaluation *evaluation, struct strobe_value value, PyObject *name,
                    struct strobe_value *ret_value)
{
    const struct strobe_function_entry *entry = strobe_computed_find(value, name);
    if (entry == NULL) {
        return 1;
    }
    struct strobe_arguments arguments = {.values = &value, .positional_count = 1, .keywords = &name};
    return entry->call(evaluation, &arguments, ret_value);
}

int strobe_attribute_load(struct strobe_evaluation *evaluation, struct strobe_value value, PyObject *name,
                          struct strobe_attribute_cache *cache, struct strobe_value *ret_value,
                          enum strobe_attribute_result *ret_result)
{
    PyObject *found = NULL;
    enum strobe_attribute_result result = STROBE_ATTRIBUTE_ABSENT;
    if (value.kind == STROBE_VALUE_OBJECT) {
        result = cache != NULL ? strobe_attribute_get_cached(value.as.object, name, cache, &found)
                               : strobe_attribute_get(value.as.object, name, &found);
        if (result == STROBE_ATTRIBUTE_FOUND) {
            *ret_value = strobe_value_object(found);
            return 0;
        }
        if (result == STROBE_ATTRIBUTE_COMPUTED && strobe_named_tuple_field(value.as.object, name, &found)) {
            *ret_value = strobe_value_object(found);
            return 0;
        }
    }
    *ret_result = result;
    return computed(evaluation, value, name, ret_value);
}

int strobe_attribute_refuse(struct strobe_evaluation *evaluation, struct strobe_value value, PyObject *name,
                            enum strobe_attribute_result result, const char *path)
{
    switch (result) {
    case STROBE_ATTRIBUTE_COMPUTED:
        return refuse_computed(evaluation, value, name, path);
    case STROBE_ATTRIBUTE_UNREADABLE:
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_UNSAFE, "attributes of a '%.80s' cannot be read",
                                      strobe_value_type_name(value));
    default:
        return refuse_absent(evaluation, value, name);
    }
}

int strobe_value_attribute(struct strobe_evaluation *evaluation, struct strobe_value value, PyObject *name,
                           struct strobe_value *ret_value)
{
    enum strobe_attribute_result result;
    if (strobe_text_is_secret(evaluation, strobe_value_object(name))) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_REDACTED, "the attribute is redacted by its name");
    }
    int status = strobe_attribute_load(evaluation, value, name, NULL, ret_value, &result);
    return status <= 0 ? status : strobe_attribute_refuse(evaluation, value, name, result, NULL);
}
