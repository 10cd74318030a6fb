#include "hub/instances.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "hub/name_map.h"
#include "strobe/limits.h"

struct strobe_instances {
    struct strobe_store *store;
    struct strobe_bus *bus;
    struct strobe_name_map by_id;
};

struct strobe_instances *strobe_instances_new(struct strobe_store *store, struct strobe_bus *bus)
{
    struct strobe_instances *instances = calloc(1, sizeof *instances);
    if (instances != NULL) {
        instances->store = store;
        instances->bus = bus;
    }
    return instances;
}

static void release(struct strobe_instance *instance)
{
    strobe_wire_struct_done(&strobe_wire_instance_struct, &instance->info);
    free(instance);
}

void strobe_instances_free(struct strobe_instances *instances)
{
    if (instances == NULL) {
        return;
    }
    size_t position = 0;
    for (struct strobe_instance *instance; (instance = strobe_instances_next(instances, &position)) != NULL;) {
        release(instance);
    }
    strobe_name_map_done(&instances->by_id);
    free(instances);
}

static void publish(struct strobe_instances *instances, const struct strobe_instance *instance)
{
    const struct strobe_wire_live_instance body = {.instance = instance->info};
    strobe_bus_publish(instances->bus, STROBE_WIRE_KIND_LIVE_INSTANCE, &body);
}

static void set_state(struct strobe_instance *instance, const char *state)
{
    char *copy = strdup(state);
    if (copy != NULL) {
        free(instance->info.state);
        instance->info.state = copy;
    }
}

/* A copy that owns its strings, through the codec that knows which members those are. */
static int copy_hello(const struct strobe_wire_hello *hello, struct strobe_wire_instance *ret_info,
                      struct strobe_error *error)
{
    const int64_t now_ms = strobe_clock_unix_ms();
    const struct strobe_wire_instance borrowed = {
        .id = hello->instance,
        .service = hello->service,
        .host = hello->host,
        .pid = hello->pid,
        .python = hello->python,
        .engine = hello->engine,
        .agent_version = hello->agent_version,
        .command = hello->command,
        .labels = hello->labels,
        .labels_count = hello->labels_count,
        .state = "up",
        .started_at_ms = hello->started_at_ms,
        .connected_at_ms = now_ms,
        .last_seen_ms = now_ms,
    };
    json_t *json = strobe_wire_struct_to_json(&strobe_wire_instance_struct, &borrowed, error);
    int status = json != NULL ? strobe_wire_struct_from_json(&strobe_wire_instance_struct, json, ret_info, error)
                              : STROBE_ENOMEM;
    json_decref(json);
    return status;
}

static void set_stream(struct strobe_instance *instance, const struct strobe_stream *stream)
{
    instance->stream = *stream;
    instance->info.missing = stream->acknowledged - stream->stored;
}

static void write_to_store(struct strobe_instances *instances, const struct strobe_instance *instance)
{
    struct strobe_error error = {0};
    if (strobe_store_put_instance(instances->store, &instance->info, &error) < 0) {
        strobe_log(STROBE_LOG_ERROR, "instance %s is not written: %s", instance->info.id, error.message);
    }
}

int strobe_instances_add(struct strobe_instances *instances, const struct strobe_wire_hello *hello,
                         struct strobe_socket *socket, struct strobe_instance **ret_instance,
                         struct strobe_error *error)
{
    if (instances->by_id.count >= STROBE_HUB_AGENTS_MAX) {
        return strobe_error_set(error, STROBE_ELIMIT, "%d instances are connected, more are not taken",
                                STROBE_HUB_AGENTS_MAX);
    }
    struct strobe_stream stream = {0};
    struct strobe_instance *instance = calloc(1, sizeof *instance);
    if (instance == NULL) {
        return strobe_error_set(error, STROBE_ENOMEM, "out of memory");
    }
    int status = strobe_store_get_stream(instances->store, hello->instance, &stream, error);
    if (status == 0) {
        status = copy_hello(hello, &instance->info, error);
    }
    if (status == 0 && strobe_name_map_add(&instances->by_id, instance->info.id, instance) < 0) {
        status = strobe_error_set(error, STROBE_ENOMEM, "out of memory");
    }
    if (status < 0) {
        release(instance);
        return status;
    }
    instance->socket = socket;
    set_stream(instance, &stream);
    write_to_store(instances, instance);
    publish(instances, instance);
    *ret_instance = instance;
    return 0;
}

void strobe_instances_remove(struct strobe_instances *instances, struct strobe_instance *instance)
{
    strobe_name_map_remove(&instances->by_id, instance->info.id);
    set_state(instance, "down");
    write_to_store(instances, instance);
    publish(instances, instance);
    release(instance);
}

struct strobe_instance *strobe_instances_find(struct strobe_instances *instances, const char *id)
{
    return strobe_name_map_get(&instances->by_id, id);
}

struct strobe_instance *strobe_instances_next(struct strobe_instances *instances, size_t *position)
{
    return strobe_name_map_next(&instances->by_id, position);
}

void strobe_instances_heard(struct strobe_instances *instances, struct strobe_instance *instance, int64_t dropped)
{
    instance->info.last_seen_ms = strobe_clock_unix_ms();
    if (dropped > instance->info.dropped) {
        instance->info.dropped = dropped;
        publish(instances, instance);
    }
}

void strobe_instances_committed(struct strobe_instances *instances, struct strobe_instance *instance,
                                const struct strobe_stream *stream)
{
    int64_t missing = instance->info.missing;
    set_stream(instance, stream);
    if (instance->info.missing != missing) {
        publish(instances, instance);
    }
}
