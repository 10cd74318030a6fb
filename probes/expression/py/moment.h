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
#include "probes/expression/py/number.h"
#include "probes/expression/py/text.h"
#include "probes/expression/py/value.h"

enum strobe_zone_kind {
    STROBE_ZONE_NONE,  /* naive */
    STROBE_ZONE_FIXED, /* datetime.timezone: `offset_us` */
    STROBE_ZONE_OTHER  /* a tzinfo whose offset would be computed by code */
};

struct strobe_zone {
    enum strobe_zone_kind kind;
    PyObject *object;         /* borrowed: the tzinfo of the program, or NULL when computed or none */
    int64_t offset_us;        /* of FIXED: east of UTC, within a day */
    bool has_name;            /* of FIXED: made with a name */
    struct strobe_value name; /* with has_name: a str */
};

/** A value of any of the kinds; `year` to `microsecond`, `days`, `seconds` as the kind has them, else 0. */
struct strobe_moment {
    enum strobe_datetime_kind kind;
    int year, month, day;
    int hour, minute, second, microsecond, fold;
    int days, seconds;       /* of a DELTA, with `microsecond`; 0 <= seconds < 86400, 0 <= microsecond < 10^6 */
    struct strobe_zone zone; /* of TIME and DATETIME; a ZONE itself is here too */
};

/** Microseconds of the longest timedelta need 67 bits. */
__extension__ typedef __int128 strobe_microseconds;

#define STROBE_DAY_US (86400 * (strobe_microseconds)1000000)

/* ---- Values: moment.c ---- */

/** See `value` as a moment; both forms, subclasses as their base. @return false when it is none */
bool strobe_moment_of(struct strobe_value value, struct strobe_moment *ret_moment);

/** A new value in the arena. */
int strobe_moment_make(struct strobe_evaluation *evaluation, const struct strobe_moment *moment,
                       struct strobe_value *ret_value);

/** The C type of a kind; borrowed; NULL when the module is not loaded. */
PyTypeObject *strobe_moment_type(enum strobe_datetime_kind kind);

/** The duration as a number, and the number as a duration: fault OVERFLOW beyond timedelta.max. */
strobe_microseconds strobe_moment_delta_us(const struct strobe_moment *delta);
int strobe_moment_delta(struct strobe_evaluation *evaluation, strobe_microseconds us, struct strobe_moment *ret_delta);
int strobe_moment_make_delta(struct strobe_evaluation *evaluation, strobe_microseconds us,
                             struct strobe_value *ret_value);

/** The zone as a value: the program's object, None, or a ZONE in the arena. */
int strobe_moment_make_zone(struct strobe_evaluation *evaluation, const struct strobe_zone *zone,
                            struct strobe_value *ret_value);

/** Days since 0001-01-01, which is 1, and back. */
int strobe_moment_ordinal(int year, int month, int day);
void strobe_moment_set_ordinal(struct strobe_moment *moment, int ordinal);
int strobe_moment_days_in_month(int year, int month);

/** 0 for Monday. */
int strobe_moment_weekday(const struct strobe_moment *moment);

/** Microseconds since 0001-01-01 (a TIME: since midnight) by its own clock, and a DATETIME from them: fault OVERFLOW.
 */
strobe_microseconds strobe_moment_clock_us(const struct strobe_moment *moment);
int strobe_moment_set_clock_us(struct strobe_evaluation *evaluation, struct strobe_moment *moment,
                               strobe_microseconds us);

/** ISO year, week 1 to 53, day 1 to 7, and a date from them. @return false: no such date */
void strobe_moment_iso_calendar(const struct strobe_moment *moment, int *ret_year, int *ret_week, int *ret_day);
bool strobe_moment_set_iso_calendar(struct strobe_moment *moment, int year, int week, int day);

/** Whether the fields of a date and of a clock are in range; else fault VALUE as CPython words it. */
int strobe_moment_check(struct strobe_evaluation *evaluation, const struct strobe_moment *moment);

/** The zone's offset for `moment`. @return 0; 1 when it is naive; a negative code with fault UNSAFE */
int strobe_moment_offset(struct strobe_evaluation *evaluation, const struct strobe_moment *moment,
                         int64_t *ret_offset_us);

/** Whether both have the same zone, so that nobody needs to ask it. */
bool strobe_moment_same_zone(const struct strobe_moment *left, const struct strobe_moment *right);

/* ---- Operators: moment_compare.c, moment_operators.c. They return 1 when no operand is a moment; see standard.h ----
 */

int strobe_moment_truth(struct strobe_evaluation *evaluation, struct strobe_value value, bool *ret_truth);
int strobe_moment_compare(struct strobe_evaluation *evaluation, struct strobe_value left, struct strobe_value right,
                          enum strobe_comparison comparison, bool *ret_result);
int strobe_moment_hash(struct strobe_evaluation *evaluation, struct strobe_value value, uint64_t *ret_hash);
int strobe_moment_binary(struct strobe_evaluation *evaluation, enum strobe_binary operation, struct strobe_value left,
                         struct strobe_value right, struct strobe_value *ret_value);
int strobe_moment_unary(struct strobe_evaluation *evaluation, enum strobe_unary operation, struct strobe_value value,
                        struct strobe_value *ret_value);
int strobe_moment_absolute(struct strobe_evaluation *evaluation, struct strobe_value value,
                           struct strobe_value *ret_value);

/** numerator / denominator as Python divides ints: rounded once. The denominator is not 0. */
double strobe_moment_divide(strobe_microseconds numerator, strobe_microseconds denominator);

/** delta * factor, rounded half-even to microseconds; faults as CPython's. */
int strobe_moment_multiply_real(struct strobe_evaluation *evaluation, strobe_microseconds us, double factor,
                                strobe_microseconds *ret_us);

/* ---- Text: moment_text.c ---- */

/** Append ASCII as printf() makes it, fewer than 128 characters. */
int strobe_moment_put(struct strobe_text_builder *builder, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

int strobe_moment_put_repr(struct strobe_text_builder *builder, struct strobe_value value);
int strobe_moment_put_str(struct strobe_text_builder *builder, struct strobe_value value);
int strobe_moment_put_format(struct strobe_text_builder *builder, struct strobe_value value,
                             const struct strobe_text_view *spec);

/** "auto", "hours" ... "microseconds" of isoformat(). @return false for any other word */
enum strobe_timespec {
    STROBE_TIMESPEC_AUTO,
    STROBE_TIMESPEC_HOURS,
    STROBE_TIMESPEC_MINUTES,
    STROBE_TIMESPEC_SECONDS,
    STROBE_TIMESPEC_MILLISECONDS,
    STROBE_TIMESPEC_MICROSECONDS
};
bool strobe_moment_timespec(const struct strobe_text_view *word, enum strobe_timespec *ret_timespec);

int strobe_moment_put_iso(struct strobe_text_builder *builder, const struct strobe_moment *moment, uint32_t separator,
                          enum strobe_timespec timespec);

/** "UTC+01:00", or the zone's own name. */
int strobe_moment_put_zone_name(struct strobe_text_builder *builder, const struct strobe_zone *zone);

/** strftime(): moment_strftime.c. The names of the C locale; directives that only some systems have are fault VALUE. */
int strobe_moment_put_strftime(struct strobe_text_builder *builder, const struct strobe_moment *moment,
                               const struct strobe_text_view *format);

/* ---- Reading ISO 8601: moment_parse.c ---- */

/** date.fromisoformat(), datetime.fromisoformat(), time.fromisoformat() by `kind`. @return false: no such text */
bool strobe_moment_parse(enum strobe_datetime_kind kind, const struct strobe_text_view *text,
                         struct strobe_moment *ret_moment);

/* ---- What can be called: moment_methods.c, moment_constructors.c ---- */

const struct strobe_function_entry *strobe_moment_constructor(PyTypeObject *type);
const struct strobe_function_entry *strobe_moment_method(enum strobe_datetime_kind kind, PyObject *name);
const struct strobe_function_entry *strobe_moment_class_method(enum strobe_datetime_kind kind, PyObject *name);
const struct strobe_function_entry *strobe_moment_field(enum strobe_datetime_kind kind, PyObject *name);
bool strobe_moment_method_exists(const char *name);
bool strobe_moment_constructor_exists(const char *name);
bool strobe_moment_class_method_exists(const char *name);

#endif
