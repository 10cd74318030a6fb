/* _strobe_test_expression: expressions compiled and evaluated in the caller's frame, without probes or an agent. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <structmember.h>

#include "base/clock.h"
#include "probes/expression/py/expression.h"
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
    struct strobe_expression *compiled;
    PyCodeObject *code; /* that `binding` is for */
    int16_t binding[STROBE_PROGRAM_CONSTANTS_MAX];
};

static void expression_dealloc(PyObject *self)
{
    struct expression *expression = (struct expression *)self;
    strobe_expression_free(expression->compiled);
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

typedef int compiler(const char *source, strobe_is_secret *is_secret, struct strobe_expression **ret_expression,
                     struct strobe_error *error);

/* A new Expression, or the tuple that says why it was refused, or NULL and an exception. */
static PyObject *compile_text(const char *source, PyObject *names, compiler *compile)
{
    struct strobe_error error = {0};
    struct expression *expression = PyObject_New(struct expression, &expression_type);
    if (expression == NULL) {
        return NULL;
    }
    expression->compiled = NULL;
    expression->code = NULL;
    if (read_secrets(names, &expression->secrets) < 0) {
        Py_DECREF(expression);
        return NULL;
    }
    secrets = &expression->secrets;
    int status = compile(source, is_secret, &expression->compiled, &error);
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
    const char *broken; /* a promise of the machine that was not kept, or NULL; static */
};

static long long fuel_used, arena_used;

static void bind(struct expression *expression, PyCodeObject *code)
{
    if (expression->code != code) {
        strobe_expression_bind(expression->compiled, code, expression->binding);
        Py_XSETREF(expression->code, (PyCodeObject *)Py_NewRef(code));
    }
}

/* What the probe itself knows, the same in all tests. */
static const char *own_text(void *user, enum strobe_own which)
{
    (void)user;
    return which == STROBE_OWN_THREAD ? "MainThread" : NULL;
}

static struct strobe_expression_context context_of(struct strobe_frame frame)
{
    return (struct strobe_expression_context){.frame = frame,
                                              .returned = Py_True,
                                              .has_elapsed = true,
                                              .has_hits = true,
                                              .elapsed_ns = 1500000,
                                              .hits = 3,
                                              .text = own_text};
}

/* What one evaluation may use. */
struct allowance {
    long long fuel;
    Py_ssize_t arena;
};

static void evaluate_in(struct expression *expression, struct strobe_frame frame, struct allowance allowance,
                        struct outcome *ret_outcome)
{
    struct strobe_evaluation evaluation;
    struct strobe_expression_context context = context_of(frame);
    secrets = &expression->secrets;
    strobe_evaluation_begin(&evaluation, is_secret, &ret_outcome->error);
    size_t genuine_size = evaluation.arena->size;
    if ((size_t)allowance.arena < genuine_size) {
        evaluation.arena->size = (size_t)allowance.arena;
    }
    evaluation.fuel = allowance.fuel;
    int status = strobe_expression_evaluate(expression->compiled, expression->binding, &context, &evaluation,
                                            &ret_outcome->value);
    ret_outcome->fault = evaluation.fault;
    if ((status < 0) != (evaluation.fault != STROBE_FAULT_NONE)) {
        ret_outcome->broken = "status and fault disagree";
    }
    if (status == 0 && evaluation.fuel < 0) {
        ret_outcome->broken = "it went on without fuel";
    }
    evaluation.arena->size = genuine_size;
    fuel_used = allowance.fuel - evaluation.fuel;
    arena_used = (long long)evaluation.arena->used;
}

/* Evaluate in the caller's frame while nothing may be touched. @return 0, or -1 and an exception */
static int evaluate_quietly(struct expression *expression, struct allowance allowance, struct outcome *ret_outcome)
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
    evaluate_in(expression, frame, allowance, ret_outcome);
    const char *broken = strobe_quiet_end(&quiet) ? ret_outcome->broken : quiet.broken;
    if (broken != NULL) {
        PyErr_Format(PyExc_SystemError, "the evaluation broke a promise: %s", broken);
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
static PyObject *expression_of(PyObject *source, PyObject *names, compiler *compile)
{
    if (Py_TYPE(source) == &expression_type) {
        return Py_NewRef(source);
    }
    const char *text = PyUnicode_AsUTF8(source);
    return text == NULL ? NULL : compile_text(text, names, compile);
}

static PyObject *compile_with(PyObject *args, PyObject *keywords, compiler *compile)
{
    static char *names[] = {"source", "secrets", NULL};
    PyObject *source, *secret_names = NULL;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "U|O", names, &source, &secret_names)) {
        return NULL;
    }
    return expression_of(source, secret_names, compile);
}

static PyObject *compile_source(PyObject *module, PyObject *args, PyObject *keywords)
{
    (void)module;
    return compile_with(args, keywords, strobe_expression_compile);
}

static PyObject *compile_template(PyObject *module, PyObject *args, PyObject *keywords)
{
    (void)module;
    return compile_with(args, keywords, strobe_template_compile);
}

static PyObject *evaluate(PyObject *module, PyObject *args, PyObject *keywords)
{
    (void)module;
    static char *names[] = {"source", "secrets", "fuel", "arena", NULL};
    PyObject *source, *secret_names = NULL;
    struct allowance allowance = {STROBE_EXPRESSION_FUEL, STROBE_EXPRESSION_ARENA_BYTES};
    struct outcome outcome = {0};
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "O|OLn", names, &source, &secret_names, &allowance.fuel,
                                     &allowance.arena)) {
        return NULL;
    }
    PyObject *expression = expression_of(source, secret_names, strobe_expression_compile);
    if (expression == NULL || Py_TYPE(expression) != &expression_type) {
        return expression;
    }
    PyObject *result =
        evaluate_quietly((struct expression *)expression, allowance, &outcome) < 0 ? NULL : outcome_tuple(&outcome);
    Py_DECREF(expression);
    return result;
}

/* touch(expression): the number of the fault, 0 for a value, which is not made an object. Makes no object itself. */
static PyObject *touch(PyObject *module, PyObject *expression)
{
    (void)module;
    struct outcome outcome = {0};
    struct allowance allowance = {STROBE_EXPRESSION_FUEL, STROBE_EXPRESSION_ARENA_BYTES};
    if (Py_TYPE(expression) != &expression_type) {
        return PyErr_Format(PyExc_TypeError, "an Expression is needed");
    }
    if (evaluate_quietly((struct expression *)expression, allowance, &outcome) < 0) {
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
    struct strobe_expression_context context = context_of(frame);
    int64_t started_ns = strobe_clock_monotonic_ns();
    for (int i = 0; i < count; i++) {
        strobe_expression_holds(expression->compiled, expression->binding, &context, NULL);
    }
    return PyFloat_FromDouble((double)(strobe_clock_monotonic_ns() - started_ns) / (count > 0 ? count : 1));
}

/* What `tell` says of the expression as a condition. */
static PyObject *told_of(PyObject *source, PyObject *(*tell)(const struct expression *expression,
                                                             const struct strobe_expression_context *context))
{
    struct strobe_frame frame;
    PyObject *made = expression_of(source, NULL, strobe_expression_compile);
    if (made == NULL || Py_TYPE(made) != &expression_type) {
        return made;
    }
    struct expression *expression = (struct expression *)made;
    PyObject *told = NULL;
    if (strobe_frame_current(PyThreadState_Get(), &frame)) {
        bind(expression, strobe_frame_code(frame));
        secrets = &expression->secrets;
        struct strobe_expression_context context = context_of(frame);
        told = tell(expression, &context);
    } else {
        PyErr_SetString(PyExc_ValueError, "there is no frame");
    }
    Py_DECREF(made);
    return told;
}

static PyObject *tell_verdict(const struct expression *expression, const struct strobe_expression_context *context)
{
    struct strobe_error error = {0};
    struct strobe_quiet quiet;
    if (strobe_quiet_begin(&quiet) < 0) {
        return NULL;
    }
    enum strobe_verdict verdict = strobe_expression_holds(expression->compiled, expression->binding, context, &error);
    if (!strobe_quiet_end(&quiet)) {
        return PyErr_Format(PyExc_SystemError, "the evaluation broke a promise: %s", quiet.broken);
    }
    return verdict == STROBE_VERDICT_ERROR ? PyUnicode_FromString(error.message)
                                           : PyBool_FromLong(verdict == STROBE_VERDICT_TRUE);
}

/* holds(expression): what a probe's condition would say: True, False, or the message of the error */
static PyObject *holds(PyObject *module, PyObject *source)
{
    (void)module;
    return told_of(source, tell_verdict);
}

static PyObject *tell_short_cut(const struct expression *expression, const struct strobe_expression_context *context)
{
    struct strobe_quiet quiet;
    if (strobe_quiet_begin(&quiet) < 0) {
        return NULL;
    }
    enum strobe_prefilter_answer answer =
        strobe_prefilter_try(&expression->compiled->prefilter, expression->binding, context->frame);
    if (!strobe_quiet_end(&quiet)) {
        return PyErr_Format(PyExc_SystemError, "the short cut broke a promise: %s", quiet.broken);
    }
    return answer == STROBE_PREFILTER_UNKNOWN ? Py_NewRef(Py_None) : PyBool_FromLong(answer == STROBE_PREFILTER_TRUE);
}

/* short_cut(expression): what is told of it as a condition without the machine: True, False, or None */
static PyObject *short_cut(PyObject *module, PyObject *source)
{
    (void)module;
    return told_of(source, tell_short_cut);
}

/* dict_state(dict): where its storage is and, where CPython still keeps one, its version */
static PyObject *dict_state(PyObject *module, PyObject *object)
{
    (void)module;
    if (!PyType_IsSubtype(Py_TYPE(object), &PyDict_Type)) {
        return PyErr_Format(PyExc_TypeError, "a dict is needed");
    }
    PyDictObject *dict = (PyDictObject *)object;
    unsigned long long version = 0;
#if PY_VERSION_HEX < 0x030e0000
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    version = (unsigned long long)dict->ma_version_tag;
#pragma GCC diagnostic pop
#endif
    return Py_BuildValue("nKKK", dict->ma_used, version, (unsigned long long)(uintptr_t)dict->ma_keys,
                         (unsigned long long)(uintptr_t)dict->ma_values);
}

static PyObject *last_fuel_used(PyObject *module, PyObject *args)
{
    (void)module;
    (void)args;
    return PyLong_FromLongLong(fuel_used);
}

static PyObject *last_arena_used(PyObject *module, PyObject *args)
{
    (void)module;
    (void)args;
    return PyLong_FromLongLong(arena_used);
}

/* break_promise(what): do what an evaluation may not do. @return what the watch says of it */
static PyObject *break_promise(PyObject *module, PyObject *args)
{
    (void)module;
    const char *what;
    struct strobe_quiet quiet;
    void *memory = PyMem_Malloc(10);
    if (!PyArg_ParseTuple(args, "s", &what) || memory == NULL || strobe_quiet_begin(&quiet) < 0) {
        PyMem_Free(memory);
        return NULL;
    }
    switch (what[0]) {
    case 'a':
        PyMem_Free(PyMem_Malloc(10));
        break;
    case 'r':
        PyMem_Free(memory);
        memory = NULL;
        break;
    case 'e':
        errno = ERANGE;
        break;
    case 'x':
        PyErr_SetNone(PyExc_StopIteration);
        break;
    case 'c':
        PyErr_Clear();
        break;
    default:
        break;
    }
    strobe_quiet_end(&quiet);
    PyMem_Free(memory);
    return Py_BuildValue("z", quiet.broken);
}

static PyMethodDef methods[] = {
    {"compile", (PyCFunction)(void (*)(void))compile_source, METH_VARARGS | METH_KEYWORDS,
     "compile(source, secrets=()) -> Expression, or ('refused', code, message)"},
    {"evaluate", (PyCFunction)(void (*)(void))evaluate, METH_VARARGS | METH_KEYWORDS,
     "evaluate(source or Expression, secrets=(), fuel=FUEL, arena=BYTES) -> ('value', object) | ('fault', class, "
     "message) | "
     "('refused', code, message); in the caller's frame"},
    {"touch", touch, METH_O, "touch(Expression) -> number of the fault"},
    {"evaluate_many", evaluate_many, METH_VARARGS, "evaluate_many(Expression, count) -> ns each"},
    {"template", (PyCFunction)(void (*)(void))compile_template, METH_VARARGS | METH_KEYWORDS,
     "template(source, secrets=()) -> Expression, or ('refused', code, message)"},
    {"short_cut", short_cut, METH_O, "short_cut(source or Expression) -> bool as told without the machine, or None"},
    {"holds", holds, METH_O, "holds(source or Expression) -> bool, or the message of the error"},
    {"dict_state", dict_state, METH_O, "dict_state(dict) -> size, version, addresses of its storage"},
    {"break_promise", break_promise, METH_VARARGS, "break_promise(what) -> what the watch says of it"},
    {"fuel_used", last_fuel_used, METH_NOARGS, "fuel_used() -> by the last evaluation"},
    {"arena_used", last_arena_used, METH_NOARGS, "arena_used() -> bytes taken by the last evaluation"},
    {NULL, NULL, 0, NULL},
};

/* FAULTS: the names of faults by their number; that of a value is "value". */
static PyObject *fault_names(void)
{
    PyObject *names = Py_BuildValue("[s]", "value");
    for (int i = STROBE_FAULT_NONE + 1; names != NULL && i <= STROBE_FAULT_INTERNAL; i++) {
        PyObject *name = PyUnicode_FromString(strobe_fault_name((enum strobe_fault)i));
        if (name == NULL || PyList_Append(names, name) < 0) {
            Py_CLEAR(names);
        }
        Py_XDECREF(name);
    }
    return names;
}

static int execute(PyObject *module)
{
    if (strobe_expressions_init() < 0) {
        PyErr_NoMemory();
        return -1;
    }
    PyObject *faults = fault_names();
    if (faults == NULL || PyModule_AddObjectRef(module, "FAULTS", faults) < 0) {
        Py_XDECREF(faults);
        return -1;
    }
    Py_DECREF(faults);
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
