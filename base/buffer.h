/** A growing run of bytes that can never grow past the maximum it was created with. */
#ifndef STROBE_BUFFER_H
#define STROBE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Bytes owned by this structure. `failed` is set by the first append that did not fit; later appends do nothing. */
struct strobe_buffer {
    char *data;
    size_t size;
    size_t capacity;
    size_t max;
    bool failed;
};

/** Start empty; no memory is taken yet. `max` is in bytes. */
void strobe_buffer_init(struct strobe_buffer *buffer, size_t max);

/** Release the bytes; the structure may be initialised again. */
void strobe_buffer_done(struct strobe_buffer *buffer);

/** Empty the buffer and clear `failed`; keeps the memory. */
void strobe_buffer_clear(struct strobe_buffer *buffer);

/** Append bytes. @return 0, STROBE_ELIMIT past the maximum, STROBE_ENOMEM; on failure nothing was appended. */
int strobe_buffer_append(struct strobe_buffer *buffer, const void *data, size_t size);

/** Append a NUL-terminated string without its NUL. Returns as strobe_buffer_append(). */
int strobe_buffer_append_text(struct strobe_buffer *buffer, const char *text);

/** Append formatted text. Returns as strobe_buffer_append(). */
int strobe_buffer_append_format(struct strobe_buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/**
 * Make room for `size` more bytes, and return where they go (valid until the next append); NULL as for a failed
 * append. Add what was written to `buffer->size`.
 */
char *strobe_buffer_reserve(struct strobe_buffer *buffer, size_t size);

/** Give the bytes away, NUL-terminated, to be released with free(); the buffer is empty afterwards. NULL on failure. */
char *strobe_buffer_steal(struct strobe_buffer *buffer, size_t *ret_size);

#endif
