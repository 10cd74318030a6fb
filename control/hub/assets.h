/** The web console's files, embedded in the binary by control/console. */
#ifndef STROBE_HUB_ASSETS_H
#define STROBE_HUB_ASSETS_H

#include <stdbool.h>
#include <stddef.h>

/** One file. Everything is static. */
struct strobe_asset {
    const char *path; /* as in the address: "/index.html" */
    const char *content_type;
    const unsigned char *data;
    size_t size;
    bool gzip;        /* the data is compressed: sent with Content-Encoding: gzip */
    const char *etag; /* with its quotes */
    bool immutable;   /* the path changes with the content: may be kept for ever */
};

/** Generated. */
extern const struct strobe_asset strobe_console_assets[];
extern const size_t strobe_console_assets_count;

struct strobe_exchange;

/**
 * Answer a GET for a path outside /api: the file of that name; for a path without a dot in its last component, which is
 * a page of the console, "/index.html"; else 404.
 */
void strobe_assets_answer(struct strobe_exchange *exchange);

#endif
