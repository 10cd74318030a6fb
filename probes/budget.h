/**
 * The budget: what share of one core callbacks may cost, and what is shed when they cost more.
 *
 * Time is handed in, nothing here reads a clock, so it is tested without one. Thread: under the GIL.
 */
#ifndef STROBE_BUDGET_H
#define STROBE_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

/** Cost in a window of about one second that slides in steps. Zero-initialised. */
struct strobe_budget_window {
    int64_t began_ns;  /* of the present window, CLOCK_MONOTONIC */
    int64_t cost_ns;   /* in it */
    double last_share; /* of one core, in the window before */
};

/** Add `cost_ns` spent until `now_ns`. */
void strobe_budget_spend(struct strobe_budget_window *window, int64_t cost_ns, int64_t now_ns);

/** The share of one core (0.05: 5 %): of the present window when it is long enough to tell, else of the one before. */
double strobe_budget_share(const struct strobe_budget_window *window, int64_t now_ns);

/**
 * Whether more than `allowed` (a share) of one core is spent: averaged over a second, or earlier when the whole
 * second's allowance is gone already and a quarter of a second has passed. Zero the window once something was shed.
 */
bool strobe_budget_is_over(const struct strobe_budget_window *window, double allowed, int64_t now_ns);

/**
 * Whether a trial has failed: what was suspended is tried again, and in the `age_ns` since then it cost `cost_ns`, more
 * than `allowed` (a share) and a few milliseconds. So a line as hot as before takes a few milliseconds of the program
 * for each trial, not what a whole second allows.
 */
bool strobe_budget_trial_fails(int64_t cost_ns, double allowed, int64_t age_ns);

/** How long what was suspended for the `count`-th time (1-based) rests: 1 s, doubled each time, at most 5 minutes. */
int64_t strobe_budget_rest_ns(unsigned count);

#endif
