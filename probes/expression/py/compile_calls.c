/* Calls: of functions of the language by name, of pure methods, of matches(). */
#include <string.h>

#include "probes/expression/py/compiler.h"
#include "probes/expression/py/function.h"

_Static_assert((int)STROBE_PROGRAM_ARGUMENTS_MAX < (int)STROBE_ARGUMENTS_MAX, "a receiver goes with the arguments");

/* The names of the arguments by keyword, as a constant tuple. @return its index or a negative code */
static int intern_keywords(struct strobe_compiler *c, PyObject *keywords)
{
    Py_ssize_t count = strobe_syntax_count(keywords);
    PyObject *names = PyTuple_New(count);
    for (Py_ssize_t i = 0; names != NULL && i < count; i++) {
        PyObject *name = strobe_syntax_field(PyList_GET_ITEM(keywords, i), "arg");
        PyUnicode_AsUTF8(name); /* kept in the str: messages ask for it where nothing may be allocated */
        PyTuple_SET_ITEM(names, i, Py_NewRef(name));
    }
    if (names == NULL) {
        PyErr_Clear();
        return strobe_error_set(c->error, STROBE_ENOMEM, "out of memory");
    }
    int index = strobe_intern_constant(c, names);
    Py_DECREF(names);
    return index;
}

/* What may be passed. @return 0, or 1 and a code in `ret_status` when it was refused */
static int check_arguments(struct strobe_compiler *c, PyObject *node, int *ret_status)
{
    PyObject *arguments = strobe_syntax_field(node, "args");
    PyObject *keywords = strobe_syntax_field(node, "keywords");
    if (strobe_syntax_count(arguments) + strobe_syntax_count(keywords) > STROBE_PROGRAM_ARGUMENTS_MAX) {
        *ret_status = strobe_compiler_refuse(c, node, STROBE_ELIMIT, NULL, "a call has at most %d arguments",
                                             STROBE_PROGRAM_ARGUMENTS_MAX);
        return 1;
    }
    for (Py_ssize_t i = 0; i < strobe_syntax_count(arguments); i++) {
        PyObject *argument = PyList_GET_ITEM(arguments, i);
        if (strobe_syntax_is(argument, "Starred")) {
            *ret_status = strobe_compiler_refuse(c, argument, STROBE_EUNSUPPORTED, NULL,
                                                 "'*' in a call is not part of the language; pass the items or a list");
            return 1;
        }
    }
    for (Py_ssize_t i = 0; i < strobe_syntax_count(keywords); i++) {
        PyObject *name = strobe_syntax_field(PyList_GET_ITEM(keywords, i), "arg");
        if (name == NULL || name == Py_None) {
            *ret_status = strobe_compiler_refuse(c, node, STROBE_EUNSUPPORTED, NULL,
                                                 "'**' in a call is not part of the language; pass each by name");
            return 1;
        }
    }
    return 0;
}

static int emit_arguments(struct strobe_compiler *c, PyObject *node, int *ret_counts, int *ret_keywords)
{
    PyObject *arguments = strobe_syntax_field(node, "args");
    PyObject *keywords = strobe_syntax_field(node, "keywords");
    int status = 0;
    for (Py_ssize_t i = 0; status >= 0 && i < strobe_syntax_count(arguments); i++) {
        status = strobe_emit_expression(c, PyList_GET_ITEM(arguments, i));
    }
    for (Py_ssize_t i = 0; status >= 0 && i < strobe_syntax_count(keywords); i++) {
        status = strobe_emit_expression(c, strobe_syntax_field(PyList_GET_ITEM(keywords, i), "value"));
    }
    int names = status < 0 ? status : intern_keywords(c, keywords);
    *ret_counts = STROBE_PROGRAM_ARGUMENTS((int)strobe_syntax_count(arguments), (int)strobe_syntax_count(keywords));
    *ret_keywords = names;
    return names < 0 ? names : 0;
}

/* any(... for ...) and all(... for ...): a loop that ends as soon as the answer is known. */
static int emit_search(struct strobe_compiler *c, PyObject *name, int index, PyObject *generator, bool is_any)
{
    int expected = strobe_intern_constant(c, name);
    int status = expected < 0 ? expected : strobe_emit(c, STROBE_OP_NAME, index);
    status = status < 0 ? status : strobe_emit(c, STROBE_OP_EXPECT, expected);
    return status < 0 ? status : strobe_emit_search(c, generator, is_any);
}

/* The pattern has to be a constant: it is compiled when the expression is. @return its index, or what refuse gives */
static int intern_pattern(struct strobe_compiler *c, PyObject *node, bool *ret_refused)
{
    PyObject *value = strobe_syntax_is(node, "Constant") ? strobe_syntax_field(node, "value") : NULL;
    struct strobe_error detail = {0};
    struct strobe_pattern *pattern = NULL;
    Py_ssize_t size;
    *ret_refused = true;
    if (value == NULL || !PyUnicode_CheckExact(value)) {
        return strobe_compiler_refuse(c, node, STROBE_EUNSUPPORTED, NULL,
                                      "the pattern of matches() has to be a text that stands there: '^A.*'");
    }
    const char *text = PyUnicode_AsUTF8AndSize(value, &size);
    if (text == NULL) {
        PyErr_Clear();
        return strobe_compiler_refuse(c, node, STROBE_EUNSUPPORTED, NULL, "the pattern is not valid text");
    }
    int status = strobe_pattern_compile(text, (size_t)size, &pattern, &detail);
    strobe_pattern_free(pattern);
    if (status < 0) {
        return strobe_compiler_refuse(c, node, status, NULL, "%s", detail.message);
    }
    *ret_refused = false;
    return strobe_intern_constant(c, value);
}

static int emit_matches(struct strobe_compiler *c, PyObject *node)
{
    PyObject *arguments = strobe_syntax_field(node, "args");
    bool refused;
    if (strobe_syntax_count(arguments) != 2 || strobe_syntax_count(strobe_syntax_field(node, "keywords")) != 0) {
        return strobe_compiler_refuse(c, node, STROBE_EUNSUPPORTED, "matches(text, pattern)",
                                      "matches() takes a text and a pattern: matches(name, '^A.*')");
    }
    int pattern = intern_pattern(c, PyList_GET_ITEM(arguments, 1), &refused);
    if (pattern < 0 || refused) {
        return pattern; /* while explaining a stand-in is there already */
    }
    int status = strobe_emit_expression(c, PyList_GET_ITEM(arguments, 0));
    return status < 0 ? status : strobe_emit(c, STROBE_OP_MATCHES, pattern);
}

static int emit_function(struct strobe_compiler *c, PyObject *node, PyObject *function)
{
    PyObject *name = strobe_syntax_field(function, "id");
    PyObject *arguments = strobe_syntax_field(node, "args");
    const char *text = PyUnicode_AsUTF8(name);
    if (text == NULL || strobe_visible_register(c, name) >= 0 ||
        (!strobe_function_exists(text) && strcmp(text, "matches") != 0)) {
        PyErr_Clear();
        return strobe_compiler_refuse_function(c, function, text != NULL ? text : "?");
    }
    strobe_compiler_note(c, function, STROBE_FINDING_FUNCTION, text);
    if (strcmp(text, "matches") == 0) {
        return emit_matches(c, node);
    }
    int index = strobe_intern_name(c, name);
    if (index < 0) {
        return index;
    }
    c->called[index] = true;
    bool is_any = strcmp(text, "any") == 0;
    if ((is_any || strcmp(text, "all") == 0) && strobe_syntax_count(arguments) == 1 &&
        strobe_syntax_is(PyList_GET_ITEM(arguments, 0), "GeneratorExp")) {
        return emit_search(c, name, index, PyList_GET_ITEM(arguments, 0), is_any);
    }
    int counts = 0, keywords = 0;
    int status = strobe_emit(c, STROBE_OP_NAME, index);
    status = status < 0 ? status : emit_arguments(c, node, &counts, &keywords);
    return status < 0 ? status : strobe_emit_with(c, STROBE_OP_CALL, counts, keywords, 0);
}

/* While explaining, what stands before the method is looked at too. */
static int refuse_method(struct strobe_compiler *c, PyObject *function, const char *name)
{
    int status = 0;
    if (c->explanation != NULL) {
        status = strobe_emit_expression(c, strobe_syntax_field(function, "value"));
        status = status < 0 ? status : strobe_emit(c, STROBE_OP_POP, 0);
    }
    return status < 0 ? status : strobe_compiler_refuse_method(c, function, name);
}

static int emit_method(struct strobe_compiler *c, PyObject *node, PyObject *function)
{
    PyObject *name = strobe_syntax_field(function, "attr");
    const char *text = PyUnicode_AsUTF8(name);
    if (text == NULL || (!strobe_method_exists(text) && !strobe_function_exists(text))) {
        PyErr_Clear();
        return refuse_method(c, function, text != NULL ? text : "?");
    }
    int status = strobe_compiler_check_secret(c, function, name);
    if (status != 0) {
        return status < 0 ? status : 0;
    }
    strobe_compiler_note(c, function, STROBE_FINDING_METHOD, text);
    int counts = 0, keywords = 0;
    int index = strobe_intern_constant(c, name);
    status = index < 0 ? index : strobe_emit_expression(c, strobe_syntax_field(function, "value"));
    status = status < 0 ? status : emit_arguments(c, node, &counts, &keywords);
    return status < 0 ? status : strobe_emit_with(c, STROBE_OP_METHOD, counts, keywords, index);
}

int strobe_emit_call(struct strobe_compiler *c, PyObject *node)
{
    PyObject *function = strobe_syntax_field(node, "func");
    int status = 0;
    if (check_arguments(c, node, &status) != 0) {
        return status;
    }
    if (strobe_syntax_is(function, "Name")) {
        return emit_function(c, node, function);
    }
    if (strobe_syntax_is(function, "Attribute")) {
        return emit_method(c, node, function);
    }
    return strobe_compiler_refuse(c, node, STROBE_EUNSUPPORTED, NULL,
                                  "only functions by name and methods of built-in types can be called");
}
