/*
 * datetime's types as repr() shows them. They are recognised by the names of the C types, so that the module need not
 * be imported; the pure-Python fallback is an object like any other.
 */
#include <Python.h>

#include <datetime.h>
#include <stdio.h>
#include <string.h>

#include "snapshot/py/type_name.h"
#include "snapshot/py/value.h"

enum { TEXT_BYTES = 512 };

/* datetime.timezone, private to _datetimemodule.c: the same from 3.2 to 3.15. */
struct timezone_object {
    PyObject ob_base;
    PyObject *offset; /* a timedelta */
    PyObject *name;   /* a str, or NULL */
};

static bool is_native(PyTypeObject *type, const char *name)
{
    return strcmp(type->tp_name, name) == 0 && !PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE);
}

static size_t add(char *text, size_t size, const char *addition)
{
    return size + (size_t)snprintf(text + size, TEXT_BYTES - size, "%s", addition);
}

static size_t describe_delta(char *text, size_t size, PyObject *object)
{
    const PyDateTime_Delta *delta = (const PyDateTime_Delta *)object;
    const struct {
        const char *name;
        int value;
    } parts[] = {{"days", delta->days}, {"seconds", delta->seconds}, {"microseconds", delta->microseconds}};
    const char *between = "";
    size = add(text, size, "datetime.timedelta(");
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (parts[i].value != 0) {
            size += (size_t)snprintf(text + size, TEXT_BYTES - size, "%s%s=%d", between, parts[i].name, parts[i].value);
            between = ", ";
        }
    }
    return add(text, size, *between == '\0' ? "0)" : ")");
}

static size_t describe_timezone(char *text, size_t size, PyObject *object)
{
    const struct timezone_object *zone = (const struct timezone_object *)object;
    const PyDateTime_Delta *offset = (const PyDateTime_Delta *)zone->offset;
    bool known = Py_TYPE(object)->tp_basicsize == (Py_ssize_t)sizeof *zone && offset != NULL &&
                 is_native(Py_TYPE(offset), "datetime.timedelta");
    if (known && offset->days == 0 && offset->seconds == 0 && offset->microseconds == 0 && zone->name == NULL) {
        return add(text, size, "datetime.timezone.utc");
    }
    size = add(text, size, "datetime.timezone(");
    size = known ? describe_delta(text, size, zone->offset) : add(text, size, "?");
    return add(text, size, ")");
}

/* ", fold=1, tzinfo=...)": what date-times and times end with */
static size_t describe_zone(char *text, size_t size, PyObject *zone, int fold)
{
    if (fold != 0) {
        size = add(text, size, ", fold=1");
    }
    if (zone != NULL && zone != Py_None) {
        size = add(text, size, ", tzinfo=");
        if (is_native(Py_TYPE(zone), "datetime.timezone")) {
            size = describe_timezone(text, size, zone);
        } else {
            char name[STROBE_TYPE_NAME_BYTES];
            int name_size = (int)strobe_type_name(Py_TYPE(zone), name);
            size += (size_t)snprintf(text + size, TEXT_BYTES - size, "<%.*s>", name_size < 200 ? name_size : 200, name);
        }
    }
    return add(text, size, ")");
}

static size_t describe_clock(char *text, size_t size, int hour, int minute, int second, int microsecond)
{
    size += (size_t)snprintf(text + size, TEXT_BYTES - size, "%d, %d", hour, minute);
    if (second != 0 || microsecond != 0) {
        size += (size_t)snprintf(text + size, TEXT_BYTES - size, ", %d", second);
    }
    if (microsecond != 0) {
        size += (size_t)snprintf(text + size, TEXT_BYTES - size, ", %d", microsecond);
    }
    return size;
}

static size_t describe_date(char *text, size_t size, PyObject *object)
{
    return size + (size_t)snprintf(text + size, TEXT_BYTES - size, "datetime.date(%d, %d, %d)",
                                   PyDateTime_GET_YEAR(object), PyDateTime_GET_MONTH(object),
                                   PyDateTime_GET_DAY(object));
}

static size_t describe_datetime(char *text, size_t size, PyObject *object)
{
    const PyDateTime_DateTime *moment = (const PyDateTime_DateTime *)object;
    size += (size_t)snprintf(text + size, TEXT_BYTES - size, "datetime.datetime(%d, %d, %d, ",
                             PyDateTime_GET_YEAR(object), PyDateTime_GET_MONTH(object), PyDateTime_GET_DAY(object));
    size = describe_clock(text, size, PyDateTime_DATE_GET_HOUR(object), PyDateTime_DATE_GET_MINUTE(object),
                          PyDateTime_DATE_GET_SECOND(object), PyDateTime_DATE_GET_MICROSECOND(object));
    return describe_zone(text, size, moment->hastzinfo ? moment->tzinfo : NULL, PyDateTime_DATE_GET_FOLD(object));
}

static size_t describe_time(char *text, size_t size, PyObject *object)
{
    const PyDateTime_Time *clock = (const PyDateTime_Time *)object;
    size = add(text, size, "datetime.time(");
    size = describe_clock(text, size, PyDateTime_TIME_GET_HOUR(object), PyDateTime_TIME_GET_MINUTE(object),
                          PyDateTime_TIME_GET_SECOND(object), PyDateTime_TIME_GET_MICROSECOND(object));
    return describe_zone(text, size, clock->hastzinfo ? clock->tzinfo : NULL, PyDateTime_TIME_GET_FOLD(object));
}

bool strobe_datetime_write(struct strobe_value *value)
{
    static const struct {
        const char *name;
        size_t (*describe)(char *, size_t, PyObject *);
    } kinds[] = {
        {"datetime.datetime", describe_datetime}, {"datetime.date", describe_date},
        {"datetime.time", describe_time},         {"datetime.timedelta", describe_delta},
        {"datetime.timezone", describe_timezone},
    };
    (void)PyDateTimeAPI; /* a variable of the header; using it would import the module */
    PyTypeObject *native = strobe_type_native(Py_TYPE(value->object));
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (is_native(native, kinds[i].name)) {
            char text[TEXT_BYTES];
            strobe_value_put_text(value, text, kinds[i].describe(text, 0, value->object));
            return true;
        }
    }
    return false;
}
