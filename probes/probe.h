/**
 * One probe in this process: what was asked, its limits as they stand, its gates and its status.
 *
 * Shared by the worker (which arms it), the program's threads (which hit it, under the GIL) and the link thread (which
 * reports it), hence counted references, atomic gates and a lock around the status text.
 */
#ifndef STROBE_PROBE_H
#define STROBE_PROBE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/token_bucket.h"
#include "probes/action.h"
#include "probes/budget.h"
#include "probes/fair_rate.h"
#include "probes/location.h"
#include "probes/metric.h"
#include "probes/when.h"
#include "strobe/limits.h"

/** The gates, in the order of the wire. */
#define STROBE_GATES(X) \
    X(reached)          \
    X(condition_false)  \
    X(condition_error)  \
    X(rate_limited)     \
    X(hit_limit)        \
    X(expired)          \
    X(budget)           \
    X(dropped)          \
    X(no_span)          \
    X(captured)

/** Written under the GIL, read by the link thread. */
struct strobe_gates {
#define STROBE_GATE_MEMBER(name) atomic_uint_fast64_t name;
    STROBE_GATES(STROBE_GATE_MEMBER)
#undef STROBE_GATE_MEMBER
};

/** Add one. Thread: under the GIL (a plain add, no locked instruction). */
__attribute__((always_inline)) static inline void strobe_gate_count(atomic_uint_fast64_t *gate)
{
    atomic_store_explicit(gate, atomic_load_explicit(gate, memory_order_relaxed) + 1, memory_order_relaxed);
}

enum strobe_probe_state {
    STROBE_PROBE_PENDING,
    STROBE_PROBE_ARMED,
    STROBE_PROBE_SUSPENDED, /* over its budget: resumes by itself */
    STROBE_PROBE_DONE,
    STROBE_PROBE_EXPIRED,
    STROBE_PROBE_ERROR
};

/** Where a probe stands; texts are UTF-8, empty when there is nothing to say. */
struct strobe_probe_status {
    enum strobe_probe_state state;
    char reason[64];
    char message[1024];
    char file[STROBE_PATH_BYTES_MAX];
    int line; /* 1-based line armed; 0: none */
    char source_sha256[65];
    char last_values[STROBE_LAST_VALUES_BYTES_MAX + 1]; /* of the condition's names, when it was false last */
};

/** What a person asked for. */
struct strobe_probe_request {
    const char *id;
    int64_t version;
    const char *location;
    const char *condition;              /* NULL: always */
    const struct strobe_action *action; /* NULL: a snapshot of everything */
    int64_t hits;
    const char *when; /* see when.h; NULL: each */
    double rate_per_s;
    int64_t expires_at_ms; /* Unix time; 0: never */
    double budget_percent; /* of one core; 0: the process's alone */
};

struct strobe_probe {
    atomic_int references;
    uint64_t tag; /* unique in this process: names the probe in images */
    char id[STROBE_PROBE_ID_BYTES_MAX + 1];
    atomic_int_fast64_t version; /* grows where an edit changes limits alone */
    char *location;
    char *condition; /* NULL: always */
    struct strobe_action *action;
    struct strobe_metric *metric; /* of METRIC and TIMER, else NULL */

    /* Under the GIL. */
    int64_t hits; /* allowed in all */
    int64_t hits_left;
    struct strobe_when when;
    int64_t passes; /* where the condition held */
    double budget;  /* share of one core; 0: the process's alone */
    struct strobe_budget_window window;
    struct strobe_budget_window capture_window; /* of it captures and log lines */
    struct strobe_budget_window hit_window;     /* of those the number, in place of nanoseconds */
    struct strobe_budget_window gross_window;   /* cost, and what CPython takes to report each pass */
    int64_t trial_cost_ns;                      /* since it was resumed, captures left out */
    int64_t trial_gross_ns;                     /* the same with CPython's part */
    unsigned suspensions;                       /* in a row */
    int64_t resumes_ns;                         /* SUSPENDED until then; 0: it is not */
    int64_t resumed_ns;                         /* when it was last */
    int64_t trial_began_ns;                     /* when it was reached first since then; 0: not yet */
    int64_t looked_ns;                          /* when last_values were taken */
    bool slow;                                  /* its condition took long lately: each pass is timed */
    int64_t expires_ns;                         /* CLOCK_MONOTONIC; INT64_MAX: never */
    struct strobe_token_bucket rate;            /* may be cut by the budget */
    double rate_per_s;                          /* as it was asked for */
    int64_t rate_cut_ns;                        /* when it was cut or raised again last; 0: it is not cut */
    struct strobe_fair_share share;             /* of the process's rate */
    bool ended;                                 /* done or expired: waits for the worker to disarm it */
    unsigned standing;                          /* places where it stands now */

    struct strobe_gates gates;
    atomic_uint_fast64_t cost_ns; /* in the program's threads, sampled where it is hot */
    _Atomic double cost_share;    /* of one core, lately */

    /* Behind the lock of probe.c. */
    struct strobe_probe_status status;
    uint64_t status_revision;
};

/** New probe in state PENDING with one reference; strings are copied. NULL when memory is exhausted. */
struct strobe_probe *strobe_probe_new(const struct strobe_probe_request *request);

/** Whether `request` asks for the same place, condition and action as `probe`: then limits alone differ. */
bool strobe_probe_is_same(const struct strobe_probe *probe, const struct strobe_probe_request *request);

/**
 * Take over version and limits of an edit of the same probe; counters go on, and hits that were made count. One that
 * had ended may act again.   GIL: held.
 * @return whether it must be armed again
 */
bool strobe_probe_revise(struct strobe_probe *probe, const struct strobe_probe_request *request);

/** One more user; returns `probe`. Thread: any. */
struct strobe_probe *strobe_probe_ref(struct strobe_probe *probe);

/** One user less; the last one releases it. NULL is fine. Thread: any. */
void strobe_probe_unref(struct strobe_probe *probe);

/** Forget what it cost lately, because something was done about it. GIL: held. */
void strobe_probe_forget_costs(struct strobe_probe *probe);

/** In the child after a fork, before other threads start: counters and hits as if just set; the status stays. */
void strobe_probe_after_fork(struct strobe_probe *probe);

/** Set the state with reason (may be "") and a message for people. Thread: any. */
void strobe_probe_set_state(struct strobe_probe *probe, enum strobe_probe_state state, const char *reason,
                            const char *format, ...) __attribute__((format(printf, 4, 5)));

/** Where the reason that stands is `reason`: forget it and its message. Thread: any. */
void strobe_probe_clear_reason(struct strobe_probe *probe, const char *reason);

/** Set the state at the end of its life; a reason and message that stand (a moved line, an error) stay. Thread: any. */
void strobe_probe_end(struct strobe_probe *probe, enum strobe_probe_state state, const char *message);

/** Note the values that the condition saw. Thread: any. */
void strobe_probe_set_last_values(struct strobe_probe *probe, const char *text, size_t size);

/** The revision of the status, which grows with each change. Thread: any. */
uint64_t strobe_probe_status_revision(struct strobe_probe *probe);

/** Note where it is armed: the file, the line and, when known, the hash of the source (else ""). Thread: any. */
void strobe_probe_set_place(struct strobe_probe *probe, const char *file, int line, const char *source_sha256);

/** Copy the status. @return its revision, which grows with each change. Thread: any. */
uint64_t strobe_probe_get_status(struct strobe_probe *probe, struct strobe_probe_status *ret_status);

/** The state's word on the wire; borrowed, static. */
const char *strobe_probe_state_name(enum strobe_probe_state state);

#endif
