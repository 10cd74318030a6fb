/** Questions to connected instances, each answered once: by the instance, by its end, or by time. */
#ifndef STROBE_HUB_REQUESTS_H
#define STROBE_HUB_REQUESTS_H

#include <stdint.h>

#include "hub/instances.h"
#include "wire/codec.h"

struct strobe_requests;

/** The outcome of a question. */
struct strobe_request_outcome {
    /** STROBE_OK; STROBE_EUNKNOWN: the instance refused; STROBE_ECLOSED: it went down; STROBE_EBUSY: no answer in time
     */
    int status;
    struct strobe_wire_message *message; /* borrowed; files, source_text, checked, memory, threads or request_failed;
                                           NULL without an answer */
};

typedef void (*strobe_request_callback)(void *user, const struct strobe_request_outcome *outcome);

/** NULL when memory is exhausted. */
struct strobe_requests *strobe_requests_new(void);

/** Pending questions are dropped without a call. NULL is fine. */
void strobe_requests_free(struct strobe_requests *requests);

/**
 * Ask `instance`; `callback` is called exactly once, later. `question` is borrowed, its number filled in.
 * @return 0, STROBE_ELIMIT when too many questions wait, STROBE_ENOMEM, STROBE_ECLOSED
 */
int strobe_requests_ask(struct strobe_requests *requests, const struct strobe_instance *instance,
                        const struct strobe_wire_request *question, strobe_request_callback callback, void *user,
                        struct strobe_error *error);

/** A message that answers question `number` came from `instance`; late and foreign answers are ignored. */
void strobe_requests_answered(struct strobe_requests *requests, const char *instance, int64_t number,
                              struct strobe_wire_message *message);

/** `instance` is gone: its questions end. */
void strobe_requests_instance_gone(struct strobe_requests *requests, const char *instance);

/** End the questions that took too long. */
void strobe_requests_tick(struct strobe_requests *requests);

#endif
