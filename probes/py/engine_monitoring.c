/*
 * The engine on sys.monitoring (PEP 669), 3.12 and later. Only local events are ever set. sys.monitoring has no C API
 * for tools, so the control path calls its Python-level functions; the callback itself is C.
 */
#include "probes/py/engine.h"

#if PY_VERSION_HEX >= 0x030C0000

#include <string.h>

#include "probes/py/dispatch.h"

#define TOOL_NAME "stroboscope"

/* 0 debugger, 1 coverage, 2 profiler and 5 optimizer are conventions; 5 is used by nobody seen so far. */
static const int tool_ids[] = {5, 4, 3};

enum { TOOL_IDS_ALL = 6 };

struct monitoring {
    PyObject *module;           /* sys.monitoring */
    PyObject *set_local_events; /* bound once: called for each arm and disarm */
    PyObject *disable;          /* sys.monitoring.DISABLE */
    PyObject *callback;         /* the function registered for LINE */
    PyObject *anchor;           /* its self: leads from CPython back to the dispatch */
    int tool_id;
    long line_event; /* the bits differ between versions: read at run time */
    long py_start_event;
};

/** Heap type whose instance is the `self` of the callback. */
struct anchor {
    PyObject_HEAD struct strobe_dispatch *dispatch; /* NULL once stopped */
    PyObject *disable;                              /* borrowed from struct monitoring, NULL once stopped */
};

static void anchor_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyType_Slot anchor_slots[] = {
    {Py_tp_dealloc, anchor_dealloc},
    {Py_tp_doc, "Leads from sys.monitoring back to the agent."},
    {0, NULL},
};

static PyType_Spec anchor_spec = {
    .name = "stroboscope._agent.Anchor",
    .basicsize = sizeof(struct anchor),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = anchor_slots,
};

/* ---- The callback ---- */

static PyObject *on_line(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
    struct strobe_dispatch *dispatch = ((struct anchor *)self)->dispatch;
    if (dispatch == NULL || count != 2) {
        Py_RETURN_NONE;
    }
    struct strobe_site *site = strobe_dispatch_site(dispatch, (PyCodeObject *)arguments[0]);
    int overflow;
    int line = (int)PyLong_AsLongAndOverflow(arguments[1], &overflow);
    if (site != NULL && strobe_dispatch_line(dispatch, site, line)) {
        Py_RETURN_NONE;
    }
    return Py_NewRef(((struct anchor *)self)->disable);
}

static PyMethodDef on_line_method = {"on_line", (PyCFunction)(void (*)(void))on_line, METH_FASTCALL, NULL};

/* ---- Control ---- */

static struct monitoring *state_of(struct strobe_dispatch *dispatch)
{
    return dispatch->engine_state;
}

/* Take the exception that CPython raised as the reason. */
static int take_exception(struct strobe_error *error, int code, const char *what)
{
    PyObject *exception = PyErr_GetRaisedException();
    PyObject *text = exception != NULL ? PyObject_Str(exception) : NULL;
    const char *reason = text != NULL ? PyUnicode_AsUTF8(text) : NULL;
    int status = strobe_error_set(error, code, "%s: %s", what, reason != NULL ? reason : "unknown reason");
    Py_XDECREF(text);
    Py_XDECREF(exception);
    PyErr_Clear();
    return status;
}

static bool read_event(PyObject *events, const char *name, long *ret_value)
{
    PyObject *value = PyObject_GetAttrString(events, name);
    *ret_value = value != NULL ? PyLong_AsLong(value) : -1;
    Py_XDECREF(value);
    return *ret_value > 0;
}

/* The JIT of 3.14 corrupts locals while a tool is active (gh-156319). */
static bool jit_is_in_the_way(void)
{
#if PY_VERSION_HEX >= 0x030E0000 && PY_VERSION_HEX < 0x030F0000
    PyObject *jit = PySys_GetObject("_jit");
    PyObject *enabled = jit != NULL ? PyObject_CallMethod(jit, "is_enabled", NULL) : NULL;
    bool on = enabled == Py_True;
    Py_XDECREF(enabled);
    PyErr_Clear();
    return on;
#else
    return false;
#endif
}

/* Who holds the tool ids, for the message. */
static void describe_tools(PyObject *module, char *ret_text, size_t size)
{
    ret_text[0] = '\0';
    for (int id = 0; id < TOOL_IDS_ALL; id++) {
        PyObject *name = PyObject_CallMethod(module, "get_tool", "i", id);
        const char *text = name != NULL && PyUnicode_Check(name) ? PyUnicode_AsUTF8(name) : NULL;
        size_t used = strlen(ret_text);
        snprintf(ret_text + used, size - used, "%s%d %.20s", id > 0 ? ", " : "", id, text != NULL ? text : "free");
        Py_XDECREF(name);
        PyErr_Clear();
    }
}

static int claim_tool_id(struct monitoring *m, struct strobe_error *error)
{
    for (size_t i = 0; i < sizeof tool_ids / sizeof *tool_ids; i++) {
        PyObject *answer = PyObject_CallMethod(m->module, "use_tool_id", "is", tool_ids[i], TOOL_NAME);
        if (answer != NULL) {
            Py_DECREF(answer);
            m->tool_id = tool_ids[i];
            return 0;
        }
        PyErr_Clear();
    }
    char holders[200];
    describe_tools(m->module, holders, sizeof holders);
    return strobe_error_set(error, STROBE_EBUSY,
                            "sys.monitoring has no free tool id (3, 4 or 5) for Stroboscope: %s; stop one of them",
                            holders);
}

static int make_callback(struct monitoring *m, struct strobe_dispatch *dispatch, struct strobe_error *error)
{
    PyObject *type = PyType_FromSpec(&anchor_spec);
    struct anchor *anchor = type != NULL ? PyObject_New(struct anchor, (PyTypeObject *)type) : NULL;
    Py_XDECREF(type);
    if (anchor == NULL) {
        return take_exception(error, STROBE_ENOMEM, "no callback");
    }
    anchor->dispatch = dispatch;
    anchor->disable = m->disable;
    m->anchor = (PyObject *)anchor;
    m->callback = PyCFunction_NewEx(&on_line_method, m->anchor, NULL);
    PyObject *previous = m->callback != NULL ? PyObject_CallMethod(m->module, "register_callback", "ilO", m->tool_id,
                                                                   m->line_event, m->callback)
                                             : NULL;
    if (previous == NULL) {
        return take_exception(error, STROBE_EUNSUPPORTED, "sys.monitoring refused the callback");
    }
    Py_DECREF(previous);
    return 0;
}

static int find_monitoring(struct monitoring *m, struct strobe_error *error)
{
    m->module = Py_XNewRef(PySys_GetObject("monitoring"));
    PyObject *events = m->module != NULL ? PyObject_GetAttrString(m->module, "events") : NULL;
    bool found = events != NULL && read_event(events, "LINE", &m->line_event) &&
                 read_event(events, "PY_START", &m->py_start_event);
    Py_XDECREF(events);
    m->disable = found ? PyObject_GetAttrString(m->module, "DISABLE") : NULL;
    m->set_local_events = found ? PyObject_GetAttrString(m->module, "set_local_events") : NULL;
    PyErr_Clear();
    if (m->disable == NULL || m->set_local_events == NULL) {
        return strobe_error_set(error, STROBE_EUNSUPPORTED, "this interpreter has no sys.monitoring");
    }
    return 0;
}

static void monitoring_free(struct monitoring *m)
{
    Py_XDECREF(m->callback);
    Py_XDECREF(m->anchor);
    Py_XDECREF(m->set_local_events);
    Py_XDECREF(m->disable);
    Py_XDECREF(m->module);
    PyMem_RawFree(m);
}

static void give_back_tool_id(struct monitoring *m)
{
    PyObject *answer = PyObject_CallMethod(m->module, "register_callback", "ilO", m->tool_id, m->line_event, Py_None);
    Py_XDECREF(answer);
    answer = PyObject_CallMethod(m->module, "free_tool_id", "i", m->tool_id);
    Py_XDECREF(answer);
    PyErr_Clear();
}

static int monitoring_start(struct strobe_dispatch *dispatch, struct strobe_error *error)
{
    if (jit_is_in_the_way()) {
        return strobe_error_set(error, STROBE_EUNSUPPORTED,
                                "the JIT of Python 3.14 corrupts variables under any tool (gh-156319): start the "
                                "program with PYTHON_JIT=0 to set probes");
    }
    struct monitoring *m = PyMem_RawCalloc(1, sizeof *m);
    if (m == NULL) {
        return strobe_error_set(error, STROBE_ENOMEM, "out of memory");
    }
    m->tool_id = -1;
    int status = find_monitoring(m, error);
    status = status < 0 ? status : claim_tool_id(m, error);
    status = status < 0 ? status : make_callback(m, dispatch, error);
    if (status < 0) {
        if (m->tool_id >= 0) {
            give_back_tool_id(m);
        }
        monitoring_free(m);
        return status;
    }
    dispatch->engine_state = m;
    return 0;
}

static int set_local_events(struct monitoring *m, PyCodeObject *code, long events, struct strobe_error *error)
{
    PyObject *answer = PyObject_CallFunction(m->set_local_events, "iOl", m->tool_id, (PyObject *)code, events);
    if (answer == NULL) {
        return take_exception(error, STROBE_EUNSUPPORTED, "sys.monitoring cannot watch this code");
    }
    Py_DECREF(answer);
    return 0;
}

static int monitoring_arm(struct strobe_dispatch *dispatch, struct strobe_site *site, struct strobe_error *error)
{
    struct monitoring *m = state_of(dispatch);
    long events = m->line_event;
#if PY_VERSION_HEX >= 0x030D0000
    /* From 3.13 on LINE is lost on the first line when that is the `def` line too, unless PY_START is watched as well
     * (gh-155992). It needs no callback. */
    for (size_t i = 0; i < site->armed_count; i++) {
        if (site->armed[i].line == site->code->co_firstlineno) {
            events |= m->py_start_event;
        }
    }
#endif
    /* Off and on again brings back lines that were answered with DISABLE, ours alone. */
    int status = set_local_events(m, site->code, 0, error);
    return status < 0 ? status : set_local_events(m, site->code, events, error);
}

static void monitoring_disarm(struct strobe_dispatch *dispatch, struct strobe_site *site)
{
    set_local_events(state_of(dispatch), site->code, 0, NULL);
}

static void monitoring_stop(struct strobe_dispatch *dispatch)
{
    struct monitoring *m = state_of(dispatch);
    if (m == NULL) {
        return;
    }
    ((struct anchor *)m->anchor)->dispatch = NULL;
    ((struct anchor *)m->anchor)->disable = NULL;
    give_back_tool_id(m);
    monitoring_free(m);
    dispatch->engine_state = NULL;
}

static const struct strobe_engine engine = {
    .name = "monitoring",
    .start = monitoring_start,
    .arm = monitoring_arm,
    .disarm = monitoring_disarm,
    .stop = monitoring_stop,
};

const struct strobe_engine *strobe_engine_get(void)
{
    return &engine;
}

#endif
