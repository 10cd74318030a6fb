#include "link/connection.h"

#include <libwebsockets.h>
#include <openssl/crypto.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/utf8.h"
#include "link/inner_descriptors.h"
#include "link/loop.h"
#include "strobe/limits.h"
#include "wire/messages.h"

#define PIECE_BYTES (64 * 1024) /* of one websocket frame */
#define CLOSE_MS 1000           /* for a polite close */
#define CLOSE_REASON_BYTES 120  /* a control frame carries 125 bytes, two are the code */
#define BLIND_WAIT_MS 20        /* at most, while libwebsockets may wait to write without our knowing */
#define RETRY_US 100000
#define HOST_HEADER_BYTES (STROBE_DSN_HOST_BYTES + sizeof "[]:65535")

struct strobe_connection {
    _Atomic(struct strobe_loop *)
        loop;        /* replaced when the program closed its descriptors; then the old one is leaked */
    struct lws *wsi; /* NULL: down */
    const struct strobe_dsn *dsn;
    struct strobe_trust *trust;
    struct strobe_connection_handlers handlers;
    struct strobe_buffer received;
    unsigned char *frame; /* LWS_PRE bytes, then one piece */
    const char *text;     /* being written; borrowed from the owner */
    size_t size, offset;
    bool opened;
    bool wants_write; /* libwebsockets was asked to call back when the socket takes more */
    bool opening;     /* inside lws_client_connect_via_info() */
    int close_code;   /* not 0: closing */
    int64_t close_by_ns;
    int http_status;
    struct strobe_error reason; /* of the end */
    struct strobe_descriptor_mark socket;
};

/* ---- The end ---- */

static enum strobe_connection_end end_of(const struct strobe_connection *connection)
{
    if (connection->trust->problem.code != 0) {
        return STROBE_CONNECTION_UNTRUSTED;
    }
    return connection->http_status == 401 || connection->http_status == 403 ? STROBE_CONNECTION_REFUSED
                                                                            : STROBE_CONNECTION_LOST;
}

/** The structure is ready for the next attempt before the owner hears of the end of this one. */
static void finish(struct strobe_connection *connection)
{
    struct strobe_error reason = connection->trust->problem.code != 0 ? connection->trust->problem : connection->reason;
    strobe_error_set(&reason, STROBE_EIO, "the hub closed the connection");
    enum strobe_connection_end end = end_of(connection);
    bool opened = connection->opened;
    connection->wsi = NULL;
    connection->socket.descriptor = -1;
    connection->opened = false;
    connection->wants_write = false;
    connection->close_code = 0;
    connection->http_status = 0;
    memset(&connection->reason, 0, sizeof connection->reason);
    connection->text = NULL;
    strobe_buffer_clear(&connection->received);
    connection->handlers.on_end(connection->handlers.user, end, opened, reason.message);
}

static void connection_failed(struct strobe_connection *connection, struct lws *wsi, const char *detail, size_t size)
{
    const struct strobe_dsn *dsn = connection->dsn;
    int http_status = connection->http_status = (int)lws_http_client_http_response(wsi);
    if (end_of(connection) == STROBE_CONNECTION_REFUSED) {
        strobe_error_set(&connection->reason, STROBE_EDENIED,
                         "%s:%d refuses the token (HTTP %d): copy the DSN from the hub again", dsn->host, dsn->port,
                         http_status);
    } else if (http_status >= 500) {
        strobe_error_set(&connection->reason, STROBE_EIO, "%s:%d cannot serve now (HTTP %d)", dsn->host, dsn->port,
                         http_status);
    } else if (http_status > 101) {
        strobe_error_set(&connection->reason, STROBE_EIO,
                         "%s:%d answers with HTTP %d and not as a hub does: check host and port", dsn->host, dsn->port,
                         http_status);
    } else {
        strobe_error_set(&connection->reason, STROBE_EIO, "cannot connect to %s:%d: %.*s", dsn->host, dsn->port,
                         size > 0 ? (int)size : 9, size > 0 ? detail : "no answer");
    }
    if (!connection->opening) {
        finish(connection);
    }
}

static void peer_closes(struct strobe_connection *connection, const unsigned char *payload, size_t size)
{
    if (size >= 2) {
        strobe_error_set(&connection->reason, STROBE_EIO, "the hub closed the connection (%d%s%.*s)",
                         payload[0] << 8 | payload[1], size > 2 ? ": " : "", (int)(size - 2),
                         (const char *)payload + 2);
    }
}

/* ---- Reading ---- */

static void refuse_message(struct strobe_connection *connection, int code, const char *reason)
{
    strobe_log(STROBE_LOG_WARNING, "link: closed the connection: %s", reason);
    strobe_connection_close(connection, code, reason);
}

static void receive(struct strobe_connection *connection, struct lws *wsi, const char *data, size_t size)
{
    if (connection->close_code != 0) {
        return;
    }
    if (lws_frame_is_binary(wsi)) {
        refuse_message(connection, LWS_CLOSE_STATUS_UNACCEPTABLE_OPCODE, "the hub sent a binary message");
        return;
    }
    if (lws_is_first_fragment(wsi)) {
        strobe_buffer_clear(&connection->received);
    }
    if (strobe_buffer_append(&connection->received, data, size) < 0) {
        refuse_message(connection, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE, "the hub sent a message over the limit of size");
        return;
    }
    if (!lws_is_final_fragment(wsi) || lws_remaining_packet_payload(wsi) != 0) {
        return;
    }
    struct strobe_error error = {0};
    int status = connection->handlers.on_message(connection->handlers.user, connection->received.data,
                                                 connection->received.size, &error);
    strobe_buffer_done(&connection->received); /* a large message would else hold its memory for ever */
    strobe_buffer_init(&connection->received, STROBE_MESSAGE_BYTES_MAX);
    if (status < 0) {
        strobe_error_set(&error, status, "%s", strobe_error_meaning(status));
        refuse_message(connection, LWS_CLOSE_STATUS_PROTOCOL_ERR, error.message);
    }
}

/* ---- Writing ---- */

/* One lws_write() for each time the socket is writable; libwebsockets keeps what the kernel did not take. */
static int write_piece(struct strobe_connection *connection, struct lws *wsi)
{
    if (connection->text == NULL) {
        connection->offset = 0;
        if (!connection->handlers.next_message(connection->handlers.user, &connection->text, &connection->size)) {
            connection->text = NULL;
            return 0;
        }
    }
    size_t left = connection->size - connection->offset;
    size_t piece = left < PIECE_BYTES ? left : PIECE_BYTES;
    int flags = lws_write_ws_flags(LWS_WRITE_TEXT, connection->offset == 0, piece == left);
    unsigned char *payload = connection->frame + LWS_PRE;
    memcpy(payload, connection->text + connection->offset, piece);
    int written = lws_write(wsi, payload, piece, (enum lws_write_protocol)flags);
    OPENSSL_cleanse(payload, piece);
    if (written < (int)piece) {
        strobe_error_set(&connection->reason, STROBE_EIO, "writing to the hub failed");
        return -1;
    }
    connection->offset += piece;
    if (piece == left) {
        connection->text = NULL;
        connection->handlers.on_written(connection->handlers.user, connection->size);
    }
    strobe_connection_want_write(connection);
    return 0;
}

static int writable(struct strobe_connection *connection, struct lws *wsi)
{
    connection->wants_write = false;
    if (connection->close_code == 0) {
        return write_piece(connection, wsi);
    }
    char *text = connection->reason.message;
    size_t size = strobe_utf8_cut(text, strlen(text), CLOSE_REASON_BYTES);
    lws_close_reason(wsi, (enum lws_close_status)connection->close_code, (unsigned char *)text, size);
    return -1;
}

/* ---- Connecting ---- */

static int append_token(struct strobe_connection *connection, unsigned char **place, size_t room)
{
    /* The handshake ends before this in every version of TLS; check all the same, because this is the secret. */
    if (!connection->trust->verified) {
        strobe_error_set(&connection->reason, STROBE_EDENIED, "the hub's key was not verified");
        return -1;
    }
    int size = snprintf((char *)*place, room, "Authorization: Bearer %s\r\n", connection->dsn->token);
    if (size < 0 || (size_t)size >= room) {
        return -1;
    }
    *place += size;
    return 0;
}

static void remember_socket(struct strobe_connection *connection)
{
    int descriptor = connection->wsi == NULL ? -1 : (int)lws_get_socket_fd(connection->wsi);
    connection->socket = strobe_descriptor_mark(descriptor);
}

static int on_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t size)
{
    (void)user;
    struct strobe_connection *connection = lws_context_user(lws_get_context(wsi));
    if (connection == NULL || connection->wsi != wsi) {
        /* Not about our socket; or about one that was dropped and has no say any more. */
        return 0;
    }
    switch (reason) {
    case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
        return append_token(connection, in, size);
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
        connection_failed(connection, wsi, in, in == NULL ? 0 : size);
        return 0;
    case LWS_CALLBACK_CLIENT_ESTABLISHED:
        connection->opened = true;
        remember_socket(connection);
        connection->handlers.on_open(connection->handlers.user);
        return 0;
    case LWS_CALLBACK_CLIENT_RECEIVE:
        receive(connection, wsi, in, size);
        return 0;
    case LWS_CALLBACK_CLIENT_WRITEABLE:
        return writable(connection, wsi);
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
        peer_closes(connection, in, size);
        return 0;
    case LWS_CALLBACK_CLIENT_CLOSED:
        finish(connection);
        return 0;
    default:
        return 0;
    }
}

int strobe_connection_open(struct strobe_connection *connection, const char *address)
{
    if (connection->wsi != NULL) {
        return STROBE_EBUSY;
    }
    char host[HOST_HEADER_BYTES];
    bool bare_ipv6 = strchr(connection->dsn->host, ':') != NULL;
    snprintf(host, sizeof host, bare_ipv6 ? "[%s]:%d" : "%s:%d", connection->dsn->host, connection->dsn->port);
    struct lws_client_connect_info info = {
        .context = atomic_load(&connection->loop)->context,
        .address = address,
        .port = connection->dsn->port,
        /* No redirects: they would carry the token to whomever the answer names. */
        .ssl_connection = LCCSCF_USE_SSL | LCCSCF_HTTP_NO_FOLLOW_REDIRECT,
        .path = "/agent",
        .host = host,
        .protocol = STROBE_WIRE_SUBPROTOCOL,
        .local_protocol_name = STROBE_WIRE_SUBPROTOCOL,
        .alpn = "http/1.1",
        .ietf_version_or_minus_one = -1,
        .pwsi = &connection->wsi,
    };
    strobe_trust_begin(connection->trust);
    connection->opening = true;
    struct lws *wsi = lws_client_connect_via_info(&info);
    connection->opening = false;
    if (wsi == NULL) {
        strobe_error_set(&connection->reason, STROBE_EIO, "cannot connect to %s:%d", connection->dsn->host,
                         connection->dsn->port);
        finish(connection);
        return 0;
    }
    connection->wsi = wsi;
    remember_socket(connection);
    return 0;
}

void strobe_connection_close(struct strobe_connection *connection, int code, const char *reason)
{
    if (connection->wsi == NULL || connection->close_code != 0) {
        return;
    }
    strobe_error_set(&connection->reason, STROBE_EIO, "%s", reason);
    connection->close_code = code;
    connection->close_by_ns = strobe_clock_monotonic_ns() + (connection->opened ? CLOSE_MS * INT64_C(1000000) : 0);
    strobe_connection_want_write(connection);
}

bool strobe_connection_is_down(const struct strobe_connection *connection)
{
    return connection->wsi == NULL;
}

void strobe_connection_want_write(struct strobe_connection *connection)
{
    if (connection->wsi != NULL && connection->opened) {
        connection->wants_write = true;
        lws_callback_on_writable(connection->wsi);
    }
}

/* ---- The loop ---- */

static bool is_intact(struct strobe_connection *connection)
{
    return strobe_descriptor_is_same(&connection->socket) && strobe_loop_is_intact(atomic_load(&connection->loop));
}

static struct strobe_loop *new_loop(struct strobe_connection *connection)
{
    static const struct lws_protocols protocols[] = {
        {.name = STROBE_WIRE_SUBPROTOCOL, .callback = on_event, .rx_buffer_size = 16 * 1024},
        {.name = NULL},
    };
    return strobe_loop_new(protocols, connection, connection->trust->tls);
}

/* The old loop would write to, and close, what is now the program's: it is leaked. */
static void begin_anew(struct strobe_connection *connection)
{
    struct strobe_loop *loop = new_loop(connection);
    if (loop == NULL) {
        usleep(RETRY_US); /* the next turn tries again */
        return;
    }
    atomic_store(&connection->loop, loop);
    if (connection->wsi != NULL) {
        strobe_error_set(&connection->reason, STROBE_EIO, "the program closed the link's descriptors");
        finish(connection);
    }
}

void strobe_connection_drop(struct strobe_connection *connection, const char *reason)
{
    struct lws *wsi = connection->wsi;
    if (wsi == NULL) {
        return;
    }
    strobe_error_set(&connection->reason, STROBE_EIO, "%s", reason);
    if (!is_intact(connection)) {
        begin_anew(connection);
        return;
    }
    connection->wsi = NULL; /* its last callbacks find no owner */
    lws_set_timeout(wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_SYNC);
    finish(connection);
}

/** Whether the socket is of use only when it can be written to. */
static bool waits_to_write(const struct strobe_connection *connection)
{
    struct sockaddr_storage peer;
    socklen_t size = sizeof peer;
    if (connection->wsi == NULL) {
        return false;
    }
    if (!connection->opened) { /* until TCP is connected; after that libwebsockets does not say what it waits for */
        return getpeername(connection->socket.descriptor, (struct sockaddr *)&peer, &size) < 0;
    }
    return connection->wants_write || lws_partial_buffered(connection->wsi);
}

void strobe_connection_turn(struct strobe_connection *connection, int64_t wait_ms)
{
    struct strobe_loop *loop = atomic_load(&connection->loop);
    bool blind = connection->wsi != NULL && (!connection->opened || connection->close_code != 0);
    if (blind && wait_ms > BLIND_WAIT_MS) {
        wait_ms = BLIND_WAIT_MS;
    }
    strobe_loop_wait(loop, &connection->socket, waits_to_write(connection), wait_ms > 0 ? wait_ms : 1);
    if (!is_intact(connection)) {
        begin_anew(connection);
    } else if (connection->close_code != 0 && strobe_clock_monotonic_ns() >= connection->close_by_ns) {
        strobe_connection_drop(connection, "closed");
    } else {
        strobe_loop_serve(loop);
    }
}

void strobe_connection_wake(struct strobe_connection *connection)
{
    strobe_loop_wake(atomic_load(&connection->loop));
}

/* ---- Life ---- */

int strobe_connection_new(const struct strobe_dsn *dsn, struct strobe_trust *trust,
                          const struct strobe_connection_handlers *handlers, struct strobe_connection **ret_connection,
                          struct strobe_error *error)
{
    struct strobe_connection *connection = calloc(1, sizeof *connection);
    if (connection == NULL) {
        return strobe_error_set(error, STROBE_ENOMEM, "out of memory for the link");
    }
    connection->dsn = dsn;
    connection->trust = trust;
    connection->handlers = *handlers;
    connection->socket.descriptor = -1;
    strobe_buffer_init(&connection->received, STROBE_MESSAGE_BYTES_MAX);
    connection->frame = calloc(1, LWS_PRE + PIECE_BYTES);
    struct strobe_loop *loop = connection->frame == NULL ? NULL : new_loop(connection);
    atomic_store(&connection->loop, loop);
    if (loop == NULL) {
        strobe_connection_free(connection);
        return strobe_error_set(error, STROBE_EINTERNAL, "libwebsockets cannot make a context; STROBE_LOG tells more");
    }
    *ret_connection = connection;
    return 0;
}

void strobe_connection_free(struct strobe_connection *connection)
{
    if (connection == NULL) {
        return;
    }
    struct strobe_loop *loop = atomic_load(&connection->loop);
    connection->wsi = NULL; /* the last callbacks find no owner */
    if (loop != NULL && is_intact(connection)) {
        strobe_loop_free(loop);
    }
    strobe_buffer_done(&connection->received);
    free(connection->frame);
    free(connection);
}

void strobe_connection_abandon(struct strobe_connection *connection)
{
    if (connection == NULL) {
        return;
    }
    strobe_descriptor_close(&connection->socket);
    strobe_loop_abandon(atomic_load(&connection->loop));
}
