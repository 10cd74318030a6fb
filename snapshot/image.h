/**
 * The byte image of one capture: written under the GIL about as fast as memory can be copied, read on another thread.
 *
 * Values are stored raw (digits, characters, the bits of a float); turning them into text is the reader's work.
 * `varint` is LEB128; fixed widths are in the machine's byte order, for an image never leaves the process.
 *
 *   image  := u8 version, u64 tag, u64 time_ns, varint thread, text thread_name, trace, request,
 *             varint frames_total, u8 frames, frame*, task, greenlet, u16 native, u64 address*,
 *             u8 watches, watch*, record*, end
 *   trace  := u8 0 | u8 1, 16 bytes trace id, 8 bytes span id
 *   request := u8 0 | u8 1, text method, text path, text route
 *   frame  := place, u8 enum strobe_frame_flag
 *             [u16 arguments, u16 locals, (text name, varint value)*, varint locals_cut, u8 kind*]
 *   place  := text function, text file, varint line
 *   task   := u8 0 | u8 1, text name, text coroutine, u8 awaiters,
 *             (text name, text coroutine, u8 others, u8 frames, place*)*
 *   greenlet := u8 STROBE_GREENLET_NONE | u8 enum strobe_greenlet_kind, varint id, text type, text name, text run
 *   watch  := text expression, u8 STROBE_WATCH_OBJECT, varint value | u8 STROBE_WATCH_TEXT, text type, text |
 *             u8 STROBE_WATCH_ERROR, text
 *   record := u8 STROBE_RECORD_TYPE, text                         types are numbered as they appear
 *           | u8 STROBE_RECORD_VALUE, u8 parts, varint type + 1, part*   values likewise; type 0: not known
 *   part   := as the bits of `parts` say, lowest first: varint size | leaf | u16 items, varint* |
 *             u16 entries, (varint key, varint value)* | u16 fields, (text name, varint value)* | cut
 *   leaf   := u8 enum strobe_leaf, and what stands there
 *   cut    := u8 enum strobe_cut [text rule, when STROBE_CUT_REDACTED_NAME: the rule's first byte may make it another]
 *   end    := u8 STROBE_RECORD_END, varint values, u8 enum strobe_cut, varint capture_ns,
 *             u16 STROBE_IMAGE_HIDE_ALL | u16 hidden, [u8 rules, (text rule)*, (varint value, u8 rule)*],
 *             [u16 shreds, u64*]                              see snapshot/shred.h; may be absent
 *   text   := varint size, bytes of UTF-8
 *
 * `values` of the end may exceed the records written: the rest was cut before anything of it was copied. `hidden` are
 * values that turned out to be secrets after they had been written.
 */
#ifndef STROBE_SNAPSHOT_IMAGE_H
#define STROBE_SNAPSHOT_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STROBE_IMAGE_VERSION 3
#define STROBE_IMAGE_HIDDEN_MAX 2048
#define STROBE_IMAGE_HIDDEN_RULES_MAX 64
#define STROBE_IMAGE_HIDE_ALL 0xFFFF /* too many to be listed: no leaf may be shown */

enum strobe_frame_flag { STROBE_FRAME_HAS_LOCALS = 1, STROBE_FRAME_ENTERED = 2 /* from C code */ };

enum strobe_greenlet_kind { STROBE_GREENLET_NONE, STROBE_GREENLET, STROBE_GREENLET_MAIN };

enum strobe_watch { STROBE_WATCH_OBJECT, STROBE_WATCH_TEXT, STROBE_WATCH_ERROR };

enum strobe_record { STROBE_RECORD_END, STROBE_RECORD_TYPE, STROBE_RECORD_VALUE };

enum strobe_part {
    STROBE_PART_SIZE = 1,
    STROBE_PART_LEAF = 2,
    STROBE_PART_ITEMS = 4,
    STROBE_PART_ENTRIES = 8,
    STROBE_PART_FIELDS = 16,
    STROBE_PART_CUT = 32,
    STROBE_PARTS_ALL = 63
};

enum strobe_leaf {
    STROBE_LEAF_TEXT,    /* text, as people read it */
    STROBE_LEAF_INT,     /* u64, two's complement */
    STROBE_LEAF_BIG_INT, /* u8 negative, varint bits, varint n, the n most significant bytes, highest first */
    STROBE_LEAF_FLOAT,   /* u64, the bits of a double */
    STROBE_LEAF_COMPLEX, /* two of them */
    STROBE_LEAF_STR,     /* u8 bytes per character, varint shown, varint copied, the copied characters */
    STROBE_LEAF_BYTES,   /* u8 is a bytearray, varint shown, varint copied, the copied bytes */
    STROBE_LEAF_PIECES,  /* u8 count, as many leaves, none of them pieces: one text put together */
    STROBE_LEAF_ARRAY, /* u8 kind, u8 swapped, text dtype, u8 n, n varint lengths, varint item bytes, u16 items, them */
    STROBE_LEAVES
};

/** Why something was left out. */
#define STROBE_CUTS(X)                      \
    X(NONE, "")                             \
    X(DEPTH, "depth")                       \
    X(ITEMS, "items")                       \
    X(LENGTH, "length")                     \
    X(BYTES, "bytes")                       \
    X(TIME, "time")                         \
    X(UNREADABLE, "unreadable")             \
    X(CHANGED, "changed")                   \
    X(UNBOUND, "unbound")                   \
    X(REDACTED_NAME, "redacted:name")       \
    X(REDACTED_PATTERN, "redacted:pattern") \
    X(REDACTED_TYPE, "redacted:type")       \
    X(REDACTED_UNLISTED, "redacted:unlisted")

enum strobe_cut {
#define STROBE_CUT_ENUM(name, text) STROBE_CUT_##name,
    STROBE_CUTS(STROBE_CUT_ENUM)
#undef STROBE_CUT_ENUM
        STROBE_CUT_COUNT
};

/** The word for `cut` in snapshots; borrowed, static; NULL for an unknown number. */
const char *strobe_cut_name(unsigned cut);

/** Writes into the caller's memory, never past `limit`. A put that does not fit writes nothing and sets `full`. */
struct strobe_image_writer {
    uint8_t *bytes;
    size_t size;
    size_t limit;
    bool full;
};

void strobe_image_put_u8(struct strobe_image_writer *writer, unsigned value);
void strobe_image_put_u16(struct strobe_image_writer *writer, unsigned value);
void strobe_image_put_u64(struct strobe_image_writer *writer, uint64_t value);
void strobe_image_put_varint(struct strobe_image_writer *writer, uint64_t value);
void strobe_image_put_bytes(struct strobe_image_writer *writer, const void *bytes, size_t size);

/** A varint with the size, then the bytes; all or nothing. */
void strobe_image_put_text(struct strobe_image_writer *writer, const char *text, size_t size);

/** Overwrite the u8 or u16 at `position`, which was put before. */
void strobe_image_patch_u8(struct strobe_image_writer *writer, size_t position, unsigned value);
void strobe_image_patch_u16(struct strobe_image_writer *writer, size_t position, unsigned value);

/** Reads any bytes. The first read past the end or of a malformed number sets `failed`; then all reads give 0. */
struct strobe_image_reader {
    const uint8_t *at;
    const uint8_t *end;
    bool failed;
};

void strobe_image_reader_init(struct strobe_image_reader *reader, const uint8_t *bytes, size_t size);
unsigned strobe_image_get_u8(struct strobe_image_reader *reader);
unsigned strobe_image_get_u16(struct strobe_image_reader *reader);
uint64_t strobe_image_get_u64(struct strobe_image_reader *reader);
uint64_t strobe_image_get_varint(struct strobe_image_reader *reader);

/** `size` bytes of the image; borrowed; NULL when there are not so many. */
const uint8_t *strobe_image_get_bytes(struct strobe_image_reader *reader, uint64_t size);

/** A text; borrowed, without NUL at its end; an empty one on failure. */
const char *strobe_image_get_text(struct strobe_image_reader *reader, size_t *ret_size);

#endif
