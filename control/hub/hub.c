#include "hub/hub.h"

#include <signal.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "hub/agent_link.h"
#include "hub/console_live.h"
#include "hub/instances.h"
#include "hub/intake.h"
#include "hub/metrics.h"
#include "hub/probe_table.h"
#include "hub/redaction.h"
#include "hub/requests.h"
#include "hub/routes.h"
#include "hub/waits.h"

#define TICK_MS 100
#define FAREWELL_MS 200 /* for the last messages to go out */

/* ---- Wiring ---- */

static void on_set_changed(void *user, const char *service)
{
    struct strobe_hub *hub = user;
    strobe_agents_push_set(hub->agents, service);
}

static void on_committed(void *user, const char *instance, const struct strobe_stream *stream)
{
    struct strobe_hub *hub = user;
    strobe_agents_acknowledge(hub->agents, instance, stream);
}

static void on_hit(void *user, const char *probe, const char *instance)
{
    struct strobe_hub *hub = user;
    strobe_probe_table_hit(hub->probes, probe, instance);
}

static void on_commit_failed(void *user, const char *instance, const char *reason)
{
    struct strobe_hub *hub = user;
    (void)reason; /* the intake logged it */
    strobe_agents_storage_failed(hub->agents, instance);
}

static void on_session_end(void *user, const char *id)
{
    struct strobe_hub *hub = user;
    strobe_consoles_end_session(hub->consoles, id);
}

static void on_request(void *user, struct strobe_exchange *exchange, int refused)
{
    strobe_routes_answer(user, exchange, refused);
}

static void on_accept(void *user, int fd)
{
    struct strobe_hub *hub = user;
    strobe_server_adopt(hub->server, fd);
}

/* ---- Time and signals ---- */

static void on_tick(uv_timer_t *timer)
{
    struct strobe_hub *hub = timer->data;
    strobe_agents_tick(hub->agents);
    strobe_probe_table_tick(hub->probes);
    strobe_requests_tick(hub->requests);
    strobe_waits_tick(hub->waits);
    strobe_sessions_tick(hub->sessions, strobe_clock_unix_ms());
}

static void on_farewell(uv_timer_t *timer)
{
    struct strobe_hub *hub = timer->data;
    uv_close((uv_handle_t *)&hub->tick, NULL);
    strobe_intake_close(hub->intake);
    strobe_server_stop(hub->server);
}

void strobe_hub_stop(struct strobe_hub *hub)
{
    if (hub->stopping) {
        return;
    }
    hub->stopping = true;
    strobe_log(STROBE_LOG_INFO, "stopping");
    strobe_listener_close(&hub->listener);
    for (size_t i = 0; i < sizeof hub->signals / sizeof hub->signals[0]; i++) {
        uv_close((uv_handle_t *)&hub->signals[i], NULL);
    }
    strobe_waits_close(hub->waits);
    strobe_agents_close(hub->agents);
    strobe_consoles_close(hub->consoles);
    uv_timer_start(&hub->tick, on_farewell, FAREWELL_MS, 0);
}

static void on_signal(uv_signal_t *signal, int number)
{
    (void)number;
    strobe_hub_stop(signal->data);
}

static void start_clockwork(struct strobe_hub *hub)
{
    static const int numbers[] = {SIGINT, SIGTERM};
    for (size_t i = 0; i < sizeof hub->signals / sizeof hub->signals[0]; i++) {
        uv_signal_init(&hub->loop, &hub->signals[i]);
        hub->signals[i].data = hub;
        uv_signal_start(&hub->signals[i], on_signal, numbers[i]);
    }
    uv_timer_init(&hub->loop, &hub->tick);
    hub->tick.data = hub;
    uv_timer_start(&hub->tick, on_tick, TICK_MS, TICK_MS);
}

/* ---- Parts ---- */

static int make_parts(struct strobe_hub *hub, struct strobe_error *error)
{
    const struct strobe_intake_handlers intake = {
        .user = hub, .on_committed = on_committed, .on_hit = on_hit, .on_failed = on_commit_failed};
    hub->bus = strobe_bus_new();
    hub->sessions = strobe_sessions_new(on_session_end, hub);
    hub->requests = strobe_requests_new();
    hub->agents = strobe_agents_new(hub);
    hub->metrics = strobe_metrics_new();
    if (hub->bus == NULL || hub->sessions == NULL || hub->requests == NULL || hub->agents == NULL ||
        hub->metrics == NULL) {
        return strobe_error_set(error, STROBE_ENOMEM, "out of memory");
    }
    hub->instances = strobe_instances_new(hub->store, hub->bus);
    hub->waits = strobe_waits_new(hub->bus);
    hub->consoles = strobe_consoles_new(hub);
    if (hub->instances == NULL || hub->waits == NULL || hub->consoles == NULL) {
        return strobe_error_set(error, STROBE_ENOMEM, "out of memory");
    }
    int status = strobe_hub_redaction_new(hub->store, &hub->redaction, error);
    if (status < 0) {
        return status;
    }
    status = strobe_probe_table_new(hub->store, hub->bus, on_set_changed, hub, &hub->probes, error);
    if (status == 0 && (hub->intake = strobe_intake_new(&hub->loop, hub->store, hub->bus, &intake)) == NULL) {
        status = strobe_error_set(error, STROBE_ENOMEM, "out of memory");
    }
    return status;
}

static int start_server(struct strobe_hub *hub, const struct strobe_hub_settings *settings, struct strobe_error *error)
{
    hub->sockets[0] = strobe_agents_handlers(hub->agents);
    hub->sockets[1] = strobe_consoles_handlers(hub->consoles);
    const struct strobe_server_settings server = {.loop = &hub->loop,
                                                  .certificate_file = settings->certificate_file,
                                                  .key_file = settings->key_file,
                                                  .user = hub,
                                                  .on_request = on_request,
                                                  .sockets = hub->sockets,
                                                  .sockets_count = sizeof hub->sockets / sizeof hub->sockets[0]};
    int status = strobe_server_new(&server, &hub->server, error);
    if (status == 0 && strobe_listener_start(&hub->listener, &hub->loop, on_accept, hub) < 0) {
        status = strobe_error_set(error, STROBE_EINTERNAL, "the event loop does not take the listening socket");
    }
    return status;
}

int strobe_hub_init(struct strobe_hub *hub, const struct strobe_hub_settings *settings, struct strobe_error *error)
{
    if (uv_loop_init(&hub->loop) < 0) {
        return strobe_error_set(error, STROBE_EINTERNAL, "the event loop does not start");
    }
    hub->loop_made = true;
    int status = strobe_store_open(settings->folder, &hub->store, error);
    if (status == 0) {
        status = make_parts(hub, error);
    }
    if (status == 0) {
        status = start_server(hub, settings, error);
    }
    if (status == 0) {
        start_clockwork(hub);
    }
    return status;
}

void strobe_hub_run(struct strobe_hub *hub)
{
    uv_run(&hub->loop, UV_RUN_DEFAULT);
}

void strobe_hub_done(struct strobe_hub *hub)
{
    strobe_listener_close(&hub->listener);
    if (hub->probes != NULL) {
        strobe_probe_table_flush(hub->probes);
    }
    strobe_server_free(hub->server);
    strobe_waits_free(hub->waits);
    strobe_requests_free(hub->requests);
    strobe_intake_free(hub->intake);
    strobe_agents_free(hub->agents);
    strobe_metrics_free(hub->metrics);
    strobe_consoles_free(hub->consoles);
    strobe_probe_table_free(hub->probes);
    strobe_hub_redaction_free(hub->redaction);
    strobe_instances_free(hub->instances);
    strobe_sessions_free(hub->sessions);
    strobe_bus_free(hub->bus);
    strobe_store_close(hub->store);
    if (hub->loop_made) {
        uv_loop_close(&hub->loop);
    }
    strobe_auth_done(&hub->auth);
}
