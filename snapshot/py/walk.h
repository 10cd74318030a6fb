/**
 * The breadth-first walk over the values of one capture: a bounded queue of what was found, and the identity of each
 * object, so that aliases and cycles become references.
 *
 * All of snapshot/py runs inside a monitoring callback: GIL held throughout, no Python code, no Python exception, no
 * Python allocation, no reference kept. Objects are borrowed: nothing can release them before the callback returns.
 */
#ifndef STROBE_SNAPSHOT_WALK_H
#define STROBE_SNAPSHOT_WALK_H

#include <Python.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/own_memory.h"
#include "snapshot/image.h"
#include "strobe/limits.h"

enum {
    STROBE_WALK_IDENTITIES = 2 * STROBE_CAPTURE_VALUES_MAX, /* a power of two, at most half full */
    STROBE_WALK_TYPES_MAX = 1024,
    STROBE_WALK_TYPE_SLOTS = 2 * STROBE_WALK_TYPES_MAX,
    STROBE_WALK_EMBEDDED_MAX = STROBE_CAPTURE_VALUES_MAX,
    STROBE_WALK_RULES = 1024 /* remembered judgements about names; a power of two */
};

/** A value that was found and is written in its turn. */
struct strobe_pending {
    PyObject *object; /* NULL: an unbound variable */
    const char *rule; /* why it is redacted, or NULL */
    unsigned depth;   /* below a variable, which is 0 */
};

/** Number of an object or type in this capture; entries of an older generation are free. */
struct strobe_identity {
    const void *pointer;
    uint32_t generation;
    uint32_t number;
};

/** A text that a value shows in its own. */
struct strobe_embedded {
    PyObject *text;
    uint32_t number; /* of the value */
};

/** What the policy said about a name, by the name's hash and length. */
struct strobe_remembered_rule {
    Py_hash_t hash;
    Py_ssize_t length;
    const char *rule;
};

/** The memory of a capture, taken once and used again under the GIL. */
struct strobe_walk {
    struct strobe_image_writer writer;
    int64_t deadline_ns; /* CLOCK_MONOTONIC, as `read_ns` */
    int64_t read_ns;     /* when the clock was read last */
    unsigned work;       /* since the clock was last read; see strobe_walk_spend() */
    enum strobe_cut cut; /* of the whole capture */
    uint32_t generation;
    uint32_t found;   /* values in the queue */
    uint32_t written; /* of them */
    uint32_t types;
    uint32_t hidden_count;
    uint32_t hidden[STROBE_IMAGE_HIDDEN_MAX]; /* values to be redacted after they were written */
    uint32_t embedded_count;
    struct strobe_embedded embedded[STROBE_WALK_EMBEDDED_MAX];
    int64_t unbound; /* number of the one unbound value, or -1 */
    struct strobe_pending queue[STROBE_CAPTURE_VALUES_MAX];
    struct strobe_identity identities[STROBE_WALK_IDENTITIES];
    struct strobe_identity type_identities[STROBE_WALK_TYPE_SLOTS];
    struct strobe_remembered_rule rules[STROBE_WALK_RULES];
    bool reads_memory; /* `memory` is in use by this capture */
    bool may_read_memory;
    struct strobe_own_memory memory;
    unsigned rules_serial; /* strobe_policy_serial() of the policy that owns them */
    uint8_t bytes[STROBE_CAPTURE_BYTES_MAX];
};

/** The result of a search that found no place: the queue is full. */
#define STROBE_WALK_FULL (-1)

/** Begin a capture: forget all values, write into `walk->bytes`. `started_ns` is CLOCK_MONOTONIC. */
void strobe_walk_begin(struct strobe_walk *walk, int64_t started_ns);

/** Forget which objects have numbers. */
void strobe_walk_forget(struct strobe_walk *walk);

/**
 * The number of `object` as a value, found at `depth` below a variable, redacted for the reason `rule` unless that is
 * NULL. What is redacted at one place is so at all others (see secret.h); what all the program shares, like None, gets
 * a number of its own where it is redacted. NULL stands for an unbound variable.
 * @return the number, or STROBE_WALK_FULL
 */
int64_t strobe_walk_refer(struct strobe_walk *walk, PyObject *object, unsigned depth, const char *rule);

/** The number of `type` plus 1, written as a record when it is new; 0 when there is no room for it. */
unsigned strobe_walk_type(struct strobe_walk *walk, PyTypeObject *type);

/** Whether `size` more bytes fit. */
bool strobe_walk_has_room(const struct strobe_walk *walk, size_t size);

/**
 * Account for work of about `cost` times 50 ns, and read the clock when enough has come together.
 * @return false when the time of the capture is over
 */
bool strobe_walk_spend(struct strobe_walk *walk, size_t cost);

/**
 * A reader for memory that other threads may release meanwhile, made at the first call in a capture (some 20 us: the
 * system is asked whether the call it takes is allowed now) and ended with it. Forgets all pages.
 * @return it, the walk's; or NULL: the system allows no way
 */
struct strobe_own_memory *strobe_walk_memory(struct strobe_walk *walk);

/** Write all values that were found and what they lead to, within all bounds, and the end of the image. */
void strobe_walk_run(struct strobe_walk *walk, int64_t started_ns);

#endif
