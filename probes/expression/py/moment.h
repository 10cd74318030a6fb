/**
 * Dates, times, date-times, durations and fixed zones of the datetime module. For the rules see evaluation.h.
 *
 * A zone is read when it is exactly datetime.timezone; any other tzinfo is code of the program (or of zoneinfo), so
 * what needs its offset is fault UNSAFE. What CPython does without asking the zone (two date-times of the same zone
 * object) works with any. What needs the local time zone of the process (a naive timestamp()) is fault UNSAFE too.
 *
 * Others call these through standard.h.
 */
#ifndef STROBE_EXPRESSION_MOMENT_H
#define STROBE_EXPRESSION_MOMENT_H

#include "base/py/datetime.h"
#include "probes/expression/program.h"
#include "probes/expression/py/function.h"
#include "probes/expression/py/text.h"
#include "probes/expression/py/value.h"

enum strobe_zone_kind {
    STROBE_ZONE_NONE,  /* naive */
    STROBE_ZONE_FIXED, /* datetime.timezone: `offset_us` */
    STROBE_ZONE_OTHER  /* a tzinfo whose offset would be computed by code */
};

struct strobe_zone {
    enum strobe_zone_kind kind;
    PyObject *object;                /* borrowed: the tzinfo of the program, or NULL when computed or none */
    int64_t offset_us;               /* of FIXED: east of UTC, within a day */
    const struct strobe_value *name; /* of FIXED: a str, or NULL; in the arena or of `object` */
    struct strobe_value object_name; /* what `name` points to when the zone came from the program */
};

/** A value of any of the kinds; `year` to `microsecond`, `days`, `seconds` as the kind has them, else 0. */
struct strobe_moment {
    enum strobe_datetime_kind kind;
    int year, month, day;
    int hour, minute, second, microsecond, fold;
    int days, seconds; /* of a DELTA, with `microsecond`; 0 <= seconds < 86400, 0 <= microsecond < 10^6 */
    bool has_zone;     /* of TIME and DATETIME; a ZONE has its data here too */
    struct strobe_zone zone;
};

/** See `value` as a moment; both forms, subclasses as their base. @return false when it is none */
bool strobe_moment_of(struct strobe_value value, struct strobe_moment *ret_moment);

/** A new value in the arena. */
int strobe_moment_make(struct strobe_evaluation *evaluation, const struct strobe_moment *moment,
                       struct strobe_value *ret_value);

/** The C type of a kind; borrowed; NULL when the module is not loaded. */
PyTypeObject *strobe_moment_type(enum strobe_datetime_kind kind);

#endif
