/* The probe's own names that only the agent knows: $thread, $task, $trace_id. In the program's thread, under the GIL.
 */
#include "agent/own_names.h"

#include <stdio.h>
#include <string.h>

#include "base/py/future.h"
#include "base/py/integer.h"
#include "snapshot/py/name.h"
#include "snapshot/py/thread.h"
#include "snapshot/py/trace.h"

/* One hit at a time. */
static char text[STROBE_NAME_BYTES_MAX + 1];

static const char *task_name(PyThreadState *tstate)
{
    struct strobe_future task;
    PyObject *object = strobe_future_current_task(tstate);
    int64_t number;
    if (object == NULL || !strobe_future_read(object, &task) || task.name == NULL) {
        return NULL;
    }
    if (PyLong_Check(task.name)) { /* 3.12 and later: made into text when somebody asks */
        if (!strobe_integer_small(task.name, &number)) {
            return NULL;
        }
        snprintf(text, sizeof text, "Task-%lld", (long long)number);
        return text;
    }
    if (!PyUnicode_Check(task.name)) {
        return NULL;
    }
    char buffer[STROBE_NAME_BYTES_MAX];
    struct strobe_name name = strobe_name_of(task.name, buffer);
    memcpy(text, name.text, name.size);
    text[name.size] = '\0';
    return text;
}

const char *strobe_agent_own_name(void *hit, enum strobe_own which)
{
    PyThreadState *tstate = ((struct strobe_hit *)hit)->tstate;
    switch (which) {
    case STROBE_OWN_THREAD:
        return strobe_thread_name(tstate, text) ? text : NULL;
    case STROBE_OWN_TASK:
        return task_name(tstate);
    case STROBE_OWN_TRACE_ID:
        return strobe_trace_id(text) ? text : NULL;
    default:
        return NULL;
    }
}
