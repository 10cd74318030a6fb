/**
 * The thread-local variables of a shared object that is loaded, in the calling thread: read by those who did not
 * compile it, without allocating them and without a lock.
 *
 * It asks glibc, 2.35 and later; elsewhere there is nothing to be found. The object stays loaded.
 */
#ifndef STROBE_THREAD_BLOCK_H
#define STROBE_THREAD_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/own_memory.h"

/** Where they are, in any thread. Zero-initialised: nowhere. */
struct strobe_thread_block {
    void *object;      /* as the dynamic linker knows it */
    size_t words;      /* of a block, from its beginning; 0: there is none */
    bool is_fixed;     /* beside each thread, at the same distance: */
    intptr_t distance; /* in bytes, from the thread pointer */
};

/**
 * Find those of the object that has `address` in its code or data.   Thread: any.
 * @return false when it has none, or they cannot be read
 */
bool strobe_thread_block_find(struct strobe_own_memory *memory, const void *address,
                              struct strobe_thread_block *ret_block);

/**
 * The block of the calling thread, `block->words` long. Some 50 ns. An error that dlerror() was not asked for yet is
 * forgotten.   @return NULL when this thread has not used it
 */
const uintptr_t *strobe_thread_block_own(const struct strobe_thread_block *block);

#endif
