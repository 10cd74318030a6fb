#include "base/pointer_map.h"

#include <stdint.h>
#include <stdlib.h>

#include "strobe/error.h"

enum { FIRST_CAPACITY = 16 };

/* Stands in the key of a removed entry, so that searches go on past it. */
static const char tombstone;

static size_t slot_of(const struct strobe_pointer_map *map, const void *key)
{
    /* Objects are 16-byte aligned: drop the constant bits, then spread by Fibonacci hashing. */
    uint64_t hash = ((uint64_t)(uintptr_t)key >> 4) * UINT64_C(0x9E3779B97F4A7C15);
    return (size_t)(hash >> 32) & (map->capacity - 1);
}

void strobe_pointer_map_init(struct strobe_pointer_map *map)
{
    *map = (struct strobe_pointer_map){0};
}

void strobe_pointer_map_done(struct strobe_pointer_map *map)
{
    free(map->entries);
    strobe_pointer_map_init(map);
}

static struct strobe_pointer_map_entry *find(const struct strobe_pointer_map *map, const void *key)
{
    if (map->capacity == 0) {
        return NULL;
    }
    for (size_t slot = slot_of(map, key);; slot = (slot + 1) & (map->capacity - 1)) {
        struct strobe_pointer_map_entry *entry = &map->entries[slot];
        if (entry->key == key) {
            return entry;
        }
        if (entry->key == NULL) {
            return NULL;
        }
    }
}

void *strobe_pointer_map_get(const struct strobe_pointer_map *map, const void *key)
{
    struct strobe_pointer_map_entry *entry = find(map, key);
    return entry != NULL ? entry->value : NULL;
}

static void insert_new(struct strobe_pointer_map *map, const void *key, void *value)
{
    size_t slot = slot_of(map, key);
    while (map->entries[slot].key != NULL) {
        slot = (slot + 1) & (map->capacity - 1);
    }
    map->entries[slot] = (struct strobe_pointer_map_entry){key, value};
    map->used++;
    map->count++;
}

static int rehash(struct strobe_pointer_map *map)
{
    size_t capacity = FIRST_CAPACITY;
    while (capacity < map->count * 4) {
        capacity *= 2;
    }
    struct strobe_pointer_map fresh = {.entries = calloc(capacity, sizeof *fresh.entries), .capacity = capacity};
    if (fresh.entries == NULL) {
        return STROBE_ENOMEM;
    }
    size_t position = 0;
    struct strobe_pointer_map_entry *entry;
    while ((entry = strobe_pointer_map_next(map, &position)) != NULL) {
        insert_new(&fresh, entry->key, entry->value);
    }
    free(map->entries);
    *map = fresh;
    return 0;
}

int strobe_pointer_map_set(struct strobe_pointer_map *map, const void *key, void *value)
{
    struct strobe_pointer_map_entry *entry = find(map, key);
    if (entry != NULL) {
        entry->value = value;
        return 0;
    }
    /* At most two thirds full, tombstones included. */
    if ((map->used + 1) * 3 > map->capacity * 2) {
        int status = rehash(map);
        if (status < 0) {
            return status;
        }
    }
    insert_new(map, key, value);
    return 0;
}

void *strobe_pointer_map_remove(struct strobe_pointer_map *map, const void *key)
{
    struct strobe_pointer_map_entry *entry = find(map, key);
    if (entry == NULL) {
        return NULL;
    }
    void *value = entry->value;
    *entry = (struct strobe_pointer_map_entry){&tombstone, NULL};
    map->count--;
    return value;
}

struct strobe_pointer_map_entry *strobe_pointer_map_next(const struct strobe_pointer_map *map, size_t *position)
{
    while (*position < map->capacity) {
        struct strobe_pointer_map_entry *entry = &map->entries[(*position)++];
        if (entry->key != NULL && entry->key != &tombstone) {
            return entry;
        }
    }
    return NULL;
}
