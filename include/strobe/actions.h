/**
 * What a probe may do, in one table: agent and hub go by the same words and defaults.
 *
 * A later kind is a row here, its rules in control/hub/action_rules.c, and a file that performs it, named in the table
 * of probes/py/act.c.
 */
#ifndef STROBE_ACTIONS_H
#define STROBE_ACTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "strobe/limits.h"

/**
 * NAME; the word on the wire; hits and hits a second by default; whether its hits are rated (what is sent hit by hit
 * is; numbers are not, because a count that leaves some out is none); what to use instead where this version does not
 * have it, else NULL
 */
#define STROBE_ACTIONS(X)                                                                                      \
    /* stack, locals, watches */                                                                               \
    X(SNAPSHOT, "snapshot", STROBE_PROBE_HITS_DEFAULT, STROBE_PROBE_RATE_PER_S_DEFAULT, true, NULL)            \
    /* a line of text */                                                                                       \
    X(LOG, "log", STROBE_PROBE_HITS_LOG_DEFAULT, STROBE_PROBE_RATE_PER_S_DEFAULT, true, NULL)                  \
    /* count, gauge or histogram of a number */                                                                \
    X(METRIC, "metric", STROBE_PROBE_HITS_UNBOUNDED, STROBE_PROBE_RATE_PER_S_DEFAULT, false, NULL)             \
    /* how long: to `until`, or of the call */                                                                 \
    X(TIMER, "timer", STROBE_PROBE_HITS_UNBOUNDED, STROBE_PROBE_RATE_PER_S_DEFAULT, false, NULL)               \
    /* attributes of the current span */                                                                       \
    X(SPAN, "span", STROBE_PROBE_HITS_UNBOUNDED, STROBE_PROBE_RATE_PER_S_DEFAULT, true, NULL)                  \
    /* what is allocated more than at the hit before */                                                        \
    X(MEMORY, "memory", STROBE_PROBE_HITS_MEMORY_DEFAULT, STROBE_MEMORY_RATE_PER_S_DEFAULT, true, NULL)        \
    /* every line of a call, with what changed */                                                              \
    X(RECORDING, "recording", STROBE_PROBE_HITS_DEFAULT, STROBE_PROBE_RATE_PER_S_DEFAULT, true,                \
      "this version cannot record calls yet; watch the values at the lines that matter (action snapshot with " \
      "watches), log them (action log), or time the way between two lines (action timer)")

enum strobe_action_kind {
#define STROBE_ACTION_ENUM(name, word, hits, rate, rated, instead) STROBE_ACTION_##name,
    STROBE_ACTIONS(STROBE_ACTION_ENUM)
#undef STROBE_ACTION_ENUM
        STROBE_ACTION_KINDS
};

/** A row of the table. */
struct strobe_action_row {
    const char *word;
    int64_t hits_default;
    double rate_default;
    bool is_rated;
    const char *instead; /* NULL: this version has it */
};

/** The row of `kind`; borrowed, static. Thread: any. */
static inline const struct strobe_action_row *strobe_action_row(enum strobe_action_kind kind)
{
    static const struct strobe_action_row rows[] = {
#define STROBE_ACTION_ROW(name, word, hits, rate, rated, instead) {word, hits, rate, rated, instead},
        STROBE_ACTIONS(STROBE_ACTION_ROW)
#undef STROBE_ACTION_ROW
    };
    return &rows[kind];
}

#endif
