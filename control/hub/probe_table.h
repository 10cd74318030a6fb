/** Probes, their states in each instance, and the versioned set that each service's agents shall have. */
#ifndef STROBE_HUB_PROBE_TABLE_H
#define STROBE_HUB_PROBE_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/bus.h"
#include "hub/store.h"
#include "wire/codec.h"

struct strobe_probe_table;

/** One probe. Readers use the functions below. */
struct strobe_probe_entry;

/** Told when the set of `service` changed: send it to the service's agents. */
typedef void (*strobe_probe_set_changed)(void *user, const char *service);

/** Load what `store` keeps; `store` and `bus` are borrowed. */
int strobe_probe_table_new(struct strobe_store *store, struct strobe_bus *bus, strobe_probe_set_changed on_set_changed,
                           void *user, struct strobe_probe_table **ret_table, struct strobe_error *error);

/** NULL is fine. Call strobe_probe_table_flush() before. */
void strobe_probe_table_free(struct strobe_probe_table *table);

/**
 * Make a probe of `request`, durably, and have it sent to the agents. `by` is the name of who asked. Zeroes the members
 * of `request` that it takes.
 * @return 0 and the borrowed entry; STROBE_EINVAL (the message names the field); STROBE_ELIMIT (too many); STROBE_EIO
 */
int strobe_probe_table_add(struct strobe_probe_table *table, struct strobe_wire_probe_request *request, const char *by,
                           struct strobe_probe_entry **ret_entry, struct strobe_error *error);

/** Remove a probe, durably, and have it removed from the agents. @return 0, STROBE_ENOTFOUND, STROBE_EIO */
int strobe_probe_table_remove(struct strobe_probe_table *table, const char *id, struct strobe_error *error);

/** The probe, borrowed until it is removed; NULL when there is none. */
struct strobe_probe_entry *strobe_probe_table_find(struct strobe_probe_table *table, const char *id);

/** Next probe from `*position` (start with 0) on, oldest first; NULL at the end. */
struct strobe_probe_entry *strobe_probe_table_next(struct strobe_probe_table *table, size_t *position);

/** The probe's definition, borrowed. */
const struct strobe_wire_probe *strobe_probe_entry_probe(const struct strobe_probe_entry *entry);

/** A number that grows with every change of the probe or its states, also over restarts. */
int64_t strobe_probe_entry_revision(const struct strobe_probe_entry *entry);

/**
 * The probe and its states as one structure that borrows everything but `states`: free() that.
 * @return 0, STROBE_ENOMEM
 */
int strobe_probe_entry_view(const struct strobe_probe_entry *entry, struct strobe_wire_probe_view *ret_view);

/**
 * Change a probe, durably, and have it sent to the agents: members that `edit` has replace those of the probe, an empty
 * condition removes it. Its version grows.
 * @return 0; STROBE_ENOTFOUND; STROBE_EINVAL (the message names the field; nothing changed); STROBE_ELIMIT; STROBE_EIO
 */
int strobe_probe_table_edit(struct strobe_probe_table *table, const char *id, const struct strobe_wire_probe_edit *edit,
                            struct strobe_error *error);

/** `instance` sent a hit of probe `id`: when its target is the first that hits, it is alone from now on. */
void strobe_probe_table_hit(struct strobe_probe_table *table, const char *id, const char *instance);

/** Whether some probe of `service` is for some of its instances only: then each gets a set of its own. */
bool strobe_probe_table_chooses(struct strobe_probe_table *table, const char *service);

/**
 * The probe_set message for `instance` as text for the wire, the caller's (free()).
 * @return 0, STROBE_EIO, STROBE_ELIMIT, STROBE_ENOMEM
 */
int strobe_probe_table_encode_set(struct strobe_probe_table *table, const struct strobe_wire_instance *instance,
                                  char **ret_text, size_t *ret_size, struct strobe_error *error);

/** An instance of `service` reported; takes the states by zeroing them. States of other services' probes are ignored.
 */
void strobe_probe_table_report(struct strobe_probe_table *table, const char *instance, const char *service,
                               struct strobe_wire_probe_status *status);

/** About ten times a second: expire probes, tell the bus what was held back, write states. */
void strobe_probe_table_tick(struct strobe_probe_table *table);

/** Write the states that changed since the last time. */
void strobe_probe_table_flush(struct strobe_probe_table *table);

#endif
