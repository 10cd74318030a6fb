/* instances, their files and sources; sources by hash */
#include <stdlib.h>
#include <string.h>

#include "hub/api.h"
#include "hub/instances.h"
#include "hub/questions.h"
#include "strobe/limits.h"

/* ---- The list ---- */

static json_t *to_json(const struct strobe_wire_instance *instance)
{
    return strobe_wire_struct_to_json(&strobe_wire_instance_struct, instance, NULL);
}

static int compare_instances(const void *a, const void *b)
{
    const struct strobe_instance *const *first = a, *const *second = b;
    int by_service = strcmp((*first)->info.service, (*second)->info.service);
    if (by_service != 0) {
        return by_service;
    }
    int64_t x = (*first)->info.connected_at_ms, y = (*second)->info.connected_at_ms;
    return (x > y) - (x < y);
}

static int list_connected(struct strobe_hub *hub, const char *service, json_t *list)
{
    struct strobe_instance **found = calloc(STROBE_HUB_AGENTS_MAX, sizeof(struct strobe_instance *));
    size_t count = 0, position = 0;
    if (found == NULL) {
        return STROBE_ENOMEM;
    }
    for (struct strobe_instance *instance;
         count < STROBE_HUB_AGENTS_MAX && (instance = strobe_instances_next(hub->instances, &position)) != NULL;) {
        if (service == NULL || strcmp(instance->info.service, service) == 0) {
            found[count++] = instance;
        }
    }
    qsort(found, count, sizeof(struct strobe_instance *), compare_instances);
    for (size_t i = 0; i < count && i < STROBE_HUB_LIST_MAX; i++) {
        json_array_append_new(list, to_json(&found[i]->info));
    }
    free(found);
    return 0;
}

struct past_list {
    struct strobe_hub *hub;
    json_t *list;
};

static bool add_past(void *user, const struct strobe_wire_instance *instance)
{
    struct past_list *past = user;
    if (strobe_instances_find(past->hub->instances, instance->id) == NULL) {
        json_array_append_new(past->list, to_json(instance));
    }
    return json_array_size(past->list) < STROBE_HUB_LIST_MAX;
}

void strobe_api_instances_list(const struct strobe_api_call *call)
{
    const char *service = strobe_http_parameter(call->request, "service");
    const char *state = strobe_http_parameter(call->request, "state");
    bool up = state == NULL || strcmp(state, "up") == 0, down = state == NULL || strcmp(state, "down") == 0;
    if (!up && !down) {
        strobe_api_fail(call->exchange, 400, "bad_request", "'state' must be up or down");
        return;
    }
    struct strobe_error error = {0};
    json_t *list = json_array();
    int status = list != NULL && up ? list_connected(call->hub, service, list) : 0;
    if (status == 0 && down && json_array_size(list) < STROBE_HUB_LIST_MAX) {
        struct past_list past = {.hub = call->hub, .list = list};
        status = strobe_store_list_instances(call->hub->store, service, add_past, &past, &error);
    }
    if (status < 0) {
        json_decref(list);
        strobe_api_fail_error(call->exchange, 503, &error);
        return;
    }
    strobe_api_answer_json(call->exchange, 200, json_pack("{s:o}", "instances", list));
}

/* ---- Questions to a running process ---- */

static void answer_not_connected(const struct strobe_api_call *call)
{
    struct strobe_wire_instance instance;
    struct strobe_error error = {0};
    int status = strobe_store_get_instance(call->hub->store, call->part, &instance, &error);
    if (status == 0) {
        strobe_wire_struct_done(&strobe_wire_instance_struct, &instance);
        strobe_api_fail(call->exchange, 503, "instance_down", "the process is not connected: choose another instance");
    } else {
        strobe_api_fail_error(call->exchange, status == STROBE_ENOTFOUND ? 404 : 503, &error);
    }
}

static void ask_whole(const struct strobe_api_call *call, const struct strobe_wire_request *question)
{
    struct strobe_instance *instance = strobe_instances_find(call->hub->instances, call->part);
    if (instance == NULL) {
        answer_not_connected(call);
    } else {
        strobe_question_ask(call, instance, question);
    }
}

static void ask(const struct strobe_api_call *call, const char *what, const char *path)
{
    const struct strobe_wire_request question = {.what = (char *)what, .path = (char *)path};
    ask_whole(call, &question);
}

void strobe_api_instance_files(const struct strobe_api_call *call)
{
    ask(call, "files", NULL);
}

void strobe_api_instance_source(const struct strobe_api_call *call)
{
    const char *path = strobe_http_parameter(call->request, "path");
    if (path == NULL || strlen(path) > STROBE_PATH_BYTES_MAX) {
        strobe_api_fail(call->exchange, 400, "bad_request", "'path' must name a file, as the list of files does");
        return;
    }
    ask(call, "source", path);
}

void strobe_api_instance_memory(const struct strobe_api_call *call)
{
    struct strobe_wire_request question = {.what = (char *)"memory"};
    if (strobe_api_body(call, &strobe_wire_memory_request_struct, &question.memory) == 0) {
        ask_whole(call, &question);
        strobe_wire_struct_done(&strobe_wire_memory_request_struct, &question.memory);
    }
}

void strobe_api_instance_threads(const struct strobe_api_call *call)
{
    struct strobe_wire_request question = {.what = (char *)"threads"};
    if (strobe_api_body(call, &strobe_wire_threads_request_struct, &question.threads) == 0) {
        ask_whole(call, &question);
        strobe_wire_struct_done(&strobe_wire_threads_request_struct, &question.threads);
    }
}

/* ---- Sources by hash ---- */

void strobe_api_source_get(const struct strobe_api_call *call)
{
    struct strobe_error error = {0};
    char *text = NULL;
    int status = strobe_store_get_source(call->hub->store, call->part, &text, &error);
    if (status < 0) {
        strobe_api_fail_error(call->exchange, status == STROBE_ENOTFOUND ? 404 : 503, &error);
        return;
    }
    strobe_api_answer_text(call->exchange, 200, text);
}
