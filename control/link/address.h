/** Addresses of the hub, looked up by name. */
#ifndef STROBE_ADDRESS_H
#define STROBE_ADDRESS_H

#include <netinet/in.h>
#include <stddef.h>

#include "strobe/error.h"

#define STROBE_ADDRESSES_MAX 8

/** Numeric addresses in the order in which the system prefers them. By value. */
struct strobe_addresses {
    size_t count;
    char text[STROBE_ADDRESSES_MAX][INET6_ADDRSTRLEN];
};

/**
 * Look `host` up. Blocks as long as the system's resolver does, which can be a minute.   Thread: any.
 * @return 0; STROBE_ENOTFOUND, the message says why
 */
int strobe_addresses_lookup(const char *host, struct strobe_addresses *ret_addresses, struct strobe_error *error);

#endif
