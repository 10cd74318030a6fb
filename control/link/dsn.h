/**
 * The one variable that configures an agent: `STROBE_DSN=wss://TOKEN@host:port/SERVICE?pin=SHA256`.
 */
#ifndef STROBE_DSN_H
#define STROBE_DSN_H

#include <stdbool.h>
#include <stdint.h>

#include "strobe/error.h"

#define STROBE_DSN_TOKEN_BYTES 128
#define STROBE_DSN_HOST_BYTES 256
#define STROBE_DSN_SERVICE_BYTES 257

/** Parsed; by value. Holds a secret: wipe with strobe_dsn_done(). */
struct strobe_dsn {
    char token[STROBE_DSN_TOKEN_BYTES];
    char host[STROBE_DSN_HOST_BYTES]; /* name, IPv4, or IPv6 without brackets */
    uint16_t port;                    /* 443 when absent */
    char service[STROBE_DSN_SERVICE_BYTES];
    char pin[65]; /* hexadecimal SHA-256 of the hub's public key (SubjectPublicKeyInfo); empty: system CAs decide */
};

/**
 * Parse `text`. Percent-escapes in token and service are decoded. Only `wss` is accepted: there is no plain link.
 * Messages name the part that is wrong and never contain the token.   Thread: any.
 * @return 0, STROBE_ESYNTAX
 */
int strobe_dsn_parse(const char *text, struct strobe_dsn *ret_dsn, struct strobe_error *error);

/** Overwrite with zeros. */
void strobe_dsn_done(struct strobe_dsn *dsn);

#endif
