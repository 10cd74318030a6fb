#include "base/py/datetime.h"

#include <datetime.h>
#include <string.h>

/* datetime.timezone, private to _datetimemodule.c: the same from 3.2 to 3.15. */
struct timezone_object {
    PyObject ob_base;
    PyObject *offset; /* a timedelta */
    PyObject *name;   /* a str, or NULL */
};

enum strobe_datetime_kind strobe_datetime_kind_exact(PyTypeObject *type)
{
    static const struct {
        const char *name;
        size_t size;
        enum strobe_datetime_kind kind;
    } kinds[] = {
        {"datetime", sizeof(PyDateTime_DateTime), STROBE_DATETIME_DATETIME},
        {"date", sizeof(PyDateTime_Date), STROBE_DATETIME_DATE},
        {"time", sizeof(PyDateTime_Time), STROBE_DATETIME_TIME},
        {"timedelta", sizeof(PyDateTime_Delta), STROBE_DATETIME_DELTA},
        {"timezone", sizeof(struct timezone_object), STROBE_DATETIME_ZONE},
    };
    static const char module[] = "datetime.";
    (void)PyDateTimeAPI; /* a variable of the header; using it would import the module */
    if (PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE) || strncmp(type->tp_name, module, sizeof module - 1) != 0) {
        return STROBE_DATETIME_NONE;
    }
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(type->tp_name + sizeof module - 1, kinds[i].name) == 0 &&
            type->tp_basicsize == (Py_ssize_t)kinds[i].size) {
            return kinds[i].kind;
        }
    }
    return STROBE_DATETIME_NONE;
}

enum strobe_datetime_kind strobe_datetime_kind_of(PyTypeObject *type)
{
    enum strobe_datetime_kind kind = STROBE_DATETIME_NONE;
    for (; type != NULL && kind == STROBE_DATETIME_NONE; type = type->tp_base) {
        kind = strobe_datetime_kind_exact(type);
    }
    return kind;
}

static void read_date(PyObject *object, struct strobe_datetime *datetime)
{
    datetime->year = PyDateTime_GET_YEAR(object);
    datetime->month = PyDateTime_GET_MONTH(object);
    datetime->day = PyDateTime_GET_DAY(object);
}

static void read_datetime(PyObject *object, struct strobe_datetime *datetime)
{
    const PyDateTime_DateTime *moment = (const PyDateTime_DateTime *)object;
    read_date(object, datetime);
    datetime->hour = PyDateTime_DATE_GET_HOUR(object);
    datetime->minute = PyDateTime_DATE_GET_MINUTE(object);
    datetime->second = PyDateTime_DATE_GET_SECOND(object);
    datetime->microsecond = PyDateTime_DATE_GET_MICROSECOND(object);
    datetime->fold = PyDateTime_DATE_GET_FOLD(object);
    datetime->tzinfo = moment->hastzinfo && moment->tzinfo != Py_None ? moment->tzinfo : NULL;
}

static void read_time(PyObject *object, struct strobe_datetime *datetime)
{
    const PyDateTime_Time *clock = (const PyDateTime_Time *)object;
    datetime->hour = PyDateTime_TIME_GET_HOUR(object);
    datetime->minute = PyDateTime_TIME_GET_MINUTE(object);
    datetime->second = PyDateTime_TIME_GET_SECOND(object);
    datetime->microsecond = PyDateTime_TIME_GET_MICROSECOND(object);
    datetime->fold = PyDateTime_TIME_GET_FOLD(object);
    datetime->tzinfo = clock->hastzinfo && clock->tzinfo != Py_None ? clock->tzinfo : NULL;
}

static void read_delta(PyObject *object, struct strobe_datetime *datetime)
{
    const PyDateTime_Delta *delta = (const PyDateTime_Delta *)object;
    datetime->days = delta->days;
    datetime->seconds = delta->seconds;
    datetime->microsecond = delta->microseconds;
}

static void read_zone(PyObject *object, struct strobe_datetime *datetime)
{
    const struct timezone_object *zone = (const struct timezone_object *)object;
    datetime->offset = zone->offset;
    datetime->name = zone->name;
}

enum strobe_datetime_kind strobe_datetime_read(PyObject *object, struct strobe_datetime *ret_datetime)
{
    static void (*const readers[STROBE_DATETIME_KIND_COUNT])(PyObject *, struct strobe_datetime *) = {
        [STROBE_DATETIME_DATE] = read_date,         [STROBE_DATETIME_TIME] = read_time,
        [STROBE_DATETIME_DATETIME] = read_datetime, [STROBE_DATETIME_DELTA] = read_delta,
        [STROBE_DATETIME_ZONE] = read_zone,
    };
    enum strobe_datetime_kind kind = strobe_datetime_kind_of(Py_TYPE(object));
    if (kind != STROBE_DATETIME_NONE) {
        *ret_datetime = (struct strobe_datetime){.kind = kind};
        readers[kind](object, ret_datetime);
    }
    return kind;
}
