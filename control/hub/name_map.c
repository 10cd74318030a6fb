#include "hub/name_map.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "strobe/error.h"

static char removed[1];

static size_t hash(const char *name)
{
    uint64_t value = 14695981039346656037ULL; /* FNV-1a */
    for (; *name != '\0'; name++) {
        value = (value ^ (unsigned char)*name) * 1099511628211ULL;
    }
    return (size_t)(value ^ (value >> 32));
}

void strobe_name_map_done(struct strobe_name_map *map)
{
    free(map->entries);
    memset(map, 0, sizeof *map);
}

static struct strobe_name_map_entry *find(const struct strobe_name_map *map, const char *name)
{
    if (map->capacity == 0) {
        return NULL;
    }
    for (size_t i = hash(name) & (map->capacity - 1);; i = (i + 1) & (map->capacity - 1)) {
        struct strobe_name_map_entry *entry = &map->entries[i];
        if (entry->name == NULL && entry->value == NULL) {
            return NULL;
        }
        if (entry->name != NULL && strcmp(entry->name, name) == 0) {
            return entry;
        }
    }
}

void *strobe_name_map_get(const struct strobe_name_map *map, const char *name)
{
    struct strobe_name_map_entry *entry = find(map, name);
    return entry != NULL ? entry->value : NULL;
}

static void place(struct strobe_name_map *map, const char *name, void *value)
{
    size_t i = hash(name) & (map->capacity - 1);
    while (map->entries[i].name != NULL || map->entries[i].value != NULL) {
        i = (i + 1) & (map->capacity - 1);
    }
    map->entries[i] = (struct strobe_name_map_entry){name, value};
    map->used++;
    map->count++;
}

static int grow(struct strobe_name_map *map)
{
    struct strobe_name_map larger = {.capacity = 16};
    while (larger.capacity < 4 * map->count) {
        larger.capacity *= 2;
    }
    larger.entries = calloc(larger.capacity, sizeof *larger.entries);
    if (larger.entries == NULL) {
        return STROBE_ENOMEM;
    }
    for (size_t i = 0; i < map->capacity; i++) {
        if (map->entries[i].name != NULL) {
            place(&larger, map->entries[i].name, map->entries[i].value);
        }
    }
    free(map->entries);
    *map = larger;
    return 0;
}

int strobe_name_map_add(struct strobe_name_map *map, const char *name, void *value)
{
    if (4 * (map->used + 1) > 3 * map->capacity && grow(map) < 0) {
        return STROBE_ENOMEM;
    }
    place(map, name, value);
    return 0;
}

void *strobe_name_map_remove(struct strobe_name_map *map, const char *name)
{
    struct strobe_name_map_entry *entry = find(map, name);
    if (entry == NULL) {
        return NULL;
    }
    void *value = entry->value;
    *entry = (struct strobe_name_map_entry){NULL, removed};
    map->count--;
    return value;
}

void *strobe_name_map_next(const struct strobe_name_map *map, size_t *position)
{
    while (*position < map->capacity) {
        struct strobe_name_map_entry *entry = &map->entries[(*position)++];
        if (entry->name != NULL) {
            return entry->value;
        }
    }
    return NULL;
}
