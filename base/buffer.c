#include "base/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "strobe/error.h"

enum { FIRST_CAPACITY = 256 };

void strobe_buffer_init(struct strobe_buffer *buffer, size_t max)
{
    memset(buffer, 0, sizeof *buffer);
    buffer->max = max;
}

void strobe_buffer_done(struct strobe_buffer *buffer)
{
    free(buffer->data);
    strobe_buffer_init(buffer, buffer->max);
}

void strobe_buffer_clear(struct strobe_buffer *buffer)
{
    buffer->size = 0;
    buffer->failed = false;
}

/* Room for `extra` more bytes and one NUL that is not counted. */
static int grow(struct strobe_buffer *buffer, size_t extra)
{
    if (buffer->failed || extra > buffer->max - buffer->size) {
        buffer->failed = true;
        return STROBE_ELIMIT;
    }
    size_t needed = buffer->size + extra + 1;
    if (needed <= buffer->capacity) {
        return 0;
    }
    size_t capacity = buffer->capacity != 0 ? buffer->capacity : FIRST_CAPACITY;
    while (capacity < needed) {
        capacity *= 2;
    }
    if (capacity > buffer->max + 1) {
        capacity = buffer->max + 1;
    }
    char *data = realloc(buffer->data, capacity);
    if (data == NULL) {
        buffer->failed = true;
        return STROBE_ENOMEM;
    }
    buffer->data = data;
    buffer->capacity = capacity;
    return 0;
}

int strobe_buffer_append(struct strobe_buffer *buffer, const void *data, size_t size)
{
    int status = grow(buffer, size);
    if (status < 0) {
        return status;
    }
    if (size > 0) {
        memcpy(buffer->data + buffer->size, data, size);
    }
    buffer->size += size;
    return 0;
}

int strobe_buffer_append_text(struct strobe_buffer *buffer, const char *text)
{
    return strobe_buffer_append(buffer, text, strlen(text));
}

int strobe_buffer_append_format(struct strobe_buffer *buffer, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (size < 0) {
        buffer->failed = true;
        return STROBE_EINVAL;
    }
    int status = grow(buffer, (size_t)size);
    if (status < 0) {
        return status;
    }
    va_start(arguments, format);
    vsnprintf(buffer->data + buffer->size, (size_t)size + 1, format, arguments);
    va_end(arguments);
    buffer->size += (size_t)size;
    return 0;
}

char *strobe_buffer_reserve(struct strobe_buffer *buffer, size_t size)
{
    return grow(buffer, size) < 0 ? NULL : buffer->data + buffer->size;
}

char *strobe_buffer_steal(struct strobe_buffer *buffer, size_t *ret_size)
{
    if (grow(buffer, 0) < 0) {
        return NULL;
    }
    char *data = buffer->data;
    data[buffer->size] = '\0';
    *ret_size = buffer->size;
    strobe_buffer_init(buffer, buffer->max);
    return data;
}
