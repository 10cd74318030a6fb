/** What differs between two snapshots, aligned. */
#ifndef STROBE_HUB_BODY_DIFF_H
#define STROBE_HUB_BODY_DIFF_H

#include "hub/body.h"

/**
 * Compare the stacks, locals and watches of two bodies; not what differs by nature (time, thread, ids).
 *
 * Frames are aligned by function, locals by name, watches by expression, dicts by key, sets by content, lists so that
 * as much as possible is equal, objects by field. A pair of values is compared once, so cycles end. Redacted values
 * are never compared: they are `unknown`, as is everything that was not captured on one side. What one side redacts the
 * answer does not show of the other either, whatever policy that was captured under; both bodies lose it (body_hide.h).
 *
 *     {"same": bool, "compared": pairs of values, "differences": [difference], "unknown": [difference],
 *      "by_position": [{"kind", "frame", "function", "path", "message"}]: lists that were too long to be aligned,
 *      "more": differences that are counted only, "cut": true when there were too many values to compare all}
 *
 * `same`: no difference was found; with `unknown` not empty that is not a proof.
 *
 *     difference: {"kind", "frame", "function", "path", "right_path", "message", "left", "right"}
 *
 * `frame` is the left frame's number (the right's when the frame is there alone), absent for watches; `right_path`
 * stands where the path differs on the right. `left` and `right` are heads of values (strobe_body_head()), absent where
 * there is none. Kinds: changed, type, size, identity, added (on the right), removed, line, frame_added, frame_removed;
 * of `unknown`: redacted, not_captured. New; NULL when memory is exhausted.
 */
json_t *strobe_body_diff(json_t *left, json_t *right);

#endif
