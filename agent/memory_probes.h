/**
 * Probes whose action is `memory`: at a hit the program's thread leaves a note, the worker reads what is allocated and
 * says what changed since the probe's hit before. One reading of a probe at a time.
 *
 * Notes are left and taken under the GIL; probes come and go under `control_lock` too.
 */
#ifndef STROBE_AGENT_MEMORY_PROBES_H
#define STROBE_AGENT_MEMORY_PROBES_H

#include <Python.h>
#include <stdbool.h>
#include <stdint.h>

#include "agent/log_line.h"
#include "agent/memory_moment.h"
#include "probes/probe.h"
#include "probes/py/registry.h"

struct strobe_memory;

/** One hit, as the program's thread leaves it: copies alone. */
struct strobe_memory_note {
    int64_t at_ns; /* CLOCK_MONOTONIC */
    int64_t time_us;
    int64_t hit;    /* its number, from 1 */
    int64_t passes; /* of the probe so far, where its condition held */
    uint64_t thread;
    int line;
    size_t function_size, file_size;
    char function[STROBE_NAME_BYTES_MAX];
    char file[STROBE_PATH_BYTES_MAX];
};

struct strobe_memory_probe {
    struct strobe_probe *probe; /* a reference; NULL: this place is free */
    bool asked;                 /* `note` waits, or is being answered: no other can be left */
    struct strobe_memory_note note;
    struct strobe_memory_moment last; /* of the hit before, or when it was armed */
    int64_t last_hit, last_passes;    /* numbers of that hit; 0: when it was armed */
};

/** The probe's place for a note, or NULL when it has none or the one before is not answered yet: the hit is dropped.
 *  Thread: the program's, in a callback; GIL: held. */
struct strobe_memory_probe *strobe_memory_probes_place(struct strobe_memory *memory, const struct strobe_probe *probe);

/**
 * `probe` is about to be armed: trace from now on, and remember what is allocated already. One that cannot be had ends
 * with the reason.   Thread: worker; GIL: held.
 */
void strobe_memory_probes_prepare(struct strobe_memory *memory, const struct strobe_registry *registry,
                                  struct strobe_probe *probe);

/**
 * Answer the notes that wait: a new image of kind STROBE_IMAGE_MEMORY (log_line.h) for each, handed to `give`.
 * Thread: worker; GIL: held, released now and then.
 */
void strobe_memory_probes_read(struct strobe_memory *memory, bool (*give)(void *user, struct strobe_image *image),
                               void *user);

/** Let go of probes that ended or are gone; stop tracing when nobody needs it. GIL: held. */
void strobe_memory_probes_settle(struct strobe_memory *memory, const struct strobe_registry *registry);

/** End all of them, because `reason`. GIL: held. */
void strobe_memory_probes_end(struct strobe_memory *memory, const char *reason);

/** Let go of all of them without a word. GIL: held. */
void strobe_memory_probes_forget(struct strobe_memory *memory);

#endif
