/**
 * What agent and hub say to each other: hello and welcome, acknowledgements, heartbeats, silence, reconnecting.
 *
 * Never blocks but in strobe_session_turn(); a name lookup, which does, is left to the caller. Everything is for one
 * thread at a time, the link's, except what says otherwise.
 */
#ifndef STROBE_SESSION_H
#define STROBE_SESSION_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "link/address.h"
#include "link/backoff.h"
#include "link/connection.h"
#include "link/link.h"
#include "link/outbox.h"
#include "link/posts.h"
#include "link/trust.h"

enum strobe_session_phase {
    STROBE_SESSION_WAITING,    /* until retry_at_ns */
    STROBE_SESSION_NAMELESS,   /* needs the hub's addresses */
    STROBE_SESSION_CONNECTING, /* TCP, TLS, HTTP */
    STROBE_SESSION_GREETING,   /* hello is on its way, welcome is not here yet */
    STROBE_SESSION_WELCOME,
};

/** What of ours the connection is writing. */
enum strobe_session_writing {
    STROBE_SESSION_WRITING_NOTHING,
    STROBE_SESSION_WRITING_HELLO,
    STROBE_SESSION_WRITING_POST,
    STROBE_SESSION_WRITING_SNAPSHOT,
};

/** Must not move: the connection holds its address. Times are CLOCK_MONOTONIC in nanoseconds. */
struct strobe_session {
    struct strobe_dsn dsn;
    struct strobe_trust trust;
    struct strobe_connection *connection;
    struct strobe_link_handlers handlers;
    struct strobe_outbox outbox;
    struct strobe_posts posts;
    struct strobe_backoff backoff;
    struct strobe_addresses addresses;
    size_t address_index; /* the one in use */
    char *hello;          /* encoded */
    size_t hello_size;
    struct strobe_post *post; /* being written */
    enum strobe_session_phase phase;
    enum strobe_session_writing writing;
    bool hello_sent;
    bool refused;   /* the hub said so in words */
    bool finishing; /* the program stops us */
    bool leaving;   /* goodbye is queued: no snapshot may follow it */
    int64_t tick_at_ns;
    int64_t retry_at_ns;
    int64_t heartbeat_at_ns;
    int64_t silent_at_ns;                    /* when the silence has lasted too long */
    char reason[STROBE_ERROR_MESSAGE_BYTES]; /* last one told */
    _Atomic int state;                       /* enum strobe_link_state */
    _Atomic uint64_t connections;
    _Atomic uint64_t bytes_sent;
    _Atomic uint64_t callback_ns;
};

/**
 * Everything but the connection. `dsn`, `hello` and `handlers` are copied.   Thread: any.
 * @return 0, STROBE_ENOMEM, STROBE_EINVAL (hello cannot be encoded); on failure nothing is left
 */
int strobe_session_init(struct strobe_session *session, const struct strobe_dsn *dsn,
                        const struct strobe_wire_hello *hello, const struct strobe_link_handlers *handlers,
                        struct strobe_error *error);

/**
 * Make what TLS and libwebsockets need; ready to connect at the first turn, which it must go before. Takes locks of
 * OpenSSL, and after a fork waits for ever if another thread of the parent held one.
 * @return 0, STROBE_ENOMEM, STROBE_EINTERNAL; on failure it may be called again
 */
int strobe_session_open(struct strobe_session *session, struct strobe_error *error);

/** Close without a word, wipe and release. The caller has SIGPIPE blocked. */
void strobe_session_done(struct strobe_session *session);

/** Whether the hub's name must be looked up: then call strobe_session_found() before the next turn. */
bool strobe_session_wants_addresses(const struct strobe_session *session);

/** The result of the lookup; `addresses` is NULL when it failed, `reason` says why. */
void strobe_session_found(struct strobe_session *session, const struct strobe_addresses *addresses, const char *reason);

/** Do what is due, then wait for the next event, at most a second. */
void strobe_session_turn(struct strobe_session *session);

/** There may be new messages to write. Before it is opened, nothing happens. */
void strobe_session_send(struct strobe_session *session);

/** See strobe_link_add_snapshot(). */
int strobe_session_add_snapshot(struct strobe_session *session, struct strobe_wire_snapshot *snapshot,
                                struct strobe_error *error);

/**
 * Send what can be sent within `flush_ms` and wait for acknowledgements, say goodbye with `reason`, close; afterwards
 * the state is STROBE_LINK_STOPPED. Takes at most about 150 ms longer than `flush_ms`, whatever the hub does.
 */
void strobe_session_finish(struct strobe_session *session, int flush_ms, const char *reason);

#endif
