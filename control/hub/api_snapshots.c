/* snapshots */
#include <stdlib.h>
#include <string.h>

#include "hub/api.h"
#include "hub/waits.h"
#include "strobe/limits.h"

#define LIMIT_DEFAULT 100

/* ---- The list, now or when there is something ---- */

struct list_wait {
    struct strobe_snapshot_query query; /* points into the strings below */
    char probe[STROBE_PROBE_ID_BYTES_MAX + 1];
    char instance[65];
    char service[257];
    char kind[32];
    char trace[STROBE_TRACE_ID_DIGITS + 2]; /* so that a longer one stays another one */
};

static bool same(const char *wanted, const char *value)
{
    return wanted == NULL || strcmp(wanted, value) == 0;
}

/* Whether `kind` is among `wanted`, words with commas between them. */
static bool is_among(const char *wanted, const char *kind)
{
    size_t size = strlen(kind);
    for (const char *at = wanted; at != NULL; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, kind, size) == 0 && (at[size] == ',' || at[size] == '\0')) {
            return true;
        }
    }
    return wanted == NULL;
}

static bool concerns(const void *state, const struct strobe_bus_event *event)
{
    const struct strobe_snapshot_query *query = &((const struct list_wait *)state)->query;
    if (event->kind != STROBE_WIRE_KIND_LIVE_SNAPSHOT) {
        return false;
    }
    const struct strobe_wire_snapshot_summary *summary =
        &((const struct strobe_wire_live_snapshot *)event->body)->summary;
    return same(query->probe, summary->probe) && same(query->service, summary->service) &&
           same(query->instance, summary->instance) && is_among(query->kind, summary->kind) &&
           same(query->trace, summary->trace_id != NULL ? summary->trace_id : "");
}

static void add_summary(void *user, const struct strobe_wire_snapshot_summary *summary)
{
    json_array_append_new(user, strobe_wire_struct_to_json(&strobe_wire_snapshot_summary_struct, summary, NULL));
}

static bool attempt(struct strobe_hub *hub, struct strobe_exchange *exchange, const void *state, bool final)
{
    struct strobe_error error = {0};
    json_t *list = json_array();
    int status =
        strobe_store_list_snapshots(hub->store, &((const struct list_wait *)state)->query, add_summary, list, &error);
    if (status < 0) {
        json_decref(list);
        strobe_api_fail_error(exchange, 503, &error);
        return true;
    }
    if (json_array_size(list) == 0 && !final) {
        json_decref(list);
        return false;
    }
    strobe_api_answer_json(exchange, 200, json_pack("{s:o}", "snapshots", list));
    return true;
}

/* Copy a filter, because the request ends before a long poll does. A value that is too long matches nothing. */
static const char *keep(char *copy, size_t size, const char *value)
{
    if (value == NULL) {
        return NULL;
    }
    strncpy(copy, value, size - 1);
    return copy;
}

static int read_query(const struct strobe_http_request *request, struct list_wait *state, int64_t *ret_seconds,
                      struct strobe_error *error)
{
    struct strobe_snapshot_query *query = &state->query;
    int64_t limit = 0;
    query->probe = keep(state->probe, sizeof state->probe, strobe_http_parameter(request, "probe"));
    query->instance = keep(state->instance, sizeof state->instance, strobe_http_parameter(request, "instance"));
    query->service = keep(state->service, sizeof state->service, strobe_http_parameter(request, "service"));
    query->kind = keep(state->kind, sizeof state->kind, strobe_http_parameter(request, "kind"));
    query->trace = keep(state->trace, sizeof state->trace, strobe_http_parameter(request, "trace"));
    query->oldest_first = strobe_http_parameter(request, "after") != NULL;
    int status = strobe_http_parameter_int(request, "after", 0, INT64_MAX, 0, &query->after, error);
    if (status == 0) {
        status = strobe_http_parameter_int(request, "before", 1, INT64_MAX, 0, &query->before, error);
    }
    if (status == 0) {
        status = strobe_http_parameter_int(request, "limit", 1, STROBE_HUB_LIST_MAX, LIMIT_DEFAULT, &limit, error);
    }
    if (status == 0) {
        status = strobe_http_parameter_int(request, "wait", 0, STROBE_HUB_WAIT_S_MAX, 0, ret_seconds, error);
    }
    query->limit = (int)limit;
    return status;
}

void strobe_api_snapshots_list(const struct strobe_api_call *call)
{
    struct strobe_error error = {0};
    int64_t seconds = 0;
    struct list_wait *state = calloc(1, sizeof *state);
    if (state == NULL) {
        strobe_api_fail(call->exchange, 500, "internal", "the hub is out of memory");
        return;
    }
    if (read_query(call->request, state, &seconds, &error) < 0) {
        free(state);
        strobe_api_fail_error(call->exchange, 400, &error);
        return;
    }
    const struct strobe_wait wait = {
        .hub = call->hub, .exchange = call->exchange, .state = state, .concerns = concerns, .attempt = attempt};
    strobe_waits_add(call->hub->waits, &wait, seconds);
}

/* ---- One snapshot ---- */

void strobe_api_snapshot_get(const struct strobe_api_call *call)
{
    struct strobe_error error = {0};
    struct strobe_wire_snapshot_view view;
    size_t digits = strspn(call->part, "0123456789abcdef");
    if (digits < 4 || call->part[digits] != '\0') {
        strobe_api_fail(call->exchange, 404, "not_found",
                        "a snapshot's id has 12 hexadecimal digits; its first 4 will do");
        return;
    }
    int status = strobe_store_get_snapshot(call->hub->store, call->part, &view, &error);
    if (status == 0) {
        strobe_api_answer_struct(call->exchange, 200, &strobe_wire_snapshot_view_struct, &view);
        strobe_wire_struct_done(&strobe_wire_snapshot_view_struct, &view);
    } else if (status == STROBE_EBUSY) {
        strobe_api_fail(call->exchange, 409, "ambiguous", error.message);
    } else {
        strobe_api_fail_error(call->exchange, status == STROBE_ENOTFOUND ? 404 : 503, &error);
    }
}
