/**
 * The agent's link to the hub: one thread, one TLS websocket, an outbox of snapshots that are not yet acknowledged.
 *
 * The link thread never takes the GIL and knows nothing of Python. It has all signals blocked, so none of the program's
 * handlers runs on it. It says hello, answers heartbeats, reconnects with jittered back-off, sends the outbox again
 * from the last acknowledged number, and drops from the outbox what the hub acknowledges.
 *
 * A program that ends without strobe_link_stop() is safe: the thread is kept away from OpenSSL before that is gone.
 */
#ifndef STROBE_LINK_H
#define STROBE_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "link/dsn.h"
#include "strobe/error.h"
#include "wire/codec.h"

struct strobe_link;

enum strobe_link_state {
    STROBE_LINK_CONNECTING, /* first attempt, or again after a loss */
    STROBE_LINK_CONNECTED,  /* welcome received */
    STROBE_LINK_REFUSED,    /* wrong token, pin or version: tries again at the longest back-off */
    STROBE_LINK_STOPPED,
};

/**
 * Called on the link thread, without locks held. Keep each short: the link is silent meanwhile. They may post, add
 * snapshots and wake, but not park, unpark or stop. Each may be NULL.
 */
struct strobe_link_handlers {
    void *user;
    /** State changed; `reason` is one line for people, borrowed. */
    void (*on_state)(void *user, enum strobe_link_state state, const char *reason);
    /** A message of the hub that the link does not handle itself (probe_set, request); borrowed. May move members out
     *  by zeroing them in place. */
    void (*on_message)(void *user, struct strobe_wire_message *message);
    /** After strobe_link_wake(): drain queues and add snapshots. Calls are coalesced. */
    void (*on_wake)(void *user);
    /** About once a second, connected or not. */
    void (*on_tick)(void *user);
};

/** Counters; readable from any thread. */
struct strobe_link_counters {
    uint64_t snapshots_added;
    uint64_t snapshots_acknowledged;
    uint64_t snapshots_dropped; /* the outbox was full: the oldest not yet sent went */
    uint64_t control_dropped;
    uint64_t connections;
    uint64_t bytes_sent;
};

/**
 * Start the thread and have it make the TLS context. `dsn` and `hello` are copied. `handlers` is copied, its `user`
 * must outlive the link. Returns before the connection stands: a hub that is away is not an error. Nor is an OpenSSL
 * that does not answer within half a second, as in the child of a fork that copied a lock another thread held: then
 * only the link's thread hangs.   GIL: not needed, may be held. Reads the environment (as getenv() does) for the
 * system's CAs. The variables http_proxy and the like are not obeyed.
 * @return 0, STROBE_ENOMEM, STROBE_EINVAL (`hello` cannot be encoded), STROBE_EINTERNAL (no thread, no TLS)
 */
int strobe_link_start(const struct strobe_dsn *dsn, const struct strobe_wire_hello *hello,
                      const struct strobe_link_handlers *handlers, struct strobe_link **ret_link,
                      struct strobe_error *error);

/** Have on_wake called soon. Never blocks; one write to an eventfd at most.   Thread: any, signal-unsafe. */
void strobe_link_wake(struct strobe_link *link);

/**
 * Queue an encoded control message (from strobe_wire_encode(); takes ownership of `text`, also on failure). Lost when
 * the connection is lost: control messages are state that is sent again after a reconnect. It overtakes snapshots that
 * are not being written yet.   Thread: any.
 * @return 0, STROBE_ELIMIT (STROBE_CONTROL_BYTES_MAX reached; counted), STROBE_ECLOSED when not connected,
 *         STROBE_ENOMEM
 */
int strobe_link_post(struct strobe_link *link, char *text, size_t size);

/**
 * Add a snapshot to the outbox; the link fills in `seq`. `snapshot` stays the caller's.   Thread: the link thread only
 * (on_wake).   @return 0; STROBE_ELIMIT when it alone is too large, or as strobe_wire_encode() (counted as dropped, the
 *         number is used up)
 */
int strobe_link_add_snapshot(struct strobe_link *link, struct strobe_wire_snapshot *snapshot,
                             struct strobe_error *error);

/** The time the agent has spent in the program's threads so far, for the next heartbeat. Thread: any. */
void strobe_link_set_callback_ns(struct strobe_link *link, uint64_t callback_ns);

/** Counters since the start. Thread: any. */
struct strobe_link_counters strobe_link_counters(const struct strobe_link *link);

/** Present state. Thread: any. */
enum strobe_link_state strobe_link_state(const struct strobe_link *link);

/**
 * Stop: have on_wake called once more, try to send what the outbox holds and have it acknowledged for at most
 * `flush_ms` (not at all when not connected), say goodbye with `reason`, close, join, release. The last handler called
 * is on_state with STROBE_LINK_STOPPED. Takes at most about 150 ms longer than `flush_ms` and the handlers, also when
 * the hub hangs. A name lookup cannot be interrupted: then the link is left to its thread, which releases it when the
 * resolver answers and calls no handler any more; the same, half a second later, where OpenSSL does not answer. NULL is
 * fine. Thread: any but the link's.   GIL: release it before.
 */
void strobe_link_stop(struct strobe_link *link, int flush_ms, const char *reason);

/**
 * Before a fork: end the thread but keep connection and outbox, so that the process has no thread of ours while it
 * forks. Waits at most `wait_ms`. Wakes and posts of other threads meanwhile are kept for unpark.
 * @return 0, or STROBE_EBUSY when the thread is inside a name lookup, OpenSSL's setting up or a long handler (it runs
 *         on)
 * Thread: the forking one.   GIL: released.
 */
int strobe_link_park(struct strobe_link *link, int wait_ms);

/**
 * In the parent after a fork (or instead of one): start the thread again; does nothing when it runs.
 * @return 0, or STROBE_EINTERNAL: no thread can be made, try again later
 */
int strobe_link_unpark(struct strobe_link *link);

/**
 * In the child after a fork: close the inherited descriptors without a word to the hub (a TLS or websocket goodbye
 * would end the parent's connection) and forget the link, parked or not. Its memory is leaked on purpose: locks in it
 * may be held by threads that do not exist here. Only close(2) and the like are called.   NULL is fine.
 */
void strobe_link_abandon(struct strobe_link *link);

#endif
