/**
 * The instructions at which a pass of a line begins, for the code that CPython's LINE event does not serve:
 *
 *  - functions of more than about 300 lines on 3.12 and 3.13.0 to 3.13.2, where LINE costs time that grows with the
 *    function (gh-127953);
 *  - lines with a loop of their own (`for x in y: f(x)`, inlined comprehensions, generator expressions), where LINE
 *    comes once and not for each pass.
 *
 * A pass begins where the instruction before belongs to another line, and where a loop inside the line jumps back, as
 * with sys.settrace(). An instruction that can be reached from another line and by a jump from its own is taken for a
 * begin both times (`v = (a if b` with the rest on the next line). 3.12 and later.   GIL: held.   Sets no exception.
 */
#ifndef STROBE_PROBES_CODE_POINTS_H
#define STROBE_PROBES_CODE_POINTS_H

#include <Python.h>
#include <stdbool.h>

struct strobe_point {
    int offset; /* in bytes; of a further pass of a loop, that of the jump back */
    int line;   /* 1-based */
};

/**
 * Find the points of `lines` (`lines_count` of them, ascending) in `code`, in the order of their offsets: a new array
 * for free(), NULL with a count of 0 when LINE serves these lines.   @return 0 or STROBE_ENOMEM
 */
int strobe_code_points_find(PyCodeObject *code, const int *lines, size_t lines_count, struct strobe_point **ret_points,
                            size_t *ret_count);

/** Index of the first point at or after `offset`. Two may share an offset: a loop's jump back in a line of its own. */
size_t strobe_code_points_at(const struct strobe_point *points, size_t count, int offset);

#endif
