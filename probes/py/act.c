#include "probes/py/act.h"

#include "base/clock.h"
#include "probes/py/measure.h"
#include "probes/py/shed.h"
#include "strobe/limits.h"

#define GLANCE_EVERY_NS 1000000000LL

/* ---- Ends ---- */

static void end_probe(struct strobe_dispatch *dispatch, struct strobe_probe *probe, enum strobe_probe_state state,
                      const char *message)
{
    probe->ended = true;
    strobe_probe_end(probe, state, message);
    dispatch->on_ended(dispatch->user);
}

/* ---- Condition ---- */

/* Messages are made for the 1st, 2nd, 4th, 8th ... error: enough for people, nothing for a hot line. */
static bool worth_a_message(uint64_t errors)
{
    return (errors & (errors - 1)) == 0;
}

/* Somebody may wonder what a false condition saw: look at its first pass, then now and then. */
static void glance(struct strobe_dispatch *dispatch, const struct strobe_script *script, const int16_t *binding,
                   const struct strobe_hit *hit)
{
    struct strobe_probe *probe = hit->probe;
    int64_t began_ns = strobe_clock_monotonic_ns();
    if (probe->looked_ns != 0 && began_ns - probe->looked_ns < GLANCE_EVERY_NS) {
        return;
    }
    probe->looked_ns = began_ns;
    strobe_measure_glance(script, binding, hit, dispatch->text);
    int64_t now_ns = strobe_clock_monotonic_ns();
    strobe_shed_spend(dispatch, probe, now_ns - began_ns, false, now_ns);
}

static bool condition_holds(struct strobe_dispatch *dispatch, const struct strobe_script *script,
                            const int16_t *binding, const struct strobe_hit *hit)
{
    struct strobe_probe *probe = hit->probe;
    if (script->condition == NULL) {
        return true;
    }
    if (strobe_expression_rejects(script->condition, binding, hit->frame)) {
        strobe_gate_count(&probe->gates.condition_false);
        return false;
    }
    uint64_t errors = atomic_load_explicit(&probe->gates.condition_error, memory_order_relaxed) + 1;
    struct strobe_error error; /* not zeroed whole: this is the hot path */
    struct strobe_error *wanted = worth_a_message(errors) ? &error : NULL;
    error.code = 0;
    error.message[0] = '\0';
    struct strobe_expression_context context;
    strobe_hit_context(hit, dispatch->text, &context);
    switch (strobe_expression_holds(script->condition, binding, &context, wanted)) {
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

/* ---- Limits ---- */

static bool is_rated(const struct strobe_script *script)
{
    return strobe_action_row(script->action->kind)->is_rated;
}

/* Attributes need a span to stand on. Asked before the limits: what is outside of one spends none of them. */
static bool has_its_span(struct strobe_dispatch *dispatch, const struct strobe_script *script,
                         const struct strobe_hit *hit)
{
    struct strobe_probe *probe = hit->probe;
    if (script->action->kind != STROBE_ACTION_SPAN || (dispatch->on_attributes != NULL && dispatch->text != NULL &&
                                                       dispatch->text((void *)hit, STROBE_OWN_TRACE_ID) != NULL)) {
        return true;
    }
    strobe_gate_count(&probe->gates.no_span);
    if (atomic_load_explicit(&probe->gates.captured, memory_order_relaxed) == 0 &&
        atomic_load_explicit(&probe->gates.no_span, memory_order_relaxed) == 1) {
        strobe_probe_set_state(probe, STROBE_PROBE_ARMED, "no_span",
                               "no span of OpenTelemetry was current when it was reached; trace the program, or move "
                               "the probe to where a request is handled");
    }
    return false;
}

/* Which hits, how many, until when, how fast: in this order. @return whether it may act; else its gate is counted */
static bool within_limits(struct strobe_dispatch *dispatch, struct strobe_probe *probe, bool rated, int64_t now_ns)
{
    if (probe->hits_left <= 0 || !strobe_when_admits(&probe->when, ++probe->passes)) {
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
    if (!rated) {
        return true;
    }
    if (!strobe_token_bucket_take(&probe->rate, now_ns)) {
        strobe_gate_count(&probe->gates.rate_limited);
        return false;
    }
    if (!strobe_fair_rate_take(&dispatch->process_rate, &probe->share, now_ns)) {
        strobe_token_bucket_give_back(&probe->rate);
        strobe_gate_count(&probe->gates.rate_limited);
        return false;
    }
    return true;
}

/* ---- Actions ---- */

enum outcome { CAPTURED, DROPPED, FAILED };

static enum outcome outcome_of(int status)
{
    return status == 0 ? CAPTURED : status == STROBE_ENOMEM ? DROPPED : FAILED;
}

static enum outcome log_line(struct strobe_dispatch *dispatch, const struct strobe_script *script,
                             const int16_t *binding, const struct strobe_hit *hit, struct strobe_measure_error *error)
{
    const char *text;
    size_t size;
    int status = strobe_measure_text(script, binding, hit, dispatch->text, &text, &size, error);
    if (status < 0) {
        return FAILED;
    }
    return dispatch->on_line(dispatch->user, hit, text, size) ? CAPTURED : DROPPED;
}

static enum outcome measure(struct strobe_dispatch *dispatch, const struct strobe_script *script,
                            const int16_t *binding, const struct strobe_hit *hit, struct strobe_measure_error *error)
{
    return outcome_of(strobe_measure_number(script, binding, hit, dispatch->text, error));
}

static enum outcome capture(struct strobe_dispatch *dispatch, const struct strobe_script *script,
                            const int16_t *binding, const struct strobe_hit *hit, struct strobe_measure_error *error)
{
    (void)error;
    return dispatch->on_hit(dispatch->user, hit, script, binding) ? CAPTURED : DROPPED;
}

static enum outcome mark_span(struct strobe_dispatch *dispatch, const struct strobe_script *script,
                              const int16_t *binding, const struct strobe_hit *hit, struct strobe_measure_error *error)
{
    struct strobe_watch_value values[STROBE_LABELS_MAX];
    int status = strobe_measure_attributes(script, binding, hit, dispatch->text, values, error);
    if (status < 0) {
        return FAILED;
    }
    if (!dispatch->on_attributes(dispatch->user, hit, values, script->action->labels_count)) {
        return DROPPED;
    }
    strobe_probe_clear_reason(hit->probe, "no_span");
    return CAPTURED;
}

/* One for each kind that this version has. */
static enum outcome (*const performers[STROBE_ACTION_KINDS])(struct strobe_dispatch *dispatch,
                                                             const struct strobe_script *script, const int16_t *binding,
                                                             const struct strobe_hit *hit,
                                                             struct strobe_measure_error *error) = {
    [STROBE_ACTION_SNAPSHOT] = capture, [STROBE_ACTION_LOG] = log_line,   [STROBE_ACTION_METRIC] = measure,
    [STROBE_ACTION_TIMER] = measure,    [STROBE_ACTION_SPAN] = mark_span, [STROBE_ACTION_MEMORY] = capture,
};

static void count_outcome(struct strobe_dispatch *dispatch, struct strobe_probe *probe, enum outcome outcome,
                          const struct strobe_measure_error *error)
{
    switch (outcome) {
    case DROPPED:
        strobe_gate_count(&probe->gates.dropped); /* not a hit spent: the next one may fit */
        break;
    case FAILED:
        strobe_gate_count(&probe->gates.condition_error);
        if (worth_a_message(atomic_load_explicit(&probe->gates.condition_error, memory_order_relaxed))) {
            strobe_probe_set_state(probe, STROBE_PROBE_ARMED, "action_error", "%s: %s", error->what,
                                   error->detail.message);
        }
        break;
    case CAPTURED:
        strobe_gate_count(&probe->gates.captured);
        if (--probe->hits_left == 0) {
            end_probe(dispatch, probe, STROBE_PROBE_DONE, "hit limit reached");
        }
        break;
    }
}

/* @return whether limits let it act */
static bool do_action(struct strobe_dispatch *dispatch, const struct strobe_script *script, const int16_t *binding,
                      const struct strobe_hit *hit)
{
    bool rated = is_rated(script);
    int64_t began_ns =
        rated || dispatch->timed || hit->probe->expires_ns != INT64_MAX ? strobe_clock_monotonic_ns() : 0;
    if (!within_limits(dispatch, hit->probe, rated, began_ns)) {
        return false;
    }
    struct strobe_measure_error error;
    error.what = "";
    error.detail.code = 0;
    error.detail.message[0] = '\0';
    count_outcome(dispatch, hit->probe, performers[script->action->kind](dispatch, script, binding, hit, &error),
                  &error);
    if (rated) { /* seldom and long: measured each time */
        int64_t now_ns = strobe_clock_monotonic_ns();
        strobe_shed_spend(dispatch, hit->probe, now_ns - began_ns, true, now_ns);
    }
    return true;
}

/* ---- One pass ---- */

static void act(struct strobe_dispatch *dispatch, const struct strobe_script *script, const int16_t *binding,
                const struct strobe_hit *hit)
{
    struct strobe_probe *probe = hit->probe;
    strobe_gate_count(&probe->gates.reached);
    if (!strobe_act_is_wanted(probe)) {
        strobe_gate_count(&probe->gates.budget);
        return;
    }
    bool timed = dispatch->timed || probe->slow;
    int64_t began_ns = timed ? strobe_clock_monotonic_ns() : 0;
    bool holds = condition_holds(dispatch, script, binding, hit);
    /* A capture accounts for itself; one that limits refuse is as short as a false condition, and may be as frequent.
     */
    bool accounted =
        holds && has_its_span(dispatch, script, hit) && do_action(dispatch, script, binding, hit) && is_rated(script);
    if (timed && !accounted) {
        int64_t now_ns = strobe_clock_monotonic_ns();
        strobe_shed_sample(dispatch, probe, now_ns - began_ns, now_ns);
    }
    if (!holds && (timed || probe->looked_ns == 0)) {
        glance(dispatch, script, binding, hit);
    }
}

/* ---- Timers from one place to another ---- */

/* Where it ends is the pass: there its condition is asked, which may want $elapsed_ms. An end without a beginning (the
 * probe was not there yet) is none. */
static void end_timer(struct strobe_dispatch *dispatch, const struct strobe_script *script, const int16_t *binding,
                      const struct strobe_hit *hit)
{
    struct strobe_hit ended = *hit;
    ended.elapsed_ns = strobe_timers_end(&dispatch->timers, hit->probe->tag, hit->frame.internal, hit->tstate,
                                         strobe_clock_monotonic_ns());
    if (ended.elapsed_ns >= 0) {
        act(dispatch, script, binding, &ended);
    }
}

static void begin_timer(struct strobe_dispatch *dispatch, const struct strobe_hit *hit)
{
    int64_t now_ns = strobe_clock_monotonic_ns();
    if (strobe_act_is_wanted(hit->probe)) {
        strobe_timers_begin(&dispatch->timers, hit->probe->tag, hit->frame.internal, hit->tstate, now_ns);
    }
}

void strobe_act(struct strobe_dispatch *dispatch, const struct strobe_script *script, const int16_t *binding,
                enum strobe_role role, const struct strobe_hit *hit)
{
    *dispatch->at_work = hit->probe->tag;
    if (role == STROBE_ROLE_ACT) {
        act(dispatch, script, binding, hit);
    } else if (role == STROBE_ROLE_END) {
        end_timer(dispatch, script, binding, hit);
    } else {
        begin_timer(dispatch, hit);
    }
    *dispatch->at_work = 0;
}
