/** Hash map from a string to a pointer. Keys are borrowed: they live as long as what they lead to. */
#ifndef STROBE_HUB_NAME_MAP_H
#define STROBE_HUB_NAME_MAP_H

#include <stddef.h>

struct strobe_name_map_entry {
    const char *name; /* NULL: never used, or removed when value is set */
    void *value;
};

/** Not thread-safe. Zero-initialised is empty. */
struct strobe_name_map {
    struct strobe_name_map_entry *entries;
    size_t capacity; /* 0 or a power of two */
    size_t used;     /* removed ones included */
    size_t count;
};

/** Release the table; names and values are not touched. */
void strobe_name_map_done(struct strobe_name_map *map);

/** The value of `name`, or NULL. */
void *strobe_name_map_get(const struct strobe_name_map *map, const char *name);

/** Add `name`, which is not there yet. @return 0, STROBE_ENOMEM */
int strobe_name_map_add(struct strobe_name_map *map, const char *name, void *value);

/** Take `name` out. @return its value, or NULL when it was not there */
void *strobe_name_map_remove(struct strobe_name_map *map, const char *name);

/** Next value at or after `*position` (start with 0), NULL at the end. Removing meanwhile is fine, adding is not. */
void *strobe_name_map_next(const struct strobe_name_map *map, size_t *position);

#endif
