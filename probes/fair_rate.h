/**
 * The rate of a process, shared fairly among its probes: one that hits all the time cannot take the turn of one that
 * hits seldom.
 *
 * Every act takes a token of the process. Where there is none, a probe that has not used up its own share may act all
 * the same, and the process owes that token: those that are over their share wait until it is paid back. A share is
 * three quarters of the rate, divided by the number of probes that wanted to act in this or the last second; so debts
 * get paid. What is owed is one second's worth at most. Not thread-safe: under the GIL.
 */
#ifndef STROBE_FAIR_RATE_H
#define STROBE_FAIR_RATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/token_bucket.h"

struct strobe_fair_rate {
    double rate_per_s;
    double tokens; /* below 0: owed */
    int64_t updated_ns;
    int64_t window_ns; /* when this window began; CLOCK_MONOTONIC */
    uint64_t window;   /* its number, from 1 on */
    unsigned rivals;   /* probes that wanted to act in this window */
    unsigned rivals_before;
};

/** Of one probe. Zero-initialised: has not wanted to act yet. */
struct strobe_fair_share {
    uint64_t window; /* in which it wanted to act last */
    double tokens;
    int64_t updated_ns;
};

/** Start full: one second's worth. `now_ns` is CLOCK_MONOTONIC. */
void strobe_fair_rate_init(struct strobe_fair_rate *rate, double rate_per_s, int64_t now_ns);

/** A probe wants to act. @return whether it may */
bool strobe_fair_rate_take(struct strobe_fair_rate *rate, struct strobe_fair_share *share, int64_t now_ns);

#endif
