#include "probes/py/dispatch.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "probes/py/act.h"
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

/* Whether nobody looks at the passes of `probe` now, so that one whose condition is false need only be counted. */
static inline bool is_unwatched(const struct strobe_probe *probe)
{
    return probe->looked_ns != 0 && !probe->slow && strobe_act_is_wanted(probe);
}

/* Apart, so that the hot path does not pay for the room that it takes. */
__attribute__((noinline)) static bool reach_line(struct strobe_dispatch *dispatch, struct strobe_site *site, int line,
                                                 PyThreadState *tstate, struct strobe_frame frame)
{
    struct strobe_hit happened = {
        .event = STROBE_EVENT_LINE, .frame = frame, .line = line, .tstate = tstate, .elapsed_ns = -1};
    int saved_errno = errno;
    dispatch->timed = dispatch->sample % STROBE_SAMPLE_EVERY == 0;
    bool wanted = reach_armed(dispatch, site, line, &happened);
    errno = saved_errno;
    return wanted;
}

/* A false condition, told with the time of no clock: count it, no more. */
static inline void count_rejected(struct strobe_probe *probe)
{
    strobe_gate_count(&probe->gates.reached);
    strobe_gate_count(&probe->gates.condition_false);
}

/* A condition that takes more than a glance. Apart as above. */
__attribute__((noinline)) static bool reach_plain(struct strobe_dispatch *dispatch, struct strobe_site *site,
                                                  const struct strobe_armed *armed, PyThreadState *tstate,
                                                  struct strobe_frame frame)
{
    *dispatch->at_work = armed->probe->tag;
    bool rejected = strobe_expression_rejects(armed->condition, armed->binding, frame);
    *dispatch->at_work = 0;
    if (!rejected) {
        return reach_line(dispatch, site, armed->line, tstate, frame);
    }
    count_rejected(armed->probe);
    return true;
}

/* The hot path: the only probe of the line finds its condition plainly false, and nobody looks. It keeps nothing on
 * the stack, and waits for as few loads that wait for others as can be. */
bool strobe_dispatch_line(struct strobe_dispatch *dispatch, struct strobe_site *site, int line)
{
    if (!strobe_site_wants(site, line)) {
        return false;
    }
    PyThreadState *tstate = PyThreadState_Get();
    struct strobe_frame frame = strobe_frame_running(tstate, site->code);
    if (frame.internal == NULL) {
        return true; /* leave it on */
    }
    bool timed = ++dispatch->sample % STROBE_SAMPLE_EVERY == 0;
    const struct strobe_armed *armed = strobe_site_plain_at(site, line);
    if (armed == NULL || timed || !is_unwatched(armed->probe)) {
        return reach_line(dispatch, site, line, tstate, frame);
    }
    volatile uint64_t *at_work = dispatch->at_work;
    *at_work = armed->probe->tag;
    bool rejected = strobe_quick_rejects(&armed->quick, frame);
    *at_work = 0;
    if (!rejected) {
        return reach_plain(dispatch, site, armed, tstate, frame);
    }
    count_rejected(armed->probe);
    return true;
}

void strobe_dispatch_entry(struct strobe_dispatch *dispatch, struct strobe_site *site)
{
    int saved_errno = errno;
    dispatch->timed = ++dispatch->sample % STROBE_SAMPLE_EVERY == 0;
    struct strobe_hit happened = {.event = STROBE_EVENT_ENTRY,
                                  .line = site->code->co_firstlineno,
                                  .tstate = PyThreadState_Get(),
                                  .elapsed_ns = -1};
    happened.frame = strobe_frame_running(happened.tstate, site->code);
    if (happened.frame.internal != NULL) {
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
    happened.frame = strobe_frame_running(happened.tstate, site->code);
    if (happened.frame.internal != NULL) {
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
    happened.frame = strobe_frame_running(happened.tstate, code);
    if (happened.frame.internal == NULL) {
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
 * threading ends a thread with its excepthook. */
static bool leaves_the_thread(PyCodeObject *code)
{
    struct strobe_frame frame = strobe_frame_running(PyThreadState_Get(), code);
    if (frame.internal == NULL) {
        return false;
    }
    return !strobe_frame_back(&frame) ||
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
