/* Constants, and displays of lists, tuples, sets and dicts. */
#include "probes/expression/py/compiler.h"

int strobe_emit_literal(struct strobe_compiler *c, PyObject *node)
{
    PyObject *value = strobe_syntax_field(node, "value");
    if (value == NULL || PyComplex_CheckExact(value)) {
        return strobe_compiler_refuse(c, node, STROBE_EUNSUPPORTED, NULL,
                                      "complex numbers are not part of the language");
    }
    strobe_compiler_note(c, node, STROBE_FINDING_CONSTANT, Py_TYPE(value)->tp_name);
    return strobe_emit_constant(c, value);
}

PyObject *strobe_constant_tuple(PyObject *node)
{
    PyObject *items = strobe_syntax_field(node, "elts");
    Py_ssize_t count = strobe_syntax_count(items);
    if (items == NULL) {
        return NULL;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *item = PyList_GET_ITEM(items, i);
        if (!strobe_syntax_is(item, "Constant") || PyComplex_CheckExact(strobe_syntax_field(item, "value"))) {
            return NULL;
        }
    }
    PyObject *tuple = PyTuple_New(count);
    for (Py_ssize_t i = 0; tuple != NULL && i < count; i++) {
        PyTuple_SET_ITEM(tuple, i, Py_NewRef(strobe_syntax_field(PyList_GET_ITEM(items, i), "value")));
    }
    PyErr_Clear();
    return tuple;
}

/* Items one after the other into a new container, `*container` unpacked. */
static int emit_items(struct strobe_compiler *c, PyObject *node, enum strobe_display display)
{
    PyObject *items = strobe_syntax_field(node, "elts");
    Py_ssize_t count = strobe_syntax_count(items);
    int status = strobe_emit(c, STROBE_OP_MAKE, (int)display);
    for (Py_ssize_t i = 0; status >= 0 && i < count; i++) {
        PyObject *item = PyList_GET_ITEM(items, i);
        bool starred = strobe_syntax_is(item, "Starred");
        status = strobe_emit_expression(c, starred ? strobe_syntax_field(item, "value") : item);
        status = status < 0 ? status : strobe_emit(c, starred ? STROBE_OP_EXTEND : STROBE_OP_APPEND, 0);
    }
    return status;
}

int strobe_emit_list(struct strobe_compiler *c, PyObject *node)
{
    return emit_items(c, node, STROBE_DISPLAY_LIST);
}

int strobe_emit_tuple(struct strobe_compiler *c, PyObject *node)
{
    PyObject *constant = strobe_constant_tuple(node);
    if (constant == NULL) {
        return emit_items(c, node, STROBE_DISPLAY_TUPLE);
    }
    strobe_compiler_note(c, node, STROBE_FINDING_CONSTANT, "tuple");
    int status = strobe_emit_constant(c, constant);
    Py_DECREF(constant);
    return status;
}

int strobe_emit_set(struct strobe_compiler *c, PyObject *node)
{
    return emit_items(c, node, STROBE_DISPLAY_SET);
}

int strobe_emit_dict(struct strobe_compiler *c, PyObject *node)
{
    PyObject *keys = strobe_syntax_field(node, "keys");
    PyObject *values = strobe_syntax_field(node, "values");
    Py_ssize_t count = strobe_syntax_count(values);
    int status = strobe_emit(c, STROBE_OP_MAKE, STROBE_DISPLAY_DICT);
    if (strobe_syntax_count(keys) != count) {
        return strobe_compiler_refuse(c, node, STROBE_EUNSUPPORTED, NULL, "not a dict");
    }
    for (Py_ssize_t i = 0; status >= 0 && i < count; i++) {
        PyObject *key = PyList_GET_ITEM(keys, i);
        bool unpacked = key == NULL || key == Py_None;
        status = unpacked ? 0 : strobe_emit_expression(c, key);
        status = status < 0 ? status : strobe_emit_expression(c, PyList_GET_ITEM(values, i));
        status = status < 0 ? status : strobe_emit(c, unpacked ? STROBE_OP_UPDATE : STROBE_OP_INSERT, 0);
    }
    return status;
}
