/** The listening socket: bound by ourselves, so that a port in use has a clear message and port 0 a known number. */
#ifndef STROBE_HUB_LISTENER_H
#define STROBE_HUB_LISTENER_H

#include <stdint.h>
#include <uv.h>

#include "strobe/error.h"

struct strobe_listener {
    uv_poll_t poll;
    int fd; /* -1: closed */
    uint16_t port;
    int fd_max; /* connections with descriptors from here on are turned away */
    int64_t complained_ns;
    void (*on_accept)(void *user, int fd);
    void *user;
};

/** Bind and listen; nothing is accepted yet. @return 0, STROBE_EBUSY (port in use), STROBE_EDENIED, STROBE_EIO */
int strobe_listener_open(struct strobe_listener *listener, const char *host, uint16_t port, struct strobe_error *error);

/** Hand each connection to `on_accept`, which owns it. Thread: the loop's. @return 0, STROBE_EINTERNAL */
int strobe_listener_start(struct strobe_listener *listener, uv_loop_t *loop, void (*on_accept)(void *user, int fd),
                          void *user);

/** Stop listening. The structure stays in use by the loop until that has run once more. */
void strobe_listener_close(struct strobe_listener *listener);

#endif
