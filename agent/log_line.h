/** A log line, or the reading of a memory probe (its text is the body as JSON), on its way from the program's thread to
 * the link thread, as the bytes of an image. */
#ifndef STROBE_AGENT_LOG_LINE_H
#define STROBE_AGENT_LOG_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/image_queue.h"

/** strobe_image.kind; 0 is a snapshot. What is packed is a log line until its kind is set to another. */
enum { STROBE_IMAGE_LOG_LINE = 1, STROBE_IMAGE_MEMORY = 2 };

enum { STROBE_LOG_LINE_TRACE_BYTES = 24 /* trace id, span id */ };

/** What it says. Texts are UTF-8 with their sizes; borrowed. */
struct strobe_log_line {
    uint64_t tag; /* of the probe */
    int64_t time_us;
    int64_t line; /* of the source, 1-based */
    uint64_t thread;
    bool has_trace; /* a span was current */
    uint8_t trace[STROBE_LOG_LINE_TRACE_BYTES];
    size_t text_size, function_size, file_size;
    const char *text;
    const char *function;
    const char *file;
};

/** A new image, the caller's; NULL when memory is exhausted. Thread: any. */
struct strobe_image *strobe_log_line_pack(const struct strobe_log_line *line);

/** Read it back; texts are borrowed from the image. `image` was packed by the function above. */
void strobe_log_line_unpack(const struct strobe_image *image, struct strobe_log_line *ret_line);

#endif
