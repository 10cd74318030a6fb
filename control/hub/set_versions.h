/** The version of each service's probe set. */
#ifndef STROBE_HUB_SET_VERSIONS_H
#define STROBE_HUB_SET_VERSIONS_H

#include <stdint.h>

#include "hub/store.h"

/** The version in force of one service. Whoever changes the set sets `version`, after writing it to the store. */
struct strobe_set_version {
    char *service;
    int64_t version;
};

struct strobe_set_versions;

/** `store` is borrowed. NULL when memory is exhausted. */
struct strobe_set_versions *strobe_set_versions_new(struct strobe_store *store);

/** NULL is fine. */
void strobe_set_versions_free(struct strobe_set_versions *versions);

/** The version of `service`, from the store or new; borrowed as long as `versions`. NULL with `error` set on failure.
 */
struct strobe_set_version *strobe_set_versions_find(struct strobe_set_versions *versions, const char *service,
                                                    struct strobe_error *error);

/**
 * A version above the present one. Versions follow the clock (Unix time in milliseconds): they grow also when the store
 * was lost, or an older backup of it is in use, so agents never take a new set for an old one.
 */
int64_t strobe_set_version_next(const struct strobe_set_version *version);

#endif
