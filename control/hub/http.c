#include "hub/http.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "strobe/limits.h"

/* ---- Requests ---- */

void strobe_http_request_init(struct strobe_http_request *request)
{
    memset(request, 0, sizeof *request);
    strobe_buffer_init(&request->body, STROBE_HUB_BODY_BYTES_MAX);
}

static void wipe(char *text)
{
    if (text != NULL) {
        explicit_bzero(text, strlen(text));
        free(text);
    }
}

void strobe_http_request_done(struct strobe_http_request *request)
{
    for (size_t i = 0; i < request->parameters_count; i++) {
        free(request->parameters[i].name); /* the value stands in the same block */
    }
    free(request->path);
    wipe(request->authorization);
    wipe(request->cookie);
    free(request->origin);
    free(request->host);
    free(request->if_none_match);
    if (request->body.data != NULL) {
        explicit_bzero(request->body.data, request->body.size);
    }
    strobe_buffer_done(&request->body);
    memset(request, 0, sizeof *request);
}

int strobe_http_request_add_parameter(struct strobe_http_request *request, const char *text)
{
    if (request->parameters_count == STROBE_HTTP_PARAMETERS_MAX) {
        return STROBE_ELIMIT;
    }
    char *name = strdup(text);
    if (name == NULL) {
        return STROBE_ENOMEM;
    }
    char *value = name + strcspn(name, "=");
    if (*value == '=') {
        *value++ = '\0';
    }
    request->parameters[request->parameters_count++] = (struct strobe_http_parameter){name, value};
    return 0;
}

const char *strobe_http_parameter(const struct strobe_http_request *request, const char *name)
{
    for (size_t i = 0; i < request->parameters_count; i++) {
        const struct strobe_http_parameter *parameter = &request->parameters[i];
        if (strcmp(parameter->name, name) == 0) {
            return parameter->value[0] != '\0' ? parameter->value : NULL;
        }
    }
    return NULL;
}

int strobe_http_parameter_int(const struct strobe_http_request *request, const char *name, int64_t min, int64_t max,
                              int64_t absent, int64_t *ret_value, struct strobe_error *error)
{
    const char *text = strobe_http_parameter(request, name);
    if (text == NULL) {
        *ret_value = absent;
        return 0;
    }
    size_t digits = strspn(text, "0123456789");
    errno = 0;
    long long value = strtoll(text, NULL, 10);
    if (digits == 0 || text[digits] != '\0' || errno != 0 || value < min || value > max) {
        return strobe_error_set(error, STROBE_EINVAL, "'%s' must be an integer from %" PRId64 " to %" PRId64, name, min,
                                max);
    }
    *ret_value = value;
    return 0;
}

bool strobe_http_same_origin(const struct strobe_http_request *request)
{
    return request->origin != NULL && request->host != NULL && request->host[0] != '\0' &&
           strncmp(request->origin, "https://", 8) == 0 && strcasecmp(request->origin + 8, request->host) == 0;
}

bool strobe_http_path_matches(const char *pattern, const char *path, char *ret_part, size_t part_size)
{
    const char *part = NULL;
    size_t size = 0;
    while (*pattern != '\0') {
        if (*pattern == '*') {
            size_t length = strcspn(path, "/");
            if (length == 0 || length >= part_size) {
                return false;
            }
            if (part == NULL) {
                part = path;
                size = length;
            }
            path += length;
            pattern++;
        } else if (*pattern++ != *path++) {
            return false;
        }
    }
    if (*path != '\0') {
        return false;
    }
    if (part != NULL) {
        memcpy(ret_part, part, size);
        ret_part[size] = '\0';
    }
    return true;
}

/* ---- Responses ---- */

void strobe_http_response_done(struct strobe_http_response *response)
{
    free(response->owned);
    explicit_bzero(response, sizeof *response);
}

static const char *reason(int status)
{
    static const struct {
        int status;
        const char *text;
    } reasons[] = {
        {200, "OK"},
        {201, "Created"},
        {204, "No Content"},
        {304, "Not Modified"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {409, "Conflict"},
        {411, "Length Required"},
        {413, "Content Too Large"},
        {426, "Upgrade Required"},
        {500, "Internal Server Error"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
    };
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        if (reasons[i].status == status) {
            return reasons[i].text;
        }
    }
    return "Unknown";
}

/* Values of probed programs reach browsers: nothing but the hub's own script may run, nothing may be guessed. */
static const char security_headers[] =
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n";

static void append_header(struct strobe_buffer *head, const char *name, const char *value)
{
    if (value != NULL && value[0] != '\0') {
        strobe_buffer_append_format(head, "%s: %s\r\n", name, value);
    }
}

int strobe_http_response_head(const struct strobe_http_response *response, struct strobe_buffer *head)
{
    strobe_buffer_append_format(head, "HTTP/1.1 %d %s\r\n", response->status, reason(response->status));
    strobe_buffer_append_text(head, security_headers);
    append_header(head, "Cache-Control", response->cache != NULL ? response->cache : "no-store");
    append_header(head, "Content-Type", response->content_type);
    append_header(head, "Content-Encoding", response->encoding);
    append_header(head, "ETag", response->etag);
    append_header(head, "Set-Cookie", response->cookie);
    append_header(head, "Allow", response->allow);
    if (response->status == 401) {
        append_header(head, "WWW-Authenticate", "Bearer");
    }
    append_header(head, "Connection", "close");               /* server_http.c says why */
    if (response->status != 204 && response->status != 304) { /* those two never have a body */
        strobe_buffer_append_format(head, "Content-Length: %zu\r\n", response->size);
    }
    strobe_buffer_append_text(head, "\r\n");
    return head->failed ? STROBE_ELIMIT : 0;
}
