/* Which probes stand where: the first part of dispatch.h. */
#include <string.h>

#include "base/clock.h"
#include "probes/py/dispatch.h"
#include "probes/py/shed.h"
#include "strobe/limits.h"

void strobe_dispatch_init(struct strobe_dispatch *dispatch, strobe_hit_handler *on_hit, strobe_line_handler *on_line,
                          void (*on_ended)(void *user), void *user)
{
    memset(dispatch, 0, sizeof *dispatch);
    dispatch->on_hit = on_hit;
    dispatch->on_line = on_line;
    dispatch->at_work = &dispatch->at_work_here;
    dispatch->clock_ns = strobe_shed_clock_cost();
    dispatch->budget = STROBE_BUDGET_PERCENT_DEFAULT / 100;
    dispatch->on_ended = on_ended;
    dispatch->user = user;
    strobe_pointer_map_init(&dispatch->sites);
    strobe_fair_rate_init(&dispatch->process_rate, STROBE_PROCESS_RATE_PER_S, strobe_clock_monotonic_ns());
}

void strobe_dispatch_done(struct strobe_dispatch *dispatch)
{
    size_t position = 0;
    struct strobe_pointer_map_entry *entry;
    while ((entry = strobe_pointer_map_next(&dispatch->sites, &position)) != NULL) {
        strobe_site_free(entry->value);
    }
    strobe_pointer_map_done(&dispatch->sites);
    dispatch->last_site = NULL;
    strobe_raises_done(&dispatch->raises);
    strobe_calls_done(&dispatch->calls);
    strobe_timers_done(&dispatch->timers);
}

/* ---- Changes ---- */

static void note_change(struct strobe_dispatch *dispatch, struct strobe_site *site)
{
    if (!site->changed) {
        site->changed = true;
        site->next_changed = dispatch->changed;
        dispatch->changed = site;
    }
}

/* `awaited`: whether the site waited for exits before it changed. */
static void count_exits(struct strobe_dispatch *dispatch, const struct strobe_site *site, bool awaited)
{
    bool awaits = strobe_site_awaits(site, STROBE_EVENT_EXIT);
    if (awaits != awaited) {
        dispatch->exits_count += awaits ? 1 : (size_t)-1;
        dispatch->exceptions_changed = true;
    }
}

/* The site of `code`, made when there is none. */
static struct strobe_site *ensure_site(struct strobe_dispatch *dispatch, PyCodeObject *code)
{
    struct strobe_site *site = strobe_dispatch_site(dispatch, code);
    if (site != NULL) {
        return site;
    }
    site = strobe_site_new(code);
    if (site != NULL && strobe_pointer_map_set(&dispatch->sites, code, site) < 0) {
        strobe_site_free(site);
        site = NULL;
    }
    return site;
}

int strobe_dispatch_add(struct strobe_dispatch *dispatch, PyCodeObject *code, const struct strobe_stand *stand)
{
    int status = stand->event == STROBE_EVENT_EXIT ? strobe_calls_prepare(&dispatch->calls) : 0;
    if (status == 0 && stand->role != STROBE_ROLE_ACT) {
        status = strobe_timers_prepare(&dispatch->timers);
    }
    struct strobe_site *site = status == 0 ? ensure_site(dispatch, code) : NULL;
    if (site == NULL) {
        return STROBE_ENOMEM;
    }
    bool awaited = strobe_site_awaits(site, STROBE_EVENT_EXIT);
    status = strobe_site_add(site, stand);
    if (status == 0) {
        stand->probe->standing++;
        count_exits(dispatch, site, awaited);
    }
    note_change(dispatch, site); /* also when empty: settling removes it */
    return status;
}

int strobe_dispatch_add_raise(struct strobe_dispatch *dispatch, PyTypeObject *type, const struct strobe_stand *stand)
{
    int status = strobe_raises_add(&dispatch->raises, type, stand);
    if (status == 0) {
        stand->probe->standing++;
        dispatch->exceptions_changed = true;
    }
    return status;
}

static void remove_from_site(struct strobe_dispatch *dispatch, struct strobe_site *site,
                             const struct strobe_probe *probe)
{
    bool awaited = strobe_site_awaits(site, STROBE_EVENT_EXIT);
    if (strobe_site_drop(site, probe)) {
        count_exits(dispatch, site, awaited);
        note_change(dispatch, site);
    }
}

void strobe_dispatch_remove(struct strobe_dispatch *dispatch, struct strobe_probe *probe)
{
    size_t position = 0;
    struct strobe_pointer_map_entry *entry;
    while (probe->standing > 0 && (entry = strobe_pointer_map_next(&dispatch->sites, &position)) != NULL) {
        remove_from_site(dispatch, entry->value, probe);
    }
    if (strobe_raises_drop(&dispatch->raises, probe)) {
        dispatch->exceptions_changed = true;
    }
    probe->standing = 0;
}

void strobe_dispatch_drop_dead(struct strobe_dispatch *dispatch, Py_ssize_t others)
{
    size_t position = 0;
    struct strobe_pointer_map_entry *entry;
    while ((entry = strobe_pointer_map_next(&dispatch->sites, &position)) != NULL) {
        struct strobe_site *site = entry->value;
        while (Py_REFCNT(site->code) <= 1 + others && site->armed_count > 0) {
            struct strobe_probe *probe = site->armed[0].probe; /* others keep it too */
            probe->standing -= probe->standing > 0;
            remove_from_site(dispatch, site, probe);
        }
    }
}

bool strobe_dispatch_has(const struct strobe_dispatch *dispatch, PyCodeObject *code, const struct strobe_probe *probe,
                         enum strobe_role role)
{
    struct strobe_site *site = strobe_pointer_map_get(&dispatch->sites, code);
    return site != NULL && strobe_site_has(site, probe, role);
}

/* ---- Telling the engine ---- */

/* The engine cannot watch this code: no probe stands here, and each says why. */
static void give_up(struct strobe_dispatch *dispatch, struct strobe_site *site, const struct strobe_error *error)
{
    while (site->armed_count > 0) {
        struct strobe_probe *probe = strobe_probe_ref(site->armed[0].probe);
        remove_from_site(dispatch, site, probe);
        if (probe->standing > 0 && --probe->standing == 0) {
            strobe_probe_set_state(probe, STROBE_PROBE_ERROR, "engine", "%s", error->message);
        }
        strobe_probe_unref(probe);
    }
}

static void settle_site(struct strobe_dispatch *dispatch, struct strobe_site *site)
{
    struct strobe_error error = {0};
    if (site->armed_count > 0) {
        *dispatch->at_work = site->armed[0].probe->tag;
        int status = dispatch->engine->arm(dispatch, site, &error);
        *dispatch->at_work = 0;
        if (status < 0) {
            give_up(dispatch, site, &error);
        }
    }
    site->changed = false;
    if (site->armed_count == 0) {
        strobe_pointer_map_remove(&dispatch->sites, site->code);
        dispatch->last_site = NULL;
        if (site->reported) {
            dispatch->engine->disarm(dispatch, site);
        }
        strobe_site_free(site);
    }
}

/* Without the exception events no probe on exceptions can act; exits by return still do. */
static void settle_exceptions(struct strobe_dispatch *dispatch)
{
    struct strobe_error error = {0};
    dispatch->exceptions_changed = false;
    if (dispatch->engine->watch_exceptions(dispatch, &error) < 0) {
        while (dispatch->raises.count > 0) {
            struct strobe_probe *probe = strobe_probe_ref(dispatch->raises.items[0].probe);
            strobe_dispatch_remove(dispatch, probe);
            strobe_probe_set_state(probe, STROBE_PROBE_ERROR, "engine", "%s", error.message);
            strobe_probe_unref(probe);
        }
    }
}

bool strobe_dispatch_settle(struct strobe_dispatch *dispatch)
{
    struct strobe_site *site = dispatch->changed;
    if (site != NULL) {
        dispatch->changed = site->next_changed;
        settle_site(dispatch, site);
    } else if (dispatch->exceptions_changed) {
        settle_exceptions(dispatch);
    }
    return dispatch->changed != NULL || dispatch->exceptions_changed;
}

void strobe_dispatch_settle_code(struct strobe_dispatch *dispatch, PyCodeObject *code)
{
    for (struct strobe_site **at = &dispatch->changed; *at != NULL; at = &(*at)->next_changed) {
        struct strobe_site *site = *at;
        if (site->code == code) {
            *at = site->next_changed;
            settle_site(dispatch, site);
            return;
        }
    }
}
