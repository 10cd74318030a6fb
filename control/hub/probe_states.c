#include "hub/probe_states.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "strobe/limits.h"

struct strobe_probe_state_slot {
    struct strobe_wire_probe_state state; /* owned */
    bool unwritten;
};

static void release(struct strobe_probe_state_slot *slot)
{
    strobe_wire_struct_done(&strobe_wire_probe_state_struct, &slot->state);
    free(slot);
}

void strobe_probe_states_done(struct strobe_probe_states *states)
{
    for (size_t i = 0; i < states->count; i++) {
        release(states->slots[i]);
    }
    free(states->slots);
    strobe_name_map_done(&states->by_instance);
    memset(states, 0, sizeof *states);
}

static int grow(struct strobe_probe_states *states)
{
    if (states->count >= STROBE_HUB_STATES_MAX) {
        return STROBE_ELIMIT;
    }
    if (states->count < states->capacity) {
        return 0;
    }
    size_t capacity = states->capacity != 0 ? 2 * states->capacity : 4;
    struct strobe_probe_state_slot **larger = realloc(states->slots, capacity * sizeof *larger);
    if (larger == NULL) {
        return STROBE_ENOMEM;
    }
    states->slots = larger;
    states->capacity = capacity;
    return 0;
}

static int add_slot(struct strobe_probe_states *states, const char *instance, struct strobe_probe_state_slot **ret_slot)
{
    int status = grow(states);
    if (status < 0) {
        return status;
    }
    struct strobe_probe_state_slot *slot = calloc(1, sizeof *slot);
    if (slot == NULL || (slot->state.instance = strdup(instance)) == NULL ||
        strobe_name_map_add(&states->by_instance, slot->state.instance, slot) < 0) {
        if (slot != NULL) {
            free(slot->state.instance);
        }
        free(slot);
        return STROBE_ENOMEM;
    }
    states->slots[states->count++] = slot;
    *ret_slot = slot;
    return 0;
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool same_word(const struct strobe_wire_probe_state *a, const struct strobe_wire_probe_state *b)
{
    return same_text(a->state, b->state) && same_text(a->reason, b->reason) && a->line == b->line;
}

int strobe_probe_states_put(struct strobe_probe_states *states, const char *instance,
                            struct strobe_wire_probe_state *state)
{
    struct strobe_probe_state_slot *slot = strobe_name_map_get(&states->by_instance, instance);
    if (slot == NULL) {
        int status = add_slot(states, instance, &slot);
        if (status < 0) {
            return status;
        }
    }
    int change = same_word(&slot->state, state) ? STROBE_STATE_COUNTERS : STROBE_STATE_NEW_WORD;
    char *key = slot->state.instance; /* the map's key: keep it */
    slot->state.instance = NULL;
    strobe_wire_struct_done(&strobe_wire_probe_state_struct, &slot->state);
    free(state->instance);
    slot->state = *state;
    slot->state.instance = key;
    memset(state, 0, sizeof *state);
    if (!slot->unwritten) {
        slot->unwritten = true;
        states->unwritten++;
    }
    return change;
}

void strobe_probe_states_expire(struct strobe_probe_states *states)
{
    for (size_t i = 0; i < states->count; i++) {
        struct strobe_probe_state_slot *slot = states->slots[i];
        bool waiting = same_text(slot->state.state, "pending") || same_text(slot->state.state, "armed");
        char *word = waiting ? strdup("expired") : NULL;
        if (word != NULL) {
            free(slot->state.state);
            slot->state.state = word;
            states->unwritten += slot->unwritten ? 0 : 1;
            slot->unwritten = true;
        }
    }
}

struct strobe_wire_probe_state *strobe_probe_states_copy(const struct strobe_probe_states *states)
{
    struct strobe_wire_probe_state *copy = calloc(states->count + 1, sizeof *copy);
    for (size_t i = 0; copy != NULL && i < states->count; i++) {
        copy[i] = states->slots[i]->state;
    }
    return copy;
}

int strobe_probe_states_write(const struct strobe_probe_states *states, struct strobe_store *store,
                              struct strobe_error *error)
{
    int status = 0;
    for (size_t i = 0; status == 0 && states->unwritten > 0 && i < states->count; i++) {
        if (states->slots[i]->unwritten) {
            status = strobe_store_put_state(store, &states->slots[i]->state, error);
        }
    }
    return status;
}

void strobe_probe_states_written(struct strobe_probe_states *states)
{
    for (size_t i = 0; states->unwritten > 0 && i < states->count; i++) {
        states->slots[i]->unwritten = false;
    }
    states->unwritten = 0;
}
