#include "tests/ext/expression/as_object.h"

#include "probes/expression/py/decimal.h"
#include "probes/expression/py/items.h"
#include "probes/expression/py/moment.h"
#include "probes/expression/py/number.h"
#include "probes/expression/py/text.h"

static PyObject *as_int(const struct strobe_wide *wide)
{
    PyObject *result = PyLong_FromLong(0);
    for (uint32_t i = wide->count; result != NULL && i-- > 0;) {
        PyObject *bits = PyLong_FromLong(32);
        PyObject *digit = PyLong_FromUnsignedLong(wide->digits[i]);
        PyObject *shifted = bits != NULL ? PyNumber_Lshift(result, bits) : NULL;
        Py_SETREF(result, shifted != NULL && digit != NULL ? PyNumber_Or(shifted, digit) : NULL);
        Py_XDECREF(bits);
        Py_XDECREF(digit);
        Py_XDECREF(shifted);
    }
    if (result != NULL && wide->negative) {
        Py_SETREF(result, PyNumber_Negative(result));
    }
    return result;
}

static PyObject *as_bytes(const struct strobe_bytes *bytes)
{
    return bytes->is_bytearray ? PyByteArray_FromStringAndSize((const char *)bytes->data, bytes->size)
                               : PyBytes_FromStringAndSize((const char *)bytes->data, bytes->size);
}

static PyObject *as_list(const struct strobe_items *items)
{
    PyObject *list = PyList_New(0);
    for (Py_ssize_t i = 0; list != NULL && i < items->count; i++) {
        PyObject *item = strobe_test_as_object(items->values[i]);
        if (item == NULL || PyList_Append(list, item) < 0) {
            Py_CLEAR(list);
        }
        Py_XDECREF(item);
    }
    return list;
}

/* A list turned into what `make` makes of it. */
static PyObject *of_list(const struct strobe_items *items, PyObject *(*make)(PyObject *))
{
    PyObject *list = as_list(items);
    PyObject *result = list != NULL ? make(list) : NULL;
    Py_XDECREF(list);
    return result;
}

/* An iterator over the items, or a view of the dict that `items` is a view of. */
static PyObject *as_iterator(const struct strobe_items *items)
{
    const char *method = items->type == &PyDictKeys_Type     ? "keys"
                         : items->type == &PyDictValues_Type ? "values"
                         : items->type == &PyDictItems_Type  ? "items"
                                                             : NULL;
    if (method == NULL) {
        return of_list(items, PyObject_GetIter);
    }
    PyObject *dict = strobe_test_as_object(items->source);
    PyObject *view = dict != NULL ? PyObject_CallMethod((PyObject *)&PyDict_Type, method, "O", dict) : NULL;
    Py_XDECREF(dict);
    return view;
}

static PyObject *as_set(const struct strobe_table *table, PyObject *set)
{
    for (Py_ssize_t i = 0; set != NULL && i < table->count; i++) {
        PyObject *key = strobe_test_as_object(table->entries[i].key);
        if (key == NULL || PySet_Add(set, key) < 0) {
            Py_CLEAR(set);
        }
        Py_XDECREF(key);
    }
    return set;
}

static PyObject *as_dict(const struct strobe_table *table)
{
    PyObject *dict = PyDict_New();
    for (Py_ssize_t i = 0; dict != NULL && i < table->count; i++) {
        PyObject *key = strobe_test_as_object(table->entries[i].key);
        PyObject *value = strobe_test_as_object(table->entries[i].value);
        if (key == NULL || value == NULL || PyDict_SetItem(dict, key, value) < 0) {
            Py_CLEAR(dict);
        }
        Py_XDECREF(key);
        Py_XDECREF(value);
    }
    return dict;
}

static PyObject *as_range(const struct strobe_range *range)
{
    return PyObject_CallFunction((PyObject *)&PyRange_Type, "LLL", (long long)range->start, (long long)range->stop,
                                 (long long)range->step);
}

static PyObject *as_slice(const struct strobe_slice *slice)
{
    PyObject *start = strobe_test_as_object(slice->start);
    PyObject *stop = strobe_test_as_object(slice->stop);
    PyObject *step = strobe_test_as_object(slice->step);
    PyObject *result = start != NULL && stop != NULL && step != NULL ? PySlice_New(start, stop, step) : NULL;
    Py_XDECREF(start);
    Py_XDECREF(stop);
    Py_XDECREF(step);
    return result;
}

static PyObject *as_zone(const struct strobe_zone *zone);

static PyObject *call(enum strobe_datetime_kind kind, PyObject *args, int fold)
{
    PyObject *keywords = fold != 0 ? Py_BuildValue("{si}", "fold", fold) : NULL;
    PyObject *result = args != NULL ? PyObject_Call((PyObject *)strobe_moment_type(kind), args, keywords) : NULL;
    Py_XDECREF(keywords);
    Py_XDECREF(args);
    return result;
}

static PyObject *as_moment(const struct strobe_moment *moment)
{
    PyObject *zone;
    switch (moment->kind) {
    case STROBE_DATETIME_DATE:
        return call(moment->kind, Py_BuildValue("iii", moment->year, moment->month, moment->day), 0);
    case STROBE_DATETIME_DELTA:
        return call(moment->kind, Py_BuildValue("iii", moment->days, moment->seconds, moment->microsecond), 0);
    case STROBE_DATETIME_ZONE:
        return as_zone(&moment->zone);
    case STROBE_DATETIME_TIME:
        zone = as_zone(&moment->zone);
        return call(moment->kind,
                    Py_BuildValue("iiiiN", moment->hour, moment->minute, moment->second, moment->microsecond, zone),
                    moment->fold);
    default:
        zone = as_zone(&moment->zone);
        return call(moment->kind,
                    Py_BuildValue("iiiiiiiN", moment->year, moment->month, moment->day, moment->hour, moment->minute,
                                  moment->second, moment->microsecond, zone),
                    moment->fold);
    }
}

static PyObject *as_zone(const struct strobe_zone *zone)
{
    if (zone->kind == STROBE_ZONE_NONE || zone->object != NULL) {
        return Py_NewRef(zone->object != NULL ? zone->object : Py_None);
    }
    struct strobe_moment offset = {.kind = STROBE_DATETIME_DELTA,
                                   .seconds = (int)(zone->offset_us / 1000000),
                                   .microsecond = (int)(zone->offset_us % 1000000)};
    PyObject *delta = as_moment(&offset);
    return call(STROBE_DATETIME_ZONE,
                zone->has_name ? Py_BuildValue("NN", delta, strobe_test_as_object(zone->name))
                               : Py_BuildValue("(N)", delta),
                0);
}

/* Decimal((sign, digits, exponent)) */
static PyObject *as_decimal(const struct strobe_decimal *decimal)
{
    static const char *const words[] = {"", "F", "n", "N"};
    PyObject *digits = PyTuple_New(decimal->count);
    for (uint32_t i = 0; digits != NULL && i < decimal->count; i++) {
        PyTuple_SET_ITEM(digits, i, PyLong_FromLong(decimal->digits[decimal->count - 1 - i]));
    }
    PyObject *exponent = decimal->kind == STROBE_DECIMAL_FINITE ? PyLong_FromLongLong(decimal->exponent)
                                                                : PyUnicode_FromString(words[decimal->kind]);
    return PyObject_CallFunction((PyObject *)strobe_decimal_type(), "((iNN))", (int)decimal->negative, digits,
                                 exponent);
}

PyObject *strobe_test_as_object(struct strobe_value value)
{
    switch (value.kind) {
    case STROBE_VALUE_OBJECT:
        return Py_NewRef(value.as.object);
    case STROBE_VALUE_INT:
        return PyLong_FromLongLong(value.as.integer);
    case STROBE_VALUE_FLOAT:
        return PyFloat_FromDouble(value.as.real);
    case STROBE_VALUE_WIDE:
        return as_int(value.as.wide);
    case STROBE_VALUE_TEXT:
        return PyUnicode_FromKindAndData(value.as.text->width, value.as.text->data, value.as.text->length);
    case STROBE_VALUE_BYTES:
        return as_bytes(value.as.bytes);
    case STROBE_VALUE_LIST:
        return as_list(value.as.items);
    case STROBE_VALUE_TUPLE:
        return of_list(value.as.items, PyList_AsTuple);
    case STROBE_VALUE_ITERATOR:
        return as_iterator(value.as.items);
    case STROBE_VALUE_SET:
        return as_set(value.as.table, PySet_New(NULL));
    case STROBE_VALUE_FROZENSET:
        return as_set(value.as.table, PyFrozenSet_New(NULL));
    case STROBE_VALUE_DICT:
        return as_dict(value.as.table);
    case STROBE_VALUE_RANGE:
        return as_range(value.as.range);
    case STROBE_VALUE_SLICE:
        return as_slice(value.as.slice);
    case STROBE_VALUE_MOMENT:
        return as_moment(value.as.moment);
    case STROBE_VALUE_DECIMAL:
        return as_decimal(value.as.decimal);
    default:
        return PyErr_Format(PyExc_NotImplementedError, "values of kind %d", (int)value.kind);
    }
}
