#include <string.h>

#include "probes/expression/py/format_writer.h"

static const char hex_digits[] = "0123456789abcdef";

int strobe_format_put(struct strobe_text_builder *builder, const char *ascii)
{
    return strobe_text_put_ascii(builder, ascii, strlen(ascii));
}

int strobe_format_escape(struct strobe_text_builder *builder, uint32_t character)
{
    char text[10] = {'\\', character < 0x100 ? 'x' : character < 0x10000 ? 'u' : 'U'};
    int digits = character < 0x100 ? 2 : character < 0x10000 ? 4 : 8;
    for (int i = 0; i < digits; i++) {
        text[2 + i] = hex_digits[character >> (4 * (digits - 1 - i)) & 15];
    }
    return strobe_text_put_ascii(builder, text, (size_t)digits + 2);
}

/* What texts and bytes write alike. @return 1 when the character needs no escape of this kind */
static int put_short_escape(struct strobe_text_builder *builder, uint32_t character, char quote)
{
    static const char letters[] = {['\t'] = 't', ['\n'] = 'n', ['\r'] = 'r'};
    char text[2] = {'\\', (char)character};
    if (character == (uint8_t)quote || character == '\\') {
        return strobe_text_put_ascii(builder, text, 2);
    }
    if (character < sizeof letters && letters[character] != '\0') {
        text[1] = letters[character];
        return strobe_text_put_ascii(builder, text, 2);
    }
    return 1;
}

static char choose_quote(bool has_single, bool has_double)
{
    return has_single && !has_double ? '"' : '\'';
}

int strobe_format_quote_text(struct strobe_text_builder *builder, const struct strobe_text_view *view)
{
    bool has_single = false, has_double = false;
    int status = strobe_evaluation_spend(builder->evaluation, 1 + view->length / 16);
    for (Py_ssize_t i = 0; status == 0 && i < view->length; i++) {
        uint32_t character = PyUnicode_READ(view->width, view->data, i);
        has_single |= character == '\'';
        has_double |= character == '"';
    }
    char quote = choose_quote(has_single, has_double);
    status = status < 0 ? status : strobe_text_put(builder, (uint8_t)quote);
    for (Py_ssize_t i = 0; status == 0 && i < view->length; i++) {
        uint32_t character = PyUnicode_READ(view->width, view->data, i);
        status = put_short_escape(builder, character, quote);
        if (status == 1) {
            bool plain = character < 0x7F ? character >= ' ' : Py_UNICODE_ISPRINTABLE(character);
            status = plain ? strobe_text_put(builder, character) : strobe_format_escape(builder, character);
        }
    }
    return status < 0 ? status : strobe_text_put(builder, (uint8_t)quote);
}

int strobe_format_quote_bytes(struct strobe_text_builder *builder, const struct strobe_bytes_view *view,
                              bool is_bytearray)
{
    int status = strobe_evaluation_spend(builder->evaluation, 1 + view->size / 16);
    if (status < 0) {
        return status;
    }
    bool has_single = view->size > 0 && memchr(view->data, '\'', (size_t)view->size) != NULL;
    bool has_double = view->size > 0 && memchr(view->data, '"', (size_t)view->size) != NULL;
    char quote = choose_quote(has_single, has_double);
    char begin[2] = {'b', quote};
#if PY_VERSION_HEX < 0x030F0000 /* before, bytearray escaped ' also between " */
    char escaped = is_bytearray ? '\'' : quote;
#else
    char escaped = quote;
    (void)is_bytearray;
#endif
    status = strobe_text_put_ascii(builder, begin, 2);
    for (Py_ssize_t i = 0; status == 0 && i < view->size; i++) {
        status = put_short_escape(builder, view->data[i], escaped);
        if (status == 1) {
            bool plain = view->data[i] >= ' ' && view->data[i] < 0x7F;
            status = plain ? strobe_text_put(builder, view->data[i]) : strobe_format_escape(builder, view->data[i]);
        }
    }
    return status < 0 ? status : strobe_text_put(builder, (uint8_t)quote);
}
