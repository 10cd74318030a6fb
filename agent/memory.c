#define PY_SSIZE_T_CLEAN
#include "agent/memory.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/memory_change.h"
#include "base/clock.h"
#include "base/log.h"
#include "strobe/limits.h"

enum { MIB = 1024 * 1024 };

/* ---- tracemalloc, by its C functions ---- */

static PyObject *function_of(PyObject *module, const char *name)
{
    PyObject *function = module != NULL ? PyObject_GetAttrString(module, name) : NULL;
    PyErr_Clear();
    return function;
}

/* STROBE_MEMORY_RSS: MiB that a process may have and be traced; what cannot be read, or is more, is the maximum. */
static int64_t most_resident_bytes(void)
{
    const char *text = getenv("STROBE_MEMORY_RSS");
    char *end = NULL;
    long long mib = text != NULL ? strtoll(text, &end, 10) : 0;
    bool understood = text != NULL && end != text && *end == '\0';
    return understood && mib > 0 && mib < STROBE_MEMORY_RSS_BYTES_MAX / MIB ? mib * MIB : STROBE_MEMORY_RSS_BYTES_MAX;
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
    memory->rss_bytes_max = most_resident_bytes();
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

bool strobe_memory_is_traced(const struct strobe_memory *memory)
{
    return memory->is_tracing != NULL && number_of(memory->is_tracing) == 1;
}

/* What `strobe mem start` asked for is over. */
static void forget(struct strobe_memory *memory)
{
    strobe_memory_places_free(memory->first.places);
    strobe_memory_places_free(memory->last.places);
    memory->first = memory->last = (struct strobe_memory_moment){NULL, 0};
    memory->watching = false;
}

static void stop_tracing(struct strobe_memory *memory)
{
    if (memory->own && memory->stop != NULL) {
        Py_XDECREF(PyObject_CallNoArgs(memory->stop));
        PyErr_Clear();
    }
    memory->own = false;
}

void strobe_memory_rest(struct strobe_memory *memory)
{
    if (!memory->watching && memory->probes_count == 0) {
        stop_tracing(memory);
    }
}

static void end_all(struct strobe_memory *memory)
{
    forget(memory);
    strobe_memory_probes_forget(memory);
    stop_tracing(memory);
}

void strobe_memory_done(struct strobe_memory *memory)
{
    end_all(memory);
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
    end_all(memory);
    memory->ended[0] = '\0';
}

bool strobe_memory_needs_upkeep(const struct strobe_memory *memory)
{
    return memory->own || memory->probes_count > 0;
}

void strobe_memory_upkeep(struct strobe_memory *memory)
{
    int64_t ms = (strobe_clock_monotonic_ns() - memory->began_ns) / 1000000;
    if (memory->own && number_of(memory->tracer_bytes) > STROBE_MEMORY_TRACER_BYTES_MAX) {
        snprintf(memory->ended, sizeof memory->ended, "its traces took more than %lld MiB",
                 STROBE_MEMORY_TRACER_BYTES_MAX / MIB);
        strobe_memory_probes_end(memory, memory->ended);
    } else if (memory->own && memory->watching && ms > STROBE_MEMORY_TRACE_MS_MAX) {
        snprintf(memory->ended, sizeof memory->ended, "it had run for %lld minutes",
                 STROBE_MEMORY_TRACE_MS_MAX / 60000);
    } else {
        return;
    }
    forget(memory);
    strobe_memory_rest(memory);
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

/* ---- What may be asked ---- */

int strobe_memory_trace(struct strobe_memory *memory, int frames, struct strobe_error *error)
{
    if (memory->start == NULL || memory->stop == NULL || memory->is_tracing == NULL || memory->traces == NULL) {
        return strobe_error_set(error, STROBE_EDENIED, "this interpreter was built without tracemalloc");
    }
    if (strobe_memory_is_traced(memory)) {
        return 0; /* by the program, or for somebody else who asked */
    }
    memory->own = false; /* the program may have stopped ours */
    int64_t rss = resident_bytes();
    if (rss > memory->rss_bytes_max) {
        return strobe_error_set(
            error, STROBE_EDENIED,
            "this process has %lld MiB: above %lld MiB it is not traced, because of what that costs",
            (long long)(rss / MIB), (long long)(memory->rss_bytes_max / MIB));
    }
    PyObject *result = PyObject_CallFunction(memory->start, "i", frames);
    PyErr_Clear();
    if (result == NULL) {
        return strobe_error_set(error, STROBE_EINTERNAL, "tracemalloc could not be started");
    }
    Py_DECREF(result);
    memory->own = true;
    return 0;
}

int strobe_memory_moment_take(struct strobe_memory *memory, struct strobe_memory_moment *ret_moment,
                              int64_t *ret_held_us, struct strobe_error *error)
{
    if (!strobe_memory_is_traced(memory)) {
        return strobe_error_set(error, STROBE_EDENIED, "the program itself has stopped tracemalloc");
    }
    int64_t bytes = number_of(memory->tracer_bytes);
    if (bytes > STROBE_MEMORY_TRACER_BYTES_MAX) {
        return strobe_error_set(error, STROBE_EDENIED,
                                "there are %lld MiB of traces; reading more than %lld MiB would stop the program for "
                                "seconds",
                                (long long)(bytes / MIB), STROBE_MEMORY_TRACER_BYTES_MAX / MIB);
    }
    struct strobe_memory_places *places = strobe_memory_take(memory->traces, ret_held_us);
    if (places == NULL) {
        return strobe_error_set(error, STROBE_ENOMEM, "out of memory");
    }
    *ret_moment = (struct strobe_memory_moment){places, strobe_clock_monotonic_ns()};
    return 0;
}

static int start(struct strobe_memory *memory, const struct strobe_wire_memory_request *request,
                 struct strobe_wire_memory *answer, struct strobe_error *error)
{
    struct strobe_error ignored = {0};
    bool before = strobe_memory_is_traced(memory);
    if (memory->watching) {
        return strobe_error_set(error, STROBE_EDENIED, "tracing was started before: diff compares, stop ends it");
    }
    int status = strobe_memory_trace(memory, (int)request->frames, error);
    if (status < 0) {
        return status;
    }
    if (before) { /* what there is already is not new; when it cannot be read all of it is */
        strobe_memory_moment_take(memory, &memory->first, &answer->held_us, &ignored);
    }
    memory->ended[0] = '\0';
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
    if (!strobe_memory_is_traced(memory)) {
        forget(memory);
        return strobe_error_set(error, STROBE_EDENIED, "the program itself has stopped tracemalloc: start again");
    }
    struct strobe_memory_moment now;
    int status = strobe_memory_moment_take(memory, &now, &answer->held_us, error);
    if (status < 0) {
        return status;
    }
    bool from_start = strcmp(request->since, "start") == 0 || memory->last.places == NULL;
    const struct strobe_memory_moment *before = from_start ? &memory->first : &memory->last;
    bool by_line = strcmp(request->by, "traceback") != 0;
    Py_BEGIN_ALLOW_THREADS /* `control_lock` keeps others away from the moments */
        status = strobe_memory_compare(now.places, before->places, by_line, (size_t)request->top, answer);
    Py_END_ALLOW_THREADS answer->elapsed_ms = (now.at_ns - before->at_ns) / 1000000;
    strobe_memory_places_free(memory->last.places);
    memory->last = now;
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
    forget(memory);
    strobe_memory_rest(memory);
    return 0;
}

void strobe_memory_fill_state(struct strobe_memory *memory, struct strobe_wire_memory *answer)
{
    int64_t tracer_bytes = number_of(memory->tracer_bytes), frames = number_of(memory->frames);
    answer->tracing = strobe_memory_is_traced(memory);
    answer->own = memory->own && answer->tracing;
    answer->probes = (int64_t)memory->probes_count;
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
    if (memory->traces == NULL) {
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
        strobe_memory_fill_state(memory, &answer);
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
