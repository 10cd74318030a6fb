/** What the hub asks this process. */
#ifndef STROBE_AGENT_QUESTION_H
#define STROBE_AGENT_QUESTION_H

#include "agent/agent.h"

/** Answer a question with exactly one message. Thread: the worker's.   GIL: held. */
void strobe_question_answer(struct strobe_agent *agent, const struct strobe_wire_request *request);

/** Answer that it cannot be answered. `reason` is for machines, `message` says what to do. Thread: any. */
void strobe_question_fail(struct strobe_agent *agent, int64_t request, const char *reason, const char *message);

#endif
