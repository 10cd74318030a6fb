/** How an expression is understood at a place of this process. */
#ifndef STROBE_AGENT_CHECK_H
#define STROBE_AGENT_CHECK_H

#include "agent/agent.h"

/**
 * Every part of `asked->expression` and what stands against it: outside the language, a name that is not known at the
 * location, an own name that the location does not offer, a property whose getter would run. A location that is not
 * loaded yet only means that nothing is looked up. Runs no code of the program.
 * Thread: any but the link's; under `control_lock`.   GIL: held; released while code is looked for.   Sets no
 * exception.
 * @return 0 and what is to be released with strobe_wire_struct_done(); STROBE_ESYNTAX, STROBE_EINVAL, STROBE_ENOTFOUND
 *         (the location), STROBE_ENOMEM
 */
int strobe_check(struct strobe_agent *agent, const struct strobe_wire_check_request *asked,
                 struct strobe_wire_checked *ret_checked, struct strobe_error *error);

/** Answer the hub's question `check`. Thread: the worker's.   GIL: held. */
void strobe_check_answer(struct strobe_agent *agent, const struct strobe_wire_request *request);

#endif
