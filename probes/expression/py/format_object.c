/*
 * Objects that are no data of built-in types: types, functions, modules, exceptions, instances. Where CPython writes an
 * address nothing is written: it would tell nobody anything, and make equal lines differ.
 */
#include <string.h>

#include "probes/expression/py/format.h"
#include "probes/expression/py/format_writer.h"

/* ---- Look-ups in class dicts ---- */

static bool is_ascii_text(PyObject *object, const char *ascii, size_t size)
{
    return PyUnicode_CheckExact(object) && PyUnicode_IS_COMPACT_ASCII(object) &&
           (size_t)PyUnicode_GET_LENGTH(object) == size && memcmp(PyUnicode_DATA(object), ascii, size) == 0;
}

PyObject *strobe_format_find(struct strobe_evaluation *evaluation, PyObject *dict, const char *ascii)
{
    PyObject *key, *value;
    size_t size = strlen(ascii);
    Py_ssize_t position = 0, steps = 0;
    PyObject *found = NULL;
    while (found == NULL && evaluation->fuel > steps && PyDict_Next(dict, &position, &key, &value)) {
        found = is_ascii_text(key, ascii, size) ? value : NULL;
        steps++;
    }
    evaluation->fuel -= steps / 4;
    return found;
}

PyObject *strobe_format_find_in_classes(struct strobe_evaluation *evaluation, PyTypeObject *type, const char *ascii)
{
    PyObject *mro = type->tp_mro;
    for (Py_ssize_t i = 0; mro != NULL && i < PyTuple_GET_SIZE(mro); i++) {
        PyTypeObject *base = (PyTypeObject *)PyTuple_GET_ITEM(mro, i);
        if (PyType_Check(base) && PyType_HasFeature(base, Py_TPFLAGS_HEAPTYPE) && base->tp_dict != NULL) {
            PyObject *found = strobe_format_find(evaluation, base->tp_dict, ascii);
            if (found != NULL) {
                return found;
            }
        }
    }
    return NULL;
}

/* ---- Names ---- */

static int put_str(struct strobe_text_builder *builder, PyObject *object)
{
    struct strobe_text_view view;
    if (object == NULL || !strobe_text_view_of(strobe_value_object(object), &view)) {
        return strobe_format_put(builder, "?");
    }
    return strobe_text_put_view(builder, &view, 0, view.length);
}

static int put_utf8(struct strobe_text_builder *builder, const char *text)
{
    return strobe_format_put(builder, text); /* names of static types are ASCII */
}

int strobe_format_type_name(struct strobe_text_builder *builder, PyTypeObject *type)
{
    if (!PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE) || type->tp_dict == NULL) {
        return put_utf8(builder, type->tp_name);
    }
    PyObject *module = strobe_format_find(builder->evaluation, type->tp_dict, "__module__");
    if (module != NULL && PyUnicode_Check(module) && !is_ascii_text(module, "builtins", strlen("builtins"))) {
        int status = put_str(builder, module);
        status = status < 0 ? status : strobe_format_put(builder, ".");
        if (status < 0) {
            return status;
        }
    }
    return put_str(builder, ((PyHeapTypeObject *)type)->ht_qualname);
}

int strobe_format_short_name(struct strobe_text_builder *builder, PyTypeObject *type)
{
    if (PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE)) {
        return put_str(builder, ((PyHeapTypeObject *)type)->ht_name);
    }
    const char *point = strrchr(type->tp_name, '.');
    return put_utf8(builder, point != NULL ? point + 1 : type->tp_name);
}

/* ---- Exceptions ---- */

static PyObject *arguments_of(PyObject *exception)
{
    PyObject *arguments = ((PyBaseExceptionObject *)exception)->args;
    return arguments != NULL && PyTuple_CheckExact(arguments) ? arguments : NULL;
}

static bool is_exception(PyObject *object)
{
    return PyType_FastSubclass(Py_TYPE(object), Py_TPFLAGS_BASE_EXC_SUBCLASS);
}

static int put_exception_repr(struct strobe_format_writer *writer, PyObject *exception)
{
    PyObject *arguments = arguments_of(exception);
    int status = strobe_format_short_name(writer->builder, Py_TYPE(exception));
    if (status < 0 || arguments == NULL) {
        return status < 0 ? status : strobe_format_put(writer->builder, "()");
    }
    if (PyTuple_GET_SIZE(arguments) != 1) {
        return strobe_format_write(writer, strobe_value_object(arguments));
    }
    status = strobe_format_put(writer->builder, "(");
    status = status < 0 ? status : strobe_format_write(writer, strobe_value_object(PyTuple_GET_ITEM(arguments, 0)));
    return status < 0 ? status : strobe_format_put(writer->builder, ")");
}

/* From 3.15 on an ImportError writes its name and path too. */
static int put_import_error_repr(struct strobe_format_writer *writer, PyObject *exception)
{
    static const char *const keywords[] = {"name=", "path="};
    const PyImportErrorObject *error = (const PyImportErrorObject *)exception;
    PyObject *const values[] = {error->name, error->path};
    PyObject *arguments = arguments_of(exception);
    Py_ssize_t count = arguments != NULL ? PyTuple_GET_SIZE(arguments) : 0;
    int status = strobe_format_short_name(writer->builder, Py_TYPE(exception));
    status = status < 0 ? status : strobe_format_put(writer->builder, "(");
    for (Py_ssize_t i = 0; status == 0 && i < count; i++) {
        status = i > 0 ? strobe_format_put(writer->builder, ", ") : 0;
        status = status < 0 ? status : strobe_format_write(writer, strobe_value_object(PyTuple_GET_ITEM(arguments, i)));
    }
    for (int i = 0; status == 0 && i < 2; i++) {
        if (values[i] != NULL) {
            status = count++ > 0 ? strobe_format_put(writer->builder, ", ") : 0;
            status = status < 0 ? status : strobe_format_put(writer->builder, keywords[i]);
            status = status < 0 ? status : strobe_format_write(writer, strobe_value_object(values[i]));
        }
    }
    return status < 0 ? status : strobe_format_put(writer->builder, ")");
}

static int put_os_error(struct strobe_format_writer *writer, const PyOSErrorObject *error)
{
    PyObject *const names[] = {error->filename, error->filename2};
    int status = strobe_format_put(writer->builder, "[Errno ");
    status = status < 0 ? status : strobe_format_str(writer->builder, strobe_value_object(error->myerrno));
    status = status < 0 ? status : strobe_format_put(writer->builder, "] ");
    status = status < 0 ? status : strobe_format_str(writer->builder, strobe_value_object(error->strerror));
    for (int i = 0; status == 0 && i < 2 && names[i] != NULL; i++) {
        status = strobe_format_put(writer->builder, i == 0 ? ": " : " -> ");
        status = status < 0 ? status : strobe_format_write(writer, strobe_value_object(names[i]));
    }
    return status;
}

static bool shares_str(PyTypeObject *type, PyObject *exception_type)
{
    return type->tp_str == ((PyTypeObject *)exception_type)->tp_str;
}

int strobe_format_exception_str(struct strobe_format_writer *writer, PyObject *object)
{
    if (!is_exception(object)) {
        return 1;
    }
    PyTypeObject *type = Py_TYPE(object);
    PyObject *arguments = arguments_of(object);
    if (shares_str(type, PyExc_OSError)) {
        const PyOSErrorObject *error = (const PyOSErrorObject *)object;
        if (error->myerrno != NULL && error->strerror != NULL) {
            return put_os_error(writer, error);
        }
    } else if (shares_str(type, PyExc_ImportError)) {
        PyObject *message = ((PyImportErrorObject *)object)->msg;
        if (message != NULL && PyUnicode_CheckExact(message)) {
            return put_str(writer->builder, message);
        }
    } else if (!shares_str(type, PyExc_BaseException) && !shares_str(type, PyExc_KeyError)) {
        return 1;
    }
    if (arguments == NULL || PyTuple_GET_SIZE(arguments) == 0) {
        return 0;
    }
    if (PyTuple_GET_SIZE(arguments) > 1) {
        return strobe_format_write(writer, strobe_value_object(arguments));
    }
    struct strobe_value only = strobe_value_object(PyTuple_GET_ITEM(arguments, 0));
    return shares_str(type, PyExc_KeyError) ? strobe_format_write(writer, only)
                                            : strobe_format_str(writer->builder, only);
}

/* ---- All others ---- */

static int put_between(struct strobe_text_builder *builder, const char *before, PyObject *name, const char *after)
{
    int status = strobe_format_put(builder, before);
    status = status < 0 ? status : put_str(builder, name);
    return status < 0 ? status : strobe_format_put(builder, after);
}

static int put_type(struct strobe_text_builder *builder, PyTypeObject *type)
{
    int status = strobe_format_put(builder, "<class '");
    status = status < 0 ? status : strobe_format_type_name(builder, type);
    return status < 0 ? status : strobe_format_put(builder, "'>");
}

static int put_c_function(struct strobe_text_builder *builder, PyObject *function)
{
    PyObject *self = PyCFunction_GET_SELF(function);
    const char *name = ((PyCFunctionObject *)function)->m_ml->ml_name;
    bool is_method = self != NULL && !PyModule_Check(self);
    int status = strobe_format_put(builder, is_method ? "<built-in method " : "<built-in function ");
    status = status < 0 ? status : put_utf8(builder, name);
    if (status == 0 && is_method) {
        status = strobe_format_put(builder, " of ");
        status = status < 0 ? status : strobe_format_short_name(builder, Py_TYPE(self));
        status = status < 0 ? status : strobe_format_put(builder, " object");
    }
    return status < 0 ? status : strobe_format_put(builder, ">");
}

static int put_method(struct strobe_text_builder *builder, PyObject *method)
{
    PyObject *function = PyMethod_GET_FUNCTION(method);
    if (!PyFunction_Check(function)) {
        return strobe_format_put(builder, "<bound method>");
    }
    return put_between(builder, "<bound method ", ((PyFunctionObject *)function)->func_qualname, ">");
}

static int put_module(struct strobe_text_builder *builder, PyObject *module)
{
    PyObject *dict = PyModule_GetDict(module);
    PyObject *name = dict != NULL ? strobe_format_find(builder->evaluation, dict, "__name__") : NULL;
    return put_between(builder, "<module '", name, "'>");
}

int strobe_format_object(struct strobe_format_writer *writer, PyObject *object)
{
    struct strobe_text_builder *builder = writer->builder;
    PyTypeObject *type = Py_TYPE(object);
    if (PyType_Check(object) && type->tp_repr == PyType_Type.tp_repr) {
        return put_type(builder, (PyTypeObject *)object);
    }
    if (is_exception(object) && type->tp_repr == ((PyTypeObject *)PyExc_BaseException)->tp_repr) {
        return put_exception_repr(writer, object);
    }
    if (is_exception(object) && type->tp_repr == ((PyTypeObject *)PyExc_ImportError)->tp_repr) {
        return put_import_error_repr(writer, object);
    }
    if (type == &PyFunction_Type) {
        return put_between(builder, "<function ", ((PyFunctionObject *)object)->func_qualname, ">");
    }
    if (PyCFunction_CheckExact(object)) {
        return put_c_function(builder, object);
    }
    if (type == &PyMethod_Type) {
        return put_method(builder, object);
    }
    if (PyModule_CheckExact(object)) {
        return put_module(builder, object);
    }
    int status = strobe_format_put(builder, "<");
    status = status < 0 ? status : strobe_format_type_name(builder, type);
    return status < 0 ? status : strobe_format_put(builder, " object>");
}
