/** Shape of the generated tables; used by messages.c (generated) and codec.c only. */
#ifndef STROBE_WIRE_CODEC_TABLES_H
#define STROBE_WIRE_CODEC_TABLES_H

#include <stdbool.h>
#include <stddef.h>

#include "wire/codec.h"
#include "wire/messages.h"

enum strobe_wire_type {
    STROBE_WIRE_STRING,
    STROBE_WIRE_INT,
    STROBE_WIRE_NUMBER,
    STROBE_WIRE_BOOL,
    STROBE_WIRE_JSON,
    STROBE_WIRE_STRUCT,
};

/** One member of a structure. */
struct strobe_wire_field {
    const char *name;
    enum strobe_wire_type type;
    bool array;    /* the member is a pointer to elements, their number stands at count_offset */
    bool optional; /* may be absent: NULL, the default, or a structure of defaults */
    size_t offset;
    size_t count_offset;
    size_t max_size;  /* bytes of a string (without NUL) or items of an array */
    size_t text_size; /* bytes of a string, also of each in an array */
    double min, max;  /* of int and number */
    double default_number;
    const char *default_string;
    const char *const *one_of; /* NULL-terminated, or NULL */
    const struct strobe_wire_struct *of;
};

struct strobe_wire_struct {
    const char *name;
    size_t size;
    const struct strobe_wire_field *fields;
    size_t fields_count;
};

struct strobe_wire_message_kind {
    const char *name;
    int senders; /* enum strobe_wire_sender, or-ed */
    const struct strobe_wire_struct *shape;
};

extern const struct strobe_wire_message_kind strobe_wire_message_kinds[STROBE_WIRE_KIND_COUNT];

#endif
