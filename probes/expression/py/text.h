/** Text and bytes: views on str and bytes of the program, and those made in the arena. For the rules see evaluation.h.
 */
#ifndef STROBE_EXPRESSION_TEXT_H
#define STROBE_EXPRESSION_TEXT_H

#include "probes/expression/py/value.h"

/** A str made here; the smallest `width` that holds all characters, as in CPython. */
struct strobe_text {
    Py_ssize_t length; /* characters */
    int width;         /* bytes of each: 1, 2 or 4 */
    uint8_t data[];
};

struct strobe_bytes {
    Py_ssize_t size;
    bool is_bytearray;
    uint8_t data[];
};

/** Characters of a str, wherever they are; read with PyUnicode_READ(view.width, view.data, i). */
struct strobe_text_view {
    const void *data;
    Py_ssize_t length;
    int width;
};

struct strobe_bytes_view {
    const uint8_t *data;
    Py_ssize_t size;
};

/** See a str (or a subclass) as text. @return false when it is none, or (3.11) its characters are not ready */
bool strobe_text_view_of(struct strobe_value value, struct strobe_text_view *ret_view);

/** See bytes or bytearray (or a subclass) as bytes. */
bool strobe_bytes_view_of(struct strobe_value value, struct strobe_bytes_view *ret_view);

/** Text while it grows in the arena. Begin, put, end. When something else takes arena memory in between, it moves. */
struct strobe_text_builder {
    struct strobe_evaluation *evaluation;
    uint32_t *characters; /* at the end of the arena; narrowed by end */
    Py_ssize_t length;
    Py_ssize_t capacity;
    uint32_t largest;
};

/** Bounds: STROBE_EXPRESSION_TEXT_MAX characters, fault LIMIT beyond. */
int strobe_text_begin(struct strobe_evaluation *evaluation, struct strobe_text_builder *ret_builder);
int strobe_text_put(struct strobe_text_builder *builder, uint32_t character);
int strobe_text_put_ascii(struct strobe_text_builder *builder, const char *ascii, size_t size);
int strobe_text_put_repeated(struct strobe_text_builder *builder, uint32_t character, Py_ssize_t count);
int strobe_text_put_view(struct strobe_text_builder *builder, const struct strobe_text_view *view, Py_ssize_t start,
                         Py_ssize_t end);
int strobe_text_end(struct strobe_text_builder *builder, struct strobe_value *ret_value);

/** A new str of characters [start, end) of `view`. */
int strobe_text_make_view(struct strobe_evaluation *evaluation, const struct strobe_text_view *view, Py_ssize_t start,
                          Py_ssize_t end, struct strobe_value *ret_value);

/** A new str of ASCII, and new bytes. */
int strobe_text_make_ascii(struct strobe_evaluation *evaluation, const char *ascii, size_t size,
                           struct strobe_value *ret_value);
int strobe_bytes_make(struct strobe_evaluation *evaluation, const void *data, Py_ssize_t size,
                      struct strobe_value *ret_value);

/** Room for `size` bytes to be filled in; NULL when there is none (noted). */
struct strobe_bytes *strobe_bytes_take(struct strobe_evaluation *evaluation, Py_ssize_t size);

/** The character as UTF-8 (surrogates as three bytes). @return number of bytes */
size_t strobe_text_utf8_of(uint32_t character, uint8_t ret_bytes[4]);

/** Negative, 0, positive, by code points / bytes. Spends fuel. */
int strobe_text_order(struct strobe_evaluation *evaluation, const struct strobe_text_view *left,
                      const struct strobe_text_view *right, int *ret_order);

/** Place of `needle` in characters [start, end) of `text`, or -1; `backwards`: the last one. Spends fuel: linear. */
int strobe_text_find(struct strobe_evaluation *evaluation, const struct strobe_text_view *text,
                     const struct strobe_text_view *needle, Py_ssize_t start, Py_ssize_t end, bool backwards,
                     Py_ssize_t *ret_place);
int strobe_bytes_find(struct strobe_evaluation *evaluation, const struct strobe_bytes_view *bytes,
                      const struct strobe_bytes_view *needle, Py_ssize_t start, Py_ssize_t end, bool backwards,
                      Py_ssize_t *ret_place);

/** The hash that CPython gives to a str and to bytes of these contents; equal for both forms. */
int strobe_text_hash(struct strobe_evaluation *evaluation, const struct strobe_text_view *view, uint64_t *ret_hash);
int strobe_bytes_hash(struct strobe_evaluation *evaluation, const struct strobe_bytes_view *view, uint64_t *ret_hash);

/** Whether the text, as a name, stands for a secret. */
bool strobe_text_is_secret(struct strobe_evaluation *evaluation, struct strobe_value name);

/** Operators that text and bytes have: +, * and % (str only). @return 1 when it is none of theirs (nothing noted) */
int strobe_text_binary(struct strobe_evaluation *evaluation, int operation, struct strobe_value left,
                       struct strobe_value right, struct strobe_value *ret_value);

#endif
