/**
 * The hub's own certificate authority and server certificate, EC P-256.
 *
 * The server's key is made once and kept over renewals, so that the pin in every agent's DSN stays right.
 */
#ifndef STROBE_HUB_PKI_H
#define STROBE_HUB_PKI_H

#include <stddef.h>
#include <time.h>

#include "hub/options.h"
#include "strobe/error.h"

#define STROBE_PKI_LEAF_DAYS 365
#define STROBE_PKI_CA_DAYS 3650
#define STROBE_PKI_RENEW_DAYS 30 /* renewed at start when fewer are left */

struct strobe_pki {
    char ca_file[STROBE_HUB_PATH_BYTES + 16];
    char certificate_file[STROBE_HUB_PATH_BYTES + 16]; /* the leaf, then the CA */
    char key_file[STROBE_HUB_PATH_BYTES + 16];
    char pin[65]; /* hexadecimal SHA-256 of the leaf's SubjectPublicKeyInfo */
};

/**
 * Load keys and certificates from `folder`, make what is missing, renew what is close to its end at `now` or does not
 * name all of `names` (host names and addresses).
 * @return 0; STROBE_EIO when a file cannot be read or written or a key is damaged; STROBE_EINTERNAL when OpenSSL fails
 */
int strobe_pki_open(const char *folder, const char *const *names, size_t names_count, time_t now,
                    struct strobe_pki *ret_pki, struct strobe_error *error);

#endif
