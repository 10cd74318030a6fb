/**
 * Snapshots on their way to the disk: collected for a few milliseconds, committed together, then acknowledged.
 *
 * Nothing is acknowledged or shown before its commit has returned.
 */
#ifndef STROBE_HUB_INTAKE_H
#define STROBE_HUB_INTAKE_H

#include <uv.h>

#include "hub/bus.h"
#include "hub/store.h"
#include "wire/codec.h"

struct strobe_intake;

struct strobe_intake_handlers {
    void *user;
    /** All snapshots of `instance` handed over so far are on the disk; `stream` says how far they go. */
    void (*on_committed)(void *user, const char *instance, const struct strobe_stream *stream);
    /** A snapshot or log line of `probe` from `instance` is on the disk, for the first time. */
    void (*on_hit)(void *user, const char *probe, const char *instance);
    /** The commit failed: the snapshots of `instance` were forgotten here, its agent still has them. */
    void (*on_failed)(void *user, const char *instance, const char *reason);
};

/** `loop`, `store` and `bus` are borrowed. NULL when memory is exhausted. */
struct strobe_intake *strobe_intake_new(uv_loop_t *loop, struct strobe_store *store, struct strobe_bus *bus,
                                        const struct strobe_intake_handlers *handlers);

/** Commit what waits and stop the timer; the loop must run once more before strobe_intake_free(). */
void strobe_intake_close(struct strobe_intake *intake);

/** NULL is fine. */
void strobe_intake_free(struct strobe_intake *intake);

/**
 * Hand over one snapshot; takes what it owns by zeroing it. May commit, and so call the handlers, at once.
 * @return 0, STROBE_ENOMEM (on_failed was called)
 */
int strobe_intake_add(struct strobe_intake *intake, const char *instance, const char *service,
                      struct strobe_wire_snapshot *snapshot);

#endif
