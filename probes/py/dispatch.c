#include "probes/py/dispatch.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "probes/py/act.h"
#include "probes/py/lost_task.h"
#include "probes/py/shed.h"
#include "strobe/limits.h"

/* ---- One event ---- */

/* Bring what happened to the probes of `site` that wait for it; `happened` lacks only the probe.
 * @return whether there is one */
static bool reach_armed(struct strobe_dispatch *dispatch, struct strobe_site *site, int line,
                        struct strobe_hit *happened)
{
    bool wanted = false;
    for (size_t i = 0; i < site->armed_count; i++) {
        struct strobe_armed *armed = &site->armed[i];
        if (armed->event == happened->event && armed->line == line) {
            wanted = wanted || strobe_act_is_wanted(armed->probe);
            happened->probe = armed->probe;
            strobe_act(dispatch, armed->script, armed->binding, armed->role, happened);
        }
    }
    return wanted;
}

/* The hot path: whether the condition is plainly false, and nobody looks. Counts it then. */
static bool is_rejected(const struct strobe_dispatch *dispatch, const struct strobe_armed *armed,
                        struct strobe_frame frame)
{
    struct strobe_probe *probe = armed->probe;
    if (armed->condition == NULL || dispatch->timed || armed->role != STROBE_ROLE_ACT || probe->looked_ns == 0 ||
        probe->slow || !strobe_act_is_wanted(probe) ||
        !strobe_expression_rejects(armed->condition, armed->binding, frame)) {
        return false;
    }
    strobe_gate_count(&probe->gates.reached);
    strobe_gate_count(&probe->gates.condition_false);
    return true;
}

static void reach_slowly(struct strobe_dispatch *dispatch, const struct strobe_armed *armed, struct strobe_frame frame,
                         PyThreadState *tstate)
{
    const struct strobe_hit hit = {.probe = armed->probe,
                                   .event = STROBE_EVENT_LINE,
                                   .frame = frame,
                                   .line = armed->line,
                                   .tstate = tstate,
                                   .elapsed_ns = -1};
    int saved_errno = errno; /* here, so that a false condition does not pay for it */
    strobe_act(dispatch, armed->script, armed->binding, armed->role, &hit);
    errno = saved_errno;
}

bool strobe_dispatch_line(struct strobe_dispatch *dispatch, struct strobe_site *site, int line)
{
    struct strobe_frame frame;
    if (!strobe_site_wants(site, line)) {
        return false;
    }
    PyThreadState *tstate = PyThreadState_Get();
    if (!strobe_frame_running(tstate, site->code, &frame)) {
        return true; /* leave it on */
    }
    bool wanted = false;
    dispatch->timed = ++dispatch->sample % STROBE_SAMPLE_EVERY == 0;
    for (size_t i = 0; i < site->armed_count; i++) {
        const struct strobe_armed *armed = &site->armed[i];
        if (armed->line != line || armed->event != STROBE_EVENT_LINE) {
            continue;
        }
        wanted = wanted || strobe_act_is_wanted(armed->probe);
        *dispatch->at_work = armed->probe->tag;
        if (!is_rejected(dispatch, armed, frame)) {
            reach_slowly(dispatch, armed, frame, tstate);
        }
    }
    *dispatch->at_work = 0;
    return wanted;
}

void strobe_dispatch_entry(struct strobe_dispatch *dispatch, struct strobe_site *site)
{
    int saved_errno = errno;
    dispatch->timed = ++dispatch->sample % STROBE_SAMPLE_EVERY == 0;
    struct strobe_hit happened = {.event = STROBE_EVENT_ENTRY,
                                  .line = site->code->co_firstlineno,
                                  .tstate = PyThreadState_Get(),
                                  .elapsed_ns = -1};
    if (strobe_frame_running(happened.tstate, site->code, &happened.frame)) {
        if (strobe_site_awaits(site, STROBE_EVENT_ENTRY)) {
            reach_armed(dispatch, site, 0, &happened);
        }
        if (strobe_site_awaits(site, STROBE_EVENT_EXIT)) { /* last: our own time at the entry is not the call's */
            strobe_calls_begin(&dispatch->calls, happened.frame.internal, site->code, strobe_clock_monotonic_ns());
        }
    }
    errno = saved_errno;
}

void strobe_dispatch_exit(struct strobe_dispatch *dispatch, struct strobe_site *site, PyObject *return_value,
                          PyObject *exception)
{
    int saved_errno = errno;
    int64_t now_ns = strobe_clock_monotonic_ns();
    dispatch->timed = ++dispatch->sample % STROBE_SAMPLE_EVERY == 0;
    struct strobe_hit happened = {.event = STROBE_EVENT_EXIT,
                                  .return_value = return_value,
                                  .exception = exception,
                                  .tstate = PyThreadState_Get()};
    if (strobe_frame_running(happened.tstate, site->code, &happened.frame)) {
        happened.elapsed_ns = strobe_calls_end(&dispatch->calls, happened.frame.internal, site->code, now_ns);
        happened.line = strobe_frame_line(happened.frame);
        reach_armed(dispatch, site, 0, &happened);
    }
    errno = saved_errno;
}

/* ---- Exceptions ---- */

/* Such a probe meets any code object, so its script is bound each time: exceptions of a wanted type are rare. */
static void reach_raise(struct strobe_dispatch *dispatch, const struct strobe_raise *raise, struct strobe_hit *happened)
{
    int16_t *binding = strobe_script_bind(raise->script, strobe_frame_code(happened->frame));
    happened->probe = raise->probe;
    if (binding == NULL) {
        strobe_gate_count(&raise->probe->gates.reached);
        strobe_gate_count(&raise->probe->gates.dropped);
        return;
    }
    strobe_act(dispatch, raise->script, binding, STROBE_ROLE_ACT, happened);
    free(binding);
}

/* @return whether some probe waits for `event` of this exception */
static bool is_awaited(const struct strobe_dispatch *dispatch, enum strobe_event event, PyObject *exception)
{
    for (size_t i = 0; i < dispatch->raises.count; i++) {
        const struct strobe_raise *raise = &dispatch->raises.items[i];
        if (raise->event == event && strobe_raise_matches(raise, exception)) {
            return true;
        }
    }
    return false;
}

static void reach_raises(struct strobe_dispatch *dispatch, enum strobe_event event, PyCodeObject *code,
                         PyObject *exception)
{
    struct strobe_hit happened = {
        .event = event, .exception = exception, .tstate = PyThreadState_Get(), .elapsed_ns = -1};
    if (!strobe_frame_running(happened.tstate, code, &happened.frame)) {
        return;
    }
    happened.line = strobe_frame_line(happened.frame);
    dispatch->timed = ++dispatch->sample % STROBE_SAMPLE_EVERY == 0;
    for (size_t i = 0; i < dispatch->raises.count; i++) {
        const struct strobe_raise *raise = &dispatch->raises.items[i];
        if (raise->event == event && strobe_raise_matches(raise, exception)) {
            reach_raise(dispatch, raise, &happened);
        }
    }
}

void strobe_dispatch_raise(struct strobe_dispatch *dispatch, PyCodeObject *code, PyObject *exception,
                           PyObject *traceback)
{
    int saved_errno = errno;
    if (is_awaited(dispatch, STROBE_EVENT_RAISE, exception) &&
        strobe_recent_is_new(&dispatch->recent, exception, traceback, strobe_clock_monotonic_ns())) {
        reach_raises(dispatch, STROBE_EVENT_RAISE, code, exception);
    }
    errno = saved_errno;
}

/* Where no Python frame of the program can handle it any more: the outermost frame, or the one below it is where
 * threading ends a thread with its excepthook, or it ends a task that nobody waits for. */
static bool leaves_the_thread(PyCodeObject *code)
{
    struct strobe_frame frame;
    PyThreadState *tstate = PyThreadState_Get();
    if (!strobe_frame_running(tstate, code, &frame)) {
        return false;
    }
    return strobe_lost_task_ends(tstate, frame) || !strobe_frame_back(&frame) ||
           PyUnicode_CompareWithASCIIString(strobe_frame_code(frame)->co_qualname, "Thread._bootstrap_inner") == 0;
}

void strobe_dispatch_unwind(struct strobe_dispatch *dispatch, PyCodeObject *code, PyObject *exception)
{
    struct strobe_site *site = dispatch->exits_count > 0 ? strobe_dispatch_site(dispatch, code) : NULL;
    if (site != NULL && strobe_site_awaits(site, STROBE_EVENT_EXIT)) {
        strobe_dispatch_exit(dispatch, site, NULL, exception);
    }
    if (exception == NULL || dispatch->raises.unhandled_count == 0) {
        return;
    }
    int saved_errno = errno;
    if (is_awaited(dispatch, STROBE_EVENT_UNHANDLED, exception) && leaves_the_thread(code)) {
        reach_raises(dispatch, STROBE_EVENT_UNHANDLED, code, exception);
    }
    errno = saved_errno;
}
