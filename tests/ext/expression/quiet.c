#include "tests/ext/expression/quiet.h"

#include <errno.h>

#include "base/py/frame.h"
#include "tests/ext/refusing.h"

static void *innermost(void)
{
    struct strobe_frame frame = {NULL};
    return strobe_frame_current(PyThreadState_Get(), &frame) ? frame.internal : NULL;
}

int strobe_quiet_begin(struct strobe_quiet *quiet)
{
    PyErr_SetString(PyExc_KeyError, "pending");
#if PY_VERSION_HEX >= 0x030c0000
    quiet->pending = PyErr_GetRaisedException();
    PyErr_SetRaisedException(Py_NewRef(quiet->pending));
#else
    PyObject *type, *traceback;
    PyErr_Fetch(&type, &quiet->pending, &traceback);
    PyErr_NormalizeException(&type, &quiet->pending, &traceback);
    PyErr_Restore(type, Py_XNewRef(quiet->pending), traceback);
#endif
    if (quiet->pending == NULL) {
        return -1;
    }
    quiet->broken = NULL;
    quiet->frame = innermost();
    strobe_refusing_begin();
    errno = EDOM;
    return 0;
}

/* The exception that is set, taken; NULL when there is none. */
static PyObject *take_raised(void)
{
#if PY_VERSION_HEX >= 0x030c0000
    return PyErr_GetRaisedException();
#else
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    Py_XDECREF(type);
    Py_XDECREF(traceback);
    return value;
#endif
}

bool strobe_quiet_end(struct strobe_quiet *quiet)
{
    bool errno_kept = errno == EDOM;
    struct strobe_refused refused = strobe_refusing_end();
    PyObject *raised = take_raised();
    if (raised != quiet->pending) {
        quiet->broken = "it changed the exception that was pending";
    } else if (refused.allocations != 0) {
        quiet->broken = "it asked Python for memory";
    } else if (refused.releases != 0) {
        quiet->broken = "it gave memory back to Python";
    } else if (!errno_kept) {
        quiet->broken = "it changed errno";
    } else if (innermost() != quiet->frame) {
        quiet->broken = "it changed the current frame";
    }
    Py_XDECREF(raised);
    Py_CLEAR(quiet->pending);
    return quiet->broken == NULL;
}
