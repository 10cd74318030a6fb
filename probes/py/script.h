/**
 * Everything a probe evaluates where it stands: its condition, and what its action needs (a template, a value, labels,
 * watches), compiled once and bound to each code object.   GIL: held for every function.
 */
#ifndef STROBE_PROBES_SCRIPT_H
#define STROBE_PROBES_SCRIPT_H

#include <Python.h>

#include "probes/action.h"
#include "probes/expression/py/expression.h"

enum { STROBE_SCRIPT_PARTS_MAX = 3 + STROBE_LABELS_MAX + STROBE_WATCHES_MAX };

/** A NULL expression was not asked for. Expressions and the action are alive as long as the script. */
struct strobe_script {
    const struct strobe_action *action;  /* of the probe, borrowed */
    struct strobe_expression *condition; /* NULL: always */
    struct strobe_expression *glance;    /* template that shows the condition's variables; NULL: it has none */
    struct strobe_expression *subject;   /* the template of a log, the value of a metric */
    struct strobe_expression *labels[STROBE_LABELS_MAX];
    struct strobe_expression *watches[STROBE_WATCHES_MAX];
    struct strobe_error watch_errors[STROBE_WATCHES_MAX]; /* why a watch has no expression: said in each snapshot */
    strobe_is_secret *is_secret;                          /* what all of them must not read */
    size_t slots;                                         /* of a binding */
};

/**
 * Compile `condition` (NULL or "": always) and what `action` needs. A watch that is refused does not refuse the probe:
 * the snapshot says why it has no value.
 * @param ret_reason on failure: the word for the state, as "condition_syntax" or "template_redacted"; static
 * @return 0, or as strobe_expression_compile()
 */
int strobe_script_compile(const char *condition, const struct strobe_action *action, strobe_is_secret *is_secret,
                          struct strobe_script **ret_script, const char **ret_reason, struct strobe_error *error);

/** Release it. NULL is fine. */
void strobe_script_free(struct strobe_script *script);

/** Whether the names of all expressions are known in `code`; see known_names.h. */
int strobe_script_check_names(const struct strobe_script *script, PyCodeObject *code, struct strobe_error *error);

/** The bindings of all expressions to `code`, for free(); NULL when memory is exhausted. The condition's stand first.
 */
int16_t *strobe_script_bind(const struct strobe_script *script, PyCodeObject *code);

/** Where in such a binding that of `expression`, one of the script's, begins. */
const int16_t *strobe_script_binding(const struct strobe_script *script, const int16_t *binding,
                                     const struct strobe_expression *expression);

#endif
