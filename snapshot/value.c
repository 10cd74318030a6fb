/* One value of the image as JSON; redaction by pattern happens here, before a text becomes part of the body. */
#include <string.h>

#include "base/number.h"
#include "snapshot/decoder.h"
#include "snapshot/row.h"
#include "snapshot/text.h"
#include "strobe/limits.h"

static int set(json_t *object, const char *key, json_t *value)
{
    return json_object_set_new_nocheck(object, key, value) == 0 ? 0 : STROBE_ENOMEM;
}

static double as_double(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Memory is exhausted: the buffer says so to the caller. */
static const char *fail(struct strobe_decoder *decoder)
{
    decoder->text.failed = true;
    return NULL;
}

static int add_shape(json_t *value, const struct strobe_row *row)
{
    json_t *shape = json_array();
    int status = set(value, "shape", shape);
    for (unsigned i = 0; status == 0 && i < row->dimensions; i++) {
        status = json_array_append_new(shape, json_integer((json_int_t)row->shape[i])) == 0 ? 0 : STROBE_ENOMEM;
    }
    struct strobe_buffer name;
    strobe_buffer_init(&name, STROBE_MESSAGE_BYTES_MAX);
    strobe_text_plain(&name, row->dtype, row->dtype_size);
    json_t *dtype = name.failed || name.size == 0 ? NULL : json_stringn_nocheck(name.data, name.size);
    status = status == 0 && name.size > 0 ? set(value, "dtype", dtype) : status;
    strobe_buffer_done(&name);
    return status;
}

/* ---- Leaves: each fills decoder->text, and returns what the scan found ---- */

static const char *scan_text(struct strobe_decoder *decoder)
{
    return strobe_decoder_scan(decoder, decoder->text.data, decoder->text.size, false);
}

static const char *decode_text(struct strobe_decoder *decoder)
{
    size_t size;
    const char *text = strobe_image_get_text(&decoder->reader, &size);
    const char *rule = strobe_decoder_scan(decoder, text, size, false);
    if (strobe_decoder_add_span(decoder, (const uint8_t *)text, size, 1) < 0) {
        decoder->text.failed = true;
    }
    if (rule == NULL) {
        strobe_text_plain(&decoder->text, text, size);
    }
    return rule;
}

static const char *decode_int(struct strobe_decoder *decoder)
{
    strobe_number_int(&decoder->text, (int64_t)strobe_image_get_u64(&decoder->reader));
    return scan_text(decoder);
}

static const char *decode_big_int(struct strobe_decoder *decoder)
{
    struct strobe_image_reader *reader = &decoder->reader;
    struct strobe_big_int number;
    number.negative = strobe_image_get_u8(reader) != 0;
    number.bits = strobe_image_get_varint(reader);
    uint64_t size = strobe_image_get_varint(reader);
    number.bytes = strobe_image_get_bytes(reader, size);
    number.size = (size_t)size;
    if (number.bytes == NULL || size > number.bits / 8 + 1) {
        reader->failed = true;
        return NULL;
    }
    strobe_number_big_int(&decoder->text, &number);
    return scan_text(decoder);
}

static const char *decode_float(struct strobe_decoder *decoder)
{
    strobe_number_float(&decoder->text, as_double(strobe_image_get_u64(&decoder->reader)));
    return scan_text(decoder);
}

static const char *decode_complex(struct strobe_decoder *decoder)
{
    double real = as_double(strobe_image_get_u64(&decoder->reader));
    strobe_number_complex(&decoder->text, real, as_double(strobe_image_get_u64(&decoder->reader)));
    return NULL;
}

/* Read `varint shown, varint copied, characters`, and look for secrets in all that was copied. */
static const char *decode_characters(struct strobe_decoder *decoder, unsigned width, uint64_t size, bool has_size,
                                     struct strobe_characters *ret_shown)
{
    struct strobe_image_reader *reader = &decoder->reader;
    uint64_t shown = strobe_image_get_varint(reader);
    uint64_t copied = strobe_image_get_varint(reader);
    if (shown > copied || copied > UINT32_MAX) {
        reader->failed = true;
    }
    const uint8_t *bytes = strobe_image_get_bytes(reader, copied * width);
    if (bytes == NULL) {
        return NULL;
    }
    struct strobe_span all = {.characters = bytes, .count = (uint32_t)copied, .width = (uint16_t)width};
    if (strobe_decoder_add_span(decoder, bytes, (size_t)copied, width) < 0) {
        decoder->text.failed = true;
    }
    *ret_shown = (struct strobe_characters){bytes, width, (size_t)shown};
    return strobe_decoder_scan(decoder, strobe_decoder_plain(decoder, &all), all.count, has_size && size > copied);
}

static const char *decode_str(struct strobe_decoder *decoder, uint64_t size, bool has_size)
{
    unsigned width = strobe_image_get_u8(&decoder->reader);
    if (width != 1 && width != 2 && width != 4) {
        decoder->reader.failed = true;
        return NULL;
    }
    struct strobe_characters shown = {NULL, 1, 0};
    const char *rule = decode_characters(decoder, width, size, has_size, &shown);
    if (rule == NULL) {
        strobe_text_quote_str(&decoder->text, &shown);
    }
    return rule;
}

static const char *decode_bytes(struct strobe_decoder *decoder, uint64_t size, bool has_size)
{
    bool is_bytearray = strobe_image_get_u8(&decoder->reader) != 0;
    struct strobe_characters shown = {NULL, 1, 0};
    const char *rule = decode_characters(decoder, 1, size, has_size, &shown);
    if (rule == NULL) {
        strobe_text_quote_bytes(&decoder->text, shown.data, shown.count, is_bytearray);
    }
    return rule;
}

/* `value` gets shape and type of the items; NULL: a piece */
static const char *decode_array(struct strobe_decoder *decoder, json_t *value)
{
    struct strobe_image_reader *reader = &decoder->reader;
    struct strobe_row row = {.kind = (char)strobe_image_get_u8(reader)};
    row.swapped = strobe_image_get_u8(reader) != 0;
    row.dtype = strobe_image_get_text(reader, &row.dtype_size);
    row.dimensions = strobe_image_get_u8(reader);
    if (row.dimensions > STROBE_ROW_DIMENSIONS_MAX) {
        reader->failed = true;
        return NULL;
    }
    for (unsigned i = 0; i < row.dimensions; i++) {
        row.shape[i] = strobe_image_get_varint(reader);
        reader->failed = reader->failed || row.shape[i] > INT64_MAX;
    }
    uint64_t item_bytes = strobe_image_get_varint(reader);
    row.count = strobe_image_get_u16(reader);
    if (item_bytes > UINT16_MAX) {
        reader->failed = true;
        return NULL;
    }
    row.item_bytes = (size_t)item_bytes;
    row.items = strobe_image_get_bytes(reader, row.item_bytes * row.count);
    if (reader->failed) {
        return NULL;
    }
    strobe_row_text(&decoder->text, &row);
    return value == NULL || add_shape(value, &row) == 0 ? scan_text(decoder) : fail(decoder);
}

static const char *decode_leaf(struct strobe_decoder *decoder, unsigned kind, uint64_t size, bool has_size,
                               json_t *value);

/* Each piece is looked at for itself, and all of them together. */
static const char *decode_pieces(struct strobe_decoder *decoder)
{
    const char *rule = NULL;
    unsigned count = strobe_image_get_u8(&decoder->reader);
    for (unsigned i = 0; i < count && !decoder->reader.failed; i++) {
        unsigned kind = strobe_image_get_u8(&decoder->reader);
        if (kind == STROBE_LEAF_PIECES) {
            decoder->reader.failed = true;
            return NULL;
        }
        const char *found = decode_leaf(decoder, kind, 0, false, NULL);
        rule = rule != NULL ? rule : found;
    }
    return rule != NULL ? rule : scan_text(decoder);
}

static const char *decode_leaf(struct strobe_decoder *decoder, unsigned kind, uint64_t size, bool has_size,
                               json_t *value)
{
    switch (kind) {
    case STROBE_LEAF_TEXT:
        return decode_text(decoder);
    case STROBE_LEAF_INT:
        return decode_int(decoder);
    case STROBE_LEAF_BIG_INT:
        return decode_big_int(decoder);
    case STROBE_LEAF_FLOAT:
        return decode_float(decoder);
    case STROBE_LEAF_COMPLEX:
        return decode_complex(decoder);
    case STROBE_LEAF_STR:
        return decode_str(decoder, size, has_size);
    case STROBE_LEAF_BYTES:
        return decode_bytes(decoder, size, has_size);
    case STROBE_LEAF_ARRAY:
        return decode_array(decoder, value);
    case STROBE_LEAF_PIECES:
        return decode_pieces(decoder);
    default:
        decoder->reader.failed = true;
        return NULL;
    }
}

/* ---- Parts ---- */

static int add_leaf(struct strobe_decoder *decoder, json_t *value, uint64_t size, bool has_size, const char **ret_rule)
{
    strobe_buffer_clear(&decoder->text);
    const char *rule = decode_leaf(decoder, strobe_image_get_u8(&decoder->reader), size, has_size, value);
    if (decoder->reader.failed) {
        return strobe_decoder_refuse(decoder, "a leaf is malformed");
    }
    if (decoder->text.failed) {
        return STROBE_ENOMEM;
    }
    if (rule != NULL) {
        *ret_rule = rule;
        return 0;
    }
    json_t *text = json_stringn_nocheck(decoder->text.size > 0 ? decoder->text.data : "", decoder->text.size);
    return set(value, "text", text);
}

static int add_items(struct strobe_decoder *decoder, json_t *value)
{
    json_t *list = json_array();
    int status = set(value, "items", list);
    unsigned count = strobe_image_get_u16(&decoder->reader);
    for (unsigned i = 0; status == 0 && i < count && !decoder->reader.failed; i++) {
        status = json_array_append_new(list, strobe_decoder_ref(decoder)) == 0 ? 0 : STROBE_ENOMEM;
    }
    return status;
}

static int add_entries(struct strobe_decoder *decoder, json_t *value)
{
    json_t *list = json_array();
    int status = set(value, "entries", list);
    unsigned count = strobe_image_get_u16(&decoder->reader);
    for (unsigned i = 0; status == 0 && i < count && !decoder->reader.failed; i++) {
        json_t *pair = json_array();
        status = json_array_append_new(list, pair) == 0 ? 0 : STROBE_ENOMEM;
        for (int side = 0; status == 0 && side < 2; side++) {
            status = json_array_append_new(pair, strobe_decoder_ref(decoder)) == 0 ? 0 : STROBE_ENOMEM;
        }
    }
    return status;
}

static int add_fields(struct strobe_decoder *decoder, json_t *value)
{
    json_t *list = NULL;
    int status = strobe_decoder_named(decoder, &list);
    return status == 0 ? set(value, "fields", list) : status;
}

static int add_cut(struct strobe_decoder *decoder, json_t *value)
{
    unsigned cut = strobe_image_get_u8(&decoder->reader);
    const char *name = strobe_cut_name(cut);
    if (decoder->reader.failed || name == NULL || cut == STROBE_CUT_NONE) {
        return strobe_decoder_refuse(decoder, "the reason of a cut is not known");
    }
    if (cut != STROBE_CUT_REDACTED_NAME) {
        return set(value, "cut", json_string(name));
    }
    enum strobe_cut kind;
    json_t *rule = strobe_decoder_rule(decoder, &kind);
    int status = set(value, "rule", rule);
    return status == 0 ? set(value, "cut", json_string(strobe_cut_name(kind))) : status;
}

static int add_parts(struct strobe_decoder *decoder, json_t *value, unsigned parts, const char **ret_rule)
{
    uint64_t size = 0;
    bool has_size = (parts & STROBE_PART_SIZE) != 0;
    int status = 0;
    if (has_size) {
        size = strobe_image_get_varint(&decoder->reader);
        status = size <= INT64_MAX ? set(value, "size", json_integer((json_int_t)size)) : STROBE_EPROTO;
    }
    if (status == 0 && (parts & STROBE_PART_LEAF) != 0) {
        status = add_leaf(decoder, value, size, has_size, ret_rule);
    }
    if (status == 0 && (parts & STROBE_PART_ITEMS) != 0) {
        status = add_items(decoder, value);
    }
    if (status == 0 && (parts & STROBE_PART_ENTRIES) != 0) {
        status = add_entries(decoder, value);
    }
    if (status == 0 && (parts & STROBE_PART_FIELDS) != 0) {
        status = add_fields(decoder, value);
    }
    if (status == 0 && (parts & STROBE_PART_CUT) != 0) {
        status = add_cut(decoder, value);
    }
    return status;
}

int strobe_decoder_redact(json_t *value, enum strobe_cut cut, json_t *rule)
{
    json_t *text = json_object_get(value, "text");
    if (text != NULL) { /* what turned out to be a secret does not stay in memory that is free */
        explicit_bzero((char *)json_string_value(text), json_string_length(text));
    }
    json_t *type = json_incref(json_object_get(value, "type"));
    int status = json_object_clear(value) == 0 ? 0 : STROBE_ENOMEM;
    if (type != NULL && set(value, "type", type) < 0) {
        status = STROBE_ENOMEM;
    }
    if (set(value, "cut", json_string(strobe_cut_name(cut))) < 0 || set(value, "rule", rule) < 0) {
        status = STROBE_ENOMEM;
    }
    return status;
}

static int add_type(struct strobe_decoder *decoder, json_t *value)
{
    uint64_t type = strobe_image_get_varint(&decoder->reader);
    if (type > json_array_size(decoder->types)) {
        return strobe_decoder_refuse(decoder, "a type is not known");
    }
    json_t *name = type > 0 ? json_array_get(decoder->types, (size_t)type - 1) : NULL;
    return name != NULL ? set(value, "type", json_incref(name)) : 0;
}

int strobe_decoder_value(struct strobe_decoder *decoder)
{
    json_t *value = json_object();
    if (value == NULL || json_array_append_new(decoder->values, value) < 0) {
        return STROBE_ENOMEM;
    }
    unsigned parts = strobe_image_get_u8(&decoder->reader);
    if ((parts & ~(unsigned)STROBE_PARTS_ALL) != 0) {
        return strobe_decoder_refuse(decoder, "a value has unknown parts");
    }
    const char *rule = NULL;
    int status = add_type(decoder, value);
    if (status == 0) {
        status = add_parts(decoder, value, parts, &rule);
    }
    if (status == 0 && decoder->reader.failed) {
        status = strobe_decoder_refuse(decoder, "it ends inside a value");
    }
    if (status == 0 && rule != NULL) {
        status = strobe_decoder_redact(value, STROBE_CUT_REDACTED_PATTERN, json_string(rule));
    }
    return status;
}
