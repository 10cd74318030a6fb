/* Live objects by type: those that the garbage collector knows, so containers and instances, but no str and no int. */
#define PY_SSIZE_T_CLEAN
#include "agent/memory.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/pointer_map.h"
#include "snapshot/py/type_name.h"
#include "strobe/limits.h"

struct count {
    PyTypeObject *type; /* strong */
    int64_t objects;
    int64_t bytes;
};

struct census {
    struct count *counts;
    size_t used;
    struct strobe_pointer_map numbers; /* type -> position in `counts`, plus one */
    int64_t objects, bytes;
    int64_t began_ns;
    bool cut, out_of_time;
};

static struct count *count_of(struct census *census, PyTypeObject *type)
{
    uintptr_t number = (uintptr_t)strobe_pointer_map_get(&census->numbers, type);
    if (number != 0) {
        return &census->counts[number - 1];
    }
    if (census->used == STROBE_MEMORY_TYPES_MAX ||
        strobe_pointer_map_set(&census->numbers, type, (void *)(census->used + 1)) < 0) {
        census->cut = true;
        return NULL;
    }
    struct count *count = &census->counts[census->used++];
    count->type = (PyTypeObject *)Py_NewRef((PyObject *)type);
    return count;
}

/* The object's own memory as its type lays it out; nothing that it points to. */
static int64_t bytes_of(PyObject *object, PyTypeObject *type)
{
    Py_ssize_t items = type->tp_itemsize > 0 ? Py_SIZE(object) : 0;
    return (int64_t)type->tp_basicsize + (int64_t)(items < 0 ? -items : items) * type->tp_itemsize;
}

static void add(struct census *census, PyObject *object)
{
    PyTypeObject *type = Py_TYPE(object);
    struct count *count = count_of(census, type);
    int64_t bytes = bytes_of(object, type);
    census->objects++;
    census->bytes += bytes;
    if (count != NULL) {
        count->objects++;
        count->bytes += bytes;
    }
}

/* Whether to go on; the walk is one piece under the GIL, so its time is bounded. */
static bool has_time(struct census *census)
{
    if (census->objects % 4096 == 4095 &&
        strobe_clock_monotonic_ns() - census->began_ns > STROBE_MEMORY_CENSUS_NS_MAX) {
        census->cut = census->out_of_time = true;
    }
    return !census->out_of_time;
}

#if PY_VERSION_HEX >= 0x030C0000
static int visit(PyObject *object, void *argument)
{
    add(argument, object);
    return has_time(argument);
}

/* CPython cannot go on with a walk that was left. */
static int walk(struct strobe_memory *memory, struct census *census, int64_t *ret_held_us)
{
    (void)memory;
    census->began_ns = strobe_clock_monotonic_ns();
    PyUnstable_GC_VisitObjects(visit, census);
    *ret_held_us = (strobe_clock_monotonic_ns() - census->began_ns) / 1000;
    return 0;
}
#else
/*
 * The list holds every object. The GIL is kept until it is gone: otherwise the last reference to an object might be
 * ours, and its finalizer would run here.
 */
static int walk(struct strobe_memory *memory, struct census *census, int64_t *ret_held_us)
{
    census->began_ns = strobe_clock_monotonic_ns();
    int enabled = PyGC_Disable();
    PyObject *objects = memory->objects != NULL ? PyObject_CallNoArgs(memory->objects) : NULL;
    for (Py_ssize_t i = 0; objects != NULL && i < PyList_GET_SIZE(objects) && has_time(census); i++) {
        add(census, PyList_GET_ITEM(objects, i));
    }
    int status = objects != NULL ? 0 : STROBE_ENOMEM;
    Py_XDECREF(objects);
    if (enabled) {
        PyGC_Enable();
    }
    PyErr_Clear();
    *ret_held_us = (strobe_clock_monotonic_ns() - census->began_ns) / 1000;
    return status;
}
#endif

static int by_objects(const void *a, const void *b)
{
    const struct count *first = a, *second = b;
    return (first->objects < second->objects) - (first->objects > second->objects);
}

static int fill(const struct census *census, size_t top, struct strobe_wire_memory *answer)
{
    answer->rows = calloc(top + 1, sizeof *answer->rows);
    for (size_t i = 0; answer->rows != NULL && i < census->used && i < top; i++) {
        char name[STROBE_TYPE_NAME_BYTES];
        size_t size = strobe_type_name(census->counts[i].type, name);
        struct strobe_wire_memory_row *row = &answer->rows[answer->rows_count++];
        row->type = strndup(name, size);
        row->blocks = census->counts[i].objects;
        row->bytes = census->counts[i].bytes;
    }
    answer->blocks = census->objects;
    answer->bytes = census->bytes;
    answer->cut = census->cut;
    return answer->rows != NULL ? 0 : STROBE_ENOMEM;
}

int strobe_memory_census(struct strobe_memory *memory, size_t top, struct strobe_wire_memory *ret_answer,
                         struct strobe_error *error)
{
    struct census census = {.counts = calloc(STROBE_MEMORY_TYPES_MAX, sizeof *census.counts)};
    strobe_pointer_map_init(&census.numbers);
    int status = census.counts != NULL ? walk(memory, &census, &ret_answer->held_us) : STROBE_ENOMEM;
    if (status == 0) {
        qsort(census.counts, census.used, sizeof *census.counts, by_objects);
        status = fill(&census, top, ret_answer);
    }
    for (size_t i = 0; census.counts != NULL && i < census.used; i++) {
        Py_XDECREF(census.counts[i].type);
    }
    strobe_pointer_map_done(&census.numbers);
    free(census.counts);
    return status < 0 ? strobe_error_set(error, status, "out of memory") : 0;
}
