/*
 * datetime's types as repr() shows them. They are recognised by the names of the C types, so that the module need not
 * be imported; the pure-Python fallback is an object like any other.
 */
#include <Python.h>

#include <datetime.h>
#include <stdio.h>
#include <string.h>

#include "base/py/attribute.h"
#include "snapshot/py/kind.h"
#include "snapshot/py/name.h"
#include "snapshot/py/type_name.h"
#include "snapshot/py/value.h"

enum { TEXT_BYTES = 768, ZONE_BYTES_MAX = 100 };

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

/* A heap type from 3.12 on. */
static bool is_zone_info(PyTypeObject *type)
{
    return strcmp(type->tp_name, "zoneinfo.ZoneInfo") == 0 &&
           (!PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE) || PyType_HasFeature(type, Py_TPFLAGS_IMMUTABLETYPE));
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
    if (known && zone->name != NULL && PyUnicode_CheckExact(zone->name)) {
        char buffer[STROBE_NAME_BYTES_MAX];
        struct strobe_name name = strobe_name_of(zone->name, buffer);
        int shown = (int)(name.size < ZONE_BYTES_MAX ? name.size : ZONE_BYTES_MAX);
        size += (size_t)snprintf(text + size, TEXT_BYTES - size, ", '%.*s'", shown, name.text);
    }
    return add(text, size, ")");
}

/* "zoneinfo.ZoneInfo(key='Europe/Berlin')"; a name of IANA has no quotes in it */
static size_t describe_zone_info(char *text, size_t size, PyObject *object)
{
    char buffer[STROBE_NAME_BYTES_MAX];
    PyObject *key;
    struct strobe_name name = {"?", 1};
    if (strobe_attribute_get(object, strobe_names.key, &key) == STROBE_ATTRIBUTE_FOUND && PyUnicode_CheckExact(key)) {
        name = strobe_name_of(key, buffer);
    }
    return size +
           (size_t)snprintf(text + size, TEXT_BYTES - size, "zoneinfo.ZoneInfo(key='%.*s')", (int)name.size, name.text);
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
        } else if (is_zone_info(Py_TYPE(zone))) {
            size = describe_zone_info(text, size, zone);
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

typedef size_t describer(char *, size_t, PyObject *);

static bool write_text(struct strobe_value *value, describer *describe)
{
    char text[TEXT_BYTES];
    (void)PyDateTimeAPI; /* a variable of the header; using it would import the module */
    strobe_value_put_text(value, text, describe(text, 0, value->object));
    return true;
}

static bool write_datetime(struct strobe_value *value)
{
    return write_text(value, describe_datetime);
}

static bool write_date(struct strobe_value *value)
{
    return write_text(value, describe_date);
}

static bool write_time(struct strobe_value *value)
{
    return write_text(value, describe_time);
}

static bool write_delta(struct strobe_value *value)
{
    return write_text(value, describe_delta);
}

static bool write_timezone(struct strobe_value *value)
{
    return write_text(value, describe_timezone);
}

static bool write_zone_info(struct strobe_value *value)
{
    return write_text(value, describe_zone_info);
}

#define NATIVE STROBE_KIND_NATIVE
const struct strobe_kind strobe_kinds_datetime[] = {
    {"datetime.datetime", NATIVE, sizeof(PyDateTime_DateTime), write_datetime},
    {"datetime.date", NATIVE, sizeof(PyDateTime_Date), write_date},
    {"datetime.time", NATIVE, sizeof(PyDateTime_Time), write_time},
    {"datetime.timedelta", NATIVE, sizeof(PyDateTime_Delta), write_delta},
    {"datetime.timezone", NATIVE, sizeof(struct timezone_object), write_timezone},
    {"zoneinfo.ZoneInfo", NATIVE, 0, write_zone_info},
    {NULL, 0, 0, NULL},
};
