#include "probes/py/code_lines.h"

#include "strobe/error.h"

/* Bytes of a RESUME with its inline cache. */
#if PY_VERSION_HEX >= 0x030F0000
enum { RESUME_BYTES = 4 };
#else
enum { RESUME_BYTES = 2 };
#endif

/* The line of one (start, end, line) entry, or 0. What ends with RESUME is the way into the function: it stands at the
 * line of the `def`, and no event is fired there. */
static int entry_line(PyCodeObject *code, PyObject *entry)
{
    long begins_after = (long)code->_co_firsttraceable * (long)sizeof(uint16_t) + RESUME_BYTES;
    if (!PyTuple_CheckExact(entry) || PyTuple_GET_SIZE(entry) != 3) {
        return 0;
    }
    PyObject *line = PyTuple_GET_ITEM(entry, 2);
    return PyLong_CheckExact(line) && PyLong_AsLong(PyTuple_GET_ITEM(entry, 1)) > begins_after
               ? (int)PyLong_AsLong(line)
               : 0;
}

int strobe_code_lines_visit(PyCodeObject *code, strobe_code_line_visitor *visitor, void *user)
{
    /* co_lines() is CPython's own decoder of the line table; it is not exported to C. */
    PyObject *entries = PyObject_CallMethod((PyObject *)code, "co_lines", NULL);
    if (entries == NULL) {
        PyErr_Clear();
        return STROBE_ENOMEM;
    }
    PyObject *entry;
    while ((entry = PyIter_Next(entries)) != NULL) {
        int line = entry_line(code, entry);
        Py_DECREF(entry);
        if (line > 0) {
            visitor(user, line);
        }
    }
    Py_DECREF(entries);
    if (PyErr_Occurred()) {
        PyErr_Clear();
        return STROBE_ENOMEM;
    }
    return 0;
}

static void fit_line(void *user, int line)
{
    struct strobe_code_line_fit *fit = user;
    if (line == fit->line) {
        fit->exact = true;
    } else if (line > fit->line && (fit->next == 0 || line < fit->next)) {
        fit->next = line;
    } else if (line < fit->line && line > fit->previous) {
        fit->previous = line;
    }
    fit->first = line < fit->first ? line : fit->first;
    fit->last = line > fit->last ? line : fit->last;
}

int strobe_code_lines_fit(PyCodeObject *code, struct strobe_code_line_fit *fit)
{
    fit->exact = false;
    fit->next = fit->previous = 0;
    fit->first = fit->last = code->co_firstlineno;
    return strobe_code_lines_visit(code, fit_line, fit);
}
