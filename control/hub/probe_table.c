#include "hub/probe_table.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/log.h"
#include "hub/document.h"
#include "hub/name_map.h"
#include "hub/probe_edit.h"
#include "hub/probe_rules.h"
#include "hub/probe_states.h"
#include "hub/set_versions.h"
#include "hub/targets.h"
#include "strobe/limits.h"

#define ID_DIGITS 12
#define WRITE_NS 1000000000LL /* counters alone are written this often */

struct strobe_probe_entry {
    struct strobe_wire_probe probe; /* owned */
    struct strobe_probe_states states;
    size_t text_bytes; /* of the probe as JSON */
    int64_t revision;
    bool active;      /* belongs to its service's set */
    bool unpublished; /* changed since the bus was told */
};

struct strobe_probe_table {
    struct strobe_store *store;
    struct strobe_bus *bus;
    strobe_probe_set_changed on_set_changed;
    void *user;
    struct strobe_probe_entry **entries; /* oldest first */
    size_t count, capacity;
    struct strobe_name_map by_id;
    struct strobe_set_versions *versions;
    int64_t revision;
    int64_t written_ns;
    bool write_soon;
};

/* ---- Entries ---- */

static void release_entry(struct strobe_probe_entry *entry)
{
    strobe_probe_states_done(&entry->states);
    strobe_wire_struct_done(&strobe_wire_probe_struct, &entry->probe);
    free(entry);
}

static void touch(struct strobe_probe_table *table, struct strobe_probe_entry *entry)
{
    entry->revision = ++table->revision;
}

static size_t text_bytes(const struct strobe_wire_probe *probe)
{
    char *text = strobe_document_write(&strobe_wire_probe_struct, probe, NULL);
    size_t bytes = text != NULL ? strlen(text) : STROBE_MESSAGE_BYTES_MAX;
    free(text);
    return bytes;
}

/* Takes what `probe` owns. */
static struct strobe_probe_entry *append(struct strobe_probe_table *table, struct strobe_wire_probe *probe)
{
    if (table->count == table->capacity) {
        size_t capacity = table->capacity != 0 ? 2 * table->capacity : 64;
        struct strobe_probe_entry **larger = realloc(table->entries, capacity * sizeof *larger);
        if (larger == NULL) {
            return NULL;
        }
        table->entries = larger;
        table->capacity = capacity;
    }
    struct strobe_probe_entry *entry = calloc(1, sizeof *entry);
    if (entry == NULL || strobe_name_map_add(&table->by_id, probe->id, entry) < 0) {
        free(entry);
        return NULL;
    }
    entry->probe = *probe;
    entry->text_bytes = text_bytes(probe);
    memset(probe, 0, sizeof *probe);
    touch(table, entry);
    table->entries[table->count++] = entry;
    return entry;
}

static void detach(struct strobe_probe_table *table, struct strobe_probe_entry *entry)
{
    strobe_name_map_remove(&table->by_id, entry->probe.id);
    size_t i = 0;
    while (table->entries[i] != entry) {
        i++;
    }
    table->count--;
    memmove(&table->entries[i], &table->entries[i + 1], (table->count - i) * sizeof *table->entries);
}

struct strobe_probe_entry *strobe_probe_table_find(struct strobe_probe_table *table, const char *id)
{
    return strobe_name_map_get(&table->by_id, id);
}

struct strobe_probe_entry *strobe_probe_table_next(struct strobe_probe_table *table, size_t *position)
{
    return *position < table->count ? table->entries[(*position)++] : NULL;
}

const struct strobe_wire_probe *strobe_probe_entry_probe(const struct strobe_probe_entry *entry)
{
    return &entry->probe;
}

int64_t strobe_probe_entry_revision(const struct strobe_probe_entry *entry)
{
    return entry->revision;
}

int strobe_probe_entry_view(const struct strobe_probe_entry *entry, struct strobe_wire_probe_view *ret_view)
{
    struct strobe_wire_probe_state *states = strobe_probe_states_copy(&entry->states);
    if (states == NULL) {
        return STROBE_ENOMEM;
    }
    *ret_view =
        (struct strobe_wire_probe_view){.probe = entry->probe, .states = states, .states_count = entry->states.count};
    return 0;
}

static void publish(struct strobe_probe_table *table, struct strobe_probe_entry *entry)
{
    struct strobe_wire_live_probe body;
    entry->unpublished = false;
    if (strobe_probe_entry_view(entry, &body.view) == 0) {
        strobe_bus_publish(table->bus, STROBE_WIRE_KIND_LIVE_PROBE, &body);
        free(body.view.states);
    }
}

/* ---- Sets ---- */

static bool is_in_set(const struct strobe_probe_entry *entry, const char *service)
{
    return entry->active && strcmp(entry->probe.service, service) == 0;
}

bool strobe_probe_table_chooses(struct strobe_probe_table *table, const char *service)
{
    for (size_t i = 0; i < table->count; i++) {
        if (is_in_set(table->entries[i], service) && strobe_target_chooses(&table->entries[i]->probe.target)) {
            return true;
        }
    }
    return false;
}

static int encode(struct strobe_probe_table *table, const struct strobe_wire_instance *instance, int64_t version,
                  char **ret_text, size_t *ret_size, struct strobe_error *error)
{
    struct strobe_wire_probe_set set = {.version = version};
    set.probes = calloc(table->count + 1, sizeof *set.probes);
    if (set.probes == NULL) {
        return strobe_error_set(error, STROBE_ENOMEM, "out of memory");
    }
    for (size_t i = 0; i < table->count; i++) {
        const struct strobe_probe_entry *entry = table->entries[i];
        if (is_in_set(entry, instance->service) && strobe_target_meets(&entry->probe.target, instance)) {
            set.probes[set.probes_count++] = entry->probe; /* borrowed */
        }
    }
    int status = strobe_wire_encode(STROBE_WIRE_KIND_PROBE_SET, &set, ret_text, ret_size, error);
    free(set.probes);
    return status;
}

int strobe_probe_table_encode_set(struct strobe_probe_table *table, const struct strobe_wire_instance *instance,
                                  char **ret_text, size_t *ret_size, struct strobe_error *error)
{
    struct strobe_set_version *known = strobe_set_versions_find(table->versions, instance->service, error);
    return known != NULL ? encode(table, instance, known->version, ret_text, ret_size, error) : STROBE_EIO;
}

/* ---- Adding ---- */

/* Room for one more probe of `service`: at the limit the oldest expired one goes. */
static int make_room(struct strobe_probe_table *table, const char *service, struct strobe_error *error)
{
    size_t count = 0;
    struct strobe_probe_entry *expired = NULL;
    for (size_t i = 0; i < table->count; i++) {
        struct strobe_probe_entry *entry = table->entries[i];
        if (strcmp(entry->probe.service, service) == 0) {
            count++;
            expired = expired == NULL && !entry->active ? entry : expired;
        }
    }
    if (count < STROBE_PROBES_MAX) {
        return 0;
    }
    if (expired == NULL) {
        return strobe_error_set(error, STROBE_ELIMIT,
                                "this service has %d probes, more are not taken: remove some first", STROBE_PROBES_MAX);
    }
    return strobe_probe_table_remove(table, expired->probe.id, error);
}

/* Takes what it needs of `request`. */
static int make_probe(struct strobe_wire_probe_request *request, const char *by, int64_t now_ms,
                      struct strobe_wire_probe *ret_probe, struct strobe_error *error)
{
    struct strobe_wire_probe probe = {.version = 1, .limits = request->limits, .created_at_ms = now_ms};
    probe.id = malloc(ID_DIGITS + 1);
    probe.created_by = strdup(by);
    if (probe.id == NULL || probe.created_by == NULL || strobe_random_hex(probe.id, ID_DIGITS) < 0) {
        free(probe.id);
        free(probe.created_by);
        return strobe_error_set(error, STROBE_ENOMEM, "out of memory");
    }
    probe.service = request->service;
    probe.location = request->location;
    probe.condition = request->condition;
    probe.action = request->action;
    probe.options = request->options;
    probe.target = request->target;
    memset(request, 0, sizeof *request);
    *ret_probe = probe;
    return 0;
}

/* The set must fit one message before anything is promised, with room for the members that a later version adds. */
#define SET_BYTES_MAX (STROBE_MESSAGE_BYTES_MAX / 8 * 7)

static int check_set_size(struct strobe_probe_table *table, const char *service, struct strobe_error *error)
{
    size_t bytes = 256; /* around the probes */
    for (size_t i = 0; i < table->count; i++) {
        const struct strobe_probe_entry *entry = table->entries[i];
        if (is_in_set(entry, service)) {
            bytes += entry->text_bytes + 1;
        }
    }
    if (bytes > SET_BYTES_MAX) {
        return strobe_error_set(error, STROBE_ELIMIT,
                                "this service's probes are too large together: remove some, or shorten conditions");
    }
    return 0;
}

/* End the store's transaction in which a probe of the set was changed: `status` says whether that went well. */
static int end_change(struct strobe_probe_table *table, const struct strobe_set_version *service, int64_t version,
                      int status, struct strobe_error *error)
{
    if (status == 0) {
        status = strobe_store_put_set_version(table->store, service->service, version, error);
    }
    if (status == 0) {
        status = strobe_store_commit(table->store, error);
    }
    if (status < 0) {
        strobe_store_rollback(table->store);
    }
    return status;
}

/* Write a probe that is new or was edited, with the next version of its set. */
static int write_probe(struct strobe_probe_table *table, const struct strobe_probe_entry *entry,
                       struct strobe_set_version *service, struct strobe_error *error)
{
    int64_t version = strobe_set_version_next(service);
    int status = check_set_size(table, service->service, error);
    if (status == 0) {
        status = strobe_store_begin(table->store, error);
    }
    if (status == 0) {
        status = strobe_store_put_probe(table->store, &entry->probe, error);
    }
    status = end_change(table, service, version, status, error);
    if (status < 0) {
        return status;
    }
    service->version = version;
    return 0;
}

int strobe_probe_table_add(struct strobe_probe_table *table, struct strobe_wire_probe_request *request, const char *by,
                           struct strobe_probe_entry **ret_entry, struct strobe_error *error)
{
    int64_t now_ms = strobe_clock_unix_ms();
    struct strobe_wire_probe probe;
    int status = strobe_probe_rules_apply(request, now_ms, error);
    if (status == 0) {
        status = make_room(table, request->service, error);
    }
    struct strobe_set_version *service =
        status == 0 ? strobe_set_versions_find(table->versions, request->service, error) : NULL;
    if (status < 0 || service == NULL) {
        return status < 0 ? status : STROBE_EIO;
    }
    status = make_probe(request, by, now_ms, &probe, error);
    if (status < 0) {
        return status;
    }
    struct strobe_probe_entry *entry = append(table, &probe);
    if (entry == NULL) {
        strobe_wire_struct_done(&strobe_wire_probe_struct, &probe);
        return strobe_error_set(error, STROBE_ENOMEM, "out of memory");
    }
    entry->active = true;
    status = write_probe(table, entry, service, error);
    if (status < 0) {
        detach(table, entry);
        release_entry(entry);
        return status;
    }
    table->on_set_changed(table->user, service->service);
    publish(table, entry);
    *ret_entry = entry;
    return 0;
}

/* ---- Changing ---- */

/* Put `changed` in the entry's place, durably; takes it, also on failure. */
static int replace(struct strobe_probe_table *table, struct strobe_probe_entry *entry,
                   struct strobe_wire_probe *changed, struct strobe_error *error)
{
    struct strobe_set_version *service = strobe_set_versions_find(table->versions, entry->probe.service, error);
    struct strobe_wire_probe before = entry->probe;
    size_t bytes_before = entry->text_bytes;
    bool was_active = entry->active;
    entry->probe = *changed;
    entry->probe.version++;
    entry->text_bytes = text_bytes(&entry->probe);
    entry->active = true; /* a longer expiry revives it */
    int status = service != NULL ? write_probe(table, entry, service, error) : STROBE_EIO;
    if (status < 0) {
        strobe_wire_struct_done(&strobe_wire_probe_struct, &entry->probe);
        entry->probe = before;
        entry->text_bytes = bytes_before;
        entry->active = was_active;
        return status;
    }
    char *id = entry->probe.id; /* the map's key is the old text */
    entry->probe.id = before.id;
    before.id = id;
    strobe_wire_struct_done(&strobe_wire_probe_struct, &before);
    touch(table, entry);
    table->on_set_changed(table->user, service->service);
    publish(table, entry);
    return 0;
}

int strobe_probe_table_edit(struct strobe_probe_table *table, const char *id, const struct strobe_wire_probe_edit *edit,
                            struct strobe_error *error)
{
    struct strobe_probe_entry *entry = strobe_probe_table_find(table, id);
    struct strobe_wire_probe changed;
    if (entry == NULL) {
        return strobe_error_set(error, STROBE_ENOTFOUND, "no probe has this id");
    }
    int status = strobe_probe_edit_apply(&entry->probe, edit, &changed, error);
    if (status < 0) {
        return status;
    }
    status = strobe_probe_rules_check(&changed, strobe_clock_unix_ms(), error);
    if (status < 0) {
        strobe_wire_struct_done(&strobe_wire_probe_struct, &changed);
        return status;
    }
    return replace(table, entry, &changed, error);
}

void strobe_probe_table_hit(struct strobe_probe_table *table, const char *id, const char *instance)
{
    struct strobe_probe_entry *entry = strobe_probe_table_find(table, id);
    struct strobe_wire_probe changed;
    struct strobe_error error = {0};
    if (entry == NULL || !entry->active || !entry->probe.target.first) {
        return;
    }
    int status = strobe_probe_edit_narrow(&entry->probe, instance, &changed, &error);
    if (status == 0) {
        changed.version--; /* it stays the same probe for the instance that has it */
        status = replace(table, entry, &changed, &error);
    }
    if (status < 0) {
        strobe_log(STROBE_LOG_ERROR, "probe %s is not taken from the other instances: %s", id, error.message);
    }
}

/* ---- Removing and expiring ---- */

int strobe_probe_table_remove(struct strobe_probe_table *table, const char *id, struct strobe_error *error)
{
    struct strobe_probe_entry *entry = strobe_probe_table_find(table, id);
    if (entry == NULL) {
        return strobe_error_set(error, STROBE_ENOTFOUND, "no probe has this id");
    }
    struct strobe_set_version *service = strobe_set_versions_find(table->versions, entry->probe.service, error);
    int64_t version = service != NULL ? strobe_set_version_next(service) : 0;
    int status = service != NULL ? strobe_store_begin(table->store, error) : STROBE_EIO;
    if (status == 0) {
        status = strobe_store_remove_probe(table->store, id, error);
    }
    status = end_change(table, service, version, status, error);
    if (status < 0) {
        return status;
    }
    detach(table, entry);
    if (entry->active) {
        service->version = version;
        table->on_set_changed(table->user, service->service);
    }
    const struct strobe_wire_live_probe_removed body = {.id = entry->probe.id};
    strobe_bus_publish(table->bus, STROBE_WIRE_KIND_LIVE_PROBE_REMOVED, &body);
    release_entry(entry);
    return 0;
}

static void expire(struct strobe_probe_table *table, struct strobe_probe_entry *entry)
{
    struct strobe_error error = {0};
    struct strobe_set_version *service = strobe_set_versions_find(table->versions, entry->probe.service, &error);
    entry->active = false;
    strobe_probe_states_expire(&entry->states);
    table->write_soon = true;
    touch(table, entry);
    if (service != NULL) {
        service->version = strobe_set_version_next(service);
        if (strobe_store_put_set_version(table->store, service->service, service->version, &error) < 0) {
            strobe_log(STROBE_LOG_ERROR, "the version of a probe set is not written: %s", error.message);
        }
        table->on_set_changed(table->user, service->service);
    }
    publish(table, entry);
}

/* ---- Reports ---- */

/* Many instances arming at once would each have the whole view sent: from this many on, ten times a second. */
#define STATES_PUBLISHED_AT_ONCE 64

void strobe_probe_table_report(struct strobe_probe_table *table, const char *instance, const char *service,
                               struct strobe_wire_probe_status *status)
{
    for (size_t i = 0; i < status->states_count; i++) {
        struct strobe_wire_probe_state *state = &status->states[i];
        struct strobe_probe_entry *entry = strobe_probe_table_find(table, state->probe);
        if (entry == NULL || strcmp(entry->probe.service, service) != 0) {
            continue;
        }
        int changed = strobe_probe_states_put(&entry->states, instance, state);
        if (changed < 0) {
            strobe_log(STROBE_LOG_WARNING, "a state of probe %s is dropped: %s", entry->probe.id,
                       strobe_error_meaning(changed));
            continue;
        }
        touch(table, entry);
        entry->unpublished = true;
        if (changed == STROBE_STATE_NEW_WORD) {
            table->write_soon = true;
            if (entry->states.count <= STATES_PUBLISHED_AT_ONCE) {
                publish(table, entry);
            }
        }
    }
}

/* ---- Time ---- */

static int write_states(struct strobe_probe_table *table, struct strobe_error *error)
{
    int status = strobe_store_begin(table->store, error);
    for (size_t i = 0; status == 0 && i < table->count; i++) {
        status = strobe_probe_states_write(&table->entries[i]->states, table->store, error);
    }
    if (status == 0) {
        status = strobe_store_commit(table->store, error);
    }
    if (status < 0) {
        strobe_store_rollback(table->store);
    }
    return status;
}

void strobe_probe_table_flush(struct strobe_probe_table *table)
{
    struct strobe_error error = {0};
    bool unwritten = false;
    table->write_soon = false;
    table->written_ns = strobe_clock_monotonic_ns();
    for (size_t i = 0; i < table->count; i++) {
        unwritten = unwritten || table->entries[i]->states.unwritten > 0;
    }
    if (!unwritten) {
        return;
    }
    int status = write_states(table, &error);
    if (status < 0) {
        strobe_log(STROBE_LOG_ERROR, "states of probes are not written, trying again: %s", error.message);
    }
    for (size_t i = 0; status == 0 && i < table->count; i++) {
        strobe_probe_states_written(&table->entries[i]->states);
    }
}

static void forget(struct strobe_probe_table *table, const char *id)
{
    struct strobe_error error = {0};
    if (strobe_probe_table_remove(table, id, &error) < 0) {
        strobe_log(STROBE_LOG_ERROR, "an expired probe is not removed: %s", error.message);
    }
}

void strobe_probe_table_tick(struct strobe_probe_table *table)
{
    int64_t now_ms = strobe_clock_unix_ms();
    for (size_t i = table->count; i > 0; i--) { /* backwards: entries may go */
        struct strobe_probe_entry *entry = table->entries[i - 1];
        if (entry->active && entry->probe.limits.expires_at_ms <= now_ms) {
            expire(table, entry);
        } else if (entry->unpublished) {
            publish(table, entry);
        } else if (!entry->active && entry->probe.limits.expires_at_ms + STROBE_HUB_KEEP_MS <= now_ms) {
            forget(table, entry->probe.id);
        }
    }
    if (table->write_soon || strobe_clock_monotonic_ns() - table->written_ns >= WRITE_NS) {
        strobe_probe_table_flush(table);
    }
}

/* ---- All of it ---- */

static void load_probe(void *user, struct strobe_wire_probe *probe)
{
    struct strobe_probe_table *table = user;
    struct strobe_probe_entry *entry = append(table, probe);
    if (entry != NULL) {
        entry->active = entry->probe.limits.expires_at_ms > strobe_clock_unix_ms();
    }
}

static void load_state(void *user, struct strobe_wire_probe_state *state)
{
    struct strobe_probe_table *table = user;
    struct strobe_probe_entry *entry = strobe_probe_table_find(table, state->probe);
    if (entry != NULL && state->instance != NULL) {
        char *instance = state->instance;
        state->instance = NULL;
        strobe_probe_states_put(&entry->states, instance, state);
        strobe_probe_states_written(&entry->states);
        free(instance);
    }
}

int strobe_probe_table_new(struct strobe_store *store, struct strobe_bus *bus, strobe_probe_set_changed on_set_changed,
                           void *user, struct strobe_probe_table **ret_table, struct strobe_error *error)
{
    struct strobe_probe_table *table = calloc(1, sizeof *table);
    if (table == NULL) {
        return strobe_error_set(error, STROBE_ENOMEM, "out of memory");
    }
    table->store = store;
    table->bus = bus;
    table->on_set_changed = on_set_changed;
    table->user = user;
    table->revision = strobe_clock_unix_us(); /* above every revision given out before a restart */
    table->versions = strobe_set_versions_new(store);
    int status = table->versions != NULL ? strobe_store_load_probes(store, load_probe, table, error)
                                         : strobe_error_set(error, STROBE_ENOMEM, "out of memory");
    if (status == 0) {
        status = strobe_store_load_states(store, load_state, table, error);
    }
    if (status < 0) {
        strobe_probe_table_free(table);
        return status;
    }
    *ret_table = table;
    return 0;
}

void strobe_probe_table_free(struct strobe_probe_table *table)
{
    if (table == NULL) {
        return;
    }
    for (size_t i = 0; i < table->count; i++) {
        release_entry(table->entries[i]);
    }
    free(table->entries);
    strobe_name_map_done(&table->by_id);
    strobe_set_versions_free(table->versions);
    free(table);
}
