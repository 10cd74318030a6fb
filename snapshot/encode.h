/** From the byte image of a capture to JSON. */
#ifndef STROBE_SNAPSHOT_ENCODE_H
#define STROBE_SNAPSHOT_ENCODE_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "strobe/error.h"

/** What the hub wants beside the body. Strings are the caller's, released by strobe_snapshot_head_done(). */
struct strobe_snapshot_head {
    int64_t time_us; /* Unix time of the hit */
    char *function;  /* qualified name of the innermost frame */
    char *file;
    int line;     /* 1-based */
    uint64_t tag; /* as given to the capture: which probe */
};

/**
 * Decode `image` and build the body described in docs/snapshot-format.md. The image is untrusted: any bytes give a
 * body or an error, never a read out of bounds.   Thread: any (the link's).   GIL: not needed.
 * @return 0, STROBE_EPROTO for a broken image, STROBE_ENOMEM
 */
int strobe_snapshot_encode(const uint8_t *image, size_t size, struct strobe_snapshot_head *ret_head, json_t **ret_body,
                           struct strobe_error *error);

/** Release the strings. */
void strobe_snapshot_head_done(struct strobe_snapshot_head *head);

#endif
