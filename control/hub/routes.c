#include "hub/routes.h"

#include <string.h>

#include "hub/assets.h"

#define PREFIX "/api/v1/"

struct route {
    enum strobe_http_method method;
    const char *pattern;
    strobe_api_handler handler;
    bool open;         /* needs no token */
    const char *allow; /* methods of this pattern */
};

static const struct route routes[] = {
    {STROBE_HTTP_GET, PREFIX "health", strobe_api_health, true, "GET"},
    {STROBE_HTTP_POST, PREFIX "session", strobe_api_session_begin, true, "POST, DELETE"},
    {STROBE_HTTP_DELETE, PREFIX "session", strobe_api_session_end, false, "POST, DELETE"},
    {STROBE_HTTP_GET, PREFIX "whoami", strobe_api_whoami, false, "GET"},
    {STROBE_HTTP_GET, PREFIX "instances", strobe_api_instances_list, false, "GET"},
    {STROBE_HTTP_GET, PREFIX "instances/*/files", strobe_api_instance_files, false, "GET"},
    {STROBE_HTTP_GET, PREFIX "instances/*/source", strobe_api_instance_source, false, "GET"},
    {STROBE_HTTP_POST, PREFIX "instances/*/memory", strobe_api_instance_memory, false, "POST"},
    {STROBE_HTTP_POST, PREFIX "instances/*/threads", strobe_api_instance_threads, false, "POST"},
    {STROBE_HTTP_GET, PREFIX "sources/*", strobe_api_source_get, false, "GET"},
    {STROBE_HTTP_GET, PREFIX "probes", strobe_api_probes_list, false, "GET, POST"},
    {STROBE_HTTP_POST, PREFIX "probes", strobe_api_probe_add, false, "GET, POST"},
    {STROBE_HTTP_GET, PREFIX "probes/*", strobe_api_probe_get, false, "GET, PATCH, DELETE"},
    {STROBE_HTTP_PATCH, PREFIX "probes/*", strobe_api_probe_edit, false, "GET, PATCH, DELETE"},
    {STROBE_HTTP_DELETE, PREFIX "probes/*", strobe_api_probe_remove, false, "GET, PATCH, DELETE"},
    {STROBE_HTTP_GET, PREFIX "probes/*/metrics", strobe_api_probe_metrics, false, "GET"},
    {STROBE_HTTP_POST, PREFIX "check", strobe_api_check, false, "POST"},
    {STROBE_HTTP_GET, PREFIX "redaction", strobe_api_redaction_get, false, "GET, PUT"},
    {STROBE_HTTP_PUT, PREFIX "redaction", strobe_api_redaction_put, false, "GET, PUT"},
    {STROBE_HTTP_GET, PREFIX "snapshots", strobe_api_snapshots_list, false, "GET"},
    {STROBE_HTTP_GET, PREFIX "snapshots/*", strobe_api_snapshot_get, false, "GET"},
    {STROBE_HTTP_GET, PREFIX "snapshots/*/value", strobe_api_snapshot_value, false, "GET"},
    {STROBE_HTTP_GET, PREFIX "snapshots/*/diff", strobe_api_snapshot_diff, false, "GET"},
    {STROBE_HTTP_GET, PREFIX "probes/*/hits", strobe_api_probe_hits, false, "GET"},
};

int strobe_routes_find(enum strobe_http_method method, const char *path, strobe_api_handler *ret_handler,
                       bool *ret_open, char *ret_part, const char **ret_allow)
{
    enum strobe_http_method wanted = method == STROBE_HTTP_HEAD ? STROBE_HTTP_GET : method;
    int status = 404;
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
        const struct route *route = &routes[i];
        if (!strobe_http_path_matches(route->pattern, path, ret_part, sizeof((struct strobe_api_call *)0)->part)) {
            continue;
        }
        if (route->method == wanted) {
            *ret_handler = route->handler;
            *ret_open = route->open;
            return 0;
        }
        status = 405;
        *ret_allow = route->allow;
    }
    return status;
}

/* ---- Failures ---- */

static void fail_refused(struct strobe_exchange *exchange, int status)
{
    if (status == 413) {
        strobe_api_fail(exchange, 413, "too_large", "the body is larger than 64 KiB");
    } else if (status == 411) {
        strobe_api_fail(exchange, 411, "length_required", "send the body with a Content-Length");
    } else {
        strobe_api_fail(exchange, 400, "bad_request", "the request's headers or parameters are not understood");
    }
}

static void fail_method(struct strobe_exchange *exchange, const char *allow)
{
    static const char text[] = "{\"error\":\"wrong_method\",\"message\":\"this address has other methods: see Allow\"}";
    struct strobe_http_response response = {.status = 405,
                                            .content_type = "application/json; charset=utf-8",
                                            .data = text,
                                            .size = sizeof text - 1,
                                            .allow = allow};
    strobe_exchange_answer(exchange, &response);
}

static void fail_identity(struct strobe_exchange *exchange, enum strobe_identity_result result)
{
    switch (result) {
    case STROBE_IDENTITY_WRONG_KIND:
        strobe_api_fail(exchange, 403, "wrong_token_kind", "this is the agents' token: use a person's");
        break;
    case STROBE_IDENTITY_WRONG_ORIGIN:
        strobe_api_fail(exchange, 403, "wrong_origin", "this may only be asked from the hub's own pages");
        break;
    default:
        strobe_api_fail(exchange, 401, "unauthenticated",
                        "send a person's token as 'Authorization: Bearer TOKEN'; strobe hub prints it at its start");
        break;
    }
}

/* ---- All of it ---- */

static void answer_api(struct strobe_api_call *call)
{
    strobe_api_handler handler = NULL;
    bool open = false;
    const char *allow = NULL;
    int status = strobe_routes_find(call->request->method, call->request->path, &handler, &open, call->part, &allow);
    if (status != 0 || !open) {
        /* Strangers do not learn what exists. */
        bool changes = call->request->method != STROBE_HTTP_GET && call->request->method != STROBE_HTTP_HEAD;
        enum strobe_identity_result result = strobe_identify(call->hub, call->request, changes, &call->who);
        if (result != STROBE_IDENTITY_PERSON) {
            fail_identity(call->exchange, result);
            return;
        }
    }
    if (status == 405) {
        fail_method(call->exchange, allow);
    } else if (status != 0) {
        strobe_api_fail(call->exchange, 404, "not_found", "the API has no such address: see docs/api.md");
    } else {
        handler(call);
    }
}

void strobe_routes_answer(struct strobe_hub *hub, struct strobe_exchange *exchange, int refused)
{
    struct strobe_api_call call = {.hub = hub, .exchange = exchange, .request = strobe_exchange_request(exchange)};
    const char *path = call.request->path;
    if (refused != 0 || path == NULL) {
        fail_refused(exchange, refused);
    } else if (strcmp(path, PREFIX "live") == 0 || strcmp(path, "/agent") == 0) {
        strobe_api_fail(exchange, 426, "upgrade_required", "this address is for websockets");
    } else if (strncmp(path, "/api/", 5) == 0 || strcmp(path, "/api") == 0) {
        answer_api(&call);
    } else if (call.request->method == STROBE_HTTP_GET || call.request->method == STROBE_HTTP_HEAD) {
        strobe_assets_answer(exchange);
    } else {
        fail_method(exchange, "GET");
    }
}
