/** Which lines of a code object can be probed. GIL: held. Makes no Python object, sets no exception. */
#ifndef STROBE_PROBES_CODE_LINES_H
#define STROBE_PROBES_CODE_LINES_H

#include <Python.h>
#include <stdbool.h>

/** Called for each line with code, in the order of the bytecode; lines may repeat. */
typedef void strobe_code_line_visitor(void *user, int line);

/** Visit the lines of `code`, without those of nested functions. */
void strobe_code_lines_visit(PyCodeObject *code, strobe_code_line_visitor *visitor, void *user);

/** The answer to "does `code` have line N". */
struct strobe_code_line_fit {
    int line;     /* wanted; 1-based */
    bool exact;   /* `line` has code here */
    int next;     /* smallest line above with code, 0: none */
    int previous; /* largest line below with code, 0: none */
    int begins;   /* the line that runs first, 0: none */
    int first;    /* of the code object, the `def` line included */
    int last;
};

/** Fill in how `code` fits `fit->line`. */
void strobe_code_lines_fit(PyCodeObject *code, struct strobe_code_line_fit *fit);

#endif
