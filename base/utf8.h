/** UTF-8 checks and repairs for bytes that come from outside. Thread: any. */
#ifndef STROBE_UTF8_H
#define STROBE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/** Whether `size` bytes are valid UTF-8 (no surrogates, no over-long forms, no NUL). */
bool strobe_utf8_valid(const char *text, size_t size);

/**
 * Length in bytes of the longest prefix of `text` that is at most `max` bytes and does not cut a character.
 * Invalid bytes count as characters of one byte.
 */
size_t strobe_utf8_cut(const char *text, size_t size, size_t max);

/**
 * Copy with each invalid byte and NUL replaced by U+FFFD; NUL-terminated, to be released with free(). NULL when memory
 * is exhausted.
 */
char *strobe_utf8_repair(const char *text, size_t size, size_t *ret_size);

#endif
