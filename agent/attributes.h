/** A hit of a span probe on its way from the program's thread to the link thread, as the bytes of an image. */
#ifndef STROBE_AGENT_ATTRIBUTES_H
#define STROBE_AGENT_ATTRIBUTES_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/log_line.h"
#include "base/image_queue.h"

enum { STROBE_IMAGE_ATTRIBUTES = 3 }; /* strobe_image.kind */

struct strobe_watch_value;

/**
 * A new image, the caller's, of `count` attributes with text or error, and of the place in `line` (its text is not
 * used); NULL when memory is exhausted.   Thread: the program's.
 */
struct strobe_image *strobe_attributes_pack(const struct strobe_log_line *line, const struct strobe_watch_value *values,
                                            size_t count);

/** Read the place back; its text is empty. Texts are borrowed from the image, packed by the function above. */
void strobe_attributes_line(const struct strobe_image *image, struct strobe_log_line *ret_line);

/**
 * The attributes as `watches` of the snapshot format, secrets taken out, and as one line `name=value name=value` of at
 * most STROBE_LOG_BYTES_MAX. Both are new. Thread: any.
 * @return 0 or STROBE_ENOMEM
 */
int strobe_attributes_read(const struct strobe_image *image, json_t **ret_watches, char **ret_text);

#endif
