/** Comparing values of two snapshots: the part of body_diff.h below frames. Runs on the hub's thread. */
#ifndef STROBE_HUB_DIFFER_H
#define STROBE_HUB_DIFFER_H

#include "base/pointer_map.h"
#include "hub/body.h"
#include "strobe/limits.h"

/* What a container was compared with first, to tell when one object became two, or two one. */
struct strobe_differ_peer {
    int64_t ref; /* plus one; 0: not compared yet */
    char *path;
};

struct strobe_differ_side {
    struct strobe_body body;
    uint64_t *prints;
    struct strobe_differ_peer *peers;
    char path[STROBE_HUB_PATH_BYTES_MAX + 1];
};

struct strobe_differ {
    struct strobe_differ_side left, right;
    struct strobe_pointer_map seen; /* pairs of containers */
    json_t *differences, *unknown, *by_position;
    size_t compared, more, steps;
    bool cut;
    long frame; /* -1: in watches */
    const char *function;
};

/** How long the paths were before a step. */
struct strobe_differ_mark {
    size_t left, right;
};

/** Append a step to both paths; take it back with strobe_differ_leave(). */
struct strobe_differ_mark strobe_differ_enter(struct strobe_differ *diff, const char *left_step,
                                              const char *right_step);
void strobe_differ_leave(struct strobe_differ *diff, struct strobe_differ_mark mark);

/** A new row of `list` with its kind and frame, borrowed; `message` may be NULL. NULL when the list is full: counted.
 */
json_t *strobe_differ_add_row(struct strobe_differ *diff, json_t *list, const char *kind, const char *message);

/** Report what stands on one side alone, behind `step`; unknown instead when the other side was cut there. */
void strobe_differ_report_single(struct strobe_differ *diff, bool on_left, int64_t ref, const char *step,
                                 bool other_is_cut);

/** Compare two values and what is below them; `depth` of values around them, 0 at first. */
void strobe_differ_compare(struct strobe_differ *diff, int64_t left, int64_t right, int depth);

#endif
