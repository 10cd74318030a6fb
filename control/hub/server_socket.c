/* The server's websocket side: whole messages in, queued messages out. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "hub/server_lws.h"

#define KEEP_BYTES (16 * 1024) /* of a message buffer, between messages */
#define CLOSE_S 5              /* for the last messages to be taken */

struct strobe_frame {
    size_t references;
    size_t size;
    char *text;
};

struct waiting {
    struct waiting *next;
    struct strobe_frame *frame;
    bool latest; /* replaced by a later one of the kind */
};

struct strobe_socket {
    struct lws *wsi;
    const struct strobe_socket_handlers *handlers;
    struct strobe_buffer message; /* coming in */
    struct waiting *first, *last; /* going out */
    size_t sent;                  /* bytes of `first` */
    size_t backlog_bytes;
    size_t backlog_bytes_max;
    bool closing;
    void *data;
    char note[STROBE_SOCKET_NOTE_BYTES];
};

/* ---- Frames ---- */

struct strobe_frame *strobe_frame_new(char *text, size_t size)
{
    struct strobe_frame *frame = text != NULL ? malloc(sizeof *frame) : NULL;
    if (frame == NULL) {
        free(text);
        return NULL;
    }
    *frame = (struct strobe_frame){.references = 1, .size = size, .text = text};
    return frame;
}

void strobe_frame_unref(struct strobe_frame *frame)
{
    if (frame != NULL && --frame->references == 0) {
        free(frame->text);
        free(frame);
    }
}

/* ---- Sending ---- */

static void drop_first(struct strobe_socket *socket)
{
    struct waiting *first = socket->first;
    socket->first = first->next;
    if (socket->first == NULL) {
        socket->last = NULL;
    }
    socket->backlog_bytes -= first->frame->size;
    socket->sent = 0;
    strobe_frame_unref(first->frame);
    free(first);
}

/* Close now: the other side does not read. Asynchronous, because the caller may be inside a callback of this socket. */
static void cut_off(struct strobe_socket *socket)
{
    socket->closing = true;
    lws_set_timeout(socket->wsi, PENDING_TIMEOUT_CLOSE_SEND, LWS_TO_KILL_ASYNC);
}

static int enqueue(struct strobe_socket *socket, struct strobe_frame *frame, bool latest)
{
    if (socket->closing) {
        return STROBE_ECLOSED;
    }
    if (socket->backlog_bytes > 0 && socket->backlog_bytes + frame->size > socket->backlog_bytes_max) {
        strobe_log(STROBE_LOG_WARNING, "closing a connection to %s that does not read: %zu bytes wait",
                   socket->handlers->path, socket->backlog_bytes);
        cut_off(socket);
        return STROBE_ELIMIT;
    }
    struct waiting *waiting = malloc(sizeof *waiting);
    if (waiting == NULL) {
        return STROBE_ENOMEM;
    }
    frame->references++;
    *waiting = (struct waiting){.frame = frame, .latest = latest};
    if (socket->last != NULL) {
        socket->last->next = waiting;
    } else {
        socket->first = waiting;
    }
    socket->last = waiting;
    socket->backlog_bytes += frame->size;
    lws_callback_on_writable(socket->wsi);
    return 0;
}

int strobe_socket_send(struct strobe_socket *socket, struct strobe_frame *frame)
{
    return enqueue(socket, frame, false);
}

int strobe_socket_send_latest(struct strobe_socket *socket, struct strobe_frame *frame)
{
    for (struct waiting *waiting = socket->first; waiting != NULL; waiting = waiting->next) {
        bool begun = waiting == socket->first && socket->sent > 0;
        if (waiting->latest && !begun && !socket->closing) {
            socket->backlog_bytes += frame->size;
            socket->backlog_bytes -= waiting->frame->size;
            frame->references++;
            strobe_frame_unref(waiting->frame);
            waiting->frame = frame;
            return 0;
        }
    }
    return enqueue(socket, frame, true);
}

void strobe_socket_close(struct strobe_socket *socket)
{
    if (!socket->closing) {
        socket->closing = true;
        lws_set_timeout(socket->wsi, PENDING_TIMEOUT_CLOSE_SEND, CLOSE_S);
        lws_callback_on_writable(socket->wsi);
    }
}

void strobe_socket_forgive_backlog(struct strobe_socket *socket)
{
    socket->backlog_bytes_max = socket->backlog_bytes + socket->handlers->backlog_bytes_max;
}

void strobe_socket_set_data(struct strobe_socket *socket, void *data)
{
    socket->data = data;
}

void *strobe_socket_data(const struct strobe_socket *socket)
{
    return socket->data;
}

const char *strobe_socket_note(const struct strobe_socket *socket)
{
    return socket->note;
}

static int on_writeable(struct strobe_socket *socket)
{
    if (socket->first == NULL) {
        if (!socket->closing) {
            return 0;
        }
        lws_close_reason(socket->wsi, LWS_CLOSE_STATUS_NORMAL, NULL, 0);
        return -1;
    }
    struct strobe_server *server = strobe_server_of(socket->wsi);
    const struct strobe_frame *frame = socket->first->frame;
    size_t size = frame->size - socket->sent;
    bool last = size <= STROBE_SERVER_CHUNK_BYTES;
    if (!last) {
        size = STROBE_SERVER_CHUNK_BYTES;
    }
    memcpy(server->scratch + LWS_PRE, frame->text + socket->sent, size);
    int flags = lws_write_ws_flags(LWS_WRITE_TEXT, socket->sent == 0, last);
    if (lws_write(socket->wsi, server->scratch + LWS_PRE, size, (enum lws_write_protocol)flags) < (int)size) {
        return -1;
    }
    socket->sent += size;
    if (last) {
        drop_first(socket);
    }
    if (socket->first != NULL || socket->closing) {
        lws_callback_on_writable(socket->wsi);
    }
    return 0;
}

/* ---- Receiving ---- */

static void deliver(struct strobe_socket *socket)
{
    struct strobe_buffer message = socket->message;
    strobe_buffer_init(&socket->message, socket->handlers->message_bytes_max);
    socket->handlers->on_message(socket->handlers->user, socket, message.data, message.size);
    explicit_bzero(message.data, message.size); /* captured values */
    if (message.capacity <= KEEP_BYTES && socket->message.data == NULL) {
        strobe_buffer_clear(&message);
        socket->message = message;
    } else {
        strobe_buffer_done(&message);
    }
}

static int on_receive(struct strobe_socket *socket, const void *data, size_t size)
{
    if (socket->closing) {
        return 0;
    }
    if (lws_frame_is_binary(socket->wsi)) {
        socket->handlers->on_bad_message(socket->handlers->user, socket, "messages are text, this one is binary");
        return 0;
    }
    if (strobe_buffer_append(&socket->message, data, size) < 0) {
        strobe_buffer_done(&socket->message);
        strobe_buffer_init(&socket->message, socket->handlers->message_bytes_max);
        socket->handlers->on_bad_message(socket->handlers->user, socket, "a message is over the limit of size");
        return 0;
    }
    if (lws_remaining_packet_payload(socket->wsi) == 0 && lws_is_final_fragment(socket->wsi) &&
        socket->message.size > 0) {
        deliver(socket);
    }
    return 0;
}

/* ---- Opening and closing ---- */

static const struct strobe_socket_handlers *handlers_of(struct lws *wsi)
{
    return lws_get_protocol(wsi)->user;
}

static void refuse(struct lws *wsi, int status)
{
    struct strobe_server *server = strobe_server_of(wsi);
    struct strobe_http_response response = {.status = status};
    struct strobe_buffer head;
    strobe_buffer_init(&head, STROBE_SERVER_CHUNK_BYTES);
    if (strobe_http_response_head(&response, &head) == 0) {
        memcpy(server->scratch + LWS_PRE, head.data, head.size);
        lws_write(wsi, server->scratch + LWS_PRE, head.size, LWS_WRITE_HTTP_HEADERS);
    }
    strobe_buffer_done(&head);
}

/* Everything is checked here, before the upgrade: a peer without a right to it never sees a websocket. */
static int on_upgrade(struct lws *wsi, struct strobe_connection *connection)
{
    const struct strobe_socket_handlers *handlers = handlers_of(wsi);
    struct strobe_http_request request;
    strobe_http_request_init(&request);
    int status = 400;
    if (strobe_server_read_request(wsi, &request) == 0) {
        status = strcmp(request.path, handlers->path) != 0
                     ? 404
                     : handlers->on_upgrade(handlers->user, &request, connection->note);
    }
    strobe_http_request_done(&request);
    if (status != 0) {
        refuse(wsi, status);
    }
    return status != 0 ? -1 : 0;
}

static int on_established(struct lws *wsi, struct strobe_connection *connection)
{
    struct strobe_socket *socket = calloc(1, sizeof *socket);
    if (socket == NULL) {
        return -1;
    }
    socket->wsi = wsi;
    socket->handlers = handlers_of(wsi);
    socket->backlog_bytes_max = socket->handlers->backlog_bytes_max;
    memcpy(socket->note, connection->note, sizeof socket->note);
    strobe_buffer_init(&socket->message, socket->handlers->message_bytes_max);
    connection->socket = socket;
    socket->handlers->on_open(socket->handlers->user, socket);
    return 0;
}

static void on_closed(struct strobe_connection *connection)
{
    struct strobe_socket *socket = connection != NULL ? connection->socket : NULL;
    if (socket == NULL) {
        return;
    }
    connection->socket = NULL;
    socket->closing = true;
    socket->handlers->on_close(socket->handlers->user, socket);
    while (socket->first != NULL) {
        drop_first(socket);
    }
    strobe_buffer_done(&socket->message);
    explicit_bzero(socket->note, sizeof socket->note);
    free(socket);
}

int strobe_server_on_socket(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t size)
{
    struct strobe_connection *connection = user;
    switch (reason) {
    case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
        return on_upgrade(wsi, connection);
    case LWS_CALLBACK_ESTABLISHED:
        return on_established(wsi, connection);
    case LWS_CALLBACK_RECEIVE:
        return connection->socket != NULL ? on_receive(connection->socket, in, size) : 0;
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return connection->socket != NULL ? on_writeable(connection->socket) : 0;
    case LWS_CALLBACK_CLOSED:
        on_closed(connection);
        return 0;
    default:
        return 0;
    }
}
