/** What the command line of strobe-hub says. */
#ifndef STROBE_HUB_OPTIONS_H
#define STROBE_HUB_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "strobe/error.h"

#define STROBE_HUB_PATH_BYTES 4096
#define STROBE_HUB_HOST_BYTES 256

/** By value; nothing to release. */
struct strobe_hub_options {
    char data[STROBE_HUB_PATH_BYTES];
    char listen_host[STROBE_HUB_HOST_BYTES]; /* name or address, IPv6 without brackets */
    uint16_t listen_port;                    /* 0: any free port */
    char public_host[STROBE_HUB_HOST_BYTES]; /* empty: as listened on */
    uint16_t public_port;                    /* 0: as listened on */
    bool write_profile;
    bool json;
    int ready_fd; /* -1: none */
    bool verbose;
    bool help;
    bool version;
};

/**
 * Read the arguments (without the program's name being looked at) and the environment's XDG_DATA_HOME and HOME.
 * @return 0, STROBE_EINVAL with a message that says which argument is wrong
 */
int strobe_hub_options_parse(int argc, char *const *argv, struct strobe_hub_options *ret_options,
                             struct strobe_error *error);

/** Print the usage text. */
void strobe_hub_options_usage(FILE *stream);

/**
 * Split `HOST:PORT`, `[IPV6]:PORT` into its parts; the port may be 0 when `zero_ok`.
 * @return 0, STROBE_EINVAL
 */
int strobe_hub_address_parse(const char *text, bool zero_ok, char ret_host[STROBE_HUB_HOST_BYTES], uint16_t *ret_port,
                             struct strobe_error *error);

/**
 * A file below the user's folder `variable` (e.g. XDG_DATA_HOME) or, when that is not set, below `fallback` in HOME.
 * @return 0, STROBE_EINVAL when neither variable is set or the path is too long
 */
int strobe_hub_user_path(const char *variable, const char *fallback, const char *rest,
                         char ret_path[STROBE_HUB_PATH_BYTES], struct strobe_error *error);

#endif
