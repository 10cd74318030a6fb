/* Leaves of the core types, copied raw: the encoder makes text of them. */
#include "snapshot/py/value.h"

#include <string.h>

#include "base/number.h"
#include "base/py/integer.h"
#include "snapshot/py/name.h"

enum { HEX_BYTES_MAX = STROBE_CAPTURE_LENGTH_MAX / 2 };

/* Flags of types that are told from leaves at once. */
#define NO_LEAF                                                                                                       \
    (Py_TPFLAGS_LIST_SUBCLASS | Py_TPFLAGS_TUPLE_SUBCLASS | Py_TPFLAGS_DICT_SUBCLASS | Py_TPFLAGS_BASE_EXC_SUBCLASS | \
     Py_TPFLAGS_TYPE_SUBCLASS)

static void put_leaf(struct strobe_value *value, enum strobe_leaf leaf)
{
    value->parts |= STROBE_PART_LEAF;
    strobe_image_put_u8(&value->walk->writer, leaf);
}

static void put_literal(struct strobe_value *value, const char *text)
{
    strobe_value_put_text(value, text, strlen(text));
}

static void put_double(struct strobe_value *value, double number)
{
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    strobe_image_put_u64(&value->walk->writer, bits);
}

static void write_big_int(struct strobe_value *value)
{
    uint8_t bytes[HEX_BYTES_MAX];
    uint64_t bits = strobe_integer_bits(value->object);
    uint64_t whole = (bits + 7) / 8;
    size_t copied = whole < sizeof bytes ? (size_t)whole : sizeof bytes;
    strobe_integer_leading_bytes(value->object, bytes, copied);
    if (bits > STROBE_DECIMAL_BITS_MAX) {
        strobe_value_put_size(value, bits);
    }
    put_leaf(value, STROBE_LEAF_BIG_INT);
    strobe_image_put_u8(&value->walk->writer, strobe_integer_negative(value->object));
    strobe_image_put_varint(&value->walk->writer, bits);
    strobe_image_put_varint(&value->walk->writer, copied);
    strobe_image_put_bytes(&value->walk->writer, bytes, copied);
    if (copied < whole) {
        value->cut = STROBE_CUT_LENGTH;
    }
}

static void write_int(struct strobe_value *value)
{
    int64_t number;
    if (PyBool_Check(value->object)) {
        put_literal(value, value->object == Py_True ? "True" : "False");
    } else if (strobe_integer_small(value->object, &number)) {
        put_leaf(value, STROBE_LEAF_INT);
        strobe_image_put_u64(&value->walk->writer, (uint64_t)number);
    } else {
        write_big_int(value);
    }
}

/* Put `first` (width or flavour), how much is shown, how much was copied to be scanned, and the characters. */
static void write_characters(struct strobe_value *value, enum strobe_leaf leaf, unsigned first, const void *data,
                             size_t length, size_t width)
{
    struct strobe_image_writer *writer = &value->walk->writer;
    size_t shown = length < STROBE_CAPTURE_LENGTH_MAX ? length : STROBE_CAPTURE_LENGTH_MAX;
    size_t copied = length - shown < STROBE_CAPTURE_SCAN_MAX ? length : shown + STROBE_CAPTURE_SCAN_MAX;
    strobe_value_put_size(value, length);
    put_leaf(value, leaf);
    strobe_image_put_u8(writer, first);
    strobe_image_put_varint(writer, shown);
    strobe_image_put_varint(writer, copied);
    strobe_image_put_bytes(writer, data, copied * width);
    if (shown < length) {
        value->cut = STROBE_CUT_LENGTH;
    }
}

static void write_str(struct strobe_value *value)
{
    PyObject *str = value->object;
    if (!strobe_str_readable(str)) {
        value->cut = STROBE_CUT_UNREADABLE;
        return;
    }
    unsigned width = (unsigned)PyUnicode_KIND(str);
    write_characters(value, STROBE_LEAF_STR, width, PyUnicode_DATA(str), (size_t)PyUnicode_GET_LENGTH(str), width);
}

static void write_float(struct strobe_value *value)
{
    put_leaf(value, STROBE_LEAF_FLOAT);
    put_double(value, PyFloat_AS_DOUBLE(value->object));
}

static void write_complex(struct strobe_value *value)
{
    Py_complex number = ((PyComplexObject *)value->object)->cval;
    put_leaf(value, STROBE_LEAF_COMPLEX);
    put_double(value, number.real);
    put_double(value, number.imag);
}

static bool write_constant(struct strobe_value *value)
{
    if (value->object == Py_None) {
        put_literal(value, "None");
    } else if (value->object == Py_Ellipsis) {
        put_literal(value, "Ellipsis");
    } else if (value->object == Py_NotImplemented) {
        put_literal(value, "NotImplemented");
    } else {
        return false;
    }
    return true;
}

bool strobe_leaf_write(struct strobe_value *value)
{
    PyObject *object = value->object;
    if (PyType_FastSubclass(Py_TYPE(object), NO_LEAF)) {
        return false;
    }
    if (PyLong_Check(object)) {
        write_int(value);
    } else if (PyUnicode_Check(object)) {
        write_str(value);
    } else if (PyBytes_Check(object)) {
        write_characters(value, STROBE_LEAF_BYTES, 0, PyBytes_AS_STRING(object), (size_t)PyBytes_GET_SIZE(object), 1);
    } else if (PyByteArray_Check(object)) {
        write_characters(value, STROBE_LEAF_BYTES, 1, PyByteArray_AS_STRING(object),
                         (size_t)PyByteArray_GET_SIZE(object), 1);
    } else if (PyFloat_Check(object)) {
        write_float(value);
    } else if (PyComplex_Check(object)) {
        write_complex(value);
    } else {
        return write_constant(value);
    }
    return true;
}
