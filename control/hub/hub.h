/** The parts of a running hub. Everything happens on the thread of `loop`. */
#ifndef STROBE_HUB_HUB_H
#define STROBE_HUB_HUB_H

#include <uv.h>

#include "hub/auth.h"
#include "hub/bus.h"
#include "hub/listener.h"
#include "hub/server.h"
#include "hub/sessions.h"
#include "hub/store.h"

struct strobe_agents;
struct strobe_consoles;
struct strobe_hub_redaction;
struct strobe_instances;
struct strobe_intake;
struct strobe_metrics;
struct strobe_probe_table;
struct strobe_requests;
struct strobe_waits;

struct strobe_hub {
    uv_loop_t loop;
    struct strobe_auth auth;
    struct strobe_store *store;
    struct strobe_bus *bus;
    struct strobe_sessions *sessions;
    struct strobe_instances *instances;     /* processes that are connected */
    struct strobe_probe_table *probes;      /* probes and where they stand */
    struct strobe_hub_redaction *redaction; /* the policy of all services */
    struct strobe_metrics *metrics;         /* what metric and timer probes measured */
    struct strobe_intake *intake;           /* snapshots on their way to the disk */
    struct strobe_requests *requests;       /* questions to instances */
    struct strobe_waits *waits;             /* long polls */
    struct strobe_agents *agents;           /* the agents' side of the link */
    struct strobe_consoles *consoles;       /* live websockets */
    struct strobe_listener listener;
    struct strobe_server *server;
    struct strobe_socket_handlers sockets[2];
    uv_timer_t tick;
    uv_signal_t signals[2];
    bool loop_made;
    bool stopping;
};

struct strobe_hub_settings {
    const char *folder;
    const char *certificate_file;
    const char *key_file;
};

/**
 * Open the store, load what it keeps, start the server. `hub` is zero but for `auth` and an open `listener`. What was
 * made is released with strobe_hub_done(), which the caller calls in any case.
 */
int strobe_hub_init(struct strobe_hub *hub, const struct strobe_hub_settings *settings, struct strobe_error *error);

/** Serve until SIGINT or SIGTERM, or until strobe_hub_stop(). */
void strobe_hub_run(struct strobe_hub *hub);

/** Say goodbye to everybody and end strobe_hub_run(). Thread: the loop's. */
void strobe_hub_stop(struct strobe_hub *hub);

/** Release everything. */
void strobe_hub_done(struct strobe_hub *hub);

#endif
