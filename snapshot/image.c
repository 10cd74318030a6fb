#include "snapshot/image.h"

#include <string.h>

enum { VARINT_BYTES_MAX = 10 };

const char *strobe_cut_name(unsigned cut)
{
    static const char *const names[] = {
#define STROBE_CUT_TEXT(name, text) text,
        STROBE_CUTS(STROBE_CUT_TEXT)
#undef STROBE_CUT_TEXT
    };
    return cut < STROBE_CUT_COUNT ? names[cut] : NULL;
}

/* ---- Writer ---- */

static bool has_room(struct strobe_image_writer *writer, size_t size)
{
    if (writer->full || writer->size > writer->limit || size > writer->limit - writer->size) {
        writer->full = true;
        return false;
    }
    return true;
}

static void put_fixed(struct strobe_image_writer *writer, const void *value, size_t size)
{
    if (has_room(writer, size)) {
        memcpy(writer->bytes + writer->size, value, size);
        writer->size += size;
    }
}

static size_t varint_encode(uint64_t value, uint8_t *ret_bytes)
{
    size_t size = 0;
    while (value >= 0x80) {
        ret_bytes[size++] = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    ret_bytes[size++] = (uint8_t)value;
    return size;
}

void strobe_image_put_u8(struct strobe_image_writer *writer, unsigned value)
{
    uint8_t byte = (uint8_t)value;
    put_fixed(writer, &byte, sizeof byte);
}

void strobe_image_put_u16(struct strobe_image_writer *writer, unsigned value)
{
    uint16_t number = (uint16_t)value;
    put_fixed(writer, &number, sizeof number);
}

void strobe_image_put_u64(struct strobe_image_writer *writer, uint64_t value)
{
    put_fixed(writer, &value, sizeof value);
}

void strobe_image_put_varint(struct strobe_image_writer *writer, uint64_t value)
{
    uint8_t bytes[VARINT_BYTES_MAX];
    put_fixed(writer, bytes, varint_encode(value, bytes));
}

void strobe_image_put_bytes(struct strobe_image_writer *writer, const void *bytes, size_t size)
{
    if (size > 0) {
        put_fixed(writer, bytes, size);
    }
}

void strobe_image_put_text(struct strobe_image_writer *writer, const char *text, size_t size)
{
    uint8_t prefix[VARINT_BYTES_MAX];
    size_t prefix_size = varint_encode(size, prefix);
    if (size < SIZE_MAX - sizeof prefix && has_room(writer, prefix_size + size)) {
        put_fixed(writer, prefix, prefix_size);
        strobe_image_put_bytes(writer, text, size);
    }
}

void strobe_image_patch_u8(struct strobe_image_writer *writer, size_t position, unsigned value)
{
    writer->bytes[position] = (uint8_t)value;
}

void strobe_image_patch_u16(struct strobe_image_writer *writer, size_t position, unsigned value)
{
    uint16_t number = (uint16_t)value;
    memcpy(writer->bytes + position, &number, sizeof number);
}

/* ---- Reader ---- */

void strobe_image_reader_init(struct strobe_image_reader *reader, const uint8_t *bytes, size_t size)
{
    reader->at = bytes;
    reader->end = bytes + size;
    reader->failed = false;
}

const uint8_t *strobe_image_get_bytes(struct strobe_image_reader *reader, uint64_t size)
{
    if (reader->failed || size > (uint64_t)(reader->end - reader->at)) {
        reader->failed = true;
        return NULL;
    }
    const uint8_t *bytes = reader->at;
    reader->at += size;
    return bytes;
}

static void get_fixed(struct strobe_image_reader *reader, void *ret_value, size_t size)
{
    const uint8_t *bytes = strobe_image_get_bytes(reader, size);
    if (bytes != NULL) {
        memcpy(ret_value, bytes, size);
    }
}

unsigned strobe_image_get_u8(struct strobe_image_reader *reader)
{
    uint8_t value = 0;
    get_fixed(reader, &value, sizeof value);
    return value;
}

unsigned strobe_image_get_u16(struct strobe_image_reader *reader)
{
    uint16_t value = 0;
    get_fixed(reader, &value, sizeof value);
    return value;
}

uint64_t strobe_image_get_u64(struct strobe_image_reader *reader)
{
    uint64_t value = 0;
    get_fixed(reader, &value, sizeof value);
    return value;
}

uint64_t strobe_image_get_varint(struct strobe_image_reader *reader)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        unsigned byte = strobe_image_get_u8(reader);
        if (reader->failed || (shift == 63 && byte > 1)) {
            break;
        }
        value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80) {
            return value;
        }
    }
    reader->failed = true;
    return 0;
}

const char *strobe_image_get_text(struct strobe_image_reader *reader, size_t *ret_size)
{
    uint64_t size = strobe_image_get_varint(reader);
    const uint8_t *bytes = strobe_image_get_bytes(reader, size);
    *ret_size = bytes != NULL ? (size_t)size : 0;
    return bytes != NULL ? (const char *)bytes : "";
}
