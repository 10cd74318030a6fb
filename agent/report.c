/* What the agent does on the link thread. No GIL, ever: nothing here may touch a Python object. */
#include <stdlib.h>
#include <string.h>

#include "agent/agent.h"
#include "agent/redaction.h"
#include "base/log.h"
#include "snapshot/encode.h"

void strobe_report_post(struct strobe_agent *agent, enum strobe_wire_kind kind, const void *body)
{
    if (agent->link == NULL) {
        return;
    }
    char *text;
    size_t size;
    struct strobe_error error = {0};
    if (strobe_wire_encode(kind, body, &text, &size, &error) < 0) {
        strobe_log(STROBE_LOG_WARNING, "%s not sent: %s", strobe_wire_kind_name(kind), error.message);
        return;
    }
    strobe_link_post(agent->link, text, size);
}

static void report_states(struct strobe_agent *agent)
{
    struct strobe_wire_probe_status status;
    if (agent->link == NULL || strobe_link_state(agent->link) != STROBE_LINK_CONNECTED) {
        return;
    }
    if (strobe_board_changes(&agent->board, &status)) {
        strobe_report_post(agent, STROBE_WIRE_KIND_PROBE_STATUS, &status);
        strobe_wire_struct_done(&strobe_wire_probe_status_struct, &status);
    }
}

/* What the message says of the probe. @return whether memory sufficed */
static bool describe(struct strobe_probe *probe, struct strobe_snapshot_head *head,
                     struct strobe_wire_snapshot *snapshot)
{
    struct strobe_probe_status *status = malloc(sizeof *status);
    if (status == NULL) {
        return false;
    }
    strobe_probe_get_status(probe, status);
    snapshot->source_sha256 = status->source_sha256[0] != '\0' ? strdup(status->source_sha256) : NULL;
    free(status);
    snapshot->probe = strdup(probe->id);
    snapshot->probe_version = probe->version;
    snapshot->condition = probe->condition != NULL ? strdup(probe->condition) : NULL;
    snapshot->time_us = head->time_us;
    snapshot->line = head->line;
    snapshot->function = head->function;
    snapshot->file = head->file;
    head->function = head->file = NULL;
    return snapshot->probe != NULL;
}

int strobe_report_encode(struct strobe_agent *agent, const struct strobe_image *image,
                         struct strobe_wire_snapshot *ret_snapshot, struct strobe_error *error)
{
    struct strobe_wire_snapshot snapshot = {.seq = 1};
    struct strobe_snapshot_head head = {0};
    int status = strobe_snapshot_encode(image->bytes, image->size, &head, &snapshot.body, error);
    if (status < 0) {
        return status;
    }
    struct strobe_probe *probe = strobe_board_find(&agent->board, head.tag);
    if (probe == NULL) {
        status = strobe_error_set(error, STROBE_ENOTFOUND, "the probe of a snapshot is gone");
    } else if (!describe(probe, &head, &snapshot)) {
        status = strobe_error_set(error, STROBE_ENOMEM, "out of memory");
    }
    strobe_probe_unref(probe);
    strobe_snapshot_head_done(&head);
    if (status < 0) {
        strobe_wire_struct_done(&strobe_wire_snapshot_struct, &snapshot);
        return status;
    }
    *ret_snapshot = snapshot;
    return 0;
}

static void send_images(struct strobe_agent *agent)
{
    struct strobe_image *image;
    while ((image = strobe_image_queue_pop(agent->queue)) != NULL) {
        struct strobe_wire_snapshot snapshot;
        struct strobe_error error = {0};
        int status = strobe_report_encode(agent, image, &snapshot, &error);
        strobe_image_free(image);
        if (status == 0) {
            status = strobe_link_add_snapshot(agent->link, &snapshot, &error);
            strobe_wire_struct_done(&strobe_wire_snapshot_struct, &snapshot);
        }
        if (status < 0) {
            atomic_fetch_add_explicit(&agent->dropped, 1, memory_order_relaxed);
            strobe_log(STROBE_LOG_WARNING, "snapshot dropped: %s", error.message);
        }
    }
}

/* ---- Handlers ---- */

static void on_wake(void *user)
{
    struct strobe_agent *agent = user;
    send_images(agent);
    report_states(agent);
}

static void on_tick(void *user)
{
    struct strobe_agent *agent = user;
    send_images(agent);
    report_states(agent);
    strobe_link_set_callback_ns(agent->link, atomic_load_explicit(&agent->dispatch.callback_ns, memory_order_relaxed));
}

static void on_state(void *user, enum strobe_link_state state, const char *reason)
{
    static const char *const names[] = {"connecting", "connected", "refused", "stopped"};
    struct strobe_agent *agent = user;
    strobe_log(STROBE_LOG_INFO, "link %s: %s", names[state], reason);
    if (state == STROBE_LINK_CONNECTED) {
        strobe_board_unsent(&agent->board);
        /* The hub may have started from an empty folder: its next set counts, whatever its version. */
        pthread_mutex_lock(&agent->board.lock);
        agent->board.set_version = 0;
        pthread_mutex_unlock(&agent->board.lock);
    }
}

static void write_set(struct strobe_mail *mail, void *argument)
{
    struct strobe_wire_probe_set *set = argument;
    if (mail->has_set) {
        strobe_wire_struct_done(&strobe_wire_probe_set_struct, &mail->set);
    }
    mail->set = *set;
    mail->has_set = true;
    memset(set, 0, sizeof *set);
}

static void write_request(struct strobe_mail *mail, void *argument)
{
    struct strobe_wire_request *request = argument;
    if (mail->requests_count < STROBE_MAIL_REQUESTS_MAX) {
        mail->requests[mail->requests_count++] = *request;
        memset(request, 0, sizeof *request);
    }
}

static void on_message(void *user, struct strobe_wire_message *message)
{
    struct strobe_agent *agent = user;
    if (message->kind == STROBE_WIRE_KIND_PROBE_SET) {
        strobe_worker_post(agent, write_set, &message->as.probe_set);
    } else if (message->kind == STROBE_WIRE_KIND_REQUEST) {
        strobe_worker_post(agent, write_request, &message->as.request);
    } else if (message->kind == STROBE_WIRE_KIND_POLICY) {
        strobe_redaction_take(&message->as.policy.redaction);
    }
}

struct strobe_link_handlers strobe_report_handlers(struct strobe_agent *agent)
{
    return (struct strobe_link_handlers){
        .user = agent, .on_state = on_state, .on_message = on_message, .on_wake = on_wake, .on_tick = on_tick};
}
