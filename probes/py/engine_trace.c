/*
 * The engine of 3.11: line events through a trace function written in C, installed only while probes are armed.
 *
 * CPython has one trace function for each thread. A tracer that was there is called first, with the same arguments, and
 * stays what sys.gettrace() returns: our function is installed with the other's object. A tracer that comes later takes
 * the place; upkeep finds that and stands in front of it again.
 */
#include "probes/py/engine.h"

#if PY_VERSION_HEX < 0x030C0000

#include "probes/py/dispatch.h"

struct tracing {
    struct strobe_pointer_map previous; /* thread state -> its own trace function */
    size_t sites;                       /* armed */
};

/* The trace function's argument belongs to the tracer we stand in front of, so the way back is static. */
static struct strobe_dispatch *the_dispatch;

static struct tracing *state_of(struct strobe_dispatch *dispatch)
{
    return dispatch->engine_state;
}

static int call_previous(PyObject *argument, PyFrameObject *frame, int what, PyObject *value)
{
    struct tracing *tracing = the_dispatch != NULL ? state_of(the_dispatch) : NULL;
    void *previous = tracing != NULL ? strobe_pointer_map_get(&tracing->previous, PyThreadState_Get()) : NULL;
    if (previous == NULL) {
        return 0;
    }
    Py_tracefunc function;
    memcpy(&function, &previous, sizeof function);
    return function(argument, frame, what, value);
}

static int on_trace(PyObject *argument, PyFrameObject *frame, int what, PyObject *value)
{
    int answer = argument != NULL ? call_previous(argument, frame, what, value) : 0;
    if (what == PyTrace_LINE && the_dispatch != NULL && answer == 0) {
        PyCodeObject *code = PyFrame_GetCode(frame);
        struct strobe_site *site = strobe_dispatch_site(the_dispatch, code);
        Py_DECREF(code); /* the frame keeps it */
        if (site != NULL) {
            strobe_dispatch_line(the_dispatch, site, PyFrame_GetLineNumber(frame));
        }
    }
    return answer;
}

static void install(struct tracing *tracing, PyThreadState *thread)
{
    if (thread->c_tracefunc == on_trace) {
        return;
    }
    void *previous = NULL;
    memcpy(&previous, &thread->c_tracefunc, sizeof previous);
    if (previous != NULL && strobe_pointer_map_set(&tracing->previous, thread, previous) < 0) {
        return; /* no memory: rather no probe in this thread than a tracer lost */
    }
    if (previous == NULL) {
        strobe_pointer_map_remove(&tracing->previous, thread);
    }
    PyObject *argument = Py_XNewRef(thread->c_traceobj);
    if (_PyEval_SetTrace(thread, on_trace, argument) < 0) {
        PyErr_Clear(); /* an audit hook of the program refused */
    }
    Py_XDECREF(argument);
}

static void uninstall(struct tracing *tracing, PyThreadState *thread)
{
    if (thread->c_tracefunc != on_trace) {
        return;
    }
    void *previous = strobe_pointer_map_remove(&tracing->previous, thread);
    Py_tracefunc function;
    memcpy(&function, &previous, sizeof function);
    PyObject *argument = Py_XNewRef(thread->c_traceobj);
    if (_PyEval_SetTrace(thread, function, argument) < 0) {
        PyErr_Clear();
    }
    Py_XDECREF(argument);
}

static void each_thread(struct tracing *tracing, void (*act)(struct tracing *, PyThreadState *))
{
    for (PyThreadState *thread = PyInterpreterState_ThreadHead(PyInterpreterState_Main()); thread != NULL;
         thread = PyThreadState_Next(thread)) {
        act(tracing, thread);
    }
}

static int trace_start(struct strobe_dispatch *dispatch, struct strobe_error *error)
{
    struct tracing *tracing = PyMem_RawCalloc(1, sizeof *tracing);
    if (tracing == NULL) {
        return strobe_error_set(error, STROBE_ENOMEM, "out of memory");
    }
    strobe_pointer_map_init(&tracing->previous);
    dispatch->engine_state = tracing;
    the_dispatch = dispatch;
    return 0;
}

static void count_sites(struct strobe_dispatch *dispatch)
{
    struct tracing *tracing = state_of(dispatch);
    tracing->sites = dispatch->sites.count;
    each_thread(tracing, tracing->sites > 0 ? install : uninstall);
}

static int trace_arm(struct strobe_dispatch *dispatch, struct strobe_site *site, struct strobe_error *error)
{
    (void)site;
    (void)error;
    count_sites(dispatch);
    return 0;
}

static void trace_disarm(struct strobe_dispatch *dispatch, struct strobe_site *site)
{
    (void)site;
    count_sites(dispatch);
}

static void trace_stop(struct strobe_dispatch *dispatch)
{
    struct tracing *tracing = state_of(dispatch);
    if (tracing == NULL) {
        return;
    }
    each_thread(tracing, uninstall);
    the_dispatch = NULL;
    dispatch->engine_state = NULL;
    strobe_pointer_map_done(&tracing->previous);
    PyMem_RawFree(tracing);
}

static const struct strobe_engine engine = {
    .name = "trace",
    .start = trace_start,
    .arm = trace_arm,
    .disarm = trace_disarm,
    .upkeep = count_sites,
    .needs_upkeep = true,
    .stop = trace_stop,
};

const struct strobe_engine *strobe_engine_get(void)
{
    return &engine;
}

#endif
