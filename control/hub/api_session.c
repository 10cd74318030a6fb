/* health, session, whoami */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "hub/api.h"
#include "strobe/limits.h"

void strobe_api_health(const struct strobe_api_call *call)
{
    strobe_api_answer_json(call->exchange, 200, json_pack("{s:s, s:s}", "status", "ok", "version", STROBE_VERSION));
}

void strobe_api_whoami(const struct strobe_api_call *call)
{
    strobe_api_answer_json(call->exchange, 200, json_pack("{s:s}", "name", call->who.name));
}

static void answer_cookie(struct strobe_exchange *exchange, const char *id, int max_age_s)
{
    struct strobe_http_response response = {.status = 204};
    snprintf(response.cookie, sizeof response.cookie,
             STROBE_SESSION_COOKIE "=%s; Path=/; Max-Age=%d; HttpOnly; Secure; SameSite=Strict", id, max_age_s);
    strobe_exchange_answer(exchange, &response);
}

void strobe_api_session_begin(const struct strobe_api_call *call)
{
    struct strobe_wire_session_request body;
    char id[STROBE_SESSION_DIGITS + 1];
    if (call->request->origin != NULL && !strobe_http_same_origin(call->request)) {
        strobe_api_fail(call->exchange, 403, "wrong_origin", "open the console at the hub's own address");
        return;
    }
    if (strobe_api_body(call, &strobe_wire_session_request_struct, &body) < 0) {
        return;
    }
    enum strobe_token_kind kind = strobe_auth_check(&call->hub->auth, body.token);
    explicit_bzero(body.token, strlen(body.token));
    strobe_wire_struct_done(&strobe_wire_session_request_struct, &body);
    if (kind == STROBE_TOKEN_AGENT) {
        strobe_api_fail(call->exchange, 403, "wrong_token_kind", "this is the agents' token: use a person's");
    } else if (kind != STROBE_TOKEN_PERSON) {
        strobe_log(STROBE_LOG_WARNING, "a login is refused: the token is wrong");
        strobe_api_fail(call->exchange, 401, "unauthenticated",
                        "the token is wrong: use the one that strobe hub printed at its start");
    } else if (strobe_sessions_begin(call->hub->sessions, "admin", strobe_clock_unix_ms(), id) < 0) {
        strobe_api_fail(call->exchange, 500, "internal", "the system gives no random bytes");
    } else {
        answer_cookie(call->exchange, id, STROBE_HUB_SESSION_S);
    }
}

void strobe_api_session_end(const struct strobe_api_call *call)
{
    if (call->who.session[0] != '\0') {
        strobe_sessions_end(call->hub->sessions, call->who.session);
    }
    answer_cookie(call->exchange, "", 0);
}
