#include "probes/py/registry.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "probes/expression/py/known_names.h"
#include "probes/py/resolve.h"

struct strobe_registry_entry {
    struct strobe_probe *probe;
    struct strobe_expression *condition; /* NULL: always */
    struct strobe_location location;
    bool refused; /* location or condition cannot be understood: nothing will change that */
};

void strobe_registry_init(struct strobe_registry *registry, struct strobe_dispatch *dispatch,
                          struct strobe_code_index *index, const struct strobe_registry_hooks *hooks)
{
    *registry = (struct strobe_registry){.dispatch = dispatch, .index = index, .hooks = *hooks};
}

static void entry_done(struct strobe_registry *registry, struct strobe_registry_entry *entry)
{
    strobe_dispatch_remove(registry->dispatch, entry->probe);
    strobe_expression_free(entry->condition);
    strobe_probe_unref(entry->probe);
}

void strobe_registry_done(struct strobe_registry *registry)
{
    for (size_t i = 0; i < registry->count; i++) {
        entry_done(registry, &registry->entries[i]);
    }
    free(registry->entries);
    registry->entries = NULL;
    registry->count = 0;
}

/* ---- Messages ---- */

static void refuse(struct strobe_registry_entry *entry, const char *reason, const char *message)
{
    entry->refused = true;
    strobe_probe_set_state(entry->probe, STROBE_PROBE_ERROR, reason, "%s", message);
}

static const char *condition_reason(int status)
{
    switch (status) {
    case STROBE_ESYNTAX:
        return "condition_syntax";
    case STROBE_EDENIED:
        return "condition_redacted";
    case STROBE_ELIMIT:
        return "limit";
    default:
        return "condition_unsupported";
    }
}

static void join_candidates(const struct strobe_resolution *r, char *ret_text, size_t size)
{
    size_t used = 0;
    ret_text[0] = '\0';
    for (size_t i = 0; i < r->candidates_count && used < size; i++) {
        int wrote = snprintf(ret_text + used, size - used, "%s%s", i > 0 ? ", " : "", r->candidates[i]);
        used += wrote > 0 ? (size_t)wrote : 0;
    }
}

static void say_unresolved(struct strobe_probe *probe, const struct strobe_location *location,
                           const struct strobe_resolution *r)
{
    char files[900];
    join_candidates(r, files, sizeof files);
    switch (r->kind) {
    case STROBE_RESOLVED_NOT_LOADED:
        if (r->candidates_count > 0) {
            strobe_probe_set_state(probe, STROBE_PROBE_PENDING, "not_loaded",
                                   "no loaded file matches %.200s; of the same name: %s", location->path, files);
        } else {
            strobe_probe_set_state(probe, STROBE_PROBE_PENDING, "not_loaded",
                                   "no loaded file matches %.200s; it arms when the program imports such a file",
                                   location->path);
        }
        break;
    case STROBE_RESOLVED_AMBIGUOUS:
        strobe_probe_set_state(probe, STROBE_PROBE_ERROR, "ambiguous",
                               "several files match; write more of the path: %s", files);
        break;
    case STROBE_RESOLVED_NO_CODE:
        strobe_probe_set_place(probe, r->file, 0, "");
        if (r->before > 0 && r->after > 0) {
            strobe_probe_set_state(probe, STROBE_PROBE_ERROR, "no_code_at_line",
                                   "line %d of %.200s has no code that can still run; the nearest lines are %d and %d",
                                   location->line, r->file, r->before, r->after);
        } else {
            strobe_probe_set_state(probe, STROBE_PROBE_ERROR, "no_code_at_line",
                                   "line %d of %.200s has no code that can still run; the nearest line is %d",
                                   location->line, r->file, r->before > 0 ? r->before : r->after);
        }
        break;
    default:
        break;
    }
}

static void say_armed(struct strobe_registry *registry, struct strobe_registry_entry *entry,
                      const struct strobe_resolution *r)
{
    struct strobe_probe *probe = entry->probe;
    strobe_probe_set_place(probe, r->file, r->line, registry->hooks.source_hash(registry->hooks.user, r->file));
    if (r->kind == STROBE_RESOLVED_MOVED) {
        strobe_probe_set_state(probe, STROBE_PROBE_ARMED, "line_moved",
                               "line %d has no code; armed at line %d, the next one with code", entry->location.line,
                               r->line);
    } else {
        strobe_probe_set_state(probe, STROBE_PROBE_ARMED, "", "%s", "");
    }
}

/* ---- Arming ---- */

/* Stand the probe in one code object. @return 1 when it is new there, 0 when it stood there, negative: why not */
static int arm_code(struct strobe_registry *registry, struct strobe_registry_entry *entry, PyCodeObject *code, int line,
                    struct strobe_error *error)
{
    if (strobe_dispatch_has(registry->dispatch, code, entry->probe)) {
        return 0;
    }
    int status = entry->condition != NULL ? strobe_known_names_check(entry->condition, code, error) : 0;
    struct strobe_site *site = NULL;
    status = status < 0 ? status
                        : strobe_dispatch_add(registry->dispatch, code, line, entry->probe, entry->condition, &site);
    if (status == 0) {
        status = registry->dispatch->engine->arm(registry->dispatch, site, error);
        if (status < 0) {
            strobe_dispatch_remove(registry->dispatch, entry->probe);
        }
    }
    return status < 0 ? strobe_error_set(error, status, "out of memory") : 1;
}

static void arm_all(struct strobe_registry *registry, struct strobe_registry_entry *entry,
                    const struct strobe_resolution *r)
{
    struct strobe_error error = {0};
    size_t standing = 0;
    size_t fresh = 0;
    for (size_t i = 0; i < r->codes_count; i++) {
        int status = arm_code(registry, entry, r->codes[i], r->line, &error);
        standing += status >= 0;
        fresh += status > 0;
    }
    if (standing == 0) {
        strobe_probe_set_place(entry->probe, r->file, 0, "");
        strobe_probe_set_state(entry->probe, STROBE_PROBE_ERROR,
                               error.code == STROBE_ENOTFOUND ? "condition_name" : "engine", "%s", error.message);
    } else if (fresh == standing) {
        say_armed(registry, entry, r); /* for the first time; later code of the same place changes nothing to say */
        strcpy(entry->location.path, r->file); /* a file of the same name that is loaded later is not meant */
    }
}

static void resolve_entry(struct strobe_registry *registry, struct strobe_registry_entry *entry)
{
    if (entry->refused || entry->probe->ended) {
        return;
    }
    if (registry->engine_error.code != 0) {
        strobe_probe_set_state(entry->probe, STROBE_PROBE_ERROR, "engine", "%s", registry->engine_error.message);
        return;
    }
    struct strobe_resolution *r = malloc(sizeof *r);
    if (r == NULL || strobe_resolve(registry->index, &entry->location, r) < 0) {
        strobe_probe_set_state(entry->probe, STROBE_PROBE_ERROR, "limit", "out of memory while looking for the code");
    } else if (r->kind == STROBE_RESOLVED || r->kind == STROBE_RESOLVED_MOVED) {
        arm_all(registry, entry, r);
    } else {
        say_unresolved(entry->probe, &entry->location, r);
    }
    if (r != NULL) {
        strobe_resolution_done(r);
    }
    free(r);
}

bool strobe_registry_must_look(const struct strobe_registry *registry)
{
    for (size_t i = 0; registry->index->watcher < 0 && i < registry->count; i++) {
        const struct strobe_registry_entry *entry = &registry->entries[i];
        if (!entry->refused && !entry->probe->ended && entry->probe->status.state == STROBE_PROBE_PENDING) {
            return true;
        }
    }
    return false;
}

void strobe_registry_resolve(struct strobe_registry *registry)
{
    strobe_code_index_refresh(registry->index);
    for (size_t i = 0; i < registry->count; i++) {
        resolve_entry(registry, &registry->entries[i]);
    }
}

/* ---- The desired set ---- */

static struct strobe_registry_entry *find_entry(struct strobe_registry *registry,
                                                const struct strobe_probe_request *request)
{
    for (size_t i = 0; i < registry->count; i++) {
        struct strobe_probe *probe = registry->entries[i].probe;
        if (probe->version == request->version && strcmp(probe->id, request->id) == 0) {
            return &registry->entries[i];
        }
    }
    return NULL;
}

static int make_entry(struct strobe_registry *registry, const struct strobe_probe_request *request,
                      struct strobe_registry_entry *ret_entry)
{
    struct strobe_registry_entry entry = {.probe = strobe_probe_new(request)};
    struct strobe_error error = {0};
    if (entry.probe == NULL) {
        return STROBE_ENOMEM;
    }
    if (strobe_location_parse(request->location, &entry.location, &error) < 0) {
        refuse(&entry, "location_syntax", error.message);
    } else if (request->condition != NULL && request->condition[0] != '\0') {
        int status = strobe_expression_compile(request->condition, registry->hooks.is_secret, &entry.condition, &error);
        if (status < 0) {
            refuse(&entry, condition_reason(status), error.message);
        }
    }
    *ret_entry = entry;
    return 0;
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

int strobe_registry_apply(struct strobe_registry *registry, const struct strobe_probe_request *requests, size_t count)
{
    struct strobe_registry_entry *entries = calloc(count + 1, sizeof *entries);
    if (entries == NULL) {
        return STROBE_ENOMEM;
    }
    int status = 0;
    size_t made = 0;
    for (size_t i = 0; i < count; i++) {
        struct strobe_registry_entry *old = find_entry(registry, &requests[i]);
        if (old != NULL) {
            entries[made++] = *old;
            *old = registry->entries[--registry->count]; /* moved over, not to be released */
        } else if (make_entry(registry, &requests[i], &entries[made]) == 0) {
            made++;
        } else {
            status = STROBE_ENOMEM;
        }
    }
    struct strobe_registry_entry *gone = registry->entries;
    size_t gone_count = registry->count;
    registry->entries = entries;
    registry->count = made;
    for (size_t i = 0; i < gone_count; i++) {
        entry_done(registry, &gone[i]);
    }
    free(gone);
    int published = publish(registry);
    strobe_registry_resolve(registry);
    return status < 0 ? status : published;
}

void strobe_registry_after_fork(struct strobe_registry *registry)
{
    for (size_t i = 0; i < registry->count; i++) {
        strobe_probe_after_fork(registry->entries[i].probe);
    }
}

void strobe_registry_retire(struct strobe_registry *registry)
{
    int64_t now_ns = strobe_clock_monotonic_ns();
    for (size_t i = 0; i < registry->count; i++) {
        struct strobe_probe *probe = registry->entries[i].probe;
        if (!probe->ended && now_ns >= probe->expires_ns) {
            probe->ended = true;
            strobe_probe_end(probe, STROBE_PROBE_EXPIRED, "expired; set it again if it is still needed");
        }
        if (probe->ended) {
            strobe_dispatch_remove(registry->dispatch, probe);
        }
    }
}
