/* Fields and methods of moments. */
#include <string.h>

#include "probes/expression/py/items.h"
#include "probes/expression/py/moment.h"
#include "probes/expression/py/moment_arguments.h"

static struct strobe_moment receiver(const struct strobe_arguments *arguments)
{
    struct strobe_moment moment = {0};
    strobe_moment_of(arguments->values[0], &moment); /* found by its kind: cannot fail */
    return moment;
}

/* ---- Fields ---- */

#define FIELD(field, expression)                                                                             \
    static int field_##field(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments, \
                             struct strobe_value *ret_value)                                                 \
    {                                                                                                        \
        (void)evaluation;                                                                                    \
        struct strobe_moment moment = receiver(arguments);                                                   \
        *ret_value = strobe_value_int(expression);                                                           \
        return 0;                                                                                            \
    }
FIELD(year, moment.year)
FIELD(month, moment.month)
FIELD(day, moment.day)
FIELD(hour, moment.hour)
FIELD(minute, moment.minute)
FIELD(second, moment.second)
FIELD(microsecond, moment.microsecond)
FIELD(fold, moment.fold)
FIELD(days, moment.days)
FIELD(seconds, moment.seconds)
FIELD(weekday, strobe_moment_weekday(&moment))
FIELD(isoweekday, strobe_moment_weekday(&moment) + 1)
FIELD(toordinal, strobe_moment_ordinal(moment.year, moment.month, moment.day))
#undef FIELD

static int field_tzinfo(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                        struct strobe_value *ret_value)
{
    struct strobe_moment moment = receiver(arguments);
    return strobe_moment_make_zone(evaluation, &moment.zone, ret_value);
}

/* ---- Parts and conversions ---- */

static int total_seconds(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                         struct strobe_value *ret_value)
{
    (void)evaluation;
    struct strobe_moment moment = receiver(arguments);
    *ret_value = strobe_value_float(strobe_moment_divide(strobe_moment_delta_us(&moment), 1000000));
    return 0;
}

static int get_date(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                    struct strobe_value *ret_value)
{
    struct strobe_moment moment = receiver(arguments);
    struct strobe_moment date = {
        .kind = STROBE_DATETIME_DATE, .year = moment.year, .month = moment.month, .day = moment.day};
    return strobe_moment_make(evaluation, &date, ret_value);
}

static int get_timetz(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                      struct strobe_value *ret_value)
{
    struct strobe_moment moment = receiver(arguments);
    moment.kind = STROBE_DATETIME_TIME;
    moment.year = moment.month = moment.day = 0;
    return strobe_moment_make(evaluation, &moment, ret_value);
}

static int get_time(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                    struct strobe_value *ret_value)
{
    struct strobe_moment moment = receiver(arguments);
    moment.kind = STROBE_DATETIME_TIME;
    moment.year = moment.month = moment.day = 0;
    moment.zone = (struct strobe_zone){0};
    return strobe_moment_make(evaluation, &moment, ret_value);
}

static int isocalendar(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                       struct strobe_value *ret_value)
{
    struct strobe_moment moment = receiver(arguments);
    struct strobe_value tuple;
    int parts[3];
    strobe_moment_iso_calendar(&moment, &parts[0], &parts[1], &parts[2]);
    int rc = strobe_items_make(evaluation, STROBE_VALUE_TUPLE, 3, &tuple);
    for (size_t i = 0; i < 3 && rc == 0; i++) {
        rc = strobe_items_append(evaluation, tuple.as.items, strobe_value_int(parts[i]));
    }
    if (rc == 0) {
        *ret_value = tuple;
    }
    return rc;
}

static int timestamp(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                     struct strobe_value *ret_value)
{
    struct strobe_moment moment = receiver(arguments);
    int64_t offset_us;
    int rc = strobe_moment_offset(evaluation, &moment, &offset_us);
    if (rc == 1) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_UNSAFE,
                                      "the timestamp of a naive datetime depends on the local time zone; give it one: "
                                      ".replace(tzinfo=timezone.utc)");
    }
    if (rc == 0) {
        strobe_microseconds epoch = (strobe_moment_ordinal(1970, 1, 1) - 1) * STROBE_DAY_US;
        *ret_value =
            strobe_value_float(strobe_moment_divide(strobe_moment_clock_us(&moment) - offset_us - epoch, 1000000));
    }
    return rc;
}

static int astimezone(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                      struct strobe_value *ret_value)
{
    struct strobe_moment moment = receiver(arguments), moved = moment;
    const struct strobe_value *zone = strobe_arguments_get(arguments, 1, "tz");
    int64_t from_us, to_us;
    int rc = zone != NULL ? strobe_moment_argument_zone(evaluation, *zone, &moved.zone) : 1;
    if (rc == 0 && moved.zone.kind == STROBE_ZONE_NONE) {
        rc = 1;
    }
    if (rc == 0) {
        rc = strobe_moment_offset(evaluation, &moment, &from_us);
    }
    if (rc == 1) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_UNSAFE,
                                      "astimezone() of or to no zone depends on the local time zone");
    }
    rc = rc == 0 ? strobe_moment_offset(evaluation, &moved, &to_us) : rc;
    moved.fold = 0;
    rc = rc == 0 ? strobe_moment_set_clock_us(evaluation, &moved, strobe_moment_clock_us(&moment) - from_us + to_us)
                 : rc;
    return rc == 0 ? strobe_moment_make(evaluation, &moved, ret_value) : rc;
}

static int replace(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                   struct strobe_value *ret_value)
{
    struct strobe_moment moment = receiver(arguments);
    int rc = strobe_moment_argument_fields(evaluation, arguments, 1, &moment);
    return rc == 0 ? strobe_moment_make(evaluation, &moment, ret_value) : rc;
}

/* ---- Zones ---- */

static int utcoffset(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                     struct strobe_value *ret_value)
{
    struct strobe_moment moment = receiver(arguments);
    int64_t offset_us;
    int rc = strobe_moment_offset(evaluation, &moment, &offset_us);
    if (rc == 1) {
        *ret_value = strobe_value_object(Py_None);
        return 0;
    }
    return rc == 0 ? strobe_moment_make_delta(evaluation, offset_us, ret_value) : rc;
}

static int tzname_method(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                         struct strobe_value *ret_value)
{
    struct strobe_moment moment = receiver(arguments);
    struct strobe_text_builder builder;
    int64_t offset_us;
    int rc = strobe_moment_offset(evaluation, &moment, &offset_us);
    if (rc == 1) {
        *ret_value = strobe_value_object(Py_None);
        return 0;
    }
    rc = rc == 0 ? strobe_text_begin(evaluation, &builder) : rc;
    rc = rc == 0 ? strobe_moment_put_zone_name(&builder, &moment.zone) : rc;
    return rc == 0 ? strobe_text_end(&builder, ret_value) : rc;
}

/* datetime.timezone knows no summer time. */
static int dst_method(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                      struct strobe_value *ret_value)
{
    struct strobe_moment moment = receiver(arguments);
    int64_t offset_us;
    int rc = strobe_moment_offset(evaluation, &moment, &offset_us);
    if (rc >= 0) {
        *ret_value = strobe_value_object(Py_None);
    }
    return rc < 0 ? rc : 0;
}

/* ---- Text ---- */

/* The one character of a str. @return false when it is no such str */
static bool read_character(struct strobe_value value, uint32_t *ret_character)
{
    struct strobe_text_view view;
    if (!strobe_text_view_of(value, &view) || view.length != 1) {
        return false;
    }
    *ret_character = PyUnicode_READ(view.width, view.data, 0);
    return true;
}

static int isoformat(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                     struct strobe_value *ret_value)
{
    struct strobe_moment moment = receiver(arguments);
    bool is_time = moment.kind == STROBE_DATETIME_TIME;
    const struct strobe_value *separator = is_time ? NULL : strobe_arguments_get(arguments, 1, "sep");
    const struct strobe_value *word = strobe_arguments_get(arguments, is_time ? 1 : 2, "timespec");
    uint32_t character = 'T';
    enum strobe_timespec timespec = STROBE_TIMESPEC_AUTO;
    struct strobe_text_view view;
    struct strobe_text_builder builder;
    if (separator != NULL && !read_character(*separator, &character)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE,
                                      "isoformat() argument 1 must be a unicode character, not %s",
                                      strobe_value_type_name(*separator));
    }
    if (word != NULL && !strobe_text_view_of(*word, &view)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "isoformat() argument 2 must be str, not %s",
                                      strobe_value_type_name(*word));
    }
    if (word != NULL && !strobe_moment_timespec(&view, &timespec)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE, "Unknown timespec value");
    }
    int rc = strobe_text_begin(evaluation, &builder);
    rc = rc == 0 ? strobe_moment_put_iso(&builder, &moment, character, timespec) : rc;
    return rc == 0 ? strobe_text_end(&builder, ret_value) : rc;
}

static int strftime_method(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                           struct strobe_value *ret_value)
{
    struct strobe_moment moment = receiver(arguments);
    const struct strobe_value *format = strobe_arguments_get(arguments, 1, "format");
    struct strobe_text_view view;
    struct strobe_text_builder builder;
    if (format == NULL || !strobe_text_view_of(*format, &view)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "strftime() argument 1 must be str");
    }
    int rc = strobe_text_begin(evaluation, &builder);
    rc = rc == 0 ? strobe_moment_put_strftime(&builder, &moment, &view) : rc;
    return rc == 0 ? strobe_text_end(&builder, ret_value) : rc;
}

static int ctime_method(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                        struct strobe_value *ret_value)
{
    struct strobe_moment moment = receiver(arguments);
    const struct strobe_text_view format = {.data = "%c", .length = 2, .width = 1};
    struct strobe_text_builder builder;
    int rc = strobe_text_begin(evaluation, &builder);
    rc = rc == 0 ? strobe_moment_put_strftime(&builder, &moment, &format) : rc;
    return rc == 0 ? strobe_text_end(&builder, ret_value) : rc;
}

/* ---- Tables ---- */

enum {
    DATE = 1 << STROBE_DATETIME_DATE,
    TIME = 1 << STROBE_DATETIME_TIME,
    DATETIME = 1 << STROBE_DATETIME_DATETIME,
    DELTA = 1 << STROBE_DATETIME_DELTA,
    ZONE = 1 << STROBE_DATETIME_ZONE,
};

struct table {
    unsigned kinds;
    struct strobe_function_entry entry;
};

static const struct table fields[] = {
    {DATE | DATETIME, {"year", field_year, 0, 0, NULL}},
    {DATE | DATETIME, {"month", field_month, 0, 0, NULL}},
    {DATE | DATETIME, {"day", field_day, 0, 0, NULL}},
    {TIME | DATETIME, {"hour", field_hour, 0, 0, NULL}},
    {TIME | DATETIME, {"minute", field_minute, 0, 0, NULL}},
    {TIME | DATETIME, {"second", field_second, 0, 0, NULL}},
    {TIME | DATETIME, {"microsecond", field_microsecond, 0, 0, NULL}},
    {TIME | DATETIME, {"fold", field_fold, 0, 0, NULL}},
    {TIME | DATETIME, {"tzinfo", field_tzinfo, 0, 0, NULL}},
    {DELTA, {"days", field_days, 0, 0, NULL}},
    {DELTA, {"seconds", field_seconds, 0, 0, NULL}},
    {DELTA, {"microseconds", field_microsecond, 0, 0, NULL}},
};

static const struct table methods[] = {
    {DELTA, {"total_seconds", total_seconds, 0, 0, NULL}},
    {DATETIME, {"date", get_date, 0, 0, NULL}},
    {DATETIME, {"time", get_time, 0, 0, NULL}},
    {DATETIME, {"timetz", get_timetz, 0, 0, NULL}},
    {DATETIME, {"timestamp", timestamp, 0, 0, NULL}},
    {DATETIME, {"astimezone", astimezone, 0, 1, "tz"}},
    {DATE | DATETIME, {"weekday", field_weekday, 0, 0, NULL}},
    {DATE | DATETIME, {"isoweekday", field_isoweekday, 0, 0, NULL}},
    {DATE | DATETIME, {"toordinal", field_toordinal, 0, 0, NULL}},
    {DATE | DATETIME, {"isocalendar", isocalendar, 0, 0, NULL}},
    {DATE | DATETIME, {"ctime", ctime_method, 0, 0, NULL}},
    {DATE, {"isoformat", isoformat, 0, 0, NULL}},
    {DATETIME, {"isoformat", isoformat, 0, 2, "sep timespec"}},
    {TIME, {"isoformat", isoformat, 0, 1, "timespec"}},
    {DATE | TIME | DATETIME, {"strftime", strftime_method, 0, 1, "format"}},
    {DATE, {"replace", replace, 0, 3, "year month day"}},
    {TIME, {"replace", replace, 0, 5, "hour minute second microsecond tzinfo fold"}},
    {DATETIME, {"replace", replace, 0, 8, "year month day hour minute second microsecond tzinfo fold"}},
    {TIME | DATETIME, {"utcoffset", utcoffset, 0, 0, NULL}},
    {TIME | DATETIME, {"tzname", tzname_method, 0, 0, NULL}},
    {TIME | DATETIME, {"dst", dst_method, 0, 0, NULL}},
    {ZONE, {"utcoffset", utcoffset, 1, 1, NULL}},
    {ZONE, {"tzname", tzname_method, 1, 1, NULL}},
    {ZONE, {"dst", dst_method, 1, 1, NULL}},
};

static const struct strobe_function_entry *find(const struct table *table, size_t count, enum strobe_datetime_kind kind,
                                                PyObject *name)
{
    for (size_t i = 0; i < count; i++) {
        if ((table[i].kinds & 1U << kind) != 0 && PyUnicode_CompareWithASCIIString(name, table[i].entry.name) == 0) {
            return &table[i].entry;
        }
    }
    return NULL;
}

const struct strobe_function_entry *strobe_moment_field(enum strobe_datetime_kind kind, PyObject *name)
{
    return find(fields, sizeof fields / sizeof fields[0], kind, name);
}

const struct strobe_function_entry *strobe_moment_method(enum strobe_datetime_kind kind, PyObject *name)
{
    return find(methods, sizeof methods / sizeof methods[0], kind, name);
}

bool strobe_moment_method_exists(const char *name)
{
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        if (strcmp(methods[i].entry.name, name) == 0) {
            return true;
        }
    }
    return false;
}
