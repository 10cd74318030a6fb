/** One call of the HTTP API and the ways to answer it. The calls stand in api_*.c, their table in routes.c. */
#ifndef STROBE_HUB_API_H
#define STROBE_HUB_API_H

#include "hub/hub.h"
#include "hub/identity.h"

/** By value; the exchange is answered exactly once. */
struct strobe_api_call {
    struct strobe_hub *hub;
    struct strobe_exchange *exchange;
    const struct strobe_http_request *request; /* borrowed until the answer */
    char part[128];                            /* what `*` of the route stood for */
    struct strobe_identity who;                /* empty on routes that need no token */
};

typedef void (*strobe_api_handler)(const struct strobe_api_call *call);

/** Answer with `json` (takes the reference; NULL: 500). */
void strobe_api_answer_json(struct strobe_exchange *exchange, int status, json_t *json);

/** Answer with JSON text (takes it; NULL: 500). */
void strobe_api_answer_text(struct strobe_exchange *exchange, int status, char *text);

/** Answer with a structure of the wire. */
void strobe_api_answer_struct(struct strobe_exchange *exchange, int status, const struct strobe_wire_struct *shape,
                              const void *body);

/** Answer 204. */
void strobe_api_answer_nothing(struct strobe_exchange *exchange);

/** Answer with an api_error; `code` is for machines, `message` says what to do. */
void strobe_api_fail(struct strobe_exchange *exchange, int status, const char *code, const char *message);

/** The same for an error of the hub's own functions. */
void strobe_api_fail_error(struct strobe_exchange *exchange, int status, const struct strobe_error *error);

/**
 * Decode the request's body as `shape`; on failure answers 400.
 * @return 0 (release with strobe_wire_struct_done()), or negative when answered
 */
int strobe_api_body(const struct strobe_api_call *call, const struct strobe_wire_struct *shape, void *ret_body);

void strobe_api_health(const struct strobe_api_call *call);
void strobe_api_session_begin(const struct strobe_api_call *call);
void strobe_api_session_end(const struct strobe_api_call *call);
void strobe_api_whoami(const struct strobe_api_call *call);
void strobe_api_instances_list(const struct strobe_api_call *call);
void strobe_api_instance_files(const struct strobe_api_call *call);
void strobe_api_instance_source(const struct strobe_api_call *call);
void strobe_api_instance_memory(const struct strobe_api_call *call);
void strobe_api_instance_threads(const struct strobe_api_call *call);
void strobe_api_source_get(const struct strobe_api_call *call);
void strobe_api_probes_list(const struct strobe_api_call *call);
void strobe_api_probe_add(const struct strobe_api_call *call);
void strobe_api_probe_get(const struct strobe_api_call *call);
void strobe_api_probe_remove(const struct strobe_api_call *call);
void strobe_api_probe_edit(const struct strobe_api_call *call);
void strobe_api_probe_metrics(const struct strobe_api_call *call);
void strobe_api_check(const struct strobe_api_call *call);
void strobe_api_redaction_get(const struct strobe_api_call *call);
void strobe_api_redaction_put(const struct strobe_api_call *call);
void strobe_api_snapshots_list(const struct strobe_api_call *call);
void strobe_api_snapshot_get(const struct strobe_api_call *call);
void strobe_api_snapshot_value(const struct strobe_api_call *call);
void strobe_api_snapshot_diff(const struct strobe_api_call *call);
void strobe_api_probe_hits(const struct strobe_api_call *call);

#endif
