#include "hub/set_versions.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "hub/name_map.h"

struct strobe_set_versions {
    struct strobe_store *store;
    struct strobe_name_map by_service;
};

struct strobe_set_versions *strobe_set_versions_new(struct strobe_store *store)
{
    struct strobe_set_versions *versions = calloc(1, sizeof *versions);
    if (versions != NULL) {
        versions->store = store;
    }
    return versions;
}

static void release(struct strobe_set_version *version)
{
    if (version != NULL) {
        free(version->service);
    }
    free(version);
}

void strobe_set_versions_free(struct strobe_set_versions *versions)
{
    if (versions == NULL) {
        return;
    }
    size_t position = 0;
    for (struct strobe_set_version *version;
         (version = strobe_name_map_next(&versions->by_service, &position)) != NULL;) {
        release(version);
    }
    strobe_name_map_done(&versions->by_service);
    free(versions);
}

struct strobe_set_version *strobe_set_versions_find(struct strobe_set_versions *versions, const char *service,
                                                    struct strobe_error *error)
{
    struct strobe_set_version *version = strobe_name_map_get(&versions->by_service, service);
    if (version != NULL) {
        return version;
    }
    int64_t stored = 0;
    if (strobe_store_get_set_version(versions->store, service, &stored, error) < 0) {
        return NULL;
    }
    version = calloc(1, sizeof *version);
    if (version == NULL || (version->service = strdup(service)) == NULL ||
        strobe_name_map_add(&versions->by_service, version->service, version) < 0) {
        strobe_error_set(error, STROBE_ENOMEM, "out of memory");
        release(version);
        return NULL;
    }
    version->version = stored;
    if (stored == 0) {
        version->version = strobe_clock_unix_ms();
        /* Kept at once: agents hold it from now on, and the clock may be set back before the next start. */
        strobe_store_put_set_version(versions->store, service, version->version, NULL);
    }
    return version;
}

int64_t strobe_set_version_next(const struct strobe_set_version *version)
{
    int64_t now_ms = strobe_clock_unix_ms();
    return now_ms > version->version ? now_ms : version->version + 1;
}
