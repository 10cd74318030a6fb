#include "hub/listener.h"

#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

#define BACKLOG 1024
#define ACCEPTS_PER_TURN 64 /* then others on the loop have a turn */
#define RESERVED_DESCRIPTORS 64
#define COMPLAINT_NS 10000000000LL /* between two lines in the log */

static int resolve(const char *host, uint16_t port, struct addrinfo **ret_list, struct strobe_error *error)
{
    char service[8];
    snprintf(service, sizeof service, "%u", port);
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    int code = getaddrinfo(host, service, &hints, ret_list);
    if (code != 0) {
        return strobe_error_set(error, STROBE_EIO, "--listen %s:%u: %s: give an address of this machine", host, port,
                                gai_strerror(code));
    }
    return 0;
}

static int bind_one(const struct addrinfo *address)
{
    int fd = socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, address->ai_protocol);
    if (fd < 0) {
        return -1;
    }
    int one = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, address->ai_addr, address->ai_addrlen) < 0 || listen(fd, BACKLOG) < 0) {
        int saved = errno;
        close(fd);
        errno = saved;
        return -1;
    }
    return fd;
}

static uint16_t bound_port(int fd)
{
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    if (getsockname(fd, (struct sockaddr *)&address, &size) < 0) {
        return 0;
    }
    /* NOLINTNEXTLINE(clang-analyzer-core.*): the analyzer does not know what getsockname() writes */
    return ntohs(address.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&address)->sin6_port
                                               : ((struct sockaddr_in *)&address)->sin_port);
}

static int explain(const char *host, uint16_t port, struct strobe_error *error)
{
    switch (errno) {
    case EADDRINUSE:
        return strobe_error_set(error, STROBE_EBUSY,
                                "port %u of %s is in use: stop what uses it, or choose another with --listen %s:PORT "
                                "(0: any free one)",
                                port, host, host);
    case EACCES:
        return strobe_error_set(error, STROBE_EDENIED, "port %u needs more rights: choose one above 1023 with --listen",
                                port);
    case EADDRNOTAVAIL:
        return strobe_error_set(error, STROBE_EIO, "%s is not an address of this machine: choose one with --listen",
                                host);
    default:
        return strobe_error_set(error, STROBE_EIO, "cannot listen on %s:%u: %s", host, port, strerror(errno));
    }
}

int strobe_listener_open(struct strobe_listener *listener, const char *host, uint16_t port, struct strobe_error *error)
{
    struct addrinfo *list = NULL;
    int status = resolve(host, port, &list, error);
    if (status < 0) {
        return status;
    }
    int fd = -1;
    for (struct addrinfo *address = list; address != NULL && fd < 0; address = address->ai_next) {
        fd = bind_one(address);
    }
    if (fd < 0) {
        status = explain(host, port, error);
    } else {
        *listener = (struct strobe_listener){.fd = fd, .port = bound_port(fd)};
    }
    freeaddrinfo(list);
    return status;
}

/* The descriptors run out at `fd_max`: the last ones are for the database and the files of the hub itself. */
static bool has_room(struct strobe_listener *listener, int fd)
{
    if (fd < listener->fd_max) {
        return true;
    }
    int64_t now_ns = strobe_clock_monotonic_ns();
    if (now_ns - listener->complained_ns > COMPLAINT_NS) {
        listener->complained_ns = now_ns;
        strobe_log(STROBE_LOG_ERROR, "connections are turned away, %d are open: raise the limit of open files", fd);
    }
    return false;
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
    struct strobe_listener *listener = poll->data;
    (void)status, (void)events;
    for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
        int fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0) {
            return;
        }
        if (!has_room(listener, fd)) {
            close(fd);
            continue;
        }
        int one = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        listener->on_accept(listener->user, fd);
    }
}

static int descriptors_max(void)
{
    struct rlimit limit;
    return getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < INT_MAX ? (int)limit.rlim_cur : INT_MAX;
}

int strobe_listener_start(struct strobe_listener *listener, uv_loop_t *loop, void (*on_accept)(void *user, int fd),
                          void *user)
{
    listener->on_accept = on_accept;
    listener->user = user;
    listener->fd_max = descriptors_max() - RESERVED_DESCRIPTORS;
    listener->complained_ns = -COMPLAINT_NS;
    listener->poll.data = listener;
    if (uv_poll_init(loop, &listener->poll, listener->fd) < 0 ||
        uv_poll_start(&listener->poll, UV_READABLE, on_readable) < 0) {
        return STROBE_EINTERNAL;
    }
    return 0;
}

void strobe_listener_close(struct strobe_listener *listener)
{
    if (listener->fd < 0) {
        return;
    }
    if (listener->poll.data != NULL) {
        uv_close((uv_handle_t *)&listener->poll, NULL);
    }
    close(listener->fd);
    listener->fd = -1;
}
