#include "probes/py/recent.h"

/* CPython adds the frame where the event happens to the traceback before it reports: one entry is the frame that
 * raised, more are frames it has left, or the traceback of an exception that was stored and is raised again. */
static bool is_fresh(PyObject *traceback)
{
    return traceback == NULL || !PyTraceBack_Check(traceback) || ((PyTracebackObject *)traceback)->tb_next == NULL;
}

bool strobe_recent_is_new(struct strobe_recent *recent, PyObject *exception, PyObject *traceback, int64_t now_ns)
{
    int place = 0;
    for (int i = 0; i < STROBE_RECENT_EXCEPTIONS_MAX; i++) {
        if (recent->address[i] == exception) {
            bool stale = now_ns - recent->seen_ns[i] > STROBE_RECENT_EXCEPTION_MS * 1000000LL;
            recent->seen_ns[i] = now_ns;
            return stale || is_fresh(traceback);
        }
        if (recent->seen_ns[i] < recent->seen_ns[place]) {
            place = i;
        }
    }
    recent->address[place] = exception;
    recent->seen_ns[place] = now_ns;
    return true;
}
