/* What the agent does on the link thread. No GIL, ever: nothing here may touch a Python object. */
#include <stdlib.h>
#include <string.h>

#include "agent/agent.h"
#include "agent/log_line.h"
#include "agent/origin.h"
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

static void report_metrics(struct strobe_agent *agent)
{
    struct strobe_wire_metrics metrics;
    if (agent->link == NULL || strobe_link_state(agent->link) != STROBE_LINK_CONNECTED) {
        return;
    }
    if (strobe_board_metrics(&agent->board, &metrics)) {
        strobe_report_post(agent, STROBE_WIRE_KIND_METRICS, &metrics);
        strobe_wire_struct_done(&strobe_wire_metrics_struct, &metrics);
    }
}

/* What the message says of the probe. @return whether memory sufficed */
static bool describe(struct strobe_probe *probe, struct strobe_wire_snapshot *snapshot)
{
    struct strobe_probe_status *status = malloc(sizeof *status);
    if (status == NULL) {
        return false;
    }
    strobe_probe_get_status(probe, status);
    snapshot->source_sha256 = status->source_sha256[0] != '\0' ? strdup(status->source_sha256) : NULL;
    free(status);
    snapshot->probe = strdup(probe->id);
    snapshot->probe_version = atomic_load(&probe->version);
    snapshot->condition = probe->condition != NULL ? strdup(probe->condition) : NULL;
    return snapshot->probe != NULL;
}

/* A capture: decoded, redacted by pattern, as JSON. */
static int encode_capture(const struct strobe_image *image, uint64_t *ret_tag, struct strobe_wire_snapshot *snapshot,
                          struct strobe_error *error)
{
    struct strobe_snapshot_head head = {0};
    int status = strobe_snapshot_encode(image->bytes, image->size, &head, &snapshot->body, error);
    if (status < 0) {
        return status;
    }
    if (json_object_set_new(snapshot->body, "process", strobe_origin_json()) < 0) {
        strobe_snapshot_head_done(&head);
        return strobe_error_set(error, STROBE_ENOMEM, "out of memory");
    }
    snapshot->kind = strdup("snapshot");
    snapshot->time_us = head.time_us;
    snapshot->line = head.line;
    snapshot->function = head.function;
    snapshot->file = head.file;
    head.function = head.file = NULL;
    *ret_tag = head.tag;
    strobe_snapshot_head_done(&head);
    return 0;
}

char *strobe_report_line_text(const struct strobe_log_line *line)
{
    /* A cut text may end within a secret, up to three bytes short of the maximum: characters are not cut. */
    bool is_cut = line->text_size + 3 >= STROBE_LOG_BYTES_MAX;
    char rule[STROBE_REDACTION_RULE_BYTES], hidden[STROBE_REDACTION_RULE_BYTES + 16];
    if (!strobe_redaction_hides(line->text, line->text_size, is_cut, rule)) {
        return strndup(line->text, line->text_size);
    }
    snprintf(hidden, sizeof hidden, "(redacted: %s)", rule);
    return strdup(hidden);
}

/* A log line: redacted by pattern. */
static int encode_line(const struct strobe_image *image, uint64_t *ret_tag, struct strobe_wire_snapshot *snapshot)
{
    struct strobe_log_line line;
    strobe_log_line_unpack(image, &line);
    *ret_tag = line.tag;
    snapshot->kind = strdup("log");
    snapshot->text = strobe_report_line_text(&line);
    snapshot->time_us = line.time_us;
    snapshot->line = line.line;
    snapshot->function = line.function_size > 0 ? strndup(line.function, line.function_size) : NULL;
    snapshot->file = line.file_size > 0 ? strndup(line.file, line.file_size) : NULL;
    snapshot->body = json_pack("{s:{s:I}}", "thread", "id", (json_int_t)line.thread);
    return snapshot->kind != NULL && snapshot->text != NULL && snapshot->body != NULL ? 0 : STROBE_ENOMEM;
}

int strobe_report_encode(struct strobe_agent *agent, const struct strobe_image *image,
                         struct strobe_wire_snapshot *ret_snapshot, struct strobe_error *error)
{
    struct strobe_wire_snapshot snapshot = {.seq = 1};
    uint64_t tag = 0;
    int status = image->kind == STROBE_IMAGE_LOG_LINE ? encode_line(image, &tag, &snapshot)
                                                      : encode_capture(image, &tag, &snapshot, error);
    struct strobe_probe *probe = status == 0 ? strobe_board_find(&agent->board, tag) : NULL;
    if (status == 0 && probe == NULL) {
        status = strobe_error_set(error, STROBE_ENOTFOUND, "the probe of a snapshot is gone");
    } else if (status == 0 && !describe(probe, &snapshot)) {
        status = strobe_error_set(error, STROBE_ENOMEM, "out of memory");
    }
    if (status == 0 && image->kind == STROBE_IMAGE_LOG_LINE && probe->action->level != NULL) {
        snapshot.level = strdup(probe->action->level);
    }
    strobe_probe_unref(probe);
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
    report_metrics(agent);
    strobe_dump_tick(agent);
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
        bool is_dump = strcmp(message->as.request.what, "threads") == 0;
        if (!is_dump || !strobe_dump_ask(agent, &message->as.request)) {
            strobe_worker_post(agent, write_request, &message->as.request);
        }
    } else if (message->kind == STROBE_WIRE_KIND_POLICY) {
        strobe_redaction_take(&message->as.policy.redaction);
    }
}

struct strobe_link_handlers strobe_report_handlers(struct strobe_agent *agent)
{
    return (struct strobe_link_handlers){
        .user = agent, .on_state = on_state, .on_message = on_message, .on_wake = on_wake, .on_tick = on_tick};
}
