/** Long polls: requests held until there is something to answer, or their time is over. */
#ifndef STROBE_HUB_WAITS_H
#define STROBE_HUB_WAITS_H

#include "hub/hub.h"

struct strobe_waits;

/** What one held request waits for. */
struct strobe_wait {
    struct strobe_hub *hub;
    struct strobe_exchange *exchange;
    void *state; /* owned; released with free() */
    /** Whether the event may be what is waited for. */
    bool (*concerns)(const void *state, const struct strobe_bus_event *event);
    /** Answer the exchange if there is something, or in any case when `final`. @return whether it was answered */
    bool (*attempt)(struct strobe_hub *hub, struct strobe_exchange *exchange, const void *state, bool final);
};

/** Listens on `bus`, borrowed. NULL when memory is exhausted. */
struct strobe_waits *strobe_waits_new(struct strobe_bus *bus);

/** Held requests are dropped without an answer. NULL is fine. */
void strobe_waits_free(struct strobe_waits *waits);

/**
 * Attempt at once, and hold the request for at most `seconds` when that finds nothing. Takes `wait->state`.
 * When too many are held the request is answered at once.
 */
void strobe_waits_add(struct strobe_waits *waits, const struct strobe_wait *wait, int64_t seconds);

/** Answer those whose time is over. */
void strobe_waits_tick(struct strobe_waits *waits);

/** The hub stops: answer all. */
void strobe_waits_close(struct strobe_waits *waits);

#endif
