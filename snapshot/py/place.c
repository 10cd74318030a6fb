/* Functions, classes, modules, code and generators: by name and place, as one text. */
#include "snapshot/py/value.h"

#include <stdio.h>
#include <string.h>

#include "base/py/dict.h"
#include "snapshot/py/name.h"
#include "snapshot/py/type_name.h"

/* A text of bounded size; what does not fit is left out. */
struct line {
    char text[STROBE_CAPTURE_LENGTH_MAX];
    size_t size;
};

static void add(struct line *line, const char *text, size_t size)
{
    size_t room = sizeof line->text - line->size;
    size = size < room ? size : room;
    memcpy(line->text + line->size, text, size);
    line->size += size;
}

static void add_text(struct line *line, const char *text)
{
    add(line, text, strlen(text));
}

static void add_str(struct line *line, PyObject *str)
{
    char buffer[STROBE_NAME_BYTES_MAX];
    if (str == NULL || !PyUnicode_Check(str)) {
        add_text(line, "?");
        return;
    }
    struct strobe_name name = strobe_name_of(str, buffer);
    add(line, name.text, name.size);
}

/* " at file:12" */
static void add_place(struct line *line, PyCodeObject *code)
{
    char number[16];
    add_text(line, " at ");
    add_str(line, code->co_filename);
    snprintf(number, sizeof number, ":%d", code->co_firstlineno);
    add_text(line, number);
}

static void add_type(struct line *line, PyTypeObject *type)
{
    char name[STROBE_TYPE_NAME_BYTES];
    add(line, name, strobe_type_name(type, name));
}

/* ---- One function per kind of object; each adds what stands between the angle brackets ---- */

static void describe_function(struct line *line, PyObject *object)
{
    PyFunctionObject *function = (PyFunctionObject *)object;
    add_text(line, "function ");
    if (function->func_module != NULL && PyUnicode_Check(function->func_module)) {
        add_str(line, function->func_module);
        add_text(line, ".");
    }
    add_str(line, function->func_qualname);
    if (function->func_code != NULL && PyCode_Check(function->func_code)) {
        add_place(line, (PyCodeObject *)function->func_code);
    }
}

static void describe_method(struct line *line, PyObject *object)
{
    PyObject *function = PyMethod_GET_FUNCTION(object);
    PyObject *self = PyMethod_GET_SELF(object);
    add_text(line, "bound method ");
    if (PyFunction_Check(function)) {
        add_str(line, ((PyFunctionObject *)function)->func_qualname);
    } else {
        add_text(line, "?");
    }
    add_text(line, " of ");
    add_type(line, PyType_Check(self) ? (PyTypeObject *)self : Py_TYPE(self));
}

static void describe_built_in(struct line *line, PyObject *object)
{
    PyCFunctionObject *function = (PyCFunctionObject *)object;
    bool is_method = function->m_self != NULL && !PyModule_Check(function->m_self);
    add_text(line, is_method ? "built-in method " : "built-in function ");
    add_text(line, function->m_ml->ml_name);
    if (is_method) {
        add_text(line, " of ");
        add_type(line, PyType_Check(function->m_self) ? (PyTypeObject *)function->m_self : Py_TYPE(function->m_self));
    }
}

static void describe_class(struct line *line, PyObject *object)
{
    add_text(line, "class '");
    add_type(line, (PyTypeObject *)object);
    add_text(line, "'");
}

static void describe_module(struct line *line, PyObject *object)
{
    PyObject *dict = PyModule_GetDict(object); /* of its struct: a lazy module is not loaded by this */
    add_text(line, "module '");
    add_str(line, dict != NULL ? strobe_dict_get(dict, strobe_names.name) : NULL);
    add_text(line, "'");
}

static void describe_code(struct line *line, PyObject *object)
{
    PyCodeObject *code = (PyCodeObject *)object;
    add_text(line, "code ");
    add_str(line, code->co_qualname);
    add_place(line, code);
}

static void describe_generator(struct line *line, PyObject *object)
{
#if PY_VERSION_HEX >= 0x030C0000
    PyCodeObject *code = PyGen_GetCode((PyGenObject *)object);
    Py_XDECREF(code); /* the generator keeps it */
#else
    PyCodeObject *code = ((PyGenObject *)object)->gi_code;
#endif
    add_text(line, PyGen_CheckExact(object)    ? "generator "
                   : PyCoro_CheckExact(object) ? "coroutine "
                                               : "async generator ");
    if (code != NULL) {
        add_str(line, code->co_qualname);
        add_place(line, code);
    }
}

typedef void describer(struct line *, PyObject *);

static describer *describer_of(PyObject *object)
{
    return PyFunction_Check(object)                                                                 ? describe_function
           : PyMethod_Check(object)                                                                 ? describe_method
           : PyType_Check(object)                                                                   ? describe_class
           : PyCFunction_Check(object)                                                              ? describe_built_in
           : PyModule_Check(object)                                                                 ? describe_module
           : PyCode_Check(object)                                                                   ? describe_code
           : PyGen_CheckExact(object) || PyCoro_CheckExact(object) || PyAsyncGen_CheckExact(object) ? describe_generator
                                                                                                    : NULL;
}

bool strobe_place_write(struct strobe_value *value)
{
    describer *describe = describer_of(value->object);
    if (describe == NULL) {
        return false;
    }
    struct line line = {.size = 0};
    add_text(&line, "<");
    describe(&line, value->object);
    add_text(&line, ">");
    strobe_value_put_text(value, line.text, line.size);
    return true;
}
