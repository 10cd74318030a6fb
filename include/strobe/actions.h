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
 * NAME; the word on the wire; hits by default; whether its hits are rated (what is sent hit by hit is; numbers are not,
 * because a count that leaves some out is none); what to use instead where this version does not have it, else NULL
 */
#define STROBE_ACTIONS(X)                                                                                        \
    X(SNAPSHOT, "snapshot", STROBE_PROBE_HITS_DEFAULT, true, NULL) /* stack, locals, watches */                  \
    X(LOG, "log", STROBE_PROBE_HITS_LOG_DEFAULT, true, NULL)       /* a line of text */                          \
    X(METRIC, "metric", STROBE_PROBE_HITS_UNBOUNDED, false, NULL)  /* count, gauge or histogram of a number */   \
    X(TIMER, "timer", STROBE_PROBE_HITS_UNBOUNDED, false, NULL)    /* how long: to `until`, or of the call */    \
    X(SPAN, "span", STROBE_PROBE_HITS_UNBOUNDED, true, NULL)       /* attributes of the current span */          \
    X(RECORDING, "recording", STROBE_PROBE_HITS_DEFAULT, true,     /* every line of a call, with what changed */ \
      "this version cannot record calls yet; watch the values at the lines that matter (action snapshot with "   \
      "watches), log them (action log), or time the way between two lines (action timer)")

enum strobe_action_kind {
#define STROBE_ACTION_ENUM(name, word, hits, rated, instead) STROBE_ACTION_##name,
    STROBE_ACTIONS(STROBE_ACTION_ENUM)
#undef STROBE_ACTION_ENUM
        STROBE_ACTION_KINDS
};

/** A row of the table. */
struct strobe_action_row {
    const char *word;
    int64_t hits_default;
    bool is_rated;
    const char *instead; /* NULL: this version has it */
};

/** The row of `kind`; borrowed, static. Thread: any. */
static inline const struct strobe_action_row *strobe_action_row(enum strobe_action_kind kind)
{
    static const struct strobe_action_row rows[] = {
#define STROBE_ACTION_ROW(name, word, hits, rated, instead) {word, hits, rated, instead},
        STROBE_ACTIONS(STROBE_ACTION_ROW)
#undef STROBE_ACTION_ROW
    };
    return &rows[kind];
}

#endif
