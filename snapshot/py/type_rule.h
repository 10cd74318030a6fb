/** What the policy says about the types of values, and which policy a capture goes by. See walk.h for the rules. */
#ifndef STROBE_SNAPSHOT_TYPE_RULE_H
#define STROBE_SNAPSHOT_TYPE_RULE_H

#include <Python.h>

#include "snapshot/policy.h"
#include "snapshot/py/walk.h"

/**
 * The policy of the captures from here on, until the next call; rules that were borrowed from another one are not used
 * any more.   GIL: held; no capture runs.
 */
void strobe_capture_policy_begin(void);

/** The policy of the capture that runs; borrowed. */
const struct strobe_policy *strobe_capture_policy(void);

/** Why `object` is redacted, after `rule` of its name (or NULL) and what the policy says of its type and bases. */
const char *strobe_type_rule(struct strobe_walk *walk, PyObject *object, const char *rule);

/** Give back what strobe_capture_policy_begin() took. */
void strobe_capture_policy_done(void);

#endif
