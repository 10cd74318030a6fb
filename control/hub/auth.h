/** The two tokens of a hub: one for its agents, one for its people. */
#ifndef STROBE_HUB_AUTH_H
#define STROBE_HUB_AUTH_H

#include "strobe/error.h"

#define STROBE_TOKEN_DIGITS 40

/** Holds secrets: wipe with strobe_auth_done(). */
struct strobe_auth {
    char agent_token[STROBE_TOKEN_DIGITS + 1];
    char admin_token[STROBE_TOKEN_DIGITS + 1];
};

enum strobe_token_kind { STROBE_TOKEN_WRONG, STROBE_TOKEN_AGENT, STROBE_TOKEN_PERSON };

/** Read the tokens from `folder`, make the missing ones (mode 0600). @return 0, STROBE_EIO */
int strobe_auth_open(const char *folder, struct strobe_auth *ret_auth, struct strobe_error *error);

/** Overwrite with zeros. */
void strobe_auth_done(struct strobe_auth *auth);

/** What `token` is; NULL is wrong. Takes the same time for every wrong token of one length. */
enum strobe_token_kind strobe_auth_check(const struct strobe_auth *auth, const char *token);

/** The token in an `Authorization: Bearer TOKEN` header's value, borrowed from it; NULL when it is not of that form. */
const char *strobe_auth_bearer(const char *authorization);

#endif
