/* Text to bytes and back: UTF-8, ASCII, Latin-1. Other codecs are Python code that would have to run. */
#include <string.h>

#include "probes/expression/py/number.h"
#include "probes/expression/py/subject.h"

enum encoding { ENCODING_UTF8, ENCODING_ASCII, ENCODING_LATIN1 };
enum on_error { ON_ERROR_STRICT, ON_ERROR_REPLACE, ON_ERROR_IGNORE };
enum { NAME_BYTES = 16, REPLACEMENT = 0xFFFD };

/* ---- Which encoding, and what on errors ---- */

/* A str argument as ASCII in lower case, _ as -. @return whether it is one */
static bool read_name(struct strobe_value value, char ret_name[NAME_BYTES])
{
    struct strobe_text_view view;
    if (!strobe_text_view_of(value, &view) || view.length >= NAME_BYTES) {
        return false;
    }
    for (Py_ssize_t i = 0; i < view.length; i++) {
        uint32_t c = PyUnicode_READ(view.width, view.data, i);
        if (c >= 0x80) {
            return false;
        }
        ret_name[i] = (char)(c == '_' ? '-' : c >= 'A' && c <= 'Z' ? c + 32 : c);
    }
    ret_name[view.length] = '\0';
    return true;
}

static int choose(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                  enum encoding *ret_encoding, enum on_error *ret_on_error)
{
    static const struct {
        const char *name;
        enum encoding encoding;
    } encodings[] = {
        {"utf-8", ENCODING_UTF8},    {"utf8", ENCODING_UTF8},         {"u8", ENCODING_UTF8},
        {"ascii", ENCODING_ASCII},   {"us-ascii", ENCODING_ASCII},    {"latin-1", ENCODING_LATIN1},
        {"latin1", ENCODING_LATIN1}, {"iso-8859-1", ENCODING_LATIN1}, {"iso8859-1", ENCODING_LATIN1},
        {"l1", ENCODING_LATIN1},
    };
    static const char *const errors[] = {"strict", "replace", "ignore"};
    const struct strobe_value *encoding = strobe_arguments_get(arguments, 1, "encoding");
    const struct strobe_value *on_error = strobe_arguments_get(arguments, 2, "errors");
    char encoding_name[NAME_BYTES] = "utf-8", error_name[NAME_BYTES] = "strict";
    struct strobe_text_view view;
    if ((encoding != NULL && !strobe_text_view_of(*encoding, &view)) ||
        (on_error != NULL && !strobe_text_view_of(*on_error, &view))) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "encoding and errors must be str");
    }
    if ((encoding == NULL || read_name(*encoding, encoding_name)) &&
        (on_error == NULL || read_name(*on_error, error_name))) {
        size_t i = 0, k = 0;
        while (i < sizeof encodings / sizeof encodings[0] && strcmp(encodings[i].name, encoding_name) != 0) {
            i++;
        }
        while (k < sizeof errors / sizeof errors[0] && strcmp(errors[k], error_name) != 0) {
            k++;
        }
        if (i < sizeof encodings / sizeof encodings[0] && k < sizeof errors / sizeof errors[0]) {
            *ret_encoding = encodings[i].encoding;
            *ret_on_error = (enum on_error)k;
            return 0;
        }
    }
    return strobe_evaluation_fail(
        evaluation, STROBE_FAULT_UNSAFE,
        "only utf-8, ascii and latin-1 with strict, replace or ignore: other codecs are code");
}

/* ---- Encoding ---- */

static int put_encoded(struct strobe_text_builder *builder, uint32_t character, enum encoding encoding,
                       enum on_error on_error)
{
    uint8_t bytes[4] = {(uint8_t)character};
    size_t size = 1;
    bool fits = character < (encoding == ENCODING_ASCII ? 0x80u : 0x100u);
    if (encoding == ENCODING_UTF8) {
        fits = character < 0xD800 || character > 0xDFFF;
        size = fits ? strobe_text_utf8_of(character, bytes) : 1;
    }
    if (!fits && on_error == ON_ERROR_STRICT) {
        return strobe_evaluation_fail(builder->evaluation, STROBE_FAULT_VALUE,
                                      "the codec can't encode character U+%04X at position %zd", (unsigned)character,
                                      builder->length);
    }
    if (!fits) {
        bytes[0] = '?';
        size = on_error == ON_ERROR_REPLACE ? 1 : 0;
    }
    return strobe_text_put_ascii(builder, (const char *)bytes, size);
}

int strobe_text_encode(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                       struct strobe_value *ret_value)
{
    struct strobe_subject subject;
    struct strobe_text_builder builder;
    enum encoding encoding = ENCODING_UTF8;
    enum on_error on_error = ON_ERROR_STRICT;
    const struct strobe_subject as_bytes = {.is_bytes = true};
    int status = strobe_subject_of(evaluation, arguments, &subject);
    status = status < 0 ? status : choose(evaluation, arguments, &encoding, &on_error);
    status = status < 0 ? status : strobe_evaluation_spend(evaluation, 1 + subject.view.length / 16);
    status = status < 0 ? status : strobe_text_begin(evaluation, &builder);
    for (Py_ssize_t i = 0; status == 0 && i < subject.view.length; i++) {
        status = put_encoded(&builder, strobe_subject_at(&subject, i), encoding, on_error);
    }
    return status < 0 ? status : strobe_subject_end(&builder, &as_bytes, ret_value);
}

/* ---- Decoding ---- */

/* The bytes of a valid character at `data`, which it becomes; or the negative number of those that are not one: as many
 * as might have begun one. */
static int decode_utf8(const uint8_t *data, Py_ssize_t left, uint32_t *ret_character)
{
    uint8_t lead = data[0];
    int size = lead < 0x80                   ? 1
               : lead >= 0xC2 && lead < 0xE0 ? 2
               : (lead & 0xF0) == 0xE0       ? 3
               : lead >= 0xF0 && lead < 0xF5 ? 4
                                             : 0;
    uint32_t character = size == 1 ? lead : lead & (0x7Fu >> size);
    uint8_t low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    uint8_t high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (size == 0) {
        return -1;
    }
    for (int i = 1; i < size; i++) {
        if (i >= left || data[i] < low || data[i] > high) {
            return -i;
        }
        character = character << 6 | (data[i] & 0x3F);
        low = 0x80;
        high = 0xBF;
    }
    *ret_character = character;
    return size;
}

static int decode_one(const uint8_t *data, Py_ssize_t left, enum encoding encoding, uint32_t *ret_character)
{
    if (encoding == ENCODING_UTF8) {
        return decode_utf8(data, left, ret_character);
    }
    *ret_character = data[0];
    return encoding == ENCODING_ASCII && data[0] >= 0x80 ? -1 : 1;
}

int strobe_bytes_decode(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                        struct strobe_value *ret_value)
{
    struct strobe_subject subject;
    struct strobe_text_builder builder;
    enum encoding encoding = ENCODING_UTF8;
    enum on_error on_error = ON_ERROR_STRICT;
    int status = strobe_subject_of(evaluation, arguments, &subject);
    status = status < 0 ? status : choose(evaluation, arguments, &encoding, &on_error);
    status = status < 0 ? status : strobe_evaluation_spend(evaluation, 1 + subject.view.length / 16);
    status = status < 0 ? status : strobe_text_begin(evaluation, &builder);
    for (Py_ssize_t i = 0; status == 0 && i < subject.view.length;) {
        uint32_t character = REPLACEMENT;
        int size = decode_one((const uint8_t *)subject.view.data + i, subject.view.length - i, encoding, &character);
        if (size < 0 && on_error == ON_ERROR_STRICT) {
            return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE,
                                          "the codec can't decode the byte at position %zd", i);
        }
        if (size > 0 || on_error == ON_ERROR_REPLACE) {
            status = strobe_text_put(&builder, size > 0 ? character : REPLACEMENT);
        }
        i += size > 0 ? size : -size;
    }
    return status < 0 ? status : strobe_text_end(&builder, ret_value);
}

/* ---- Hexadecimal ---- */

static int separator_of(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                        uint32_t *ret_separator)
{
    const struct strobe_value *given = strobe_arguments_get(arguments, 1, "sep");
    struct strobe_text_view text;
    struct strobe_bytes_view bytes;
    if (given == NULL) {
        *ret_separator = 0;
        return 0;
    }
    bool is_text = strobe_text_view_of(*given, &text);
    if (!is_text && !strobe_bytes_view_of(*given, &bytes)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "sep must be str or bytes.");
    }
    if ((is_text ? text.length : bytes.size) != 1) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE, "sep must be length 1.");
    }
    *ret_separator = is_text ? PyUnicode_READ(text.width, text.data, 0) : bytes.data[0];
    if (is_text && *ret_separator >= 0x80) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE, "sep must be ASCII.");
    }
    return 0;
}

int strobe_bytes_hex(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                     struct strobe_value *ret_value)
{
    static const char digits[] = "0123456789abcdef";
    struct strobe_subject subject;
    struct strobe_text_builder builder;
    uint32_t separator = 0;
    Py_ssize_t group = 1;
    int status = strobe_subject_of(evaluation, arguments, &subject);
    status = status < 0 ? status : separator_of(evaluation, arguments, &separator);
    status = status < 0 ? status : strobe_subject_count(evaluation, arguments, 2, "bytes_per_sep", 1, &group);
    status = status < 0 ? status : strobe_text_begin(evaluation, &builder);
    if (status < 0) {
        return status;
    }
    Py_ssize_t length = subject.view.length;
    bool has_separator = separator != 0 && group != 0;
    Py_ssize_t size = group < 0 ? -group : group; /* from the end, or from the begin when negative */
    for (Py_ssize_t i = 0; status == 0 && i < length; i++) {
        if (has_separator && i > 0 && (group > 0 ? length - i : i) % size == 0) {
            status = strobe_text_put(&builder, separator);
        }
        uint32_t byte = strobe_subject_at(&subject, i);
        char text[2] = {digits[byte >> 4], digits[byte & 15]};
        status = status < 0 ? status : strobe_text_put_ascii(&builder, text, 2);
    }
    return status < 0 ? status : strobe_text_end(&builder, ret_value);
}
