#include "agent/question.h"

#include <string.h>

#include "agent/check.h"

void strobe_question_fail(struct strobe_agent *agent, int64_t request, const char *reason, const char *message)
{
    struct strobe_wire_request_failed failed = {
        .request = request,
        .reason = (char *)reason,
        .message = (char *)message,
    };
    strobe_report_post(agent, STROBE_WIRE_KIND_REQUEST_FAILED, &failed);
}

static void answer_memory(struct strobe_agent *agent, const struct strobe_wire_request *request)
{
    struct strobe_error error = {0};
    struct strobe_wire_memory message;
    if (strobe_memory_answer(&agent->memory, &request->memory, &message, &error) < 0) {
        const char *reason = error.code == STROBE_EDENIED ? "refused" : "internal";
        strobe_question_fail(agent, request->request, reason, error.message);
        return;
    }
    message.request = request->request;
    strobe_report_post(agent, STROBE_WIRE_KIND_MEMORY, &message);
    strobe_wire_struct_done(&strobe_wire_memory_struct, &message);
}

void strobe_question_answer(struct strobe_agent *agent, const struct strobe_wire_request *request)
{
    if (strcmp(request->what, "check") == 0) {
        strobe_check_answer(agent, request);
    } else if (strcmp(request->what, "files") == 0) {
        strobe_files_answer(agent, request);
    } else if (strcmp(request->what, "memory") == 0) {
        answer_memory(agent, request);
    } else if (strcmp(request->what, "threads") == 0) {
        strobe_dump_answer(agent, request);
    } else {
        strobe_source_answer(agent, request);
    }
}
