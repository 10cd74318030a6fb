/* A shared object with thread-local variables, compiled in each way they can be reached; see test_thread_block.c. */
#include <stdint.h>

enum { BEGINS_AS = 77 };

static _Thread_local volatile struct {
    uintptr_t first, second;
} variables = {BEGINS_AS, 0};

#define SEEN __attribute__((visibility("default")))

extern SEEN const char thread_block_anchor[];
const char thread_block_anchor[] = "here";

SEEN uintptr_t thread_block_use(uintptr_t value);

/* Set the second variable of the calling thread, and say where the first one is. */
uintptr_t thread_block_use(uintptr_t value)
{
    variables.second = value;
    return (uintptr_t)&variables.first;
}
