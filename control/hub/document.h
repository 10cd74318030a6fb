/** Structures of the wire as JSON text, as the database and the API carry them. */
#ifndef STROBE_HUB_DOCUMENT_H
#define STROBE_HUB_DOCUMENT_H

#include "wire/codec.h"

/** Compact JSON of the structure; the caller's (free()). NULL when memory is exhausted or a string is not allowed. */
char *strobe_document_write(const struct strobe_wire_struct *shape, const void *body, struct strobe_error *error);

/**
 * Read what strobe_document_write() wrote; release with strobe_wire_struct_done().
 * @return 0, or what strobe_wire_struct_from_json() answers
 */
int strobe_document_read(const struct strobe_wire_struct *shape, const char *text, void *ret_body,
                         struct strobe_error *error);

#endif
