/* CPython's syntax tree: its parser, and reading its nodes. */
#include <string.h>

#include "probes/expression/py/compiler.h"

PyObject *strobe_syntax_field(PyObject *node, const char *name)
{
    PyObject *value = PyObject_GetAttrString(node, name);
    if (value == NULL) {
        PyErr_Clear();
        return NULL;
    }
    Py_DECREF(value); /* the tree keeps it */
    return value;
}

const char *strobe_syntax_kind(PyObject *node)
{
    const char *name = Py_TYPE(node)->tp_name;
    const char *dot = strrchr(name, '.');
    return dot != NULL ? dot + 1 : name;
}

bool strobe_syntax_is(PyObject *node, const char *kind)
{
    return node != NULL && strcmp(strobe_syntax_kind(node), kind) == 0;
}

Py_ssize_t strobe_syntax_count(PyObject *list)
{
    return list != NULL && PyList_Check(list) ? PyList_GET_SIZE(list) : 0;
}

static int number(PyObject *value, int otherwise)
{
    long found = value != NULL && PyLong_Check(value) ? PyLong_AsLong(value) : otherwise;
    return found >= 0 && found <= STROBE_CONDITION_BYTES_MAX + 1 ? (int)found : otherwise;
}

/* The parser's complaint in one line; clears the exception. */
static void complain(struct strobe_compiler *c, size_t size)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    PyObject *message = value != NULL ? strobe_syntax_field(value, "msg") : NULL;
    int column = number(value != NULL ? strobe_syntax_field(value, "offset") : NULL, 0); /* 1-based, characters */
    int line = number(value != NULL ? strobe_syntax_field(value, "lineno") : NULL, 1);
    const char *text = message != NULL && PyUnicode_Check(message) ? PyUnicode_AsUTF8(message) : NULL;
    PyErr_Clear();
    size_t at = strobe_source_offset(c->source, line, 0);
    for (; column > 1 && at < c->source->size; column--) { /* characters to bytes */
        do {
            at++;
        } while (at < c->source->size && ((unsigned char)c->source->text[at] & 0xC0) == 0x80);
    }
    at = column == 0 ? c->source->base + size : at; /* CPython says 0 for the end */
    char why[STROBE_ERROR_MESSAGE_BYTES];
    snprintf(why, sizeof why, "%s; write a Python expression such as total < 0",
             text != NULL ? text : "not a Python expression");
    strobe_compiler_refuse_at(c, at, STROBE_ESYNTAX, why);
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(traceback);
}

PyObject *strobe_syntax_parse(struct strobe_compiler *c, size_t at, size_t size)
{
    PyCompilerFlags flags = {.cf_flags = PyCF_ONLY_AST | PyCF_IGNORE_COOKIE, .cf_feature_version = PY_MINOR_VERSION};
    char text[STROBE_CONDITION_BYTES_MAX + 1];
    while (size > 0 && (c->source->parsed[at] == ' ' || c->source->parsed[at] == '\t')) {
        at++; /* an indented expression is no syntax error to a person */
        size--;
    }
    memcpy(text, c->source->parsed + at, size);
    text[size] = '\0';
    c->source->base = at;
    if (size == 0) {
        strobe_compiler_refuse_at(c, at, STROBE_ESYNTAX,
                                  "there is no expression; write a Python expression such as total < 0");
        return NULL;
    }
    PyObject *tree = Py_CompileStringExFlags(text, "<expression>", Py_eval_input, &flags, -1);
    if (tree == NULL) {
        complain(c, size);
    }
    return tree;
}
