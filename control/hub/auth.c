#include "hub/auth.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/digest.h"
#include "hub/files.h"

static int make_token(const char *folder, const char *name, char ret_token[STROBE_TOKEN_DIGITS + 1],
                      struct strobe_error *error)
{
    char line[STROBE_TOKEN_DIGITS + 2];
    if (strobe_random_hex(line, STROBE_TOKEN_DIGITS) < 0) {
        return strobe_error_set(error, STROBE_EIO, "the system gives no random bytes");
    }
    memcpy(ret_token, line, STROBE_TOKEN_DIGITS + 1);
    line[STROBE_TOKEN_DIGITS] = '\n';
    int status = strobe_file_write(folder, name, line, STROBE_TOKEN_DIGITS + 1, 0600, error);
    explicit_bzero(line, sizeof line);
    return status;
}

static int open_token(const char *folder, const char *name, char ret_token[STROBE_TOKEN_DIGITS + 1],
                      struct strobe_error *error)
{
    struct strobe_error detail = {0};
    char *text = NULL;
    size_t size = 0;
    int status = strobe_file_read(folder, name, 256, &text, &size, &detail);
    if (status == STROBE_ENOTFOUND) {
        return make_token(folder, name, ret_token, error);
    }
    if (status < 0) {
        return strobe_error_set(error, status, "%s", detail.message);
    }
    size_t digits = strspn(text, "0123456789abcdef");
    if (digits != STROBE_TOKEN_DIGITS || (text[digits] != '\0' && text[digits] != '\n')) {
        status = strobe_error_set(error, STROBE_EIO, "%.150s/%s does not hold a token: delete it to make a new one",
                                  folder, name);
    } else {
        memcpy(ret_token, text, digits);
        ret_token[digits] = '\0';
    }
    explicit_bzero(text, size);
    free(text);
    return status;
}

int strobe_auth_open(const char *folder, struct strobe_auth *ret_auth, struct strobe_error *error)
{
    struct strobe_auth auth;
    int status = open_token(folder, "agent.token", auth.agent_token, error);
    if (status == 0) {
        status = open_token(folder, "admin.token", auth.admin_token, error);
    }
    if (status == 0) {
        *ret_auth = auth;
    }
    strobe_auth_done(&auth);
    return status;
}

void strobe_auth_done(struct strobe_auth *auth)
{
    explicit_bzero(auth, sizeof *auth);
}

enum strobe_token_kind strobe_auth_check(const struct strobe_auth *auth, const char *token)
{
    if (token == NULL || strlen(token) != STROBE_TOKEN_DIGITS) {
        return STROBE_TOKEN_WRONG;
    }
    int agent = strobe_secret_equal(token, auth->agent_token, STROBE_TOKEN_DIGITS);
    int person = strobe_secret_equal(token, auth->admin_token, STROBE_TOKEN_DIGITS);
    return agent ? STROBE_TOKEN_AGENT : person ? STROBE_TOKEN_PERSON : STROBE_TOKEN_WRONG;
}

const char *strobe_auth_bearer(const char *authorization)
{
    if (authorization == NULL || strncasecmp(authorization, "Bearer ", 7) != 0) {
        return NULL;
    }
    authorization += 7;
    while (*authorization == ' ') {
        authorization++;
    }
    return authorization;
}
