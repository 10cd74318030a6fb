/* Moments as text: repr(), str(), format(), isoformat(). */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/expression/py/format.h"
#include "probes/expression/py/moment.h"

int strobe_moment_put(struct strobe_text_builder *builder, const char *format, ...)
{
    char text[128];
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return strobe_text_put_ascii(builder, text, (size_t)size);
}

/* ---- isoformat() ---- */

bool strobe_moment_timespec(const struct strobe_text_view *word, enum strobe_timespec *ret_timespec)
{
    static const char *const words[] = {"auto", "hours", "minutes", "seconds", "milliseconds", "microseconds"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        Py_ssize_t length = (Py_ssize_t)strlen(words[i]);
        if (word->width == 1 && word->length == length && memcmp(word->data, words[i], (size_t)length) == 0) {
            *ret_timespec = (enum strobe_timespec)i;
            return true;
        }
    }
    return false;
}

/* "+01:00", with seconds and microseconds when it has some */
static int put_offset(struct strobe_text_builder *builder, int64_t offset_us, const char *separator)
{
    int64_t us = offset_us < 0 ? -offset_us : offset_us;
    int seconds = (int)(us / 1000000), rest = (int)(us % 1000000);
    int rc = strobe_moment_put(builder, "%c%02d%s%02d", offset_us < 0 ? '-' : '+', seconds / 3600, separator,
                               seconds / 60 % 60);
    if (rc == 0 && (seconds % 60 != 0 || rest != 0)) {
        rc = strobe_moment_put(builder, "%s%02d", separator, seconds % 60);
    }
    return rc == 0 && rest != 0 ? strobe_moment_put(builder, ".%06d", rest) : rc;
}

static int put_clock(struct strobe_text_builder *builder, const struct strobe_moment *moment,
                     enum strobe_timespec timespec)
{
    if (timespec == STROBE_TIMESPEC_AUTO) {
        timespec = moment->microsecond != 0 ? STROBE_TIMESPEC_MICROSECONDS : STROBE_TIMESPEC_SECONDS;
    }
    int rc = strobe_moment_put(builder, "%02d", moment->hour);
    if (rc == 0 && timespec >= STROBE_TIMESPEC_MINUTES) {
        rc = strobe_moment_put(builder, ":%02d", moment->minute);
    }
    if (rc == 0 && timespec >= STROBE_TIMESPEC_SECONDS) {
        rc = strobe_moment_put(builder, ":%02d", moment->second);
    }
    if (rc == 0 && timespec == STROBE_TIMESPEC_MILLISECONDS) {
        rc = strobe_moment_put(builder, ".%03d", moment->microsecond / 1000);
    }
    if (rc == 0 && timespec == STROBE_TIMESPEC_MICROSECONDS) {
        rc = strobe_moment_put(builder, ".%06d", moment->microsecond);
    }
    return rc;
}

static int put_date(struct strobe_text_builder *builder, const struct strobe_moment *moment)
{
    return strobe_moment_put(builder, "%04d-%02d-%02d", moment->year, moment->month, moment->day);
}

int strobe_moment_put_iso(struct strobe_text_builder *builder, const struct strobe_moment *moment, uint32_t separator,
                          enum strobe_timespec timespec)
{
    if (moment->kind == STROBE_DATETIME_DATE) {
        return put_date(builder, moment);
    }
    int rc = 0;
    int64_t offset_us = 0;
    int naive = strobe_moment_offset(builder->evaluation, moment, &offset_us);
    if (naive < 0) {
        return naive;
    }
    if (moment->kind == STROBE_DATETIME_DATETIME) {
        rc = put_date(builder, moment);
        rc = rc == 0 ? strobe_text_put(builder, separator) : rc;
    }
    rc = rc == 0 ? put_clock(builder, moment, timespec) : rc;
    return rc == 0 && naive == 0 ? put_offset(builder, offset_us, ":") : rc;
}

/* ---- Durations and zones ---- */

static int put_delta(struct strobe_text_builder *builder, const struct strobe_moment *delta)
{
    int rc = 0;
    if (delta->days != 0) {
        rc = strobe_moment_put(builder, "%d day%s, ", delta->days, abs(delta->days) == 1 ? "" : "s");
    }
    if (rc == 0) {
        rc = strobe_moment_put(builder, "%d:%02d:%02d", delta->seconds / 3600, delta->seconds / 60 % 60,
                               delta->seconds % 60);
    }
    return rc == 0 && delta->microsecond != 0 ? strobe_moment_put(builder, ".%06d", delta->microsecond) : rc;
}

int strobe_moment_put_zone_name(struct strobe_text_builder *builder, const struct strobe_zone *zone)
{
    if (zone->has_name) {
        return strobe_format_str(builder, zone->name);
    }
    int rc = strobe_moment_put(builder, "UTC");
    return rc == 0 && zone->offset_us != 0 ? put_offset(builder, zone->offset_us, ":") : rc;
}

int strobe_moment_put_str(struct strobe_text_builder *builder, struct strobe_value value)
{
    struct strobe_moment moment;
    if (!strobe_moment_of(value, &moment)) {
        return 1;
    }
    switch (moment.kind) {
    case STROBE_DATETIME_DELTA:
        return put_delta(builder, &moment);
    case STROBE_DATETIME_ZONE:
        return strobe_moment_put_zone_name(builder, &moment.zone);
    default:
        return strobe_moment_put_iso(builder, &moment, ' ', STROBE_TIMESPEC_AUTO);
    }
}

/* ---- repr() ---- */

/* "datetime.date", or the name of a class derived from it */
static int put_type(struct strobe_text_builder *builder, struct strobe_value value, enum strobe_datetime_kind kind)
{
    static const char *const names[STROBE_DATETIME_KIND_COUNT] = {
        [STROBE_DATETIME_DATE] = "date",         [STROBE_DATETIME_TIME] = "time",
        [STROBE_DATETIME_DATETIME] = "datetime", [STROBE_DATETIME_DELTA] = "timedelta",
        [STROBE_DATETIME_ZONE] = "timezone",
    };
    struct strobe_text_view view;
    if (value.kind == STROBE_VALUE_OBJECT && PyType_HasFeature(Py_TYPE(value.as.object), Py_TPFLAGS_HEAPTYPE) &&
        strobe_text_view_of(strobe_value_object(((PyHeapTypeObject *)Py_TYPE(value.as.object))->ht_name), &view)) {
        int rc = strobe_text_put_view(builder, &view, 0, view.length);
        return rc == 0 ? strobe_moment_put(builder, "(") : rc;
    }
    return strobe_moment_put(builder, "datetime.%s(", names[kind]);
}

static int put_delta_parts(struct strobe_text_builder *builder, const struct strobe_moment *delta)
{
    const struct {
        const char *name;
        int value;
    } parts[] = {{"days", delta->days}, {"seconds", delta->seconds}, {"microseconds", delta->microsecond}};
    const char *between = "";
    int rc = 0;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && rc == 0; i++) {
        if (parts[i].value != 0) {
            rc = strobe_moment_put(builder, "%s%s=%d", between, parts[i].name, parts[i].value);
            between = ", ";
        }
    }
    return rc == 0 && *between == '\0' ? strobe_moment_put(builder, "0") : rc;
}

static int put_zone(struct strobe_text_builder *builder, const struct strobe_zone *zone)
{
    if (zone->kind == STROBE_ZONE_OTHER) {
        return strobe_format_repr(builder, strobe_value_object(zone->object));
    }
    if (!zone->has_name && zone->offset_us == 0) {
        return strobe_moment_put(builder, "datetime.timezone.utc");
    }
    struct strobe_moment offset;
    int rc = strobe_moment_delta(builder->evaluation, zone->offset_us, &offset);
    rc = rc == 0 ? strobe_moment_put(builder, "datetime.timezone(datetime.timedelta(") : rc;
    rc = rc == 0 ? put_delta_parts(builder, &offset) : rc;
    rc = rc == 0 ? strobe_moment_put(builder, ")") : rc;
    if (rc == 0 && zone->has_name) {
        rc = strobe_moment_put(builder, ", ");
        rc = rc == 0 ? strobe_format_repr(builder, zone->name) : rc;
    }
    return rc == 0 ? strobe_moment_put(builder, ")") : rc;
}

static int put_fields(struct strobe_text_builder *builder, const struct strobe_moment *moment)
{
    int rc = 0;
    if (moment->kind != STROBE_DATETIME_TIME) {
        rc = strobe_moment_put(builder, "%d, %d, %d", moment->year, moment->month, moment->day);
    }
    if (moment->kind == STROBE_DATETIME_DATE || rc < 0) {
        return rc;
    }
    rc = strobe_moment_put(builder, "%s%d, %d", moment->kind == STROBE_DATETIME_TIME ? "" : ", ", moment->hour,
                           moment->minute);
    if (rc == 0 && (moment->second != 0 || moment->microsecond != 0)) {
        rc = strobe_moment_put(builder, ", %d", moment->second);
    }
    if (rc == 0 && moment->microsecond != 0) {
        rc = strobe_moment_put(builder, ", %d", moment->microsecond);
    }
    bool is_time = moment->kind == STROBE_DATETIME_TIME; /* CPython has the last two in another order there */
    if (rc == 0 && moment->fold != 0 && !is_time) {
        rc = strobe_moment_put(builder, ", fold=1");
    }
    if (rc == 0 && moment->zone.kind != STROBE_ZONE_NONE) {
        rc = strobe_moment_put(builder, ", tzinfo=");
        rc = rc == 0 ? put_zone(builder, &moment->zone) : rc;
    }
    return rc == 0 && moment->fold != 0 && is_time ? strobe_moment_put(builder, ", fold=1") : rc;
}

int strobe_moment_put_repr(struct strobe_text_builder *builder, struct strobe_value value)
{
    struct strobe_moment moment;
    if (!strobe_moment_of(value, &moment)) {
        return 1;
    }
    if (moment.kind == STROBE_DATETIME_ZONE) {
        return put_zone(builder, &moment.zone);
    }
    int rc = put_type(builder, value, moment.kind);
    if (rc == 0) {
        rc = moment.kind == STROBE_DATETIME_DELTA ? put_delta_parts(builder, &moment) : put_fields(builder, &moment);
    }
    return rc == 0 ? strobe_moment_put(builder, ")") : rc;
}

int strobe_moment_put_format(struct strobe_text_builder *builder, struct strobe_value value,
                             const struct strobe_text_view *spec)
{
    struct strobe_moment moment;
    if (!strobe_moment_of(value, &moment)) {
        return 1;
    }
    if (spec->length == 0) {
        return strobe_moment_put_str(builder, value);
    }
    if (moment.kind == STROBE_DATETIME_DELTA || moment.kind == STROBE_DATETIME_ZONE) {
        return strobe_evaluation_fail(builder->evaluation, STROBE_FAULT_TYPE,
                                      "unsupported format string passed to datetime.%s.__format__",
                                      strobe_value_type_name(value));
    }
    return strobe_moment_put_strftime(builder, &moment, spec);
}
