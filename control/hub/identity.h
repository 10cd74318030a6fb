/** Who a request comes from. The one place that decides it, for HTTP and for live websockets. */
#ifndef STROBE_HUB_IDENTITY_H
#define STROBE_HUB_IDENTITY_H

#include "hub/hub.h"

enum strobe_identity_result {
    STROBE_IDENTITY_NONE,         /* no valid token or session: 401 */
    STROBE_IDENTITY_WRONG_KIND,   /* an agent's token: 403 */
    STROBE_IDENTITY_WRONG_ORIGIN, /* a session's cookie sent by another site's page: 403 */
    STROBE_IDENTITY_PERSON,
};

struct strobe_identity {
    char name[64];
    char session[STROBE_SESSION_DIGITS + 1]; /* empty: by token */
};

/**
 * Identify by the Authorization header, else by the session's cookie. With `strict` a cookie counts only when the
 * Origin header is the hub's own: for everything that changes something and for websockets.
 */
enum strobe_identity_result strobe_identify(struct strobe_hub *hub, const struct strobe_http_request *request,
                                            bool strict, struct strobe_identity *ret_identity);

#endif
