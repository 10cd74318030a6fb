#include "probes/py/dispatch.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "strobe/limits.h"

/* One evaluation in so many is timed: two clock reads cost more than a condition. */
enum { SAMPLE_EVERY = 64 };

/* ---- One probe ---- */

static void end_probe(struct strobe_dispatch *dispatch, struct strobe_probe *probe, enum strobe_probe_state state,
                      const char *message)
{
    probe->ended = true;
    strobe_probe_end(probe, state, message);
    dispatch->on_ended(dispatch->user);
}

/* Messages are made for the 1st, 2nd, 4th, 8th ... error: enough for people, nothing for a hot line. */
static bool worth_a_message(uint64_t errors)
{
    return (errors & (errors - 1)) == 0;
}

static bool condition_holds(struct strobe_probe *probe, const struct strobe_condition *condition,
                            const int16_t *binding, struct strobe_frame frame)
{
    if (condition == NULL) {
        return true;
    }
    uint64_t errors = atomic_load_explicit(&probe->gates.condition_error, memory_order_relaxed) + 1;
    struct strobe_error error; /* not zeroed whole: this is the hot path */
    struct strobe_error *wanted = worth_a_message(errors) ? &error : NULL;
    error.code = 0;
    error.message[0] = '\0';
    switch (strobe_condition_evaluate(condition, binding, frame, wanted)) {
    case STROBE_VERDICT_TRUE:
        return true;
    case STROBE_VERDICT_FALSE:
        strobe_gate_count(&probe->gates.condition_false);
        return false;
    case STROBE_VERDICT_ERROR:
        strobe_gate_count(&probe->gates.condition_error);
        if (wanted != NULL) {
            strobe_probe_set_state(probe, STROBE_PROBE_ARMED, "condition_error", "condition: %s", error.message);
        }
        return false;
    }
    return false;
}

/* Spend the budget of hits and rates, in this order. @return whether the probe may act; else its gate is counted */
static bool within_limits(struct strobe_dispatch *dispatch, struct strobe_probe *probe, int64_t now_ns)
{
    if (probe->hits_left <= 0) {
        strobe_gate_count(&probe->gates.hit_limit);
        return false;
    }
    if (now_ns >= probe->expires_ns) {
        strobe_gate_count(&probe->gates.expired);
        if (!probe->ended) {
            end_probe(dispatch, probe, STROBE_PROBE_EXPIRED, "expired; set it again if it is still needed");
        }
        return false;
    }
    if (!strobe_token_bucket_take(&probe->rate, now_ns)) {
        strobe_gate_count(&probe->gates.rate_limited);
        return false;
    }
    if (!strobe_token_bucket_take(&dispatch->process_rate, now_ns)) {
        strobe_token_bucket_give_back(&probe->rate);
        strobe_gate_count(&probe->gates.rate_limited);
        return false;
    }
    return true;
}

/* The probe of `hit` is reached: its condition, its limits, its action, with a gate for each. */
static void reach(struct strobe_dispatch *dispatch, const struct strobe_condition *condition, const int16_t *binding,
                  const struct strobe_hit *hit)
{
    struct strobe_probe *probe = hit->probe;
    strobe_gate_count(&probe->gates.reached);
    if (!condition_holds(probe, condition, binding, hit->frame)) {
        return;
    }
    int64_t began_ns = strobe_clock_monotonic_ns();
    if (!within_limits(dispatch, probe, began_ns)) {
        return;
    }
    if (!dispatch->on_hit(dispatch->user, hit)) {
        strobe_gate_count(&probe->gates.dropped); /* not a hit spent: the next one may fit */
        return;
    }
    strobe_gate_count(&probe->gates.captured);
    if (--probe->hits_left == 0) {
        end_probe(dispatch, probe, STROBE_PROBE_DONE, "hit limit reached");
    }
    atomic_fetch_add_explicit(&dispatch->callback_ns, (uint64_t)(strobe_clock_monotonic_ns() - began_ns),
                              memory_order_relaxed);
}

/* ---- One event ---- */

/* The frame where it happens: the innermost one, unless a tracer written in Python stands above it. */
static bool find_frame(PyThreadState *tstate, PyCodeObject *code, struct strobe_frame *ret_frame)
{
    bool found = strobe_frame_current(tstate, ret_frame);
    for (int depth = 0; found && depth < 8 && strobe_frame_code(*ret_frame) != code; depth++) {
        found = strobe_frame_back(ret_frame);
    }
    return found && strobe_frame_code(*ret_frame) == code;
}

/* Bring what happened to the probes of `site` that wait for it; `happened` lacks only the probe.
 * @return whether there is one */
static bool reach_armed(struct strobe_dispatch *dispatch, struct strobe_site *site, int line,
                        struct strobe_hit *happened)
{
    bool wanted = false;
    for (size_t i = 0; i < site->armed_count; i++) {
        struct strobe_armed *armed = &site->armed[i];
        if (armed->event == happened->event && armed->line == line) {
            wanted = true;
            happened->probe = armed->probe;
            reach(dispatch, armed->condition, armed->binding, happened);
        }
    }
    return wanted;
}

static bool reach_line(struct strobe_dispatch *dispatch, struct strobe_site *site, int line)
{
    struct strobe_hit happened = {
        .event = STROBE_EVENT_LINE, .line = line, .tstate = PyThreadState_Get(), .elapsed_ns = -1};
    if (!find_frame(happened.tstate, site->code, &happened.frame)) {
        return true; /* leave it on */
    }
    return reach_armed(dispatch, site, line, &happened);
}

bool strobe_dispatch_line(struct strobe_dispatch *dispatch, struct strobe_site *site, int line)
{
    if (!strobe_site_wants(site, line)) {
        return false;
    }
    int saved_errno = errno;
    bool timed = ++dispatch->sample % SAMPLE_EVERY == 0;
    int64_t began_ns = timed ? strobe_clock_monotonic_ns() : 0;
    bool wanted = reach_line(dispatch, site, line);
    if (timed) {
        int64_t spent_ns = strobe_clock_monotonic_ns() - began_ns;
        /* Longer than a condition takes: a capture, measured where it was made. */
        if (spent_ns < 2000) {
            atomic_fetch_add_explicit(&dispatch->callback_ns, (uint64_t)spent_ns * SAMPLE_EVERY, memory_order_relaxed);
        }
    }
    errno = saved_errno;
    return wanted;
}

void strobe_dispatch_entry(struct strobe_dispatch *dispatch, struct strobe_site *site)
{
    int saved_errno = errno;
    struct strobe_hit happened = {.event = STROBE_EVENT_ENTRY,
                                  .line = site->code->co_firstlineno,
                                  .tstate = PyThreadState_Get(),
                                  .elapsed_ns = -1};
    if (find_frame(happened.tstate, site->code, &happened.frame)) {
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
    struct strobe_hit happened = {.event = STROBE_EVENT_EXIT,
                                  .return_value = return_value,
                                  .exception = exception,
                                  .tstate = PyThreadState_Get()};
    if (find_frame(happened.tstate, site->code, &happened.frame)) {
        happened.elapsed_ns = strobe_calls_end(&dispatch->calls, happened.frame.internal, site->code, now_ns);
        happened.line = strobe_frame_line(happened.frame);
        reach_armed(dispatch, site, 0, &happened);
    }
    errno = saved_errno;
}

/* ---- Exceptions ---- */

/* A condition of such a probe meets any code object, so it is bound each time: exceptions of a wanted type are rare. */
static void reach_raise(struct strobe_dispatch *dispatch, const struct strobe_raise *raise, struct strobe_hit *happened)
{
    int16_t binding[STROBE_PROGRAM_CONSTANTS_MAX];
    happened->probe = raise->probe;
    if (raise->condition != NULL) {
        if ((size_t)raise->condition->program.names_count > sizeof binding / sizeof *binding) {
            return;
        }
        strobe_condition_bind(raise->condition, strobe_frame_code(happened->frame), binding);
    }
    reach(dispatch, raise->condition, binding, happened);
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
    if (!find_frame(happened.tstate, code, &happened.frame)) {
        return;
    }
    happened.line = strobe_frame_line(happened.frame);
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
    struct strobe_frame frame;
    if (!find_frame(PyThreadState_Get(), code, &frame)) {
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
