#include "probes/budget.h"

#include "strobe/limits.h"

#define NS_PER_S 1000000000LL
#define WINDOW_NS NS_PER_S
#define EARLIEST_NS 250000000LL                /* a shorter time says nothing: one capture would trip it */
#define TRIAL_NS 3000000LL                     /* 0.3 % of a second in which there is one trial */
#define CERTAIN_NS (4 * STROBE_CAPTURE_NS_MAX) /* and so much is no single capture */

void strobe_budget_spend(struct strobe_budget_window *window, int64_t cost_ns, int64_t now_ns)
{
    int64_t age_ns = now_ns - window->began_ns;
    if (window->began_ns == 0 || age_ns < 0 || age_ns >= 2 * WINDOW_NS) {
        *window = (struct strobe_budget_window){.began_ns = now_ns, .cost_ns = cost_ns};
        return;
    }
    window->cost_ns += cost_ns;
    if (age_ns >= WINDOW_NS) {
        window->last_share = (double)window->cost_ns / (double)age_ns;
        window->began_ns = now_ns;
        window->cost_ns = 0;
    }
}

double strobe_budget_share(const struct strobe_budget_window *window, int64_t now_ns)
{
    int64_t age_ns = now_ns - window->began_ns;
    if (window->began_ns == 0 || age_ns >= 2 * WINDOW_NS) {
        return 0.0;
    }
    if (age_ns >= EARLIEST_NS) {
        return (double)window->cost_ns / (double)age_ns;
    }
    /* A young window knows too little, and the one before may be of another time: the greater. */
    double young = (double)window->cost_ns / (double)EARLIEST_NS;
    return young > window->last_share ? young : window->last_share;
}

bool strobe_budget_is_over(const struct strobe_budget_window *window, double allowed, int64_t now_ns)
{
    if (window->began_ns == 0) {
        return false;
    }
    bool telling = now_ns - window->began_ns >= EARLIEST_NS || window->cost_ns >= CERTAIN_NS;
    bool early = telling && (double)window->cost_ns > allowed * (double)WINDOW_NS;
    return early || window->last_share > allowed;
}

bool strobe_budget_trial_fails(int64_t cost_ns, double allowed, int64_t age_ns)
{
    return (double)cost_ns > (double)TRIAL_NS + allowed * (double)age_ns;
}

int64_t strobe_budget_rest_ns(unsigned count)
{
    int64_t rest_ns = NS_PER_S;
    for (unsigned i = 1; i < count && rest_ns < STROBE_BUDGET_REST_NS_MAX; i++) {
        rest_ns *= 2;
    }
    return rest_ns < STROBE_BUDGET_REST_NS_MAX ? rest_ns : STROBE_BUDGET_REST_NS_MAX;
}
