/** Calls of the API that a running process answers. */
#ifndef STROBE_HUB_QUESTIONS_H
#define STROBE_HUB_QUESTIONS_H

#include "hub/api.h"
#include "hub/instances.h"

/**
 * Ask `instance` and answer the call with what it says, or with why there is no answer. `asked` is borrowed during
 * the call; its number is filled in.
 */
void strobe_question_ask(const struct strobe_api_call *call, const struct strobe_instance *instance,
                         const struct strobe_wire_request *asked);

#endif
