/** A valid image with one of everything, written with the real writer, for tests of the encoder. */
#ifndef STROBE_TEST_SAMPLE_IMAGE_H
#define STROBE_TEST_SAMPLE_IMAGE_H

#include <string.h>

#include "snapshot/image.h"

enum { SAMPLE_BYTES_MAX = 8192, SAMPLE_TAG = 77, SAMPLE_TIME_US = 123456789, SAMPLE_TIME_NS_MORE = 321 };

static inline void put_string(struct strobe_image_writer *writer, const char *text)
{
    strobe_image_put_text(writer, text, strlen(text));
}

static inline void put_type(struct strobe_image_writer *writer, const char *name)
{
    strobe_image_put_u8(writer, STROBE_RECORD_TYPE);
    put_string(writer, name);
}

static inline void put_value(struct strobe_image_writer *writer, unsigned parts, unsigned type)
{
    strobe_image_put_u8(writer, STROBE_RECORD_VALUE);
    strobe_image_put_u8(writer, parts);
    strobe_image_put_varint(writer, type);
}

static inline void put_double(struct strobe_image_writer *writer, double number)
{
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    strobe_image_put_u64(writer, bits);
}

static inline void put_trace(struct strobe_image_writer *writer)
{
    strobe_image_put_u8(writer, 1);
    for (unsigned i = 1; i <= 24; i++) {
        strobe_image_put_u8(writer, i);
    }
}

static inline void put_request(struct strobe_image_writer *writer)
{
    strobe_image_put_u8(writer, 1);
    put_string(writer, "GET");
    put_string(writer, "/orders/5");
    put_string(writer, "/orders/<int:id>");
}

static inline void put_place(struct strobe_image_writer *writer, const char *function, unsigned line)
{
    put_string(writer, function);
    put_string(writer, "/srv/shop/jobs.py");
    strobe_image_put_varint(writer, line);
}

/* One of each kind. */
static inline void put_watches(struct strobe_image_writer *writer)
{
    strobe_image_put_u8(writer, 3);
    put_string(writer, "order.total");
    strobe_image_put_u8(writer, STROBE_WATCH_OBJECT);
    strobe_image_put_varint(writer, 0);
    put_string(writer, "total * 2");
    strobe_image_put_u8(writer, STROBE_WATCH_TEXT);
    put_string(writer, "int");
    put_string(writer, "42");
    put_string(writer, "order.nothing");
    strobe_image_put_u8(writer, STROBE_WATCH_ERROR);
    put_string(writer, "there is no 'nothing'");
}

static inline void put_greenlet(struct strobe_image_writer *writer)
{
    strobe_image_put_u8(writer, STROBE_GREENLET);
    strobe_image_put_varint(writer, 0x7f0e8a59c600);
    put_string(writer, "gevent.Greenlet");
    put_string(writer, "");
    put_string(writer, "fetch");
}

/* A task that two others await, of which one is named; a greenlet; no frames of C code. */
static inline void put_task(struct strobe_image_writer *writer)
{
    strobe_image_put_u8(writer, 1);
    put_string(writer, "charge");
    put_string(writer, "charge_order");
    strobe_image_put_u8(writer, 1);
    put_string(writer, "Task-1");
    put_string(writer, "main");
    strobe_image_put_u8(writer, 1);
    strobe_image_put_u8(writer, 2);
    put_place(writer, "gather_all", 12);
    put_place(writer, "main", 30);
    put_greenlet(writer);
    strobe_image_put_u16(writer, 0);
    put_watches(writer);
}

/* version to the first record; locals a, b, ... refer to the values 0 to `locals` - 1 */
static inline void put_head(struct strobe_image_writer *writer, unsigned locals)
{
    strobe_image_put_u8(writer, STROBE_IMAGE_VERSION);
    strobe_image_put_u64(writer, SAMPLE_TAG);
    strobe_image_put_u64(writer, (uint64_t)SAMPLE_TIME_US * 1000 + SAMPLE_TIME_NS_MORE);
    strobe_image_put_varint(writer, 4711);
    put_string(writer, "MainThread");
    put_trace(writer);
    put_request(writer);
    strobe_image_put_varint(writer, 31);
    strobe_image_put_u8(writer, 2);
    put_string(writer, "Cart.total");
    put_string(writer, "/srv/shop/pricing.py");
    strobe_image_put_varint(writer, 42);
    strobe_image_put_u8(writer, 1);
    strobe_image_put_u16(writer, 1);
    strobe_image_put_u16(writer, locals);
    for (unsigned i = 0; i < locals; i++) {
        char name = (char)('a' + i);
        strobe_image_put_text(writer, &name, 1);
        strobe_image_put_varint(writer, i);
    }
    strobe_image_put_varint(writer, 3);
    for (unsigned i = 0; i < locals; i++) {
        strobe_image_put_u8(writer, i == 0 ? 'a' : 'l');
    }
    put_string(writer, "main");
    put_string(writer, "/usr/lib/python3/site-packages/flask/app.py");
    strobe_image_put_varint(writer, 7);
    strobe_image_put_u8(writer, STROBE_FRAME_ENTERED);
    put_task(writer);
}

/* the list that ends an image: each value with the rule "token" */
static inline void put_hidden(struct strobe_image_writer *writer, unsigned count, const unsigned *values)
{
    strobe_image_put_u16(writer, count);
    strobe_image_put_u8(writer, count > 0);
    if (count > 0) {
        put_string(writer, "token");
    }
    for (unsigned i = 0; i < count; i++) {
        strobe_image_put_varint(writer, values[i]);
        strobe_image_put_u8(writer, 0);
    }
}

static inline void put_end_hiding(struct strobe_image_writer *writer, unsigned values, enum strobe_cut cut)
{
    strobe_image_put_u8(writer, STROBE_RECORD_END);
    strobe_image_put_varint(writer, values);
    strobe_image_put_u8(writer, cut);
    strobe_image_put_varint(writer, 4210);
}

static inline void put_end(struct strobe_image_writer *writer, unsigned values, enum strobe_cut cut)
{
    put_end_hiding(writer, values, cut);
    put_hidden(writer, 0, NULL);
}

static inline void put_numbers(struct strobe_image_writer *writer)
{
    static const uint8_t big[] = {0x40, 0, 0, 0, 0, 0, 0, 0, 0};
    put_type(writer, "int");
    put_value(writer, STROBE_PART_LEAF, 1); /* 0: -42 */
    strobe_image_put_u8(writer, STROBE_LEAF_INT);
    strobe_image_put_u64(writer, (uint64_t)-42);
    put_value(writer, STROBE_PART_LEAF, 1); /* 1: -2**70 */
    strobe_image_put_u8(writer, STROBE_LEAF_BIG_INT);
    strobe_image_put_u8(writer, 1);
    strobe_image_put_varint(writer, 71);
    strobe_image_put_varint(writer, sizeof big);
    strobe_image_put_bytes(writer, big, sizeof big);
    put_type(writer, "float");
    put_value(writer, STROBE_PART_LEAF, 2); /* 2 */
    strobe_image_put_u8(writer, STROBE_LEAF_FLOAT);
    put_double(writer, 0.1);
    put_type(writer, "complex");
    put_value(writer, STROBE_PART_LEAF, 3); /* 3 */
    strobe_image_put_u8(writer, STROBE_LEAF_COMPLEX);
    put_double(writer, 1);
    put_double(writer, -2);
}

static inline void put_texts(struct strobe_image_writer *writer)
{
    static const uint16_t wide[] = {'h', 0xE9, 0x202E, 0xD800};
    static const uint32_t wider[] = {0x1F600, '\''};
    put_type(writer, "str");
    put_value(writer, STROBE_PART_SIZE | STROBE_PART_LEAF | STROBE_PART_CUT, 4); /* 4: 2 of 9 characters */
    strobe_image_put_varint(writer, 9);
    strobe_image_put_u8(writer, STROBE_LEAF_STR);
    strobe_image_put_u8(writer, 1);
    strobe_image_put_varint(writer, 2);
    strobe_image_put_varint(writer, 5);
    strobe_image_put_bytes(writer, "hello", 5);
    strobe_image_put_u8(writer, STROBE_CUT_LENGTH);
    put_value(writer, STROBE_PART_SIZE | STROBE_PART_LEAF, 4); /* 5 */
    strobe_image_put_varint(writer, 4);
    strobe_image_put_u8(writer, STROBE_LEAF_STR);
    strobe_image_put_u8(writer, 2);
    strobe_image_put_varint(writer, 4);
    strobe_image_put_varint(writer, 4);
    strobe_image_put_bytes(writer, wide, sizeof wide);
    put_value(writer, STROBE_PART_LEAF, 4); /* 6 */
    strobe_image_put_u8(writer, STROBE_LEAF_STR);
    strobe_image_put_u8(writer, 4);
    strobe_image_put_varint(writer, 2);
    strobe_image_put_varint(writer, 2);
    strobe_image_put_bytes(writer, wider, sizeof wider);
    put_type(writer, "bytearray");
    put_value(writer, STROBE_PART_LEAF, 5); /* 7 */
    strobe_image_put_u8(writer, STROBE_LEAF_BYTES);
    strobe_image_put_u8(writer, 1);
    strobe_image_put_varint(writer, 3);
    strobe_image_put_varint(writer, 3);
    strobe_image_put_bytes(writer, "a\0\xff", 3);
    put_type(writer, "datetime.date");
    put_value(writer, STROBE_PART_LEAF, 6); /* 8 */
    strobe_image_put_u8(writer, STROBE_LEAF_TEXT);
    put_string(writer, "datetime.date(2026, 1, 2)");
}

static inline void put_containers(struct strobe_image_writer *writer)
{
    put_type(writer, "list");
    put_value(writer, STROBE_PART_SIZE | STROBE_PART_ITEMS | STROBE_PART_CUT, 7); /* 9: holds itself */
    strobe_image_put_varint(writer, 1000);
    strobe_image_put_u16(writer, 2);
    strobe_image_put_varint(writer, 0);
    strobe_image_put_varint(writer, 9);
    strobe_image_put_u8(writer, STROBE_CUT_ITEMS);
    put_type(writer, "shop.Cart");
    put_value(writer, STROBE_PART_SIZE | STROBE_PART_ENTRIES | STROBE_PART_FIELDS, 8); /* 10: a dict with fields */
    strobe_image_put_varint(writer, 1);
    strobe_image_put_u16(writer, 1);
    strobe_image_put_varint(writer, 4);
    strobe_image_put_varint(writer, 11);
    strobe_image_put_u16(writer, 1);
    put_string(writer, "rate");
    strobe_image_put_varint(writer, 2);
    put_value(writer, STROBE_PART_CUT, 4); /* 11: redacted by name */
    strobe_image_put_u8(writer, STROBE_CUT_REDACTED_NAME);
    put_string(writer, "password");
    put_value(writer, STROBE_PART_LEAF, 1); /* 12: redacted by pattern */
    strobe_image_put_u8(writer, STROBE_LEAF_INT);
    strobe_image_put_u64(writer, 4111111111111111u);
    put_value(writer, STROBE_PART_CUT, 0); /* 13: unbound */
    strobe_image_put_u8(writer, STROBE_CUT_UNBOUND);
}

enum { SAMPLE_VALUES = 15, SAMPLE_MISSING = 2 };

/* @return the size of the image in `bytes`; the two last values are cut */
static inline size_t sample_image(uint8_t bytes[SAMPLE_BYTES_MAX])
{
    struct strobe_image_writer writer = {.bytes = bytes, .limit = SAMPLE_BYTES_MAX};
    put_head(&writer, SAMPLE_VALUES + SAMPLE_MISSING);
    put_numbers(&writer);
    put_texts(&writer);
    put_containers(&writer);
    put_value(&writer, STROBE_PART_LEAF, 1); /* 14: hidden by the end */
    strobe_image_put_u8(&writer, STROBE_LEAF_INT);
    strobe_image_put_u64(&writer, 4321);
    put_end_hiding(&writer, SAMPLE_VALUES + SAMPLE_MISSING, STROBE_CUT_BYTES);
    put_hidden(&writer, 1, (const unsigned[]){14});
    return writer.full ? 0 : writer.size;
}

#endif
