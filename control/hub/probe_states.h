/** Where one probe stands in each instance that reported. */
#ifndef STROBE_HUB_PROBE_STATES_H
#define STROBE_HUB_PROBE_STATES_H

#include <stddef.h>

#include "hub/name_map.h"
#include "hub/store.h"
#include "wire/codec.h"

struct strobe_probe_state_slot;

/** Zero-initialised is empty. */
struct strobe_probe_states {
    struct strobe_probe_state_slot **slots; /* in the order of first reports */
    size_t count, capacity;
    size_t unwritten; /* not yet in the store */
    struct strobe_name_map by_instance;
};

enum { STROBE_STATE_COUNTERS = 0, STROBE_STATE_NEW_WORD = 1 };

/** Release everything. */
void strobe_probe_states_done(struct strobe_probe_states *states);

/**
 * Add or replace the state of `instance`; takes what `state` owns by zeroing it.
 * @return STROBE_STATE_NEW_WORD when the word, reason or line differ from before, STROBE_STATE_COUNTERS when only
 *         numbers may; STROBE_ELIMIT, STROBE_ENOMEM
 */
int strobe_probe_states_put(struct strobe_probe_states *states, const char *instance,
                            struct strobe_wire_probe_state *state);

/** The probe expired: those pending or armed become "expired". */
void strobe_probe_states_expire(struct strobe_probe_states *states);

/** An array that borrows every string, to be released with free(); NULL when memory is exhausted. */
struct strobe_wire_probe_state *strobe_probe_states_copy(const struct strobe_probe_states *states);

/** Write those not yet in the store, inside the caller's transaction. */
int strobe_probe_states_write(const struct strobe_probe_states *states, struct strobe_store *store,
                              struct strobe_error *error);

/** The transaction is through: all are in the store. */
void strobe_probe_states_written(struct strobe_probe_states *states);

#endif
