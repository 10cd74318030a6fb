#include "probes/expression/py/format.h"

#include <math.h>

#include "probes/expression/py/format_writer.h"
#include "probes/expression/py/items.h"
#include "probes/expression/py/number.h"
#include "probes/expression/py/standard.h"

enum { NUMBER_BYTES = 1400 /* of the largest int in decimal digits */ };

/* ---- repr ---- */

static int put_number(struct strobe_text_builder *builder, const struct strobe_number *number)
{
    char text[NUMBER_BYTES];
    int size = strobe_number_text(builder->evaluation, number, text, sizeof text);
    if (size < 0) {
        return size;
    }
    int status = strobe_evaluation_spend(builder->evaluation, 1 + size / 16);
    return status < 0 ? status : strobe_text_put_ascii(builder, text, (size_t)size);
}

static int put_real(struct strobe_text_builder *builder, double real)
{
    struct strobe_number number = {.kind = STROBE_NUMBER_FLOAT, .real = real};
    char text[64];
    int size = strobe_number_text(builder->evaluation, &number, text, sizeof text);
    bool is_whole = size > 2 && text[size - 1] == '0' && text[size - 2] == '.';
    return size < 0 ? size : strobe_text_put_ascii(builder, text, (size_t)(is_whole ? size - 2 : size));
}

static int put_complex(struct strobe_text_builder *builder, Py_complex number)
{
    bool has_real = number.real != 0.0 || copysign(1.0, number.real) < 0;
    int status = 0;
    if (has_real) {
        status = strobe_format_put(builder, "(");
        status = status < 0 ? status : put_real(builder, number.real);
        if (status == 0 && !(copysign(1.0, number.imag) < 0 && number.imag == number.imag)) {
            status = strobe_format_put(builder, "+");
        }
    }
    status = status < 0 ? status : put_real(builder, number.imag);
    return status < 0 ? status : strobe_format_put(builder, has_real ? "j)" : "j");
}

/* What is one of a kind. @return 1 when it is none of these */
static int put_singleton(struct strobe_text_builder *builder, PyObject *object)
{
    return object == Py_None             ? strobe_format_put(builder, "None")
           : object == Py_True           ? strobe_format_put(builder, "True")
           : object == Py_False          ? strobe_format_put(builder, "False")
           : object == Py_Ellipsis       ? strobe_format_put(builder, "Ellipsis")
           : object == Py_NotImplemented ? strobe_format_put(builder, "NotImplemented")
                                         : 1;
}

static int put_bytes(struct strobe_text_builder *builder, struct strobe_value value,
                     const struct strobe_bytes_view *view)
{
    bool is_array =
        value.kind == STROBE_VALUE_BYTES ? value.as.bytes->is_bytearray : PyByteArray_Check(value.as.object);
    if (!is_array) {
        return strobe_format_quote_bytes(builder, view, false);
    }
    int status = value.kind == STROBE_VALUE_BYTES ? strobe_format_put(builder, "bytearray")
                                                  : strobe_format_short_name(builder, Py_TYPE(value.as.object));
    status = status < 0 ? status : strobe_format_put(builder, "(");
    status = status < 0 ? status : strobe_format_quote_bytes(builder, view, true);
    return status < 0 ? status : strobe_format_put(builder, ")");
}

static bool is_plain(struct strobe_value value)
{
    return value.kind != STROBE_VALUE_OBJECT || PyUnicode_CheckExact(value.as.object) ||
           PyLong_CheckExact(value.as.object) || PyFloat_CheckExact(value.as.object) ||
           PyDict_CheckExact(value.as.object) || PyList_CheckExact(value.as.object) ||
           PyTuple_CheckExact(value.as.object);
}

bool strobe_format_is_standard(struct strobe_value value)
{
    return value.kind == STROBE_VALUE_MOMENT || value.kind == STROBE_VALUE_DECIMAL || !is_plain(value);
}

int strobe_format_write(struct strobe_format_writer *writer, struct strobe_value value)
{
    struct strobe_text_builder *builder = writer->builder;
    struct strobe_text_view text;
    struct strobe_bytes_view bytes;
    struct strobe_number number;
    int status = strobe_evaluation_spend(builder->evaluation, 1);
    if (status < 0) {
        return status;
    }
    status = value.kind == STROBE_VALUE_OBJECT ? put_singleton(builder, value.as.object) : 1;
    if (status == 1 && strobe_format_is_standard(value)) { /* first: members of enumerations may be int and str too */
        status = strobe_standard_put_repr(builder, value);
    }
    if (status != 1) {
        return status;
    }
    if (strobe_text_view_of(value, &text)) {
        return strobe_format_quote_text(builder, &text);
    }
    if (strobe_number_of(value, &number) != STROBE_NUMBER_NONE) {
        return put_number(builder, &number);
    }
    if (strobe_bytes_view_of(value, &bytes)) {
        return put_bytes(builder, value, &bytes);
    }
    status = strobe_format_container(writer, value);
    if (status != 1) {
        return status;
    }
    if (value.kind != STROBE_VALUE_OBJECT) {
        return strobe_evaluation_fail(builder->evaluation, STROBE_FAULT_INTERNAL, "no repr for kind %d", value.kind);
    }
    if (PyComplex_Check(value.as.object)) {
        return put_complex(builder, ((PyComplexObject *)value.as.object)->cval);
    }
    return strobe_format_object(writer, value.as.object);
}

int strobe_format_repr(struct strobe_text_builder *builder, struct strobe_value value)
{
    struct strobe_format_writer writer = {builder, NULL};
    return strobe_format_write(&writer, value);
}

/* ---- str ---- */

int strobe_format_str(struct strobe_text_builder *builder, struct strobe_value value)
{
    struct strobe_format_writer writer = {builder, NULL};
    struct strobe_text_view text;
    int status = strobe_format_is_standard(value) ? strobe_standard_put_str(builder, value) : 1;
    if (status != 1) {
        return status;
    }
    if (strobe_text_view_of(value, &text)) {
        status = strobe_evaluation_spend(builder->evaluation, 1 + text.length / 16);
        return status < 0 ? status : strobe_text_put_view(builder, &text, 0, text.length);
    }
    if (value.kind == STROBE_VALUE_OBJECT && Py_IS_TYPE(value.as.object, &PyDictProxy_Type) &&
        strobe_container_of(value) == STROBE_CONTAINER_DICT) {
        value = strobe_dict_shown(value); /* a mapping proxy writes what it shows */
    }
    status = value.kind == STROBE_VALUE_OBJECT ? strobe_format_exception_str(&writer, value.as.object) : 1;
    return status != 1 ? status : strobe_format_write(&writer, value);
}

/* ---- Pieces of f-strings ---- */

static int convert(struct strobe_text_builder *builder, struct strobe_value value, int conversion)
{
    return conversion == 's' ? strobe_format_str(builder, value) : strobe_format_repr(builder, value);
}

int strobe_format_ascii(struct strobe_text_builder *builder, struct strobe_value value)
{
    struct strobe_text_builder repr;
    struct strobe_value made;
    struct strobe_text_view view;
    int status = strobe_text_begin(builder->evaluation, &repr);
    status = status < 0 ? status : strobe_format_repr(&repr, value);
    status = status < 0 ? status : strobe_text_end(&repr, &made);
    if (status < 0 || !strobe_text_view_of(made, &view)) {
        return status;
    }
    for (Py_ssize_t i = 0; status == 0 && i < view.length; i++) {
        uint32_t character = PyUnicode_READ(view.width, view.data, i);
        status = character < 0x80 ? strobe_text_put(builder, character) : strobe_format_escape(builder, character);
    }
    return status;
}

int strobe_format_value(struct strobe_evaluation *evaluation, struct strobe_value value, int conversion,
                        const struct strobe_value *spec, struct strobe_value *ret_value)
{
    struct strobe_text_builder builder;
    struct strobe_text_view view = {"", 0, 1};
    struct strobe_value result;
    int status = 0;
    if (spec != NULL && !strobe_text_view_of(*spec, &view)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "format() argument 2 must be str, not %s",
                                      strobe_value_type_name(*spec));
    }
    if (conversion != 0) {
        status = strobe_text_begin(evaluation, &builder);
        status = status < 0 ? status
                            : (conversion == 'a' ? strobe_format_ascii(&builder, value)
                                                 : convert(&builder, value, conversion));
        status = status < 0 ? status : strobe_text_end(&builder, &result);
        if (status < 0) {
            return status;
        }
        value = result;
    }
    if (view.length == 0 && (value.kind == STROBE_VALUE_TEXT ||
                             (value.kind == STROBE_VALUE_OBJECT && PyUnicode_CheckExact(value.as.object)))) {
        *ret_value = value;
        return 0;
    }
    status = strobe_text_begin(evaluation, &builder);
    status = status < 0 ? status : strobe_format_spec(&builder, value, &view);
    status = status < 0 ? status : strobe_text_end(&builder, &result);
    if (status == 0) {
        *ret_value = result;
    }
    return status;
}
