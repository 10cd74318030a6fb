#include "link/backoff.h"

void strobe_backoff_init(struct strobe_backoff *backoff, int64_t min_ms, int64_t max_ms, uint64_t seed)
{
    backoff->min_ms = min_ms;
    backoff->max_ms = max_ms;
    backoff->state = seed != 0 ? seed : 1;
    strobe_backoff_reset(backoff);
}

/* xorshift64*: good enough to spread agents, and no lock or system call. */
static uint64_t next_random(struct strobe_backoff *backoff)
{
    uint64_t x = backoff->state;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    backoff->state = x;
    return x * 0x2545f4914f6cdd1dULL;
}

static int64_t between(struct strobe_backoff *backoff, int64_t low, int64_t high)
{
    return low + (int64_t)(next_random(backoff) % (uint64_t)(high - low + 1));
}

int64_t strobe_backoff_next_ms(struct strobe_backoff *backoff)
{
    int64_t wait = between(backoff, backoff->min_ms, backoff->bound_ms);
    backoff->bound_ms = backoff->bound_ms > backoff->max_ms / 2 ? backoff->max_ms : backoff->bound_ms * 2;
    return wait;
}

int64_t strobe_backoff_longest_ms(struct strobe_backoff *backoff)
{
    return between(backoff, backoff->max_ms / 2, backoff->max_ms);
}

void strobe_backoff_reset(struct strobe_backoff *backoff)
{
    backoff->bound_ms = backoff->min_ms * 2 < backoff->max_ms ? backoff->min_ms * 2 : backoff->max_ms;
}
