#include "tests/ext/expression/quiet.h"

#include <errno.h>

#include "base/py/frame.h"

enum { ALLOCATORS = 3 };

static PyMemAllocatorEx genuine[ALLOCATORS];
static const PyMemAllocatorDomain domains[ALLOCATORS] = {PYMEM_DOMAIN_RAW, PYMEM_DOMAIN_MEM, PYMEM_DOMAIN_OBJ};
static unsigned long allocations, releases;

static void *refuse_malloc(void *context, size_t size)
{
    (void)context;
    (void)size;
    allocations++;
    return NULL;
}

static void *refuse_calloc(void *context, size_t count, size_t size)
{
    (void)context;
    (void)count;
    (void)size;
    allocations++;
    return NULL;
}

static void *refuse_realloc(void *context, void *memory, size_t size)
{
    (void)context;
    (void)memory;
    (void)size;
    allocations++;
    return NULL;
}

static void count_free(void *context, void *memory)
{
    PyMemAllocatorEx *allocator = context;
    releases++;
    allocator->free(allocator->ctx, memory);
}

static void *innermost(void)
{
    struct strobe_frame frame = {NULL};
    return strobe_frame_current(PyThreadState_Get(), &frame) ? frame.internal : NULL;
}

int strobe_quiet_begin(struct strobe_quiet *quiet)
{
    PyErr_SetString(PyExc_KeyError, "pending");
#if PY_VERSION_HEX >= 0x030c0000
    quiet->pending = PyErr_GetRaisedException();
    PyErr_SetRaisedException(Py_NewRef(quiet->pending));
#else
    PyObject *type, *traceback;
    PyErr_Fetch(&type, &quiet->pending, &traceback);
    PyErr_NormalizeException(&type, &quiet->pending, &traceback);
    PyErr_Restore(type, Py_XNewRef(quiet->pending), traceback);
#endif
    if (quiet->pending == NULL) {
        return -1;
    }
    quiet->broken = NULL;
    quiet->frame = innermost();
    allocations = releases = 0;
    for (int i = 0; i < ALLOCATORS; i++) {
        PyMem_GetAllocator(domains[i], &genuine[i]);
        PyMemAllocatorEx refusing = {&genuine[i], refuse_malloc, refuse_calloc, refuse_realloc, count_free};
        PyMem_SetAllocator(domains[i], &refusing);
    }
    errno = EDOM;
    return 0;
}

/* The exception that is set, taken; NULL when there is none. */
static PyObject *take_raised(void)
{
#if PY_VERSION_HEX >= 0x030c0000
    return PyErr_GetRaisedException();
#else
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    Py_XDECREF(type);
    Py_XDECREF(traceback);
    return value;
#endif
}

bool strobe_quiet_end(struct strobe_quiet *quiet)
{
    bool errno_kept = errno == EDOM;
    for (int i = 0; i < ALLOCATORS; i++) {
        PyMem_SetAllocator(domains[i], &genuine[i]);
    }
    PyObject *raised = take_raised();
    if (raised != quiet->pending) {
        quiet->broken = "it changed the exception that was pending";
    } else if (allocations != 0) {
        quiet->broken = "it asked Python for memory";
    } else if (releases != 0) {
        quiet->broken = "it gave memory back to Python";
    } else if (!errno_kept) {
        quiet->broken = "it changed errno";
    } else if (innermost() != quiet->frame) {
        quiet->broken = "it changed the current frame";
    }
    Py_XDECREF(raised);
    Py_CLEAR(quiet->pending);
    return quiet->broken == NULL;
}
