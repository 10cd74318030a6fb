/** Values of a snapshot as consoles show them: one line, or a graph of their own. */
#ifndef STROBE_HUB_BODY_VIEW_H
#define STROBE_HUB_BODY_VIEW_H

#include "hub/body.h"

#define STROBE_BODY_PREVIEW_BYTES 160 /* of a container on one line, with its NUL */

/**
 * A value without what is below it: type, text (at most 8 KiB), size, cut, rule, shape, dtype, `children` (their
 * number), and `preview`, one line of what is in it. New; NULL when memory is exhausted. Without a value: {"cut":
 * "missing"}.
 */
json_t *strobe_body_head(const struct strobe_body *body, int64_t ref);

/**
 * What can be reached from `ref` in `depth` steps as a graph of its own: {"value": 0, "values": [...]}. A value that
 * has more below it than was asked for has `deeper`: the number of its children. New; NULL when memory is exhausted.
 */
json_t *strobe_body_subgraph(const struct strobe_body *body, int64_t ref, int depth);

#endif
