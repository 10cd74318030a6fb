/* Names, attributes, subscripts and slices. */
#include <string.h>

#include "probes/expression/py/compiler.h"

int strobe_visible_register(const struct strobe_compiler *c, PyObject *name)
{
    for (int i = c->visible_count - 1; i >= 0; i--) {
        if (PyUnicode_Compare(c->visible[i], name) == 0) {
            return i;
        }
    }
    return -1;
}

/* The own name that `$` + `text` was written for, or -1. */
static int own_name(const struct strobe_compiler *c, const char *text)
{
    static const char *const words[] = {
#define WORD(name, word, where) "_" word,
        STROBE_OWNS(WORD)
#undef WORD
    };
    for (int i = 0; i < STROBE_OWN_COUNT; i++) {
        if ((c->source->own_names >> i & 1) != 0 && strcmp(words[i], text) == 0) {
            return i;
        }
    }
    return -1;
}

int strobe_emit_name(struct strobe_compiler *c, PyObject *node)
{
    PyObject *name = strobe_syntax_field(node, "id");
    const char *text = name != NULL && PyUnicode_Check(name) ? PyUnicode_AsUTF8(name) : NULL;
    int own = text != NULL ? own_name(c, text) : -1;
    if (own >= 0) {
        strobe_compiler_note(c, node, STROBE_FINDING_OWN, text + 1);
        return strobe_emit(c, STROBE_OP_OWN, own);
    }
    int status = strobe_compiler_check_secret(c, node, name);
    if (status != 0) {
        return status < 0 ? status : 0;
    }
    int place = strobe_visible_register(c, name);
    strobe_compiler_note(c, node, place < 0 ? STROBE_FINDING_NAME : STROBE_FINDING_VARIABLE, text);
    if (place >= 0) {
        return strobe_emit(c, STROBE_OP_REGISTER, place);
    }
    int index = strobe_intern_name(c, name);
    return index < 0 ? index : strobe_emit(c, STROBE_OP_NAME, index);
}

int strobe_emit_attribute(struct strobe_compiler *c, PyObject *node)
{
    PyObject *name = strobe_syntax_field(node, "attr");
    int status = strobe_emit_expression(c, strobe_syntax_field(node, "value"));
    if (status < 0) {
        return status;
    }
    status = strobe_compiler_check_secret(c, node, name);
    if (status != 0) {
        return status < 0 ? status : strobe_emit(c, STROBE_OP_SWAP_POP, 0); /* the stand-in takes its place */
    }
    strobe_compiler_note(c, node, STROBE_FINDING_ATTRIBUTE, PyUnicode_AsUTF8(name));
    int index = strobe_intern_constant(c, name);
    return index < 0 ? index : strobe_emit(c, STROBE_OP_ATTRIBUTE, index);
}

/* 'password' in d['password'] is known to be a secret before anything runs. */
static int check_key(struct strobe_compiler *c, PyObject *key)
{
    PyObject *value = strobe_syntax_is(key, "Constant") ? strobe_syntax_field(key, "value") : NULL;
    if (value == NULL || !PyUnicode_CheckExact(value)) {
        return 0;
    }
    Py_ssize_t size;
    const char *text = PyUnicode_AsUTF8AndSize(value, &size);
    if (text == NULL) { /* lone surrogates: no name */
        PyErr_Clear();
        return 0;
    }
    return strobe_compiler_check_secret(c, key, value);
}

int strobe_emit_subscript(struct strobe_compiler *c, PyObject *node)
{
    PyObject *key = strobe_syntax_field(node, "slice");
    int status = strobe_emit_expression(c, strobe_syntax_field(node, "value"));
    status = status < 0 ? status : check_key(c, key);
    if (status == 0) {
        status = strobe_emit_expression(c, key);
    }
    return status < 0 ? status : strobe_emit(c, STROBE_OP_SUBSCRIPT, 0);
}

int strobe_emit_slice(struct strobe_compiler *c, PyObject *node)
{
    static const char *const parts[] = {"lower", "upper", "step"};
    int status = 0;
    for (size_t i = 0; status >= 0 && i < sizeof parts / sizeof *parts; i++) {
        PyObject *part = strobe_syntax_field(node, parts[i]);
        status = part == NULL || part == Py_None ? strobe_emit_constant(c, Py_None) : strobe_emit_expression(c, part);
    }
    return status < 0 ? status : strobe_emit(c, STROBE_OP_SLICE, 0);
}
