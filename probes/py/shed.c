#include "probes/py/shed.h"

#include "base/clock.h"
#include "strobe/limits.h"

#define SLOW_NS 3000   /* a pass that takes longer is timed each time, not one in many */
#define RATE_LEAST 1.0 /* captures a second that are left in any case */

/* ---- Suspending ---- */

static void suspend(struct strobe_dispatch *dispatch, struct strobe_probe *probe, double share, double allowed,
                    int64_t now_ns)
{
    if (now_ns - probe->resumed_ns > STROBE_BUDGET_REST_NS_MAX) {
        probe->suspensions = 0; /* it behaved for a while */
    }
    int64_t rest_ns = strobe_budget_rest_ns(++probe->suspensions);
    probe->resumes_ns = now_ns + rest_ns;
    probe->window = (struct strobe_budget_window){0};
    strobe_probe_set_state(
        probe, STROBE_PROBE_SUSPENDED, "budget",
        "it cost %.1f %% of one core, %.1f %% are allowed; rests %lld s. Make the condition cheaper or the "
        "line less hot, or raise its budget: strobe edit %.64s --budget P",
        share * 100, allowed * 100, (long long)(rest_ns / 1000000000), probe->id);
    dispatch->on_ended(dispatch->user); /* the worker disarms it */
}

/* The probe without a budget of its own that costs most lately, or NULL. */
static struct strobe_probe *costliest(struct strobe_dispatch *dispatch, int64_t now_ns)
{
    struct strobe_probe *found = NULL;
    double most = 0.0;
    size_t position = 0;
    struct strobe_pointer_map_entry *entry;
    while ((entry = strobe_pointer_map_next(&dispatch->sites, &position)) != NULL) {
        const struct strobe_site *site = entry->value;
        for (size_t i = 0; i < site->armed_count; i++) {
            struct strobe_probe *probe = site->armed[i].probe;
            double share = strobe_budget_share(&probe->window, now_ns);
            if (probe->budget == 0 && probe->resumes_ns == 0 && share > most) {
                most = share;
                found = probe;
            }
        }
    }
    for (size_t i = 0; i < dispatch->raises.count; i++) {
        struct strobe_probe *probe = dispatch->raises.items[i].probe;
        double share = strobe_budget_share(&probe->window, now_ns);
        if (probe->budget == 0 && probe->resumes_ns == 0 && share > most) {
            most = share;
            found = probe;
        }
    }
    return found;
}

/* The process is over its budget. */
static void shed(struct strobe_dispatch *dispatch, int64_t now_ns)
{
    double share = strobe_budget_share(&dispatch->window, now_ns);
    bool captures_dominate = 2 * strobe_budget_share(&dispatch->capture_window, now_ns) > share;
    dispatch->window = (struct strobe_budget_window){0};
    dispatch->capture_window = (struct strobe_budget_window){0};
    if (captures_dominate && dispatch->process_rate.rate_per_s > RATE_LEAST) {
        double rate = dispatch->process_rate.rate_per_s / 2;
        rate = rate < RATE_LEAST ? RATE_LEAST : rate;
        strobe_token_bucket_init(&dispatch->process_rate, rate, rate, now_ns);
        dispatch->rate_cut_ns = now_ns;
        return;
    }
    struct strobe_probe *probe = costliest(dispatch, now_ns);
    if (probe != NULL) {
        suspend(dispatch, probe, share, dispatch->budget, now_ns);
    }
}

/* ---- Accounting ---- */

void strobe_shed_spend(struct strobe_dispatch *dispatch, struct strobe_probe *probe, int64_t cost_ns, bool is_capture,
                       int64_t now_ns)
{
    atomic_fetch_add_explicit(&dispatch->callback_ns, (uint64_t)cost_ns, memory_order_relaxed);
    atomic_fetch_add_explicit(&probe->cost_ns, (uint64_t)cost_ns, memory_order_relaxed);
    strobe_budget_spend(&probe->window, cost_ns, now_ns);
    atomic_store_explicit(&probe->cost_share, strobe_budget_share(&probe->window, now_ns), memory_order_relaxed);
    if (probe->budget > 0) {
        if (probe->resumes_ns == 0 && strobe_budget_is_over(&probe->window, probe->budget, now_ns)) {
            suspend(dispatch, probe, strobe_budget_share(&probe->window, now_ns), probe->budget, now_ns);
        }
        return;
    }
    strobe_budget_spend(&dispatch->window, cost_ns, now_ns);
    if (is_capture) {
        strobe_budget_spend(&dispatch->capture_window, cost_ns, now_ns);
    }
    if (strobe_budget_is_over(&dispatch->window, dispatch->budget, now_ns)) {
        shed(dispatch, now_ns);
    }
}

void strobe_shed_sample(struct strobe_dispatch *dispatch, struct strobe_probe *probe, int64_t spent_ns, int64_t now_ns)
{
    int64_t cost_ns = spent_ns > dispatch->clock_ns ? spent_ns - dispatch->clock_ns : 0;
    bool each = probe->slow || cost_ns > SLOW_NS;
    probe->slow = cost_ns > SLOW_NS || (probe->slow && cost_ns > SLOW_NS / 2);
    strobe_shed_spend(dispatch, probe, each ? cost_ns : cost_ns * STROBE_SAMPLE_EVERY, false, now_ns);
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

void strobe_shed_recover(struct strobe_dispatch *dispatch, int64_t now_ns)
{
    double rate = dispatch->process_rate.rate_per_s;
    bool calm = strobe_budget_share(&dispatch->window, now_ns) < dispatch->budget / 2;
    if (rate >= STROBE_PROCESS_RATE_PER_S || !calm || now_ns - dispatch->rate_cut_ns < strobe_budget_rest_ns(4)) {
        return;
    }
    rate = 2 * rate < STROBE_PROCESS_RATE_PER_S ? 2 * rate : STROBE_PROCESS_RATE_PER_S;
    strobe_token_bucket_init(&dispatch->process_rate, rate, rate, now_ns);
    dispatch->rate_cut_ns = now_ns;
}
