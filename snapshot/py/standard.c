/* Types of the standard library that are written in Python, as people write their values. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/py/attribute.h"
#include "base/py/integer.h"
#include "snapshot/py/kind.h"
#include "snapshot/py/name.h"
#include "snapshot/py/pieces.h"

enum { ADDRESS_BYTES = 16, PARENTS_MAX = 20 };

static PyObject *attribute(PyObject *object, PyObject *name)
{
    PyObject *value;
    return strobe_attribute_get(object, name, &value) == STROBE_ATTRIBUTE_FOUND ? value : NULL;
}

static bool is_int(PyObject *object)
{
    return object != NULL && PyLong_Check(object);
}

/* ---- Enumerations ---- */

/* The member's name, and the value as a field, which the name may redact: API_KEY = "..." */
static bool write_enum(struct strobe_value *value)
{
    PyObject *name = attribute(value->object, strobe_names.enum_name);
    PyObject *content = attribute(value->object, strobe_names.enum_value);
    if (name == NULL || !PyUnicode_Check(name) || content == NULL) {
        return false;
    }
    struct strobe_pieces pieces;
    strobe_pieces_begin(&pieces, value);
    strobe_pieces_class(&pieces, Py_TYPE(value->object));
    strobe_pieces_text(&pieces, ".");
    strobe_pieces_name(&pieces, name);
    strobe_pieces_end(&pieces);
    if (value->depth < STROBE_CAPTURE_DEPTH_MAX) {
        const struct strobe_named field = {"value", content, strobe_name_rule(value->walk, name), NULL};
        strobe_fields_write_named(value, &field, 1);
    }
    return true;
}

/* ---- Numbers ---- */

/* The lowest `size` bytes of a non-negative int, highest first. @return false when it is negative or longer */
static bool read_bytes(PyObject *integer, uint8_t *ret_bytes, size_t size)
{
    if (!is_int(integer) || strobe_integer_negative(integer)) {
        return false;
    }
    size_t whole = (size_t)((strobe_integer_bits(integer) + 7) / 8);
    if (whole > size) {
        return false;
    }
    memset(ret_bytes, 0, size);
    strobe_integer_leading_bytes(integer, ret_bytes + size - whole, whole);
    return true;
}

static bool write_uuid(struct strobe_value *value)
{
    uint8_t b[ADDRESS_BYTES];
    char text[64];
    if (!read_bytes(attribute(value->object, strobe_names.integer), b, sizeof b)) {
        return false;
    }
    int size =
        snprintf(text, sizeof text, "UUID('%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x')",
                 b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
    strobe_value_put_text(value, text, (size_t)size);
    return true;
}

static bool write_fraction(struct strobe_value *value)
{
    PyObject *numerator = attribute(value->object, strobe_names.numerator);
    PyObject *denominator = attribute(value->object, strobe_names.denominator);
    if (!is_int(numerator) || !is_int(denominator)) {
        return false;
    }
    struct strobe_pieces pieces;
    strobe_pieces_begin(&pieces, value);
    strobe_pieces_text(&pieces, "Fraction(");
    strobe_pieces_object(&pieces, numerator);
    strobe_pieces_text(&pieces, ", ");
    strobe_pieces_object(&pieces, denominator);
    strobe_pieces_text(&pieces, ")");
    strobe_pieces_end(&pieces);
    return true;
}

/* ---- Addresses ---- */

/* Append the address that `object` holds in its `_ip`. @return false when it holds none */
static bool format_address(PyObject *object, int family, char ret_text[INET6_ADDRSTRLEN])
{
    uint8_t bytes[ADDRESS_BYTES];
    size_t size = family == AF_INET ? 4 : ADDRESS_BYTES;
    return object != NULL && read_bytes(attribute(object, strobe_names.ip), bytes, size) &&
           inet_ntop(family, bytes, ret_text, INET6_ADDRSTRLEN) != NULL;
}

/* `inner` holds the address; `prefix` is shown behind it unless negative. */
static bool write_address(struct strobe_value *value, PyObject *inner, int family, int64_t prefix)
{
    char address[INET6_ADDRSTRLEN], number[16] = "";
    if (!format_address(inner, family, address)) {
        return false;
    }
    PyObject *scope = family == AF_INET6 ? attribute(inner, strobe_names.scope) : NULL;
    struct strobe_pieces pieces;
    strobe_pieces_begin(&pieces, value);
    strobe_pieces_class(&pieces, Py_TYPE(value->object));
    strobe_pieces_text(&pieces, "('");
    strobe_pieces_text(&pieces, address);
    if (scope != NULL && PyUnicode_Check(scope)) {
        strobe_pieces_text(&pieces, "%");
        strobe_pieces_name(&pieces, scope);
    }
    if (prefix >= 0) {
        snprintf(number, sizeof number, "/%d", (int)(prefix & 0xFF));
    }
    strobe_pieces_text(&pieces, number);
    strobe_pieces_text(&pieces, "')");
    strobe_pieces_end(&pieces);
    return true;
}

static int64_t prefix_of(PyObject *object)
{
    PyObject *prefix = attribute(object, strobe_names.prefix);
    int64_t number;
    return is_int(prefix) && strobe_integer_small(prefix, &number) ? number : -1;
}

static bool write_address_4(struct strobe_value *value)
{
    return write_address(value, value->object, AF_INET, -1);
}

static bool write_address_6(struct strobe_value *value)
{
    return write_address(value, value->object, AF_INET6, -1);
}

static bool write_interface_4(struct strobe_value *value)
{
    return write_address(value, value->object, AF_INET, prefix_of(value->object));
}

static bool write_interface_6(struct strobe_value *value)
{
    return write_address(value, value->object, AF_INET6, prefix_of(value->object));
}

static bool write_network_4(struct strobe_value *value)
{
    PyObject *address = attribute(value->object, strobe_names.network_address);
    return write_address(value, address, AF_INET, prefix_of(value->object));
}

static bool write_network_6(struct strobe_value *value)
{
    PyObject *address = attribute(value->object, strobe_names.network_address);
    return write_address(value, address, AF_INET6, prefix_of(value->object));
}

/* ---- Loggers ---- */

/* The level that counts: the logger's own, or that of the nearest parent that has one. */
static int64_t level_of(PyObject *logger)
{
    int64_t level = 0;
    for (int i = 0; logger != NULL && logger != Py_None && level == 0 && i < PARENTS_MAX; i++) {
        PyObject *own = attribute(logger, strobe_names.level);
        if (!is_int(own) || !strobe_integer_small(own, &level)) {
            return 0;
        }
        logger = attribute(logger, strobe_names.parent);
    }
    return level;
}

static bool write_logger(struct strobe_value *value)
{
    static const struct {
        int64_t level;
        const char *name;
    } known[] = {{0, "NOTSET"}, {10, "DEBUG"}, {20, "INFO"}, {30, "WARNING"}, {40, "ERROR"}, {50, "CRITICAL"}};
    PyObject *name = attribute(value->object, strobe_names.file_name);
    if (name == NULL || !PyUnicode_Check(name)) {
        return false;
    }
    int64_t level = level_of(value->object);
    const char *word = NULL;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        word = known[i].level == level ? known[i].name : word;
    }
    struct strobe_pieces pieces;
    strobe_pieces_begin(&pieces, value);
    strobe_pieces_text(&pieces, "<");
    strobe_pieces_class(&pieces, Py_TYPE(value->object));
    strobe_pieces_text(&pieces, " ");
    strobe_pieces_name(&pieces, name);
    strobe_pieces_text(&pieces, " (");
    if (word != NULL) {
        strobe_pieces_text(&pieces, word);
    } else {
        strobe_pieces_text(&pieces, "Level ");
        strobe_pieces_int(&pieces, level);
    }
    strobe_pieces_text(&pieces, ")>");
    strobe_pieces_end(&pieces);
    return true;
}

#define WHOLE STROBE_KIND_WHOLE
const struct strobe_kind strobe_kinds_standard[] = {
    {"enum.Enum", WHOLE, 0, write_enum},
    {"uuid.UUID", WHOLE, 0, write_uuid},
    {"fractions.Fraction", WHOLE, 0, write_fraction},
    {"ipaddress.IPv4Address", WHOLE, 0, write_address_4},
    {"ipaddress.IPv6Address", WHOLE, 0, write_address_6},
    {"ipaddress.IPv4Interface", WHOLE, 0, write_interface_4},
    {"ipaddress.IPv6Interface", WHOLE, 0, write_interface_6},
    {"ipaddress.IPv4Network", WHOLE, 0, write_network_4},
    {"ipaddress.IPv6Network", WHOLE, 0, write_network_6},
    {"logging.Logger", WHOLE, 0, write_logger},
    {NULL, 0, 0, NULL},
};
