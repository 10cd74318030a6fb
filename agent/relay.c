#include "agent/relay.h"

#include <stdlib.h>

#include "base/log.h"

static void write_lines(struct strobe_mail *mail, void *argument)
{
    (void)argument;
    mail->has_lines = true;
}

void strobe_relay_leave(struct strobe_agent *agent, const struct strobe_log_line *line)
{
    if (line->thread == atomic_load_explicit(&agent->relay_thread, memory_order_relaxed)) {
        return; /* a probe in a handler: the line would cause the next one */
    }
    struct strobe_image *image = agent->relay != NULL ? strobe_log_line_pack(line) : NULL;
    if (image == NULL || strobe_image_queue_push(agent->relay, image) < 0) {
        strobe_image_free(image);
        atomic_fetch_add_explicit(&agent->dropped, 1, memory_order_relaxed);
        return;
    }
    strobe_worker_post(agent, write_lines, NULL);
}

static void hand_on(struct strobe_agent *agent, PyObject *function, const struct strobe_image *image)
{
    struct strobe_log_line line;
    strobe_log_line_unpack(image, &line);
    struct strobe_probe *probe = strobe_board_find(&agent->board, line.tag);
    const char *level = probe != NULL && probe->action->level != NULL ? probe->action->level : "info";
    char *text = strobe_report_line_text(&line);
    PyObject *result = text != NULL ? PyObject_CallFunction(function, "ss", level, text) : NULL;
    if (result == NULL) {
        PyErr_Clear();
        strobe_log(STROBE_LOG_WARNING, "a line did not reach the program's logging");
    }
    Py_XDECREF(result);
    free(text);
    strobe_probe_unref(probe);
}

void strobe_relay_hand_on(struct strobe_agent *agent)
{
    struct strobe_image *image;
    PyObject *module = PyImport_ImportModule("stroboscope._relay");
    PyObject *function = module != NULL ? PyObject_GetAttrString(module, "relay") : NULL;
    while (agent->relay != NULL && (image = strobe_image_queue_pop(agent->relay)) != NULL) {
        if (function != NULL) {
            hand_on(agent, function, image);
        }
        strobe_image_free(image);
    }
    if (function == NULL) {
        PyErr_Clear();
        strobe_log(STROBE_LOG_WARNING, "no lines reach the program's logging: stroboscope._relay is missing");
    }
    Py_XDECREF(function);
    Py_XDECREF(module);
}
