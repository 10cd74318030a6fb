/**
 * One TLS websocket to the hub. Only this file and loop.c know libwebsockets.
 *
 * Blocks nothing but in strobe_connection_turn(). Except for strobe_connection_wake() everything is for one thread at
 * a time; after that thread is joined another may go on with the same connection.
 */
#ifndef STROBE_CONNECTION_H
#define STROBE_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "link/dsn.h"
#include "link/trust.h"
#include "strobe/error.h"

struct strobe_connection;

/** Why a connection, or an attempt at one, came to its end. */
enum strobe_connection_end {
    STROBE_CONNECTION_LOST,      /* network or hub: try again */
    STROBE_CONNECTION_REFUSED,   /* HTTP 401 or 403: the token is wrong */
    STROBE_CONNECTION_UNTRUSTED, /* not the hub's key */
};

/** What a connection tells its owner, inside strobe_connection_turn() or strobe_connection_drop(). */
struct strobe_connection_handlers {
    void *user;
    /** The websocket stands. */
    void (*on_open)(void *user);
    /** One whole message; borrowed, not NUL-terminated. On a negative code the connection is closed with `error`. */
    int (*on_message)(void *user, const char *text, size_t size, struct strobe_error *error);
    /** What to write next; must stay valid until on_written or on_end. @return false when there is nothing */
    bool (*next_message)(void *user, const char **ret_text, size_t *ret_size);
    /** The message of `size` bytes is handed over whole. */
    void (*on_written)(void *user, size_t size);
    /** The end; `reason` is one line for people, borrowed. `opened`: whether on_open was called before. */
    void (*on_end)(void *user, enum strobe_connection_end end, bool opened, const char *reason);
};

/**
 * New, not connected. `dsn` and `trust` are borrowed and must outlive it; `handlers` is copied. Leaves the process's
 * SIGPIPE disposition as it was.
 * @return 0, STROBE_ENOMEM, STROBE_EINTERNAL
 */
int strobe_connection_new(const struct strobe_dsn *dsn, struct strobe_trust *trust,
                          const struct strobe_connection_handlers *handlers, struct strobe_connection **ret_connection,
                          struct strobe_error *error);

/** Close at once without on_end, and release. The caller has SIGPIPE blocked. NULL is fine. */
void strobe_connection_free(struct strobe_connection *connection);

/**
 * Start to connect to the numeric `address`; exactly one on_end follows, after a success and after a failure.
 * Thread: outside the handlers.   @return 0, or STROBE_EBUSY while there is a connection
 */
int strobe_connection_open(struct strobe_connection *connection, const char *address);

/** Whether there is neither a connection nor an attempt at one. */
bool strobe_connection_is_down(const struct strobe_connection *connection);

/** Have next_message called when the socket takes more. */
void strobe_connection_want_write(struct strobe_connection *connection);

/** Close with a websocket close frame; at the latest after a second without one. Nothing is read or written before. */
void strobe_connection_close(struct strobe_connection *connection, int code, const char *reason);

/** Close at once; on_end is called in here. Thread: outside the handlers. */
void strobe_connection_drop(struct strobe_connection *connection, const char *reason);

/**
 * Wait for something to happen, at most `wait_ms`, and deal with it. When the program has closed our descriptors, as
 * one that becomes a daemon does, leave them alone and begin anew.   Thread: outside the handlers.
 */
void strobe_connection_turn(struct strobe_connection *connection, int64_t wait_ms);

/** Have strobe_connection_turn() return soon. Thread: any, between new and free. Never blocks. */
void strobe_connection_wake(struct strobe_connection *connection);

/**
 * In the child of a fork: close the inherited descriptors and nothing else; the structure is leaked on purpose.
 * libwebsockets keeps one more descriptor open, of /dev/urandom.   NULL is fine.
 */
void strobe_connection_abandon(struct strobe_connection *connection);

#endif
