#include "hub/agent_link.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/log.h"
#include "hub/instances.h"
#include "hub/intake.h"
#include "hub/metrics.h"
#include "hub/probe_rules.h"
#include "hub/probe_table.h"
#include "hub/redaction.h"
#include "hub/requests.h"
#include "strobe/limits.h"

#define COMPLAINTS_MAX 10 /* lines in the log about one connection */
#define NS_PER_S 1000000000LL

struct agent_link {
    struct agent_link *next, *previous;
    struct strobe_agents *agents;
    struct strobe_socket *socket;
    struct strobe_instance *instance; /* NULL before hello and after the end */
    int64_t opened_ns;
    int64_t heard_ns;
    int complaints;
    bool ended; /* refused, or said goodbye */
};

struct strobe_agents {
    struct strobe_hub *hub;
    struct agent_link *first;
};

/* ---- Sending ---- */

static void send_message(struct agent_link *link, enum strobe_wire_kind kind, const void *body)
{
    struct strobe_error error = {0};
    char *text = NULL;
    size_t size = 0;
    if (strobe_wire_encode(kind, body, &text, &size, &error) < 0) {
        strobe_log(STROBE_LOG_ERROR, "a message to an agent is not sent: %s", error.message);
        return;
    }
    struct strobe_frame *frame = strobe_frame_new(text, size);
    if (frame != NULL) {
        strobe_socket_send(link->socket, frame);
        strobe_frame_unref(frame);
    }
}

static void end_instance(struct agent_link *link)
{
    struct strobe_hub *hub = link->agents->hub;
    struct strobe_instance *instance = link->instance;
    if (instance == NULL) {
        return;
    }
    link->instance = NULL;
    strobe_requests_instance_gone(hub->requests, instance->info.id);
    strobe_instances_remove(hub->instances, instance);
}

static const char *name_of(const struct agent_link *link)
{
    return link->instance != NULL ? link->instance->info.id : "(before hello)";
}

/* Say why, and close. Everything the agent still sends is ignored. */
static void refuse(struct agent_link *link, const char *reason, const char *message)
{
    if (link->ended) {
        return;
    }
    strobe_log(STROBE_LOG_WARNING, "agent %s is refused: %s: %s", name_of(link), reason, message);
    const struct strobe_wire_refuse body = {.reason = (char *)reason, .message = (char *)message};
    send_message(link, STROBE_WIRE_KIND_REFUSE, &body);
    link->ended = true;
    end_instance(link);
    strobe_socket_close(link->socket);
}

/* ---- Messages ---- */

static struct agent_link *link_of(struct strobe_agents *agents, const struct strobe_instance *instance)
{
    (void)agents;
    return strobe_socket_data(instance->socket);
}

static int check_hello(const struct strobe_wire_hello *hello, struct strobe_error *error)
{
    size_t digits = strspn(hello->instance, "0123456789abcdef");
    if (digits < 8 || hello->instance[digits] != '\0') {
        return strobe_error_set(error, STROBE_EPROTO, "'instance' must be 8 to 64 lower-case hexadecimal digits");
    }
    return strobe_probe_rules_service(hello->service, error);
}

static int send_set(struct agent_link *link, struct strobe_error *error)
{
    struct strobe_hub *hub = link->agents->hub;
    char *text = NULL;
    size_t size = 0;
    int status = strobe_probe_table_encode_set(hub->probes, &link->instance->info, &text, &size, error);
    if (status < 0) {
        return status;
    }
    struct strobe_frame *frame = strobe_frame_new(text, size);
    if (frame == NULL) {
        return strobe_error_set(error, STROBE_ENOMEM, "out of memory");
    }
    strobe_socket_send_latest(link->socket, frame);
    strobe_frame_unref(frame);
    return 0;
}

static void send_policy(struct agent_link *link)
{
    const struct strobe_wire_policy policy = {.redaction = *strobe_hub_redaction_get(link->agents->hub->redaction)};
    send_message(link, STROBE_WIRE_KIND_POLICY, &policy);
}

static void on_hello(struct agent_link *link, struct strobe_wire_message *message)
{
    struct strobe_hub *hub = link->agents->hub;
    struct strobe_error error = {0};
    const struct strobe_wire_hello *hello = &message->as.hello;
    if (check_hello(hello, &error) < 0) {
        refuse(link, "protocol", error.message);
        return;
    }
    struct strobe_instance *before = strobe_instances_find(hub->instances, hello->instance);
    if (before != NULL) { /* it reconnected before we noticed that it was gone */
        refuse(link_of(link->agents, before), "replaced", "the same instance connected again");
    }
    int status = strobe_instances_add(hub->instances, hello, link->socket, &link->instance, &error);
    if (status < 0) {
        refuse(link, status == STROBE_EIO ? "storage" : "limit", error.message);
        return;
    }
    strobe_log(STROBE_LOG_INFO, "agent %s: service %s, process %" PRId64 " on %s", hello->instance, hello->service,
               hello->pid, hello->host);
    const struct strobe_wire_welcome welcome = {.hub_version = STROBE_VERSION,
                                                .time_us = strobe_clock_unix_us(),
                                                .acknowledged = link->instance->stream.acknowledged};
    send_message(link, STROBE_WIRE_KIND_WELCOME, &welcome);
    send_policy(link); /* before the probes: nothing is captured by weaker rules */
    if (send_set(link, &error) < 0) {
        refuse(link, "storage", error.message);
    }
}

static void on_snapshot(struct agent_link *link, struct strobe_wire_message *message)
{
    /* The commit may refuse and so release the instance: the intake copies the names first. */
    strobe_intake_add(link->agents->hub->intake, link->instance->info.id, link->instance->info.service,
                      &message->as.snapshot);
}

static void on_probe_status(struct agent_link *link, struct strobe_wire_message *message)
{
    strobe_probe_table_report(link->agents->hub->probes, link->instance->info.id, link->instance->info.service,
                              &message->as.probe_status);
}

static void on_heartbeat(struct agent_link *link, struct strobe_wire_message *message)
{
    const struct strobe_wire_heartbeat answer = {.time_us = strobe_clock_unix_us()};
    strobe_instances_heard(link->agents->hub->instances, link->instance, message->as.heartbeat.dropped);
    send_message(link, STROBE_WIRE_KIND_HEARTBEAT, &answer);
}

static void complain(struct agent_link *link, const char *what)
{
    if (link->complaints++ < COMPLAINTS_MAX) {
        strobe_log(STROBE_LOG_WARNING, "agent %s: %s", name_of(link), what);
    }
}

static void keep_source(struct agent_link *link, const struct strobe_wire_source *source)
{
    struct strobe_error error = {0};
    char digest[STROBE_SHA256_HEX_BYTES];
    if (strobe_sha256_hex(source->text, strlen(source->text), digest) < 0 || strcmp(digest, source->sha256) != 0) {
        complain(link, "a source text does not have the hash it claims: dropped");
    } else if (strobe_store_put_source(link->agents->hub->store, source, &error) < 0) {
        strobe_log(STROBE_LOG_ERROR, "a source text is not stored: %s", error.message);
    }
}

static void on_source_text(struct agent_link *link, struct strobe_wire_message *message)
{
    keep_source(link, &message->as.source_text.source);
    strobe_requests_answered(link->agents->hub->requests, link->instance->info.id, message->as.source_text.request,
                             message);
}

static void on_files(struct agent_link *link, struct strobe_wire_message *message)
{
    strobe_requests_answered(link->agents->hub->requests, link->instance->info.id, message->as.files.request, message);
}

static void on_checked(struct agent_link *link, struct strobe_wire_message *message)
{
    strobe_requests_answered(link->agents->hub->requests, link->instance->info.id, message->as.checked.request,
                             message);
}

static void on_memory(struct agent_link *link, struct strobe_wire_message *message)
{
    strobe_requests_answered(link->agents->hub->requests, link->instance->info.id, message->as.memory.request, message);
}

static void on_threads(struct agent_link *link, struct strobe_wire_message *message)
{
    strobe_requests_answered(link->agents->hub->requests, link->instance->info.id, message->as.threads.request,
                             message);
}

static void on_metrics(struct agent_link *link, struct strobe_wire_message *message)
{
    strobe_metrics_put(link->agents->hub->metrics, link->instance->info.id, &message->as.metrics);
}

static void on_request_failed(struct agent_link *link, struct strobe_wire_message *message)
{
    strobe_requests_answered(link->agents->hub->requests, link->instance->info.id, message->as.request_failed.request,
                             message);
}

static void on_goodbye(struct agent_link *link, struct strobe_wire_message *message)
{
    strobe_log(STROBE_LOG_INFO, "agent %s says goodbye: %s", name_of(link), message->as.goodbye.reason);
    link->ended = true;
    end_instance(link);
    strobe_socket_close(link->socket);
}

typedef void (*message_handler)(struct agent_link *link, struct strobe_wire_message *message);

static const message_handler message_handlers[STROBE_WIRE_KIND_COUNT] = {
    [STROBE_WIRE_KIND_SNAPSHOT] = on_snapshot,       [STROBE_WIRE_KIND_PROBE_STATUS] = on_probe_status,
    [STROBE_WIRE_KIND_HEARTBEAT] = on_heartbeat,     [STROBE_WIRE_KIND_FILES] = on_files,
    [STROBE_WIRE_KIND_SOURCE_TEXT] = on_source_text, [STROBE_WIRE_KIND_REQUEST_FAILED] = on_request_failed,
    [STROBE_WIRE_KIND_GOODBYE] = on_goodbye,         [STROBE_WIRE_KIND_CHECKED] = on_checked,
    [STROBE_WIRE_KIND_METRICS] = on_metrics,         [STROBE_WIRE_KIND_MEMORY] = on_memory,
    [STROBE_WIRE_KIND_THREADS] = on_threads,
};

static void dispatch(struct agent_link *link, struct strobe_wire_message *message)
{
    if (message->kind == STROBE_WIRE_KIND_HELLO) {
        if (link->instance != NULL) {
            refuse(link, "protocol", "a second hello on one connection");
        } else {
            on_hello(link, message);
        }
    } else if (link->instance == NULL) {
        refuse(link, "protocol", "the first message must be hello");
    } else if (message_handlers[message->kind] != NULL) {
        strobe_instances_heard(link->agents->hub->instances, link->instance, 0);
        message_handlers[message->kind](link, message);
    }
}

/* ---- The socket ---- */

static void on_message(void *user, struct strobe_socket *socket, const char *text, size_t size)
{
    (void)user;
    struct agent_link *link = strobe_socket_data(socket);
    struct strobe_error error = {0};
    struct strobe_wire_message message;
    if (link == NULL || link->ended) {
        return;
    }
    link->heard_ns = strobe_clock_monotonic_ns();
    int status = strobe_wire_decode(text, size, STROBE_WIRE_AGENT, &message, &error);
    if (status == STROBE_EUNKNOWN) {
        complain(link, error.message); /* a newer agent: what we do not know does not concern us */
    } else if (status == STROBE_ENOMEM) {
        refuse(link, "storage", "out of memory");
    } else if (status < 0) {
        refuse(link, "protocol", error.message);
    } else {
        dispatch(link, &message);
        strobe_wire_message_done(&message);
    }
}

static void on_bad_message(void *user, struct strobe_socket *socket, const char *reason)
{
    (void)user;
    struct agent_link *link = strobe_socket_data(socket);
    if (link != NULL) {
        refuse(link, "protocol", reason);
    }
}

static int on_upgrade(void *user, const struct strobe_http_request *request, char ret_note[STROBE_SOCKET_NOTE_BYTES])
{
    struct strobe_agents *agents = user;
    (void)ret_note;
    const char *token = strobe_auth_bearer(request->authorization);
    if (strobe_auth_check(&agents->hub->auth, token) != STROBE_TOKEN_AGENT) {
        strobe_log(STROBE_LOG_WARNING, "an agent is refused: its token is missing or wrong");
        return 401;
    }
    return agents->hub->stopping ? 503 : 0;
}

static void on_open(void *user, struct strobe_socket *socket)
{
    struct strobe_agents *agents = user;
    struct agent_link *link = calloc(1, sizeof *link);
    if (link == NULL) {
        strobe_socket_close(socket);
        return;
    }
    link->agents = agents;
    link->socket = socket;
    link->opened_ns = link->heard_ns = strobe_clock_monotonic_ns();
    link->next = agents->first;
    if (link->next != NULL) {
        link->next->previous = link;
    }
    agents->first = link;
    strobe_socket_set_data(socket, link);
}

static void on_close(void *user, struct strobe_socket *socket)
{
    struct strobe_agents *agents = user;
    struct agent_link *link = strobe_socket_data(socket);
    if (link == NULL) {
        return;
    }
    if (link->instance != NULL) {
        strobe_log(STROBE_LOG_INFO, "agent %s: the connection is lost", name_of(link));
    }
    end_instance(link);
    if (link->previous != NULL) {
        link->previous->next = link->next;
    } else {
        agents->first = link->next;
    }
    if (link->next != NULL) {
        link->next->previous = link->previous;
    }
    free(link);
}

/* ---- For the rest of the hub ---- */

struct strobe_agents *strobe_agents_new(struct strobe_hub *hub)
{
    struct strobe_agents *agents = calloc(1, sizeof *agents);
    if (agents != NULL) {
        agents->hub = hub;
    }
    return agents;
}

void strobe_agents_free(struct strobe_agents *agents)
{
    free(agents);
}

struct strobe_socket_handlers strobe_agents_handlers(struct strobe_agents *agents)
{
    return (struct strobe_socket_handlers){
        .subprotocol = STROBE_WIRE_SUBPROTOCOL,
        .path = "/agent",
        .message_bytes_max = STROBE_MESSAGE_BYTES_MAX,
        .backlog_bytes_max = STROBE_HUB_AGENT_BACKLOG_BYTES_MAX,
        .user = agents,
        .on_upgrade = on_upgrade,
        .on_open = on_open,
        .on_message = on_message,
        .on_bad_message = on_bad_message,
        .on_close = on_close,
    };
}

/* A frame with the set of `instance`; NULL when it could not be made, which is logged. */
static struct strobe_frame *make_set(struct strobe_agents *agents, const struct strobe_wire_instance *instance)
{
    struct strobe_error error = {0};
    char *text = NULL;
    size_t size = 0;
    if (strobe_probe_table_encode_set(agents->hub->probes, instance, &text, &size, &error) < 0) {
        strobe_log(STROBE_LOG_ERROR, "the probes of %s are not sent: %s", instance->service, error.message);
        return NULL;
    }
    return strobe_frame_new(text, size);
}

void strobe_agents_push_set(struct strobe_agents *agents, const char *service)
{
    bool chooses = strobe_probe_table_chooses(agents->hub->probes, service);
    struct strobe_frame *frame = NULL; /* of the instance before: the same for all, unless a probe chooses */
    size_t position = 0;
    for (struct strobe_instance *instance;
         (instance = strobe_instances_next(agents->hub->instances, &position)) != NULL;) {
        if (strcmp(instance->info.service, service) != 0) {
            continue;
        }
        if (frame == NULL || chooses) {
            strobe_frame_unref(frame);
            frame = make_set(agents, &instance->info);
        }
        if (frame == NULL) {
            return;
        }
        strobe_socket_send_latest(instance->socket, frame);
    }
    strobe_frame_unref(frame);
}

void strobe_agents_push_policy(struct strobe_agents *agents)
{
    for (struct agent_link *link = agents->first; link != NULL; link = link->next) {
        if (link->instance != NULL) {
            send_policy(link);
        }
    }
}

void strobe_agents_acknowledge(struct strobe_agents *agents, const char *id, const struct strobe_stream *stream)
{
    struct strobe_instance *instance = strobe_instances_find(agents->hub->instances, id);
    if (instance == NULL) {
        return; /* gone meanwhile: its next welcome tells */
    }
    const struct strobe_wire_ack ack = {.seq = stream->acknowledged};
    send_message(link_of(agents, instance), STROBE_WIRE_KIND_ACK, &ack);
    strobe_instances_committed(agents->hub->instances, instance, stream);
}

void strobe_agents_storage_failed(struct strobe_agents *agents, const char *id)
{
    struct strobe_instance *instance = strobe_instances_find(agents->hub->instances, id);
    if (instance != NULL) {
        refuse(link_of(agents, instance), "storage",
               "the hub cannot write to its disk; nothing is lost, send it again after a reconnect");
    }
}

void strobe_agents_tick(struct strobe_agents *agents)
{
    int64_t now_ns = strobe_clock_monotonic_ns();
    struct agent_link *next;
    for (struct agent_link *link = agents->first; link != NULL; link = next) {
        next = link->next;
        if (link->ended) {
            continue;
        }
        if (link->instance == NULL && now_ns - link->opened_ns > STROBE_HUB_HELLO_MS_MAX * 1000000LL) {
            refuse(link, "protocol", "no hello came in time");
        } else if (now_ns - link->heard_ns > STROBE_SILENCE_S * NS_PER_S) {
            refuse(link, "silence", "nothing was heard for too long");
        }
    }
}

void strobe_agents_close(struct strobe_agents *agents)
{
    for (struct agent_link *link = agents->first; link != NULL; link = link->next) {
        strobe_socket_close(link->socket);
    }
}
