#include "probes/py/code_lines.h"

#include "strobe/error.h"

/* The line of one (start, end, line) entry, or 0. */
static int entry_line(PyObject *entry)
{
    PyObject *line = PyTuple_CheckExact(entry) && PyTuple_GET_SIZE(entry) == 3 ? PyTuple_GET_ITEM(entry, 2) : NULL;
    return line != NULL && PyLong_CheckExact(line) ? (int)PyLong_AsLong(line) : 0;
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
        int line = entry_line(entry);
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

struct fitting {
    struct strobe_code_line_fit *fit;
    int definition; /* the `def` line: entered by RESUME, which is no line of its own */
    bool definition_seen;
};

static void fit_line(void *user, int line)
{
    struct fitting *fitting = user;
    struct strobe_code_line_fit *fit = fitting->fit;
    if (line == fitting->definition && !fitting->definition_seen) {
        fitting->definition_seen = true; /* the first entry is RESUME's */
        return;
    }
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
    struct fitting fitting = {.fit = fit};
    fit->exact = false;
    fit->next = fit->previous = 0;
    fit->first = fit->last = code->co_firstlineno;
    /* A module body has no `def` line of its own. */
    if ((code->co_flags & CO_OPTIMIZED) != 0) {
        fitting.definition = code->co_firstlineno;
    }
    return strobe_code_lines_visit(code, fit_line, &fitting);
}
