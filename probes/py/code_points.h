/**
 * The instructions at which a pass of a line begins, for the code that CPython's LINE event does not serve:
 *
 *  - functions of more than about 300 lines on 3.12 and 3.13.0 to 3.13.2, where LINE costs time that grows with the
 *    function (gh-127953);
 *  - lines with a loop of their own (`for x in y: f(x)`, inlined comprehensions, generator expressions), where LINE
 *    comes once and not for each pass.
 *
 * A pass begins where the instruction before belongs to another line, and where a loop inside the line jumps back, as
 * with sys.settrace(). An instruction that can be reached from another line and from its own as well (`v = (a if b`
 * with the rest on the next line) begins a pass or does not, as the case may be: instructions of its own line that lead
 * there are points too, and so is everything else that they lead to. 3.12 and later.   GIL: held.   Sets no exception.
 */
#ifndef STROBE_PROBES_CODE_POINTS_H
#define STROBE_PROBES_CODE_POINTS_H

#include <Python.h>
#include <stdbool.h>

enum strobe_point_kind {
    STROBE_POINT_BEGIN,  /* a pass of the line begins, unless the instruction before was a LEAD of this line */
    STROBE_POINT_REPEAT, /* another pass of a loop begins */
    STROBE_POINT_LEAD,   /* leads to a BEGIN of its own line */
    STROBE_POINT_LANDING /* where a LEAD may go instead */
};

struct strobe_point {
    int offset; /* in bytes; of a REPEAT, that of the jump back */
    int line;   /* 1-based */
    enum strobe_point_kind kind;
};

/**
 * Find the points of `lines` (`lines_count` of them, ascending) in `code`, in the order of their offsets: a new array
 * for free(), NULL with a count of 0 when LINE serves these lines.   @return 0 or STROBE_ENOMEM
 */
int strobe_code_points_find(PyCodeObject *code, const int *lines, size_t lines_count, struct strobe_point **ret_points,
                            size_t *ret_count);

/** Index of the first point at or after `offset`. Some share an offset: their order is that of the kinds. */
size_t strobe_code_points_at(const struct strobe_point *points, size_t count, int offset);

#endif
