#define PY_SSIZE_T_CLEAN
#include "agent/memory.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/pointer_map.h"
#include "probes/py/slice.h"
#include "strobe/limits.h"

enum { MIB = 1024 * 1024, LINE_BYTES = STROBE_PATH_BYTES_MAX + 16 };

/* ---- tracemalloc, by its C functions ---- */

static PyObject *function_of(PyObject *module, const char *name)
{
    PyObject *function = module != NULL ? PyObject_GetAttrString(module, name) : NULL;
    PyErr_Clear();
    return function;
}

void strobe_memory_init(struct strobe_memory *memory)
{
    PyObject *module = PyImport_ImportModule("_tracemalloc");
    PyErr_Clear();
    memory->start = function_of(module, "start");
    memory->stop = function_of(module, "stop");
    memory->is_tracing = function_of(module, "is_tracing");
    memory->traces = function_of(module, "_get_traces");
    memory->tracer_bytes = function_of(module, "get_tracemalloc_memory");
    memory->frames = function_of(module, "get_traceback_limit");
    Py_XDECREF(module);
    module = PyImport_ImportModule("gc");
    PyErr_Clear();
    memory->objects = function_of(module, "get_objects");
    Py_XDECREF(module);
}

static int64_t number_of(PyObject *function)
{
    PyObject *result = function != NULL ? PyObject_CallNoArgs(function) : NULL;
    int64_t number = result != NULL ? PyLong_AsLongLong(result) : -1;
    Py_XDECREF(result);
    if (PyErr_Occurred()) {
        PyErr_Clear();
        return -1;
    }
    return number;
}

static bool traces_now(const struct strobe_memory *memory)
{
    return memory->is_tracing != NULL && number_of(memory->is_tracing) == 1;
}

static void forget(struct strobe_memory *memory)
{
    strobe_memory_places_free(memory->first.places);
    strobe_memory_places_free(memory->last.places);
    memory->first = memory->last = (struct strobe_memory_moment){NULL, 0};
    memory->watching = memory->own = false;
}

/* Stop what we started; what the program started stays. */
static void stop_own(struct strobe_memory *memory)
{
    if (memory->own && memory->stop != NULL) {
        Py_XDECREF(PyObject_CallNoArgs(memory->stop));
        PyErr_Clear();
    }
    forget(memory);
}

void strobe_memory_done(struct strobe_memory *memory)
{
    stop_own(memory);
    Py_CLEAR(memory->start);
    Py_CLEAR(memory->stop);
    Py_CLEAR(memory->is_tracing);
    Py_CLEAR(memory->traces);
    Py_CLEAR(memory->tracer_bytes);
    Py_CLEAR(memory->frames);
    Py_CLEAR(memory->objects);
}

void strobe_memory_after_fork(struct strobe_memory *memory)
{
    stop_own(memory);
    memory->ended[0] = '\0';
}

bool strobe_memory_needs_upkeep(const struct strobe_memory *memory)
{
    return memory->own;
}

void strobe_memory_upkeep(struct strobe_memory *memory)
{
    if (!memory->own) {
        return;
    }
    int64_t bytes = number_of(memory->tracer_bytes);
    int64_t ms = (strobe_clock_monotonic_ns() - memory->began_ns) / 1000000;
    if (bytes > STROBE_MEMORY_TRACER_BYTES_MAX) {
        snprintf(memory->ended, sizeof memory->ended, "its traces took more than %lld MiB",
                 STROBE_MEMORY_TRACER_BYTES_MAX / MIB);
    } else if (ms > STROBE_MEMORY_TRACE_MS_MAX) {
        snprintf(memory->ended, sizeof memory->ended, "it had run for %lld minutes",
                 STROBE_MEMORY_TRACE_MS_MAX / 60000);
    } else {
        return;
    }
    stop_own(memory);
    strobe_log(STROBE_LOG_WARNING, "tracing of memory was ended: %s", memory->ended);
}

/* Resident memory of this process: the second number of statm, in pages; 0 when it cannot be read. */
static int64_t resident_bytes(void)
{
    char text[128] = "";
    int descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        return 0;
    }
    ssize_t size = read(descriptor, text, sizeof text - 1);
    close(descriptor);
    const char *second = size > 0 ? strchr(text, ' ') : NULL;
    return second != NULL ? strtoll(second, NULL, 10) * sysconf(_SC_PAGESIZE) : 0;
}

/* ---- One moment: all traces, added up by place ---- */

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
static PyObject *take_traces(struct strobe_memory *memory, struct reading *reading)
{
    int64_t began_ns = strobe_clock_monotonic_ns();
    int enabled = PyGC_Disable();
    PyObject *list = PyObject_CallNoArgs(memory->traces);
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

static struct strobe_memory_places *take_moment(struct strobe_memory *memory, int64_t *ret_held_us)
{
    struct reading reading = {.places = strobe_memory_places_new()};
    strobe_pointer_map_init(&reading.files);
    strobe_pointer_map_init(&reading.stacks);
    PyObject *list = reading.places != NULL ? take_traces(memory, &reading) : NULL;
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

/* ---- Two moments ---- */

struct change {
    const struct strobe_memory_places *holder; /* of the lines */
    const struct strobe_memory_place *place;
    int64_t bytes, blocks, bytes_change, blocks_change;
};

static int by_change(const void *a, const void *b)
{
    const struct change *first = a, *second = b;
    int64_t x = llabs(first->bytes_change), y = llabs(second->bytes_change);
    if (x == y) {
        x = first->bytes, y = second->bytes;
    }
    return (x < y) - (x > y);
}

static size_t list_changes(const struct strobe_memory_places *now, const struct strobe_memory_places *before,
                           struct change *changes)
{
    size_t count = 0;
    for (size_t i = 0; i < now->count; i++) {
        const struct strobe_memory_place *place = &now->places[i];
        const struct strobe_memory_place *old = before != NULL ? strobe_memory_places_find(before, place->print) : NULL;
        changes[count++] = (struct change){now,
                                           place,
                                           place->bytes,
                                           place->blocks,
                                           place->bytes - (old != NULL ? old->bytes : 0),
                                           place->blocks - (old != NULL ? old->blocks : 0)};
    }
    for (size_t i = 0; before != NULL && i < before->count; i++) {
        const struct strobe_memory_place *old = &before->places[i];
        if (strobe_memory_places_find(now, old->print) == NULL) {
            changes[count++] = (struct change){before, old, 0, 0, -old->bytes, -old->blocks};
        }
    }
    return count;
}

static bool fill_row(const struct change *change, struct strobe_wire_memory_row *row)
{
    row->bytes = change->bytes;
    row->blocks = change->blocks;
    row->bytes_change = change->bytes_change;
    row->blocks_change = change->blocks_change;
    row->lines = calloc(change->place->lines_count + 1, sizeof(char *));
    for (size_t i = 0; row->lines != NULL && i < change->place->lines_count; i++) {
        const struct strobe_memory_line *line = &change->holder->lines[change->place->first_line + i];
        char text[LINE_BYTES];
        snprintf(text, sizeof text, "%.*s:%d", STROBE_PATH_BYTES_MAX - 16, change->holder->files[line->file],
                 line->line);
        char *copy = strdup(text);
        if (copy != NULL) {
            row->lines[row->lines_count++] = copy;
        }
    }
    return row->lines != NULL;
}

static int fill_rows(const struct strobe_memory_places *now, const struct strobe_memory_places *before, size_t top,
                     struct strobe_wire_memory *answer)
{
    size_t most = now->count + (before != NULL ? before->count : 0);
    struct change *changes = calloc(most + 1, sizeof *changes);
    answer->rows = calloc(top + 1, sizeof *answer->rows);
    if (changes == NULL || answer->rows == NULL) {
        free(changes);
        return STROBE_ENOMEM;
    }
    size_t count = list_changes(now, before, changes);
    qsort(changes, count, sizeof *changes, by_change);
    for (size_t i = 0; i < count && answer->rows_count < top; i++) {
        answer->rows_count += fill_row(&changes[i], &answer->rows[answer->rows_count]);
    }
    free(changes);
    return 0;
}

static int compare(const struct strobe_memory_places *now, const struct strobe_memory_places *before,
                   const struct strobe_wire_memory_request *request, struct strobe_wire_memory *answer)
{
    bool by_line = strcmp(request->by, "traceback") != 0;
    struct strobe_memory_places *now_lines = by_line ? strobe_memory_places_by_line(now) : NULL;
    struct strobe_memory_places *before_lines = by_line && before != NULL ? strobe_memory_places_by_line(before) : NULL;
    int status = by_line && now_lines == NULL ? STROBE_ENOMEM
                                              : fill_rows(by_line ? now_lines : now, by_line ? before_lines : before,
                                                          (size_t)request->top, answer);
    answer->bytes = now->bytes;
    answer->blocks = now->blocks;
    answer->bytes_change = now->bytes - (before != NULL ? before->bytes : 0);
    answer->blocks_change = now->blocks - (before != NULL ? before->blocks : 0);
    answer->cut = now->cut || (before != NULL && before->cut);
    strobe_memory_places_free(now_lines);
    strobe_memory_places_free(before_lines);
    return status;
}

/* ---- What may be asked ---- */

static int start(struct strobe_memory *memory, const struct strobe_wire_memory_request *request,
                 struct strobe_wire_memory *answer, struct strobe_error *error)
{
    bool theirs = traces_now(memory) && !memory->own;
    int64_t rss = resident_bytes();
    if (memory->watching) {
        return strobe_error_set(error, STROBE_EDENIED, "tracing was started before: diff compares, stop ends it");
    }
    if (rss > STROBE_MEMORY_RSS_BYTES_MAX && !theirs) {
        return strobe_error_set(
            error, STROBE_EDENIED,
            "this process has %lld MiB: above %lld MiB it is not traced, because of what that costs",
            (long long)(rss / MIB), STROBE_MEMORY_RSS_BYTES_MAX / MIB);
    }
    memory->ended[0] = '\0';
    if (!theirs) {
        PyObject *result = PyObject_CallFunction(memory->start, "i", (int)request->frames);
        PyErr_Clear();
        if (result == NULL) {
            return strobe_error_set(error, STROBE_EINTERNAL, "tracemalloc could not be started");
        }
        Py_DECREF(result);
    } else if (number_of(memory->tracer_bytes) <= STROBE_MEMORY_TRACER_BYTES_MAX) {
        memory->first.places = take_moment(memory, &answer->held_us);
    }
    memory->own = !theirs;
    memory->watching = true;
    memory->began_ns = memory->first.at_ns = memory->last.at_ns = strobe_clock_monotonic_ns();
    return 0;
}

static int diff(struct strobe_memory *memory, const struct strobe_wire_memory_request *request,
                struct strobe_wire_memory *answer, struct strobe_error *error)
{
    if (!memory->watching) {
        return strobe_error_set(error, STROBE_EDENIED, "nothing to compare with: %s%sstart it first",
                                memory->ended[0] != '\0' ? memory->ended : "tracing was not started",
                                memory->ended[0] != '\0' ? ", so tracing was ended; " : ": ");
    }
    if (!traces_now(memory)) {
        forget(memory);
        return strobe_error_set(error, STROBE_EDENIED, "the program itself has stopped tracemalloc: start again");
    }
    int64_t bytes = number_of(memory->tracer_bytes);
    if (bytes > STROBE_MEMORY_TRACER_BYTES_MAX) {
        return strobe_error_set(error, STROBE_EDENIED,
                                "there are %lld MiB of traces; reading more than %lld MiB would stop the program for "
                                "seconds",
                                (long long)(bytes / MIB), STROBE_MEMORY_TRACER_BYTES_MAX / MIB);
    }
    struct strobe_memory_places *now = take_moment(memory, &answer->held_us);
    if (now == NULL) {
        return strobe_error_set(error, STROBE_ENOMEM, "out of memory");
    }
    bool from_start = strcmp(request->since, "start") == 0 || memory->last.places == NULL;
    const struct strobe_memory_moment *before = from_start ? &memory->first : &memory->last;
    int64_t now_ns = strobe_clock_monotonic_ns();
    int status = compare(now, before->places, request, answer);
    answer->elapsed_ms = (now_ns - before->at_ns) / 1000000;
    strobe_memory_places_free(memory->last.places);
    memory->last = (struct strobe_memory_moment){now, now_ns};
    return status < 0 ? strobe_error_set(error, status, "out of memory") : 0;
}

static int stop(struct strobe_memory *memory, const struct strobe_wire_memory_request *request,
                struct strobe_wire_memory *answer, struct strobe_error *error)
{
    struct strobe_error ignored = {0};
    if (!memory->watching) {
        return strobe_error_set(error, STROBE_EDENIED, "tracing was not started%s%s",
                                memory->ended[0] != '\0' ? ", or ended by itself: " : "", memory->ended);
    }
    diff(memory, request, answer, &ignored); /* a last look; when there is none it stops all the same */
    stop_own(memory);
    return 0;
}

static void fill_state(struct strobe_memory *memory, struct strobe_wire_memory *answer)
{
    int64_t tracer_bytes = number_of(memory->tracer_bytes), frames = number_of(memory->frames);
    answer->tracing = traces_now(memory);
    answer->own = memory->own;
    answer->ended = memory->ended[0] != '\0' ? strdup(memory->ended) : NULL;
    answer->frames = answer->tracing && frames > 0 ? frames : 0;
    answer->tracer_bytes = tracer_bytes > 0 ? tracer_bytes : 0;
    answer->rss_bytes = resident_bytes();
}

int strobe_memory_answer(struct strobe_memory *memory, const struct strobe_wire_memory_request *request,
                         struct strobe_wire_memory *ret_answer, struct strobe_error *error)
{
    struct strobe_wire_memory answer = {0};
    const char *op = request->op;
    int status = 0;
    if (memory->start == NULL || memory->stop == NULL || memory->is_tracing == NULL || memory->traces == NULL) {
        return strobe_error_set(error, STROBE_EDENIED, "this interpreter was built without tracemalloc");
    }
    if (strcmp(op, "start") == 0) {
        status = start(memory, request, &answer, error);
    } else if (strcmp(op, "diff") == 0) {
        status = diff(memory, request, &answer, error);
    } else if (strcmp(op, "stop") == 0) {
        status = stop(memory, request, &answer, error);
    } else if (strcmp(op, "census") == 0) {
        status = strobe_memory_census(memory, (size_t)request->top, &answer, error);
    }
    if (status == 0) {
        fill_state(memory, &answer);
        answer.op = strdup(op);
        status = answer.op != NULL ? 0 : strobe_error_set(error, STROBE_ENOMEM, "out of memory");
    }
    if (status < 0) {
        strobe_wire_struct_done(&strobe_wire_memory_struct, &answer);
        return status;
    }
    *ret_answer = answer;
    return 0;
}
