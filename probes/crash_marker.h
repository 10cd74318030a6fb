/**
 * Which probe was at work when the process died: so that a probe that kills a process does not kill the next one too.
 *
 * Each process keeps one small file, mapped into memory, in a folder of its user. While a probe is armed or evaluated
 * its number stands there (two stores, no system call). An orderly end removes the file; what a dead process left
 * behind is read by the next start of the same service, and the probe that stands in it is quarantined: not armed until
 * somebody changes it, which gives it another version.
 *
 * The folder is STROBE_STATE_DIR, else `stroboscope` below XDG_RUNTIME_DIR, else one below /dev/shm, else below /tmp:
 * in memory where possible, because a page of a file on a disk may be written out, and the program's thread wait for
 * it. Without a folder that is this user's alone there is no marker, and nothing is quarantined.
 */
#ifndef STROBE_CRASH_MARKER_H
#define STROBE_CRASH_MARKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probes/probe.h"
#include "strobe/limits.h"

struct strobe_marker_file;

/** A probe that was at work when a process died. */
struct strobe_quarantined {
    char id[STROBE_PROBE_ID_BYTES_MAX + 1];
    int64_t version;
};

struct strobe_crash_marker {
    char folder[STROBE_PATH_BYTES_MAX];
    char path[STROBE_PATH_BYTES_MAX]; /* of our file; "" when there is none */
    struct strobe_marker_file *file;  /* mapped, or NULL */
    uint64_t service_hash;
    uint64_t nowhere; /* where numbers go without a file */
    struct strobe_quarantined quarantined[STROBE_QUARANTINE_MAX];
    size_t quarantined_count;
};

/** Read what dead processes of `service` left, and make the file of this one. Never fails: see above. Thread: any. */
void strobe_crash_marker_open(struct strobe_crash_marker *marker, const char *service, const char *instance);

/** Remove the file: an orderly end. */
void strobe_crash_marker_close(struct strobe_crash_marker *marker);

/** In the child of a fork: leave the parent's file alone and make one for `instance`. */
void strobe_crash_marker_after_fork(struct strobe_crash_marker *marker, const char *instance);

/** Write which number (strobe_probe.tag) stands for which probe. */
void strobe_crash_marker_name(struct strobe_crash_marker *marker, struct strobe_probe *const *probes, size_t count);

/** Where the number of the probe at work is to be stored; 0: none. Valid until close or fork. */
volatile uint64_t *strobe_crash_marker_place(struct strobe_crash_marker *marker);

/** Whether probe `id` in this version was at work when a process died. */
bool strobe_crash_marker_holds(const struct strobe_crash_marker *marker, const char *id, int64_t version);

#endif
