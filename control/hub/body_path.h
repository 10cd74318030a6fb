/**
 * Paths into the values of a snapshot: `order.items[3].price`.
 *
 *     path := NAME step*         NAME: a local of one frame, or the text of a watch
 *     step := .FIELD | [INDEX] | ['key'] | [KEY]
 *
 * INDEX may be negative where the whole container was captured. A KEY that is no str is written as the snapshot shows
 * it: [3], [(1, 2)], [datetime.date(2026, 1, 2)]. A whole path that is the text of a watch means that watch.
 */
#ifndef STROBE_HUB_BODY_PATH_H
#define STROBE_HUB_BODY_PATH_H

#include "hub/body.h"
#include "strobe/error.h"
#include "strobe/limits.h"

/** Where a path led. */
struct strobe_body_found {
    bool found;
    int64_t ref; /* of the value that was reached last; NO_REF when the first name is not there */
    char reached[STROBE_HUB_PATH_BYTES_MAX + 1]; /* the part of the path that leads to it */
    char missing[STROBE_BODY_STEP_BYTES];        /* not found: the step after it */
    const char *reason; /* not found: "no_name", "no_field", "no_key", "no_index", or "cut"; static */
    char message[STROBE_HUB_PATH_BYTES_MAX * 2]; /* not found: in words, how far it came and what is there */
};

/**
 * Follow `path`; its first name is looked up in frame `frame`.
 * @return 0 with `*ret_found` (also when it leads nowhere), STROBE_ESYNTAX with the column, STROBE_ELIMIT (too long)
 */
int strobe_body_path_find(const struct strobe_body *body, size_t frame, const char *path,
                          struct strobe_body_found *ret_found, struct strobe_error *error);

/** Where `text`, paths separated by commas, has its next comma outside of brackets and quotes; or its end. */
const char *strobe_body_path_end(const char *text);

#endif
