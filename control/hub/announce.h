/** What a started hub tells: people on stdout, scripts as JSON, the strobe command by a profile. */
#ifndef STROBE_HUB_ANNOUNCE_H
#define STROBE_HUB_ANNOUNCE_H

#include "hub/auth.h"
#include "hub/options.h"
#include "hub/pki.h"

/** How to reach a hub. Holds tokens: wipe with strobe_announcement_done(). */
struct strobe_announcement {
    char address[STROBE_HUB_HOST_BYTES + 32];    /* https://HOST:PORT */
    char one_click[STROBE_HUB_HOST_BYTES + 128]; /* the same, with the token for the console */
    char dsn[STROBE_HUB_HOST_BYTES + 256];       /* for agents; SERVICE is a placeholder */
    char token[STROBE_TOKEN_DIGITS + 1];         /* of a person */
    char pin[65];
    char ca_file[STROBE_HUB_PATH_BYTES + 16];
    char data[STROBE_HUB_PATH_BYTES];
};

/** Put it together; `host` (IPv6 without brackets) and `port` as others reach the hub. */
void strobe_announcement_init(struct strobe_announcement *announcement, const char *host, uint16_t port,
                              const struct strobe_auth *auth, const struct strobe_pki *pki, const char *data);

/** Overwrite with zeros. */
void strobe_announcement_done(struct strobe_announcement *announcement);

/** Print the block for people. */
void strobe_announcement_print(const struct strobe_announcement *announcement, FILE *stream);

/** One line of JSON, the caller's (free()); NULL when memory is exhausted. */
char *strobe_announcement_json(const struct strobe_announcement *announcement);

/**
 * Write the profile of this user, ${XDG_CONFIG_HOME:-~/.config}/stroboscope/profile.json, mode 0600.
 * @return 0, STROBE_EINVAL without a home folder, STROBE_EIO
 */
int strobe_announcement_write_profile(const struct strobe_announcement *announcement, struct strobe_error *error);

#endif
