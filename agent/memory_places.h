/**
 * Memory by place: how many bytes and blocks stand behind each stack of lines. No Python; bounded by
 * STROBE_MEMORY_PLACES_MAX. Owned by one thread.
 */
#ifndef STROBE_AGENT_MEMORY_PLACES_H
#define STROBE_AGENT_MEMORY_PLACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "strobe/limits.h"

struct strobe_memory_line {
    uint32_t file; /* number of a file, see strobe_memory_places_file() */
    int32_t line;
};

struct strobe_memory_place {
    uint64_t print; /* of files' names and lines; never 0 */
    int64_t bytes;
    int64_t blocks;
    uint32_t first_line; /* in `lines` */
    uint32_t lines_count;
};

struct strobe_memory_places {
    struct strobe_memory_place *places;
    size_t count;
    uint32_t *slots; /* numbers of places plus one, by print */
    size_t slots_count;
    struct strobe_memory_line *lines;
    size_t lines_count, lines_capacity;
    char **files;
    uint64_t *file_prints;
    size_t files_count, files_capacity;
    int64_t bytes, blocks; /* all, also of places that found no room */
    bool cut;              /* some found no room */
};

/** Empty; NULL when memory is exhausted. */
struct strobe_memory_places *strobe_memory_places_new(void);

/** NULL is fine. */
void strobe_memory_places_free(struct strobe_memory_places *places);

/** Number of the file `name` (copied); each call makes one, so callers keep it. UINT32_MAX without memory. */
uint32_t strobe_memory_places_file(struct strobe_memory_places *places, const char *name);

/** The place with these lines, made when it is new; NULL when there is no room. Valid until the next one is made. */
struct strobe_memory_place *strobe_memory_places_at(struct strobe_memory_places *places,
                                                    const struct strobe_memory_line *lines, size_t count);

/** The place with this print, or NULL. */
const struct strobe_memory_place *strobe_memory_places_find(const struct strobe_memory_places *places, uint64_t print);

/** The same memory by the innermost line alone. New; NULL when memory is exhausted. */
struct strobe_memory_places *strobe_memory_places_by_line(const struct strobe_memory_places *places);

#endif
