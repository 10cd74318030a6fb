#include "probes/probe.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/utf8.h"

/* One lock for all statuses: held for copies of at most 3 KiB, never while taking another lock or the GIL. */
static pthread_mutex_t status_lock = PTHREAD_MUTEX_INITIALIZER;

static atomic_uint_fast64_t next_tag = 1;

/* The limits of `request`, from now on. */
static void set_limits(struct strobe_probe *probe, const struct strobe_probe_request *request)
{
    int64_t now_ns = strobe_clock_monotonic_ns();
    probe->hits = request->hits;
    probe->budget = request->budget_percent / 100;
    strobe_when_parse(request->when, &probe->when, NULL); /* the hub checked it; what it does not know means each */
    probe->expires_ns = INT64_MAX;
    if (request->expires_at_ms > 0) {
        int64_t left_ms = request->expires_at_ms - strobe_clock_unix_ms();
        probe->expires_ns =
            now_ns + (left_ms > STROBE_PROBE_EXPIRY_MS_MAX ? STROBE_PROBE_EXPIRY_MS_MAX : left_ms) * 1000000LL;
    }
    probe->rate_per_s = request->rate_per_s;
    probe->rate_cut_ns = 0;
    /* One second's worth of burst. */
    strobe_token_bucket_init(&probe->rate, request->rate_per_s, request->rate_per_s, now_ns);
}

static bool copy_request(struct strobe_probe *probe, const struct strobe_probe_request *request)
{
    static const struct strobe_action everything = {.kind = STROBE_ACTION_SNAPSHOT};
    const struct strobe_action *action = request->action != NULL ? request->action : &everything;
    bool measures = action->kind == STROBE_ACTION_METRIC || action->kind == STROBE_ACTION_TIMER;
    snprintf(probe->id, sizeof probe->id, "%s", request->id);
    atomic_init(&probe->version, request->version);
    probe->location = strdup(request->location);
    probe->condition = request->condition != NULL ? strdup(request->condition) : NULL;
    probe->action = strobe_action_copy(action);
    probe->metric =
        measures ? strobe_metric_new(action->metric_kind, action->kind == STROBE_ACTION_TIMER, action->labels_count)
                 : NULL;
    return probe->location != NULL && probe->action != NULL &&
           (request->condition == NULL || probe->condition != NULL) && (!measures || probe->metric != NULL);
}

struct strobe_probe *strobe_probe_new(const struct strobe_probe_request *request)
{
    struct strobe_probe *probe = calloc(1, sizeof *probe);
    if (probe == NULL) {
        return NULL;
    }
    atomic_init(&probe->references, 1);
    probe->tag = atomic_fetch_add(&next_tag, 1);
    if (!copy_request(probe, request)) {
        strobe_probe_unref(probe);
        return NULL;
    }
    set_limits(probe, request);
    probe->hits_left = probe->hits;
    return probe;
}

static bool same_text(const char *a, const char *b)
{
    bool empty_a = a == NULL || a[0] == '\0', empty_b = b == NULL || b[0] == '\0';
    return empty_a || empty_b ? empty_a == empty_b : strcmp(a, b) == 0;
}

bool strobe_probe_is_same(const struct strobe_probe *probe, const struct strobe_probe_request *request)
{
    return strcmp(probe->id, request->id) == 0 && strcmp(probe->location, request->location) == 0 &&
           same_text(probe->condition, request->condition) && strobe_action_equals(probe->action, request->action);
}

bool strobe_probe_revise(struct strobe_probe *probe, const struct strobe_probe_request *request)
{
    int64_t used = probe->hits - probe->hits_left;
    bool was_over = probe->ended;
    set_limits(probe, request);
    probe->hits_left = probe->hits > used ? probe->hits - used : 0;
    probe->ended = probe->hits_left == 0 || probe->expires_ns <= strobe_clock_monotonic_ns();
    probe->suspensions = 0;
    atomic_store(&probe->version, request->version);
    pthread_mutex_lock(&status_lock);
    probe->status_revision++;
    pthread_mutex_unlock(&status_lock);
    return was_over && !probe->ended;
}

struct strobe_probe *strobe_probe_ref(struct strobe_probe *probe)
{
    atomic_fetch_add(&probe->references, 1);
    return probe;
}

void strobe_probe_unref(struct strobe_probe *probe)
{
    if (probe != NULL && atomic_fetch_sub(&probe->references, 1) == 1) {
        free(probe->location);
        free(probe->condition);
        strobe_action_free(probe->action);
        strobe_metric_free(probe->metric);
        free(probe);
    }
}

void strobe_probe_forget_costs(struct strobe_probe *probe)
{
    probe->window = probe->capture_window = probe->hit_window = probe->gross_window = (struct strobe_budget_window){0};
    probe->trial_cost_ns = probe->trial_gross_ns = 0;
}

void strobe_probe_after_fork(struct strobe_probe *probe)
{
    pthread_mutex_init(&status_lock, NULL); /* a thread that is not in this process may have held it */
#define RESET(name) atomic_store(&probe->gates.name, 0);
    STROBE_GATES(RESET)
#undef RESET
    probe->hits_left = probe->hits;
    probe->passes = 0;
    strobe_probe_forget_costs(probe);
    probe->share = (struct strobe_fair_share){0};
    atomic_store(&probe->cost_ns, 0);
    if (probe->metric != NULL) {
        strobe_metric_clear(probe->metric);
    }
    if (probe->ended && strobe_clock_monotonic_ns() < probe->expires_ns) {
        probe->ended = false;
    }
    probe->status_revision++;
}

/* Copy text into a field of the status, cut at a character. */
static void copy_text(char *target, size_t size, const char *text)
{
    size_t kept = strobe_utf8_cut(text, strlen(text), size - 1);
    memcpy(target, text, kept);
    target[kept] = '\0';
}

void strobe_probe_set_state(struct strobe_probe *probe, enum strobe_probe_state state, const char *reason,
                            const char *format, ...)
{
    char message[2 * sizeof probe->status.message];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    pthread_mutex_lock(&status_lock);
    probe->status.state = state;
    copy_text(probe->status.reason, sizeof probe->status.reason, reason);
    copy_text(probe->status.message, sizeof probe->status.message, message);
    probe->status_revision++;
    pthread_mutex_unlock(&status_lock);
}

void strobe_probe_clear_reason(struct strobe_probe *probe, const char *reason)
{
    pthread_mutex_lock(&status_lock);
    if (strcmp(probe->status.reason, reason) == 0) {
        probe->status.reason[0] = probe->status.message[0] = '\0';
        probe->status_revision++;
    }
    pthread_mutex_unlock(&status_lock);
}

void strobe_probe_end(struct strobe_probe *probe, enum strobe_probe_state state, const char *message)
{
    pthread_mutex_lock(&status_lock);
    probe->status.state = state;
    if (probe->status.message[0] == '\0') {
        copy_text(probe->status.message, sizeof probe->status.message, message);
    }
    probe->status_revision++;
    pthread_mutex_unlock(&status_lock);
}

void strobe_probe_set_place(struct strobe_probe *probe, const char *file, int line, const char *source_sha256)
{
    pthread_mutex_lock(&status_lock);
    copy_text(probe->status.file, sizeof probe->status.file, file);
    copy_text(probe->status.source_sha256, sizeof probe->status.source_sha256, source_sha256);
    probe->status.line = line;
    probe->status_revision++;
    pthread_mutex_unlock(&status_lock);
}

void strobe_probe_set_last_values(struct strobe_probe *probe, const char *text, size_t size)
{
    pthread_mutex_lock(&status_lock);
    size_t kept = strobe_utf8_cut(text, size, sizeof probe->status.last_values - 1);
    memcpy(probe->status.last_values, text, kept);
    probe->status.last_values[kept] = '\0';
    probe->status_revision++;
    pthread_mutex_unlock(&status_lock);
}

uint64_t strobe_probe_status_revision(struct strobe_probe *probe)
{
    pthread_mutex_lock(&status_lock);
    uint64_t revision = probe->status_revision;
    pthread_mutex_unlock(&status_lock);
    return revision;
}

uint64_t strobe_probe_get_status(struct strobe_probe *probe, struct strobe_probe_status *ret_status)
{
    pthread_mutex_lock(&status_lock);
    *ret_status = probe->status;
    uint64_t revision = probe->status_revision;
    pthread_mutex_unlock(&status_lock);
    return revision;
}

const char *strobe_probe_state_name(enum strobe_probe_state state)
{
    static const char *const names[] = {"pending", "armed", "suspended", "done", "expired", "error"};
    return names[state];
}
