#include "probes/py/code_lines.h"

#include "base/py/line_table.h"

/* Bytes of a RESUME with its inline cache. */
#if PY_VERSION_HEX >= 0x030F0000
enum { RESUME_BYTES = 4 };
#else
enum { RESUME_BYTES = 2 };
#endif

void strobe_code_lines_visit(PyCodeObject *code, strobe_code_line_visitor *visitor, void *user)
{
    /* What ends with RESUME is the way into the function: it stands at the line of the `def`, and no event is fired
     * there. */
    int begins_after = code->_co_firsttraceable * (int)sizeof(uint16_t) + RESUME_BYTES;
    int last = 0;
    struct strobe_line_table table;
    struct strobe_line_range range;
    strobe_line_table_open(code, &table);
    while (strobe_line_table_next(&table, &range)) {
        if (range.line > 0 && range.line != last && range.end > begins_after) {
            visitor(user, range.line);
            last = range.line;
        }
    }
}

static void fit_line(void *user, int line)
{
    struct strobe_code_line_fit *fit = user;
    if (fit->begins == 0) {
        fit->begins = line;
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

void strobe_code_lines_fit(PyCodeObject *code, struct strobe_code_line_fit *fit)
{
    fit->exact = false;
    fit->next = fit->previous = fit->begins = 0;
    fit->first = fit->last = code->co_firstlineno;
    strobe_code_lines_visit(code, fit_line, fit);
}
