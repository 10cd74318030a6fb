/** The processes that are connected now. Those of the past stand in the store. */
#ifndef STROBE_HUB_INSTANCES_H
#define STROBE_HUB_INSTANCES_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/bus.h"
#include "hub/server.h"
#include "hub/store.h"
#include "wire/codec.h"

/** One connected process. */
struct strobe_instance {
    struct strobe_wire_instance info; /* owned */
    struct strobe_stream stream;      /* as last committed */
    struct strobe_socket *socket;     /* borrowed */
};

struct strobe_instances;

/** `store` and `bus` are borrowed. NULL when memory is exhausted. */
struct strobe_instances *strobe_instances_new(struct strobe_store *store, struct strobe_bus *bus);

/** NULL is fine. */
void strobe_instances_free(struct strobe_instances *instances);

/**
 * A process said hello on `socket`: add it, write it to the store, tell the bus. Strings are copied. The process must
 * not be connected already.   @return 0, STROBE_ELIMIT (STROBE_HUB_AGENTS_MAX), STROBE_ENOMEM
 */
int strobe_instances_add(struct strobe_instances *instances, const struct strobe_wire_hello *hello,
                         struct strobe_socket *socket, struct strobe_instance **ret_instance,
                         struct strobe_error *error);

/** It is gone: write, tell the bus, release. */
void strobe_instances_remove(struct strobe_instances *instances, struct strobe_instance *instance);

/** The connected instance, or NULL. */
struct strobe_instance *strobe_instances_find(struct strobe_instances *instances, const char *id);

/** Next connected instance from `*position` (start with 0) on; NULL at the end. Nothing may be added meanwhile. */
struct strobe_instance *strobe_instances_next(struct strobe_instances *instances, size_t *position);

/** It spoke: note the time and the number of snapshots its agent dropped; tells the bus when that changed. */
void strobe_instances_heard(struct strobe_instances *instances, struct strobe_instance *instance, int64_t dropped);

/** Its snapshots were committed up to `stream`; tells the bus when gaps changed. */
void strobe_instances_committed(struct strobe_instances *instances, struct strobe_instance *instance,
                                const struct strobe_stream *stream);

#endif
