/* Code objects and the strings in them. Checked on 3.11.7, 3.12.1, 3.13.0, 3.13.18, 3.14.10 and 3.15.2. */
#include "base/py/bare.h"

#include <string.h>

#include "base/py/line_table.h"

static uintptr_t address_of(const void *pointer)
{
    return (uintptr_t)pointer;
}

/* ---- Text ---- */

static uint32_t character_at(const uint8_t *data, int kind, size_t index)
{
    uint16_t two;
    uint32_t four;
    if (kind == 1) {
        return data[index];
    }
    if (kind == 2) {
        memcpy(&two, data + index * 2, sizeof two);
        return two;
    }
    memcpy(&four, data + index * 4, sizeof four);
    return four;
}

/* UTF-8 of a character; what is none becomes a question mark. */
static size_t encode(uint32_t character, char ret_bytes[4])
{
    if (character == 0 || (character >= 0xD800 && character < 0xE000) || character > 0x10FFFF) {
        character = '?';
    }
    if (character < 0x80) {
        ret_bytes[0] = (char)character;
        return 1;
    }
    size_t size = character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    for (size_t i = size - 1; i > 0; i--, character >>= 6) {
        ret_bytes[i] = (char)(0x80 | (character & 0x3F));
    }
    ret_bytes[0] = (char)((0xF00 >> size & 0xF0) | character);
    return size;
}

static void encode_all(const uint8_t *data, int kind, size_t count, char *ret_text, size_t max)
{
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        char bytes[4];
        size_t size = encode(character_at(data, kind, i), bytes);
        if (size > max - used) {
            break;
        }
        memcpy(ret_text + used, bytes, size);
        used += size;
    }
    ret_text[used] = '\0';
}

/* The text of a str, at most `max` bytes and a NUL. Types made by a class statement are not believed. */
static void read_text(struct strobe_own_memory *memory, uintptr_t address, char *ret_text, size_t max)
{
    PyASCIIObject head;
    uint8_t data[STROBE_OWN_PAGE_BYTES];
    strcpy(ret_text, "?");
    if (!strobe_own_memory_read(memory, address, &head, sizeof head) ||
        address_of(head.ob_base.ob_type) != address_of(&PyUnicode_Type) || !head.state.compact || head.length < 0) {
        return;
    }
    int kind = head.state.kind;
    if (kind != 1 && kind != 2 && kind != 4) {
        return;
    }
    size_t count = (size_t)head.length < max ? (size_t)head.length : max;
    uintptr_t at = address + (head.state.ascii ? sizeof(PyASCIIObject) : sizeof(PyCompactUnicodeObject));
    if (count * (size_t)kind <= sizeof data && strobe_own_memory_read(memory, at, data, count * (size_t)kind)) {
        encode_all(data, kind, count, ret_text, max);
    }
}

/* ---- Code objects ---- */

bool strobe_bare_code_read(struct strobe_own_memory *memory, uintptr_t address, struct strobe_bare_code *ret_code)
{
    union {
        PyCodeObject code;
        uint8_t bytes[sizeof(PyCodeObject)];
    } read;
    if (!strobe_own_memory_read(memory, address, read.bytes, offsetof(PyCodeObject, co_code_adaptive)) ||
        address_of(read.code.ob_base.ob_base.ob_type) != address_of(&PyCode_Type)) {
        return false;
    }
    read_text(memory, address_of(read.code.co_qualname), ret_code->function, STROBE_NAME_BYTES_MAX);
    read_text(memory, address_of(read.code.co_filename), ret_code->file, STROBE_PATH_BYTES_MAX);
    ret_code->first_line = read.code.co_firstlineno;
    ret_code->line_table = address_of(read.code.co_linetable);
    return true;
}

static bool read_long(struct strobe_own_memory *memory, uintptr_t address, uint8_t *ret_bytes, size_t size)
{
    for (size_t done = 0; done < size; done += STROBE_OWN_PAGE_BYTES) {
        size_t part = size - done < STROBE_OWN_PAGE_BYTES ? size - done : STROBE_OWN_PAGE_BYTES;
        if (!strobe_own_memory_read(memory, address + done, ret_bytes + done, part)) {
            return false;
        }
    }
    return true;
}

int strobe_bare_code_line(struct strobe_own_memory *memory, const struct strobe_bare_code *code, int instruction)
{
    uint8_t bytes[STROBE_DUMP_LINE_TABLE_BYTES];
    PyVarObject head;
    struct strobe_line_table table;
    struct strobe_line_range range;
    if (!strobe_own_memory_read(memory, code->line_table, &head, sizeof head) ||
        address_of(head.ob_base.ob_type) != address_of(&PyBytes_Type) || head.ob_size < 0 ||
        (size_t)head.ob_size > sizeof bytes ||
        !read_long(memory, code->line_table + offsetof(PyBytesObject, ob_sval), bytes, (size_t)head.ob_size)) {
        return 0;
    }
    strobe_line_table_open_bytes(bytes, (size_t)head.ob_size, code->first_line, &table);
    while (strobe_line_table_next(&table, &range)) {
        if (instruction < range.end) {
            return range.line;
        }
    }
    return 0;
}
