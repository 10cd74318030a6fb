/* probes */
#include <stdlib.h>
#include <string.h>

#include "hub/api.h"
#include "hub/metrics.h"
#include "hub/probe_table.h"
#include "hub/waits.h"
#include "strobe/limits.h"

static json_t *to_json(const struct strobe_probe_entry *entry)
{
    struct strobe_wire_probe_view view;
    if (strobe_probe_entry_view(entry, &view) < 0) {
        return NULL;
    }
    json_t *json = strobe_wire_struct_to_json(&strobe_wire_probe_view_struct, &view, NULL);
    free(view.states);
    if (json != NULL) {
        json_object_set_new(json, "revision", json_integer(strobe_probe_entry_revision(entry)));
    }
    return json;
}

void strobe_api_probes_list(const struct strobe_api_call *call)
{
    const char *service = strobe_http_parameter(call->request, "service");
    json_t *list = json_array();
    size_t position = 0;
    for (struct strobe_probe_entry *entry; (entry = strobe_probe_table_next(call->hub->probes, &position)) != NULL;) {
        if (service == NULL || strcmp(strobe_probe_entry_probe(entry)->service, service) == 0) {
            json_array_insert_new(list, 0, to_json(entry)); /* newest first */
            json_array_remove(list, STROBE_HUB_LIST_MAX);
        }
    }
    strobe_api_answer_json(call->exchange, 200, json_pack("{s:o}", "probes", list));
}

void strobe_api_probe_add(const struct strobe_api_call *call)
{
    struct strobe_error error = {0};
    struct strobe_wire_probe_request request;
    struct strobe_probe_entry *entry = NULL;
    if (strobe_api_body(call, &strobe_wire_probe_request_struct, &request) < 0) {
        return;
    }
    int status = strobe_probe_table_add(call->hub->probes, &request, call->who.name, &entry, &error);
    strobe_wire_struct_done(&strobe_wire_probe_request_struct, &request);
    if (status == 0) {
        strobe_api_answer_json(call->exchange, 201, to_json(entry));
    } else if (status == STROBE_ELIMIT) {
        strobe_api_fail(call->exchange, 409, "too_many_probes", error.message);
    } else {
        strobe_api_fail_error(call->exchange, status == STROBE_EINVAL ? 400 : 503, &error);
    }
}

void strobe_api_probe_remove(const struct strobe_api_call *call)
{
    struct strobe_error error = {0};
    int status = strobe_probe_table_remove(call->hub->probes, call->part, &error);
    if (status == 0) {
        strobe_metrics_forget(call->hub->metrics, call->part);
        strobe_api_answer_nothing(call->exchange);
    } else {
        strobe_api_fail_error(call->exchange, status == STROBE_ENOTFOUND ? 404 : 503, &error);
    }
}

void strobe_api_probe_edit(const struct strobe_api_call *call)
{
    struct strobe_error error = {0};
    struct strobe_wire_probe_edit edit;
    if (strobe_api_body(call, &strobe_wire_probe_edit_struct, &edit) < 0) {
        return;
    }
    int status = strobe_probe_table_edit(call->hub->probes, call->part, &edit, &error);
    strobe_wire_struct_done(&strobe_wire_probe_edit_struct, &edit);
    if (status == 0) {
        strobe_api_answer_json(call->exchange, 200, to_json(strobe_probe_table_find(call->hub->probes, call->part)));
    } else {
        int code = status == STROBE_ENOTFOUND ? 404
                   : status == STROBE_EINVAL  ? 400
                   : status == STROBE_ELIMIT  ? 409
                                              : 503;
        strobe_api_fail_error(call->exchange, code, &error);
    }
}

/* ---- One probe, now or when it changes ---- */

struct probe_wait {
    char id[STROBE_PROBE_ID_BYTES_MAX + 1];
    int64_t after;
};

static bool concerns(const void *state, const struct strobe_bus_event *event)
{
    const struct probe_wait *wait = state;
    if (event->kind == STROBE_WIRE_KIND_LIVE_PROBE) {
        const struct strobe_wire_live_probe *changed = event->body;
        return strcmp(changed->view.probe.id, wait->id) == 0;
    }
    if (event->kind == STROBE_WIRE_KIND_LIVE_PROBE_REMOVED) {
        const struct strobe_wire_live_probe_removed *removed = event->body;
        return strcmp(removed->id, wait->id) == 0;
    }
    return false;
}

static bool attempt(struct strobe_hub *hub, struct strobe_exchange *exchange, const void *state, bool final)
{
    const struct probe_wait *wait = state;
    struct strobe_probe_entry *entry = strobe_probe_table_find(hub->probes, wait->id);
    if (entry == NULL) {
        strobe_api_fail(exchange, 404, "not_found", "no probe has this id");
        return true;
    }
    if (strobe_probe_entry_revision(entry) <= wait->after && !final) {
        return false;
    }
    strobe_api_answer_json(exchange, 200, to_json(entry));
    return true;
}

void strobe_api_probe_get(const struct strobe_api_call *call)
{
    struct strobe_error error = {0};
    int64_t after = 0, seconds = 0;
    if (strobe_http_parameter_int(call->request, "after", 0, INT64_MAX, 0, &after, &error) < 0 ||
        strobe_http_parameter_int(call->request, "wait", 0, STROBE_HUB_WAIT_S_MAX, 0, &seconds, &error) < 0) {
        strobe_api_fail_error(call->exchange, 400, &error);
        return;
    }
    struct probe_wait *state = calloc(1, sizeof *state);
    if (state == NULL || strlen(call->part) >= sizeof state->id) {
        free(state);
        strobe_api_fail(call->exchange, 404, "not_found", "no probe has this id");
        return;
    }
    strcpy(state->id, call->part);
    state->after = after;
    const struct strobe_wait wait = {
        .hub = call->hub, .exchange = call->exchange, .state = state, .concerns = concerns, .attempt = attempt};
    strobe_waits_add(call->hub->waits, &wait, seconds);
}
