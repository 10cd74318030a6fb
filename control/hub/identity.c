#include "hub/identity.h"

#include <string.h>

#include "base/clock.h"

static enum strobe_identity_result by_token(struct strobe_hub *hub, const char *authorization,
                                            struct strobe_identity *ret_identity)
{
    switch (strobe_auth_check(&hub->auth, strobe_auth_bearer(authorization))) {
    case STROBE_TOKEN_PERSON:
        strcpy(ret_identity->name, "admin");
        return STROBE_IDENTITY_PERSON;
    case STROBE_TOKEN_AGENT:
        return STROBE_IDENTITY_WRONG_KIND;
    default:
        return STROBE_IDENTITY_NONE;
    }
}

enum strobe_identity_result strobe_identify(struct strobe_hub *hub, const struct strobe_http_request *request,
                                            bool strict, struct strobe_identity *ret_identity)
{
    memset(ret_identity, 0, sizeof *ret_identity);
    if (request->authorization != NULL) {
        return by_token(hub, request->authorization, ret_identity);
    }
    if (strobe_sessions_cookie(request->cookie, ret_identity->session) < 0) {
        return STROBE_IDENTITY_NONE;
    }
    const char *name = strobe_sessions_find(hub->sessions, ret_identity->session, strobe_clock_unix_ms());
    if (name == NULL) {
        return STROBE_IDENTITY_NONE;
    }
    if (strict && !strobe_http_same_origin(request)) {
        return STROBE_IDENTITY_WRONG_ORIGIN;
    }
    strncpy(ret_identity->name, name, sizeof ret_identity->name - 1);
    return STROBE_IDENTITY_PERSON;
}
