#define PY_SSIZE_T_CLEAN
#include "agent/memory_moment.h"

#include "base/clock.h"
#include "base/pointer_map.h"
#include "probes/py/slice.h"
#include "strobe/limits.h"

/* While the traces are read: which file and which stack each object of CPython stands for. */
struct reading {
    struct strobe_memory_places *places;
    struct strobe_pointer_map files;  /* str -> number plus one */
    struct strobe_pointer_map stacks; /* tuple of lines -> number of its place plus one */
    int64_t held_ns;                  /* longest piece so far */
};

static bool read_line(struct reading *reading, PyObject *pair, struct strobe_memory_line *ret_line)
{
    if (!PyTuple_CheckExact(pair) || PyTuple_GET_SIZE(pair) != 2 || !PyUnicode_Check(PyTuple_GET_ITEM(pair, 0))) {
        return false;
    }
    PyObject *name = PyTuple_GET_ITEM(pair, 0);
    uintptr_t known = (uintptr_t)strobe_pointer_map_get(&reading->files, name);
    if (known == 0) {
        const char *text = PyUnicode_AsUTF8(name);
        PyErr_Clear(); /* a name with surrogates */
        uint32_t file = strobe_memory_places_file(reading->places, text != NULL ? text : "?");
        if (file == UINT32_MAX) {
            return false;
        }
        known = (uintptr_t)file + 1;
        strobe_pointer_map_set(&reading->files, name, (void *)known);
    }
    *ret_line = (struct strobe_memory_line){(uint32_t)(known - 1), (int32_t)PyLong_AsLong(PyTuple_GET_ITEM(pair, 1))};
    PyErr_Clear();
    return true;
}

static struct strobe_memory_place *place_of(struct reading *reading, PyObject *stack)
{
    struct strobe_memory_line lines[STROBE_MEMORY_FRAMES_MAX];
    size_t count = 0;
    uintptr_t known = (uintptr_t)strobe_pointer_map_get(&reading->stacks, stack);
    if (known != 0) {
        return &reading->places->places[known - 1];
    }
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(stack) && count < STROBE_MEMORY_FRAMES_MAX; i++) {
        if (!read_line(reading, PyTuple_GET_ITEM(stack, i), &lines[count])) {
            break;
        }
        count++;
    }
    struct strobe_memory_place *place = strobe_memory_places_at(reading->places, lines, count);
    if (place != NULL) {
        known = (uintptr_t)(place - reading->places->places) + 1;
        strobe_pointer_map_set(&reading->stacks, stack, (void *)known);
    }
    return place;
}

/* One trace: (domain, size, ((file, line), ...), ...). */
static void read_trace(struct reading *reading, PyObject *trace)
{
    if (!PyTuple_CheckExact(trace) || PyTuple_GET_SIZE(trace) < 3 || !PyTuple_CheckExact(PyTuple_GET_ITEM(trace, 2))) {
        return;
    }
    int64_t bytes = PyLong_AsLongLong(PyTuple_GET_ITEM(trace, 1));
    PyErr_Clear();
    struct strobe_memory_place *place = place_of(reading, PyTuple_GET_ITEM(trace, 2));
    reading->places->bytes += bytes;
    reading->places->blocks++;
    if (place != NULL) {
        place->bytes += bytes;
        place->blocks++;
    }
}

/*
 * All traces as a list of tuples, in one piece: CPython offers no other way, about 0.5 s for a million. The collector
 * is off meanwhile: on 3.11 it would run here, and with it finalizers of the program. The list is nobody's business.
 */
static PyObject *take_traces(PyObject *traces, struct reading *reading)
{
    int64_t began_ns = strobe_clock_monotonic_ns();
    int enabled = PyGC_Disable();
    PyObject *list = PyObject_CallNoArgs(traces);
    if (enabled) {
        PyGC_Enable();
    }
    PyErr_Clear();
    if (list != NULL && PyObject_GC_IsTracked(list)) {
        PyObject_GC_UnTrack(list);
    }
    reading->held_ns = strobe_clock_monotonic_ns() - began_ns;
    return list;
}

/* Read and let go of the traces one by one, in slices. */
static void read_traces(struct reading *reading, PyObject *list)
{
    struct strobe_slice slice = strobe_slice_begin();
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
        PyObject *trace = PyList_GET_ITEM(list, i);
        read_trace(reading, trace);
        PyList_SET_ITEM(list, i, Py_NewRef(Py_None));
        Py_DECREF(trace);
        if (i % 128 == 0) {
            strobe_slice_pause(&slice);
        }
    }
}

struct strobe_memory_places *strobe_memory_take(PyObject *traces, int64_t *ret_held_us)
{
    struct reading reading = {.places = strobe_memory_places_new()};
    strobe_pointer_map_init(&reading.files);
    strobe_pointer_map_init(&reading.stacks);
    PyObject *list = reading.places != NULL ? take_traces(traces, &reading) : NULL;
    if (list != NULL) {
        read_traces(&reading, list);
        Py_DECREF(list);
    } else {
        strobe_memory_places_free(reading.places);
        reading.places = NULL;
    }
    strobe_pointer_map_done(&reading.files);
    strobe_pointer_map_done(&reading.stacks);
    *ret_held_us = reading.held_ns / 1000;
    return reading.places;
}
