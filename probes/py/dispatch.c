#include "probes/py/dispatch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "strobe/limits.h"

/* One evaluation in so many is timed: two clock reads cost more than a condition. */
enum { SAMPLE_EVERY = 64 };

void strobe_dispatch_init(struct strobe_dispatch *dispatch, strobe_hit_handler *on_hit, void (*on_ended)(void *user),
                          void *user)
{
    memset(dispatch, 0, sizeof *dispatch);
    dispatch->on_hit = on_hit;
    dispatch->on_ended = on_ended;
    dispatch->user = user;
    strobe_pointer_map_init(&dispatch->sites);
    strobe_token_bucket_init(&dispatch->process_rate, STROBE_PROCESS_RATE_PER_S, STROBE_PROCESS_RATE_PER_S,
                             strobe_clock_monotonic_ns());
}

/* ---- Sites ---- */

static void armed_done(struct strobe_armed *armed)
{
    strobe_probe_unref(armed->probe);
    free(armed->binding);
}

static void site_free(struct strobe_site *site)
{
    for (size_t i = 0; i < site->armed_count; i++) {
        armed_done(&site->armed[i]);
    }
    free(site->armed);
    Py_XDECREF(site->code);
    free(site);
}

static void site_update_mask(struct strobe_site *site)
{
    site->lines_mask = 0;
    for (size_t i = 0; i < site->armed_count; i++) {
        site->lines_mask |= 1UL << (site->armed[i].line & 63);
    }
}

void strobe_dispatch_done(struct strobe_dispatch *dispatch)
{
    size_t position = 0;
    struct strobe_pointer_map_entry *entry;
    while ((entry = strobe_pointer_map_next(&dispatch->sites, &position)) != NULL) {
        site_free(entry->value);
    }
    strobe_pointer_map_done(&dispatch->sites);
}

static struct strobe_site *site_make(struct strobe_dispatch *dispatch, PyCodeObject *code)
{
    struct strobe_site *site = calloc(1, sizeof *site);
    if (site == NULL) {
        return NULL;
    }
    if (strobe_pointer_map_set(&dispatch->sites, code, site) < 0) {
        free(site);
        return NULL;
    }
    site->code = (PyCodeObject *)Py_NewRef(code);
    return site;
}

static int16_t *make_binding(const struct strobe_expression *condition, PyCodeObject *code)
{
    int16_t *binding = calloc((size_t)condition->program.names_count + 1, sizeof *binding);
    if (binding != NULL) {
        strobe_expression_bind(condition, code, binding);
    }
    return binding;
}

int strobe_dispatch_add(struct strobe_dispatch *dispatch, PyCodeObject *code, int line, struct strobe_probe *probe,
                        const struct strobe_expression *condition, struct strobe_site **ret_site)
{
    struct strobe_site *site = strobe_dispatch_site(dispatch, code);
    bool made = site == NULL;
    int16_t *binding = condition != NULL ? make_binding(condition, code) : NULL;
    if (condition != NULL && binding == NULL) {
        return STROBE_ENOMEM;
    }
    site = made ? site_make(dispatch, code) : site;
    struct strobe_armed *armed = site != NULL ? realloc(site->armed, (site->armed_count + 1) * sizeof *armed) : NULL;
    if (armed == NULL) {
        free(binding);
        if (made && site != NULL) {
            strobe_pointer_map_remove(&dispatch->sites, code);
            site_free(site);
        }
        return STROBE_ENOMEM;
    }
    site->armed = armed;
    site->armed[site->armed_count++] = (struct strobe_armed){line, strobe_probe_ref(probe), condition, binding};
    site_update_mask(site);
    *ret_site = site;
    return 0;
}

bool strobe_dispatch_has(const struct strobe_dispatch *dispatch, PyCodeObject *code, const struct strobe_probe *probe)
{
    struct strobe_site *site = strobe_dispatch_site(dispatch, code);
    for (size_t i = 0; site != NULL && i < site->armed_count; i++) {
        if (site->armed[i].probe == probe) {
            return true;
        }
    }
    return false;
}

/* @return whether something was taken away */
static bool site_drop(struct strobe_site *site, const struct strobe_probe *probe)
{
    size_t kept = 0;
    for (size_t i = 0; i < site->armed_count; i++) {
        if (site->armed[i].probe == probe) {
            armed_done(&site->armed[i]);
        } else {
            site->armed[kept++] = site->armed[i];
        }
    }
    bool dropped = kept != site->armed_count;
    site->armed_count = kept;
    site_update_mask(site);
    return dropped;
}

void strobe_dispatch_remove(struct strobe_dispatch *dispatch, struct strobe_probe *probe)
{
    size_t position = 0;
    struct strobe_pointer_map_entry *entry;
    while ((entry = strobe_pointer_map_next(&dispatch->sites, &position)) != NULL) {
        struct strobe_site *site = entry->value;
        if (!site_drop(site, probe)) {
            continue;
        }
        if (site->armed_count == 0) {
            strobe_pointer_map_remove(&dispatch->sites, site->code);
            dispatch->engine->disarm(dispatch, site);
            site_free(site);
        } else {
            dispatch->engine->arm(dispatch, site, NULL);
        }
    }
}

/* ---- One line ---- */

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

/* When it is not plainly false. */
static bool evaluate_condition(struct strobe_armed *armed, struct strobe_frame frame)
{
    struct strobe_probe *probe = armed->probe;
    uint64_t errors = atomic_load_explicit(&probe->gates.condition_error, memory_order_relaxed) + 1;
    struct strobe_error error; /* not zeroed whole: this is the hot path */
    struct strobe_error *wanted = worth_a_message(errors) ? &error : NULL;
    error.code = 0;
    error.message[0] = '\0';
    struct strobe_expression_context context; /* not zeroed whole either */
    context.frame = frame;
    context.returned = context.exception = NULL;
    context.has_elapsed = false;
    context.has_hits = true;
    context.hits = (int64_t)atomic_load_explicit(&probe->gates.captured, memory_order_relaxed);
    context.text = NULL;
    switch (strobe_expression_holds(armed->condition, armed->binding, &context, wanted)) {
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

static bool condition_holds(struct strobe_armed *armed, struct strobe_frame frame)
{
    if (armed->condition == NULL) {
        return true;
    }
    if (strobe_expression_rejects(armed->condition, armed->binding, frame)) {
        strobe_gate_count(&armed->probe->gates.condition_false);
        return false;
    }
    return evaluate_condition(armed, frame);
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

static void act(struct strobe_dispatch *dispatch, struct strobe_armed *armed, struct strobe_frame frame,
                PyThreadState *tstate)
{
    struct strobe_probe *probe = armed->probe;
    int64_t began_ns = strobe_clock_monotonic_ns();
    if (!within_limits(dispatch, probe, began_ns)) {
        return;
    }
    struct strobe_hit hit = {probe, frame, tstate, armed->line};
    if (!dispatch->on_hit(dispatch->user, &hit)) {
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

static bool reach_probes(struct strobe_dispatch *dispatch, struct strobe_site *site, int line)
{
    PyThreadState *tstate = PyThreadState_Get();
    struct strobe_frame frame = {NULL};
    bool wanted = false;
    for (size_t i = 0; i < site->armed_count; i++) {
        struct strobe_armed *armed = &site->armed[i];
        if (armed->line != line) {
            continue;
        }
        wanted = true;
        if (frame.internal == NULL && !strobe_frame_running(tstate, site->code, &frame)) {
            break;
        }
        strobe_gate_count(&armed->probe->gates.reached);
        if (condition_holds(armed, frame)) {
            int saved_errno = errno; /* here, so that a false condition does not pay for it */
            act(dispatch, armed, frame, tstate);
            errno = saved_errno;
        }
    }
    return wanted;
}

bool strobe_dispatch_line(struct strobe_dispatch *dispatch, struct strobe_site *site, int line)
{
    if (!strobe_site_wants(site, line)) {
        return false;
    }
    bool timed = ++dispatch->sample % SAMPLE_EVERY == 0;
    int64_t began_ns = timed ? strobe_clock_monotonic_ns() : 0;
    bool wanted = reach_probes(dispatch, site, line);
    if (timed) {
        int64_t spent_ns = strobe_clock_monotonic_ns() - began_ns;
        /* Longer than a condition takes: a capture, measured where it was made. */
        if (spent_ns < 2000) {
            atomic_fetch_add_explicit(&dispatch->callback_ns, (uint64_t)spent_ns * SAMPLE_EVERY, memory_order_relaxed);
        }
    }
    return wanted;
}
