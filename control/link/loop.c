#include "link/loop.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

#define HANDSHAKE_TIMEOUT_S 15 /* for each step of connecting */
#define DESCRIPTORS_MAX 8      /* libwebsockets would else take a table for all the process may open */

static void log_line(int level, const char *line)
{
    (void)level;
    strobe_log(STROBE_LOG_DEBUG, "libwebsockets: %.*s", (int)strcspn(line, "\n"), line);
}

static void set_up_log(void)
{
    lws_set_log_level(LLL_ERR | LLL_WARN | LLL_NOTICE, log_line);
}

/*
 * libwebsockets ignores SIGPIPE for the whole process while it makes a context. Put back what the program had, unless
 * the program itself changed it meanwhile. The link thread needs no disposition: it has the signal blocked.
 */
static struct lws_context *create_context(const struct lws_context_creation_info *info)
{
    struct sigaction before, after;
    bool known = sigaction(SIGPIPE, NULL, &before) == 0;
    struct lws_context *context = lws_create_context(info);
    if (known && sigaction(SIGPIPE, NULL, &after) == 0 && after.sa_handler == SIG_IGN) {
        sigaction(SIGPIPE, &before, NULL);
    }
    return context;
}

static void wake_for_search(void *context)
{
    lws_cancel_service(context);
}

struct strobe_loop *strobe_loop_new(const struct lws_protocols *protocols, void *user, SSL_CTX *tls)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    const struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN,
        .protocols = protocols,
        .options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT,
        .uid = (uid_t)-1,
        .gid = (gid_t)-1,
        .user = user,
        .provided_client_ssl_ctx = tls,
        .fd_limit_per_thread = DESCRIPTORS_MAX,
        .timeout_secs = HANDSHAKE_TIMEOUT_S,
        .connect_timeout_secs = HANDSHAKE_TIMEOUT_S,
        .alpn = "http/1.1",
        /* Not NULL, or the variable http_proxy of the program would be obeyed. */
        .http_proxy_address = "",
    };
    struct strobe_netlink_list before;
    struct strobe_loop *loop = calloc(1, sizeof *loop);
    if (loop == NULL) {
        return NULL;
    }
    pthread_once(&once, set_up_log);
    strobe_netlink_list(&before);
    loop->context = create_context(&info);
    if (loop->context == NULL) {
        free(loop);
        return NULL;
    }
    loop->netlink = strobe_descriptor_mark(strobe_netlink_find_new(&before));
    loop->wake = strobe_descriptor_mark(strobe_wake_descriptor_find(wake_for_search, loop->context));
    return loop;
}

void strobe_loop_free(struct strobe_loop *loop)
{
    lws_context_destroy(loop->context);
    free(loop);
}

bool strobe_loop_is_intact(const struct strobe_loop *loop)
{
    return strobe_descriptor_is_same(&loop->wake) && strobe_descriptor_is_same(&loop->netlink);
}

void strobe_loop_wait(struct strobe_loop *loop, const struct strobe_descriptor_mark *socket, bool write,
                      int64_t wait_ms)
{
    struct pollfd ready[] = {
        /* poll() skips negative descriptors */
        {.fd = loop->wake.descriptor, .events = POLLIN},
        {.fd = loop->netlink.descriptor, .events = POLLIN},
        {.fd = socket->descriptor, .events = write ? POLLIN | POLLOUT : POLLIN},
    };
    /* 0: there is something that no descriptor shows, e.g. bytes that TLS has decrypted already. */
    if (lws_service_adjust_timeout(loop->context, 1000, 0) == 0) {
        return;
    }
    poll(ready, sizeof ready / sizeof ready[0], (int)wait_ms);
}

void strobe_loop_serve(struct strobe_loop *loop)
{
    /* Twice, because the first often ends in a wish to write, which can be met at once. */
    lws_service(loop->context, -1);
    lws_service(loop->context, -1);
}

void strobe_loop_wake(const struct strobe_loop *loop)
{
    if (strobe_descriptor_is_same(&loop->wake)) {
        lws_cancel_service(loop->context);
    }
}

void strobe_loop_abandon(struct strobe_loop *loop)
{
    strobe_descriptor_close(&loop->wake);
    strobe_descriptor_close(&loop->netlink);
}
