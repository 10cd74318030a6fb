#include "probes/expression/py/moment.h"

#include <string.h>

enum { DELTA_DAYS_MAX = 999999999, YEAR_MAX = 9999, ORDINAL_MAX = 3652059, DAYS_IN_400_YEARS = 146097 };

/* ---- The types ---- */

/* Static types of CPython: once seen they stay. */
static PyTypeObject *types[STROBE_DATETIME_KIND_COUNT];

static void learn_from(PyObject *module)
{
    PyObject *dict = PyModule_Check(module) ? PyModule_GetDict(module) : NULL;
    PyObject *key, *value;
    for (Py_ssize_t position = 0; dict != NULL && PyDict_Next(dict, &position, &key, &value);) {
        enum strobe_datetime_kind kind =
            PyType_Check(value) ? strobe_datetime_kind_exact((PyTypeObject *)value) : STROBE_DATETIME_NONE;
        if (kind != STROBE_DATETIME_NONE) {
            types[kind] = (PyTypeObject *)value;
        }
    }
}

PyTypeObject *strobe_moment_type(enum strobe_datetime_kind kind)
{
    if (types[kind] != NULL) {
        return types[kind];
    }
    PyObject *modules = PyImport_GetModuleDict();
    PyObject *name, *module;
    for (Py_ssize_t position = 0; modules != NULL && PyDict_Next(modules, &position, &name, &module);) {
        if (PyUnicode_CheckExact(name) && (PyUnicode_CompareWithASCIIString(name, "_datetime") == 0 ||
                                           PyUnicode_CompareWithASCIIString(name, "datetime") == 0)) {
            learn_from(module);
        }
    }
    return types[kind];
}

/* ---- Reading ---- */

static void read_zone(PyObject *object, struct strobe_zone *zone)
{
    struct strobe_datetime read, offset;
    zone->kind = STROBE_ZONE_OTHER;
    zone->object = object;
    if (strobe_datetime_kind_exact(Py_TYPE(object)) == STROBE_DATETIME_ZONE &&
        strobe_datetime_read(object, &read) == STROBE_DATETIME_ZONE && read.offset != NULL &&
        strobe_datetime_read(read.offset, &offset) == STROBE_DATETIME_DELTA) {
        zone->kind = STROBE_ZONE_FIXED;
        zone->offset_us = (offset.days * 86400LL + offset.seconds) * 1000000LL + offset.microsecond;
        zone->has_name = read.name != NULL && PyUnicode_Check(read.name);
        if (zone->has_name) {
            zone->name = strobe_value_object(read.name);
        }
    }
}

bool strobe_moment_of(struct strobe_value value, struct strobe_moment *ret_moment)
{
    if (value.kind == STROBE_VALUE_MOMENT) {
        *ret_moment = *value.as.moment;
        return true;
    }
    struct strobe_datetime read;
    if (value.kind != STROBE_VALUE_OBJECT || strobe_datetime_read(value.as.object, &read) == STROBE_DATETIME_NONE) {
        return false;
    }
    *ret_moment = (struct strobe_moment){
        .kind = read.kind,
        .year = read.year,
        .month = read.month,
        .day = read.day,
        .hour = read.hour,
        .minute = read.minute,
        .second = read.second,
        .microsecond = read.microsecond,
        .fold = read.fold,
        .days = read.days,
        .seconds = read.seconds,
    };
    if (read.kind == STROBE_DATETIME_ZONE) {
        read_zone(value.as.object, &ret_moment->zone);
    } else if (read.tzinfo != NULL) {
        read_zone(read.tzinfo, &ret_moment->zone);
    }
    return true;
}

/* ---- Making ---- */

int strobe_moment_make(struct strobe_evaluation *evaluation, const struct strobe_moment *moment,
                       struct strobe_value *ret_value)
{
    struct strobe_moment *made = strobe_evaluation_take(evaluation, sizeof *made);
    if (made == NULL) {
        return STROBE_ELIMIT;
    }
    *made = *moment;
    *ret_value = (struct strobe_value){STROBE_VALUE_MOMENT, {.moment = made}};
    return 0;
}

strobe_microseconds strobe_moment_delta_us(const struct strobe_moment *delta)
{
    return delta->days * STROBE_DAY_US + delta->seconds * (strobe_microseconds)1000000 + delta->microsecond;
}

int strobe_moment_delta(struct strobe_evaluation *evaluation, strobe_microseconds us, struct strobe_moment *ret_delta)
{
    strobe_microseconds days = us / STROBE_DAY_US, rest = us % STROBE_DAY_US;
    if (rest < 0) {
        rest += STROBE_DAY_US;
        days--;
    }
    if (days > DELTA_DAYS_MAX || days < -DELTA_DAYS_MAX) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_OVERFLOW, "the timedelta is beyond %d days",
                                      DELTA_DAYS_MAX);
    }
    *ret_delta = (struct strobe_moment){
        .kind = STROBE_DATETIME_DELTA,
        .days = (int)days,
        .seconds = (int)(rest / 1000000),
        .microsecond = (int)(rest % 1000000),
    };
    return 0;
}

int strobe_moment_make_delta(struct strobe_evaluation *evaluation, strobe_microseconds us,
                             struct strobe_value *ret_value)
{
    struct strobe_moment delta;
    int rc = strobe_moment_delta(evaluation, us, &delta);
    return rc < 0 ? rc : strobe_moment_make(evaluation, &delta, ret_value);
}

int strobe_moment_make_zone(struct strobe_evaluation *evaluation, const struct strobe_zone *zone,
                            struct strobe_value *ret_value)
{
    if (zone->kind == STROBE_ZONE_NONE || zone->object != NULL) {
        *ret_value = strobe_value_object(zone->object != NULL ? zone->object : Py_None);
        return 0;
    }
    struct strobe_moment moment = {.kind = STROBE_DATETIME_ZONE, .zone = *zone};
    return strobe_moment_make(evaluation, &moment, ret_value);
}

/* ---- The calendar ---- */

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int strobe_moment_days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

int strobe_moment_ordinal(int year, int month, int day)
{
    static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    int past = year - 1;
    return past * 365 + past / 4 - past / 100 + past / 400 + before[month - 1] + (month > 2 && is_leap(year)) + day;
}

void strobe_moment_set_ordinal(struct strobe_moment *moment, int ordinal)
{
    int year = (int)((int64_t)(ordinal - 1) * 400 / DAYS_IN_400_YEARS) + 1; /* right or one too low or high */
    while (strobe_moment_ordinal(year, 1, 1) > ordinal) {
        year--;
    }
    while (strobe_moment_ordinal(year + 1, 1, 1) <= ordinal) {
        year++;
    }
    int day = ordinal - strobe_moment_ordinal(year, 1, 1) + 1;
    int month = 1;
    while (day > strobe_moment_days_in_month(year, month)) {
        day -= strobe_moment_days_in_month(year, month++);
    }
    moment->year = year;
    moment->month = month;
    moment->day = day;
}

int strobe_moment_weekday(const struct strobe_moment *moment)
{
    return (strobe_moment_ordinal(moment->year, moment->month, moment->day) + 6) % 7;
}

strobe_microseconds strobe_moment_clock_us(const struct strobe_moment *moment)
{
    strobe_microseconds us =
        (moment->hour * 3600 + moment->minute * 60 + moment->second) * (strobe_microseconds)1000000 +
        moment->microsecond;
    return moment->kind == STROBE_DATETIME_TIME
               ? us
               : us + (strobe_moment_ordinal(moment->year, moment->month, moment->day) - 1) * STROBE_DAY_US;
}

int strobe_moment_set_clock_us(struct strobe_evaluation *evaluation, struct strobe_moment *moment,
                               strobe_microseconds us)
{
    if (us < 0 || us >= ORDINAL_MAX * STROBE_DAY_US) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_OVERFLOW, "date value out of range");
    }
    strobe_moment_set_ordinal(moment, (int)(us / STROBE_DAY_US) + 1);
    int64_t rest = (int64_t)(us % STROBE_DAY_US);
    moment->microsecond = (int)(rest % 1000000);
    moment->second = (int)(rest / 1000000 % 60);
    moment->minute = (int)(rest / 60000000 % 60);
    moment->hour = (int)(rest / 3600000000LL);
    return 0;
}

/* The ordinal of the Monday that begins week 1: the week with the year's first Thursday. */
static int first_monday(int year)
{
    int first = strobe_moment_ordinal(year, 1, 1);
    int weekday = (first + 6) % 7;
    int monday = first - weekday;
    return weekday > 3 ? monday + 7 : monday;
}

void strobe_moment_iso_calendar(const struct strobe_moment *moment, int *ret_year, int *ret_week, int *ret_day)
{
    int today = strobe_moment_ordinal(moment->year, moment->month, moment->day);
    int year = moment->year;
    if (today < first_monday(year)) {
        year--;
    } else if (today >= first_monday(year + 1)) {
        year++;
    }
    int since = today - first_monday(year);
    *ret_year = year;
    *ret_week = since / 7 + 1;
    *ret_day = since % 7 + 1;
}

bool strobe_moment_set_iso_calendar(struct strobe_moment *moment, int year, int week, int day)
{
    if (year < 1 || year > YEAR_MAX || week < 1 || day < 1 || day > 7) {
        return false;
    }
    int ordinal = first_monday(year) + (week - 1) * 7 + day - 1;
    if (week > 53 || first_monday(year) + (week - 1) * 7 >= first_monday(year + 1) || ordinal < 1 ||
        ordinal > ORDINAL_MAX) {
        return false;
    }
    strobe_moment_set_ordinal(moment, ordinal);
    return true;
}

/* ---- Checks ---- */

static int out_of_range(struct strobe_evaluation *evaluation, const char *message)
{
    return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE, "%s", message);
}

static int check_date(struct strobe_evaluation *evaluation, const struct strobe_moment *moment)
{
    if (moment->year < 1 || moment->year > YEAR_MAX) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE, "year %i is out of range", moment->year);
    }
    if (moment->month < 1 || moment->month > 12) {
        return out_of_range(evaluation, "month must be in 1..12");
    }
    if (moment->day < 1 || moment->day > strobe_moment_days_in_month(moment->year, moment->month)) {
        return out_of_range(evaluation, "day is out of range for month");
    }
    return 0;
}

static int check_clock(struct strobe_evaluation *evaluation, const struct strobe_moment *moment)
{
    const struct {
        int value, most;
        const char *message;
    } checks[] = {
        {moment->hour, 23, "hour must be in 0..23"},
        {moment->minute, 59, "minute must be in 0..59"},
        {moment->second, 59, "second must be in 0..59"},
        {moment->microsecond, 999999, "microsecond must be in 0..999999"},
        {moment->fold, 1, "fold must be either 0 or 1"},
    };
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        if (checks[i].value < 0 || checks[i].value > checks[i].most) {
            return out_of_range(evaluation, checks[i].message);
        }
    }
    return 0;
}

int strobe_moment_check(struct strobe_evaluation *evaluation, const struct strobe_moment *moment)
{
    int rc = moment->kind != STROBE_DATETIME_TIME ? check_date(evaluation, moment) : 0;
    return rc == 0 ? check_clock(evaluation, moment) : rc;
}

int strobe_moment_offset(struct strobe_evaluation *evaluation, const struct strobe_moment *moment,
                         int64_t *ret_offset_us)
{
    if (moment->zone.kind == STROBE_ZONE_NONE) {
        return 1;
    }
    if (moment->zone.kind == STROBE_ZONE_OTHER) {
        return strobe_evaluation_fail(
            evaluation, STROBE_FAULT_UNSAFE,
            "the offset of a %s would be computed by its code; only datetime.timezone is read",
            Py_TYPE(moment->zone.object)->tp_name);
    }
    *ret_offset_us = moment->zone.offset_us;
    return 0;
}
