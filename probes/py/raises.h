/** Probes on exceptions: which types they wait for. GIL: held for every function. */
#ifndef STROBE_PROBES_RAISES_H
#define STROBE_PROBES_RAISES_H

#include <Python.h>
#include <stdbool.h>

#include "probes/probe.h"
#include "probes/py/condition.h"
#include "probes/py/site.h"

struct strobe_raise {
    enum strobe_event event; /* RAISE or UNHANDLED */
    PyTypeObject *type;      /* strong while the probe stands */
    struct strobe_probe *probe;
    const struct strobe_condition *condition; /* NULL: always; the registry keeps it alive */
};

struct strobe_raises {
    struct strobe_raise *items;
    size_t count;
    size_t unhandled_count; /* those of event UNHANDLED */
};

/** Release what is left. */
void strobe_raises_done(struct strobe_raises *raises);

/** Have `probe` wait for `type`. @return 0, STROBE_ENOMEM, STROBE_ELIMIT */
int strobe_raises_add(struct strobe_raises *raises, enum strobe_event event, PyTypeObject *type,
                      struct strobe_probe *probe, const struct strobe_condition *condition);

/** Take `probe` away. @return whether it was there */
bool strobe_raises_drop(struct strobe_raises *raises, const struct strobe_probe *probe);

/** Whether `probe` waits for `type` already. */
bool strobe_raises_has(const struct strobe_raises *raises, const struct strobe_probe *probe, const PyTypeObject *type);

/**
 * Whether `exception` is of the type or of a subclass of it, by identity along the MRO: no __instancecheck__ or
 * __subclasscheck__ runs.
 */
bool strobe_raise_matches(const struct strobe_raise *raise, PyObject *exception);

#endif
