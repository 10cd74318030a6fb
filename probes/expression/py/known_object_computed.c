/* What properties of the standard library's classes give, from the fields they use. */
#include <stdio.h>
#include <string.h>

#include "probes/expression/py/known_object.h"

static PyObject *receiver(const struct strobe_arguments *arguments)
{
    return arguments->values[0].as.object;
}

/* ---- Fields under another name ---- */

static int give_field(struct strobe_evaluation *evaluation, PyObject *object, const char *field,
                      struct strobe_value *ret_value)
{
    PyObject *value = strobe_known_object_field(object, field);
    if (value == NULL) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_ATTRIBUTE, "the '%s' has no '%s' yet",
                                      Py_TYPE(object)->tp_name, field);
    }
    *ret_value = strobe_value_object(value);
    return 0;
}

#define ALIAS(name, field)                                                                          \
    static int name(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments, \
                    struct strobe_value *ret_value)                                                 \
    {                                                                                               \
        return give_field(evaluation, receiver(arguments), field, ret_value);                       \
    }
ALIAS(enum_name, "_name_")
ALIAS(enum_value, "_value_")
ALIAS(numerator, "_numerator")
ALIAS(denominator, "_denominator")
ALIAS(prefix_length, "_prefixlen")
#undef ALIAS

/* ---- UUID ---- */

static int read_uuid(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments, uint8_t bytes[16])
{
    if (!strobe_known_object_bits(receiver(arguments), "int", bytes)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_ATTRIBUTE, "the UUID has no number");
    }
    return 0;
}

static int uuid_bytes(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                      struct strobe_value *ret_value)
{
    uint8_t bytes[16];
    int status = read_uuid(evaluation, arguments, bytes);
    return status == 0 ? strobe_bytes_make(evaluation, bytes, 16, ret_value) : status;
}

static int uuid_hex(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                    struct strobe_value *ret_value)
{
    uint8_t bytes[16];
    char text[33];
    int status = read_uuid(evaluation, arguments, bytes);
    for (int i = 0; i < 16 && status == 0; i++) {
        snprintf(text + (size_t)i * 2, 3, "%02x", bytes[i]);
    }
    return status == 0 ? strobe_text_make_ascii(evaluation, text, 32, ret_value) : status;
}

static int uuid_urn(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                    struct strobe_value *ret_value)
{
    struct strobe_text_builder builder;
    int status = strobe_text_begin(evaluation, &builder);
    status = status == 0 ? strobe_text_put_ascii(&builder, "urn:uuid:", 9) : status;
    status = status == 0 ? strobe_known_object_put_str(&builder, arguments->values[0]) : status;
    if (status == 1) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_UNSAFE, "the class has a `__str__` of its own");
    }
    return status == 0 ? strobe_text_end(&builder, ret_value) : status;
}

/* None unless the variant is that of RFC 4122. */
static int uuid_version(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                        struct strobe_value *ret_value)
{
    uint8_t bytes[16];
    int status = read_uuid(evaluation, arguments, bytes);
    if (status == 0) {
        *ret_value = bytes[8] >> 6 == 2 ? strobe_value_int(bytes[6] >> 4) : strobe_value_object(Py_None);
    }
    return status;
}

/* ---- Paths: parts of the text ---- */

struct name_parts {
    struct strobe_text_view text;
    Py_ssize_t start; /* of the last component */
    Py_ssize_t dot;   /* of its suffix, or its end */
};

static int read_name(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                     struct name_parts *ret_parts)
{
    struct strobe_value text;
    int status = strobe_known_path_text(evaluation, receiver(arguments), &text);
    if (status < 0 || !strobe_text_view_of(text, &ret_parts->text)) {
        return status < 0 ? status : STROBE_EINTERNAL;
    }
    const struct strobe_text_view *view = &ret_parts->text;
    Py_ssize_t start = 0, dot = -1;
    for (Py_ssize_t i = 0; i < view->length; i++) {
        uint32_t character = PyUnicode_READ(view->width, view->data, i);
        start = character == '/' ? i + 1 : start;
        dot = character == '.' ? i : character == '/' ? -1 : dot;
    }
    bool nothing = view->length == 1 && PyUnicode_READ(view->width, view->data, 0) == '.';
    ret_parts->start = nothing ? view->length : start;
    bool leading = true; /* ".x" and "..x" have no suffix by their first dots */
    for (Py_ssize_t i = ret_parts->start; i < dot; i++) {
        leading = leading && PyUnicode_READ(view->width, view->data, i) == '.';
    }
#if PY_VERSION_HEX < 0x030E0000
    leading = dot <= ret_parts->start;
    bool at_end = dot == view->length - 1;
#else
    bool at_end = false;
#endif
    ret_parts->dot = dot < 0 || leading || at_end ? view->length : dot;
    return 0;
}

static int give_part(struct strobe_evaluation *evaluation, const struct strobe_text_view *text, Py_ssize_t start,
                     Py_ssize_t end, struct strobe_value *ret_value)
{
    struct strobe_text_builder builder;
    int status = strobe_text_begin(evaluation, &builder);
    status = status == 0 ? strobe_text_put_view(&builder, text, start, end) : status;
    return status == 0 ? strobe_text_end(&builder, ret_value) : status;
}

static int path_name(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                     struct strobe_value *ret_value)
{
    struct name_parts parts;
    int status = read_name(evaluation, arguments, &parts);
    return status == 0 ? give_part(evaluation, &parts.text, parts.start, parts.text.length, ret_value) : status;
}

static int path_stem(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                     struct strobe_value *ret_value)
{
    struct name_parts parts;
    int status = read_name(evaluation, arguments, &parts);
    return status == 0 ? give_part(evaluation, &parts.text, parts.start, parts.dot, ret_value) : status;
}

static int path_suffix(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                       struct strobe_value *ret_value)
{
    struct name_parts parts;
    int status = read_name(evaluation, arguments, &parts);
    return status == 0 ? give_part(evaluation, &parts.text, parts.dot, parts.text.length, ret_value) : status;
}

/* ---- The table ---- */

static const struct {
    enum strobe_known_object kind;
    struct strobe_function_entry entry;
} computed[] = {
    {STROBE_KNOWN_ENUM, {"name", enum_name, 0, 0, NULL}},
    {STROBE_KNOWN_ENUM, {"value", enum_value, 0, 0, NULL}},
    {STROBE_KNOWN_FRACTION, {"numerator", numerator, 0, 0, NULL}},
    {STROBE_KNOWN_FRACTION, {"denominator", denominator, 0, 0, NULL}},
    {STROBE_KNOWN_UUID, {"bytes", uuid_bytes, 0, 0, NULL}},
    {STROBE_KNOWN_UUID, {"hex", uuid_hex, 0, 0, NULL}},
    {STROBE_KNOWN_UUID, {"urn", uuid_urn, 0, 0, NULL}},
    {STROBE_KNOWN_UUID, {"version", uuid_version, 0, 0, NULL}},
    {STROBE_KNOWN_PATH, {"name", path_name, 0, 0, NULL}},
    {STROBE_KNOWN_PATH, {"stem", path_stem, 0, 0, NULL}},
    {STROBE_KNOWN_PATH, {"suffix", path_suffix, 0, 0, NULL}},
    {STROBE_KNOWN_NETWORK, {"prefixlen", prefix_length, 0, 0, NULL}},
};

const struct strobe_function_entry *strobe_known_object_computed(struct strobe_value value, PyObject *name)
{
    enum strobe_known_object kind = strobe_known_object_of(value, NULL);
    for (size_t i = 0; kind != STROBE_KNOWN_NONE && i < sizeof computed / sizeof computed[0]; i++) {
        if (computed[i].kind == kind && PyUnicode_CompareWithASCIIString(name, computed[i].entry.name) == 0) {
            return strobe_known_object_owns(value.as.object, name) ? &computed[i].entry : NULL;
        }
    }
    return NULL;
}
