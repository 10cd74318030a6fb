/** Names in mappings that may be environments. For the rules of snapshot/py see walk.h. */
#ifndef STROBE_SNAPSHOT_ENVIRONMENT_H
#define STROBE_SNAPSHOT_ENVIRONMENT_H

#include <Python.h>

#include "snapshot/py/walk.h"

/**
 * Why the value of `key` in `dict` (a dict or a subclass: its base data) is redacted, or NULL: strobe_name_rule(), but
 * the working directories of an environment are shown, unless a policy says otherwise.
 */
const char *strobe_environment_rule(struct strobe_walk *walk, PyObject *dict, PyObject *key, PyObject *value);

#endif
