/**
 * Conditions: read-only expressions of Python, compiled when a probe is set, evaluated in C at every hit.
 */
#ifndef STROBE_PROBES_CONDITION_H
#define STROBE_PROBES_CONDITION_H

#include <Python.h>
#include <stdbool.h>

#include "base/py/attribute.h"
#include "base/py/frame.h"
#include "probes/expression/program.h"

/** Whether a name stands for a secret: such names cannot be read by expressions. */
typedef bool strobe_is_secret(const char *name, size_t size);

/** A compiled condition; independent of the code object it is evaluated in. */
struct strobe_condition {
    struct strobe_program program;
    PyObject *constants;                   /* tuple of exact str, bytes, int, float, bool, None, Ellipsis */
    PyObject *names;                       /* tuple of interned str */
    struct strobe_attribute_cache *caches; /* one for each instruction; used by ATTRIBUTE, under the GIL */
};

/**
 * Parse `source` with CPython's parser and compile what the language allows. Runs no code of the program.
 * GIL: held, on a thread where Python may allocate (the worker).   Sets no exception.
 * @return 0; STROBE_ESYNTAX (not an expression), STROBE_EUNSUPPORTED (outside the language; the message says what to
 *         write instead), STROBE_EDENIED (reads a secret), STROBE_ELIMIT, STROBE_ENOMEM
 */
int strobe_condition_compile(const char *source, strobe_is_secret *is_secret, struct strobe_condition **ret_condition,
                             struct strobe_error *error);

/** Release it. GIL: held. NULL is fine. */
void strobe_condition_free(struct strobe_condition *condition);

enum { STROBE_NOT_A_SLOT = -1 };

/**
 * For each name of `condition` the slot it has in `code`, or STROBE_NOT_A_SLOT; `ret_binding` has room for
 * `program.names_count`. GIL: held.
 */
void strobe_condition_bind(const struct strobe_condition *condition, PyCodeObject *code, int16_t *ret_binding);

enum strobe_verdict { STROBE_VERDICT_FALSE, STROBE_VERDICT_TRUE, STROBE_VERDICT_ERROR };

/**
 * Evaluate in `frame`, whose code object `binding` was made for. Runs no bytecode, allocates no Python object, keeps no
 * reference, sets no exception.   Thread: the frame's.   GIL: held.
 * @param error may be NULL: then no message is made
 */
enum strobe_verdict strobe_condition_evaluate(const struct strobe_condition *condition, const int16_t *binding,
                                              struct strobe_frame frame, struct strobe_error *error);

#endif
