/*
 * The loop is what all ways from C through Python to C have in common. Two ways that share nothing else: a function
 * that calls a built-in function, and a generator that takes the next item of an iterator written in C.
 */
#include "snapshot/py/eval.h"

#include <Python.h>
#include <stdbool.h>
#include <stdint.h>

#include "snapshot/native.h"

enum { ADDRESSES_MAX = 32 };

/* The functions on the way from this file to this file; written under the GIL, at start only. */
static struct way {
    uint64_t functions[ADDRESSES_MAX];
    size_t count;
} * recording;

static const char source[] = "def call(function):\n"
                             "    return function()\n"
                             "def walk(items):\n"
                             "    for item in items:\n"
                             "        yield item\n";

static __attribute__((noinline)) void record(void)
{
    uint64_t addresses[ADDRESSES_MAX];
    recording->count = strobe_native_record(addresses, ADDRESSES_MAX);
    for (size_t i = 0; i < recording->count; i++) {
        recording->functions[i] = strobe_native_function(addresses[i]);
    }
}

static PyObject *on_call(PyObject *self, PyObject *ignored)
{
    (void)self;
    (void)ignored;
    record();
    Py_RETURN_NONE;
}

static PyObject *on_next(PyObject *self)
{
    (void)self;
    record();
    Py_RETURN_NONE;
}

static PyMethodDef call_method = {"on_call", on_call, METH_NOARGS, NULL};

static PyType_Slot iterator_slots[] = {{Py_tp_iter, PyObject_SelfIter}, {Py_tp_iternext, on_next}, {0, NULL}};

static PyType_Spec iterator_spec = {
    .name = "stroboscope._Iterator",
    .basicsize = sizeof(PyObject),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = iterator_slots,
};

/* ---- The two ways ---- */

static PyObject *compile_functions(void)
{
    PyObject *globals = PyDict_New();
    PyObject *code = globals != NULL ? Py_CompileString(source, "<stroboscope>", Py_file_input) : NULL;
    PyObject *result = NULL;
    if (code != NULL && PyDict_SetItemString(globals, "__builtins__", PyEval_GetBuiltins()) == 0) {
        result = PyEval_EvalCode(code, globals, globals);
    }
    Py_XDECREF(code);
    if (result == NULL) {
        Py_CLEAR(globals);
    }
    Py_XDECREF(result);
    return globals;
}

static __attribute__((noinline)) void go_by_call(PyObject *globals, struct way *way)
{
    PyObject *function = PyCFunction_New(&call_method, NULL);
    recording = way;
    PyObject *call = PyDict_GetItemString(globals, "call");
    PyObject *result = function != NULL && call != NULL ? PyObject_CallOneArg(call, function) : NULL;
    Py_XDECREF(result);
    Py_XDECREF(function);
}

static __attribute__((noinline)) void go_by_generator(PyObject *globals, struct way *way)
{
    PyObject *type = PyType_FromSpec(&iterator_spec);
    PyObject *iterator = type != NULL ? PyObject_CallNoArgs(type) : NULL;
    PyObject *walk = PyDict_GetItemString(globals, "walk");
    PyObject *generator = iterator != NULL && walk != NULL ? PyObject_CallOneArg(walk, iterator) : NULL;
    recording = way;
    PyObject *item = generator != NULL ? PyIter_Next(generator) : NULL;
    Py_XDECREF(item);
    Py_XDECREF(generator);
    Py_XDECREF(iterator);
    Py_XDECREF(type);
}

/* ---- What they have in common ---- */

/* Cut a way where it leaves for the caller of this file. */
static void cut_at(struct way *way, uint64_t function)
{
    for (size_t i = 0; i < way->count; i++) {
        if (way->functions[i] == function) {
            way->count = i;
        }
    }
}

static bool has(const struct way *way, uint64_t function)
{
    for (size_t i = 0; i < way->count; i++) {
        if (way->functions[i] == function) {
            return true;
        }
    }
    return false;
}

/* @return the only function, 0 when there are several or none */
static uint64_t find_common(const struct way *one, const struct way *other)
{
    uint64_t found = 0;
    for (size_t i = 0; i < one->count; i++) {
        uint64_t function = one->functions[i];
        if (function != 0 && function != found && has(other, function)) {
            if (found != 0) {
                return 0;
            }
            found = function;
        }
    }
    return found;
}

void strobe_eval_find(void)
{
    struct way by_call = {.count = 0}, by_generator = {.count = 0};
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyObject *globals = compile_functions();
    if (globals != NULL) {
        go_by_call(globals, &by_call);
        go_by_generator(globals, &by_generator);
    }
    Py_XDECREF(globals);
    recording = NULL;
    PyErr_Clear();
    PyErr_Restore(type, value, traceback);
    cut_at(&by_call, strobe_native_function((uint64_t)(uintptr_t)go_by_call + 1));
    cut_at(&by_generator, strobe_native_function((uint64_t)(uintptr_t)go_by_generator + 1));
    strobe_native_set_eval(find_common(&by_call, &by_generator));
}
