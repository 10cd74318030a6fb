#include "agent/check_types.h"

#include <string.h>

#include "base/py/attribute.h"
#include "base/py/dict.h"
#include "base/py/frame.h"
#include "base/py/module.h"
#include "snapshot/policy.h"
#include "strobe/limits.h"

static const struct strobe_known nothing = {NULL, NULL};

static struct strobe_known known_value(PyObject *value)
{
    return (struct strobe_known){Py_TYPE(value), value};
}

/* ---- Names in modules and classes ---- */

/* Globals of the module whose code this is, or NULL. */
static PyObject *globals_of(PyCodeObject *code)
{
    struct strobe_module module;
    for (Py_ssize_t position = 0; strobe_module_next(&position, &module);) {
        if (strobe_str_equal(module.file, code->co_filename)) {
            return module.globals;
        }
    }
    return NULL;
}

/* What the classes of `type` have under `name`, and which of them; or NULL. */
static PyObject *in_classes(PyTypeObject *type, const char *name, PyTypeObject **ret_class)
{
    PyObject *mro = type->tp_mro;
    for (Py_ssize_t i = 0; mro != NULL && PyTuple_CheckExact(mro) && i < PyTuple_GET_SIZE(mro); i++) {
        PyTypeObject *class = (PyTypeObject *)PyTuple_GET_ITEM(mro, i);
        PyObject *dict = PyType_Check(class) ? class->tp_dict : NULL; /* NULL: a static type of 3.12 and later */
        PyObject *found = dict != NULL ? strobe_module_attribute(dict, name) : NULL;
        if (found != NULL) {
            *ret_class = class;
            return found;
        }
    }
    return NULL;
}

/* What `code` was found under: its class (NULL: none) and what stands there (NULL: not known). */
static PyObject *definition_of(PyCodeObject *code, PyObject *globals, PyTypeObject **ret_class)
{
    char names[STROBE_PATH_BYTES_MAX];
    const char *qualname = PyUnicode_AsUTF8(code->co_qualname);
    PyObject *object = NULL;
    char *rest = NULL;
    *ret_class = NULL;
    PyErr_Clear();
    if (qualname == NULL || (size_t)snprintf(names, sizeof names, "%s", qualname) >= sizeof names) {
        return NULL;
    }
    for (char *name = strtok_r(names, ".", &rest); name != NULL; name = strtok_r(NULL, ".", &rest)) {
        PyTypeObject *ignored;
        if (object != NULL && !PyType_Check(object)) {
            return NULL;
        }
        *ret_class = (PyTypeObject *)object;
        object = object == NULL ? strobe_module_attribute(globals, name)
                                : in_classes((PyTypeObject *)object, name, &ignored);
        if (object == NULL) {
            return NULL;
        }
    }
    return object;
}

/* ---- Annotations ---- */

/* The type that an annotation names: the class itself, or its name in the module. */
static struct strobe_known annotated(PyObject *annotation, PyObject *globals)
{
    PyObject *type = annotation;
    if (annotation != NULL && PyUnicode_CheckExact(annotation)) {
        const char *name = PyUnicode_AsUTF8(annotation);
        PyErr_Clear();
        type = name != NULL && globals != NULL ? strobe_module_attribute(globals, name) : NULL;
    }
    bool is_class = type != NULL && PyType_Check(type) && type != (PyObject *)&PyBaseObject_Type;
    return (struct strobe_known){is_class ? (PyTypeObject *)type : NULL, NULL};
}

/* The annotation of a parameter. Up to 3.13 they are stored; later they would have to be computed. */
static PyObject *parameter_annotation(PyObject *function, const char *name)
{
    PyObject *all = PyFunction_Check(function) ? ((PyFunctionObject *)function)->func_annotations : NULL;
    if (all != NULL && PyDict_CheckExact(all)) {
        return strobe_module_attribute(all, name);
    }
    for (Py_ssize_t i = 0; all != NULL && PyTuple_CheckExact(all) && i + 1 < PyTuple_GET_SIZE(all); i += 2) {
        if (PyUnicode_CompareWithASCIIString(PyTuple_GET_ITEM(all, i), name) == 0) {
            return PyTuple_GET_ITEM(all, i + 1);
        }
    }
    return NULL;
}

/* The type of a field as the body of a class declares it (dataclasses). */
static struct strobe_known field_annotation(PyTypeObject *type, const char *name)
{
    PyObject *mro = type->tp_mro;
    for (Py_ssize_t i = 0; mro != NULL && PyTuple_CheckExact(mro) && i < PyTuple_GET_SIZE(mro); i++) {
        PyObject *dict = ((PyTypeObject *)PyTuple_GET_ITEM(mro, i))->tp_dict;
        PyObject *all = dict != NULL ? strobe_module_attribute(dict, "__annotations__") : NULL;
        PyObject *found = all != NULL && PyDict_CheckExact(all) ? strobe_module_attribute(all, name) : NULL;
        if (found != NULL) {
            PyObject *module = strobe_module_attribute(dict, "__module__");
            const char *text = module != NULL && PyUnicode_CheckExact(module) ? PyUnicode_AsUTF8(module) : NULL;
            PyErr_Clear();
            return annotated(found, text != NULL ? strobe_module_globals(text) : NULL);
        }
    }
    return nothing;
}

/* ---- Variables ---- */

static bool is_variable(PyCodeObject *code, const char *name, bool *ret_first)
{
    for (int i = 0; i < strobe_code_slots(code); i++) {
        PyObject *slot = strobe_code_slot_name(code, i, NULL);
        if (slot != NULL && PyUnicode_CompareWithASCIIString(slot, name) == 0) {
            *ret_first = i == 0 && code->co_argcount > 0;
            return true;
        }
    }
    return false;
}

/* The class, when `definition` gets an instance of it as its first argument. */
static PyTypeObject *class_of_self(PyObject *definition, PyTypeObject *class)
{
    bool is_method = PyFunction_Check(definition) || PyObject_TypeCheck(definition, &PyProperty_Type);
    return is_method ? class : NULL;
}

struct strobe_known strobe_known_variable(PyCodeObject *code, const char *name)
{
    PyObject *globals = globals_of(code);
    bool first = false;
    if (globals == NULL) {
        return nothing;
    }
    if (!is_variable(code, name, &first)) {
        PyObject *value = (code->co_flags & CO_OPTIMIZED) != 0 ? strobe_module_attribute(globals, name) : NULL;
        return value != NULL ? known_value(value) : nothing;
    }
    PyTypeObject *class;
    PyObject *definition = definition_of(code, globals, &class);
    if (definition == NULL) {
        return nothing;
    }
    struct strobe_known known = annotated(parameter_annotation(definition, name), globals);
    if (known.type == NULL && first && class != NULL) {
        known.type = class_of_self(definition, class);
    }
    return known;
}

struct strobe_known strobe_known_attribute(struct strobe_known of, const char *name)
{
    PyObject *interned = of.value != NULL ? PyUnicode_InternFromString(name) : NULL;
    PyObject *value = NULL;
    struct strobe_known known = nothing;
    if (interned != NULL && strobe_attribute_get(of.value, interned, &value) == STROBE_ATTRIBUTE_FOUND) {
        known = known_value(value);
    } else if (of.type != NULL && of.value == NULL) {
        known = field_annotation(of.type, name);
    }
    PyErr_Clear();
    Py_XDECREF(interned);
    return known;
}

/* ---- Properties ---- */

/* Classes whose properties an expression reads by the fields behind them (known_object.h). */
static bool is_known_class(PyTypeObject *class)
{
    static const char *const modules[] = {"pathlib", "pathlib._local", "pathlib.types", "uuid",      "fractions",
                                          "enum",    "ipaddress",      "_pydatetime",   "_pydecimal"};
    PyObject *module = class->tp_dict != NULL ? strobe_module_attribute(class->tp_dict, "__module__") : NULL;
    for (size_t i = 0; module != NULL && PyUnicode_Check(module) && i < sizeof modules / sizeof *modules; i++) {
        if (PyUnicode_CompareWithASCIIString(module, modules[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* Whether the `__init__` of the class names it: what is assigned there is what its instances store. */
static bool in_constructor(PyTypeObject *type, PyObject *name)
{
    PyTypeObject *ignored;
    PyObject *constructor = in_classes(type, "__init__", &ignored);
    PyObject *names = constructor != NULL && PyFunction_Check(constructor)
                          ? ((PyCodeObject *)((PyFunctionObject *)constructor)->func_code)->co_names
                          : NULL;
    for (Py_ssize_t i = 0; names != NULL && i < PyTuple_GET_SIZE(names); i++) {
        if (strobe_str_equal(PyTuple_GET_ITEM(names, i), name)) {
            return true;
        }
    }
    return false;
}

/* Whether a name that a getter uses is a field that stands behind it: stored, nothing that is called, no secret. */
static bool is_field(struct strobe_known of, PyObject *name)
{
    PyTypeObject *ignored;
    const char *text = PyUnicode_DATA(name);
    PyObject *value = NULL;
    if (strobe_policy_is_secret(text, strlen(text))) {
        return false;
    }
    if (of.value != NULL) {
        return strobe_attribute_get(of.value, name, &value) == STROBE_ATTRIBUTE_FOUND &&
               Py_TYPE(value)->tp_call == NULL;
    }
    PyObject *in_class = in_classes(of.type, text, &ignored);
    bool is_slot = in_class != NULL && Py_IS_TYPE(in_class, &PyMemberDescr_Type);
    return is_slot || (in_class == NULL && in_constructor(of.type, name));
}

static const char *field_of_getter(struct strobe_known of, PyObject *property)
{
    PyObject *function = *(PyObject **)((char *)property + sizeof(PyObject)); /* fget: the first field, always */
    PyCodeObject *code = function != NULL && PyFunction_Check(function)
                             ? (PyCodeObject *)((PyFunctionObject *)function)->func_code
                             : NULL;
    Py_ssize_t count = code != NULL && PyTuple_Check(code->co_names) ? PyTuple_GET_SIZE(code->co_names) : 0;
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *name = PyTuple_GET_ITEM(code->co_names, i);
        if (PyUnicode_CheckExact(name) && PyUnicode_IS_COMPACT_ASCII(name) && is_field(of, name)) {
            return PyUnicode_DATA(name);
        }
    }
    return NULL;
}

bool strobe_known_is_property(struct strobe_known of, const char *name, const char **ret_field)
{
    PyTypeObject *class = NULL;
    PyObject *found = of.type != NULL ? in_classes(of.type, name, &class) : NULL;
    if (found == NULL || !PyObject_TypeCheck(found, &PyProperty_Type) || is_known_class(class)) {
        return false;
    }
    *ret_field = field_of_getter(of, found);
    return true;
}
