/* redaction */
#include "hub/agent_link.h"
#include "hub/api.h"
#include "hub/redaction.h"

void strobe_api_redaction_get(const struct strobe_api_call *call)
{
    strobe_api_answer_struct(call->exchange, 200, &strobe_wire_redaction_struct,
                             strobe_hub_redaction_get(call->hub->redaction));
}

void strobe_api_redaction_put(const struct strobe_api_call *call)
{
    struct strobe_error error = {0};
    struct strobe_wire_redaction wanted;
    if (strobe_api_body(call, &strobe_wire_redaction_struct, &wanted) < 0) {
        return;
    }
    int status = strobe_hub_redaction_put(call->hub->redaction, &wanted, call->who.name, &error);
    strobe_wire_struct_done(&strobe_wire_redaction_struct, &wanted);
    if (status == 0) {
        strobe_agents_push_policy(call->hub->agents);
        strobe_api_redaction_get(call);
    } else if (status == STROBE_EBUSY) {
        strobe_api_fail(call->exchange, 409, "changed", error.message);
    } else {
        strobe_api_fail_error(call->exchange, status == STROBE_EINVAL ? 400 : 503, &error);
    }
}
