/* Functions, classes, modules, code and generators: by name and place, as one text. */
#include "snapshot/py/value.h"

#include <stdio.h>
#include <string.h>

#include "base/py/dict.h"
#include "base/py/generator.h"
#include "snapshot/py/kind.h"
#include "snapshot/py/name.h"
#include "snapshot/py/type_name.h"

enum { TRACEBACK_MAX = 20 /* entries that are named */ };

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

/* " at file:12, created | running in line 15 | suspended in line 15 | closed" */
static void describe_generator(struct line *line, PyObject *object)
{
    static const char *const states[] = {"created", "suspended", "running", "closed"};
    struct strobe_generator generator;
    char number[32] = "";
    strobe_generator_read(object, &generator);
    add_text(line, PyGen_CheckExact(object)    ? "generator "
                   : PyCoro_CheckExact(object) ? "coroutine "
                                               : "async generator ");
    add_str(line, generator.qualname);
    if (generator.code != NULL) {
        add_place(line, generator.code);
    }
    add_text(line, ", ");
    add_text(line, states[generator.state]);
    if (generator.line > 0) {
        snprintf(number, sizeof number, " in line %d", generator.line);
    }
    add_text(line, number);
}

/* "method 'append' of 'list' objects" and the like: what stands in the classes written in C */
static void describe_descriptor(struct line *line, PyObject *object)
{
    const PyDescrObject *descriptor = (const PyDescrObject *)object;
    add_type(line, Py_TYPE(object));
    add_text(line, " '");
    add_str(line, descriptor->d_name);
    add_text(line, "' of '");
    add_type(line, descriptor->d_type);
    add_text(line, "'");
}

/* Bound methods of slots written in C, private to descrobject.c: the same from 3.3 to 3.15. */
struct method_wrapper {
    PyObject ob_base;
    PyObject *descriptor;
    PyObject *self;
};

static void describe_method_wrapper(struct line *line, PyObject *object)
{
    const struct method_wrapper *wrapper = (const struct method_wrapper *)object;
    add_text(line, "method-wrapper '");
    add_str(line, ((const PyDescrObject *)wrapper->descriptor)->d_name);
    add_text(line, "' of ");
    add_type(line, Py_TYPE(wrapper->self));
}

static void describe_frame(struct line *line, PyObject *object)
{
    PyCodeObject *code = PyFrame_GetCode((PyFrameObject *)object);
    add_text(line, "frame ");
    add_str(line, code->co_qualname);
    add_place(line, code);
    Py_DECREF(code); /* the frame keeps it */
}

/* The way of an exception, outermost call first, as Python prints it. */
static void describe_traceback(struct line *line, PyObject *object)
{
    const PyTracebackObject *entry = (const PyTracebackObject *)object;
    char number[24];
    add_text(line, "traceback");
    for (int i = 0; entry != NULL && i < TRACEBACK_MAX; i++, entry = entry->tb_next) {
        PyCodeObject *code = PyFrame_GetCode(entry->tb_frame);
        int number_of_line = entry->tb_lineno > 0 ? entry->tb_lineno : PyCode_Addr2Line(code, entry->tb_lasti);
        add_text(line, i == 0 ? " " : ", ");
        add_str(line, code->co_filename);
        snprintf(number, sizeof number, ":%d in ", number_of_line);
        add_text(line, number);
        add_str(line, code->co_qualname);
        Py_DECREF(code); /* the frame keeps it */
    }
    add_text(line, entry != NULL ? ", ..." : "");
}

/* A weak reference does not own what it refers to, so that is named, not shown. */
static void describe_weak_reference(struct line *line, PyObject *object)
{
    PyObject *referent = ((PyWeakReference *)object)->wr_object;
    add_text(line, "weakref");
    if (referent == NULL || referent == Py_None || Py_REFCNT(referent) <= 0) {
        add_text(line, "; dead");
    } else {
        add_text(line, " to ");
        add_type(line, Py_TYPE(referent));
    }
}

/* contextvars.ContextVar: its name is the first thing in it, in all versions. */
struct context_variable {
    PyObject ob_base;
    PyObject *name;
};

static void describe_context_variable(struct line *line, PyObject *object)
{
    add_text(line, "ContextVar ");
    add_str(line, ((const struct context_variable *)object)->name);
}

typedef void describer(struct line *, PyObject *);

static bool write_described(struct strobe_value *value, describer *describe)
{
    struct line line = {.size = 0};
    add_text(&line, "<");
    describe(&line, value->object);
    add_text(&line, ">");
    strobe_value_put_text(value, line.text, line.size);
    return true;
}

/* One writer for each describer. */
#define WRITER(noun)                                     \
    static bool write_##noun(struct strobe_value *value) \
    {                                                    \
        return write_described(value, describe_##noun);  \
    }
WRITER(function)
WRITER(method)
WRITER(built_in)
WRITER(module)
WRITER(code)
WRITER(generator)
WRITER(descriptor)
WRITER(method_wrapper)
WRITER(frame)
WRITER(traceback)
WRITER(weak_reference)
WRITER(context_variable)
#undef WRITER

bool strobe_place_write(struct strobe_value *value)
{
    return write_described(value, describe_class);
}

/* The dict of a function or a module is no part of the program's data. */
#define WHOLE (STROBE_KIND_NATIVE | STROBE_KIND_WHOLE)
const struct strobe_kind strobe_kinds_place[] = {
    {"function", WHOLE, 0, write_function},
    {"method", WHOLE, 0, write_method},
    {"builtin_function_or_method", WHOLE, 0, write_built_in},
    {"module", WHOLE, 0, write_module},
    {"code", WHOLE, 0, write_code},
    {"generator", WHOLE, 0, write_generator},
    {"coroutine", WHOLE, 0, write_generator},
    {"async_generator", WHOLE, 0, write_generator},
    {"method_descriptor", WHOLE, 0, write_descriptor},
    {"classmethod_descriptor", WHOLE, 0, write_descriptor},
    {"wrapper_descriptor", WHOLE, 0, write_descriptor},
    {"getset_descriptor", WHOLE, 0, write_descriptor},
    {"member_descriptor", WHOLE, 0, write_descriptor},
    {"method-wrapper", WHOLE, 0, write_method_wrapper},
    {"frame", WHOLE, 0, write_frame},
    {"traceback", WHOLE, 0, write_traceback},
    {"weakref.ReferenceType", WHOLE, 0, write_weak_reference},
    {"weakref", WHOLE, 0, write_weak_reference},
    {"weakref.ProxyType", WHOLE, 0, write_weak_reference},
    {"weakproxy", WHOLE, 0, write_weak_reference},
    {"weakref.CallableProxyType", WHOLE, 0, write_weak_reference},
    {"weakcallableproxy", WHOLE, 0, write_weak_reference},
    {"_contextvars.ContextVar", WHOLE, 0, write_context_variable},
    {"ContextVar", WHOLE, 0, write_context_variable},
    {NULL, 0, 0, NULL},
};
