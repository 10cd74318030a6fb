/** Which of the passes where the condition holds act: each, the N-th, from the N-th on, every N-th. */
#ifndef STROBE_WHEN_H
#define STROBE_WHEN_H

#include <stdbool.h>
#include <stdint.h>

#include "strobe/error.h"

enum strobe_when_kind { STROBE_WHEN_EACH, STROBE_WHEN_ONLY, STROBE_WHEN_FROM, STROBE_WHEN_EVERY };

/** Zero-initialised: each. */
struct strobe_when {
    enum strobe_when_kind kind;
    int64_t number; /* 1 or more */
};

/**
 * Read "5", ">=5" or "every 5"; NULL and "" stand for each.   Thread: any.
 * @return 0, or STROBE_ESYNTAX with what to write
 */
int strobe_when_parse(const char *text, struct strobe_when *ret_when, struct strobe_error *error);

/** Whether pass number `pass` (1-based) acts. */
static inline bool strobe_when_admits(const struct strobe_when *when, int64_t pass)
{
    switch (when->kind) {
    case STROBE_WHEN_ONLY:
        return pass == when->number;
    case STROBE_WHEN_FROM:
        return pass >= when->number;
    case STROBE_WHEN_EVERY:
        return pass % when->number == 0;
    default:
        return true;
    }
}

#endif
