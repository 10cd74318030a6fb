/** How an expression is understood at a place of this process: the answer to the hub's question `check`. */
#ifndef STROBE_AGENT_CHECK_H
#define STROBE_AGENT_CHECK_H

#include "agent/agent.h"

/**
 * Answer with every part of `request->check.expression` and what stands against it: outside the language, a name that
 * is not known at the location, an own name that the location does not offer, a property whose getter would run.
 * A location that is not loaded yet only means that names are not looked up; one that is wrong is a failed request.
 * Thread: the worker's.   GIL: held.
 */
void strobe_check_answer(struct strobe_agent *agent, const struct strobe_wire_request *request);

#endif
