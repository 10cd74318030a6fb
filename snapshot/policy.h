/**
 * Redaction as policy: the built-in rules, and what the hub's and the process's own policy add to them.
 *
 * A policy in force has up to two parts, the hub's and the process's. Each judges on its own (built-in rules, what it
 * denies, less its exceptions; in allow-list mode everything it does not list); what one of them hides is hidden. So
 * each may tighten, none can loosen the other, and an exception holds only where both make it.
 *
 * A policy never changes once it is made, and is counted by reference; program threads (under the GIL), the worker and
 * the link thread read it at the same time.   No Python.h; no allocation but in strobe_policy_new() and the matching of
 * a policy's own patterns.
 */
#ifndef STROBE_POLICY_H
#define STROBE_POLICY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "strobe/error.h"

/**
 * A rule is a text for people. Its first byte says what kind of rule it is: one of these, or else the first letter of a
 * rule about names. strobe_rule_text() skips it.
 */
#define STROBE_RULE_TYPE '\1'     /* a type: "ssl.SSLContext" */
#define STROBE_RULE_UNLISTED '\2' /* not on an allow list */

struct strobe_policy;

/** Whose policy. */
enum strobe_policy_source { STROBE_POLICY_HUB, STROBE_POLICY_PROCESS, STROBE_POLICY_SOURCES };

/**
 * Compile the policy documents (type `policy` of the wire; NULL: that side has none) into what is in force with both.
 * @return 0 and a new reference; STROBE_ESYNTAX with what is wrong and where, STROBE_ELIMIT, STROBE_ENOMEM
 */
int strobe_policy_new(const json_t *hub, const json_t *process, struct strobe_policy **ret_policy,
                      struct strobe_error *error);

/** One more reference. Thread: any. */
struct strobe_policy *strobe_policy_ref(struct strobe_policy *policy);

/** Give a reference back; NULL is fine. Thread: any. */
void strobe_policy_unref(struct strobe_policy *policy);

/** The policy in force, with a reference; the built-in rules until one was set. Never NULL. Thread: any; lock-free. */
struct strobe_policy *strobe_policy_current(void);

/** Put `policy` in force (takes the reference; NULL: the built-in rules alone). Thread: any, one at a time. */
void strobe_policy_set(struct strobe_policy *policy);

/** A number that no other policy of this process has or had. */
unsigned strobe_policy_serial(const struct strobe_policy *policy);

/** Whether a value called `name` is a secret by the policy in force; for expressions. Thread: any. */
bool strobe_policy_is_secret(const char *name, size_t size);

/* ---- Verdicts ---- */

/**
 * Why a value called `name` (UTF-8) is hidden: a rule, borrowed as long as the policy; NULL when it is not. An allow
 * list answers with a rule STROBE_RULE_UNLISTED, which strobe_policy_type() may lift.
 */
const char *strobe_policy_name(const struct strobe_policy *policy, const char *name, size_t size);

/** The same without the built-in rules: what the policy itself says of a name that is known to be innocent there. */
const char *strobe_policy_own_name(const struct strobe_policy *policy, const char *name, size_t size);

/** The name of a type, `module.Class`, without NUL. */
struct strobe_type_text {
    const char *text;
    size_t size;
};

/** What a policy says about a type. */
struct strobe_type_verdict {
    const char *rule; /* why its values are hidden, or NULL; borrowed as long as the policy */
    unsigned listed;  /* allow lists on which it stands, as bits */
};

/** Judge a type by the names of itself and of its bases, in the order of the MRO. */
struct strobe_type_verdict strobe_policy_type(const struct strobe_policy *policy, const struct strobe_type_text *names,
                                              size_t count);

/** Whether strobe_policy_type() may say anything about types that are built into the interpreter. */
bool strobe_policy_judges_builtins(const struct strobe_policy *policy);

/** Why a value is hidden, after `rule` of its name (or NULL) and what its type says. */
const char *strobe_policy_combine(const char *rule, const struct strobe_type_verdict *type);

/** Whether finds of the built-in pattern `rule` are no secrets here. */
bool strobe_policy_excepts_pattern(const struct strobe_policy *policy, const char *rule);

/** Whether e-mail addresses are looked for in texts. */
bool strobe_policy_wants_emails(const struct strobe_policy *policy);

/** Whether the policy has patterns of its own. */
bool strobe_policy_has_patterns(const struct strobe_policy *policy);

/**
 * Look for the policy's own patterns in a text. A match that would take too long counts as found.
 * @return the rule, borrowed as long as the policy, or NULL
 */
const char *strobe_policy_match(const struct strobe_policy *policy, const char *text, size_t size);

/** Where a rule comes from: "built in", "hub" or "process"; borrowed, static. */
const char *strobe_policy_origin(const struct strobe_policy *policy, const char *rule);

/** What people read of a rule: without the byte that says its kind. */
const char *strobe_rule_text(const char *rule);

#endif
