#include "hub/waits.h"

#include <stdlib.h>

#include "base/clock.h"
#include "strobe/limits.h"

struct held {
    struct held *next, *previous;
    struct strobe_waits *waits;
    struct strobe_wait wait;
    int64_t deadline_ns;
};

struct strobe_waits {
    struct held *first;
    size_t count;
};

static void release(struct held *held)
{
    struct strobe_waits *waits = held->waits;
    if (held->previous != NULL) {
        held->previous->next = held->next;
    } else {
        waits->first = held->next;
    }
    if (held->next != NULL) {
        held->next->previous = held->previous;
    }
    waits->count--;
    free(held->wait.state);
    free(held);
}

static void on_gone(void *user)
{
    release(user);
}

static void attempt(struct held *held, bool final)
{
    const struct strobe_wait *wait = &held->wait;
    if (wait->attempt(wait->hub, wait->exchange, wait->state, final)) {
        release(held);
    }
}

static void on_event(void *user, const struct strobe_bus_event *event)
{
    struct strobe_waits *waits = user;
    struct held *next;
    for (struct held *held = waits->first; held != NULL; held = next) {
        next = held->next;
        if (held->wait.concerns(held->wait.state, event)) {
            attempt(held, false);
        }
    }
}

struct strobe_waits *strobe_waits_new(struct strobe_bus *bus)
{
    struct strobe_waits *waits = calloc(1, sizeof *waits);
    if (waits != NULL && strobe_bus_subscribe(bus, on_event, waits) < 0) {
        free(waits);
        waits = NULL;
    }
    return waits;
}

void strobe_waits_free(struct strobe_waits *waits)
{
    struct held *next;
    for (struct held *held = waits != NULL ? waits->first : NULL; held != NULL; held = next) {
        next = held->next;
        release(held);
    }
    free(waits);
}

void strobe_waits_add(struct strobe_waits *waits, const struct strobe_wait *wait, int64_t seconds)
{
    struct held *held = NULL;
    bool hold = seconds > 0 && waits->count < STROBE_HUB_WAITERS_MAX && !wait->hub->stopping;
    if (!hold || (held = calloc(1, sizeof *held)) == NULL) {
        wait->attempt(wait->hub, wait->exchange, wait->state, true);
        free(wait->state);
        return;
    }
    if (wait->attempt(wait->hub, wait->exchange, wait->state, false)) {
        free(wait->state);
        free(held);
        return;
    }
    *held = (struct held){.waits = waits,
                          .wait = *wait,
                          .next = waits->first,
                          .deadline_ns = strobe_clock_monotonic_ns() + seconds * 1000000000LL};
    if (held->next != NULL) {
        held->next->previous = held;
    }
    waits->first = held;
    waits->count++;
    strobe_exchange_on_gone(wait->exchange, on_gone, held);
}

static void end_some(struct strobe_waits *waits, int64_t now_ns)
{
    struct held *next;
    for (struct held *held = waits->first; held != NULL; held = next) {
        next = held->next;
        if (held->deadline_ns <= now_ns) {
            attempt(held, true);
        }
    }
}

void strobe_waits_tick(struct strobe_waits *waits)
{
    end_some(waits, strobe_clock_monotonic_ns());
}

void strobe_waits_close(struct strobe_waits *waits)
{
    end_some(waits, INT64_MAX);
}
