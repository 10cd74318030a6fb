#include "probes/py/lost_task.h"

#include "base/py/future.h"
#include "base/py/generator.h"

bool strobe_lost_task_ends(PyThreadState *tstate, struct strobe_frame frame)
{
    struct strobe_future task;
    struct strobe_generator coroutine;
    PyObject *object = strobe_future_current_task(tstate);
    if (object == NULL || !strobe_future_read(object, &task) || task.coroutine == NULL ||
        !strobe_generator_check(task.coroutine)) {
        return false;
    }
    strobe_generator_read(task.coroutine, &coroutine);
    return coroutine.frame.internal == frame.internal && !strobe_future_is_awaited(&task);
}
