/** The probe's own names that only the agent knows. */
#ifndef STROBE_AGENT_OWN_NAMES_H
#define STROBE_AGENT_OWN_NAMES_H

#include "probes/py/hit.h"

/**
 * strobe_hit_text of the dispatch: $thread, $task, $trace_id at `hit`, UTF-8, valid until the next call; NULL where
 * there is none. Thread: the program's. GIL: held.
 */
const char *strobe_agent_own_name(void *hit, enum strobe_own which);

#endif
