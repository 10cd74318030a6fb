/*
 * The server's HTTP side: collect a request, hand it over, send the answer when it comes, close.
 *
 * One request for each connection, on purpose: the library (4.1.6) loops for ever over a request with a body that it
 * finds pipelined behind another one (lws_http_action() feeds it its own head). So it never gets to see a second one.
 */
#include <errno.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "hub/server_lws.h"
#include "strobe/limits.h"

#define BODY_NS_MAX 30000000000LL /* a body may take: the library's own time-out begins anew with each byte */
#define DISCARD_BYTES_MAX (4L * 1024 * 1024) /* of a body that is too large: read, so that the answer is */

struct strobe_exchange {
    struct lws *wsi;
    struct strobe_http_request request;
    int64_t begun_ns;
    int refused;    /* HTTP status for a request whose body is not kept; 0: none */
    bool delivered; /* the request was handed over */
    bool answered;
    bool head_sent;
    struct strobe_http_response response;
    size_t sent; /* bytes of the body */
    void (*on_gone)(void *user);
    void *user;
};

const struct strobe_http_request *strobe_exchange_request(const struct strobe_exchange *exchange)
{
    return &exchange->request;
}

void strobe_exchange_on_gone(struct strobe_exchange *exchange, void (*on_gone)(void *user), void *user)
{
    exchange->on_gone = on_gone;
    exchange->user = user;
}

void strobe_exchange_answer(struct strobe_exchange *exchange, struct strobe_http_response *response)
{
    exchange->response = *response;
    memset(response, 0, sizeof *response);
    exchange->answered = true;
    exchange->on_gone = NULL;
    lws_rx_flow_control(exchange->wsi, 1); /* off, it would hold back writing, too */
    lws_callback_on_writable(exchange->wsi);
}

static void release(struct strobe_connection *connection)
{
    struct strobe_exchange *exchange = connection != NULL ? connection->exchange : NULL;
    if (exchange == NULL) {
        return;
    }
    connection->exchange = NULL;
    if (exchange->on_gone != NULL) {
        exchange->on_gone(exchange->user);
    }
    strobe_http_request_done(&exchange->request);
    strobe_http_response_done(&exchange->response);
    free(exchange);
}

/* ---- The request ---- */

/* Length of the body; -1 when the header is not a length or the body comes in chunks. */
static long body_size(struct lws *wsi)
{
    char text[24];
    if (lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) > 0) {
        return -1;
    }
    if (lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH) <= 0) {
        return lws_hdr_total_length(wsi, WSI_TOKEN_POST_URI) > 0 ? -1 : 0;
    }
    if (lws_hdr_copy(wsi, text, sizeof text, WSI_TOKEN_HTTP_CONTENT_LENGTH) <= 0 ||
        strspn(text, "0123456789") != strlen(text)) {
        return -1;
    }
    errno = 0;
    long size = strtol(text, NULL, 10);
    return errno == 0 ? size : -1;
}

static void deliver(struct strobe_exchange *exchange)
{
    struct strobe_server *server = strobe_server_of(exchange->wsi);
    exchange->delivered = true;
    if (exchange->refused == 0) {
        /* Until there is an answer nothing more is read: in this state the library would otherwise spin on data that
         * came early, or on the end of a connection that was given up. */
        lws_rx_flow_control(exchange->wsi, 0);
    }
    lws_set_timeout(exchange->wsi, NO_PENDING_TIMEOUT, 0);
    server->settings.on_request(server->settings.user, exchange, exchange->refused);
}

static int begin(struct lws *wsi, struct strobe_connection *connection)
{
    release(connection);
    struct strobe_exchange *exchange = calloc(1, sizeof *exchange);
    if (exchange == NULL) {
        return -1;
    }
    exchange->wsi = wsi;
    exchange->begun_ns = strobe_clock_monotonic_ns();
    strobe_http_request_init(&exchange->request);
    connection->exchange = exchange;
    long size = body_size(wsi);
    if (strobe_server_read_request(wsi, &exchange->request) < 0) {
        exchange->refused = 400;
    } else if (size < 0) {
        exchange->refused = 411;
    } else if (size > STROBE_HUB_BODY_BYTES_MAX) {
        exchange->refused = 413;
    }
    bool body_follows = size > 0 || (size == 0 && exchange->request.method == STROBE_HTTP_POST);
    if (!body_follows || size > DISCARD_BYTES_MAX) {
        deliver(exchange);
    } /* else the library tells when the body, which may be empty, is there */
    return 0;
}

static int on_body(struct strobe_connection *connection, const void *data, size_t size)
{
    struct strobe_exchange *exchange = connection->exchange;
    if (exchange == NULL || exchange->delivered) {
        return 0;
    }
    if (strobe_clock_monotonic_ns() - exchange->begun_ns > BODY_NS_MAX) {
        return -1;
    }
    if (exchange->refused != 0 || size == 0) {
        return 0;
    }
    return strobe_buffer_append(&exchange->request.body, data, size) < 0 ? -1 : 0;
}

/* ---- The answer ---- */

static int write_bytes(struct lws *wsi, const void *data, size_t size)
{
    struct strobe_server *server = strobe_server_of(wsi);
    memcpy(server->scratch + LWS_PRE, data, size);
    lws_set_timeout(wsi, PENDING_TIMEOUT_HTTP_CONTENT, STROBE_SERVER_STALL_S);
    return lws_write(wsi, server->scratch + LWS_PRE, size, LWS_WRITE_HTTP) < (int)size ? -1 : 0;
}

static int write_head(struct strobe_exchange *exchange)
{
    struct strobe_buffer head;
    strobe_buffer_init(&head, STROBE_SERVER_CHUNK_BYTES);
    int status = strobe_http_response_head(&exchange->response, &head);
    bool with_body = exchange->request.method != STROBE_HTTP_HEAD;
    /* A small body goes out with the head in one record. */
    if (status == 0 && with_body && head.size + exchange->response.size <= STROBE_SERVER_CHUNK_BYTES) {
        status = strobe_buffer_append(&head, exchange->response.data, exchange->response.size);
        exchange->sent = exchange->response.size;
    }
    if (status == 0) {
        status = write_bytes(exchange->wsi, head.data, head.size);
    }
    strobe_buffer_done(&head);
    exchange->head_sent = true;
    if (!with_body) {
        exchange->sent = exchange->response.size;
    }
    return status;
}

static int write_chunk(struct strobe_exchange *exchange)
{
    size_t size = exchange->response.size - exchange->sent;
    if (size > STROBE_SERVER_CHUNK_BYTES) {
        size = STROBE_SERVER_CHUNK_BYTES;
    }
    int status = write_bytes(exchange->wsi, exchange->response.data + exchange->sent, size);
    exchange->sent += size;
    return status;
}

static int on_writeable(struct lws *wsi, struct strobe_connection *connection)
{
    struct strobe_exchange *exchange = connection != NULL ? connection->exchange : NULL;
    if (exchange == NULL || !exchange->answered) {
        return 0;
    }
    int status = 0;
    if (!exchange->head_sent) {
        status = write_head(exchange);
    } else if (exchange->sent < exchange->response.size) {
        status = write_chunk(exchange);
    } else {
        return -1; /* all is out, the library's own buffer too, or it would not have called: close */
    }
    if (status < 0) {
        return -1;
    }
    lws_callback_on_writable(wsi);
    return 0;
}

int strobe_server_on_http(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t size)
{
    struct strobe_connection *connection = user;
    switch (reason) {
    case LWS_CALLBACK_OPENSSL_LOAD_EXTRA_SERVER_VERIFY_CERTS:
        strobe_server_of(wsi)->tls = SSL_CTX_set_min_proto_version(user, TLS1_2_VERSION) == 1;
        return 0;
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
        /* Websockets only. The library hands on an upgrade to HTTP/2 even with ALPN http/1.1, and one to an unknown
         * protocol after it has released the headers (4.1.6): `in` may dangle, so ask for the header anew. */
        {
            char upgrade[16];
            int length = lws_hdr_copy(wsi, upgrade, sizeof upgrade, WSI_TOKEN_UPGRADE);
            return length > 0 && strcasecmp(upgrade, "websocket") == 0 ? 0 : -1;
        }
    case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
        return -1; /* a websocket that names none of our subprotocols */
    case LWS_CALLBACK_HTTP:
        return begin(wsi, connection);
    case LWS_CALLBACK_HTTP_BODY:
        return on_body(connection, in, size);
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
        if (connection->exchange != NULL && !connection->exchange->delivered) {
            deliver(connection->exchange);
        }
        return 0;
    case LWS_CALLBACK_HTTP_WRITEABLE:
        return on_writeable(wsi, connection);
    case LWS_CALLBACK_CLOSED_HTTP:
    case LWS_CALLBACK_HTTP_DROP_PROTOCOL:
        release(connection);
        return 0;
    default:
        return 0;
    }
}
