#include <string.h>

#include "agent/agent.h"
#include "agent/attributes.h"
#include "agent/log_line.h"
#include "agent/relay.h"
#include "base/clock.h"
#include "base/utf8.h"
#include "probes/py/measure.h"
#include "snapshot/py/capture.h"
#include "snapshot/py/trace.h"

/* All of this runs in the program's thread, under the GIL: no Python object is made, nothing waits. */

bool strobe_agent_give(void *user, struct strobe_image *image)
{
    struct strobe_agent *agent = user;
    /* No queue: memory ran out in the child of a fork. */
    int status = image != NULL && agent->queue != NULL ? strobe_image_queue_push(agent->queue, image) : STROBE_ENOMEM;
    if (status < 0) {
        strobe_image_free(image);
        atomic_fetch_add_explicit(&agent->dropped, 1, memory_order_relaxed);
        return false;
    }
    if (status == 1 && agent->link != NULL) {
        strobe_link_wake(agent->link);
    }
    return true;
}

/* The UTF-8 of an exact str that holds it already (identifiers and paths of ASCII do), else "". */
static const char *ready_text(PyObject *str, size_t max, size_t *ret_size)
{
    if (!PyUnicode_IS_COMPACT_ASCII(str)) {
        *ret_size = 0;
        return "";
    }
    const char *text = PyUnicode_DATA(str);
    *ret_size = strobe_utf8_cut(text, (size_t)PyUnicode_GET_LENGTH(str), max);
    return text;
}

static void write_notes(struct strobe_mail *mail, void *argument)
{
    (void)argument;
    mail->has_notes = true;
}

/* Leave a note for the worker: reading what is allocated here would take long, and make objects. */
static bool leave_note(struct strobe_agent *agent, const struct strobe_hit *hit)
{
    PyCodeObject *code = strobe_frame_code(hit->frame);
    struct strobe_memory_probe *place = strobe_memory_probes_place(&agent->memory, hit->probe);
    if (place == NULL) {
        return false;
    }
    struct strobe_memory_note *note = &place->note;
    const char *function = ready_text(code->co_qualname, sizeof note->function, &note->function_size);
    const char *file = ready_text(code->co_filename, sizeof note->file, &note->file_size);
    memcpy(note->function, function, note->function_size);
    memcpy(note->file, file, note->file_size);
    note->at_ns = strobe_clock_monotonic_ns();
    note->time_us = strobe_clock_unix_us();
    note->hit = (int64_t)atomic_load_explicit(&hit->probe->gates.captured, memory_order_relaxed) + 1;
    note->passes = hit->probe->passes;
    note->thread = hit->tstate->native_thread_id;
    note->line = hit->line;
    place->asked = true;
    strobe_worker_post(agent, write_notes, NULL);
    return true;
}

bool strobe_agent_hit(void *user, const struct strobe_hit *hit, const struct strobe_script *script,
                      const int16_t *binding)
{
    struct strobe_agent *agent = user;
    if (script->action->kind == STROBE_ACTION_MEMORY) {
        return leave_note(agent, hit);
    }
    struct strobe_watch_value values[STROBE_WATCH_VALUES_MAX];
    struct strobe_capture_watch watches[STROBE_WATCH_VALUES_MAX];
    size_t count = strobe_measure_watches(script, binding, hit, agent->dispatch.text, values);
    for (size_t i = 0; i < count; i++) {
        watches[i] = (struct strobe_capture_watch){values[i].expression, values[i].object, values[i].text,
                                                   values[i].text_size,  values[i].type,   values[i].error};
    }
    const struct strobe_capture_context context = {
        .tag = hit->probe->tag,
        .line = hit->line,
        .tstate = hit->tstate,
        .options = {.native = script->action->native, .no_locals = script->action->watches_only},
        .watches = watches,
        .watches_count = count,
    };
    return strobe_agent_give(agent, agent->queue != NULL ? strobe_capture(hit->frame, &context) : NULL);
}

/* When and where, without a text. */
static struct strobe_log_line line_at(const struct strobe_hit *hit)
{
    PyCodeObject *code = strobe_frame_code(hit->frame);
    struct strobe_log_line line = {.tag = hit->probe->tag,
                                   .time_us = strobe_clock_unix_us(),
                                   .line = hit->line,
                                   .thread = hit->tstate->native_thread_id,
                                   .text = ""};
    line.has_trace = strobe_trace_ids(line.trace);
    line.function = ready_text(code->co_qualname, STROBE_NAME_BYTES_MAX, &line.function_size);
    line.file = ready_text(code->co_filename, STROBE_PATH_BYTES_MAX, &line.file_size);
    return line;
}

bool strobe_agent_line(void *user, const struct strobe_hit *hit, const char *text, size_t size)
{
    struct strobe_log_line line = line_at(hit);
    line.text = text;
    line.text_size = size;
    if (hit->probe->action->to_logging) {
        strobe_relay_leave(user, &line);
    }
    return strobe_agent_give(user, strobe_log_line_pack(&line));
}

bool strobe_agent_attributes(void *user, const struct strobe_hit *hit, const struct strobe_watch_value *values,
                             size_t count)
{
    const struct strobe_log_line line = line_at(hit);
    return strobe_agent_give(user, strobe_attributes_pack(&line, values, count));
}
