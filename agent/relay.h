/** Lines of log probes that are also wanted in the program's own logging; see python_shim/stroboscope/_relay.py. */
#ifndef STROBE_AGENT_RELAY_H
#define STROBE_AGENT_RELAY_H

#include "agent/agent.h"
#include "agent/log_line.h"

/** In the program's thread: leave `line` for the worker. A line that has no room is counted as dropped. GIL: held. */
void strobe_relay_leave(struct strobe_agent *agent, const struct strobe_log_line *line);

/** On the worker: hand on what was left, secrets taken out. GIL: held. Sets no exception. */
void strobe_relay_hand_on(struct strobe_agent *agent);

#endif
