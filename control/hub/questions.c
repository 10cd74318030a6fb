#include "hub/questions.h"

#include <stdlib.h>
#include <string.h>

#include "hub/requests.h"

/* A question under way. The exchange may go before the answer, the answer never outlives the question. */
struct question {
    struct strobe_exchange *exchange; /* NULL: the asker left */
};

static void on_asker_gone(void *user)
{
    struct question *question = user;
    question->exchange = NULL;
}

static void answer_files(struct strobe_exchange *exchange, const struct strobe_wire_files *files)
{
    json_t *json = strobe_wire_struct_to_json(&strobe_wire_files_struct, files, NULL);
    if (json != NULL) {
        json_object_del(json, "request");
        json_object_set_new(json, "cut", json_boolean(files->cut));
    }
    strobe_api_answer_json(exchange, 200, json);
}

static void answer_checked(struct strobe_exchange *exchange, const struct strobe_wire_checked *checked)
{
    json_t *json = strobe_wire_struct_to_json(&strobe_wire_checked_struct, checked, NULL);
    if (json != NULL) {
        json_object_del(json, "request");
    }
    strobe_api_answer_json(exchange, 200, json);
}

static void answer_memory(struct strobe_exchange *exchange, const struct strobe_wire_memory *memory)
{
    json_t *json = strobe_wire_struct_to_json(&strobe_wire_memory_struct, memory, NULL);
    if (json != NULL) {
        json_object_del(json, "request");
    }
    strobe_api_answer_json(exchange, 200, json);
}

static void answer_threads(struct strobe_exchange *exchange, const struct strobe_wire_threads *threads)
{
    json_t *json = strobe_wire_struct_to_json(&strobe_wire_threads_struct, threads, NULL);
    if (json != NULL) {
        json_object_del(json, "request");
    }
    strobe_api_answer_json(exchange, 200, json);
}

static void answer_refused(struct strobe_exchange *exchange, const struct strobe_wire_request_failed *failed)
{
    bool is_wrong = strncmp(failed->reason, "location_", sizeof "location_" - 1) == 0; /* what was asked is */
    bool is_refused = strcmp(failed->reason, "refused") == 0;
    int status = strcmp(failed->reason, "not_loaded") == 0 ? 404 : is_wrong ? 400 : is_refused ? 409 : 503;
    strobe_api_fail(exchange, status, failed->reason, failed->message);
}

static void answer_message(struct strobe_exchange *exchange, const struct strobe_wire_message *message)
{
    switch (message->kind) {
    case STROBE_WIRE_KIND_FILES:
        answer_files(exchange, &message->as.files);
        break;
    case STROBE_WIRE_KIND_SOURCE_TEXT:
        strobe_api_answer_struct(exchange, 200, &strobe_wire_source_struct, &message->as.source_text.source);
        break;
    case STROBE_WIRE_KIND_CHECKED:
        answer_checked(exchange, &message->as.checked);
        break;
    case STROBE_WIRE_KIND_MEMORY:
        answer_memory(exchange, &message->as.memory);
        break;
    case STROBE_WIRE_KIND_THREADS:
        answer_threads(exchange, &message->as.threads);
        break;
    default:
        answer_refused(exchange, &message->as.request_failed);
        break;
    }
}

static void on_outcome(void *user, const struct strobe_request_outcome *outcome)
{
    struct question *question = user;
    struct strobe_exchange *exchange = question->exchange;
    free(question);
    if (exchange == NULL) {
        return;
    }
    if (outcome->message != NULL) {
        answer_message(exchange, outcome->message);
    } else if (outcome->status == STROBE_ECLOSED) {
        strobe_api_fail(exchange, 503, "instance_down", "the process went away: choose another instance");
    } else {
        strobe_api_fail(exchange, 504, "no_answer",
                        "the process did not answer in time: it may be busy, or stopped; try again");
    }
}

void strobe_question_ask(const struct strobe_api_call *call, const struct strobe_instance *instance,
                         const struct strobe_wire_request *asked)
{
    struct strobe_error error = {0};
    struct question *question = calloc(1, sizeof *question);
    if (question == NULL) {
        strobe_api_fail(call->exchange, 500, "internal", "the hub is out of memory");
        return;
    }
    question->exchange = call->exchange;
    int status = strobe_requests_ask(call->hub->requests, instance, asked, on_outcome, question, &error);
    if (status == 0) {
        strobe_exchange_on_gone(call->exchange, on_asker_gone, question);
        return;
    }
    free(question);
    strobe_api_fail(call->exchange, 503, status == STROBE_ELIMIT ? "busy" : "instance_down", error.message);
}
