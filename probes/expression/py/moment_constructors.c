/* Calls that make moments: date(...), timedelta(...), datetime.fromisoformat(...). */
#include <math.h>
#include <string.h>

#include "probes/expression/py/moment.h"
#include "probes/expression/py/moment_arguments.h"

/* ---- Arguments ---- */

int strobe_moment_argument_int(struct strobe_evaluation *evaluation, struct strobe_value value, int *ret_integer)
{
    struct strobe_number number;
    enum strobe_number_kind kind = strobe_number_of(value, &number);
    if (kind == STROBE_NUMBER_WIDE ||
        (kind == STROBE_NUMBER_INT && (number.integer > INT32_MAX || number.integer < INT32_MIN))) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_OVERFLOW, "Python int too large to convert to C int");
    }
    if (kind != STROBE_NUMBER_INT) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "'%s' object cannot be interpreted as an integer",
                                      strobe_value_type_name(value));
    }
    *ret_integer = (int)number.integer;
    return 0;
}

static bool is_tzinfo(PyTypeObject *type)
{
    for (; type != NULL; type = type->tp_base) {
        if (!PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE) && strcmp(type->tp_name, "datetime.tzinfo") == 0) {
            return true;
        }
    }
    return false;
}

int strobe_moment_argument_zone(struct strobe_evaluation *evaluation, struct strobe_value value,
                                struct strobe_zone *ret_zone)
{
    struct strobe_moment moment;
    if (strobe_value_is(value, Py_None)) {
        *ret_zone = (struct strobe_zone){0};
    } else if (strobe_moment_of(value, &moment) && moment.kind == STROBE_DATETIME_ZONE) {
        *ret_zone = moment.zone;
    } else if (value.kind == STROBE_VALUE_OBJECT && is_tzinfo(Py_TYPE(value.as.object))) {
        *ret_zone = (struct strobe_zone){.kind = STROBE_ZONE_OTHER, .object = value.as.object};
    } else {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE,
                                      "tzinfo argument must be None or of a tzinfo subclass, not type '%s'",
                                      strobe_value_type_name(value));
    }
    return 0;
}

int strobe_moment_argument_fields(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                                  unsigned first, struct strobe_moment *moment)
{
    const struct {
        const char *name;
        int *place;
        bool of_date;
    } fields[] = {
        {"year", &moment->year, true},
        {"month", &moment->month, true},
        {"day", &moment->day, true},
        {"hour", &moment->hour, false},
        {"minute", &moment->minute, false},
        {"second", &moment->second, false},
        {"microsecond", &moment->microsecond, false},
    };
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (moment->kind == (fields[i].of_date ? STROBE_DATETIME_TIME : STROBE_DATETIME_DATE)) {
            continue;
        }
        const struct strobe_value *value = strobe_arguments_get(arguments, first++, fields[i].name);
        int rc = value != NULL ? strobe_moment_argument_int(evaluation, *value, fields[i].place) : 0;
        if (rc < 0) {
            return rc;
        }
    }
    if (moment->kind != STROBE_DATETIME_DATE) {
        const struct strobe_value *zone = strobe_arguments_get(arguments, first, "tzinfo");
        const struct strobe_value *fold = strobe_arguments_keyword(arguments, "fold");
        int rc = zone != NULL ? strobe_moment_argument_zone(evaluation, *zone, &moment->zone) : 0;
        rc = rc == 0 && fold != NULL ? strobe_moment_argument_int(evaluation, *fold, &moment->fold) : rc;
        if (rc < 0) {
            return rc;
        }
    }
    return strobe_moment_check(evaluation, moment);
}

/* ---- Constructors ---- */

static int make(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                enum strobe_datetime_kind kind, struct strobe_value *ret_value)
{
    static const char *const needed[] = {"year", "month", "day"};
    struct strobe_moment moment = {.kind = kind};
    for (unsigned i = 0; i < 3 && kind != STROBE_DATETIME_TIME; i++) {
        if (strobe_arguments_get(arguments, i, needed[i]) == NULL) {
            return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE,
                                          "function missing required argument '%s' (pos %u)", needed[i], i + 1);
        }
    }
    int rc = strobe_moment_argument_fields(evaluation, arguments, 0, &moment);
    return rc == 0 ? strobe_moment_make(evaluation, &moment, ret_value) : rc;
}

static int make_date(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                     struct strobe_value *ret_value)
{
    return make(evaluation, arguments, STROBE_DATETIME_DATE, ret_value);
}

static int make_time(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                     struct strobe_value *ret_value)
{
    return make(evaluation, arguments, STROBE_DATETIME_TIME, ret_value);
}

static int make_datetime(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                         struct strobe_value *ret_value)
{
    return make(evaluation, arguments, STROBE_DATETIME_DATETIME, ret_value);
}

/* Add value * factor to `*us` and what is left below a microsecond to `*rest`, in the steps of CPython's accum(). */
static int accumulate(struct strobe_evaluation *evaluation, const char *name, struct strobe_value value, int64_t factor,
                      strobe_microseconds *us, double *rest)
{
    struct strobe_number number;
    double whole, part;
    switch (strobe_number_of(value, &number)) {
    case STROBE_NUMBER_INT:
        *us += (strobe_microseconds)number.integer * factor;
        return 0;
    case STROBE_NUMBER_FLOAT:
        part = modf(number.real, &whole);
        if (isnan(number.real)) {
            return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE, "cannot convert float NaN to integer");
        }
        if (fabs(whole) > 1e22) {
            break;
        }
        *us += (strobe_microseconds)whole * factor;
        part = modf(part * (double)factor, &whole);
        *us += (strobe_microseconds)whole;
        *rest += part;
        return 0;
    case STROBE_NUMBER_WIDE:
        break;
    default:
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "unsupported type for timedelta %s component: %s",
                                      name, strobe_value_type_name(value));
    }
    return strobe_evaluation_fail(evaluation, STROBE_FAULT_OVERFLOW, "the timedelta is too large");
}

static double round_rest(double rest, bool odd)
{
    double whole = round(rest);
    if (fabs(whole - rest) == 0.5) {
        whole = 2.0 * round((rest + odd) * 0.5) - odd;
    }
    return whole;
}

static int make_delta(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                      struct strobe_value *ret_value)
{
    static const struct {
        const char *name;
        unsigned index;
        int64_t factor;
    } parts[] = {
        {"microseconds", 2, 1},     {"milliseconds", 3, 1000},  {"seconds", 1, 1000000},      {"minutes", 4, 60000000},
        {"hours", 5, 3600000000LL}, {"days", 0, 86400000000LL}, {"weeks", 6, 604800000000LL},
    };
    strobe_microseconds us = 0;
    double rest = 0;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        const struct strobe_value *value = strobe_arguments_get(arguments, parts[i].index, parts[i].name);
        int rc = value != NULL ? accumulate(evaluation, parts[i].name, *value, parts[i].factor, &us, &rest) : 0;
        if (rc < 0) {
            return rc;
        }
    }
    us += (strobe_microseconds)round_rest(rest, (us & 1) != 0);
    return strobe_moment_make_delta(evaluation, us, ret_value);
}

static int make_zone(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                     struct strobe_value *ret_value)
{
    const struct strobe_value *offset = strobe_arguments_get(arguments, 0, "offset");
    const struct strobe_value *name = strobe_arguments_get(arguments, 1, "name");
    struct strobe_moment delta;
    struct strobe_text_view view;
    if (offset == NULL || !strobe_moment_of(*offset, &delta) || delta.kind != STROBE_DATETIME_DELTA) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE,
                                      "timezone() argument 1 must be datetime.timedelta");
    }
    if (name != NULL && !strobe_text_view_of(*name, &view)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "timezone() argument 2 must be str, not %s",
                                      strobe_value_type_name(*name));
    }
    strobe_microseconds us = strobe_moment_delta_us(&delta);
    if (us <= -STROBE_DAY_US || us >= STROBE_DAY_US) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE,
                                      "offset must be a timedelta strictly between -timedelta(hours=24) and "
                                      "timedelta(hours=24).");
    }
    struct strobe_moment moment = {.kind = STROBE_DATETIME_ZONE,
                                   .zone = {.kind = STROBE_ZONE_FIXED, .offset_us = (int64_t)us}};
    moment.zone.has_name = name != NULL;
    if (name != NULL) {
        moment.zone.name = *name;
    }
    return strobe_moment_make(evaluation, &moment, ret_value);
}

/* ---- Class methods: the receiver is the type ---- */

static enum strobe_datetime_kind kind_of_receiver(const struct strobe_arguments *arguments)
{
    return strobe_datetime_kind_exact((PyTypeObject *)arguments->values[0].as.object);
}

static int from_isoformat(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                          struct strobe_value *ret_value)
{
    struct strobe_moment moment;
    struct strobe_text_view view;
    if (!strobe_text_view_of(arguments->values[1], &view)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "fromisoformat: argument must be str");
    }
    if (!strobe_moment_parse(kind_of_receiver(arguments), &view, &moment)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE, "Invalid isoformat string");
    }
    int rc = strobe_moment_check(evaluation, &moment);
    return rc == 0 ? strobe_moment_make(evaluation, &moment, ret_value) : rc;
}

static int from_ordinal(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                        struct strobe_value *ret_value)
{
    int ordinal;
    struct strobe_moment moment = {.kind = kind_of_receiver(arguments)};
    int rc = strobe_moment_argument_int(evaluation, arguments->values[1], &ordinal);
    if (rc == 0 && (ordinal < 1 || ordinal > strobe_moment_ordinal(9999, 12, 31))) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE, "ordinal must be between 1 and 3652059");
    }
    if (rc == 0) {
        strobe_moment_set_ordinal(&moment, ordinal);
        rc = strobe_moment_make(evaluation, &moment, ret_value);
    }
    return rc;
}

static int from_isocalendar(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                            struct strobe_value *ret_value)
{
    static const char *const names[] = {"year", "week", "day"};
    struct strobe_moment moment = {.kind = kind_of_receiver(arguments)};
    int parts[3];
    for (unsigned i = 0; i < 3; i++) {
        const struct strobe_value *value = strobe_arguments_get(arguments, i + 1, names[i]);
        if (value == NULL) {
            return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE,
                                          "fromisocalendar() missing required argument '%s'", names[i]);
        }
        int rc = strobe_moment_argument_int(evaluation, *value, &parts[i]);
        if (rc < 0) {
            return rc;
        }
    }
    if (!strobe_moment_set_iso_calendar(&moment, parts[0], parts[1], parts[2])) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE, "there is no day %d of week %d in %d", parts[2],
                                      parts[1], parts[0]);
    }
    return strobe_moment_make(evaluation, &moment, ret_value);
}

static int combine(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                   struct strobe_value *ret_value)
{
    const struct strobe_value *values[] = {strobe_arguments_get(arguments, 1, "date"),
                                           strobe_arguments_get(arguments, 2, "time"),
                                           strobe_arguments_get(arguments, 3, "tzinfo")};
    struct strobe_moment date, time;
    if (values[0] == NULL || !strobe_moment_of(*values[0], &date) ||
        (date.kind != STROBE_DATETIME_DATE && date.kind != STROBE_DATETIME_DATETIME) || values[1] == NULL ||
        !strobe_moment_of(*values[1], &time) || time.kind != STROBE_DATETIME_TIME) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "combine() takes a date and a time");
    }
    time.kind = STROBE_DATETIME_DATETIME;
    time.year = date.year;
    time.month = date.month;
    time.day = date.day;
    int rc = values[2] != NULL ? strobe_moment_argument_zone(evaluation, *values[2], &time.zone) : 0;
    return rc == 0 ? strobe_moment_make(evaluation, &time, ret_value) : rc;
}

/* Seconds since 1970 as whole seconds and microseconds, rounded half-even as CPython does. */
static int read_timestamp(struct strobe_evaluation *evaluation, struct strobe_value value, strobe_microseconds *ret_us)
{
    struct strobe_number number;
    double whole, part;
    switch (strobe_number_of(value, &number)) {
    case STROBE_NUMBER_INT:
        *ret_us = number.integer * (strobe_microseconds)1000000;
        return 0;
    case STROBE_NUMBER_FLOAT:
        if (isnan(number.real)) {
            return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE, "Invalid value NaN (not a number)");
        }
        part = modf(number.real, &whole) * 1e6;
        if (fabs(whole) > 9e18) {
            break;
        }
        *ret_us = (strobe_microseconds)whole * 1000000 + (strobe_microseconds)nearbyint(part);
        return 0;
    case STROBE_NUMBER_WIDE:
        break;
    default:
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "'%s' object cannot be interpreted as a timestamp",
                                      strobe_value_type_name(value));
    }
    return strobe_evaluation_fail(evaluation, STROBE_FAULT_OVERFLOW, "timestamp out of range for platform time_t");
}

static int at_timestamp(struct strobe_evaluation *evaluation, struct strobe_value value, struct strobe_zone zone,
                        struct strobe_value *ret_value)
{
    struct strobe_moment moment = {.kind = STROBE_DATETIME_DATETIME, .zone = zone};
    strobe_microseconds us, epoch = (strobe_moment_ordinal(1970, 1, 1) - 1) * STROBE_DAY_US;
    int rc = read_timestamp(evaluation, value, &us);
    if (rc < 0) {
        return rc;
    }
    us += epoch + zone.offset_us;
    if (us < 0 || us >= strobe_moment_ordinal(9999, 12, 31) * STROBE_DAY_US) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE, "year is out of range");
    }
    rc = strobe_moment_set_clock_us(evaluation, &moment, us);
    return rc == 0 ? strobe_moment_make(evaluation, &moment, ret_value) : rc;
}

static int from_timestamp(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                          struct strobe_value *ret_value)
{
    const struct strobe_value *value = strobe_arguments_get(arguments, 1, "timestamp");
    const struct strobe_value *tz = strobe_arguments_get(arguments, 2, "tz");
    struct strobe_moment moment = {.kind = STROBE_DATETIME_DATETIME};
    int64_t offset_us;
    int rc = tz != NULL ? strobe_moment_argument_zone(evaluation, *tz, &moment.zone) : 0;
    rc = rc == 0 ? strobe_moment_offset(evaluation, &moment, &offset_us) : rc;
    if (rc == 1) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_UNSAFE,
                                      "fromtimestamp() without a zone depends on the local time zone; pass "
                                      "timezone.utc");
    }
    if (rc == 0 && value == NULL) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "fromtimestamp() missing argument 'timestamp'");
    }
    return rc == 0 ? at_timestamp(evaluation, *value, moment.zone, ret_value) : rc;
}

static int from_utc_timestamp(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                              struct strobe_value *ret_value)
{
    return at_timestamp(evaluation, arguments->values[1], (struct strobe_zone){0}, ret_value);
}

static int refuse_local(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                        struct strobe_value *ret_value)
{
    (void)arguments;
    (void)ret_value;
    return strobe_evaluation_fail(evaluation, STROBE_FAULT_UNSAFE,
                                  "date.fromtimestamp() depends on the local time zone; use "
                                  "datetime.fromtimestamp(..., timezone.utc).date()");
}

static int refuse_now(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                      struct strobe_value *ret_value)
{
    (void)arguments;
    (void)ret_value;
    return strobe_evaluation_fail(evaluation, STROBE_FAULT_UNSAFE, "the time is not part of the program's state");
}

/* ---- Tables ---- */

static const struct strobe_function_entry constructors[STROBE_DATETIME_KIND_COUNT] = {
    [STROBE_DATETIME_DATE] = {"date", make_date, 0, 3, "year month day"},
    [STROBE_DATETIME_TIME] = {"time", make_time, 0, 5, "hour minute second microsecond tzinfo fold"},
    [STROBE_DATETIME_DATETIME] = {"datetime", make_datetime, 0, 8,
                                  "year month day hour minute second microsecond tzinfo fold"},
    [STROBE_DATETIME_DELTA] = {"timedelta", make_delta, 0, 7,
                               "days seconds microseconds milliseconds minutes hours weeks"},
    [STROBE_DATETIME_ZONE] = {"timezone", make_zone, 0, 2, "offset name"},
};

enum {
    DATE = 1 << STROBE_DATETIME_DATE,
    TIME = 1 << STROBE_DATETIME_TIME,
    DATETIME = 1 << STROBE_DATETIME_DATETIME,
};

static const struct {
    unsigned kinds;
    struct strobe_function_entry entry;
} class_methods[] = {
    {DATE | TIME | DATETIME, {"fromisoformat", from_isoformat, 1, 1, NULL}},
    {DATE | DATETIME, {"fromordinal", from_ordinal, 1, 1, NULL}},
    {DATE | DATETIME, {"fromisocalendar", from_isocalendar, 0, 3, "year week day"}},
    {DATETIME, {"combine", combine, 0, 3, "date time tzinfo"}},
    {DATETIME, {"fromtimestamp", from_timestamp, 0, 2, "timestamp tz"}},
    {DATETIME, {"utcfromtimestamp", from_utc_timestamp, 1, 1, NULL}},
    {DATE, {"fromtimestamp", refuse_local, 0, 1, NULL}},
    {DATETIME, {"now", refuse_now, 0, 1, "tz"}},
    {DATETIME, {"utcnow", refuse_now, 0, 0, NULL}},
    {DATE | DATETIME, {"today", refuse_now, 0, 0, NULL}},
};

const struct strobe_function_entry *strobe_moment_constructor(PyTypeObject *type)
{
    const struct strobe_function_entry *entry = &constructors[strobe_datetime_kind_exact(type)];
    return entry->name != NULL ? entry : NULL;
}

const struct strobe_function_entry *strobe_moment_class_method(enum strobe_datetime_kind kind, PyObject *name)
{
    for (size_t i = 0; i < sizeof class_methods / sizeof class_methods[0]; i++) {
        if ((class_methods[i].kinds & 1U << kind) != 0 &&
            PyUnicode_CompareWithASCIIString(name, class_methods[i].entry.name) == 0) {
            return &class_methods[i].entry;
        }
    }
    return NULL;
}

bool strobe_moment_constructor_exists(const char *name)
{
    for (size_t i = 0; i < STROBE_DATETIME_KIND_COUNT; i++) {
        if (constructors[i].name != NULL && strcmp(constructors[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

bool strobe_moment_class_method_exists(const char *name)
{
    for (size_t i = 0; i < sizeof class_methods / sizeof class_methods[0]; i++) {
        if (strcmp(class_methods[i].entry.name, name) == 0) {
            return true;
        }
    }
    return false;
}
