/**
 * The memory of one evaluation: a bounded block that is filled from the bottom and forgotten whole.
 *
 * Values that an expression computes live here, so that an evaluation allocates nothing, from Python or from the C
 * library, and leaves nothing to release.   Thread: any, one at a time (under the GIL).
 */
#ifndef STROBE_EXPRESSION_ARENA_H
#define STROBE_EXPRESSION_ARENA_H

#include <stddef.h>
#include <stdint.h>

struct strobe_arena {
    uint8_t *bytes; /* owned by whoever made the arena */
    size_t size;
    size_t used;
};

/** `size` bytes, aligned for any type, uninitialised; valid until the evaluation ends. NULL when they do not fit. */
static inline void *strobe_arena_take(struct strobe_arena *arena, size_t size)
{
    size_t start = (arena->used + 15) & ~(size_t)15;
    if (start > arena->size || size > arena->size - start) {
        return NULL;
    }
    arena->used = start + size;
    return arena->bytes + start;
}

/** Forget everything that was taken. */
static inline void strobe_arena_reset(struct strobe_arena *arena)
{
    arena->used = 0;
}

#endif
