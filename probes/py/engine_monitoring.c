/*
 * The engine on sys.monitoring (PEP 669), 3.12 and later. Events are local, but for exceptions, which CPython reports
 * for all code or none (before 3.15): those are on only while a probe needs them, and filtered here. sys.monitoring has
 * no C API for tools, so the control path calls its built-in functions; the callbacks are C.
 */
#include "probes/py/engine.h"

#if PY_VERSION_HEX >= 0x030C0000

#include <stdlib.h>
#include <string.h>

#include "base/py/integer.h"
#include "probes/py/dispatch.h"
#include "probes/py/passes.h"

#define TOOL_NAME "stroboscope"

/* 0 debugger, 1 coverage, 2 profiler and 5 optimizer are conventions; 5 is used by nobody seen so far. */
static const int tool_ids[] = {5, 4, 3};

enum { TOOL_IDS_ALL = 6 };

/* What the engine listens to. */
enum { LINE, INSTRUCTION, PY_START, PY_RETURN, PY_UNWIND, RAISE, EVENTS };

struct monitoring {
    PyObject *module;           /* sys.monitoring */
    PyObject *set_local_events; /* bound once: called for each arm and disarm */
    PyObject *disable;          /* sys.monitoring.DISABLE */
    PyObject *tool;             /* the tool id as an int */
    PyObject *anchor;           /* self of the callbacks: leads from CPython back to the dispatch */
    int tool_id;
    long events[EVENTS]; /* the bits differ between versions: read at run time */
    long global_events;  /* on now */
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

/* ---- The callbacks ---- */

/* The site of a callback's first argument; NULL: nothing stands there. */
static inline struct strobe_site *site_of(PyObject *self, PyObject *const *arguments)
{
    struct strobe_dispatch *dispatch = ((struct anchor *)self)->dispatch;
    return dispatch != NULL ? strobe_dispatch_site(dispatch, (PyCodeObject *)arguments[0]) : NULL;
}

/* The line or the offset that a callback is told. */
static inline int place_of(PyObject *argument)
{
    return strobe_integer_is_compact(argument) ? (int)strobe_integer_compact(argument) : -1;
}

static PyObject *disable(PyObject *self)
{
    PyObject *answer = ((struct anchor *)self)->disable;
    return Py_NewRef(answer != NULL ? answer : Py_None);
}

__attribute__((flatten)) static PyObject *on_line(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
    struct strobe_site *site = count == 2 ? site_of(self, arguments) : NULL;
    if (site != NULL && strobe_dispatch_line(((struct anchor *)self)->dispatch, site, place_of(arguments[1]))) {
        Py_RETURN_NONE;
    }
    return disable(self);
}

__attribute__((flatten)) static PyObject *on_instruction(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
    struct strobe_site *site = count == 2 ? site_of(self, arguments) : NULL;
    if (site != NULL && strobe_passes_reach(((struct anchor *)self)->dispatch, site, place_of(arguments[1]))) {
        Py_RETURN_NONE;
    }
    return disable(self);
}

/* Never answers DISABLE: that would bring back gh-155992 (see monitoring_arm), and is an error for exceptions. */
static PyObject *on_start(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
    struct strobe_site *site = count == 2 ? site_of(self, arguments) : NULL;
    if (site != NULL && (site->events & (1U << STROBE_EVENT_ENTRY | 1U << STROBE_EVENT_EXIT)) != 0) {
        strobe_dispatch_entry(((struct anchor *)self)->dispatch, site);
    }
    Py_RETURN_NONE;
}

static PyObject *on_return(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
    struct strobe_site *site = count == 3 ? site_of(self, arguments) : NULL;
    if (site != NULL && strobe_site_awaits(site, STROBE_EVENT_EXIT)) {
        strobe_dispatch_exit(((struct anchor *)self)->dispatch, site, arguments[2], NULL);
    }
    Py_RETURN_NONE;
}

static PyObject *on_unwind(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
    struct strobe_dispatch *dispatch = ((struct anchor *)self)->dispatch;
    if (dispatch != NULL && count == 3) {
        strobe_dispatch_unwind(dispatch, (PyCodeObject *)arguments[0], arguments[2]);
    }
    Py_RETURN_NONE;
}

static PyObject *on_raise(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
    struct strobe_dispatch *dispatch = ((struct anchor *)self)->dispatch;
    if (dispatch != NULL && count == 3) {
        PyObject *exception = arguments[2];
        PyObject *traceback =
            PyExceptionInstance_Check(exception) ? ((PyBaseExceptionObject *)exception)->traceback : NULL;
        strobe_dispatch_raise(dispatch, (PyCodeObject *)arguments[0], exception, traceback);
    }
    Py_RETURN_NONE;
}

#define METHOD(function)                                                        \
    {                                                                           \
#function, (PyCFunction)(void (*)(void))(function), METH_FASTCALL, NULL \
    }

static struct {
    const char *name; /* in sys.monitoring.events */
    PyMethodDef method;
} listened[EVENTS] = {
    [LINE] = {"LINE", METHOD(on_line)},
    [INSTRUCTION] = {"INSTRUCTION", METHOD(on_instruction)},
    [PY_START] = {"PY_START", METHOD(on_start)},
    [PY_RETURN] = {"PY_RETURN", METHOD(on_return)},
    [PY_UNWIND] = {"PY_UNWIND", METHOD(on_unwind)},
    [RAISE] = {"RAISE", METHOD(on_raise)},
};

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

/* Set the callback of one event; NULL: none. @return whether that worked */
static bool register_callback(struct monitoring *m, long event, PyObject *callback)
{
    PyObject *previous = PyObject_CallMethod(m->module, "register_callback", "ilO", m->tool_id, event,
                                             callback != NULL ? callback : Py_None);
    Py_XDECREF(previous);
    return previous != NULL;
}

static int make_callbacks(struct monitoring *m, struct strobe_dispatch *dispatch, struct strobe_error *error)
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
    for (int i = 0; i < EVENTS; i++) {
        PyObject *callback = PyCFunction_NewEx(&listened[i].method, m->anchor, NULL);
        bool registered = callback != NULL && register_callback(m, m->events[i], callback);
        Py_XDECREF(callback);
        if (!registered) {
            return take_exception(error, STROBE_EUNSUPPORTED, "sys.monitoring refused the callback");
        }
    }
    m->tool = PyLong_FromLong(m->tool_id);
    return m->tool != NULL ? 0 : take_exception(error, STROBE_ENOMEM, "no callback");
}

static int find_monitoring(struct monitoring *m, struct strobe_error *error)
{
    m->module = Py_XNewRef(PySys_GetObject("monitoring"));
    PyObject *events = m->module != NULL ? PyObject_GetAttrString(m->module, "events") : NULL;
    bool found = events != NULL;
    for (int i = 0; found && i < EVENTS; i++) {
        found = read_event(events, listened[i].name, &m->events[i]);
    }
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
    Py_XDECREF(m->tool);
    Py_XDECREF(m->anchor);
    Py_XDECREF(m->set_local_events);
    Py_XDECREF(m->disable);
    Py_XDECREF(m->module);
    PyMem_RawFree(m);
}

static void give_back_tool_id(struct monitoring *m)
{
    PyObject *answer = PyObject_CallMethod(m->module, "set_events", "ii", m->tool_id, 0);
    Py_XDECREF(answer);
    PyErr_Clear();
    for (int i = 0; i < EVENTS; i++) {
        register_callback(m, m->events[i], NULL);
        PyErr_Clear();
    }
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
    status = status < 0 ? status : make_callbacks(m, dispatch, error);
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

/* In a program's thread too, when a module that is waited for is being imported: no tuple is made. */
static int set_local_events(struct monitoring *m, PyCodeObject *code, long events, struct strobe_error *error)
{
    PyObject *arguments[] = {m->tool, (PyObject *)code, PyLong_FromLong(events)};
    PyObject *answer = arguments[2] != NULL ? PyObject_Vectorcall(m->set_local_events, arguments, 3, NULL) : NULL;
    Py_XDECREF(arguments[2]);
    if (answer == NULL) {
        return take_exception(error, STROBE_EUNSUPPORTED, "sys.monitoring cannot watch this code");
    }
    Py_DECREF(answer);
    return 0;
}

/* Exceptions that leave a function are local events from 3.15 on; before, only all of them can be had. */
static bool unwinds_are_local(void)
{
    return Py_Version >= 0x030F0000;
}

static int find_points(struct strobe_site *site, struct strobe_error *error)
{
    size_t lines_count = 0;
    int *lines = strobe_site_lines(site, &lines_count);
    struct strobe_point *points = NULL;
    size_t points_count = 0;
    int status = lines != NULL ? 0 : STROBE_ENOMEM;
    if (status == 0 && lines_count > 0) {
        status = strobe_code_points_find(site->code, lines, lines_count, &points, &points_count);
    }
    free(lines);
    if (status < 0) {
        return strobe_error_set(error, status, "out of memory");
    }
    free(site->points);
    site->points = points;
    site->points_count = points_count;
    site->points_lead = false;
    site->led_frame = NULL;
    for (size_t i = 0; i < points_count; i++) {
        site->points_lead = site->points_lead || points[i].kind == STROBE_POINT_LEAD;
    }
    return 0;
}

/* LINE or INSTRUCTION, never both on one code object: an INSTRUCTION is lost where LINE is answered with DISABLE
 * (gh-158121). */
static long line_events(struct monitoring *m, const struct strobe_site *site)
{
    if (!strobe_site_awaits(site, STROBE_EVENT_LINE)) {
        return 0;
    }
    if (site->points != NULL) {
        return m->events[INSTRUCTION];
    }
#if PY_VERSION_HEX >= 0x030D0000
    /* From 3.13 on LINE is lost on the first line when that is the `def` line too, unless PY_START is watched as well
     * (gh-155992). */
    if (strobe_site_wants(site, site->code->co_firstlineno)) {
        return m->events[LINE] | m->events[PY_START];
    }
#endif
    return m->events[LINE];
}

static int monitoring_arm(struct strobe_dispatch *dispatch, struct strobe_site *site, struct strobe_error *error)
{
    struct monitoring *m = state_of(dispatch);
    int status = find_points(site, error);
    if (status < 0) {
        return status;
    }
    long events = line_events(m, site);
    if (strobe_site_awaits(site, STROBE_EVENT_ENTRY) || strobe_site_awaits(site, STROBE_EVENT_EXIT)) {
        events |= m->events[PY_START];
    }
    if (strobe_site_awaits(site, STROBE_EVENT_EXIT)) {
        events |= m->events[PY_RETURN] | (unwinds_are_local() ? m->events[PY_UNWIND] : 0);
    }
    /* Off and on again brings back what was answered with DISABLE, ours alone. */
    if (site->reported) {
        set_local_events(m, site->code, 0, NULL);
    }
    status = set_local_events(m, site->code, events, error);
    site->reported = status == 0;
    return status;
}

static void monitoring_disarm(struct strobe_dispatch *dispatch, struct strobe_site *site)
{
    set_local_events(state_of(dispatch), site->code, 0, NULL);
    site->reported = false;
}

static int monitoring_watch_exceptions(struct strobe_dispatch *dispatch, struct strobe_error *error)
{
    struct monitoring *m = state_of(dispatch);
    bool unwinds = dispatch->raises.unhandled_count > 0 || (dispatch->exits_count > 0 && !unwinds_are_local());
    bool raises = dispatch->raises.count > dispatch->raises.unhandled_count;
    long wanted = (unwinds ? m->events[PY_UNWIND] : 0) | (raises ? m->events[RAISE] : 0);
    if (wanted == m->global_events) {
        return 0;
    }
    PyObject *answer = PyObject_CallMethod(m->module, "set_events", "il", m->tool_id, wanted);
    if (answer == NULL) {
        return take_exception(error, STROBE_EUNSUPPORTED, "sys.monitoring cannot watch exceptions");
    }
    Py_DECREF(answer);
    m->global_events = wanted;
    return 0;
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
    .watch_exceptions = monitoring_watch_exceptions,
    .stop = monitoring_stop,
};

const struct strobe_engine *strobe_engine_get(void)
{
    return &engine;
}

#endif
