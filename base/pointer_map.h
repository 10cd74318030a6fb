/** Hash map from a non-NULL pointer to a pointer. Open addressing; a lookup is one or two cache lines. */
#ifndef STROBE_POINTER_MAP_H
#define STROBE_POINTER_MAP_H

#include <stddef.h>

struct strobe_pointer_map_entry {
    const void *key;
    void *value;
};

/** Not thread-safe: callers hold the GIL or their own lock. Keys and values are borrowed. */
struct strobe_pointer_map {
    struct strobe_pointer_map_entry *entries;
    size_t capacity; /* 0 or a power of two */
    size_t used;     /* entries with a key, deleted ones included */
    size_t count;    /* live entries */
};

/** Start empty; no memory is taken yet. */
void strobe_pointer_map_init(struct strobe_pointer_map *map);

/** Release the table. Keys and values are not touched. */
void strobe_pointer_map_done(struct strobe_pointer_map *map);

/** The value of `key`, or NULL. */
void *strobe_pointer_map_get(const struct strobe_pointer_map *map, const void *key);

/** Set the value (not NULL) of `key`. @return 0 or STROBE_ENOMEM */
int strobe_pointer_map_set(struct strobe_pointer_map *map, const void *key, void *value);

/** Remove `key`. @return its value, or NULL when it was not there */
void *strobe_pointer_map_remove(struct strobe_pointer_map *map, const void *key);

/**
 * Next live entry at or after `*position` (start with 0), or NULL at the end. The map may not grow meanwhile;
 * removing is fine.
 */
struct strobe_pointer_map_entry *strobe_pointer_map_next(const struct strobe_pointer_map *map, size_t *position);

#endif
