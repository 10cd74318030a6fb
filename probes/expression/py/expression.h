/**
 * Expressions: read-only Python, compiled when a probe is set, evaluated in C at every hit. Conditions, watches, labels
 * and log templates are all of this.
 */
#ifndef STROBE_EXPRESSION_EXPRESSION_H
#define STROBE_EXPRESSION_EXPRESSION_H

#include <Python.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/py/attribute.h"
#include "base/py/frame.h"
#include "probes/expression/pattern.h"
#include "probes/expression/program.h"
#include "probes/expression/py/evaluation.h"
#include "probes/expression/py/prefilter.h"
#include "probes/expression/py/value.h"

/** A compiled expression; independent of the code object it is evaluated in. */
struct strobe_expression {
    struct strobe_prefilter prefilter; /* first: all that most hits touch */
    struct strobe_program program;
    strobe_is_secret *is_secret;
    PyObject *constants;                   /* exact str, bytes, int, float, bool, None, Ellipsis, tuple, frozenset */
    PyObject *names;                       /* tuple of interned str */
    struct strobe_pattern **patterns;      /* for each constant: compiled when matches() uses it, else NULL */
    bool *called;                          /* for each name whether it is called: then a function of ours must be it */
    struct strobe_attribute_cache *caches; /* one for each instruction; used by ATTRIBUTE, under the GIL */
};

/** Make what evaluations need: their arena, the table of functions. Once, when the module is loaded. GIL: held.
 *  @return 0, or STROBE_ENOMEM or STROBE_EINTERNAL; no exception is left set */
int strobe_expressions_init(void);
void strobe_expressions_done(void);

/**
 * Parse `source` with CPython's parser and compile what the language allows. Runs no code of the program.
 * GIL: held, on a thread where Python may allocate (the worker).   Sets no exception.
 * @param is_secret may be NULL: nothing is secret
 * @return 0; STROBE_ESYNTAX (not an expression), STROBE_EUNSUPPORTED (outside the language; the message says what to
 *         write instead), STROBE_EDENIED (reads a secret), STROBE_ELIMIT, STROBE_ENOMEM
 */
int strobe_expression_compile(const char *source, strobe_is_secret *is_secret,
                              struct strobe_expression **ret_expression, struct strobe_error *error);

/**
 * Compile a log template, the body of an f-string without its quotes: `user {user.id}: {total:.2f}`. The value of the
 * expression is text. `{{` and `}}` stand for braces; `{total=}` works; a backslash is a backslash. As above.
 */
int strobe_template_compile(const char *source, strobe_is_secret *is_secret, struct strobe_expression **ret_expression,
                            struct strobe_error *error);

/** Release it. GIL: held. NULL is fine. */
void strobe_expression_free(struct strobe_expression *expression);

enum { STROBE_NOT_A_SLOT = -1 };

/**
 * For each name of `expression` the slot it has in `code`, or STROBE_NOT_A_SLOT; `ret_binding` has room for
 * `program.names_count`. GIL: held.
 */
void strobe_expression_bind(const struct strobe_expression *expression, PyCodeObject *code, int16_t *ret_binding);

/** Where an expression is evaluated, and what the probe itself knows there; all borrowed. Zero-initialise it: what is
 *  absent (NULL, `has_` false) is a fault when an expression asks for it. */
struct strobe_expression_context {
    struct strobe_frame frame;
    PyObject *returned;  /* $return */
    PyObject *exception; /* $exception */
    bool has_elapsed;
    bool has_hits;
    int64_t elapsed_ns; /* $elapsed_ms, in nanoseconds */
    int64_t hits;       /* $hits */

    /** The text (UTF-8; valid until the evaluation ends) of THREAD, TASK or TRACE_ID, or NULL when there is none. May
     *  be NULL. Held to the rules of evaluation.h. */
    const char *(*text)(void *user, enum strobe_own which);
    void *user;
};

enum strobe_verdict { STROBE_VERDICT_FALSE, STROBE_VERDICT_TRUE, STROBE_VERDICT_ERROR };

/**
 * Whether `expression` counts as true in the frame, whose code object `binding` was made for. Runs no bytecode,
 * allocates no Python object, keeps no reference, sets no exception. The hot path.   Thread: the frame's.   GIL: held.
 * @param error may be NULL: then no message is made
 */
enum strobe_verdict strobe_expression_holds(const struct strobe_expression *expression, const int16_t *binding,
                                            const struct strobe_expression_context *context,
                                            struct strobe_error *error);

/**
 * Whether the expression is plainly false: what most hits of a condition come to, told without the machine, without
 * touching errno, in a few nanoseconds. false: ask strobe_expression_holds().   Thread, GIL: as above.
 */
static inline bool strobe_expression_rejects(const struct strobe_expression *expression, const int16_t *binding,
                                             struct strobe_frame frame)
{
    return strobe_prefilter_try(&expression->prefilter, binding, frame) == STROBE_PREFILTER_FALSE;
}

/** Begin an evaluation with the arena of this process: values of the one before are forgotten. GIL: held until the
 *  values are no longer used. */
void strobe_evaluation_begin(struct strobe_evaluation *ret_evaluation, strobe_is_secret *is_secret,
                             struct strobe_error *error);

/**
 * The value of `expression`, for watches, templates and labels; as above, but with an `evaluation` that was begun. More
 * than one expression may be evaluated in it, sharing fuel and arena. The value is borrowed from the program and the
 * arena: use it before the interpreter runs on and before the next evaluation begins.
 * @return 0, or a negative code with the fault noted in `evaluation`
 */
int strobe_expression_evaluate(const struct strobe_expression *expression, const int16_t *binding,
                               const struct strobe_expression_context *context, struct strobe_evaluation *evaluation,
                               struct strobe_value *ret_value);

#endif
