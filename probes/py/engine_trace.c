/*
 * The engine of 3.11: events of a trace function written in C, installed only while probes are armed.
 *
 * CPython has one trace function for each thread. A tracer that was there is called first, with the same arguments, and
 * stays what sys.gettrace() returns: our function is installed with the other's object. A tracer that comes later takes
 * the place; upkeep finds that and stands in front of it again.
 */
#include "probes/py/engine.h"

#if PY_VERSION_HEX < 0x030C0000

#include "probes/py/dispatch.h"

/* The exception that passed a frame last. CPython says which exception arises in a frame, and later only that the frame
 * is left by one. */
struct passing {
    PyThreadState *thread; /* NULL: free */
    void *frame;
    PyObject *exception; /* strong: what is kept by its address alone may be gone at the exit */
};

enum { PASSING_MAX = 64 };

struct tracing {
    struct strobe_pointer_map previous; /* thread state -> its own trace function */
    struct passing passing[PASSING_MAX];
    size_t next_passing;
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

/* ---- Exceptions ---- */

static void forget(struct passing *passing)
{
    PyObject *exception = passing->exception;
    *passing = (struct passing){0};
    Py_XDECREF(exception);
}

static struct passing *find_passing(struct tracing *tracing, PyThreadState *thread)
{
    for (size_t i = 0; i < PASSING_MAX; i++) {
        if (tracing->passing[i].thread == thread) {
            return &tracing->passing[i];
        }
    }
    return NULL;
}

static void remember(struct tracing *tracing, PyThreadState *thread, void *frame, PyObject *exception)
{
    struct passing *passing = find_passing(tracing, thread);
    if (passing == NULL) {
        passing = &tracing->passing[tracing->next_passing++ % PASSING_MAX];
    }
    PyObject *before = passing->exception;
    *passing = (struct passing){thread, frame, Py_NewRef(exception)};
    Py_XDECREF(before);
}

/* Exits by exception and unhandled ones need to know the exception later. */
static bool must_remember(struct strobe_dispatch *dispatch, struct strobe_frame frame)
{
    struct strobe_site *site = strobe_dispatch_site(dispatch, strobe_frame_code(frame));
    return dispatch->raises.unhandled_count > 0 || (site != NULL && strobe_site_awaits(site, STROBE_EVENT_EXIT));
}

static void on_exception(struct strobe_dispatch *dispatch, PyThreadState *thread, struct strobe_frame frame,
                         PyObject *value)
{
    PyObject *exception = PyTuple_Check(value) && PyTuple_GET_SIZE(value) == 3 ? PyTuple_GET_ITEM(value, 1) : NULL;
    if (exception == NULL || !PyExceptionInstance_Check(exception)) {
        return;
    }
    if (dispatch->raises.count > 0) {
        strobe_dispatch_raise(dispatch, strobe_frame_code(frame), exception, PyTuple_GET_ITEM(value, 2));
    }
    if (must_remember(dispatch, frame)) {
        remember(state_of(dispatch), thread, frame.internal, exception);
    }
}

static void on_return(struct strobe_dispatch *dispatch, PyThreadState *thread, struct strobe_frame frame,
                      PyObject *value)
{
    PyCodeObject *code = strobe_frame_code(frame);
    struct passing *passing = find_passing(state_of(dispatch), thread);
    if (value == NULL) {
        bool known = passing != NULL && passing->frame == frame.internal;
        strobe_dispatch_unwind(dispatch, code, known ? passing->exception : NULL);
    } else {
        struct strobe_site *site = strobe_dispatch_site(dispatch, code);
        if (site != NULL && strobe_site_awaits(site, STROBE_EVENT_EXIT) && !strobe_frame_yields(frame)) {
            strobe_dispatch_exit(dispatch, site, value, NULL);
        }
    }
    if (passing != NULL && passing->frame == frame.internal) {
        forget(passing);
    }
}

/* ---- The trace function ---- */

static void on_call(struct strobe_dispatch *dispatch, struct strobe_frame frame)
{
    struct strobe_site *site = strobe_dispatch_site(dispatch, strobe_frame_code(frame));
    bool awaited = site != NULL && (site->events & (1U << STROBE_EVENT_ENTRY | 1U << STROBE_EVENT_EXIT)) != 0;
    if (awaited && !strobe_frame_resumes(frame)) {
        strobe_dispatch_entry(dispatch, site);
    }
}

static void on_line(struct strobe_dispatch *dispatch, struct strobe_frame frame, PyFrameObject *frame_object)
{
    struct strobe_site *site = strobe_dispatch_site(dispatch, strobe_frame_code(frame));
    if (site != NULL && strobe_site_awaits(site, STROBE_EVENT_LINE)) {
        strobe_dispatch_line(dispatch, site, PyFrame_GetLineNumber(frame_object)); /* CPython noted it: no decoding */
    }
}

static int on_trace(PyObject *argument, PyFrameObject *frame_object, int what, PyObject *value)
{
    struct strobe_dispatch *dispatch = the_dispatch;
    int answer = argument != NULL ? call_previous(argument, frame_object, what, value) : 0;
    PyThreadState *thread = PyThreadState_Get();
    struct strobe_frame frame;
    if (answer != 0 || dispatch == NULL || !strobe_frame_current(thread, &frame)) {
        return answer;
    }
    switch (what) {
    case PyTrace_LINE:
        on_line(dispatch, frame, frame_object);
        break;
    case PyTrace_CALL:
        on_call(dispatch, frame);
        break;
    case PyTrace_RETURN:
        on_return(dispatch, thread, frame, value);
        break;
    case PyTrace_EXCEPTION:
        on_exception(dispatch, thread, frame, value);
        break;
    default:
        break;
    }
    return answer;
}

/* ---- Threads ---- */

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

/* Trace while something is armed, and only then: a tracer costs each line and each call of the process. */
static void adjust(struct strobe_dispatch *dispatch)
{
    bool needed = dispatch->sites.count > 0 || dispatch->raises.count > 0;
    each_thread(state_of(dispatch), needed ? install : uninstall);
}

static int trace_arm(struct strobe_dispatch *dispatch, struct strobe_site *site, struct strobe_error *error)
{
    (void)error;
    site->reported = true;
    adjust(dispatch);
    return 0;
}

static void trace_disarm(struct strobe_dispatch *dispatch, struct strobe_site *site)
{
    site->reported = false;
    adjust(dispatch);
}

static int trace_watch_exceptions(struct strobe_dispatch *dispatch, struct strobe_error *error)
{
    (void)error;
    adjust(dispatch);
    return 0;
}

static void trace_stop(struct strobe_dispatch *dispatch)
{
    struct tracing *tracing = state_of(dispatch);
    if (tracing == NULL) {
        return;
    }
    each_thread(tracing, uninstall);
    for (size_t i = 0; i < PASSING_MAX; i++) {
        forget(&tracing->passing[i]);
    }
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
    .watch_exceptions = trace_watch_exceptions,
    .upkeep = adjust,
    .needs_upkeep = true,
    .stop = trace_stop,
};

const struct strobe_engine *strobe_engine_get(void)
{
    return &engine;
}

#endif
