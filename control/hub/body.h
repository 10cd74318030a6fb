/**
 * The body of a snapshot (docs/snapshot-format.md) as a graph of values.
 *
 * Bodies come from agents, so nothing in one is relied on: what is malformed is as if it were not there. Values are
 * named by their position ("ref"); NO_REF (-1) is none. Everything here runs on the hub's thread.
 */
#ifndef STROBE_HUB_BODY_H
#define STROBE_HUB_BODY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

#define STROBE_BODY_NO_REF (-1)
#define STROBE_BODY_STEP_BYTES 192   /* of one step of a path as text, with its NUL */
#define STROBE_BODY_REASON_BYTES 160 /* of a reason in words, with its NUL */

/** Borrows from the JSON it was opened on; members are NULL when absent. */
struct strobe_body {
    json_t *frames;
    json_t *values;
    json_t *watches;
};

/**
 * Open `json`, which is borrowed. The values of watches that were computed are appended to its values, and the watches
 * refer to them from then on.
 */
void strobe_body_open(json_t *json, struct strobe_body *ret_body);

/** How many values there are. */
size_t strobe_body_count(const struct strobe_body *body);

/** The value at `ref`, an object, borrowed; NULL when there is none. */
json_t *strobe_body_value(const struct strobe_body *body, int64_t ref);

/** Member `name` of `object` when it is an array, borrowed; else NULL. */
json_t *strobe_body_array(json_t *object, const char *name);

/** A ref as it stands in a body; NO_REF when it is none. */
int64_t strobe_body_ref(json_t *number);

/** Member `name` of a value, frame or watch as text, borrowed; "" when absent. */
const char *strobe_body_text(json_t *object, const char *name);

/** The id of the trace or the span ("trace_id", "span_id") of `json`, a body; borrowed; NULL: none, or not of `digits`
 *  hexadecimal ones. */
const char *strobe_body_trace(json_t *json, const char *which, size_t digits);

/** Frame number `index`, innermost 0, borrowed; NULL when there is none. */
json_t *strobe_body_frame(const struct strobe_body *body, size_t index);

/** The ref of the local `name` of `frame`, or NO_REF. */
int64_t strobe_body_local(json_t *frame, const char *name);

/** The ref of the watch whose expression is `expression`, or NO_REF: not watched, or without a value. */
int64_t strobe_body_watch(const struct strobe_body *body, const char *expression);

/** Append what fits of `text` to the NUL-terminated text in `buffer` of `size` bytes; no character is cut in two. */
void strobe_body_append(char *buffer, size_t size, const char *text);

/* ---- What is in a value ---- */

enum strobe_body_part { STROBE_BODY_ITEM, STROBE_BODY_ENTRY, STROBE_BODY_FIELD };

struct strobe_body_child {
    enum strobe_body_part part;
    size_t index;     /* among the children of its part */
    const char *name; /* field; borrowed */
    int64_t key;      /* entry: ref of its key */
    int64_t ref;
};

/** Number of children: items, then entries, then fields. */
size_t strobe_body_children(json_t *value);

/** Child number `position`. @return false when there is none, or it is malformed */
bool strobe_body_child(json_t *value, size_t position, struct strobe_body_child *ret_child);

/** Whether the value is redacted; it has no text, no size and no children then. */
bool strobe_body_is_redacted(json_t *value);

/** Why something of the value is missing, in words ("" when nothing is): 'redacted: name "password"'. */
void strobe_body_reason(json_t *value, char ret_reason[STROBE_BODY_REASON_BYTES]);

/** A key as people write it between brackets: 'sku', 3, (1, 2); `<type>` when it has no short form. */
void strobe_body_key(const struct strobe_body *body, int64_t key, char ret_text[STROBE_BODY_STEP_BYTES]);

/** The step from a value to its child as a path has it: [3], ['sku'], .price. */
void strobe_body_step(const struct strobe_body *body, const struct strobe_body_child *child,
                      char ret_text[STROBE_BODY_STEP_BYTES]);

#endif
