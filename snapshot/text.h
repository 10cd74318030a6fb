/** Texts and bytes as Python writes them between quotes, from their raw characters. Thread: any. */
#ifndef STROBE_SNAPSHOT_TEXT_H
#define STROBE_SNAPSHOT_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

/** Characters as CPython stores them: 1, 2 or 4 bytes each, in the machine's order, not aligned. */
struct strobe_characters {
    const uint8_t *data;
    unsigned width;
    size_t count;
};

/** Character number `i`. */
uint32_t strobe_character(const struct strobe_characters *characters, size_t i);

/**
 * Append 'text' with the quotes and escapes of Python's repr(). What people cannot see or what would disturb their
 * screen (controls, bidirectional marks, surrogates, private and invisible characters) is escaped. Failure shows in the
 * buffer.
 */
void strobe_text_quote_str(struct strobe_buffer *buffer, const struct strobe_characters *characters);

/** Append b'bytes', or bytearray(b'bytes'). */
void strobe_text_quote_bytes(struct strobe_buffer *buffer, const uint8_t *bytes, size_t size, bool is_bytearray);

/** Append UTF-8 as it is, but with the same characters escaped and invalid bytes as \xNN. No quotes. */
void strobe_text_plain(struct strobe_buffer *buffer, const char *text, size_t size);

#endif
