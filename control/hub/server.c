#include "hub/server.h"

#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "hub/server_lws.h"
#include "strobe/limits.h"

#define HANDSHAKE_S 10
#define HEADER_BYTES_MAX 8192

/* The library's last complaint, for the message when it does not start. Set on the loop's thread only. */
static char library_error[160];

static void log_library(int level, const char *line)
{
    size_t size = strcspn(line, "\n");
    if ((level & LLL_ERR) != 0) {
        snprintf(library_error, sizeof library_error, "%.*s", (int)size, line);
    }
    strobe_log(STROBE_LOG_DEBUG, "libwebsockets: %.*s", (int)size, line);
}

struct strobe_server *strobe_server_of(struct lws *wsi)
{
    return lws_context_user(lws_get_context(wsi));
}

/* ---- Start ---- */

static void fill_protocols(struct strobe_server *server)
{
    server->protocols[0] = (struct lws_protocols){
        .name = "http", .callback = strobe_server_on_http, .per_session_data_size = sizeof(struct strobe_connection)};
    for (size_t i = 0; i < server->settings.sockets_count; i++) {
        server->protocols[i + 1] = (struct lws_protocols){.name = server->settings.sockets[i].subprotocol,
                                                          .callback = strobe_server_on_socket,
                                                          .per_session_data_size = sizeof(struct strobe_connection),
                                                          .user = (void *)&server->settings.sockets[i]};
    }
}

static int create_context(struct strobe_server *server, struct strobe_error *error)
{
    void *loops[] = {server->settings.loop};
    struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN_SERVER, /* listener.c listens */
        .options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT | LWS_SERVER_OPTION_EXPLICIT_VHOSTS |
                   LWS_SERVER_OPTION_UV_NO_SIGSEGV_SIGFPE_SPIN,
        .foreign_loops = loops,
        .user = server,
        .gid = (gid_t)-1,
        .uid = (uid_t)-1,
        .timeout_secs = HANDSHAKE_S,
        .max_http_header_data = HEADER_BYTES_MAX,
        .pt_serv_buf_size = 16 * 1024,
    };
    library_error[0] = '\0';
    server->context = lws_create_context(&info);
    if (server->context == NULL) {
        return strobe_error_set(error, STROBE_EINTERNAL,
                                "libwebsockets does not start (%.90s): install its libuv plugin, on Debian and Ubuntu "
                                "with apt install libwebsockets-evlib-uv",
                                library_error[0] != '\0' ? library_error : "no reason given");
    }
    return 0;
}

static int create_vhost(struct strobe_server *server, struct strobe_error *error)
{
    static const lws_retry_bo_t liveness = {.secs_since_valid_ping = 25, .secs_since_valid_hangup = 40};
    struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN_SERVER,
        .vhost_name = "hub",
        .protocols = server->protocols,
        .options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT | LWS_SERVER_OPTION_CREATE_VHOST_SSL_CTX,
        .ssl_cert_filepath = server->settings.certificate_file,
        .ssl_private_key_filepath = server->settings.key_file,
        .ssl_options_set =
            SSL_OP_NO_SSLv3 | SSL_OP_NO_TLSv1 | SSL_OP_NO_TLSv1_1 | SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION,
        .ssl_cipher_list = "ECDHE+AESGCM:ECDHE+CHACHA20",
        .alpn = "http/1.1", /* HTTP/2 would be more code facing the network for nothing we need */
        .timeout_secs = HANDSHAKE_S,
        .retry_and_idle_policy = &liveness,
        .extensions = NULL, /* no permessage-deflate: hundreds of KiB a connection, and faulty in 4.1 */
    };
    library_error[0] = '\0';
    server->vhost = lws_create_vhost(server->context, &info);
    /* Without TLS the library would serve in plain text and not say so. */
    if (server->vhost == NULL || !server->tls) {
        return strobe_error_set(error, STROBE_EINTERNAL, "TLS does not start (%.120s): check %.80s", library_error,
                                server->settings.certificate_file);
    }
    return 0;
}

int strobe_server_new(const struct strobe_server_settings *settings, struct strobe_server **ret_server,
                      struct strobe_error *error)
{
    struct strobe_server *server = calloc(1, sizeof *server);
    if (server == NULL) {
        return strobe_error_set(error, STROBE_ENOMEM, "out of memory");
    }
    lws_set_log_level(LLL_ERR | LLL_WARN, log_library);
    server->settings = *settings;
    fill_protocols(server);
    int status = create_context(server, error);
    if (status == 0) {
        status = create_vhost(server, error);
    }
    if (status < 0) {
        strobe_server_stop(server);
        uv_run(settings->loop, UV_RUN_DEFAULT);
        strobe_server_free(server);
        return status;
    }
    *ret_server = server;
    return 0;
}

void strobe_server_adopt(struct strobe_server *server, int fd)
{
    lws_sock_file_fd_type descriptor = {.sockfd = fd};
    /* Closes the descriptor itself when it fails. */
    lws_adopt_descriptor_vhost(server->vhost, LWS_ADOPT_HTTP | LWS_ADOPT_SOCKET | LWS_ADOPT_ALLOW_SSL, descriptor, NULL,
                               NULL);
}

void strobe_server_stop(struct strobe_server *server)
{
    if (server->context != NULL) {
        lws_context_destroy(server->context);
        server->context = NULL;
    }
}

void strobe_server_free(struct strobe_server *server)
{
    free(server);
}

/* ---- Requests from headers ---- */

static int copy_header(struct lws *wsi, enum lws_token_indexes token, char **ret_text)
{
    int size = lws_hdr_total_length(wsi, token);
    if (size <= 0) {
        return 0;
    }
    char *text = malloc((size_t)size + 1);
    if (text == NULL) {
        return STROBE_ENOMEM;
    }
    if (lws_hdr_copy(wsi, text, size + 1, token) < 0) {
        free(text);
        return STROBE_ELIMIT;
    }
    *ret_text = text;
    return 0;
}

static int copy_parameters(struct lws *wsi, struct strobe_http_request *request)
{
    char text[HEADER_BYTES_MAX];
    for (int i = 0; lws_hdr_fragment_length(wsi, WSI_TOKEN_HTTP_URI_ARGS, i) > 0; i++) {
        if (lws_hdr_copy_fragment(wsi, text, sizeof text, WSI_TOKEN_HTTP_URI_ARGS, i) < 0) {
            return STROBE_ELIMIT;
        }
        int status = strobe_http_request_add_parameter(request, text);
        if (status < 0) {
            return status;
        }
    }
    return 0;
}

static int copy_method_and_path(struct lws *wsi, struct strobe_http_request *request)
{
    static const struct {
        enum lws_token_indexes token;
        enum strobe_http_method method;
    } methods[] = {
        {WSI_TOKEN_GET_URI, STROBE_HTTP_GET},       {WSI_TOKEN_POST_URI, STROBE_HTTP_POST},
        {WSI_TOKEN_DELETE_URI, STROBE_HTTP_DELETE}, {WSI_TOKEN_HEAD_URI, STROBE_HTTP_HEAD},
        {WSI_TOKEN_PUT_URI, STROBE_HTTP_PUT},       {WSI_TOKEN_PATCH_URI, STROBE_HTTP_PATCH},
        {WSI_TOKEN_OPTIONS_URI, STROBE_HTTP_OTHER},
    };
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        if (lws_hdr_total_length(wsi, methods[i].token) > 0) {
            request->method = methods[i].method;
            return copy_header(wsi, methods[i].token, &request->path);
        }
    }
    return STROBE_EINVAL;
}

int strobe_server_read_request(struct lws *wsi, struct strobe_http_request *request)
{
    int status = copy_method_and_path(wsi, request);
    const struct {
        enum lws_token_indexes token;
        char **text;
    } headers[] = {
        {WSI_TOKEN_HTTP_AUTHORIZATION, &request->authorization},
        {WSI_TOKEN_HTTP_COOKIE, &request->cookie},
        {WSI_TOKEN_ORIGIN, &request->origin},
        {WSI_TOKEN_HOST, &request->host},
        {WSI_TOKEN_HTTP_IF_NONE_MATCH, &request->if_none_match},
    };
    for (size_t i = 0; status == 0 && i < sizeof headers / sizeof headers[0]; i++) {
        status = copy_header(wsi, headers[i].token, headers[i].text);
    }
    return status == 0 ? copy_parameters(wsi, request) : status;
}
