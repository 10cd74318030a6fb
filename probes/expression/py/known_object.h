/**
 * Classes of the standard library that are written in Python, read by their fields: UUID, Fraction, pure paths, members
 * of enumerations, ipaddress. They are recognised by name and module of the class, and nothing but fields is read, so a
 * class that only looks like one gives a wrong text, never code that runs.
 *
 * Functions return as those of standard.h, whose rules hold.
 */
#ifndef STROBE_EXPRESSION_KNOWN_OBJECT_H
#define STROBE_EXPRESSION_KNOWN_OBJECT_H

#include "probes/expression/program.h"
#include "probes/expression/py/function.h"
#include "probes/expression/py/text.h"
#include "probes/expression/py/value.h"

enum strobe_known_object {
    STROBE_KNOWN_NONE,
    STROBE_KNOWN_UUID,
    STROBE_KNOWN_FRACTION,
    STROBE_KNOWN_PATH,
    STROBE_KNOWN_ENUM,
    STROBE_KNOWN_ADDRESS, /* ipaddress.IPv4Address, IPv6Address */
    STROBE_KNOWN_NETWORK, /* ipaddress.IPv4Network, IPv6Network */
};

/** What an object is; classes derived from the known one too, unless they have code of their own for `method`
 * ("__eq__",
 *  "__str__" ...; NULL: do not look). */
enum strobe_known_object strobe_known_object_of(struct strobe_value value, const char *method);

/** Whether it is a member of an enumeration of ints whose `method` is that of int (str() of IntEnum and IntFlag). */
bool strobe_known_object_is_int(struct strobe_value value, const char *method);

/** Field `name` (ASCII) in slot or instance dict; borrowed. NULL: absent, or it would be computed. */
PyObject *strobe_known_object_field(PyObject *object, const char *name);

/** Whether attribute `name` of the object's class is what the known class itself has: not one of a derived class. */
bool strobe_known_object_owns(PyObject *object, PyObject *name);

/** The 128 bits of an int field, highest byte first. @return false when it is no int of that size */
bool strobe_known_object_bits(PyObject *object, const char *field, uint8_t ret_bytes[16]);

int strobe_known_object_compare(struct strobe_evaluation *evaluation, struct strobe_value left,
                                struct strobe_value right, enum strobe_comparison comparison, bool *ret_result);
int strobe_known_object_hash(struct strobe_evaluation *evaluation, struct strobe_value value, uint64_t *ret_hash);
int strobe_known_object_truth(struct strobe_evaluation *evaluation, struct strobe_value value, bool *ret_truth);
int strobe_known_object_put_repr(struct strobe_text_builder *builder, struct strobe_value value);
int strobe_known_object_put_str(struct strobe_text_builder *builder, struct strobe_value value);

/** Append the text of a pure POSIX path as pathlib normalises it. @return 1 when its fields are not known.
 * known_path.c */
int strobe_known_path_put(struct strobe_text_builder *builder, PyObject *path);

/** The same as a str. */
int strobe_known_path_text(struct strobe_evaluation *evaluation, PyObject *path, struct strobe_value *ret_text);

/** A computed attribute: UUID.hex, Enum.name, Fraction.numerator ...; an entry without arguments, or NULL. */
const struct strobe_function_entry *strobe_known_object_computed(struct strobe_value value, PyObject *name);

#endif
