/**
 * What the hub keeps: instances, probes with their states, source texts, snapshots.
 *
 * The one interface to storage: another engine implements these functions instead of store_sqlite.c. Used by the hub's
 * loop thread only. Every call that fails returns STROBE_EIO with the engine's message, unless it says otherwise, and
 * changes nothing. Outside strobe_store_begin() ... strobe_store_commit() each write is durable when its call returns.
 */
#ifndef STROBE_HUB_STORE_H
#define STROBE_HUB_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/codec.h"

struct strobe_store;

/** Open the store in `folder`, make or upgrade it. A damaged one is refused with what to do. */
int strobe_store_open(const char *folder, struct strobe_store **ret_store, struct strobe_error *error);

/** NULL is fine. */
void strobe_store_close(struct strobe_store *store);

/* ---- Transactions ---- */

int strobe_store_begin(struct strobe_store *store, struct strobe_error *error);

/** Make everything since the beginning durable; when that fails nothing of it remains. */
int strobe_store_commit(struct strobe_store *store, struct strobe_error *error);

/** Forget everything since the beginning; without one, does nothing. */
void strobe_store_rollback(struct strobe_store *store);

/* ---- Instances ---- */

/** Add or replace. The state (up or down) is not kept. */
int strobe_store_put_instance(struct strobe_store *store, const struct strobe_wire_instance *instance,
                              struct strobe_error *error);

/**
 * Call `visit` with known instances, of `service` or of all (NULL), latest connection first, until it answers false.
 * Their state is "down".
 */
int strobe_store_list_instances(struct strobe_store *store, const char *service,
                                bool (*visit)(void *user, const struct strobe_wire_instance *instance), void *user,
                                struct strobe_error *error);

/** @return 0 (release with strobe_wire_struct_done()), STROBE_ENOTFOUND */
int strobe_store_get_instance(struct strobe_store *store, const char *id, struct strobe_wire_instance *ret_instance,
                              struct strobe_error *error);

/* ---- Snapshots ---- */

/** How far the snapshots of one instance came. */
struct strobe_stream {
    int64_t acknowledged; /* highest committed sequence number; 0: none */
    int64_t stored;       /* number of committed snapshots; acknowledged - stored are missing */
};

int strobe_store_get_stream(struct strobe_store *store, const char *instance, struct strobe_stream *ret_stream,
                            struct strobe_error *error);

/**
 * Store a snapshot unless (instance, seq) is there already. `ret_new` says which; for a new one `ret_position` is its
 * place in the order of commits.
 */
int strobe_store_add_snapshot(struct strobe_store *store, const char *instance, const char *service,
                              const struct strobe_wire_snapshot *snapshot, bool *ret_new, int64_t *ret_position,
                              struct strobe_error *error);

#define STROBE_SNAPSHOT_ID_DIGITS 12

/** The identifier of a snapshot: the first digits of a hash over instance and sequence number. */
int strobe_snapshot_id(const char *instance, int64_t seq, char ret_id[STROBE_SNAPSHOT_ID_DIGITS + 1]);

/** Digits of the ids of OpenTelemetry. */
enum { STROBE_TRACE_ID_DIGITS = 32, STROBE_SPAN_ID_DIGITS = 16 };

/** Which snapshots to list; NULL and 0: no restriction. */
struct strobe_snapshot_query {
    const char *probe;
    const char *service;
    const char *instance;
    const char *kind;  /* "snapshot", "log", "span", or several with commas between them */
    const char *trace; /* id of the trace */
    bool oldest_first; /* else newest first */
    int64_t after;     /* positions above */
    int64_t before;    /* positions below */
    int limit;
};

int strobe_store_list_snapshots(struct strobe_store *store, const struct strobe_snapshot_query *query,
                                void (*visit)(void *user, const struct strobe_wire_snapshot_summary *summary),
                                void *user, struct strobe_error *error);

/**
 * Read the one snapshot whose id begins with `prefix` (hexadecimal digits). Release with strobe_wire_struct_done().
 * @return 0, STROBE_ENOTFOUND, STROBE_EBUSY when there are several
 */
int strobe_store_get_snapshot(struct strobe_store *store, const char *prefix,
                              struct strobe_wire_snapshot_view *ret_view, struct strobe_error *error);

/* ---- Sources ---- */

/** Keep a source text by its hash; the first one stays. */
int strobe_store_put_source(struct strobe_store *store, const struct strobe_wire_source *source,
                            struct strobe_error *error);

/** The `source` with this hash as JSON text, the caller's (free()). @return 0, STROBE_ENOTFOUND */
int strobe_store_get_source(struct strobe_store *store, const char *sha256, char **ret_text,
                            struct strobe_error *error);

/* ---- Redaction ---- */

/** The policy (release with strobe_wire_struct_done()). @return 0, STROBE_ENOTFOUND when none was ever set */
int strobe_store_get_redaction(struct strobe_store *store, struct strobe_wire_redaction *ret_redaction,
                               struct strobe_error *error);

int strobe_store_put_redaction(struct strobe_store *store, const struct strobe_wire_redaction *redaction,
                               struct strobe_error *error);

/* ---- Probes ---- */

int strobe_store_put_probe(struct strobe_store *store, const struct strobe_wire_probe *probe,
                           struct strobe_error *error);

/** Remove a probe and its states; its snapshots stay. */
int strobe_store_remove_probe(struct strobe_store *store, const char *id, struct strobe_error *error);

/** Call `visit` with every probe, oldest first; it may take the members by zeroing them. */
int strobe_store_load_probes(struct strobe_store *store, void (*visit)(void *user, struct strobe_wire_probe *probe),
                             void *user, struct strobe_error *error);

/** Add or replace the state of `state->probe` in `state->instance`. */
int strobe_store_put_state(struct strobe_store *store, const struct strobe_wire_probe_state *state,
                           struct strobe_error *error);

/** Call `visit` with every state; it may take the members by zeroing them. */
int strobe_store_load_states(struct strobe_store *store,
                             void (*visit)(void *user, struct strobe_wire_probe_state *state), void *user,
                             struct strobe_error *error);

/** Version of the probe set of `service`; 0 when none was kept. */
int strobe_store_get_set_version(struct strobe_store *store, const char *service, int64_t *ret_version,
                                 struct strobe_error *error);

int strobe_store_put_set_version(struct strobe_store *store, const char *service, int64_t version,
                                 struct strobe_error *error);

#endif
