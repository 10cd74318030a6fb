/* Leaves of the core types, copied raw: the encoder makes text of them. */
#include "snapshot/py/value.h"

#include <string.h>

#include "base/py/integer.h"
#include "snapshot/number.h"
#include "snapshot/py/kind.h"
#include "snapshot/py/name.h"
#include "snapshot/py/secret.h"

enum { HEX_BYTES_MAX = STROBE_CAPTURE_LENGTH_MAX / 2 };

/* One leaf while it is written: the part of a value, or a piece of one. */
struct leaf {
    struct strobe_value *value;
    PyObject *object;
    bool is_piece; /* the size of the value is not its size */
};

static struct strobe_image_writer *writer_of(const struct leaf *leaf)
{
    return &leaf->value->walk->writer;
}

static void put_kind(const struct leaf *leaf, enum strobe_leaf kind)
{
    leaf->value->parts |= STROBE_PART_LEAF;
    strobe_image_put_u8(writer_of(leaf), kind);
}

static void put_size(const struct leaf *leaf, uint64_t size)
{
    if (!leaf->is_piece) {
        strobe_value_put_size(leaf->value, size);
    }
}

static void put_literal(const struct leaf *leaf, const char *text)
{
    put_kind(leaf, STROBE_LEAF_TEXT);
    strobe_image_put_text(writer_of(leaf), text, strlen(text));
}

static void put_double(const struct leaf *leaf, double number)
{
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    strobe_image_put_u64(writer_of(leaf), bits);
}

static void write_big_int(const struct leaf *leaf)
{
    uint8_t bytes[HEX_BYTES_MAX];
    uint64_t bits = strobe_integer_bits(leaf->object);
    uint64_t whole = (bits + 7) / 8;
    size_t copied = whole < sizeof bytes ? (size_t)whole : sizeof bytes;
    strobe_integer_leading_bytes(leaf->object, bytes, copied);
    if (bits > STROBE_DECIMAL_BITS_MAX) {
        put_size(leaf, bits);
    }
    put_kind(leaf, STROBE_LEAF_BIG_INT);
    strobe_image_put_u8(writer_of(leaf), strobe_integer_negative(leaf->object));
    strobe_image_put_varint(writer_of(leaf), bits);
    strobe_image_put_varint(writer_of(leaf), copied);
    strobe_image_put_bytes(writer_of(leaf), bytes, copied);
    if (copied < whole) {
        leaf->value->cut = STROBE_CUT_LENGTH;
    }
}

static void write_int(const struct leaf *leaf)
{
    int64_t number;
    if (PyBool_Check(leaf->object)) {
        put_literal(leaf, leaf->object == Py_True ? "True" : "False");
    } else if (strobe_integer_small(leaf->object, &number)) {
        put_kind(leaf, STROBE_LEAF_INT);
        strobe_image_put_u64(writer_of(leaf), (uint64_t)number);
    } else {
        write_big_int(leaf);
    }
}

/* Put `first` (width or flavour), how much is shown, how much was copied to be scanned, and the characters. */
static void write_characters(const struct leaf *leaf, enum strobe_leaf kind, unsigned first, const void *data,
                             size_t length, size_t width)
{
    struct strobe_image_writer *writer = writer_of(leaf);
    size_t shown = length < STROBE_CAPTURE_LENGTH_MAX ? length : STROBE_CAPTURE_LENGTH_MAX;
    size_t copied = length - shown < STROBE_CAPTURE_SCAN_MAX ? length : shown + STROBE_CAPTURE_SCAN_MAX;
    put_size(leaf, length);
    put_kind(leaf, kind);
    strobe_image_put_u8(writer, first);
    strobe_image_put_varint(writer, shown);
    strobe_image_put_varint(writer, copied);
    strobe_image_put_bytes(writer, data, copied * width);
    if (shown < length) {
        leaf->value->cut = STROBE_CUT_LENGTH;
    }
}

static void write_str(const struct leaf *leaf)
{
    PyObject *str = leaf->object;
    if (!strobe_str_readable(str)) {
        if (leaf->is_piece) {
            put_literal(leaf, "?");
        }
        leaf->value->cut = STROBE_CUT_UNREADABLE;
        return;
    }
    unsigned width = (unsigned)PyUnicode_KIND(str);
    write_characters(leaf, STROBE_LEAF_STR, width, PyUnicode_DATA(str), (size_t)PyUnicode_GET_LENGTH(str), width);
}

static void write_float(const struct leaf *leaf)
{
    put_kind(leaf, STROBE_LEAF_FLOAT);
    put_double(leaf, PyFloat_AS_DOUBLE(leaf->object));
}

static void write_complex(const struct leaf *leaf)
{
    Py_complex number = ((PyComplexObject *)leaf->object)->cval;
    put_kind(leaf, STROBE_LEAF_COMPLEX);
    put_double(leaf, number.real);
    put_double(leaf, number.imag);
}

static bool write_constant(const struct leaf *leaf)
{
    if (leaf->object == Py_None) {
        put_literal(leaf, "None");
    } else if (leaf->object == Py_Ellipsis) {
        put_literal(leaf, "Ellipsis");
    } else if (leaf->object == Py_NotImplemented) {
        put_literal(leaf, "NotImplemented");
    } else {
        return false;
    }
    return true;
}

static bool write_leaf(const struct leaf *leaf)
{
    PyObject *object = leaf->object;
    if (PyLong_Check(object)) {
        write_int(leaf);
    } else if (PyUnicode_Check(object)) {
        write_str(leaf);
    } else if (PyBytes_Check(object)) {
        write_characters(leaf, STROBE_LEAF_BYTES, 0, PyBytes_AS_STRING(object), (size_t)PyBytes_GET_SIZE(object), 1);
    } else if (PyByteArray_Check(object)) {
        write_characters(leaf, STROBE_LEAF_BYTES, 1, PyByteArray_AS_STRING(object),
                         (size_t)PyByteArray_GET_SIZE(object), 1);
    } else if (PyFloat_Check(object)) {
        write_float(leaf);
    } else if (PyComplex_Check(object)) {
        write_complex(leaf);
    } else {
        return write_constant(leaf);
    }
    return true;
}

bool strobe_leaf_write(struct strobe_value *value)
{
    struct leaf leaf = {value, value->object, false};
    return write_leaf(&leaf);
}

bool strobe_leaf_piece(struct strobe_value *value, PyObject *object)
{
    struct leaf leaf = {value, object, true};
    strobe_secret_embed(value->walk, object);
    return write_leaf(&leaf);
}

bool strobe_leaf_slice(struct strobe_value *value, PyObject *text, Py_ssize_t from, Py_ssize_t to)
{
    struct leaf leaf = {value, text, true};
    bool is_str = PyUnicode_Check(text) && strobe_str_readable(text);
    Py_ssize_t length = is_str ? PyUnicode_GET_LENGTH(text) : PyBytes_Check(text) ? PyBytes_GET_SIZE(text) : -1;
    if (from < 0 || to < from || to > length) {
        return false;
    }
    strobe_secret_embed(value->walk, text);
    if (is_str) {
        unsigned width = (unsigned)PyUnicode_KIND(text);
        const uint8_t *data = PyUnicode_DATA(text);
        write_characters(&leaf, STROBE_LEAF_STR, width, data + from * width, (size_t)(to - from), width);
    } else {
        write_characters(&leaf, STROBE_LEAF_BYTES, 0, PyBytes_AS_STRING(text) + from, (size_t)(to - from), 1);
    }
    return true;
}

void strobe_leaf_characters(struct strobe_value *value, const void *characters, size_t count, unsigned width)
{
    struct leaf leaf = {value, value->object, true};
    write_characters(&leaf, STROBE_LEAF_STR, width, characters, count, width);
}

bool strobe_leaf_write_bytes(struct strobe_value *value, const void *data, size_t size)
{
    struct leaf leaf = {value, value->object, false};
    write_characters(&leaf, STROBE_LEAF_BYTES, 0, data, size, 1);
    return true;
}

const struct strobe_kind strobe_kinds_core[] = {
    {"float", STROBE_KIND_NATIVE, 0, strobe_leaf_write},
    {"complex", STROBE_KIND_NATIVE, 0, strobe_leaf_write},
    {"bytearray", STROBE_KIND_NATIVE, 0, strobe_leaf_write},
    {"NoneType", STROBE_KIND_NATIVE, 0, strobe_leaf_write},
    {"ellipsis", STROBE_KIND_NATIVE, 0, strobe_leaf_write},
    {"NotImplementedType", STROBE_KIND_NATIVE, 0, strobe_leaf_write},
    {NULL, 0, 0, NULL},
};
