#include "snapshot/text.h"

#include <string.h>

#include "base/utf8.h"

uint32_t strobe_character(const struct strobe_characters *characters, size_t i)
{
    if (characters->width == 1) {
        return characters->data[i];
    }
    if (characters->width == 2) {
        uint16_t unit;
        memcpy(&unit, characters->data + i * 2, sizeof unit);
        return unit;
    }
    uint32_t unit;
    memcpy(&unit, characters->data + i * 4, sizeof unit);
    return unit;
}

/* Controls, spaces other than ' ', format characters, surrogates, private use, tags and non-characters. */
static bool is_hidden(uint32_t c)
{
    static const struct {
        uint32_t from, to;
    } ranges[] = {
        {0x0, 0x1F},        {0x7F, 0xA0},       {0xAD, 0xAD},          {0x34F, 0x34F},   {0x600, 0x605},
        {0x61C, 0x61C},     {0x6DD, 0x6DD},     {0x70F, 0x70F},        {0x8E2, 0x8E2},   {0x115F, 0x1160},
        {0x1680, 0x1680},   {0x17B4, 0x17B5},   {0x180B, 0x180F},      {0x2000, 0x200F}, {0x2028, 0x202F},
        {0x205F, 0x206F},   {0x3000, 0x3000},   {0x3164, 0x3164},      {0xD800, 0xF8FF}, {0xFE00, 0xFE0F},
        {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0},   {0xFFF0, 0xFFFB},      {0xFFFE, 0xFFFF}, {0x110BD, 0x110BD},
        {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0000, 0xFFFFFFFF},
    };
    if (c < 0x7F) {
        return c < 0x20;
    }
    for (size_t i = 1; i < sizeof ranges / sizeof ranges[0]; i++) {
        if (c <= ranges[i].to) {
            return c >= ranges[i].from;
        }
    }
    return false;
}

static void append_utf8(struct strobe_buffer *buffer, uint32_t c)
{
    char bytes[4];
    size_t size;
    if (c < 0x80) {
        bytes[0] = (char)c;
        size = 1;
    } else if (c < 0x800) {
        bytes[0] = (char)(0xC0 | c >> 6);
        bytes[1] = (char)(0x80 | (c & 0x3F));
        size = 2;
    } else if (c < 0x10000) {
        bytes[0] = (char)(0xE0 | c >> 12);
        bytes[1] = (char)(0x80 | (c >> 6 & 0x3F));
        bytes[2] = (char)(0x80 | (c & 0x3F));
        size = 3;
    } else {
        bytes[0] = (char)(0xF0 | c >> 18);
        bytes[1] = (char)(0x80 | (c >> 12 & 0x3F));
        bytes[2] = (char)(0x80 | (c >> 6 & 0x3F));
        bytes[3] = (char)(0x80 | (c & 0x3F));
        size = 4;
    }
    strobe_buffer_append(buffer, bytes, size);
}

static void append_escape(struct strobe_buffer *buffer, uint32_t c)
{
    if (c == '\n') {
        strobe_buffer_append_text(buffer, "\\n");
    } else if (c == '\r') {
        strobe_buffer_append_text(buffer, "\\r");
    } else if (c == '\t') {
        strobe_buffer_append_text(buffer, "\\t");
    } else if (c < 0x100) {
        strobe_buffer_append_format(buffer, "\\x%02x", (unsigned)c);
    } else if (c < 0x10000) {
        strobe_buffer_append_format(buffer, "\\u%04x", (unsigned)c);
    } else {
        strobe_buffer_append_format(buffer, "\\U%08x", (unsigned)c);
    }
}

/* Python's choice: single quotes, unless only those stand in the text. */
static char choose_quote(const struct strobe_characters *characters)
{
    bool has_single = false;
    for (size_t i = 0; i < characters->count; i++) {
        uint32_t c = strobe_character(characters, i);
        if (c == '"') {
            return '\'';
        }
        has_single = has_single || c == '\'';
    }
    return has_single ? '"' : '\'';
}

static void append_quoted(struct strobe_buffer *buffer, uint32_t c, char quote)
{
    if (c == (uint32_t)quote || c == '\\') {
        char escaped[2] = {'\\', (char)c};
        strobe_buffer_append(buffer, escaped, sizeof escaped);
    } else if (is_hidden(c)) {
        append_escape(buffer, c);
    } else {
        append_utf8(buffer, c);
    }
}

void strobe_text_quote_str(struct strobe_buffer *buffer, const struct strobe_characters *characters)
{
    char quote = choose_quote(characters);
    strobe_buffer_append(buffer, &quote, 1);
    for (size_t i = 0; i < characters->count; i++) {
        append_quoted(buffer, strobe_character(characters, i), quote);
    }
    strobe_buffer_append(buffer, &quote, 1);
}

void strobe_text_quote_bytes(struct strobe_buffer *buffer, const uint8_t *bytes, size_t size, bool is_bytearray)
{
    struct strobe_characters characters = {bytes, 1, size};
    char quote = choose_quote(&characters);
    strobe_buffer_append_text(buffer, is_bytearray ? "bytearray(b" : "b");
    strobe_buffer_append(buffer, &quote, 1);
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] < 0x80) {
            append_quoted(buffer, bytes[i], quote);
        } else {
            append_escape(buffer, bytes[i]);
        }
    }
    strobe_buffer_append(buffer, &quote, 1);
    if (is_bytearray) {
        strobe_buffer_append_text(buffer, ")");
    }
}

/* Decode one character. @return its bytes, 0 when they are no UTF-8 */
static size_t decode(const char *text, size_t size, uint32_t *ret_c)
{
    const uint8_t *bytes = (const uint8_t *)text;
    size_t length = bytes[0] < 0x80 ? 1 : bytes[0] < 0xE0 ? 2 : bytes[0] < 0xF0 ? 3 : 4;
    if (length > size || (bytes[0] != '\0' && !strobe_utf8_valid(text, length))) {
        return 0;
    }
    uint32_t c = length == 1 ? bytes[0] : bytes[0] & (0xFFu >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        c = c << 6 | (bytes[i] & 0x3F);
    }
    *ret_c = c;
    return length;
}

void strobe_text_plain(struct strobe_buffer *buffer, const char *text, size_t size)
{
    for (size_t i = 0; i < size;) {
        uint32_t c = 0;
        size_t length = decode(text + i, size - i, &c);
        if (length == 0 || is_hidden(c)) {
            append_escape(buffer, length == 0 ? (uint8_t)text[i] : c);
        } else {
            strobe_buffer_append(buffer, text + i, length);
        }
        i += length == 0 ? 1 : length;
    }
}
