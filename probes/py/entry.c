#include "probes/py/entry.h"

#include <stdlib.h>
#include <string.h>

#include "probes/py/resolve.h"

/* ---- Making ---- */

static void refuse(struct strobe_entry *entry, const char *reason, const char *message)
{
    entry->refused = true;
    strobe_probe_set_state(entry->probe, STROBE_PROBE_ERROR, reason, "%s", message);
}

/* The place where a timer ends, or none. */
static int parse_until(struct strobe_entry *entry, struct strobe_error *error)
{
    const struct strobe_action *action = entry->probe->action;
    if (action->kind != STROBE_ACTION_TIMER || action->until == NULL) {
        return 0;
    }
    int status = strobe_location_parse(action->until, &entry->until, error);
    if (status == 0 && entry->until.kind != STROBE_LOCATION_LINE) {
        status = strobe_error_set(error, STROBE_ESYNTAX, "a timer ends at a line: write path/suffix.py:LINE");
    }
    return status;
}

/* What the location and the action have to do with one another. */
static int check_action(struct strobe_entry *entry, struct strobe_error *error)
{
    const struct strobe_action *action = entry->probe->action;
    enum strobe_location_kind kind = entry->location.kind;
    const char *instead = strobe_action_row(action->kind)->instead;
    if (instead != NULL) {
        return strobe_error_set(error, STROBE_EUNSUPPORTED, "%s", instead);
    }
    if (action->kind != STROBE_ACTION_TIMER || entry->until.path[0] != '\0') {
        return 0;
    }
    if (kind == STROBE_LOCATION_ENTRY) {
        entry->location.kind = STROBE_LOCATION_EXIT; /* the whole call: its time is known at the exit */
    } else if (kind != STROBE_LOCATION_EXIT) {
        return strobe_error_set(error, STROBE_ESYNTAX, "a timer that begins here needs the line where it ends: until");
    }
    return 0;
}

int strobe_entry_make(const struct strobe_probe_request *request, strobe_is_secret *is_secret,
                      struct strobe_entry *ret_entry)
{
    struct strobe_entry entry = {.probe = strobe_probe_new(request), .due = true};
    struct strobe_error error = {0};
    const char *reason = "location_syntax";
    if (entry.probe == NULL) {
        return STROBE_ENOMEM;
    }
    int status = strobe_location_parse(request->location, &entry.location, &error);
    if (status == 0) {
        status = parse_until(&entry, &error);
    }
    if (status == 0) {
        reason = "action";
        status = check_action(&entry, &error);
    }
    if (status == 0) {
        status = strobe_script_compile(entry.probe->condition, entry.probe->action, is_secret, &entry.script, &reason,
                                       &error);
    }
    if (status < 0) {
        refuse(&entry, reason, error.message);
        entry.denied = status == STROBE_EDENIED;
    }
    *ret_entry = entry;
    return 0;
}

void strobe_entry_done(struct strobe_entry *entry, struct strobe_dispatch *dispatch)
{
    strobe_dispatch_remove(dispatch, entry->probe);
    strobe_script_free(entry->script);
    strobe_probe_unref(entry->probe);
    free(entry->found_file);
    free(entry->found_function);
}

bool strobe_entry_lives(const struct strobe_entry *entry)
{
    return !entry->refused && !entry->probe->ended;
}

void strobe_entry_names(const struct strobe_entry *entry, struct strobe_name_set *names)
{
    if (entry->refused) {
        return;
    }
    if (entry->until.path[0] != '\0') {
        strobe_resolve_names(&entry->until, names);
    }
    if (entry->file_hash != 0) {
        strobe_name_set_add(names, entry->file_hash);
    } else {
        strobe_resolve_names(&entry->location, names);
    }
}

/* ---- What stands against it ---- */

static void join_candidates(const struct strobe_resolution *r, char *ret_text, size_t size)
{
    size_t used = 0;
    ret_text[0] = '\0';
    for (size_t i = 0; i < r->candidates_count && used < size; i++) {
        int wrote = snprintf(ret_text + used, size - used, "%s%s", i > 0 ? ", " : "", r->candidates[i]);
        used += wrote > 0 ? (size_t)wrote : 0;
    }
}

static void say_not_loaded(struct strobe_entry *entry, const struct strobe_location *location,
                           const struct strobe_resolution *r, const char *files)
{
    const char *path = location->path;
    if (location->kind != STROBE_LOCATION_LINE) {
        strobe_probe_set_state(entry->probe, STROBE_PROBE_PENDING, "not_loaded",
                               "no module %.200s is loaded; it arms when the program imports it", path);
    } else if (r->candidates_count > 0) {
        strobe_probe_set_state(entry->probe, STROBE_PROBE_PENDING, "not_loaded",
                               "no loaded file matches %.200s; of the same name: %s", path, files);
    } else {
        strobe_probe_set_state(entry->probe, STROBE_PROBE_PENDING, "not_loaded",
                               "no loaded file matches %.200s; it arms when the program imports such a file", path);
    }
}

static void say_no_code(struct strobe_entry *entry, const struct strobe_location *location,
                        const struct strobe_resolution *r)
{
    int line = location->line;
    strobe_probe_set_place(entry->probe, r->file, 0, "");
    if (r->before > 0 && r->after > 0) {
        strobe_probe_set_state(entry->probe, STROBE_PROBE_ERROR, "no_code_at_line",
                               "line %d of %.200s has no code that can still run; the nearest lines are %d and %d",
                               line, r->file, r->before, r->after);
    } else {
        strobe_probe_set_state(entry->probe, STROBE_PROBE_ERROR, "no_code_at_line",
                               "line %d of %.200s has no code that can still run; the nearest line is %d", line,
                               r->file, r->before > 0 ? r->before : r->after);
    }
}

static void say_unresolved(struct strobe_entry *entry, const struct strobe_location *location,
                           const struct strobe_resolution *r)
{
    char found[900];
    join_candidates(r, found, sizeof found);
    switch (r->kind) {
    case STROBE_RESOLVED_NOT_LOADED:
        say_not_loaded(entry, location, r, found);
        break;
    case STROBE_RESOLVED_AMBIGUOUS:
        strobe_probe_set_state(entry->probe, STROBE_PROBE_ERROR, "ambiguous",
                               "several files match; write more of the path: %s", found);
        break;
    case STROBE_RESOLVED_NO_FUNCTION:
        strobe_probe_set_place(entry->probe, r->file, 0, "");
        strobe_probe_set_state(entry->probe, STROBE_PROBE_ERROR, "no_function",
                               "module %.100s has no Python function %.200s%s%s", entry->location.path,
                               strobe_location_function(&entry->location),
                               found[0] != '\0' ? "; of that last name: " : "", found);
        break;
    default:
        say_no_code(entry, location, r);
        break;
    }
}

/* ---- Standing ---- */

static enum strobe_event event_of(const struct strobe_location *location)
{
    static const enum strobe_event events[] = {
        [STROBE_LOCATION_LINE] = STROBE_EVENT_LINE,           [STROBE_LOCATION_ENTRY] = STROBE_EVENT_ENTRY,
        [STROBE_LOCATION_EXIT] = STROBE_EVENT_EXIT,           [STROBE_LOCATION_RAISE] = STROBE_EVENT_RAISE,
        [STROBE_LOCATION_UNHANDLED] = STROBE_EVENT_UNHANDLED,
    };
    return events[location->kind];
}

static void replace_text(char **text, const char *with)
{
    free(*text);
    *text = with[0] != '\0' ? strdup(with) : NULL;
}

/* Keep what is to be said when the engine knows of it. */
static void note_found(struct strobe_entry *entry, const struct strobe_resolution *r)
{
    entry->found_kind = r->kind;
    entry->found_line = r->line;
    entry->found_cut = r->cut;
    replace_text(&entry->found_file, r->file);
    replace_text(&entry->found_function, r->function);
    entry->file_hash = strobe_code_file_hash(strobe_path_basename(r->file));
    if (entry->location.kind == STROBE_LOCATION_LINE) {
        strcpy(entry->location.path, r->file); /* a file of the same name that is loaded later is not meant */
    }
}

/* How `location`, one of the entry's two, is stood at. */
static struct strobe_stand stand_of(const struct strobe_entry *entry, const struct strobe_location *location, int line)
{
    bool two_places = entry->until.path[0] != '\0';
    enum strobe_role role = !two_places                 ? STROBE_ROLE_ACT
                            : location == &entry->until ? STROBE_ROLE_END
                                                        : STROBE_ROLE_BEGIN;
    return (struct strobe_stand){.event = event_of(location),
                                 .line = location->kind == STROBE_LOCATION_LINE ? line : 0,
                                 .role = role,
                                 .probe = entry->probe,
                                 .script = entry->script};
}

/* Stand in one code object. `check`: refuse a condition with names that it does not know. */
static int stand_in(struct strobe_dispatch *dispatch, PyCodeObject *code, const struct strobe_stand *stand, bool check,
                    struct strobe_error *error)
{
    if (strobe_dispatch_has(dispatch, code, stand->probe, stand->role)) {
        return 0;
    }
    int status = check ? strobe_script_check_names(stand->script, code, error) : 0;
    if (status == 0) {
        status = strobe_dispatch_add(dispatch, code, stand);
    }
    return status < 0 ? strobe_error_set(error, status, "out of memory") : 0;
}

static void stand(struct strobe_entry *entry, struct strobe_dispatch *dispatch, const struct strobe_location *location,
                  const struct strobe_resolution *r, struct strobe_slice *slice)
{
    struct strobe_error error = {0};
    size_t standing = 0;
    const struct strobe_stand place = stand_of(entry, location, r->line);
    for (size_t i = 0; i < r->codes.count; i++) {
        standing += stand_in(dispatch, r->codes.items[i], &place, true, &error) == 0;
        if (slice != NULL && i % 8 == 7) {
            strobe_slice_pause(slice);
        }
    }
    if (standing > 0) {
        if (location == &entry->location) {
            note_found(entry, r);
        }
        return;
    }
    strobe_probe_set_place(entry->probe, r->file, 0, "");
    strobe_probe_set_state(entry->probe, STROBE_PROBE_ERROR,
                           error.code == STROBE_ENOTFOUND ? "condition_name" : "engine", "%s", error.message);
}

static void resolve_raise(struct strobe_entry *entry, struct strobe_dispatch *dispatch)
{
    bool loaded;
    PyTypeObject *type = strobe_resolve_type(&entry->location, &loaded);
    struct strobe_probe *probe = entry->probe;
    if (type == NULL && probe->standing > 0) {
        return; /* the module is being reloaded: the old type still counts */
    }
    if (type == NULL) {
        strobe_probe_set_state(probe, STROBE_PROBE_PENDING, loaded ? "no_type" : "not_loaded", "%s %.200s is %s",
                               loaded ? "no exception type" : "the module of", entry->location.path,
                               loaded ? "there; it arms when the program makes it"
                                      : "not loaded; it arms when the program imports it");
        return;
    }
    if (strobe_raises_has(&dispatch->raises, probe, type)) {
        return;
    }
    const struct strobe_stand place = stand_of(entry, &entry->location, 0);
    int status = strobe_dispatch_add_raise(dispatch, type, &place);
    if (status < 0) {
        strobe_probe_set_state(probe, STROBE_PROBE_ERROR, "limit", "%s",
                               status == STROBE_ELIMIT ? "too many probes on exceptions" : "out of memory");
    }
}

static int resolve_code(const struct strobe_location *location, struct strobe_code_index *index,
                        struct strobe_slice *slice, struct strobe_resolution *r)
{
    return location->kind == STROBE_LOCATION_LINE ? strobe_resolve_line(index, location, slice, r)
                                                  : strobe_resolve_function(index, location, slice, r);
}

/* One of the entry's places. */
static void resolve_place(struct strobe_entry *entry, const struct strobe_location *location,
                          struct strobe_code_index *index, struct strobe_dispatch *dispatch, struct strobe_slice *slice)
{
    struct strobe_resolution *r = malloc(sizeof *r);
    int status = r != NULL ? resolve_code(location, index, slice, r) : STROBE_ENOMEM;
    if (status < 0) {
        strobe_probe_set_state(entry->probe, STROBE_PROBE_ERROR, "limit", "out of memory while looking for the code");
    } else if (r->codes.count > 0) {
        stand(entry, dispatch, location, r, slice);
    } else if (entry->probe->standing == 0 || location == &entry->until) {
        say_unresolved(entry, location, r);
    }
    if (r != NULL) {
        strobe_resolution_done(r);
    }
    free(r);
}

void strobe_entry_resolve(struct strobe_entry *entry, struct strobe_code_index *index, struct strobe_dispatch *dispatch,
                          struct strobe_slice *slice)
{
    if (entry->location.kind == STROBE_LOCATION_RAISE || entry->location.kind == STROBE_LOCATION_UNHANDLED) {
        resolve_raise(entry, dispatch);
        return;
    }
    resolve_place(entry, &entry->location, index, dispatch, slice);
    if (entry->until.path[0] != '\0') {
        resolve_place(entry, &entry->until, index, dispatch, slice);
    }
}

/* ---- A module before it runs ---- */

/* No check of names: the module has none yet. */
static void meet_place(struct strobe_entry *entry, const struct strobe_location *location,
                       struct strobe_code_index *index, struct strobe_dispatch *dispatch,
                       const struct strobe_code_file *file)
{
    struct strobe_error error = {0};
    struct strobe_resolution *r = malloc(sizeof *r);
    int status = r != NULL ? resolve_code(location, index, NULL, r) : STROBE_ENOMEM;
    if (status == 0 && r->codes.count > 0 && strcmp(r->file, file->path) == 0) {
        const struct strobe_stand place = stand_of(entry, location, r->line);
        for (size_t i = 0; i < r->codes.count; i++) {
            if (stand_in(dispatch, r->codes.items[i], &place, false, &error) == 0) {
                strobe_dispatch_settle_code(dispatch, r->codes.items[i]);
            }
        }
        if (entry->probe->standing > 0 && !entry->told && location == &entry->location) {
            note_found(entry, r);
            /* What was said is true no more. That it is armed is told later, with its place; its hits may end before.
             */
            strobe_probe_set_state(entry->probe, STROBE_PROBE_PENDING, "", "%s", "");
        }
    }
    if (status == 0) {
        strobe_resolution_done(r);
    }
    free(r);
}

void strobe_entry_meet(struct strobe_entry *entry, struct strobe_code_index *index, struct strobe_dispatch *dispatch,
                       const struct strobe_code_file *file)
{
    meet_place(entry, &entry->location, index, dispatch, file);
    if (entry->until.path[0] != '\0') {
        meet_place(entry, &entry->until, index, dispatch, file);
    }
}

/* ---- Telling ---- */

static void say_armed(struct strobe_entry *entry)
{
    int asked = entry->location.line;
    int line = entry->found_line;
    switch (entry->found_kind) {
    case STROBE_RESOLVED_MOVED:
        strobe_probe_set_state(entry->probe, STROBE_PROBE_ARMED, "line_moved",
                               "line %d has no code; armed at line %d, the next one with code", asked, line);
        break;
    case STROBE_RESOLVED_HEAD:
        strobe_probe_set_state(entry->probe, STROBE_PROBE_ARMED, "line_moved",
                               "line %d belongs to the head of %.200s; armed at line %d, its first one with code",
                               asked, entry->found_function != NULL ? entry->found_function : "the function", line);
        break;
    default:
        if (entry->found_cut) {
            strobe_probe_set_state(entry->probe, STROBE_PROBE_ARMED, "cut",
                                   "armed in %d copies of this code; there are more", STROBE_CODES_MAX);
        } else {
            strobe_probe_set_state(entry->probe, STROBE_PROBE_ARMED, "", "%s", "");
        }
        break;
    }
}

void strobe_entry_tell(struct strobe_entry *entry, const char *(*source_hash)(void *user, const char *file), void *user)
{
    if (entry->told || entry->probe->standing == 0) {
        return;
    }
    entry->told = true;
    if (entry->found_file != NULL) {
        strobe_probe_set_place(entry->probe, entry->found_file, entry->found_line,
                               source_hash(user, entry->found_file));
    }
    if (!entry->probe->ended) { /* it may have had its hits meanwhile */
        say_armed(entry);
    }
    replace_text(&entry->found_file, "");
    replace_text(&entry->found_function, "");
}
