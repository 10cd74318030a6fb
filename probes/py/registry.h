/**
 * The probes of this process: from the desired set to armed lines, each with a status.
 *
 * Thread: the worker, or one that holds the agent's control_lock.   GIL: held, for every function; released between
 * slices of the work. A module that is imported meanwhile is met in its own thread (strobe_entry_meet): that adds
 * places where probes stand, and takes nothing away.
 */
#ifndef STROBE_PROBES_REGISTRY_H
#define STROBE_PROBES_REGISTRY_H

#include <Python.h>
#include <stdbool.h>

#include "probes/probe.h"
#include "probes/py/code_index.h"
#include "probes/py/dispatch.h"
#include "probes/py/entry.h"

/** What the registry asks of the agent. */
struct strobe_registry_hooks {
    void *user;
    strobe_is_secret *is_secret;
    /** Whether a process died while this probe was at work: then it is not armed. NULL: none did. */
    bool (*is_quarantined)(void *user, const char *id, int64_t version);
    /** A probe is being armed in `file`: the hash of its source text, or ""; borrowed until the next call. */
    const char *(*source_hash)(void *user, const char *file);
    /** The list of probes changed: `probes` is borrowed, `count` long. */
    void (*on_probes)(void *user, struct strobe_probe *const *probes, size_t count);
    /** A memory probe is about to be armed: have ready what it needs, or end it with a reason. May be NULL. */
    void (*prepare)(void *user, struct strobe_probe *probe);
};

struct strobe_registry {
    struct strobe_dispatch *dispatch;
    struct strobe_code_index *index;
    struct strobe_registry_hooks hooks;
    struct strobe_entry *entries;
    size_t count;
    struct strobe_error engine_error; /* set: no probe can be armed, for this reason */
    char *hashed_file;                /* of the hash asked for last: many probes may stand in one file */
    char hash[65];
};

/** Start without probes. The pointers are borrowed. */
void strobe_registry_init(struct strobe_registry *registry, struct strobe_dispatch *dispatch,
                          struct strobe_code_index *index, const struct strobe_registry_hooks *hooks);

/** Disarm and release everything. */
void strobe_registry_done(struct strobe_registry *registry);

/**
 * Make `requests` the probes in force. Those with the same id and version stay as they are, with their counters and
 * limits; the others are disarmed or set anew.   @return 0 or STROBE_ENOMEM (some are missing then, and say so)
 */
int strobe_registry_apply(struct strobe_registry *registry, const struct strobe_probe_request *requests, size_t count);

/** Whether some probe waits for something that nobody reports: code on 3.11, exception types everywhere. */
bool strobe_registry_must_look(const struct strobe_registry *registry);

/** Arm what became possible: new code appeared in files that some probe waits for. */
void strobe_registry_resolve(struct strobe_registry *registry);

/**
 * The redaction policy changed: what probes may not read any more is disarmed and says so, what they may read again is
 * armed by the next strobe_registry_resolve().   @return whether to call that
 */
bool strobe_registry_recheck(struct strobe_registry *registry);

/**
 * In the child after a fork: counters and limits start anew, lines that are armed stay so. Call
 * strobe_registry_resolve() afterwards to arm again what had ended in the parent.
 */
void strobe_registry_after_fork(struct strobe_registry *registry);

/** Disarm probes that ended (hit limit, expiry) or rest because they cost too much; looks at the clock.
 *  @return whether some have rested: call strobe_registry_resolve() */
bool strobe_registry_retire(struct strobe_registry *registry);

#endif
