/** Who may be the hub: the TLS client context that decides it, by the pin of the DSN or by the system's CAs. */
#ifndef STROBE_TRUST_H
#define STROBE_TRUST_H

#include <openssl/ssl.h>
#include <stdbool.h>

#include "link/dsn.h"
#include "strobe/error.h"

/** Thread: one at a time. Must not move while `tls` lives: OpenSSL's callback holds its address. */
struct strobe_trust {
    SSL_CTX *tls;
    const struct strobe_dsn *dsn; /* borrowed */
    bool verified;                /* the peer of the present handshake is the hub */
    struct strobe_error problem;  /* why the last peer was not; code 0: none was refused */
};

/**
 * Make the context: TLS 1.2 or later. With a pin in `dsn`, the SHA-256 of the peer's SubjectPublicKeyInfo decides and
 * nothing else; without one, the system's CAs and the host name do. `dsn` must outlive `trust`.
 * @return 0 or STROBE_EINTERNAL
 */
int strobe_trust_init(struct strobe_trust *trust, const struct strobe_dsn *dsn, struct strobe_error *error);

/** Release the context. */
void strobe_trust_done(struct strobe_trust *trust);

/** Before each connection: nobody is verified yet. */
void strobe_trust_begin(struct strobe_trust *trust);

#endif
