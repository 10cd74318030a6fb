/* _strobe_test_expression: expressions compiled and evaluated in the caller's frame, without probes or an agent. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <structmember.h>

#include "base/clock.h"
#include "probes/expression/py/condition.h"
#include "tests/ext/expression/as_object.h"
#include "tests/ext/expression/quiet.h"

/* ---- Secrets: names in a list, so that tests choose them ---- */

enum { SECRETS_MAX = 64, SECRET_BYTES_MAX = 64 };

struct secrets {
    int count;
    char names[SECRETS_MAX][SECRET_BYTES_MAX];
};

static const struct secrets *secrets; /* in force */

static bool is_secret(const char *name, size_t size)
{
    for (int i = 0; i < secrets->count; i++) {
        if (strlen(secrets->names[i]) == size && memcmp(secrets->names[i], name, size) == 0) {
            return true;
        }
    }
    return false;
}

static int read_secrets(PyObject *names, struct secrets *ret_secrets)
{
    Py_ssize_t count = names != NULL ? PyTuple_Size(names) : 0;
    if (count < 0 || count > SECRETS_MAX) {
        PyErr_SetString(PyExc_ValueError, "secrets: a tuple of at most 64 names");
        return -1;
    }
    ret_secrets->count = (int)count;
    for (Py_ssize_t i = 0; i < count; i++) {
        const char *name = PyUnicode_AsUTF8(PyTuple_GET_ITEM(names, i));
        if (name == NULL) {
            return -1;
        }
        snprintf(ret_secrets->names[i], SECRET_BYTES_MAX, "%s", name);
    }
    return 0;
}

/* ---- A compiled expression ---- */

struct expression {
    PyObject_HEAD struct secrets secrets;
    struct strobe_condition *condition;
    PyCodeObject *code; /* that `binding` is for */
    int16_t binding[STROBE_PROGRAM_CONSTANTS_MAX];
};

static void expression_dealloc(PyObject *self)
{
    struct expression *expression = (struct expression *)self;
    strobe_condition_free(expression->condition);
    Py_XDECREF(expression->code);
    Py_TYPE(self)->tp_free(self);
}

static PyTypeObject expression_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "_strobe_test_expression.Expression",
    .tp_basicsize = sizeof(struct expression),
    .tp_dealloc = expression_dealloc,
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_doc = "A compiled expression.",
};

/* ("refused", reason, message) */
static PyObject *refused(const struct strobe_error *error)
{
    PyObject *message = PyUnicode_DecodeUTF8(error->message, (Py_ssize_t)strlen(error->message), "strict");
    return message == NULL ? NULL : Py_BuildValue("ssN", "refused", strobe_error_name(error->code), message);
}

/* A new Expression, or the tuple that says why it was refused, or NULL and an exception. */
static PyObject *compile_text(const char *source, PyObject *names)
{
    struct strobe_error error = {0};
    struct expression *expression = PyObject_New(struct expression, &expression_type);
    if (expression == NULL) {
        return NULL;
    }
    expression->condition = NULL;
    expression->code = NULL;
    if (read_secrets(names, &expression->secrets) < 0) {
        Py_DECREF(expression);
        return NULL;
    }
    secrets = &expression->secrets;
    int status = strobe_condition_compile(source, is_secret, &expression->condition, &error);
    if (PyErr_Occurred()) {
        Py_DECREF(expression);
        return NULL;
    }
    if (status < 0) {
        Py_DECREF(expression);
        return refused(&error);
    }
    return (PyObject *)expression;
}

/* ---- Evaluation ---- */

struct outcome {
    enum strobe_fault fault;
    struct strobe_value value;
    struct strobe_error error;
};

static long long fuel_used;

static void bind(struct expression *expression, PyCodeObject *code)
{
    if (expression->code != code) {
        strobe_condition_bind(expression->condition, code, expression->binding);
        Py_XSETREF(expression->code, (PyCodeObject *)Py_NewRef(code));
    }
}

static void evaluate_in(struct expression *expression, struct strobe_frame frame, int64_t fuel,
                        struct outcome *ret_outcome)
{
    (void)fuel;
    secrets = &expression->secrets;
    enum strobe_verdict verdict =
        strobe_condition_evaluate(expression->condition, expression->binding, frame, &ret_outcome->error);
    ret_outcome->fault = verdict == STROBE_VERDICT_ERROR ? STROBE_FAULT_TYPE : STROBE_FAULT_NONE;
    ret_outcome->value = strobe_value_bool(verdict == STROBE_VERDICT_TRUE);
}

/* Evaluate in the caller's frame while nothing may be touched. @return 0, or -1 and an exception */
static int evaluate_quietly(struct expression *expression, int64_t fuel, struct outcome *ret_outcome)
{
    struct strobe_frame frame;
    struct strobe_quiet quiet;
    if (!strobe_frame_current(PyThreadState_Get(), &frame)) {
        PyErr_SetString(PyExc_ValueError, "there is no frame");
        return -1;
    }
    bind(expression, strobe_frame_code(frame));
    if (strobe_quiet_begin(&quiet) < 0) {
        return -1;
    }
    evaluate_in(expression, frame, fuel, ret_outcome);
    if (!strobe_quiet_end(&quiet)) {
        PyErr_Format(PyExc_SystemError, "the evaluation was not quiet: %s", quiet.broken);
        return -1;
    }
    return 0;
}

static PyObject *outcome_tuple(const struct outcome *outcome)
{
    if (outcome->fault == STROBE_FAULT_NONE) {
        PyObject *value = strobe_test_as_object(outcome->value);
        return value == NULL ? NULL : Py_BuildValue("sN", "value", value);
    }
    PyObject *message =
        PyUnicode_DecodeUTF8(outcome->error.message, (Py_ssize_t)strlen(outcome->error.message), "strict");
    return message == NULL ? NULL : Py_BuildValue("ssN", "fault", strobe_fault_name(outcome->fault), message);
}

/* The Expression that `source` is or becomes; or the tuple that says why not. */
static PyObject *expression_of(PyObject *source, PyObject *names)
{
    if (Py_TYPE(source) == &expression_type) {
        return Py_NewRef(source);
    }
    const char *text = PyUnicode_AsUTF8(source);
    return text == NULL ? NULL : compile_text(text, names);
}

static PyObject *compile_source(PyObject *module, PyObject *args, PyObject *keywords)
{
    (void)module;
    static char *names[] = {"source", "secrets", NULL};
    PyObject *source, *secret_names = NULL;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "U|O", names, &source, &secret_names)) {
        return NULL;
    }
    return expression_of(source, secret_names);
}

static PyObject *evaluate(PyObject *module, PyObject *args, PyObject *keywords)
{
    (void)module;
    static char *names[] = {"source", "secrets", "fuel", NULL};
    PyObject *source, *secret_names = NULL;
    long long fuel = STROBE_EXPRESSION_FUEL;
    struct outcome outcome = {0};
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "O|OL", names, &source, &secret_names, &fuel)) {
        return NULL;
    }
    PyObject *expression = expression_of(source, secret_names);
    if (expression == NULL || Py_TYPE(expression) != &expression_type) {
        return expression;
    }
    PyObject *result =
        evaluate_quietly((struct expression *)expression, fuel, &outcome) < 0 ? NULL : outcome_tuple(&outcome);
    Py_DECREF(expression);
    return result;
}

/* touch(expression): the number of the fault, 0 for a value, which is not made an object. Makes no object itself. */
static PyObject *touch(PyObject *module, PyObject *expression)
{
    (void)module;
    struct outcome outcome = {0};
    if (Py_TYPE(expression) != &expression_type) {
        return PyErr_Format(PyExc_TypeError, "an Expression is needed");
    }
    if (evaluate_quietly((struct expression *)expression, STROBE_EXPRESSION_FUEL, &outcome) < 0) {
        return NULL;
    }
    return PyLong_FromLong((long)outcome.fault);
}

/* evaluate_many(expression, count): ns of each evaluation on average, as a probe's condition */
static PyObject *evaluate_many(PyObject *module, PyObject *args)
{
    (void)module;
    struct expression *expression;
    int count;
    struct strobe_frame frame;
    if (!PyArg_ParseTuple(args, "O!i", &expression_type, &expression, &count)) {
        return NULL;
    }
    if (!strobe_frame_current(PyThreadState_Get(), &frame)) {
        return PyErr_Format(PyExc_ValueError, "there is no frame");
    }
    bind(expression, strobe_frame_code(frame));
    secrets = &expression->secrets;
    int64_t started_ns = strobe_clock_monotonic_ns();
    for (int i = 0; i < count; i++) {
        strobe_condition_evaluate(expression->condition, expression->binding, frame, NULL);
    }
    return PyFloat_FromDouble((double)(strobe_clock_monotonic_ns() - started_ns) / (count > 0 ? count : 1));
}

static PyObject *last_fuel_used(PyObject *module, PyObject *args)
{
    (void)module;
    (void)args;
    return PyLong_FromLongLong(fuel_used);
}

static PyMethodDef methods[] = {
    {"compile", (PyCFunction)(void (*)(void))compile_source, METH_VARARGS | METH_KEYWORDS,
     "compile(source, secrets=()) -> Expression, or ('refused', code, message)"},
    {"evaluate", (PyCFunction)(void (*)(void))evaluate, METH_VARARGS | METH_KEYWORDS,
     "evaluate(source or Expression, secrets=(), fuel=FUEL) -> ('value', object) | ('fault', class, message) | "
     "('refused', code, message); in the caller's frame"},
    {"touch", touch, METH_O, "touch(Expression) -> number of the fault"},
    {"evaluate_many", evaluate_many, METH_VARARGS, "evaluate_many(Expression, count) -> ns each"},
    {"fuel_used", last_fuel_used, METH_NOARGS, "fuel_used() -> by the last evaluation"},
    {NULL, NULL, 0, NULL},
};

static int execute(PyObject *module)
{
    if (PyType_Ready(&expression_type) < 0 ||
        PyModule_AddObjectRef(module, "Expression", (PyObject *)&expression_type) < 0) {
        return -1;
    }
    return PyModule_AddIntMacro(module, STROBE_EXPRESSION_FUEL) |
           PyModule_AddIntMacro(module, STROBE_EXPRESSION_TEXT_MAX) |
           PyModule_AddIntMacro(module, STROBE_EXPRESSION_ITEMS_MAX) |
           PyModule_AddIntMacro(module, STROBE_EXPRESSION_INT_BITS_MAX) |
           PyModule_AddIntMacro(module, STROBE_EXPRESSION_ARENA_BYTES) |
           PyModule_AddIntMacro(module, STROBE_EXPRESSION_DEPTH_MAX) |
           PyModule_AddIntMacro(module, STROBE_EXPRESSION_PATTERN_BYTES_MAX);
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, execute}, {0, NULL}};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "_strobe_test_expression", "Expressions for tests.", 0, methods, slots, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__strobe_test_expression(void);

PyMODINIT_FUNC PyInit__strobe_test_expression(void)
{
    return PyModuleDef_Init(&definition);
}
