#include "probes/py/code_discovery.h"

#include <stdlib.h>

#include "base/py/frame.h"
#include "probes/py/slice.h"

/* Code objects that are to be looked at; strong references. The walk over the heap only fills this list. */
struct findings {
    PyCodeObject **items;
    size_t count;
    size_t capacity;
    PyCodeObject *last; /* borrowed: functions of one code come in rows */
    bool incomplete;
};

static void find(struct findings *findings, PyCodeObject *code)
{
    if (code == findings->last) {
        return;
    }
    if (findings->count == findings->capacity) {
        size_t capacity = findings->capacity > 0 ? findings->capacity * 2 : 4096;
        PyCodeObject **items = realloc(findings->items, capacity * sizeof(PyCodeObject *));
        if (items == NULL) {
            findings->incomplete = true;
            return;
        }
        findings->items = items;
        findings->capacity = capacity;
    }
    findings->last = code;
    findings->items[findings->count++] = (PyCodeObject *)Py_NewRef((PyObject *)code);
}

/* What an object that GC knows tells about code. */
static void look_at(struct findings *findings, PyObject *object)
{
    if (PyFunction_Check(object)) {
        find(findings, (PyCodeObject *)PyFunction_GET_CODE(object));
    } else if (PyGen_CheckExact(object) || PyCoro_CheckExact(object) || PyAsyncGen_CheckExact(object)) {
#if PY_VERSION_HEX >= 0x030C0000
        PyCodeObject *code = PyGen_GetCode((PyGenObject *)object);
        find(findings, code);
        Py_DECREF(code); /* the generator keeps it */
#else
        PyObject *code = ((PyGenObject *)object)->gi_code != NULL ? (PyObject *)((PyGenObject *)object)->gi_code : NULL;
        if (code != NULL) {
            find(findings, (PyCodeObject *)code);
        }
#endif
    }
}

static void look_at_stacks(struct findings *findings)
{
    PyInterpreterState *interpreter = PyInterpreterState_Main();
    for (PyThreadState *thread = PyInterpreterState_ThreadHead(interpreter); thread != NULL;
         thread = PyThreadState_Next(thread)) {
        struct strobe_frame frame;
        for (bool more = strobe_frame_current(thread, &frame); more; more = strobe_frame_back(&frame)) {
            find(findings, strobe_frame_code(frame));
        }
    }
}

#if STROBE_HAVE_CODE_WATCHER
static int visit(PyObject *object, void *argument)
{
    look_at(argument, object);
    return 1; /* go on */
}

/* CPython cannot stop this walk half-way: 8 to 15 ms for a million objects, once. */
static void look_at_heap(struct findings *findings)
{
    PyUnstable_GC_VisitObjects(visit, findings);
}
#else
static void look_at_heap(struct findings *findings)
{
    struct strobe_slice slice = strobe_slice_begin();
    PyObject *module = PyImport_ImportModule("gc");
    PyObject *objects = module != NULL ? PyObject_CallMethod(module, "get_objects", NULL) : NULL;
    for (Py_ssize_t i = 0; objects != NULL && i < PyList_GET_SIZE(objects); i++) {
        look_at(findings, PyList_GET_ITEM(objects, i));
        if (i % 1024 == 0) {
            strobe_slice_pause(&slice);
        }
    }
    PyErr_Clear();
    Py_XDECREF(objects);
    Py_XDECREF(module);
}
#endif

/* Add `code` and the code objects among its constants. The depth of nested functions bounds the recursion. */
static void add_tree(struct strobe_code_index *index, PyCodeObject *code, int depth)
{
    if (strobe_code_index_add(index, code)) {
#if !STROBE_HAVE_CODE_WATCHER
        Py_INCREF(code); /* nobody would say when it goes */
#endif
    }
    for (Py_ssize_t i = 0; depth < 32 && i < PyTuple_GET_SIZE(code->co_consts); i++) {
        PyObject *constant = PyTuple_GET_ITEM(code->co_consts, i);
        if (PyCode_Check(constant)) {
            add_tree(index, (PyCodeObject *)constant, depth + 1);
        }
    }
}

void strobe_code_discover(struct strobe_code_index *index)
{
    struct findings findings = {0};
    look_at_heap(&findings);
    look_at_stacks(&findings);
    struct strobe_slice slice = strobe_slice_begin();
    for (size_t i = 0; i < findings.count; i++) {
        add_tree(index, findings.items[i], 0);
        Py_DECREF(findings.items[i]);
        if (i % 16 == 0) {
            strobe_slice_pause(&slice);
        }
    }
    index->incomplete = index->incomplete || findings.incomplete;
    free(findings.items);
}
