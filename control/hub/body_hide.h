/**
 * Two snapshots may have been redacted by different policies. What one of them hides is hidden in both before they are
 * compared, so that a difference never shows it.   Runs on the hub's thread.
 */
#ifndef STROBE_HUB_BODY_HIDE_H
#define STROBE_HUB_BODY_HIDE_H

#include "hub/body.h"

/** Hide the value at `ref` in this copy of the body: its type stays. What it was is gone for whoever refers to it. */
void strobe_body_hide(const struct strobe_body *body, int64_t ref);

/** Whether it was hidden here, and not by the process. */
bool strobe_body_is_hidden(json_t *value);

/**
 * Hide in each of the two whatever stands under a name (a variable, a field, a key, a watch) that was redacted for its
 * name in the other.   @return false when memory is exhausted: then nothing of them may be shown
 */
bool strobe_body_hide_counterparts(const struct strobe_body *left, const struct strobe_body *right);

/** Whether something redacted stands in the value, or up to `depth` levels below it; also when there is too much to
 *  look at all of it. */
bool strobe_body_holds_redacted(const struct strobe_body *body, int64_t ref, int depth);

#endif
