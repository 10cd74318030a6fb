/**
 * Messages of the link as C structures, and back.
 *
 * The structures and their tables are generated from schema.json (`wire/messages.h`); the functions here walk the
 * tables. Every decoded string, array and JSON value belongs to the structure that holds it.
 * Thread: any; no global state.   GIL: not needed.
 */
#ifndef STROBE_WIRE_CODEC_H
#define STROBE_WIRE_CODEC_H

#include "strobe/error.h"
#include "wire/messages.h"

/** Who may send a message; flags, because heartbeat comes from both. */
enum strobe_wire_sender { STROBE_WIRE_AGENT = 1, STROBE_WIRE_HUB = 2, STROBE_WIRE_LIVE = 4 };

/**
 * Parse one websocket message. Bounds (size, nesting, string and array sizes, ranges, allowed words) are checked
 * before anything is kept; fields not in the schema are ignored.
 * @return 0; STROBE_EUNKNOWN for a kind of message that is not known or not sent by `from` (ignore and log it);
 *         STROBE_EPROTO or STROBE_ELIMIT when it is malformed (close the connection); STROBE_ENOMEM
 */
int strobe_wire_decode(const char *text, size_t size, enum strobe_wire_sender from,
                       struct strobe_wire_message *ret_message, struct strobe_error *error);

/** Release what a decoded message owns. */
void strobe_wire_message_done(struct strobe_wire_message *message);

/**
 * Serialise `body`, the structure of `kind` (e.g. `struct strobe_wire_hello *`), with its `"t"` field.
 * `ret_text` is the caller's, to be released with free(); it is NUL-terminated, `ret_size` does not count the NUL.
 * @return 0, STROBE_ELIMIT when the text would be over STROBE_MESSAGE_BYTES_MAX, STROBE_EINVAL when a required
 *         string is NULL or a string is not UTF-8, STROBE_ENOMEM
 */
int strobe_wire_encode(enum strobe_wire_kind kind, const void *body, char **ret_text, size_t *ret_size,
                       struct strobe_error *error);

/** Name of `kind` as in the `"t"` field; borrowed, static. */
const char *strobe_wire_kind_name(enum strobe_wire_kind kind);

/**
 * Parse JSON text within the wire's bounds of size, depth and duplicate keys.
 * @return 0 and a new reference, STROBE_ELIMIT or STROBE_EPROTO
 */
int strobe_wire_json_load(const char *text, size_t size, json_t **ret_json, struct strobe_error *error);

/**
 * Read `json` into `ret_body`, a structure described by `shape` (e.g. `&strobe_wire_probe_request_struct`).
 * On failure nothing is left to release.   @return 0, STROBE_EPROTO, STROBE_ELIMIT, STROBE_ENOMEM
 */
int strobe_wire_struct_from_json(const struct strobe_wire_struct *shape, const json_t *json, void *ret_body,
                                 struct strobe_error *error);

/** The structure as a JSON object; new reference. NULL when memory is exhausted or a string is not allowed. */
json_t *strobe_wire_struct_to_json(const struct strobe_wire_struct *shape, const void *body,
                                   struct strobe_error *error);

/** Release what a structure owns and zero it. The structure itself stays the caller's. */
void strobe_wire_struct_done(const struct strobe_wire_struct *shape, void *body);

#endif
