/**
 * What is known of a variable before any hit: the object behind a global, the class of `self`, the type that an
 * annotation names. Reads dictionaries and code objects only, so no code of the program runs.
 *
 * All borrowed: valid while the GIL is held and nothing is called that may run the program's code.
 * Thread: the worker's.   GIL: held.   No function here sets an exception.
 */
#ifndef STROBE_AGENT_CHECK_TYPES_H
#define STROBE_AGENT_CHECK_TYPES_H

#include <Python.h>
#include <stdbool.h>
#include <stddef.h>

/** Both NULL: nothing is known. */
struct strobe_known {
    PyTypeObject *type;
    PyObject *value; /* the object itself, else NULL */
};

/** What the variable `name` (UTF-8) stands for in `code`. */
struct strobe_known strobe_known_variable(PyCodeObject *code, const char *name);

/** What its attribute `name` stands for. */
struct strobe_known strobe_known_attribute(struct strobe_known of, const char *name);

/**
 * Whether the attribute is a property of the program, whose getter would run.
 * @param ret_field what the getter reads, a field that an expression may read instead; NULL: not known
 */
bool strobe_known_is_property(struct strobe_known of, const char *name, const char **ret_field);

#endif
