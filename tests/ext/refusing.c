#include "tests/ext/refusing.h"

#include <Python.h>

enum { ALLOCATORS = 3 };

static PyMemAllocatorEx genuine[ALLOCATORS];
static const PyMemAllocatorDomain domains[ALLOCATORS] = {PYMEM_DOMAIN_RAW, PYMEM_DOMAIN_MEM, PYMEM_DOMAIN_OBJ};
static struct strobe_refused refused;

static void *refuse_malloc(void *context, size_t size)
{
    (void)context;
    (void)size;
    refused.allocations++;
    return NULL;
}

static void *refuse_calloc(void *context, size_t count, size_t size)
{
    (void)context;
    (void)count;
    (void)size;
    refused.allocations++;
    return NULL;
}

static void *refuse_realloc(void *context, void *memory, size_t size)
{
    (void)context;
    (void)memory;
    (void)size;
    refused.allocations++;
    return NULL;
}

static void count_free(void *context, void *memory)
{
    PyMemAllocatorEx *allocator = context;
    refused.releases++;
    allocator->free(allocator->ctx, memory);
}

void strobe_refusing_begin(void)
{
    refused = (struct strobe_refused){0};
    for (int i = 0; i < ALLOCATORS; i++) {
        PyMem_GetAllocator(domains[i], &genuine[i]);
        PyMemAllocatorEx refusing = {&genuine[i], refuse_malloc, refuse_calloc, refuse_realloc, count_free};
        PyMem_SetAllocator(domains[i], &refusing);
    }
}

struct strobe_refused strobe_refusing_end(void)
{
    for (int i = 0; i < ALLOCATORS; i++) {
        PyMem_SetAllocator(domains[i], &genuine[i]);
    }
    return refused;
}
