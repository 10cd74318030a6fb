#include "hub/intake.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "hub/body.h"
#include "strobe/limits.h"

struct item {
    char *instance;
    char *service;
    struct strobe_wire_snapshot snapshot;
    bool is_new;
    int64_t position;
};

struct strobe_intake {
    struct strobe_store *store;
    struct strobe_bus *bus;
    struct strobe_intake_handlers handlers;
    uv_timer_t timer;
    struct item items[STROBE_HUB_COMMIT_SNAPSHOTS_MAX];
    size_t count;
};

static void release_item(struct item *item)
{
    free(item->instance);
    free(item->service);
    strobe_wire_struct_done(&strobe_wire_snapshot_struct, &item->snapshot);
    memset(item, 0, sizeof *item);
}

/* ---- Commit ---- */

static int write_all(struct strobe_intake *intake, struct strobe_error *error)
{
    int status = strobe_store_begin(intake->store, error);
    for (size_t i = 0; status == 0 && i < intake->count; i++) {
        struct item *item = &intake->items[i];
        status = strobe_store_add_snapshot(intake->store, item->instance, item->service, &item->snapshot, &item->is_new,
                                           &item->position, error);
    }
    if (status == 0) {
        status = strobe_store_commit(intake->store, error);
    }
    if (status < 0) {
        strobe_store_rollback(intake->store);
    }
    return status;
}

static void publish(struct strobe_intake *intake, const struct item *item)
{
    char id[STROBE_SNAPSHOT_ID_DIGITS + 1];
    if (!item->is_new || strobe_snapshot_id(item->instance, item->snapshot.seq, id) < 0) {
        return;
    }
    const struct strobe_wire_snapshot *snapshot = &item->snapshot;
    const struct strobe_wire_live_snapshot body = {
        .summary = {
            .id = id,
            .position = item->position,
            .probe = snapshot->probe,
            .instance = item->instance,
            .service = item->service,
            .seq = snapshot->seq,
            .time_us = snapshot->time_us,
            .function = snapshot->function,
            .file = snapshot->file,
            .line = snapshot->line,
            .source_sha256 = snapshot->source_sha256,
            .kind = snapshot->kind,
            .text = snapshot->text,
            .level = snapshot->level,
            .trace_id = (char *)strobe_body_trace(snapshot->body, "trace_id", STROBE_TRACE_ID_DIGITS),
            .span_id = (char *)strobe_body_trace(snapshot->body, "span_id", STROBE_SPAN_ID_DIGITS),
        }};
    strobe_bus_publish(intake->bus, STROBE_WIRE_KIND_LIVE_SNAPSHOT, &body);
    intake->handlers.on_hit(intake->handlers.user, snapshot->probe, item->instance);
}

/* Whether no later item is of the same instance: then its handler is called once, with everything. */
static bool is_last_of_instance(const struct item *items, size_t count, size_t i)
{
    for (size_t k = i + 1; k < count; k++) {
        if (strcmp(items[k].instance, items[i].instance) == 0) {
            return false;
        }
    }
    return true;
}

static void tell_committed(struct strobe_intake *intake, const char *instance)
{
    struct strobe_stream stream;
    struct strobe_error error = {0};
    if (strobe_store_get_stream(intake->store, instance, &stream, &error) == 0) {
        intake->handlers.on_committed(intake->handlers.user, instance, &stream);
    } else {
        intake->handlers.on_failed(intake->handlers.user, instance, error.message);
    }
}

static void flush(struct strobe_intake *intake)
{
    struct strobe_error error = {0};
    struct item items[STROBE_HUB_COMMIT_SNAPSHOTS_MAX];
    size_t count = intake->count;
    if (count == 0) {
        return;
    }
    uv_timer_stop(&intake->timer);
    int status = write_all(intake, &error);
    if (status < 0) {
        strobe_log(STROBE_LOG_ERROR, "%zu snapshots are not stored; their agents keep them and send them again: %s",
                   count, error.message);
    }
    /* The handlers may hand over more: leave the list to them. */
    memcpy(items, intake->items, sizeof items);
    memset(intake->items, 0, sizeof intake->items);
    intake->count = 0;
    for (size_t i = 0; i < count; i++) {
        if (status == 0) {
            publish(intake, &items[i]);
        }
        if (is_last_of_instance(items, count, i)) {
            if (status == 0) {
                tell_committed(intake, items[i].instance);
            } else {
                intake->handlers.on_failed(intake->handlers.user, items[i].instance, error.message);
            }
        }
    }
    for (size_t i = 0; i < count; i++) {
        release_item(&items[i]);
    }
}

static void on_timer(uv_timer_t *timer)
{
    flush(timer->data);
}

int strobe_intake_add(struct strobe_intake *intake, const char *instance, const char *service,
                      struct strobe_wire_snapshot *snapshot)
{
    struct item item = {.instance = strdup(instance), .service = strdup(service)};
    if (item.instance == NULL || item.service == NULL) {
        release_item(&item);
        intake->handlers.on_failed(intake->handlers.user, instance, "out of memory");
        return STROBE_ENOMEM;
    }
    item.snapshot = *snapshot;
    memset(snapshot, 0, sizeof *snapshot);
    intake->items[intake->count++] = item;
    if (intake->count == STROBE_HUB_COMMIT_SNAPSHOTS_MAX) {
        flush(intake);
    } else if (intake->count == 1) {
        uv_timer_start(&intake->timer, on_timer, STROBE_HUB_COMMIT_MS_MAX, 0);
    }
    return 0;
}

/* ---- Life ---- */

struct strobe_intake *strobe_intake_new(uv_loop_t *loop, struct strobe_store *store, struct strobe_bus *bus,
                                        const struct strobe_intake_handlers *handlers)
{
    struct strobe_intake *intake = calloc(1, sizeof *intake);
    if (intake == NULL) {
        return NULL;
    }
    intake->store = store;
    intake->bus = bus;
    intake->handlers = *handlers;
    uv_timer_init(loop, &intake->timer);
    intake->timer.data = intake;
    return intake;
}

void strobe_intake_close(struct strobe_intake *intake)
{
    flush(intake);
    uv_close((uv_handle_t *)&intake->timer, NULL);
}

void strobe_intake_free(struct strobe_intake *intake)
{
    free(intake);
}
