/* repr() and str() of the standard library's classes in Python. */
#include <stdio.h>
#include <string.h>

#include "base/py/integer.h"
#include "probes/expression/py/format.h"
#include "probes/expression/py/format_writer.h"
#include "probes/expression/py/known_object.h"
#include "probes/expression/py/number.h"

enum { ADDRESS_TEXT_BYTES = 48 };

/* ---- UUID, addresses ---- */

static void write_uuid(const uint8_t bytes[16], char ret_text[37])
{
    snprintf(ret_text, 37, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", bytes[0], bytes[1],
             bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7], bytes[8], bytes[9], bytes[10], bytes[11],
             bytes[12], bytes[13], bytes[14], bytes[15]);
}

/* The longest run of at least two zero groups is written "::". */
static void write_ipv6(const uint8_t bytes[16], char ret_text[ADDRESS_TEXT_BYTES])
{
    unsigned groups[8];
    int best = -1, best_count = 1;
    size_t size = 0;
    for (int i = 0; i < 8; i++) {
        groups[i] = (unsigned)bytes[2 * i] << 8 | bytes[2 * i + 1];
    }
    for (int i = 0, count; i < 8; i += count + 1) {
        for (count = 0; i + count < 8 && groups[i + count] == 0; count++) {
        }
        if (count > best_count) {
            best = i;
            best_count = count;
        }
    }
    ret_text[0] = '\0';
    for (int i = 0; i < 8; i++) {
        if (i == best) {
            size += (size_t)snprintf(ret_text + size, ADDRESS_TEXT_BYTES - size, "::");
            i += best_count - 1;
            continue;
        }
        const char *colon = i == 0 || (best >= 0 && i == best + best_count) ? "" : ":";
        size += (size_t)snprintf(ret_text + size, ADDRESS_TEXT_BYTES - size, "%s%x", colon, groups[i]);
    }
}

static bool is_version_6(PyObject *object)
{
    PyObject *mro = Py_TYPE(object)->tp_mro;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(mro); i++) {
        if (strncmp(((PyTypeObject *)PyTuple_GET_ITEM(mro, i))->tp_name, "IPv6", 4) == 0) {
            return true;
        }
    }
    return false;
}

static int put_address(struct strobe_text_builder *builder, PyObject *address)
{
    uint8_t bytes[16];
    char text[ADDRESS_TEXT_BYTES];
    if (!strobe_known_object_bits(address, "_ip", bytes)) {
        return 1;
    }
    if (is_version_6(address)) {
        write_ipv6(bytes, text);
    } else {
        snprintf(text, sizeof text, "%u.%u.%u.%u", bytes[12], bytes[13], bytes[14], bytes[15]);
    }
    int status = strobe_text_put_ascii(builder, text, strlen(text));
    PyObject *scope = strobe_known_object_field(address, "_scope_id");
    if (status == 0 && scope != NULL && PyUnicode_CheckExact(scope)) {
        status = strobe_text_put(builder, '%');
        status = status == 0 ? strobe_format_str(builder, strobe_value_object(scope)) : status;
    }
    return status;
}

static int put_network(struct strobe_text_builder *builder, PyObject *network)
{
    PyObject *address = strobe_known_object_field(network, "network_address");
    PyObject *length = strobe_known_object_field(network, "_prefixlen");
    if (address == NULL || length == NULL || !PyLong_CheckExact(length) ||
        strobe_known_object_of(strobe_value_object(address), NULL) != STROBE_KNOWN_ADDRESS) {
        return 1;
    }
    int status = put_address(builder, address);
    status = status == 0 ? strobe_text_put(builder, '/') : status;
    return status == 0 ? strobe_format_str(builder, strobe_value_object(length)) : status;
}

/* ---- Fraction, members of enumerations ---- */

/* "3/4" as str(), "3, 4" for repr() */
static int put_fraction(struct strobe_text_builder *builder, PyObject *fraction, const char *between, bool shows_one)
{
    PyObject *top = strobe_known_object_field(fraction, "_numerator");
    PyObject *bottom = strobe_known_object_field(fraction, "_denominator");
    if (top == NULL || bottom == NULL || !PyLong_CheckExact(top) || !PyLong_CheckExact(bottom)) {
        return 1;
    }
    int64_t number = 0;
    int status = strobe_format_str(builder, strobe_value_object(top));
    if (status == 0 && (shows_one || !(strobe_integer_small(bottom, &number) && number == 1))) {
        status = strobe_text_put_ascii(builder, between, strlen(between));
        status = status == 0 ? strobe_format_str(builder, strobe_value_object(bottom)) : status;
    }
    return status;
}

/* Color.RED */
static int put_member(struct strobe_text_builder *builder, PyObject *member, PyObject *name)
{
    int status = strobe_format_short_name(builder, Py_TYPE(member));
    status = status == 0 ? strobe_text_put(builder, '.') : status;
    return status == 0 ? strobe_format_str(builder, strobe_value_object(name)) : status;
}

static int put_enum(struct strobe_text_builder *builder, PyObject *member, bool repr)
{
    PyObject *name = strobe_known_object_field(member, "_name_");
    PyObject *value = strobe_known_object_field(member, "_value_");
    int status = 0;
    if (name == NULL || !PyUnicode_CheckExact(name) || value == NULL) {
        return 1;
    }
    if (!repr) {
        return put_member(builder, member, name);
    }
    status = strobe_text_put(builder, '<');
    status = status == 0 ? put_member(builder, member, name) : status;
    status = status == 0 ? strobe_text_put_ascii(builder, ": ", 2) : status;
    status = status == 0 ? strobe_format_repr(builder, strobe_value_object(value)) : status;
    return status == 0 ? strobe_text_put(builder, '>') : status;
}

/* ---- All ---- */

static int put_uuid(struct strobe_text_builder *builder, PyObject *object)
{
    uint8_t bytes[16];
    char text[37];
    if (!strobe_known_object_bits(object, "int", bytes)) {
        return 1;
    }
    write_uuid(bytes, text);
    return strobe_text_put_ascii(builder, text, 36);
}

static int put_text(struct strobe_text_builder *builder, PyObject *object, enum strobe_known_object kind)
{
    switch (kind) {
    case STROBE_KNOWN_UUID:
        return put_uuid(builder, object);
    case STROBE_KNOWN_FRACTION:
        return put_fraction(builder, object, "/", false);
    case STROBE_KNOWN_PATH:
        return strobe_known_path_put(builder, object);
    case STROBE_KNOWN_ENUM:
        return put_enum(builder, object, false);
    case STROBE_KNOWN_ADDRESS:
        return put_address(builder, object);
    case STROBE_KNOWN_NETWORK:
        return put_network(builder, object);
    default:
        return 1;
    }
}

static int put_int(struct strobe_text_builder *builder, struct strobe_value value)
{
    struct strobe_number number;
    char text[STROBE_EXPRESSION_INT_BITS_MAX * 302 / 1000 + 4];
    strobe_number_of(value, &number); /* an int */
    int size = strobe_number_text(builder->evaluation, &number, text, sizeof text);
    return size < 0 ? size : strobe_text_put_ascii(builder, text, (size_t)size);
}

int strobe_known_object_put_str(struct strobe_text_builder *builder, struct strobe_value value)
{
    enum strobe_known_object kind = strobe_known_object_of(value, "__str__");
    if (kind == STROBE_KNOWN_NONE && strobe_known_object_is_int(value, "__str__")) {
        return put_int(builder, value);
    }
    return kind == STROBE_KNOWN_NONE ? 1 : put_text(builder, value.as.object, kind);
}

/* What was written since `start` gets the quotes that repr() would choose. @return 1: it needs escapes */
static int quote(struct strobe_text_builder *builder, Py_ssize_t start)
{
    bool single = false, both = false;
    for (Py_ssize_t i = start + 1; i < builder->length; i++) {
        uint32_t character = builder->characters[i];
        single = single || character == '\'';
        both = both || character == '"';
        if (character == '\\' || character < ' ' || !Py_UNICODE_ISPRINTABLE(character)) {
            return 1;
        }
    }
    if (single && both) {
        return 1;
    }
    builder->characters[start] = single ? '"' : '\'';
    return strobe_text_put(builder, single ? '"' : '\'');
}

int strobe_known_object_put_repr(struct strobe_text_builder *builder, struct strobe_value value)
{
    enum strobe_known_object kind = strobe_known_object_of(value, "__repr__");
    Py_ssize_t length = builder->length;
    if (kind == STROBE_KNOWN_NONE) {
        return 1;
    }
    PyObject *object = value.as.object;
    if (kind == STROBE_KNOWN_ENUM) {
        return put_enum(builder, object, true);
    }
    int status = strobe_format_short_name(builder, Py_TYPE(object));
    status = status == 0 ? strobe_text_put(builder, '(') : status;
    if (kind == STROBE_KNOWN_FRACTION) {
        status = status == 0 ? put_fraction(builder, object, ", ", true) : status;
    } else {
        Py_ssize_t start = builder->length;
        status = status == 0 ? strobe_text_put(builder, '\'') : status;
        status = status == 0 ? put_text(builder, object, kind) : status;
        status = status == 0 ? quote(builder, start) : status;
    }
    if (status == 1) { /* as if nothing had been written */
        builder->length = length;
        return 1;
    }
    return status == 0 ? strobe_text_put(builder, ')') : status;
}
