/* _strobe_test_capture: a capture of the caller's frame as JSON, without probes and without an agent. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/image_queue.h"
#include "snapshot/encode.h"
#include "snapshot/policy.h"
#include "snapshot/py/capture.h"
#include "snapshot/py/trace.h"
#include "strobe/limits.h"
#include "tests/ext/refusing.h"

enum { TAG = 42 };

/* ---- Time, so that no test depends on how busy the machine is ---- */

static int64_t tick_ns; /* what each reading of the clock advances it by; negative: the real clock */

int64_t __real_strobe_clock_monotonic_ns(void);
int64_t __wrap_strobe_clock_monotonic_ns(void);

int64_t __wrap_strobe_clock_monotonic_ns(void)
{
    static int64_t now_ns;
    if (tick_ns < 0) {
        return __real_strobe_clock_monotonic_ns();
    }
    now_ns += tick_ns;
    return now_ns;
}

static PyObject *set_tick(PyObject *module, PyObject *args)
{
    (void)module;
    long long tick;
    if (!PyArg_ParseTuple(args, "L", &tick)) {
        return NULL;
    }
    tick_ns = tick;
    Py_RETURN_NONE;
}

static bool native; /* frames of C code, too */

static PyObject *set_native(PyObject *module, PyObject *args)
{
    int wanted;
    (void)module;
    if (!PyArg_ParseTuple(args, "p", &wanted)) {
        return NULL;
    }
    native = wanted != 0;
    Py_RETURN_NONE;
}

static PyObject *forget(PyObject *module, PyObject *args)
{
    (void)module;
    (void)args;
    strobe_trace_done();
    Py_RETURN_NONE;
}

/* ---- Captures ---- */

/* The frame `depth` calls above the caller of this module's function. */
static bool find_frame(int depth, struct strobe_frame *ret_frame)
{
    bool found = strobe_frame_current(PyThreadState_Get(), ret_frame);
    while (found && depth-- > 0) {
        found = strobe_frame_back(ret_frame);
    }
    if (!found) {
        PyErr_SetString(PyExc_ValueError, "the stack is not so deep");
    }
    return found;
}

static struct strobe_image *take(struct strobe_frame frame)
{
    struct strobe_capture_context context = {
        .tag = TAG, .line = strobe_frame_line(frame), .tstate = PyThreadState_Get(), .options = {.native = native}};
    return strobe_capture(frame, &context);
}

static PyObject *as_json(const uint8_t *bytes, size_t size)
{
    struct strobe_snapshot_head head;
    struct strobe_error error = {0};
    json_t *body = NULL;
    int status = strobe_snapshot_encode(bytes, size, &head, &body, &error);
    if (status < 0) {
        return PyErr_Format(PyExc_RuntimeError, "%s: %s", strobe_error_name(status), error.message);
    }
    json_object_set_new(body, "test_tag", json_integer((json_int_t)head.tag));
    json_object_set_new(body, "test_line", json_integer(head.line));
    json_object_set_new(body, "test_function", json_string(head.function));
    json_object_set_new(body, "test_time_us", json_integer(head.time_us));
    json_object_set_new(body, "test_image_bytes", json_integer((json_int_t)size));
    char *text = json_dumps(body, JSON_COMPACT);
    PyObject *result = PyUnicode_DecodeUTF8(text, (Py_ssize_t)strlen(text), "strict");
    free(text);
    json_decref(body);
    strobe_snapshot_head_done(&head);
    return result;
}

static PyObject *capture(PyObject *module, PyObject *args)
{
    (void)module;
    int depth = 0;
    struct strobe_frame frame;
    if (!PyArg_ParseTuple(args, "|i", &depth) || !find_frame(depth, &frame)) {
        return NULL;
    }
    struct strobe_image *image = take(frame);
    if (image == NULL) {
        return PyErr_NoMemory();
    }
    PyObject *result = as_json(image->bytes, image->size);
    strobe_image_free(image);
    return result;
}

/* set_policy(hub, process): JSON texts, or None */
static PyObject *set_policy(PyObject *module, PyObject *args)
{
    (void)module;
    const char *texts[STROBE_POLICY_SOURCES];
    json_t *documents[STROBE_POLICY_SOURCES];
    struct strobe_policy *policy;
    struct strobe_error error = {0};
    if (!PyArg_ParseTuple(args, "zz", &texts[0], &texts[1])) {
        return NULL;
    }
    for (int i = 0; i < STROBE_POLICY_SOURCES; i++) {
        documents[i] = texts[i] != NULL ? json_loads(texts[i], 0, NULL) : NULL;
    }
    int status = strobe_policy_new(documents[0], documents[1], &policy, &error);
    json_decref(documents[0]);
    json_decref(documents[1]);
    if (status < 0) {
        return PyErr_Format(PyExc_ValueError, "%s", error.message);
    }
    strobe_policy_set(policy);
    Py_RETURN_NONE;
}

/* capture_queued(): the JSON of a capture that went through a queue, as an agent's does */
static PyObject *capture_queued(PyObject *module, PyObject *args)
{
    (void)module;
    (void)args;
    struct strobe_frame frame;
    if (!find_frame(0, &frame)) {
        return NULL;
    }
    struct strobe_image_queue *queue = strobe_image_queue_new(4, STROBE_QUEUE_BYTES_MAX);
    struct strobe_image *image = take(frame);
    PyObject *result = NULL;
    if (queue == NULL || image == NULL || strobe_image_queue_push(queue, image) < 0) {
        PyErr_NoMemory();
    } else {
        image = strobe_image_queue_pop(queue);
        result = as_json(image->bytes, image->size);
        strobe_image_free(image);
    }
    strobe_image_queue_free(queue);
    return result;
}

/* The image as it goes through the queue: what a secret must not be in. */
static PyObject *capture_image(PyObject *module, PyObject *args)
{
    (void)module;
    (void)args;
    struct strobe_frame frame;
    if (!find_frame(0, &frame)) {
        return NULL;
    }
    struct strobe_image *image = take(frame);
    if (image == NULL) {
        return PyErr_NoMemory();
    }
    PyObject *result = PyBytes_FromStringAndSize((const char *)image->bytes, (Py_ssize_t)image->size);
    strobe_image_free(image);
    return result;
}

/* encode(image): the body as JSON text */
static PyObject *encode(PyObject *module, PyObject *args)
{
    (void)module;
    const char *bytes;
    Py_ssize_t size;
    return PyArg_ParseTuple(args, "y#", &bytes, &size) ? as_json((const uint8_t *)bytes, (size_t)size) : NULL;
}

/* capture_many(count): ns of each capture on average; nothing is encoded. */
static PyObject *capture_many(PyObject *module, PyObject *args)
{
    (void)module;
    int count;
    struct strobe_frame frame;
    if (!PyArg_ParseTuple(args, "i", &count) || !find_frame(0, &frame)) {
        return NULL;
    }
    int64_t started_ns = __real_strobe_clock_monotonic_ns();
    for (int i = 0; i < count; i++) {
        strobe_image_free(take(frame));
    }
    return PyFloat_FromDouble((double)(__real_strobe_clock_monotonic_ns() - started_ns) / count);
}

/* capture_pending(): capture with an exception and errno set. @return whether both are the same after it */
static PyObject *capture_pending(PyObject *module, PyObject *args)
{
    (void)module;
    (void)args;
    struct strobe_frame frame;
    if (!find_frame(0, &frame)) {
        return NULL;
    }
    PyErr_SetString(PyExc_KeyError, "pending");
    PyObject *before = PyErr_Occurred();
    errno = EDOM;
    struct strobe_image *image = take(frame);
    bool same = errno == EDOM && PyErr_Occurred() == before && PyErr_ExceptionMatches(PyExc_KeyError);
    bool made = image != NULL;
    strobe_image_free(image);
    PyErr_Clear();
    return PyBool_FromLong(same && made);
}

/* ---- Memory of C that runs out ---- */

static long allocations_left = -1; /* those that succeed before all fail; negative: no limit */

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);

static bool may_allocate(void)
{
    bool may = allocations_left != 0;
    allocations_left -= allocations_left > 0;
    return may;
}

void *__wrap_malloc(size_t size)
{
    return may_allocate() ? __real_malloc(size) : NULL;
}

void *__wrap_calloc(size_t count, size_t size)
{
    return may_allocate() ? __real_calloc(count, size) : NULL;
}

void *__wrap_realloc(void *memory, size_t size)
{
    return may_allocate() ? __real_realloc(memory, size) : NULL;
}

/* capture_failing(): whether a capture for which there is no memory is given up */
static PyObject *capture_failing(PyObject *module, PyObject *args)
{
    (void)module;
    (void)args;
    struct strobe_frame frame;
    if (!find_frame(0, &frame)) {
        return NULL;
    }
    allocations_left = 0;
    struct strobe_image *image = take(frame);
    allocations_left = -1;
    bool given_up = image == NULL && !PyErr_Occurred();
    strobe_image_free(image);
    return PyBool_FromLong(given_up);
}

/* encode_failing(image, count): the name of the error when only `count` allocations succeed; None: encoded */
static PyObject *encode_failing(PyObject *module, PyObject *args)
{
    const char *bytes;
    Py_ssize_t size;
    long count;
    (void)module;
    if (!PyArg_ParseTuple(args, "y#l", &bytes, &size, &count)) {
        return NULL;
    }
    struct strobe_snapshot_head head;
    struct strobe_error error = {0};
    json_t *body = NULL;
    json_set_alloc_funcs(__wrap_malloc, free);
    allocations_left = count;
    int status = strobe_snapshot_encode((const uint8_t *)bytes, (size_t)size, &head, &body, &error);
    allocations_left = -1;
    json_set_alloc_funcs(malloc, free);
    if (status < 0) {
        return PyUnicode_FromString(strobe_error_name(status));
    }
    json_decref(body);
    strobe_snapshot_head_done(&head);
    Py_RETURN_NONE;
}

/* ---- What is left in memory ---- */

enum { PAGE = 4096 };

/* A look at memory through /proc/self/mem: touching the guard pages of stacks would end the process. */
struct look {
    int memory;
    const char *reversed; /* what is looked for, backwards, so that looking leaves no copy */
    size_t size;
    char *page; /* and the next, for what begins in one and ends in the other */
    unsigned long count;
};

static void count_in_page(struct look *look, unsigned long address, unsigned long end)
{
    size_t wanted = end - address < 2 * PAGE ? end - address : 2 * PAGE;
    ssize_t got = pread(look->memory, look->page, wanted, (off_t)address);
    for (ssize_t at = 0; at < PAGE && at + (ssize_t)look->size <= got; at++) {
        size_t i = 0;
        while (i < look->size && look->page[at + (ssize_t)i] == look->reversed[look->size - 1 - i]) {
            i++;
        }
        look->count += i == look->size;
    }
}

static void count_in_maps(struct look *look, FILE *maps)
{
    unsigned long from, to, inode;
    char permissions[8], line[512];
    while (fgets(line, sizeof line, maps) != NULL) {
        bool ours = sscanf(line, "%lx-%lx %7s %*s %*s %lu", &from, &to, permissions, &inode) == 4 && inode == 0 &&
                    strncmp(permissions, "rw", 2) == 0 && strstr(line, "[stack]") == NULL;
        for (unsigned long address = from; ours && address < to; address += PAGE) {
            bool own = address + 2 * PAGE > (unsigned long)look->page && address < (unsigned long)look->page + 2 * PAGE;
            if (!own) {
                count_in_page(look, address, to);
            }
        }
    }
}

/* count_in_memory(reversed): how often these bytes, read backwards, stand in the heap and other private memory */
static PyObject *count_in_memory(PyObject *module, PyObject *args)
{
    (void)module;
    Py_ssize_t size;
    struct look look = {.count = 0};
    if (!PyArg_ParseTuple(args, "y#", &look.reversed, &size)) {
        return NULL;
    }
    FILE *maps = fopen("/proc/self/maps", "r");
    look.memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    look.size = (size_t)size;
    look.page = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (maps == NULL || look.memory < 0 || look.page == MAP_FAILED) {
        return PyErr_SetFromErrno(PyExc_OSError);
    }
    count_in_maps(&look, maps);
    munmap(look.page, 2 * PAGE);
    close(look.memory);
    fclose(maps);
    return PyLong_FromUnsignedLong(look.count);
}

/* capture_without_memory(): (JSON, number of allocations tried) with all allocations of Python failing meanwhile */
static PyObject *capture_without_memory(PyObject *module, PyObject *args)
{
    (void)module;
    (void)args;
    struct strobe_frame frame;
    if (!find_frame(0, &frame)) {
        return NULL;
    }
    strobe_refusing_begin();
    struct strobe_image *image = take(frame);
    struct strobe_refused refused = strobe_refusing_end();
    if (image == NULL) {
        return PyErr_NoMemory();
    }
    PyObject *result = Py_BuildValue("Nk", as_json(image->bytes, image->size), refused.allocations);
    strobe_image_free(image);
    return result;
}

static PyMethodDef methods[] = {
    {"capture", capture, METH_VARARGS, "capture(depth=0) -> JSON text of the caller's frame"},
    {"set_policy", set_policy, METH_VARARGS, "set_policy(hub, process): the policy in force, JSON texts or None"},
    {"capture_queued", capture_queued, METH_NOARGS, "capture_queued() -> JSON text, through a queue of images"},
    {"capture_image", capture_image, METH_NOARGS, "capture_image() -> bytes of the image"},
    {"encode", encode, METH_VARARGS, "encode(image) -> JSON text"},
    {"capture_many", capture_many, METH_VARARGS, "capture_many(count) -> ns each"},
    {"capture_pending", capture_pending, METH_NOARGS, "capture with an exception set"},
    {"set_native", set_native, METH_VARARGS, "set_native(wanted): whether frames of C code are captured"},
    {"forget", forget, METH_NOARGS, "forget(): look for OpenTelemetry again"},
    {"capture_failing", capture_failing, METH_NOARGS, "capture while malloc fails -> whether it was given up"},
    {"encode_failing", encode_failing, METH_VARARGS, "encode_failing(image, allocations) -> name of the error"},
    {"set_tick", set_tick, METH_VARARGS, "set_tick(ns): what each reading of the clock takes; -1: the real clock"},
    {"count_in_memory", count_in_memory, METH_VARARGS, "count_in_memory(reversed bytes) -> how often they stand there"},
    {"capture_without_memory", capture_without_memory, METH_NOARGS, "capture while no allocation succeeds"},
    {NULL, NULL, 0, NULL},
};

static int execute(PyObject *module)
{
    if (strobe_capture_init() < 0) {
        PyErr_NoMemory();
        return -1;
    }
    return PyModule_AddIntMacro(module, STROBE_CAPTURE_ITEMS_MAX) |
           PyModule_AddIntMacro(module, STROBE_CAPTURE_FIELDS_MAX) |
           PyModule_AddIntMacro(module, STROBE_CAPTURE_LENGTH_MAX) |
           PyModule_AddIntMacro(module, STROBE_CAPTURE_DEPTH_MAX) |
           PyModule_AddIntMacro(module, STROBE_CAPTURE_LOCALS_MAX) |
           PyModule_AddIntMacro(module, STROBE_CAPTURE_FRAMES_MAX) |
           PyModule_AddIntMacro(module, STROBE_CAPTURE_FRAMES_WITH_LOCALS_MAX) |
           PyModule_AddIntMacro(module, STROBE_CAPTURE_VALUES_MAX) |
           PyModule_AddIntMacro(module, STROBE_CAPTURE_STACK_MAX) |
           PyModule_AddIntMacro(module, STROBE_CAPTURE_AWAITERS_MAX) |
           PyModule_AddIntMacro(module, STROBE_CAPTURE_BYTES_MAX);
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, execute}, {0, NULL}};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "_strobe_test_capture", "Captures for tests.", 0, methods, slots, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__strobe_test_capture(void);

PyMODINIT_FUNC PyInit__strobe_test_capture(void)
{
    return PyModuleDef_Init(&definition);
}
