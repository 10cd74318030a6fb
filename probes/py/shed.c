#include "probes/py/shed.h"

#include "base/clock.h"
#include "strobe/limits.h"

#define SLOW_NS 3000   /* a pass that takes longer is timed each time, not one in many */
#define RATE_LEAST 1.0 /* captures a second that are left in any case */
#define CUT_LEAST 0.5  /* of a rate is left after one cut, at most and at least */
#define CUT_MOST 0.0625
#define WINDOW_NS 1000000000LL
#define EVENT_NS 20      /* an estimate of what CPython takes to call us and of our way to the condition */
#define GROSS_FACTOR 2.0 /* with it a probe may cost so much more than its budget: the estimate may be wrong */
#define TELLING_HITS 5   /* in one window: such a probe does not hit seldom */

/* ---- Suspending ---- */

static void suspend(struct strobe_dispatch *dispatch, struct strobe_probe *probe, double share, double allowed,
                    int64_t now_ns)
{
    if (now_ns - probe->resumed_ns > STROBE_BUDGET_REST_NS_MAX) {
        probe->suspensions = 0; /* it behaved for a while */
    }
    int64_t rest_ns = strobe_budget_rest_ns(++probe->suspensions);
    probe->resumes_ns = now_ns + rest_ns;
    strobe_probe_forget_costs(probe);
    strobe_probe_set_state(
        probe, STROBE_PROBE_SUSPENDED, "budget",
        "it cost %.1f %% of one core, %.1f %% are allowed; rests %lld s. Make the condition cheaper or the "
        "line less hot, or raise its budget: strobe edit %.64s --budget P",
        share * 100, allowed * 100, (long long)(rest_ns / 1000000000), probe->id);
    dispatch->on_ended(dispatch->user); /* the worker disarms it */
}

/* ---- Cutting a rate ---- */

static double hits_per_s(const struct strobe_probe *probe, int64_t now_ns)
{
    const struct strobe_budget_window *hits = &probe->hit_window; /* the number stands where costs do */
    bool telling = hits->cost_ns >= TELLING_HITS || now_ns - hits->began_ns >= WINDOW_NS / 2;
    return 1e9 * (telling ? strobe_budget_share(hits, now_ns) : hits->last_share);
}

/* A lower rate changes nothing for a probe that hits seldom, but that it may miss its hit. */
static bool can_be_cut(const struct strobe_probe *probe, int64_t now_ns)
{
    return probe->rate.rate_per_s > RATE_LEAST && hits_per_s(probe, now_ns) > 2 * RATE_LEAST;
}

/* Its captures cost `share` where `allowed` would do: so many less, and some more to be sure. */
static void cut_rate(struct strobe_probe *probe, double share, double allowed, int64_t now_ns)
{
    double hits = hits_per_s(probe, now_ns);
    double rate = probe->rate.rate_per_s < hits ? probe->rate.rate_per_s : hits;
    double factor = allowed > 0 ? allowed / share / 2 : CUT_MOST;
    factor = factor < CUT_MOST ? CUT_MOST : factor > CUT_LEAST ? CUT_LEAST : factor;
    rate = rate * factor > RATE_LEAST ? rate * factor : RATE_LEAST;
    strobe_token_bucket_adjust(&probe->rate, rate, rate);
    probe->rate_cut_ns = now_ns;
    strobe_probe_forget_costs(probe);
    strobe_probe_set_state(probe, STROBE_PROBE_ARMED, "rate_cut",
                           "what it captures costs too much: at most %.3g times a second for now, not %.6g", rate,
                           probe->rate_per_s);
}

/* ---- Whose turn it is ---- */

/* Probes without a budget of their own that cost most lately, or NULL. */
struct costliest {
    struct strobe_probe *of_all;
    double most;
    struct strobe_probe *of_capturing; /* whose rate can be cut */
    double most_by_captures;
};

static void compare(struct costliest *costliest, struct strobe_probe *probe, int64_t now_ns)
{
    if (probe->budget > 0 || probe->resumes_ns != 0) {
        return;
    }
    double share = strobe_budget_share(&probe->gross_window, now_ns);
    if (share > costliest->most) {
        costliest->most = share;
        costliest->of_all = probe;
    }
    double captures = strobe_budget_share(&probe->capture_window, now_ns);
    if (can_be_cut(probe, now_ns) && captures > costliest->most_by_captures) {
        costliest->most_by_captures = captures;
        costliest->of_capturing = probe;
    }
}

static struct costliest find_costliest(struct strobe_dispatch *dispatch, int64_t now_ns)
{
    struct costliest costliest = {0};
    size_t position = 0;
    struct strobe_pointer_map_entry *entry;
    while ((entry = strobe_pointer_map_next(&dispatch->sites, &position)) != NULL) {
        const struct strobe_site *site = entry->value;
        for (size_t i = 0; i < site->armed_count; i++) {
            compare(&costliest, site->armed[i].probe, now_ns);
        }
    }
    for (size_t i = 0; i < dispatch->raises.count; i++) {
        compare(&costliest, dispatch->raises.items[i].probe, now_ns);
    }
    return costliest;
}

/* Whether it would be enough to capture less. */
static bool makes_room(double share, double gross, double captures, double allowed)
{
    return share - captures < allowed && gross - captures < GROSS_FACTOR * allowed;
}

/* The process is over its budget. Where fewer captures could make room, those of the probe that captures most are
 * cut: one that acts seldom on a hot line is left alone by that. Else the costliest rests. */
static void shed(struct strobe_dispatch *dispatch, int64_t now_ns)
{
    double share = strobe_budget_share(&dispatch->window, now_ns);
    double captures = strobe_budget_share(&dispatch->capture_window, now_ns);
    double gross = strobe_budget_share(&dispatch->gross_window, now_ns);
    struct costliest costliest = find_costliest(dispatch, now_ns);
    dispatch->window = dispatch->capture_window = dispatch->gross_window = (struct strobe_budget_window){0};
    if (costliest.of_capturing != NULL && makes_room(share, gross, captures, dispatch->budget)) {
        cut_rate(costliest.of_capturing, captures, dispatch->budget - (share - captures), now_ns);
    } else if (costliest.of_all != NULL) {
        suspend(dispatch, costliest.of_all, gross, dispatch->budget, now_ns);
    }
}

/* `probe` is over its own. */
static void shed_one(struct strobe_dispatch *dispatch, struct strobe_probe *probe, int64_t now_ns)
{
    double share = strobe_budget_share(&probe->window, now_ns);
    double captures = strobe_budget_share(&probe->capture_window, now_ns);
    double gross = strobe_budget_share(&probe->gross_window, now_ns);
    if (can_be_cut(probe, now_ns) && captures > 0 && makes_room(share, gross, captures, probe->budget)) {
        cut_rate(probe, captures, probe->budget - (share - captures), now_ns);
    } else {
        suspend(dispatch, probe, gross, probe->budget, now_ns);
    }
}

/* ---- Trials ---- */

/* What `probe` may cost beside the others, as a share. */
static double allowed_now(const struct strobe_dispatch *dispatch, const struct strobe_probe *probe, int64_t now_ns)
{
    if (probe->budget > 0) {
        return probe->budget;
    }
    double others = strobe_budget_share(&dispatch->window, now_ns) - strobe_budget_share(&probe->window, now_ns);
    return others <= 0 ? dispatch->budget : others < dispatch->budget ? dispatch->budget - others : 0;
}

/* A probe that rested is watched closely at first: the line may be as hot as it was. @return whether it rests again */
static bool try_again(struct strobe_dispatch *dispatch, struct strobe_probe *probe, int64_t cost_ns, int64_t event_ns,
                      int64_t now_ns)
{
    if (probe->trial_began_ns == 0) {
        /* With its first pass: it may have taken a while until it stood, or was reached. */
        probe->trial_began_ns = now_ns - cost_ns - event_ns;
    }
    int64_t age_ns = now_ns - probe->trial_began_ns;
    if (probe->suspensions == 0 || age_ns >= WINDOW_NS || probe->resumes_ns != 0) {
        return false;
    }
    probe->trial_cost_ns += cost_ns;
    probe->trial_gross_ns += cost_ns + event_ns;
    double allowed = allowed_now(dispatch, probe, now_ns);
    if (!strobe_budget_trial_fails(probe->trial_cost_ns, allowed, age_ns) &&
        !strobe_budget_trial_fails(probe->trial_gross_ns, GROSS_FACTOR * allowed, age_ns)) {
        return false;
    }
    suspend(dispatch, probe, (double)probe->trial_gross_ns / (double)age_ns, allowed, now_ns);
    return true;
}

/* ---- Accounting ---- */

/* Whether the agent's own part is over, or with CPython's so much that its estimate cannot be the reason. */
static bool is_over(const struct strobe_budget_window *window, const struct strobe_budget_window *gross, double allowed,
                    int64_t now_ns)
{
    return strobe_budget_is_over(window, allowed, now_ns) ||
           strobe_budget_is_over(gross, GROSS_FACTOR * allowed, now_ns);
}

/* `event_ns`: CPython's part. */
static void spend(struct strobe_dispatch *dispatch, struct strobe_probe *probe, int64_t cost_ns, int64_t event_ns,
                  bool is_capture, int64_t now_ns)
{
    if (cost_ns > STROBE_CAPTURE_NS_MAX) {
        cost_ns = STROBE_CAPTURE_NS_MAX; /* nothing of ours takes longer: the system ran somebody else meanwhile */
    }
    atomic_fetch_add_explicit(&dispatch->callback_ns, (uint64_t)cost_ns, memory_order_relaxed);
    atomic_fetch_add_explicit(&probe->cost_ns, (uint64_t)cost_ns, memory_order_relaxed);
    strobe_budget_spend(&probe->window, cost_ns, now_ns);
    strobe_budget_spend(&probe->capture_window, is_capture ? cost_ns : 0, now_ns);
    strobe_budget_spend(&probe->hit_window, is_capture ? 1 : 0, now_ns);
    strobe_budget_spend(&probe->gross_window, cost_ns + event_ns, now_ns);
    atomic_store_explicit(&probe->cost_share, strobe_budget_share(&probe->window, now_ns), memory_order_relaxed);
    if (probe->budget > 0) {
        if (probe->resumes_ns == 0 && is_over(&probe->window, &probe->gross_window, probe->budget, now_ns)) {
            shed_one(dispatch, probe, now_ns);
        }
        return;
    }
    strobe_budget_spend(&dispatch->window, cost_ns, now_ns);
    strobe_budget_spend(&dispatch->capture_window, is_capture ? cost_ns : 0, now_ns);
    strobe_budget_spend(&dispatch->gross_window, cost_ns + event_ns, now_ns);
    if (is_over(&dispatch->window, &dispatch->gross_window, dispatch->budget, now_ns)) {
        shed(dispatch, now_ns);
    }
}

void strobe_shed_spend(struct strobe_dispatch *dispatch, struct strobe_probe *probe, int64_t cost_ns, bool is_capture,
                       int64_t now_ns)
{
    spend(dispatch, probe, cost_ns, 0, is_capture, now_ns);
}

void strobe_shed_sample(struct strobe_dispatch *dispatch, struct strobe_probe *probe, int64_t spent_ns, int64_t now_ns)
{
    int64_t cost_ns = spent_ns > dispatch->clock_ns ? spent_ns - dispatch->clock_ns : 0;
    bool each = probe->slow || cost_ns > SLOW_NS;
    probe->slow = cost_ns > SLOW_NS || (probe->slow && cost_ns > SLOW_NS / 2);
    int64_t stands_for = each ? 1 : STROBE_SAMPLE_EVERY;
    if (!try_again(dispatch, probe, cost_ns * stands_for, EVENT_NS * stands_for, now_ns)) {
        spend(dispatch, probe, cost_ns * stands_for, EVENT_NS * stands_for, false, now_ns);
    }
}

int64_t strobe_shed_clock_cost(void)
{
    int64_t least_ns = INT64_MAX;
    for (int i = 0; i < 32; i++) {
        int64_t began_ns = strobe_clock_monotonic_ns();
        int64_t spent_ns = strobe_clock_monotonic_ns() - began_ns;
        least_ns = spent_ns < least_ns ? spent_ns : least_ns;
    }
    return least_ns;
}

void strobe_shed_recover(struct strobe_dispatch *dispatch, struct strobe_probe *probe, int64_t now_ns)
{
    bool own = probe->budget > 0;
    double share = strobe_budget_share(own ? &probe->window : &dispatch->window, now_ns);
    double allowed = own ? probe->budget : dispatch->budget;
    if (probe->rate_cut_ns == 0 || share >= allowed / 2 || now_ns - probe->rate_cut_ns < strobe_budget_rest_ns(4)) {
        return;
    }
    double rate = 2 * probe->rate.rate_per_s;
    bool whole = rate >= probe->rate_per_s;
    rate = whole ? probe->rate_per_s : rate;
    strobe_token_bucket_adjust(&probe->rate, rate, rate);
    probe->rate_cut_ns = whole ? 0 : now_ns;
    if (whole) {
        strobe_probe_clear_reason(probe, "rate_cut");
    }
}
