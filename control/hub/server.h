/**
 * HTTPS and websockets on one port.
 *
 * The only part of the hub that knows the network library; everything happens on the thread of the loop.
 */
#ifndef STROBE_HUB_SERVER_H
#define STROBE_HUB_SERVER_H

#include <stddef.h>
#include <uv.h>

#include "hub/http.h"
#include "strobe/error.h"

/* ---- Requests ---- */

/** One HTTP request that waits for its answer. Valid until it is answered or on_gone was called. */
struct strobe_exchange;

/** The request; borrowed, as long as the exchange is valid. */
const struct strobe_http_request *strobe_exchange_request(const struct strobe_exchange *exchange);

/** Send the answer, now or later; takes what `response` owns. The exchange is the server's again. */
void strobe_exchange_answer(struct strobe_exchange *exchange, struct strobe_http_response *response);

/** For an answer that comes later: be told when the asker leaves before it. The exchange is invalid from then on. */
void strobe_exchange_on_gone(struct strobe_exchange *exchange, void (*on_gone)(void *user), void *user);

/* ---- Websockets ---- */

/** One websocket. Valid from on_open until on_close returns. */
struct strobe_socket;

#define STROBE_SOCKET_NOTE_BYTES 64

/** What happens on websockets of one subprotocol. */
struct strobe_socket_handlers {
    const char *subprotocol;
    const char *path;
    size_t message_bytes_max; /* longer messages end the connection */
    size_t backlog_bytes_max; /* what may wait to be read by the other side */
    void *user;
    /** Before the upgrade: answer 0, or the HTTP status to refuse with. `ret_note` is kept with the socket. */
    int (*on_upgrade)(void *user, const struct strobe_http_request *request, char ret_note[STROBE_SOCKET_NOTE_BYTES]);
    void (*on_open)(void *user, struct strobe_socket *socket);
    void (*on_message)(void *user, struct strobe_socket *socket, const char *text, size_t size);
    /** A message was over the bound or not text; `reason` is one line. The handler closes the socket. */
    void (*on_bad_message)(void *user, struct strobe_socket *socket, const char *reason);
    void (*on_close)(void *user, struct strobe_socket *socket);
};

/** A message shared by the sockets it is sent to. */
struct strobe_frame;

/** Takes `text` (from malloc), also on failure. @return the caller's reference, or NULL when memory is exhausted */
struct strobe_frame *strobe_frame_new(char *text, size_t size);

/** Give up a reference. NULL is fine. */
void strobe_frame_unref(struct strobe_frame *frame);

/**
 * Queue the message; takes a reference of its own. A socket with too much waiting is closed instead.
 * @return 0, STROBE_ELIMIT, STROBE_ECLOSED, STROBE_ENOMEM
 */
int strobe_socket_send(struct strobe_socket *socket, struct strobe_frame *frame);

/**
 * The same for a message that makes earlier ones of its kind pointless: takes the place of one sent by this function
 * that still waits whole.
 */
int strobe_socket_send_latest(struct strobe_socket *socket, struct strobe_frame *frame);

/** Close after what is queued was sent, within seconds; messages that still come are not handed on. */
void strobe_socket_close(struct strobe_socket *socket);

/** What waits now may wait: counts the backlog's bound from here on. */
void strobe_socket_forgive_backlog(struct strobe_socket *socket);

/** The handlers' own pointer. */
void strobe_socket_set_data(struct strobe_socket *socket, void *data);
void *strobe_socket_data(const struct strobe_socket *socket);

/** What on_upgrade noted; borrowed. */
const char *strobe_socket_note(const struct strobe_socket *socket);

/* ---- The server ---- */

struct strobe_server;

struct strobe_server_settings {
    uv_loop_t *loop;
    const char *certificate_file;
    const char *key_file;
    void *user;
    /** A whole request came, or one with `refused` set (an HTTP status) whose body was not read. */
    void (*on_request)(void *user, struct strobe_exchange *exchange, int refused);
    const struct strobe_socket_handlers *sockets; /* outlives the server */
    size_t sockets_count;                         /* at most STROBE_SERVER_SUBPROTOCOLS_MAX */
};

#define STROBE_SERVER_SUBPROTOCOLS_MAX 4

/** @return 0; STROBE_EINTERNAL when the network library does not start (the message says what to install) */
int strobe_server_new(const struct strobe_server_settings *settings, struct strobe_server **ret_server,
                      struct strobe_error *error);

/** Serve the connection `fd`, which is the server's from here on. */
void strobe_server_adopt(struct strobe_server *server, int fd);

/** Begin to close everything: the loop runs out of the server's handles soon after. */
void strobe_server_stop(struct strobe_server *server);

/** Release. After the loop has ended. NULL is fine. */
void strobe_server_free(struct strobe_server *server);

#endif
