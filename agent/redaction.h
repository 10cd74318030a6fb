/**
 * The redaction policies of this process: its own and the hub's, and what is in force with both.
 *
 * One for the process, whether the agent runs or not: a policy stands before the first capture, and a fork keeps it.
 */
#ifndef STROBE_AGENT_REDACTION_H
#define STROBE_AGENT_REDACTION_H

#include <Python.h>
#include <jansson.h>

#include "snapshot/policy.h"
#include "wire/codec.h"

/**
 * Make `document` (a new reference, taken also on failure; NULL: none) the policy of `source`. When it cannot be
 * compiled, everything stays as it was.   Thread: any.   GIL: may be held; the lock is held for a compilation only.
 * @return 0, STROBE_ESYNTAX, STROBE_ELIMIT, STROBE_ENOMEM
 */
int strobe_redaction_put(enum strobe_policy_source source, json_t *document, struct strobe_error *error);

/** The same for a message of the hub; logs what is refused. Thread: the link's. */
void strobe_redaction_take(const struct strobe_wire_redaction *redaction);

enum { STROBE_REDACTION_RULE_BYTES = 128 };

/**
 * Whether the policy in force hides `text` because of what it looks like; then `ret_rule` says why. `is_cut`: it went
 * on. Thread: any.
 */
bool strobe_redaction_hides(const char *text, size_t size, bool is_cut, char ret_rule[STROBE_REDACTION_RULE_BYTES]);

/** Forget the hub's policy: the agent stopped. Thread: any. */
void strobe_redaction_forget_hub(void);

/** In the child of a fork: the thread that held the lock is gone. */
void strobe_redaction_after_fork(void);

/** `set_policy(document)` and `redact_explain(hub, process, questions)` of the module. GIL: held. */
PyObject *strobe_redaction_set_policy(PyObject *module, PyObject *document);
PyObject *strobe_redaction_explain(PyObject *module, PyObject *arguments);
PyObject *strobe_redaction_patterns(PyObject *module, PyObject *ignored);

#endif
