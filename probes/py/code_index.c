#include "probes/py/code_index.h"

#include "base/py/frame.h"
#include "strobe/error.h"

#if PY_VERSION_HEX >= 0x030C0000
#define HAVE_CODE_WATCHER 1
#else
#define HAVE_CODE_WATCHER 0
#endif

/* CPython's watcher has no user argument; there is one agent in a process. */
static struct strobe_code_index *the_index;

static void add(struct strobe_code_index *index, PyCodeObject *code)
{
    if (strobe_pointer_map_get(&index->codes, code) != NULL) {
        return;
    }
    if (strobe_pointer_map_set(&index->codes, code, code) < 0) {
        index->incomplete = true;
        return;
    }
#if !HAVE_CODE_WATCHER
    Py_INCREF(code); /* nobody would say when it goes */
#endif
}

/* Add `code` and the code objects among its constants. The depth of nested functions bounds the recursion. */
static void add_tree(struct strobe_code_index *index, PyCodeObject *code, int depth)
{
    add(index, code);
    for (Py_ssize_t i = 0; depth < 32 && i < PyTuple_GET_SIZE(code->co_consts); i++) {
        PyObject *constant = PyTuple_GET_ITEM(code->co_consts, i);
        if (PyCode_Check(constant)) {
            add_tree(index, (PyCodeObject *)constant, depth + 1);
        }
    }
}

/* What an object that GC knows tells about code. */
static void add_from_object(struct strobe_code_index *index, PyObject *object)
{
    if (PyFunction_Check(object)) {
        add_tree(index, (PyCodeObject *)PyFunction_GET_CODE(object), 0);
    } else if (PyGen_CheckExact(object) || PyCoro_CheckExact(object) || PyAsyncGen_CheckExact(object)) {
#if PY_VERSION_HEX >= 0x030C0000
        PyCodeObject *code = PyGen_GetCode((PyGenObject *)object);
        add_tree(index, code, 0);
        Py_DECREF(code); /* the generator keeps it */
#else
        PyObject *code = ((PyGenObject *)object)->gi_code != NULL ? (PyObject *)((PyGenObject *)object)->gi_code : NULL;
        if (code != NULL) {
            add_tree(index, (PyCodeObject *)code, 0);
        }
#endif
    }
}

static void add_from_stacks(struct strobe_code_index *index)
{
    PyInterpreterState *interpreter = PyInterpreterState_Main();
    for (PyThreadState *thread = PyInterpreterState_ThreadHead(interpreter); thread != NULL;
         thread = PyThreadState_Next(thread)) {
        struct strobe_frame frame;
        for (bool more = strobe_frame_current(thread, &frame); more; more = strobe_frame_back(&frame)) {
            add_tree(index, strobe_frame_code(frame), 0);
        }
    }
}

#if HAVE_CODE_WATCHER
static int visit(PyObject *object, void *argument)
{
    add_from_object(argument, object);
    return 1; /* go on */
}

static void add_from_heap(struct strobe_code_index *index)
{
    PyUnstable_GC_VisitObjects(visit, index);
}

/* Runs inside the program's compile() or import: no Python calls but reading the code object. */
static int on_code_event(PyCodeEvent event, PyCodeObject *code)
{
    struct strobe_code_index *index = the_index;
    if (index == NULL) {
        return 0;
    }
    if (event == PY_CODE_EVENT_DESTROY) {
        strobe_pointer_map_remove(&index->codes, code);
    } else {
        add(index, code);
        if (!index->appeared_pending && index->appeared != NULL) {
            index->appeared_pending = true;
            index->appeared(index->user);
        }
    }
    return 0;
}
#else
static void add_from_heap(struct strobe_code_index *index)
{
    PyObject *module = PyImport_ImportModule("gc");
    PyObject *objects = module != NULL ? PyObject_CallMethod(module, "get_objects", NULL) : NULL;
    for (Py_ssize_t i = 0; objects != NULL && i < PyList_GET_SIZE(objects); i++) {
        add_from_object(index, PyList_GET_ITEM(objects, i));
    }
    PyErr_Clear();
    Py_XDECREF(objects);
    Py_XDECREF(module);
}

/* Let go of code that nothing but this index keeps. */
static void drop_orphans(struct strobe_code_index *index)
{
    size_t position = 0;
    struct strobe_pointer_map_entry *entry;
    while ((entry = strobe_pointer_map_next(&index->codes, &position)) != NULL) {
        PyObject *code = entry->value;
        if (Py_REFCNT(code) == 1) {
            strobe_pointer_map_remove(&index->codes, code);
            Py_DECREF(code);
        }
    }
}
#endif

int strobe_code_index_start(struct strobe_code_index *index, strobe_code_appeared *appeared, void *user)
{
    if (the_index != NULL) {
        return STROBE_EBUSY;
    }
    *index = (struct strobe_code_index){.watcher = -1, .appeared = appeared, .user = user};
    strobe_pointer_map_init(&index->codes);
    the_index = index;
#if HAVE_CODE_WATCHER
    index->watcher = PyCode_AddWatcher(on_code_event);
    if (index->watcher < 0) {
        PyErr_Clear();
        the_index = NULL;
        return STROBE_EBUSY;
    }
#endif
    add_from_heap(index);
    add_from_stacks(index);
    return 0;
}

void strobe_code_index_stop(struct strobe_code_index *index)
{
    if (the_index != index) {
        return;
    }
#if HAVE_CODE_WATCHER
    PyCode_ClearWatcher(index->watcher);
#else
    size_t position = 0;
    struct strobe_pointer_map_entry *entry;
    while ((entry = strobe_pointer_map_next(&index->codes, &position)) != NULL) {
        Py_DECREF(entry->value);
    }
#endif
    the_index = NULL;
    strobe_pointer_map_done(&index->codes);
}

void strobe_code_index_refresh(struct strobe_code_index *index)
{
    index->appeared_pending = false;
#if !HAVE_CODE_WATCHER
    drop_orphans(index);
    add_from_heap(index);
    add_from_stacks(index);
#endif
}

PyCodeObject *strobe_code_index_next(struct strobe_code_index *index, size_t *position)
{
    struct strobe_pointer_map_entry *entry = strobe_pointer_map_next(&index->codes, position);
    return entry != NULL ? entry->value : NULL;
}
