/** How long to wait before the next attempt to connect: random within a bound that doubles with each failure. */
#ifndef STROBE_BACKOFF_H
#define STROBE_BACKOFF_H

#include <stdint.h>

/** Not thread-safe. */
struct strobe_backoff {
    int64_t min_ms;
    int64_t max_ms;
    int64_t bound_ms; /* of the next wait */
    uint64_t state;   /* of the random generator; never 0 */
};

/**
 * Start with the shortest bound. `seed` decides the random numbers: a thousand agents that lose their hub at the same
 * moment need different ones.
 */
void strobe_backoff_init(struct strobe_backoff *backoff, int64_t min_ms, int64_t max_ms, uint64_t seed);

/** The wait after a failure, in milliseconds: between `min_ms` and a bound that doubles each time up to `max_ms`. */
int64_t strobe_backoff_next_ms(struct strobe_backoff *backoff);

/** The wait after a refusal, which time alone will not mend: between half of `max_ms` and `max_ms`. */
int64_t strobe_backoff_longest_ms(struct strobe_backoff *backoff);

/** After a success that lasted: the next failure is the first. */
void strobe_backoff_reset(struct strobe_backoff *backoff);

#endif
