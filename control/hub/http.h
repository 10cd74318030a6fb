/** One HTTP request as the API sees it, and one answer. Knows nothing of sockets. */
#ifndef STROBE_HUB_HTTP_H
#define STROBE_HUB_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "strobe/error.h"

enum strobe_http_method {
    STROBE_HTTP_GET,
    STROBE_HTTP_HEAD,
    STROBE_HTTP_POST,
    STROBE_HTTP_PUT,
    STROBE_HTTP_DELETE,
    STROBE_HTTP_PATCH,
    STROBE_HTTP_OTHER, /* answered 405 */
};

#define STROBE_HTTP_PARAMETERS_MAX 16

struct strobe_http_parameter {
    char *name;
    char *value;
};

/** Owns its strings; headers that were not sent are NULL. */
struct strobe_http_request {
    enum strobe_http_method method;
    char *path; /* decoded, without the query */
    struct strobe_http_parameter parameters[STROBE_HTTP_PARAMETERS_MAX];
    size_t parameters_count;
    char *authorization;
    char *cookie;
    char *origin;
    char *host;
    char *if_none_match;
    struct strobe_buffer body;
};

/** Empty request with a body of at most STROBE_HUB_BODY_BYTES_MAX. */
void strobe_http_request_init(struct strobe_http_request *request);

/** Wipe (headers carry tokens) and release. */
void strobe_http_request_done(struct strobe_http_request *request);

/**
 * Add a query parameter from decoded text `name=value` (or `name`).
 * @return 0, STROBE_ELIMIT when there are too many, STROBE_ENOMEM
 */
int strobe_http_request_add_parameter(struct strobe_http_request *request, const char *text);

/** Value of the parameter, borrowed; NULL when absent or empty. */
const char *strobe_http_parameter(const struct strobe_http_request *request, const char *name);

/**
 * The parameter as an integer from `min` to `max`, or `absent` when it was not given.
 * @return 0, STROBE_EINVAL with a message that names it
 */
int strobe_http_parameter_int(const struct strobe_http_request *request, const char *name, int64_t min, int64_t max,
                              int64_t absent, int64_t *ret_value, struct strobe_error *error);

/** Whether the Origin header is the hub itself, as the Host header names it. */
bool strobe_http_same_origin(const struct strobe_http_request *request);

/**
 * Whether `path` is `pattern`, in which a component `*` stands for one not empty component; the first such is copied
 * to `ret_part` (`part_size` bytes; a longer one does not match).
 */
bool strobe_http_path_matches(const char *pattern, const char *path, char *ret_part, size_t part_size);

/** An answer. Whoever holds it owns `owned`. */
struct strobe_http_response {
    int status;
    const char *content_type; /* NULL: no body */
    const char *data;         /* `owned`, or static bytes */
    size_t size;
    char *owned;          /* released after sending; NULL: data is static */
    char cookie[128];     /* value of Set-Cookie; empty: none */
    const char *etag;     /* static; NULL: none */
    const char *encoding; /* static Content-Encoding; NULL: none */
    const char *cache;    /* static Cache-Control; NULL: no-store */
    const char *allow;    /* static Allow; NULL: none */
};

/** Release `owned`. */
void strobe_http_response_done(struct strobe_http_response *response);

/**
 * The status line's reason and all header lines that every answer of the hub carries, as text for the wire.
 * @return 0, or a failed buffer's STROBE_ELIMIT, STROBE_ENOMEM
 */
int strobe_http_response_head(const struct strobe_http_response *response, struct strobe_buffer *head);

#endif
