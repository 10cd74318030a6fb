/**
 * Copy the stack and the variables of the running frame into a byte image, redacted by name.
 *
 * Runs inside a monitoring callback: allocates no Python object, runs no Python code, takes no reference that it
 * keeps, sets no exception, does not release the GIL. All bounds hold during the walk.
 */
#ifndef STROBE_SNAPSHOT_CAPTURE_H
#define STROBE_SNAPSHOT_CAPTURE_H

#include <Python.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/image_queue.h"
#include "base/py/frame.h"

/** What a capture does on request only. Zero-initialised: nothing of it. */
struct strobe_capture_options {
    bool native;    /* frames of C code between those of Python; some 1 us each */
    bool no_locals; /* the stack's places alone, and the watches */
    bool of_other;  /* of a thread that does not run now: nothing of the calling thread's */
};

/** Something that was asked for beside the variables: one of `object`, `text`, `error`. All borrowed. */
struct strobe_capture_watch {
    const char *expression; /* as it was written */
    PyObject *object;       /* its value, when that is an object of the program */
    const char *text;       /* or as text, when it was computed; UTF-8 */
    size_t text_size;
    const char *type;  /* of a computed one: the type's name */
    const char *error; /* why it has no value */
};

/** What stands in the image beside the values. */
struct strobe_capture_context {
    uint64_t tag; /* handed through to strobe_snapshot_head.tag */
    int line;     /* 1-based line of the innermost frame; the caller knows it */
    PyThreadState *tstate;
    struct strobe_capture_options options;
    const struct strobe_capture_watch *watches; /* at most STROBE_CAPTURE_WATCHES_MAX */
    size_t watches_count;
};

/**
 * Take per-interpreter memory for the walk, once at start.   GIL: held.   @return 0 or STROBE_ENOMEM
 */
int strobe_capture_init(void);

/** Release that memory; no capture may run. */
void strobe_capture_done(void);

/**
 * Capture `frame` and its callers.
 * @return a new image, the caller's; NULL when memory is exhausted (count it as dropped)
 */
struct strobe_image *strobe_capture(struct strobe_frame frame, const struct strobe_capture_context *context);

#endif
