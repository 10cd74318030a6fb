#include "link/address.h"

#include <netdb.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

static bool contains(const struct strobe_addresses *addresses, const char *text)
{
    for (size_t i = 0; i < addresses->count; i++) {
        if (strcmp(addresses->text[i], text) == 0) {
            return true;
        }
    }
    return false;
}

int strobe_addresses_lookup(const char *host, struct strobe_addresses *ret_addresses, struct strobe_error *error)
{
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG};
    struct addrinfo *found = NULL;
    int status = getaddrinfo(host, NULL, &hints, &found);
    if (status == EAI_NONAME || status == EAI_ADDRFAMILY) {
        /* AI_ADDRCONFIG also hides ::1 on a machine whose only IPv6 address is that one. */
        const struct addrinfo any = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
        status = getaddrinfo(host, NULL, &any, &found);
    }
    if (status != 0) {
        return strobe_error_set(error, STROBE_ENOTFOUND, "the address of host '%s' cannot be found: %s", host,
                                gai_strerror(status));
    }
    struct strobe_addresses addresses = {0};
    for (struct addrinfo *one = found; one != NULL && addresses.count < STROBE_ADDRESSES_MAX; one = one->ai_next) {
        char text[INET6_ADDRSTRLEN];
        if (getnameinfo(one->ai_addr, one->ai_addrlen, text, sizeof text, NULL, 0, NI_NUMERICHOST) == 0 &&
            !contains(&addresses, text)) {
            memcpy(addresses.text[addresses.count++], text, sizeof text);
        }
    }
    freeaddrinfo(found);
    if (addresses.count == 0) {
        return strobe_error_set(error, STROBE_ENOTFOUND, "host '%s' has no IPv4 or IPv6 address", host);
    }
    *ret_addresses = addresses;
    return 0;
}
