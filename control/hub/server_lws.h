/** Inside of the server; used by server.c, server_http.c and server_socket.c only. */
#ifndef STROBE_HUB_SERVER_LWS_H
#define STROBE_HUB_SERVER_LWS_H

#include <libwebsockets.h>

#include "hub/server.h"

#define STROBE_SERVER_CHUNK_BYTES (32 * 1024) /* of one write */
#define STROBE_SERVER_STALL_S 10              /* a reader that takes nothing for so long is gone */

struct strobe_server {
    struct strobe_server_settings settings;
    struct lws_context *context;
    struct lws_vhost *vhost;
    bool tls; /* the library made a TLS context of our certificate */
    struct lws_protocols protocols[STROBE_SERVER_SUBPROTOCOLS_MAX + 2];
    /* What is being written. The library copies what the socket does not take at once. */
    unsigned char scratch[LWS_PRE + STROBE_SERVER_CHUNK_BYTES];
};

/** What the library keeps for us with each connection; it zeroes it for each request and each upgrade. */
struct strobe_connection {
    struct strobe_exchange *exchange;
    struct strobe_socket *socket;
    char note[STROBE_SOCKET_NOTE_BYTES];
};

/** The server a connection belongs to. */
struct strobe_server *strobe_server_of(struct lws *wsi);

/** Fill `request` from the headers just parsed. @return 0, STROBE_ELIMIT, STROBE_ENOMEM */
int strobe_server_read_request(struct lws *wsi, struct strobe_http_request *request);

/** Callbacks of the library for requests and for websockets. */
int strobe_server_on_http(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t size);
int strobe_server_on_socket(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t size);

#endif
