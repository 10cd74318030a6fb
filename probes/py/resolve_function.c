/* Functions and types by name: module:qualname and raise:module.Type. */
#include <stdlib.h>
#include <string.h>

#include "base/py/dict.h"
#include "base/py/module.h"
#include "probes/py/resolve.h"

/* ---- Names in modules and classes ---- */

/* What the class has under `name`, its bases included; borrowed or NULL. */
static PyObject *class_attribute(PyTypeObject *type, const char *name)
{
    PyObject *mro = type->tp_mro;
    PyObject *found = NULL;
    for (Py_ssize_t i = 0; found == NULL && mro != NULL && PyTuple_CheckExact(mro) && i < PyTuple_GET_SIZE(mro); i++) {
        PyObject *base = PyTuple_GET_ITEM(mro, i);
        PyObject *members = PyType_Check(base) ? ((PyTypeObject *)base)->tp_dict : NULL;
        found = members != NULL ? strobe_module_attribute(members, name) : NULL;
    }
    return found;
}

/* Follow the dotted `names` (changed in place) from a module's dictionary; borrowed or NULL. */
static PyObject *walk(PyObject *globals, char *names)
{
    PyObject *object = NULL;
    char *rest = NULL;
    for (char *name = strtok_r(names, ".", &rest); name != NULL; name = strtok_r(NULL, ".", &rest)) {
        if (object == NULL) {
            object = strobe_module_attribute(globals, name);
        } else if (PyType_Check(object)) {
            object = class_attribute((PyTypeObject *)object, name);
        } else {
            return NULL;
        }
        if (object == NULL) {
            return NULL;
        }
    }
    return object;
}

/* ---- Functions ---- */

/* The function inside a staticmethod, classmethod or property: a new reference or NULL. These attributes are CPython's
 * own members, read without code of the program. */
static PyObject *unwrap(PyObject *object)
{
    const char *member = NULL;
    if (Py_IS_TYPE(object, &PyStaticMethod_Type) || Py_IS_TYPE(object, &PyClassMethod_Type)) {
        member = "__func__";
    } else if (Py_IS_TYPE(object, &PyProperty_Type)) {
        member = "fget";
    }
    PyObject *inner = member != NULL ? PyObject_GetAttrString(object, member) : Py_NewRef(object);
    PyErr_Clear();
    return inner;
}

/* A wrapper that took over the name of what it wraps: it serves other functions too. */
static bool is_wrapper(PyObject *function)
{
    PyObject *members = ((PyFunctionObject *)function)->func_dict;
    return members != NULL && PyDict_Check(members) && strobe_module_attribute(members, "__wrapped__") != NULL;
}

/*
 * What the module has under the name: the code of a function that is imported from elsewhere or made by exec(), or that
 * was given to it in place of its own (`f.__code__ = g.__code__`). `alone`: nothing was found by the code's own name.
 */
static int keep_named(struct strobe_resolution *r, PyObject *globals, const char *function, bool alone)
{
    char names[STROBE_PATH_BYTES_MAX];
    snprintf(names, sizeof names, "%s", function);
    PyObject *object = walk(globals, names);
    PyObject *inner = object != NULL ? unwrap(object) : NULL;
    int status = 0;
    if (inner != NULL && PyFunction_Check(inner)) {
        PyFunctionObject *f = (PyFunctionObject *)inner;
        PyCodeObject *code = (PyCodeObject *)f->func_code;
        bool replaced = PyUnicode_CompareWithASCIIString(f->func_qualname, function) == 0 &&
                        PyUnicode_Compare(code->co_qualname, f->func_qualname) != 0 && !is_wrapper(inner);
        if (alone || replaced) {
            status = strobe_resolution_keep(r, code, code->co_firstlineno);
        }
    }
    Py_XDECREF(inner);
    return status;
}

static void suggest_function(struct strobe_resolution *r, const char *function, const char *qualname)
{
    const char *wanted = strrchr(function, '.');
    const char *own = strrchr(qualname, '.');
    wanted = wanted != NULL ? wanted + 1 : function;
    own = own != NULL ? own + 1 : qualname;
    if (strcmp(wanted, own) == 0) {
        strobe_resolution_suggest(r, qualname);
    }
}

/* Code objects of that qualified name in one file: every instance of a closure, what is below decorators too. */
static int keep_from_file(struct strobe_code_index *index, const char *path, const char *function,
                          struct strobe_slice *slice, struct strobe_resolution *r)
{
    struct strobe_codes codes = {0};
    int status = strobe_code_index_codes(index, path, &codes);
    for (size_t i = 0; status == 0 && i < codes.count; i++) {
        const char *qualname = PyUnicode_AsUTF8(codes.items[i]->co_qualname);
        if (qualname == NULL) {
            PyErr_Clear();
        } else if (strcmp(qualname, function) == 0) {
            status = strobe_resolution_keep(r, codes.items[i], codes.items[i]->co_firstlineno);
        } else {
            suggest_function(r, function, qualname);
        }
        if (slice != NULL && i % 32 == 31) {
            strobe_slice_pause(slice);
        }
    }
    strobe_codes_done(&codes);
    return status;
}

/* The path of the module's source, normalised, or "". */
static void module_path(PyObject *globals, char ret_path[STROBE_PATH_BYTES_MAX])
{
    PyObject *file = strobe_module_attribute(globals, "__file__");
    Py_ssize_t size = 0;
    const char *text = file != NULL && PyUnicode_CheckExact(file) ? PyUnicode_AsUTF8AndSize(file, &size) : NULL;
    PyErr_Clear();
    if (text != NULL && size > 4 && strcmp(text + size - 4, ".pyc") == 0) {
        size--; /* without a source: code still knows the name it was compiled from */
    }
    if (text == NULL || strobe_path_normalise(text, (size_t)size, ret_path) < 0) {
        ret_path[0] = '\0';
    }
}

/* The path that code of the module has: the main program's may be relative where __file__ is not. */
static void code_path(struct strobe_code_index *index, char path[STROBE_PATH_BYTES_MAX])
{
    uint32_t hash = strobe_code_file_hash(strobe_path_basename(path));
    struct strobe_code_file *similar = NULL;
    for (struct strobe_code_file *file = NULL; (file = strobe_code_index_named(index, hash, file)) != NULL;) {
        if (strcmp(file->path, path) == 0) {
            return;
        }
        similar = strobe_path_matches(file->path, path) ? file : similar;
    }
    if (similar != NULL) {
        strcpy(path, similar->path);
    }
}

int strobe_resolve_function(struct strobe_code_index *index, const struct strobe_location *location,
                            struct strobe_slice *slice, struct strobe_resolution *r)
{
    const char *function = strobe_location_function(location);
    memset(r, 0, sizeof *r);
    PyObject *globals = Py_XNewRef(strobe_module_globals(location->path));
    if (globals == NULL) {
        r->kind = STROBE_RESOLVED_NOT_LOADED;
        return 0;
    }
    int status = 0;
    module_path(globals, r->file);
    if (r->file[0] != '\0') {
        code_path(index, r->file);
        status = keep_from_file(index, r->file, function, slice, r);
    }
    if (status == 0) {
        status = keep_named(r, globals, function, r->codes.count == 0);
    }
    Py_DECREF(globals);
    r->kind = r->codes.count > 0 ? STROBE_RESOLVED : STROBE_RESOLVED_NO_FUNCTION;
    return status;
}

/* ---- Types ---- */

PyTypeObject *strobe_resolve_type(const struct strobe_location *location, bool *ret_loaded)
{
    char text[STROBE_PATH_BYTES_MAX];
    *ret_loaded = strchr(location->path, '.') == NULL;
    for (const char *dot = strrchr(location->path, '.'); dot != NULL;) { /* the longest name that is a module */
        size_t size = (size_t)(dot - location->path);
        memcpy(text, location->path, size);
        text[size] = '\0';
        PyObject *globals = strobe_module_globals(text);
        if (globals != NULL) {
            *ret_loaded = true;
            snprintf(text, sizeof text, "%s", dot + 1);
            PyObject *object = walk(globals, text);
            return object != NULL && PyExceptionClass_Check(object) ? (PyTypeObject *)object : NULL;
        }
        do {
            dot--;
        } while (dot > location->path && *dot != '.');
        dot = dot > location->path ? dot : NULL;
    }
    PyObject *builtins = strobe_module_globals("builtins");
    snprintf(text, sizeof text, "%s", location->path);
    PyObject *object = builtins != NULL && *ret_loaded ? walk(builtins, text) : NULL;
    return object != NULL && PyExceptionClass_Check(object) ? (PyTypeObject *)object : NULL;
}
