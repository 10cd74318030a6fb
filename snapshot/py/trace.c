/*
 * OpenTelemetry keeps the current span in a dict that a context variable holds. PyContextVar_Get() is safe here: it
 * looks the variable up by identity (hash and comparison of context variables are C and cannot be overridden, for the
 * type cannot be inherited from), allocates nothing, and sets no exception when there is no value. It may note in the
 * variable where the value was; nobody can see that.
 */
#include "snapshot/py/trace.h"

#include <string.h>

#include "base/py/attribute.h"
#include "base/py/dict.h"
#include "base/py/integer.h"
#include "base/py/module.h"
#include "snapshot/py/name.h"
#include "snapshot/py/walk.h"

enum { TRACE_BYTES = 16, SPAN_BYTES = 8, LOOK_EVERY = 256 /* captures, while the library is not there */ };

/* References to what does not change once the library is loaded; NULL: not loaded. */
static struct {
    PyObject *variable; /* contextvars.ContextVar */
    PyObject *span_key; /* str */
    unsigned wait;      /* captures until it is looked for again */
} library;

static bool find_library(void)
{
    PyObject *variable, *key = strobe_module_find(strobe_names.otel_propagation, strobe_names.otel_span_key);
    PyObject *runtime = strobe_module_find(strobe_names.otel_context, strobe_names.otel_runtime);
    if (key == NULL || !PyUnicode_CheckExact(key) || runtime == NULL ||
        strobe_attribute_get(runtime, strobe_names.otel_current, &variable) != STROBE_ATTRIBUTE_FOUND ||
        !PyContextVar_CheckExact(variable)) {
        return false;
    }
    library.variable = Py_NewRef(variable);
    library.span_key = Py_NewRef(key);
    return true;
}

/* Big-endian bytes of a non-negative int of at most `size` bytes. */
static bool read_id(PyObject *object, uint8_t *ret_bytes, size_t size)
{
    if (!PyLong_CheckExact(object) || strobe_integer_negative(object)) {
        return false;
    }
    size_t whole = (size_t)((strobe_integer_bits(object) + 7) / 8);
    if (whole == 0 || whole > size) {
        return false; /* 0 is no valid id */
    }
    memset(ret_bytes, 0, size);
    strobe_integer_leading_bytes(object, ret_bytes + size - whole, whole);
    return true;
}

/* A span has a context, a tuple that begins with trace and span id. */
static bool read_span(PyObject *span, uint8_t ret_ids[TRACE_BYTES + SPAN_BYTES])
{
    PyObject *context;
    return span != NULL &&
           strobe_attribute_get(span, strobe_names.otel_span_context, &context) == STROBE_ATTRIBUTE_FOUND &&
           PyTuple_Check(context) && PyTuple_GET_SIZE(context) >= 2 &&
           read_id(PyTuple_GET_ITEM(context, 0), ret_ids, TRACE_BYTES) &&
           read_id(PyTuple_GET_ITEM(context, 1), ret_ids + TRACE_BYTES, SPAN_BYTES);
}

static bool read_current(uint8_t ret_ids[TRACE_BYTES + SPAN_BYTES])
{
    PyObject *values = NULL;
    if (PyContextVar_Get(library.variable, NULL, &values) < 0 || values == NULL) {
        return false;
    }
    bool found = PyDict_Check(values) && read_span(strobe_dict_get(values, library.span_key), ret_ids);
    Py_DECREF(values); /* the context or the variable keeps it */
    return found;
}

/* @return whether there is a span */
static bool find_current(uint8_t ret_ids[TRACE_BYTES + SPAN_BYTES])
{
    bool there = library.variable != NULL;
    if (!there && library.wait-- == 0) {
        library.wait = LOOK_EVERY;
        there = find_library();
    }
    return there && read_current(ret_ids);
}

bool strobe_trace_ids(uint8_t ret_ids[STROBE_TRACE_IDS_BYTES])
{
    return find_current(ret_ids);
}

bool strobe_trace_id(char ret_text[STROBE_TRACE_ID_BYTES])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t ids[TRACE_BYTES + SPAN_BYTES];
    if (!find_current(ids)) {
        return false;
    }
    for (size_t i = 0; i < TRACE_BYTES; i++) {
        ret_text[2 * i] = digits[ids[i] >> 4];
        ret_text[2 * i + 1] = digits[ids[i] & 15];
    }
    ret_text[2 * TRACE_BYTES] = '\0';
    return true;
}

void strobe_trace_write(struct strobe_walk *walk)
{
    uint8_t ids[TRACE_BYTES + SPAN_BYTES];
    bool found = find_current(ids);
    strobe_image_put_u8(&walk->writer, found);
    if (found) {
        strobe_image_put_bytes(&walk->writer, ids, sizeof ids);
    }
}

void strobe_trace_done(void)
{
    Py_CLEAR(library.variable);
    Py_CLEAR(library.span_key);
    library.wait = 0;
}
