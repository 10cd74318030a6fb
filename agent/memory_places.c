#include "agent/memory_places.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS = STROBE_MEMORY_PLACES_MAX * 2 }; /* a power of two */

struct strobe_memory_places *strobe_memory_places_new(void)
{
    struct strobe_memory_places *places = calloc(1, sizeof *places);
    if (places == NULL) {
        return NULL;
    }
    places->slots_count = SLOTS;
    places->slots = calloc(places->slots_count, sizeof *places->slots);
    places->places = calloc(STROBE_MEMORY_PLACES_MAX, sizeof *places->places);
    if (places->slots == NULL || places->places == NULL) {
        strobe_memory_places_free(places);
        return NULL;
    }
    return places;
}

void strobe_memory_places_free(struct strobe_memory_places *places)
{
    if (places == NULL) {
        return;
    }
    for (size_t i = 0; i < places->files_count; i++) {
        free(places->files[i]);
    }
    free(places->files);
    free(places->file_prints);
    free(places->lines);
    free(places->slots);
    free(places->places);
    free(places);
}

static uint64_t mix(uint64_t print, uint64_t with)
{
    print = (print ^ with) * 0x9E3779B97F4A7C15ULL;
    return print ^ (print >> 32);
}

static uint64_t print_of_name(const char *name)
{
    uint64_t print = 0xCBF29CE484222325ULL;
    for (; *name != '\0'; name++) {
        print = (print ^ (unsigned char)*name) * 0x100000001B3ULL;
    }
    return print;
}

uint32_t strobe_memory_places_file(struct strobe_memory_places *places, const char *name)
{
    if (places->files_count == places->files_capacity) {
        size_t capacity = places->files_capacity > 0 ? places->files_capacity * 2 : 256;
        char **files = realloc(places->files, capacity * sizeof(char *));
        places->files = files != NULL ? files : places->files;
        uint64_t *prints = files != NULL ? realloc(places->file_prints, capacity * sizeof *prints) : NULL;
        if (prints == NULL) {
            return UINT32_MAX;
        }
        places->file_prints = prints;
        places->files_capacity = capacity;
    }
    char *copy = strdup(name);
    if (copy == NULL) {
        return UINT32_MAX;
    }
    places->files[places->files_count] = copy;
    places->file_prints[places->files_count] = print_of_name(name);
    return (uint32_t)places->files_count++;
}

static uint64_t print_of_lines(const struct strobe_memory_places *places, const struct strobe_memory_line *lines,
                               size_t count)
{
    uint64_t print = count;
    for (size_t i = 0; i < count; i++) {
        print = mix(mix(print, places->file_prints[lines[i].file]), (uint64_t)lines[i].line);
    }
    return print != 0 ? print : 1;
}

/* The slot of the place with this print, or the empty one where it belongs; there are twice as many as places. */
static size_t slot_of(const struct strobe_memory_places *places, uint64_t print)
{
    size_t slot = print & (places->slots_count - 1);
    while (places->slots[slot] != 0 && places->places[places->slots[slot] - 1].print != print) {
        slot = (slot + 1) & (places->slots_count - 1);
    }
    return slot;
}

const struct strobe_memory_place *strobe_memory_places_find(const struct strobe_memory_places *places, uint64_t print)
{
    uint32_t number = places->slots[slot_of(places, print)];
    return number != 0 ? &places->places[number - 1] : NULL;
}

static bool keep_lines(struct strobe_memory_places *places, const struct strobe_memory_line *lines, size_t count)
{
    if (places->lines_count + count > places->lines_capacity) {
        size_t capacity = (places->lines_capacity > 0 ? places->lines_capacity * 2 : 4096) + count;
        struct strobe_memory_line *grown = realloc(places->lines, capacity * sizeof *grown);
        if (grown == NULL) {
            return false;
        }
        places->lines = grown;
        places->lines_capacity = capacity;
    }
    for (size_t i = 0; i < count; i++) {
        places->lines[places->lines_count++] = lines[i];
    }
    return true;
}

struct strobe_memory_place *strobe_memory_places_at(struct strobe_memory_places *places,
                                                    const struct strobe_memory_line *lines, size_t count)
{
    uint64_t print = print_of_lines(places, lines, count);
    size_t slot = slot_of(places, print);
    if (places->slots[slot] != 0) {
        return &places->places[places->slots[slot] - 1];
    }
    uint32_t first = (uint32_t)places->lines_count;
    if (places->count == STROBE_MEMORY_PLACES_MAX || !keep_lines(places, lines, count)) {
        places->cut = true;
        return NULL;
    }
    struct strobe_memory_place *place = &places->places[places->count++];
    *place = (struct strobe_memory_place){.print = print, .first_line = first, .lines_count = (uint32_t)count};
    places->slots[slot] = (uint32_t)places->count;
    return place;
}

struct strobe_memory_places *strobe_memory_places_by_line(const struct strobe_memory_places *places)
{
    struct strobe_memory_places *by_line = strobe_memory_places_new();
    if (by_line == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < places->files_count; i++) {
        if (strobe_memory_places_file(by_line, places->files[i]) == UINT32_MAX) {
            strobe_memory_places_free(by_line);
            return NULL;
        }
    }
    for (size_t i = 0; i < places->count; i++) {
        const struct strobe_memory_place *place = &places->places[i];
        size_t count = place->lines_count > 0 ? 1 : 0;
        struct strobe_memory_place *line = strobe_memory_places_at(by_line, places->lines + place->first_line, count);
        if (line != NULL) {
            line->bytes += place->bytes;
            line->blocks += place->blocks;
        }
    }
    by_line->bytes = places->bytes;
    by_line->blocks = places->blocks;
    by_line->cut = by_line->cut || places->cut;
    return by_line;
}
