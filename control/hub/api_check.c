/* check: how an expression is understood, asked of a process that would run it */
#include <string.h>

#include "hub/api.h"
#include "hub/instances.h"
#include "hub/questions.h"
#include "hub/text_rules.h"

static struct strobe_instance *find(struct strobe_hub *hub, const struct strobe_wire_check_request *request)
{
    if (request->instance != NULL) {
        return strobe_instances_find(hub->instances, request->instance);
    }
    size_t position = 0;
    struct strobe_instance *instance;
    while ((instance = strobe_instances_next(hub->instances, &position)) != NULL) {
        if (request->service == NULL || strcmp(instance->info.service, request->service) == 0) {
            return instance;
        }
    }
    return NULL;
}

void strobe_api_check(const struct strobe_api_call *call)
{
    struct strobe_wire_request question = {.what = (char *)"check"};
    if (strobe_api_body(call, &strobe_wire_check_request_struct, &question.check) < 0) {
        return;
    }
    struct strobe_instance *instance = find(call->hub, &question.check);
    if (strobe_text_is_blank(question.check.expression)) {
        strobe_api_fail(call->exchange, 400, "bad_request", "'expression' is missing: send what was typed");
    } else if (instance == NULL) {
        strobe_api_fail(call->exchange, 503, "instance_down",
                        "no process that could answer is connected: start one, or check without a hub, see "
                        "strobe check --help");
    } else {
        strobe_question_ask(call, instance, &question);
    }
    strobe_wire_struct_done(&strobe_wire_check_request_struct, &question.check);
}
