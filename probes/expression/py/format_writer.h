/** The parts of format.c: one writer for a whole repr(), which knows what it is inside of. For the rules see
 *  evaluation.h. */
#ifndef STROBE_EXPRESSION_FORMAT_WRITER_H
#define STROBE_EXPRESSION_FORMAT_WRITER_H

#include "probes/expression/py/text.h"
#include "probes/expression/py/value.h"

/** A container that is being written. */
struct strobe_format_inside {
    const void *container;
    const struct strobe_format_inside *outer;
};

struct strobe_format_writer {
    struct strobe_text_builder *builder;
    const struct strobe_format_inside *inside;
};

/** Append repr(value) inside of what the writer is in. */
int strobe_format_write(struct strobe_format_writer *writer, struct strobe_value value);

/** Whether the value may be one of standard.h: not for the commonest types of all, which are quicker so. */
bool strobe_format_is_standard(struct strobe_value value);

/** Append a C string. */
int strobe_format_put(struct strobe_text_builder *builder, const char *ascii);

/** Append 'text' and b'bytes' with CPython's choice of quotes and escapes. format_quote.c */
int strobe_format_quote_text(struct strobe_text_builder *builder, const struct strobe_text_view *view);
int strobe_format_quote_bytes(struct strobe_text_builder *builder, const struct strobe_bytes_view *view,
                              bool is_bytearray);

/** Append \xNN, \uNNNN or \UNNNNNNNN. */
int strobe_format_escape(struct strobe_text_builder *builder, uint32_t character);

/** Containers, slices and ranges. @return 1 when it is none. format_container.c */
int strobe_format_container(struct strobe_format_writer *writer, struct strobe_value value);

/** Any other object of the program: types, functions, exceptions, instances. format_object.c */
int strobe_format_object(struct strobe_format_writer *writer, PyObject *object);

/** str() of an exception with a str() of CPython's. @return 1 when it is none */
int strobe_format_exception_str(struct strobe_format_writer *writer, PyObject *object);

/** Append module.Class, builtins without module; or the last part of the name alone. */
int strobe_format_type_name(struct strobe_text_builder *builder, PyTypeObject *type);
int strobe_format_short_name(struct strobe_text_builder *builder, PyTypeObject *type);

/** The value behind the exact str key `ascii` of a dict, found without hashing; borrowed; or NULL. */
PyObject *strobe_format_find(struct strobe_evaluation *evaluation, PyObject *dict, const char *ascii);

/** The value in the first class of the MRO that has `ascii` in its dict, built-in types left out; borrowed; or NULL. */
PyObject *strobe_format_find_in_classes(struct strobe_evaluation *evaluation, PyTypeObject *type, const char *ascii);

#endif
