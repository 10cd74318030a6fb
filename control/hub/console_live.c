#include "hub/console_live.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "hub/identity.h"
#include "hub/instances.h"
#include "hub/probe_table.h"
#include "strobe/limits.h"

#define SUBPROTOCOL "strobe.console.v1"
#define MESSAGE_BYTES_MAX 4096 /* consoles send nothing */

struct strobe_consoles {
    struct strobe_hub *hub;
    struct strobe_socket *sockets[STROBE_HUB_CONSOLES_MAX];
    size_t count;
};

static struct strobe_frame *make_frame(enum strobe_wire_kind kind, const void *body)
{
    struct strobe_error error = {0};
    char *text = NULL;
    size_t size = 0;
    if (strobe_wire_encode(kind, body, &text, &size, &error) < 0) {
        strobe_log(STROBE_LOG_ERROR, "consoles are not told: %s", error.message);
        return NULL;
    }
    return strobe_frame_new(text, size);
}

static void on_event(void *user, const struct strobe_bus_event *event)
{
    struct strobe_consoles *consoles = user;
    if (consoles->count == 0) {
        return;
    }
    struct strobe_frame *frame = make_frame(event->kind, event->body);
    for (size_t i = 0; frame != NULL && i < consoles->count; i++) {
        strobe_socket_send(consoles->sockets[i], frame);
    }
    strobe_frame_unref(frame);
}

static void send_one(struct strobe_socket *socket, enum strobe_wire_kind kind, const void *body)
{
    struct strobe_frame *frame = make_frame(kind, body);
    if (frame != NULL) {
        strobe_socket_send(socket, frame);
        /* The state at the beginning does not count as unread: a large fleet must not lock consoles out. */
        strobe_socket_forgive_backlog(socket);
        strobe_frame_unref(frame);
    }
}

static void send_present(struct strobe_hub *hub, struct strobe_socket *socket)
{
    size_t position = 0;
    for (struct strobe_instance *instance; (instance = strobe_instances_next(hub->instances, &position)) != NULL;) {
        const struct strobe_wire_live_instance body = {.instance = instance->info};
        send_one(socket, STROBE_WIRE_KIND_LIVE_INSTANCE, &body);
    }
    position = 0;
    for (struct strobe_probe_entry *entry; (entry = strobe_probe_table_next(hub->probes, &position)) != NULL;) {
        struct strobe_wire_live_probe body;
        if (strobe_probe_entry_view(entry, &body.view) == 0) {
            send_one(socket, STROBE_WIRE_KIND_LIVE_PROBE, &body);
            free(body.view.states);
        }
    }
}

/* ---- The socket ---- */

static int on_upgrade(void *user, const struct strobe_http_request *request, char ret_note[STROBE_SOCKET_NOTE_BYTES])
{
    struct strobe_consoles *consoles = user;
    struct strobe_identity identity;
    enum strobe_identity_result result = strobe_identify(consoles->hub, request, true, &identity);
    if (result != STROBE_IDENTITY_PERSON) {
        return result == STROBE_IDENTITY_NONE ? 401 : 403;
    }
    strcpy(ret_note, identity.session);
    return consoles->count < STROBE_HUB_CONSOLES_MAX && !consoles->hub->stopping ? 0 : 503;
}

static void on_open(void *user, struct strobe_socket *socket)
{
    struct strobe_consoles *consoles = user;
    if (consoles->count == STROBE_HUB_CONSOLES_MAX) { /* many upgraded at the same time */
        strobe_socket_close(socket);
        return;
    }
    consoles->sockets[consoles->count++] = socket;
    send_present(consoles->hub, socket);
}

static void on_message(void *user, struct strobe_socket *socket, const char *text, size_t size)
{
    (void)user, (void)socket, (void)text, (void)size;
}

static void on_bad_message(void *user, struct strobe_socket *socket, const char *reason)
{
    (void)user;
    strobe_log(STROBE_LOG_WARNING, "a console is closed: %s", reason);
    strobe_socket_close(socket);
}

static void on_close(void *user, struct strobe_socket *socket)
{
    struct strobe_consoles *consoles = user;
    for (size_t i = 0; i < consoles->count; i++) {
        if (consoles->sockets[i] == socket) {
            consoles->sockets[i] = consoles->sockets[--consoles->count];
            return;
        }
    }
}

/* ---- For the rest of the hub ---- */

struct strobe_consoles *strobe_consoles_new(struct strobe_hub *hub)
{
    struct strobe_consoles *consoles = calloc(1, sizeof *consoles);
    if (consoles == NULL) {
        return NULL;
    }
    consoles->hub = hub;
    if (strobe_bus_subscribe(hub->bus, on_event, consoles) < 0) {
        free(consoles);
        return NULL;
    }
    return consoles;
}

void strobe_consoles_free(struct strobe_consoles *consoles)
{
    free(consoles);
}

struct strobe_socket_handlers strobe_consoles_handlers(struct strobe_consoles *consoles)
{
    return (struct strobe_socket_handlers){
        .subprotocol = SUBPROTOCOL,
        .path = "/api/v1/live",
        .message_bytes_max = MESSAGE_BYTES_MAX,
        .backlog_bytes_max = STROBE_HUB_CONSOLE_BACKLOG_BYTES_MAX,
        .user = consoles,
        .on_upgrade = on_upgrade,
        .on_open = on_open,
        .on_message = on_message,
        .on_bad_message = on_bad_message,
        .on_close = on_close,
    };
}

void strobe_consoles_end_session(struct strobe_consoles *consoles, const char *id)
{
    for (size_t i = 0; i < consoles->count; i++) {
        if (strcmp(strobe_socket_note(consoles->sockets[i]), id) == 0) {
            strobe_socket_close(consoles->sockets[i]);
        }
    }
}

void strobe_consoles_close(struct strobe_consoles *consoles)
{
    for (size_t i = 0; i < consoles->count; i++) {
        strobe_socket_close(consoles->sockets[i]);
    }
}
