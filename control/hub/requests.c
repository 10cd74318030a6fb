#include "hub/requests.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "strobe/limits.h"

struct pending {
    struct pending *next;
    int64_t number;
    int64_t deadline_ns;
    char instance[65];
    strobe_request_callback callback;
    void *user;
};

struct strobe_requests {
    struct pending *first; /* newest first */
    size_t count;
    int64_t last_number;
};

struct strobe_requests *strobe_requests_new(void)
{
    return calloc(1, sizeof(struct strobe_requests));
}

void strobe_requests_free(struct strobe_requests *requests)
{
    while (requests != NULL && requests->first != NULL) {
        struct pending *pending = requests->first;
        requests->first = pending->next;
        free(pending);
    }
    free(requests);
}

static int send_request(const struct strobe_instance *instance, int64_t number,
                        const struct strobe_wire_request *question, struct strobe_error *error)
{
    struct strobe_wire_request body = *question;
    body.request = number;
    if (strcmp(body.what, "memory") != 0) { /* zeroes are out of its bounds: the agent would hang up */
        body.memory.frames = 1;
        body.memory.top = 20;
    }
    char *text = NULL;
    size_t size = 0;
    int status = strobe_wire_encode(STROBE_WIRE_KIND_REQUEST, &body, &text, &size, error);
    if (status < 0) {
        return status;
    }
    struct strobe_frame *frame = strobe_frame_new(text, size);
    if (frame == NULL) {
        return strobe_error_set(error, STROBE_ENOMEM, "out of memory");
    }
    status = strobe_socket_send(instance->socket, frame);
    strobe_frame_unref(frame);
    return status < 0 ? strobe_error_set(error, status, "the connection to the instance is closing") : 0;
}

int strobe_requests_ask(struct strobe_requests *requests, const struct strobe_instance *instance,
                        const struct strobe_wire_request *question, strobe_request_callback callback, void *user,
                        struct strobe_error *error)
{
    if (requests->count >= STROBE_HUB_REQUESTS_MAX) {
        return strobe_error_set(error, STROBE_ELIMIT, "too many questions to instances wait: try again");
    }
    struct pending *pending = calloc(1, sizeof *pending);
    if (pending == NULL) {
        return strobe_error_set(error, STROBE_ENOMEM, "out of memory");
    }
    int status = send_request(instance, requests->last_number + 1, question, error);
    if (status < 0) {
        free(pending);
        return status;
    }
    pending->number = ++requests->last_number;
    pending->deadline_ns = strobe_clock_monotonic_ns() + STROBE_HUB_REQUEST_MS_MAX * 1000000LL;
    strncpy(pending->instance, instance->info.id, sizeof pending->instance - 1);
    pending->callback = callback;
    pending->user = user;
    pending->next = requests->first;
    requests->first = pending;
    requests->count++;
    return 0;
}

/* Take the one at `*place` out and call it. */
static void finish(struct strobe_requests *requests, struct pending **place,
                   const struct strobe_request_outcome *outcome)
{
    struct pending *pending = *place;
    *place = pending->next;
    requests->count--;
    pending->callback(pending->user, outcome);
    free(pending);
}

void strobe_requests_answered(struct strobe_requests *requests, const char *instance, int64_t number,
                              struct strobe_wire_message *message)
{
    for (struct pending **place = &requests->first; *place != NULL; place = &(*place)->next) {
        if ((*place)->number == number && strcmp((*place)->instance, instance) == 0) {
            const struct strobe_request_outcome outcome = {
                .status = message->kind == STROBE_WIRE_KIND_REQUEST_FAILED ? STROBE_EUNKNOWN : STROBE_OK,
                .message = message};
            finish(requests, place, &outcome);
            return;
        }
    }
}

/* End those of `instance` (NULL: those whose time is over at `now_ns`). A callback may ask anew: start over then. */
static void end_some(struct strobe_requests *requests, const char *instance, int64_t now_ns, int status)
{
    const struct strobe_request_outcome outcome = {.status = status};
    struct pending **place = &requests->first;
    while (*place != NULL) {
        struct pending *pending = *place;
        if (instance != NULL ? strcmp(pending->instance, instance) == 0 : pending->deadline_ns <= now_ns) {
            finish(requests, place, &outcome);
            place = &requests->first;
        } else {
            place = &pending->next;
        }
    }
}

void strobe_requests_instance_gone(struct strobe_requests *requests, const char *instance)
{
    end_some(requests, instance, 0, STROBE_ECLOSED);
}

void strobe_requests_tick(struct strobe_requests *requests)
{
    end_some(requests, NULL, strobe_clock_monotonic_ns(), STROBE_EBUSY);
}
