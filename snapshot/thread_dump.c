#include "snapshot/thread_dump.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "snapshot/library.h"

enum {
    FRAME_BYTES = 72, /* of a frame in JSON, without its texts */
    STACK_BYTES = 64, /* of a stack, without its frames */
    NO_PLACE = -1,
};

struct strobe_thread_dump *strobe_thread_dump_new(strobe_dump_namer namer, void *user)
{
    struct strobe_thread_dump *dump = calloc(1, sizeof *dump);
    if (dump != NULL) {
        dump->namer = namer;
        dump->user = user;
        strobe_pointer_map_init(&dump->known);
        strobe_pointer_map_init(&dump->hashes);
    }
    return dump;
}

void strobe_thread_dump_free(struct strobe_thread_dump *dump)
{
    if (dump != NULL) {
        strobe_pointer_map_done(&dump->known);
        strobe_pointer_map_done(&dump->hashes);
        free(dump);
    }
}

size_t strobe_thread_dump_text_bytes(const char *text, size_t size)
{
    size_t bytes = 2;
    for (size_t i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)text[i];
        bytes += byte < 0x20 ? 6 : byte == '"' || byte == '\\' ? 2 : 1;
    }
    return bytes;
}

bool strobe_thread_dump_spend(struct strobe_thread_dump *dump, size_t bytes)
{
    if (bytes > STROBE_DUMP_BYTES_MAX - dump->bytes) {
        dump->cut = true;
        return false;
    }
    dump->bytes += bytes;
    return true;
}

/* A hash, or a number, as a key or value of a pointer map. */
static void *as_pointer(uint64_t number)
{
    uintptr_t narrow = (uintptr_t)number;
    void *pointer;
    memcpy(&pointer, &narrow, sizeof pointer);
    return pointer;
}

/* ---- Places ---- */

/* Keep a text, cut at `max` bytes. @return its offset; 0 is the empty text at the beginning */
static uint32_t keep_text(struct strobe_thread_dump *dump, const char *text, size_t size, size_t max)
{
    size_t room = sizeof dump->text - dump->text_size;
    size = strobe_utf8_cut(text, size, max);
    if (size == 0 || size + 1 > room) {
        return 0;
    }
    uint32_t at = (uint32_t)dump->text_size;
    memcpy(dump->text + at, text, size);
    dump->text[at + size] = '\0';
    dump->text_size += size + 1;
    return at;
}

/* The text before if it is the same: neighbours often share a file. */
static uint32_t keep_file(struct strobe_thread_dump *dump, const struct strobe_dump_name *name)
{
    if (dump->places_count > 0) {
        uint32_t before = dump->places[dump->places_count - 1].file;
        const char *text = dump->text + before;
        if (strlen(text) == name->file_size && memcmp(text, name->file, name->file_size) == 0) {
            return before;
        }
    }
    return keep_text(dump, name->file, name->file_size, STROBE_PATH_BYTES_MAX);
}

/* @return the number of the place, or NO_PLACE */
static int64_t add_place(struct strobe_thread_dump *dump, const struct strobe_dump_site *site, const void *key)
{
    if (dump->places_count == STROBE_DUMP_PLACES_MAX) {
        return NO_PLACE;
    }
    struct strobe_dump_name name = {.function = "", .file = ""};
    dump->namer(dump->user, site, &name);
    dump->text_size = dump->text_size > 0 ? dump->text_size : 1;
    struct strobe_dump_place *place = &dump->places[dump->places_count];
    place->function = keep_text(dump, name.function, name.function_size, STROBE_NAME_BYTES_MAX);
    place->file = keep_file(dump, &name);
    if ((place->function == 0 && name.function_size > 0) || (place->file == 0 && name.file_size > 0)) {
        return NO_PLACE;
    }
    place->line = name.line > 0 ? name.line : 0;
    place->library = strobe_library_owns(name.file, name.file_size);
    place->bytes = (uint32_t)(FRAME_BYTES + strobe_thread_dump_text_bytes(name.function, name.function_size) +
                              strobe_thread_dump_text_bytes(name.file, name.file_size));
    if (strobe_pointer_map_set(&dump->known, key, as_pointer(dump->places_count + 1)) < 0) {
        return NO_PLACE;
    }
    return (int64_t)dump->places_count++;
}

static int64_t place_of(struct strobe_thread_dump *dump, const struct strobe_dump_site *site)
{
    /* An address within the code object, so no other's. */
    const void *key = as_pointer(site->code + 1 + (uintptr_t)site->instruction);
    size_t number = (size_t)(uintptr_t)strobe_pointer_map_get(&dump->known, key);
    return number > 0 ? (int64_t)number - 1 : add_place(dump, site, key);
}

/* ---- Stacks ---- */

void strobe_thread_dump_begin(struct strobe_thread_dump *dump)
{
    dump->pushed = 0;
}

bool strobe_thread_dump_push(struct strobe_thread_dump *dump, struct strobe_dump_site site)
{
    if (dump->pushed == STROBE_DUMP_DEPTH_MAX) {
        return false;
    }
    if (dump->pushed < STROBE_DUMP_INNER_MAX) {
        dump->inner[dump->pushed] = site;
    } else {
        dump->outer[(dump->pushed - STROBE_DUMP_INNER_MAX) % STROBE_DUMP_OUTER_MAX] = site;
    }
    dump->pushed++;
    return true;
}

static const struct strobe_dump_site *site_of(const struct strobe_thread_dump *dump, uint32_t index)
{
    return index < STROBE_DUMP_INNER_MAX ? &dump->inner[index]
                                         : &dump->outer[(index - STROBE_DUMP_INNER_MAX) % STROBE_DUMP_OUTER_MAX];
}

/* Place the frames kept behind those of the stacks before. @return whether there was room */
static bool place_frames(struct strobe_thread_dump *dump, struct strobe_dump_stack *stack, size_t *ret_bytes)
{
    uint32_t skipped = stack->depth - stack->count;
    uint64_t hash = stack->depth ^ (stack->torn ? 1ULL << 40 : 0);
    if (stack->count > STROBE_DUMP_FRAMES_MAX - dump->frames_count) {
        return false;
    }
    for (uint32_t i = 0; i < stack->count; i++) {
        uint32_t index = stack->gap > 0 && i >= stack->gap ? i + skipped : i;
        int64_t place = place_of(dump, site_of(dump, index));
        if (place == NO_PLACE) {
            return false;
        }
        dump->frames[stack->first + i] = (uint32_t)place;
        hash = (hash ^ (uint64_t)place) * 0x9E3779B97F4A7C15ULL;
        *ret_bytes += dump->places[place].bytes;
    }
    stack->hash = hash | 1; /* no NULL */
    return true;
}

static int find_equal(const struct strobe_thread_dump *dump, const struct strobe_dump_stack *stack)
{
    size_t number = (size_t)(uintptr_t)strobe_pointer_map_get(&dump->hashes, as_pointer(stack->hash));
    const struct strobe_dump_stack *other = number > 0 ? &dump->stacks[number - 1] : NULL;
    bool equal =
        other != NULL && other->count == stack->count && other->depth == stack->depth && other->torn == stack->torn &&
        memcmp(&dump->frames[other->first], &dump->frames[stack->first], stack->count * sizeof dump->frames[0]) == 0;
    return equal ? (int)number - 1 : -1;
}

int strobe_thread_dump_end(struct strobe_thread_dump *dump, bool torn)
{
    enum { KEPT_MAX = STROBE_DUMP_INNER_MAX + STROBE_DUMP_OUTER_MAX };
    size_t bytes = STACK_BYTES;
    struct strobe_dump_stack stack = {.first = (uint32_t)dump->frames_count,
                                      .count = dump->pushed < KEPT_MAX ? dump->pushed : KEPT_MAX,
                                      .depth = dump->pushed,
                                      .gap = dump->pushed > KEPT_MAX ? STROBE_DUMP_INNER_MAX : 0,
                                      .torn = torn};
    if (stack.depth == 0) {
        return -1;
    }
    if (!place_frames(dump, &stack, &bytes)) {
        dump->cut = true;
        return -1;
    }
    int number = find_equal(dump, &stack);
    if (number >= 0) {
        return number;
    }
    if (dump->stacks_count == STROBE_DUMP_STACKS_MAX || bytes > STROBE_DUMP_STACKS_BYTES_MAX - dump->bytes) {
        dump->cut = true;
        return -1;
    }
    dump->bytes += bytes;
    dump->frames_count += stack.count;
    dump->stacks[dump->stacks_count] = stack;
    strobe_pointer_map_set(&dump->hashes, as_pointer(stack.hash),
                           as_pointer(dump->stacks_count + 1)); /* or none knows */
    return (int)dump->stacks_count++;
}
