/*
 * Layouts of _asyncio.Future and _asyncio.Task, private to _asynciomodule.c. Checked on 3.11.7, 3.12.1, 3.13.0,
 * 3.13.18, 3.14.10 and 3.15.2; a type of another size is not read.
 */
#ifndef Py_BUILD_CORE_MODULE
#define Py_BUILD_CORE_MODULE 1
#endif
#include "base/py/future.h"

#include <internal/pycore_pystate.h>
#include <string.h>
#if PY_VERSION_HEX >= 0x030D0000
#include <internal/pycore_tstate.h>
#endif

#include "base/py/attribute.h"
#include "base/py/dict.h"
#include "strobe/error.h"

enum { CALLBACKS_MAX = 16 }; /* of one future that are looked at */

enum { RAW_PENDING, RAW_CANCELLED, RAW_FINISHED }; /* the same in all versions */

/* clang-format off: one line for each member */
#define FUTURE_POINTERS      \
    PyObject ob_base;        \
    PyObject *loop;          \
    PyObject *callback;      \
    PyObject *context_of_it; \
    PyObject *callbacks;     \
    PyObject *exception;     \
    PyObject *exception_tb;  \
    PyObject *result;        \
    PyObject *source_tb;     \
    PyObject *cancel_message;

#if PY_VERSION_HEX >= 0x030E0000
#define FUTURE_HEAD          \
    FUTURE_POINTERS          \
    PyObject *cancelled_exc; \
    PyObject *awaited_by;    \
    int state;               \
    char is_task;            \
    char awaited_by_is_set;  \
    unsigned log_tb : 1;     \
    unsigned blocking : 1;
#elif PY_VERSION_HEX >= 0x030D0000
#define FUTURE_HEAD          \
    FUTURE_POINTERS          \
    PyObject *cancelled_exc; \
    int state;               \
    unsigned log_tb : 1;     \
    unsigned blocking : 1;
#else
#define FUTURE_HEAD     \
    FUTURE_POINTERS     \
    int state;          \
    int log_tb;         \
    int blocking;       \
    PyObject *dict;     \
    PyObject *weakrefs; \
    PyObject *cancelled_exc;
#endif

struct future_object {
    FUTURE_HEAD
};

struct task_object {
    FUTURE_HEAD
#if PY_VERSION_HEX >= 0x030D0000
    unsigned must_cancel : 1;
    unsigned log_destroy_pending : 1;
    int cancels_requested;
#endif
    PyObject *waits_for;
    PyObject *coroutine;
    PyObject *name;
    PyObject *context;
};
/* clang-format on */

static struct {
    PyObject *state, *result, *exception, *callbacks, *coroutine, *name, *waits_for, *parent_task, *args;
    PyObject *tasks_module, *current_tasks, *running_loop, *finished, *cancelled;
} names;

static const struct {
    PyObject **place;
    const char *text;
} interned[] = {
    {&names.state, "_state"},
    {&names.result, "_result"},
    {&names.exception, "_exception"},
    {&names.callbacks, "_callbacks"},
    {&names.coroutine, "_coro"},
    {&names.name, "_name"},
    {&names.waits_for, "_fut_waiter"},
    {&names.parent_task, "_parent_task"},
    {&names.args, "args"},
    {&names.tasks_module, "asyncio.tasks"},
    {&names.current_tasks, "_current_tasks"},
    {&names.running_loop, "__asyncio_running_event_loop__"},
    {&names.finished, "FINISHED"},
    {&names.cancelled, "CANCELLED"},
};

int strobe_future_init(void)
{
    for (size_t i = 0; i < sizeof interned / sizeof interned[0]; i++) {
        *interned[i].place = PyUnicode_InternFromString(interned[i].text);
        if (*interned[i].place == NULL) {
            strobe_future_done();
            return STROBE_ENOMEM;
        }
    }
    return 0;
}

void strobe_future_done(void)
{
    for (size_t i = 0; i < sizeof interned / sizeof interned[0]; i++) {
        Py_CLEAR(*interned[i].place);
    }
}

/* ---- The C implementation ---- */

static bool is_fixed(PyTypeObject *type)
{
    return !PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE) || PyType_HasFeature(type, Py_TPFLAGS_IMMUTABLETYPE);
}

/* The class of _asyncio that `type` is or inherits from, or NULL. */
static PyTypeObject *native_of(PyTypeObject *type)
{
    while (type != NULL && !is_fixed(type)) {
        type = type->tp_base;
    }
    return type != NULL && strncmp(type->tp_name, "_asyncio.", 9) == 0 ? type : NULL;
}

static enum strobe_future_state state_of(int raw)
{
    return raw == RAW_CANCELLED  ? STROBE_FUTURE_CANCELLED
           : raw == RAW_FINISHED ? STROBE_FUTURE_FINISHED
                                 : STROBE_FUTURE_PENDING;
}

static bool read_native(PyObject *object, PyTypeObject *native, struct strobe_future *future)
{
    const struct task_object *task = (const struct task_object *)object;
    future->is_task = strcmp(native->tp_name, "_asyncio.Task") == 0;
    if (!future->is_task && strcmp(native->tp_name, "_asyncio.Future") != 0) {
        return false;
    }
    if (native->tp_basicsize < (Py_ssize_t)(future->is_task ? sizeof *task : sizeof(struct future_object))) {
        return false;
    }
    future->state = state_of(task->state);
    future->result = task->result;
    future->exception = task->exception;
    future->callback = task->callback;
    future->callbacks = task->callbacks;
#if PY_VERSION_HEX >= 0x030E0000
    future->awaited_by = task->awaited_by;
#endif
    if (future->is_task) {
        future->coroutine = task->coroutine;
        future->name = task->name;
        future->waits_for = task->waits_for;
    }
    return true;
}

/* ---- The Python implementation: attributes ---- */

static PyObject *attribute(PyObject *object, PyObject *name)
{
    PyObject *value;
    return strobe_attribute_get(object, name, &value) == STROBE_ATTRIBUTE_FOUND && value != Py_None ? value : NULL;
}

static bool is_asyncio_class(PyTypeObject *type)
{
    PyObject *mro = type->tp_mro;
    for (Py_ssize_t i = 0; mro != NULL && i < PyTuple_GET_SIZE(mro); i++) {
        PyTypeObject *base = (PyTypeObject *)PyTuple_GET_ITEM(mro, i);
        if (strcmp(base->tp_name, "Future") == 0 || strcmp(base->tp_name, "Task") == 0) {
            return true;
        }
    }
    return false;
}

static bool read_attributes(PyObject *object, struct strobe_future *future)
{
    PyObject *state = attribute(object, names.state);
    PyObject *callbacks = attribute(object, names.callbacks);
    if (state == NULL || !PyUnicode_CheckExact(state) || (callbacks != NULL && !PyList_CheckExact(callbacks))) {
        return false;
    }
    future->state = strobe_str_equal(state, names.finished)    ? STROBE_FUTURE_FINISHED
                    : strobe_str_equal(state, names.cancelled) ? STROBE_FUTURE_CANCELLED
                                                               : STROBE_FUTURE_PENDING;
    future->result = attribute(object, names.result);
    future->exception = attribute(object, names.exception);
    future->callbacks = callbacks;
    future->coroutine = attribute(object, names.coroutine);
    future->is_task = future->coroutine != NULL;
    if (future->is_task) {
        future->name = attribute(object, names.name);
        future->waits_for = attribute(object, names.waits_for);
    }
    return true;
}

bool strobe_future_read(PyObject *object, struct strobe_future *ret_future)
{
    struct strobe_future future = {.state = STROBE_FUTURE_PENDING};
    PyTypeObject *native = native_of(Py_TYPE(object));
    bool read = native != NULL ? read_native(object, native, &future)
                               : is_asyncio_class(Py_TYPE(object)) && read_attributes(object, &future);
    if (read) {
        *ret_future = future;
    }
    return read;
}

/* ---- The current task ---- */

#if PY_VERSION_HEX >= 0x030E0000
PyObject *strobe_future_current_task(PyThreadState *tstate)
{
    return ((_PyThreadStateImpl *)tstate)->asyncio_running_task;
}
#else

#if PY_VERSION_HEX >= 0x030D0000
static PyObject *running_loop(PyThreadState *tstate)
{
    return ((_PyThreadStateImpl *)tstate)->asyncio_running_loop;
}
#else
/* In the thread's dict: the loop (3.12), or an object that holds it (3.11). */
struct running_loop_holder {
    PyObject ob_base;
    PyObject *loop;
    pid_t process;
};

static PyObject *running_loop(PyThreadState *tstate)
{
    PyObject *dict = tstate->dict;
    PyObject *found = dict != NULL && PyDict_CheckExact(dict) ? strobe_dict_get(dict, names.running_loop) : NULL;
    bool is_holder =
        found != NULL && strcmp(Py_TYPE(found)->tp_name, "_RunningLoopHolder") == 0 && is_fixed(Py_TYPE(found));
    return is_holder ? ((struct running_loop_holder *)found)->loop : found;
}
#endif

static PyObject *current_tasks(void)
{
    PyObject *modules = PyImport_GetModuleDict();
    PyObject *module =
        modules != NULL && PyDict_CheckExact(modules) ? strobe_dict_get(modules, names.tasks_module) : NULL;
    PyObject *tasks = module != NULL && PyModule_CheckExact(module)
                          ? strobe_dict_get(PyModule_GetDict(module), names.current_tasks)
                          : NULL;
    return tasks != NULL && PyDict_CheckExact(tasks) ? tasks : NULL;
}

PyObject *strobe_future_current_task(PyThreadState *tstate)
{
    PyObject *loop = names.running_loop != NULL ? running_loop(tstate) : NULL;
    PyObject *tasks = loop != NULL ? current_tasks() : NULL;
    PyObject *key, *task;
    for (Py_ssize_t position = 0; tasks != NULL && PyDict_Next(tasks, &position, &key, &task);) {
        if (key == loop) { /* few loops run at a time, and hashing one could run its code */
            return task;
        }
    }
    return NULL;
}
#endif

/* ---- Who goes on ---- */

static bool is_future(PyObject *object)
{
    struct strobe_future ignored;
    return object != NULL && strobe_future_read(object, &ignored);
}

/* gather(), wait() and shield() call a closure over the outer future. */
static PyObject *future_in_closure(PyObject *function)
{
    PyObject *closure = ((PyFunctionObject *)function)->func_closure;
    for (Py_ssize_t i = 0; closure != NULL && PyTuple_CheckExact(closure) && i < PyTuple_GET_SIZE(closure); i++) {
        PyObject *cell = PyTuple_GET_ITEM(closure, i);
        PyObject *content = PyCell_Check(cell) ? ((PyCellObject *)cell)->ob_ref : NULL;
        if (is_future(content)) {
            return content;
        }
    }
    return NULL;
}

PyObject *strobe_future_woken_by(PyObject *callback)
{
    if (PyCFunction_Check(callback)) {
        PyObject *self = PyCFunction_GET_SELF(callback);
        return is_future(self) ? self : NULL;
    }
    if (PyFunction_Check(callback)) {
        return future_in_closure(callback);
    }
    if (PyMethod_Check(callback)) {
        PyObject *self = PyMethod_GET_SELF(callback);
        PyObject *parent = is_future(self) ? self : attribute(self, names.parent_task); /* of a TaskGroup */
        return is_future(parent) ? parent : NULL;
    }
    PyObject *args = attribute(callback, names.args); /* functools.partial(_release_waiter, waiter) */
    PyObject *first =
        args != NULL && PyTuple_CheckExact(args) && PyTuple_GET_SIZE(args) > 0 ? PyTuple_GET_ITEM(args, 0) : NULL;
    return is_future(first) ? first : NULL;
}

static bool may_ask(PyObject *callback)
{
    return callback != NULL && (!PyCFunction_Check(callback) || is_future(PyCFunction_GET_SELF(callback)));
}

/* From 3.14 on; a set of those that await may have been left empty. */
static bool is_linked(PyObject *awaited_by)
{
    return awaited_by != NULL && (!PyAnySet_CheckExact(awaited_by) || PySet_GET_SIZE(awaited_by) > 0);
}

bool strobe_future_is_awaited(const struct strobe_future *future)
{
    PyObject *list = future->callbacks;
    Py_ssize_t count = list != NULL && PyList_CheckExact(list) ? PyList_GET_SIZE(list) : 0;
    bool awaited = is_linked(future->awaited_by) || may_ask(future->callback);
    for (Py_ssize_t i = 0; !awaited && i < count && i < CALLBACKS_MAX; i++) {
        PyObject *entry = PyList_GET_ITEM(list, i);
        awaited = PyTuple_CheckExact(entry) && PyTuple_GET_SIZE(entry) > 0 && may_ask(PyTuple_GET_ITEM(entry, 0));
    }
    return awaited || count > CALLBACKS_MAX;
}
