/* _strobe_test_dump: dumps without the GIL by a thread that Python does not know, while the caller holds the GIL or
 * not. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "agent/dump.h"

static const struct strobe_dump_own nobody;

/* ---- What was found, as Python objects ---- */

static PyObject *frames_of(const struct strobe_thread_dump *stacks, const struct strobe_dump_stack *stack)
{
    PyObject *list = PyList_New(0);
    for (uint32_t i = 0; list != NULL && i < stack->count; i++) {
        const struct strobe_dump_place *place = &stacks->places[stacks->frames[stack->first + i]];
        PyObject *frame =
            Py_BuildValue("(zzi)", stacks->text + place->function, stacks->text + place->file, place->line);
        if (frame == NULL || PyList_Append(list, frame) < 0) {
            Py_CLEAR(list);
        }
        Py_XDECREF(frame);
    }
    return list;
}

static PyObject *row_of(const struct strobe_dump *dump, const struct strobe_dump_row *row)
{
    static const struct strobe_dump_stack none;
    const struct strobe_dump_stack *stack = row->stack >= 0 ? &dump->stacks->stacks[row->stack] : &none;
    return Py_BuildValue("{s:K, s:z, s:z, s:I, s:O, s:N}", "native_id", (unsigned long long)row->native_id, "kind",
                         row->kind, "gil", row->gil, "depth", stack->depth, "torn", stack->torn ? Py_True : Py_False,
                         "frames", frames_of(dump->stacks, stack));
}

static PyObject *rows_of(const struct strobe_dump *dump)
{
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list != NULL && i < dump->rows_count; i++) {
        PyObject *row = row_of(dump, &dump->rows[i]);
        if (row == NULL || PyList_Append(list, row) < 0) {
            Py_CLEAR(list);
        }
        Py_XDECREF(row);
    }
    return list;
}

/* ---- A thread that Python does not know ---- */

static struct {
    pthread_t thread;
    atomic_bool stop;
    int status;
    atomic_long dumps;
    long stacks, torn, torn_lists;
    struct strobe_error error;
    struct strobe_dump *last;
} watcher;

static void look_once(void)
{
    strobe_dump_free(watcher.last);
    watcher.last = NULL;
    watcher.status = strobe_dump_bare(&nobody, &watcher.last, &watcher.error);
    if (watcher.status < 0) {
        return;
    }
    atomic_fetch_add(&watcher.dumps, 1);
    watcher.torn_lists += watcher.last->torn;
    for (size_t i = 0; i < watcher.last->rows_count; i++) {
        int stack = watcher.last->rows[i].stack;
        watcher.stacks += stack >= 0;
        watcher.torn += stack >= 0 && watcher.last->stacks->stacks[stack].torn;
    }
}

static void *watch_main(void *argument)
{
    long count = (long)(intptr_t)argument;
    watcher.stacks = watcher.torn = watcher.torn_lists = 0;
    watcher.status = 0;
    memset(&watcher.error, 0, sizeof watcher.error);
    for (long i = 0; i < count && watcher.status == 0 && !atomic_load(&watcher.stop); i++) {
        look_once();
    }
    return NULL;
}

static bool start(long count)
{
    atomic_store(&watcher.stop, false);
    atomic_store(&watcher.dumps, 0);
    if (pthread_create(&watcher.thread, NULL, watch_main, (void *)(intptr_t)count) != 0) {
        PyErr_SetString(PyExc_RuntimeError, "no thread");
        return false;
    }
    return true;
}

static PyObject *outcome(void)
{
    if (watcher.status < 0) {
        PyErr_SetString(PyExc_RuntimeError, watcher.error.message);
        return NULL;
    }
    PyObject *rows = watcher.last != NULL ? rows_of(watcher.last) : Py_NewRef(Py_None);
    PyObject *facts = Py_BuildValue("{s:l, s:l, s:l, s:l, s:K, s:n, s:z, s:N}", "dumps", atomic_load(&watcher.dumps),
                                    "stacks", watcher.stacks, "torn", watcher.torn, "torn_lists", watcher.torn_lists,
                                    "holder", watcher.last != NULL ? (unsigned long long)watcher.last->holder : 0ULL,
                                    "total", watcher.last != NULL ? (Py_ssize_t)watcher.last->total : 0, "reader",
                                    watcher.last != NULL ? watcher.last->reader : NULL, "rows", rows);
    strobe_dump_free(watcher.last);
    watcher.last = NULL;
    return facts;
}

/* One dump while the caller holds the GIL, in C code, as long as it takes. */
static PyObject *dump_while_held(PyObject *module, PyObject *ignored)
{
    (void)module;
    (void)ignored;
    if (!start(1)) {
        return NULL;
    }
    pthread_join(watcher.thread, NULL); /* the GIL is not released */
    return outcome();
}

/* Up to `count` dumps beside the program, until end() is called. */
static PyObject *begin(PyObject *module, PyObject *args)
{
    long count;
    (void)module;
    if (!PyArg_ParseTuple(args, "l", &count) || !start(count)) {
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *end(PyObject *module, PyObject *args)
{
    int wait;
    (void)module;
    if (!PyArg_ParseTuple(args, "p", &wait)) {
        return NULL;
    }
    atomic_store(&watcher.stop, wait == 0);
    Py_BEGIN_ALLOW_THREADS;
    pthread_join(watcher.thread, NULL);
    Py_END_ALLOW_THREADS;
    return outcome();
}

static PyObject *count_dumps(PyObject *module, PyObject *ignored)
{
    (void)module;
    (void)ignored;
    return PyLong_FromLong(atomic_load(&watcher.dumps));
}

static PyObject *look(PyObject *module, PyObject *ignored)
{
    (void)module;
    (void)ignored;
    strobe_dump_bare_init();
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"dump_while_held", dump_while_held, METH_NOARGS, "One dump by another thread, the GIL held throughout."},
    {"begin", begin, METH_VARARGS, "begin(count): take dumps on a thread of their own."},
    {"end", end, METH_VARARGS, "end(wait): their figures and the last one; wait: let it take all."},
    {"count", count_dumps, METH_NOARGS, "How many were taken so far."},
    {"look", look, METH_NOARGS, "Look again whether dumps can be taken."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "_strobe_test_dump", .m_size = -1,
                                        .m_methods = methods};

PyMODINIT_FUNC PyInit__strobe_test_dump(void);

PyMODINIT_FUNC PyInit__strobe_test_dump(void)
{
    strobe_dump_bare_init();
    return PyModule_Create(&definition);
}
