/**
 * A context of libwebsockets for one client connection, with the wait in our hands: descriptors are compared between
 * the wait and their use, because the program may have closed them meanwhile. Included by connection.c only.
 */
#ifndef STROBE_LOOP_H
#define STROBE_LOOP_H

#include <libwebsockets.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>

#include "link/inner_descriptors.h"

/** The descriptors are those that libwebsockets keeps to itself; they stay the same for the life of the loop. */
struct strobe_loop {
    struct lws_context *context;
    struct strobe_descriptor_mark wake;
    struct strobe_descriptor_mark netlink;
};

/**
 * New. `user` is what lws_context_user() gives; `protocols`, the usual table, and `tls` must outlive it. Leaves the
 * process's SIGPIPE disposition as it was.   @return NULL when memory or descriptors are exhausted
 */
struct strobe_loop *strobe_loop_new(const struct lws_protocols *protocols, void *user, SSL_CTX *tls);

/** Close what is open and release. The caller has SIGPIPE blocked. */
void strobe_loop_free(struct strobe_loop *loop);

/** Whether the descriptors are still ours; if not, the loop must be leaked. Thread: any. */
bool strobe_loop_is_intact(const struct strobe_loop *loop);

/** Wait at most `wait_ms` for `socket` (may be none) to be readable, or writable if `write`, or for a wake. */
void strobe_loop_wait(struct strobe_loop *loop, const struct strobe_descriptor_mark *socket, bool write,
                      int64_t wait_ms);

/** Deal with everything that is ready, without waiting. */
void strobe_loop_serve(struct strobe_loop *loop);

/** End the wait. Thread: any. Never blocks. */
void strobe_loop_wake(const struct strobe_loop *loop);

/** In the child of a fork: close the descriptors and nothing else; the memory is leaked. */
void strobe_loop_abandon(struct strobe_loop *loop);

#endif
