#include "probes/py/registry.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "probes/py/recheck.h"
#include "probes/py/shed.h"

/* One that rests stands nowhere until it has: its passes would only turn its lines off. */
static bool may_stand(const struct strobe_entry *entry)
{
    return strobe_entry_lives(entry) && entry->probe->resumes_ns == 0;
}

/* A module that some probe waits for was compiled or loaded, and is about to run. In the program's thread. */
static void on_module_made(void *user, struct strobe_code_file *file)
{
    struct strobe_registry *registry = user;
    for (size_t i = 0; registry->engine_error.code == 0 && i < registry->count; i++) {
        struct strobe_entry *entry = &registry->entries[i];
        struct strobe_name_set names = {{0}};
        strobe_entry_names(entry, &names);
        if (may_stand(entry) && strobe_name_set_has(&names, file->name_hash) &&
            entry->location.kind <= STROBE_LOCATION_EXIT) {
            strobe_entry_meet(entry, registry->index, registry->dispatch, file);
        }
    }
}

void strobe_registry_init(struct strobe_registry *registry, struct strobe_dispatch *dispatch,
                          struct strobe_code_index *index, const struct strobe_registry_hooks *hooks)
{
    *registry = (struct strobe_registry){.dispatch = dispatch, .index = index, .hooks = *hooks};
    index->module_made = on_module_made;
    index->module_user = registry;
}

static void settle(struct strobe_registry *registry, struct strobe_slice *slice)
{
    while (strobe_dispatch_settle(registry->dispatch)) {
        if (slice != NULL) {
            strobe_slice_pause(slice);
        }
    }
}

void strobe_registry_done(struct strobe_registry *registry)
{
    registry->index->module_made = NULL;
    for (size_t i = 0; i < registry->count; i++) {
        strobe_entry_done(&registry->entries[i], registry->dispatch);
    }
    settle(registry, NULL);
    free(registry->entries);
    registry->entries = NULL;
    registry->count = 0;
}

/* ---- Arming ---- */

/* Have the index report the files of all probes. */
static void want_files(struct strobe_registry *registry)
{
    struct strobe_name_set names = {{0}};
    for (size_t i = 0; i < registry->count; i++) {
        strobe_entry_names(&registry->entries[i], &names);
    }
    strobe_code_index_want(registry->index, &names);
}

static bool intersects(const struct strobe_name_set *a, const struct strobe_name_set *b)
{
    for (size_t i = 0; i < sizeof a->bits / sizeof *a->bits; i++) {
        if ((a->bits[i] & b->bits[i]) != 0) {
            return true;
        }
    }
    return false;
}

/* An exception type makes no code: look for it whenever we look at all. */
static bool waits_for_type(const struct strobe_entry *entry)
{
    return entry->location.kind >= STROBE_LOCATION_RAISE && entry->probe->standing == 0;
}

static bool is_due(const struct strobe_entry *entry, const struct strobe_name_set *touched)
{
    struct strobe_name_set names = {{0}};
    strobe_entry_names(entry, &names);
    return may_stand(entry) && (entry->due || waits_for_type(entry) || intersects(&names, touched));
}

static void resolve_entry(struct strobe_registry *registry, struct strobe_entry *entry, struct strobe_slice *slice)
{
    entry->due = false;
    if (registry->engine_error.code != 0) {
        strobe_probe_set_state(entry->probe, STROBE_PROBE_ERROR, "engine", "%s", registry->engine_error.message);
    } else {
        strobe_entry_resolve(entry, registry->index, registry->dispatch, slice);
    }
    struct strobe_probe *probe = entry->probe;
    if (probe->action->kind == STROBE_ACTION_MEMORY && probe->standing > 0 && !probe->ended &&
        registry->hooks.prepare != NULL) {
        registry->hooks.prepare(registry->hooks.user, probe);
    }
}

bool strobe_registry_must_look(const struct strobe_registry *registry)
{
    for (size_t i = 0; i < registry->count; i++) {
        const struct strobe_entry *entry = &registry->entries[i];
        if (may_stand(entry) && entry->probe->standing == 0 &&
            (registry->index->watcher < 0 || waits_for_type(entry))) {
            return true;
        }
    }
    return false;
}

/* Probes whose code has died look for other code of their place. */
static void bury(struct strobe_registry *registry, struct strobe_slice *slice)
{
    strobe_dispatch_drop_dead(registry->dispatch, registry->index->watcher < 0 ? 1 : 0);
    settle(registry, slice); /* before anyone looks for code: the sites keep it alive */
    for (size_t i = 0; i < registry->count; i++) {
        struct strobe_entry *entry = &registry->entries[i];
        if (entry->told && may_stand(entry) && entry->probe->standing == 0) {
            entry->told = false;
            entry->due = true;
        }
    }
}

static const char *hash_of(void *user, const char *file)
{
    struct strobe_registry *registry = user;
    if (registry->hashed_file == NULL || strcmp(registry->hashed_file, file) != 0) {
        snprintf(registry->hash, sizeof registry->hash, "%s", registry->hooks.source_hash(registry->hooks.user, file));
        free(registry->hashed_file);
        registry->hashed_file = strdup(file);
    }
    return registry->hash;
}

static void tell(struct strobe_registry *registry, struct strobe_slice *slice)
{
    for (size_t i = 0; i < registry->count; i++) {
        strobe_entry_tell(&registry->entries[i], hash_of, registry);
        strobe_slice_pause(slice);
    }
    free(registry->hashed_file); /* the file may change until the next time */
    registry->hashed_file = NULL;
}

void strobe_registry_resolve(struct strobe_registry *registry)
{
    struct strobe_slice slice = strobe_slice_begin();
    struct strobe_name_set touched;
    bury(registry, &slice);
    want_files(registry);
    strobe_code_index_refresh(registry->index);
    strobe_code_index_take_touched(registry->index, &touched);
    for (size_t i = 0; i < registry->count; i++) {
        if (is_due(&registry->entries[i], &touched)) {
            resolve_entry(registry, &registry->entries[i], &slice);
            strobe_slice_pause(&slice);
        }
    }
    settle(registry, &slice);
    tell(registry, &slice);
    want_files(registry); /* some know their file by now */
}

/* ---- The desired set ---- */

static struct strobe_entry *find_entry(struct strobe_registry *registry, const char *id)
{
    for (size_t i = 0; i < registry->count; i++) {
        if (strcmp(registry->entries[i].probe->id, id) == 0) {
            return &registry->entries[i];
        }
    }
    return NULL;
}

/* It rests no more. Where it still stands, CPython was told to turn its lines off: it is armed from the beginning. */
static void wake(struct strobe_registry *registry, struct strobe_entry *entry)
{
    strobe_dispatch_remove(registry->dispatch, entry->probe);
    entry->probe->resumes_ns = 0;
    entry->due = true;
    entry->told = false;
}

/* Whether the probe of `entry` can go on as `request` asks: it is the same, or its limits alone changed. */
static bool carry_over(struct strobe_registry *registry, struct strobe_entry *entry,
                       const struct strobe_probe_request *request)
{
    struct strobe_probe *probe = entry->probe;
    if (atomic_load(&probe->version) == request->version) {
        return true;
    }
    if (entry->refused || !strobe_probe_is_same(probe, request)) {
        return false; /* what was refused is looked at afresh: it may have been in quarantine */
    }
    if (probe->resumes_ns != 0) {
        wake(registry, entry); /* its budget may be another */
    }
    if (strobe_probe_revise(probe, request)) {
        entry->due = true;
        entry->told = false;
    }
    return true;
}

/* Tell the agent which probes there are. */
static int publish(struct strobe_registry *registry)
{
    struct strobe_probe **probes = calloc(registry->count + 1, sizeof *probes);
    if (probes == NULL) {
        return STROBE_ENOMEM;
    }
    for (size_t i = 0; i < registry->count; i++) {
        probes[i] = registry->entries[i].probe;
    }
    registry->hooks.on_probes(registry->hooks.user, probes, registry->count);
    free(probes);
    return 0;
}

/* A probe that a process died of needs somebody's word first: any change of it gives it another version. */
static void quarantine(struct strobe_registry *registry, struct strobe_entry *entry)
{
    const struct strobe_registry_hooks *hooks = &registry->hooks;
    if (hooks->is_quarantined != NULL &&
        hooks->is_quarantined(hooks->user, entry->probe->id, atomic_load(&entry->probe->version))) {
        entry->refused = true;
        entry->denied = false;
        strobe_probe_set_state(
            entry->probe, STROBE_PROBE_ERROR, "crashed",
            "a process died while this probe was at work, so it is not armed again; look at why, then "
            "confirm it with any change: strobe edit %s --rate 10",
            entry->probe->id);
    }
}

/* Move what stays from `old` to the new list, make what is new. @return how many there are */
static size_t fill_entries(struct strobe_registry *registry, const struct strobe_probe_request *requests, size_t count,
                           struct strobe_slice *slice, struct strobe_entry *entries)
{
    size_t made = 0;
    for (size_t i = 0; i < count; i++) {
        struct strobe_entry *old = find_entry(registry, requests[i].id);
        if (old != NULL && carry_over(registry, old, &requests[i])) {
            entries[made++] = *old;
            *old = registry->entries[--registry->count]; /* moved over, not to be released */
        } else {
            if (strobe_entry_make(&requests[i], registry->hooks.is_secret, &entries[made]) == 0) {
                quarantine(registry, &entries[made++]);
            }
        }
        strobe_slice_pause(slice);
    }
    return made;
}

int strobe_registry_apply(struct strobe_registry *registry, const struct strobe_probe_request *requests, size_t count)
{
    struct strobe_slice slice = strobe_slice_begin();
    struct strobe_entry *entries = calloc(count + 1, sizeof *entries);
    if (entries == NULL) {
        return STROBE_ENOMEM;
    }
    size_t made = fill_entries(registry, requests, count, &slice, entries);
    struct strobe_entry *gone = registry->entries;
    size_t gone_count = registry->count;
    registry->entries = entries;
    registry->count = made;
    for (size_t i = 0; i < gone_count; i++) {
        strobe_entry_done(&gone[i], registry->dispatch);
        strobe_slice_pause(&slice);
    }
    free(gone);
    int published = publish(registry);
    strobe_registry_resolve(registry);
    return made < count ? STROBE_ENOMEM : published;
}

bool strobe_registry_recheck(struct strobe_registry *registry)
{
    struct strobe_slice slice = strobe_slice_begin();
    bool due = false;
    for (size_t i = 0; i < registry->count; i++) {
        due = strobe_entry_recheck(&registry->entries[i], registry->hooks.is_secret, registry->dispatch) || due;
        strobe_slice_pause(&slice);
    }
    settle(registry, &slice);
    return due;
}

void strobe_registry_after_fork(struct strobe_registry *registry)
{
    for (size_t i = 0; i < registry->count; i++) {
        struct strobe_entry *entry = &registry->entries[i];
        strobe_probe_after_fork(entry->probe);
        entry->due = true;
        /* The status of the parent stays true where it still stands. */
        entry->told = entry->probe->standing > 0 && entry->probe->status.state == STROBE_PROBE_ARMED;
    }
}

/* A probe over its budget is not armed while it rests. @return whether it has rested */
static bool rest(struct strobe_registry *registry, struct strobe_entry *entry, int64_t now_ns)
{
    struct strobe_probe *probe = entry->probe;
    if (probe->resumes_ns == 0) {
        return false;
    }
    if (now_ns < probe->resumes_ns) {
        strobe_dispatch_remove(registry->dispatch, probe);
        return false;
    }
    wake(registry, entry);
    probe->resumed_ns = now_ns;
    probe->trial_began_ns = 0;
    strobe_probe_forget_costs(probe);
    return true;
}

bool strobe_registry_retire(struct strobe_registry *registry)
{
    struct strobe_slice slice = strobe_slice_begin();
    int64_t now_ns = strobe_clock_monotonic_ns();
    bool rested = false;
    for (size_t i = 0; i < registry->count; i++) {
        struct strobe_probe *probe = registry->entries[i].probe;
        if (!probe->ended && now_ns >= probe->expires_ns) {
            probe->ended = true;
            strobe_probe_end(probe, STROBE_PROBE_EXPIRED, "expired; set it again if it is still needed");
        }
        if (probe->ended) {
            strobe_dispatch_remove(registry->dispatch, probe);
        } else {
            rested = rest(registry, &registry->entries[i], now_ns) || rested;
            strobe_shed_recover(registry->dispatch, probe, now_ns);
        }
    }
    settle(registry, &slice);
    return rested;
}
