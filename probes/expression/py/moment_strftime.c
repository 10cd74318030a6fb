/* strftime() with the names of the C locale: what setlocale() set in the program is not asked. */
#include "probes/expression/py/moment.h"

static const char *const weekdays[] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
static const char *const months[] = {"January", "February", "March",     "April",   "May",      "June",
                                     "July",    "August",   "September", "October", "November", "December"};

static int day_of_year(const struct strobe_moment *moment)
{
    return strobe_moment_ordinal(moment->year, moment->month, moment->day) - strobe_moment_ordinal(moment->year, 1, 1) +
           1;
}

static int hour_of_12(const struct strobe_moment *moment)
{
    return moment->hour % 12 == 0 ? 12 : moment->hour % 12;
}

/* Fields of the date. @return 1: none of these */
static int put_date_field(struct strobe_text_builder *builder, const struct strobe_moment *moment, uint32_t directive)
{
    int weekday = strobe_moment_weekday(moment), today = day_of_year(moment);
    int iso_year, iso_week, iso_day;
    strobe_moment_iso_calendar(moment, &iso_year, &iso_week, &iso_day);
    switch (directive) {
    case 'Y':
        return strobe_moment_put(builder, "%04d", moment->year);
    case 'C':
        return strobe_moment_put(builder, "%02d", moment->year / 100);
    case 'y':
        return strobe_moment_put(builder, "%02d", moment->year % 100);
    case 'm':
        return strobe_moment_put(builder, "%02d", moment->month);
    case 'd':
        return strobe_moment_put(builder, "%02d", moment->day);
    case 'e':
        return strobe_moment_put(builder, "%2d", moment->day);
    case 'j':
        return strobe_moment_put(builder, "%03d", today);
    case 'A':
        return strobe_moment_put(builder, "%s", weekdays[weekday]);
    case 'a':
        return strobe_moment_put(builder, "%.3s", weekdays[weekday]);
    case 'B':
        return strobe_moment_put(builder, "%s", months[moment->month - 1]);
    case 'b':
    case 'h':
        return strobe_moment_put(builder, "%.3s", months[moment->month - 1]);
    case 'u':
        return strobe_moment_put(builder, "%d", weekday + 1);
    case 'w':
        return strobe_moment_put(builder, "%d", (weekday + 1) % 7);
    case 'U': /* weeks that begin on Sunday */
        return strobe_moment_put(builder, "%02d", (today + 6 - (weekday + 1) % 7) / 7);
    case 'W':
        return strobe_moment_put(builder, "%02d", (today + 6 - weekday) / 7);
    case 'G':
        return strobe_moment_put(builder, "%04d", iso_year);
    case 'V':
        return strobe_moment_put(builder, "%02d", iso_week);
    case 'F':
        return strobe_moment_put(builder, "%04d-%02d-%02d", moment->year, moment->month, moment->day);
    case 'D':
    case 'x':
        return strobe_moment_put(builder, "%02d/%02d/%02d", moment->month, moment->day, moment->year % 100);
    default:
        return 1;
    }
}

static int put_zone_field(struct strobe_text_builder *builder, const struct strobe_moment *moment, const char *colon)
{
    int64_t offset_us;
    int rc = strobe_moment_offset(builder->evaluation, moment, &offset_us);
    if (rc != 0) {
        return rc < 0 ? rc : 0;
    }
    int64_t us = offset_us < 0 ? -offset_us : offset_us;
    int seconds = (int)(us / 1000000);
    rc =
        strobe_moment_put(builder, "%c%02d%s%02d", offset_us < 0 ? '-' : '+', seconds / 3600, colon, seconds / 60 % 60);
    if (rc == 0 && us % 60000000 != 0) {
        rc = strobe_moment_put(builder, "%s%02d", colon, seconds % 60);
    }
    return rc == 0 && us % 1000000 != 0 ? strobe_moment_put(builder, ".%06d", (int)(us % 1000000)) : rc;
}

static int put_zone_name(struct strobe_text_builder *builder, const struct strobe_moment *moment)
{
    int64_t offset_us;
    int rc = strobe_moment_offset(builder->evaluation, moment, &offset_us);
    if (rc != 0) {
        return rc < 0 ? rc : 0;
    }
    return strobe_moment_put_zone_name(builder, &moment->zone);
}

static int put_clock_field(struct strobe_text_builder *builder, const struct strobe_moment *moment, uint32_t directive)
{
    switch (directive) {
    case 'H':
        return strobe_moment_put(builder, "%02d", moment->hour);
    case 'I':
        return strobe_moment_put(builder, "%02d", hour_of_12(moment));
    case 'M':
        return strobe_moment_put(builder, "%02d", moment->minute);
    case 'S':
        return strobe_moment_put(builder, "%02d", moment->second);
    case 'f':
        return strobe_moment_put(builder, "%06d", moment->microsecond);
    case 'p':
        return strobe_moment_put(builder, "%s", moment->hour < 12 ? "AM" : "PM");
    case 'X':
    case 'T':
        return strobe_moment_put(builder, "%02d:%02d:%02d", moment->hour, moment->minute, moment->second);
    case 'R':
        return strobe_moment_put(builder, "%02d:%02d", moment->hour, moment->minute);
    case 'r':
        return strobe_moment_put(builder, "%02d:%02d:%02d %s", hour_of_12(moment), moment->minute, moment->second,
                                 moment->hour < 12 ? "AM" : "PM");
    case 'z':
        return put_zone_field(builder, moment, "");
    case 'Z':
        return put_zone_name(builder, moment);
    default:
        return 1;
    }
}

static int put_field(struct strobe_text_builder *builder, const struct strobe_moment *moment, uint32_t directive)
{
    struct strobe_moment shown = *moment;
    if (moment->kind == STROBE_DATETIME_TIME) { /* as CPython: of 1900-01-01 */
        shown.year = 1900;
        shown.month = shown.day = 1;
    }
    if (directive == '%') {
        return strobe_text_put(builder, '%');
    }
    if (directive == 'n' || directive == 't') {
        return strobe_text_put(builder, directive == 'n' ? '\n' : '\t');
    }
    if (directive == 'c') {
        return strobe_moment_put(builder, "%.3s %.3s %2d %02d:%02d:%02d %d", weekdays[strobe_moment_weekday(&shown)],
                                 months[shown.month - 1], shown.day, shown.hour, shown.minute, shown.second,
                                 shown.year);
    }
    int rc = put_date_field(builder, &shown, directive);
    return rc == 1 ? put_clock_field(builder, &shown, directive) : rc;
}

int strobe_moment_put_strftime(struct strobe_text_builder *builder, const struct strobe_moment *moment,
                               const struct strobe_text_view *format)
{
    int rc = 0;
    for (Py_ssize_t i = 0; i < format->length && rc == 0; i++) {
        uint32_t character = PyUnicode_READ(format->width, format->data, i);
        if (character != '%') {
            rc = strobe_text_put(builder, character);
            continue;
        }
        uint32_t directive = i + 1 < format->length ? PyUnicode_READ(format->width, format->data, ++i) : 0;
        bool colon = directive == ':' && i + 1 < format->length &&
                     PyUnicode_READ(format->width, format->data, i + 1) == 'z' && PY_VERSION_HEX >= 0x030C0000;
        if (colon) {
            rc = put_zone_field(builder, moment, ":");
            i++;
            continue;
        }
        rc = directive != 0 ? put_field(builder, moment, directive) : 1;
        if (rc == 1) {
            return strobe_evaluation_fail(builder->evaluation, STROBE_FAULT_VALUE,
                                          "strftime() here does not know the directive '%%%c'",
                                          directive > ' ' && directive < 127 ? (int)directive : ' ');
        }
    }
    return rc;
}
