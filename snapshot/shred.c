#include "snapshot/shred.h"

#define FACTOR ((uint64_t)0x9E3779B97F4A7C15u)
/* To the power of STROBE_SHRED_CHARACTERS: what the character that leaves the window has grown to. */
#define FACTOR_LEAVING (FACTOR * FACTOR * FACTOR * FACTOR * FACTOR * FACTOR)
_Static_assert(STROBE_SHRED_CHARACTERS == 6, "FACTOR_LEAVING has one factor for each");
#define NEEDED_BITS 8
#define NEEDED_MASK ((1u << NEEDED_BITS) - 1)

bool strobe_shred_move(struct strobe_shred_window *window, uint32_t character)
{
    uint32_t *place = &window->characters[window->seen % STROBE_SHRED_CHARACTERS];
    window->hash = window->hash * FACTOR + character + 1;
    if (window->seen >= STROBE_SHRED_CHARACTERS) {
        window->hash -= ((uint64_t)*place + 1) * FACTOR_LEAVING;
    }
    *place = character;
    window->seen++;
    return window->seen >= STROBE_SHRED_CHARACTERS;
}

/* The high bits: the low ones of a product know little of the first characters. */
static uint64_t spread(uint64_t hash)
{
    hash ^= hash >> 29;
    hash *= 0xBF58476D1CE4E5B9u;
    hash ^= hash >> 32;
    return hash & ~(uint64_t)NEEDED_MASK;
}

uint64_t strobe_shred_of(const struct strobe_shred_window *window, size_t length)
{
    return spread(window->hash) | (length < STROBE_SHRED_LENGTH_MAX ? length : STROBE_SHRED_LENGTH_MAX);
}

/* The slot of a hash, or the free one where it belongs. 0 is free: every shred needs some characters. */
static size_t slot_of(const struct strobe_shreds *shreds, uint64_t hash)
{
    size_t i = (size_t)(hash >> NEEDED_BITS) & (2 * STROBE_SHREDS_MAX - 1);
    while (shreds->slots[i] != 0 && (shreds->slots[i] & ~(uint64_t)NEEDED_MASK) != hash) {
        i = (i + 1) & (2 * STROBE_SHREDS_MAX - 1);
    }
    return i;
}

void strobe_shreds_add(struct strobe_shreds *shreds, uint64_t shred)
{
    size_t i = slot_of(shreds, shred & ~(uint64_t)NEEDED_MASK);
    if (shreds->slots[i] != 0) {
        if ((shred & NEEDED_MASK) < (shreds->slots[i] & NEEDED_MASK)) {
            shreds->slots[i] = shred;
        }
    } else if (shreds->count < STROBE_SHREDS_MAX && (shred & NEEDED_MASK) != 0) {
        shreds->slots[i] = shred;
        shreds->count++;
    }
}

void strobe_shreds_look(const struct strobe_shreds *shreds, struct strobe_shred_search *search, uint32_t character)
{
    if (!strobe_shred_move(&search->window, character)) {
        return;
    }
    bool first = search->window.seen == STROBE_SHRED_CHARACTERS;
    uint64_t slot = shreds->slots[slot_of(shreds, spread(search->window.hash))];
    search->run = slot != 0 ? search->run + 1 : 0;
    search->whole = slot != 0 && (first || search->whole);
    search->found |= slot != 0 && search->run + STROBE_SHRED_CHARACTERS - 1 >= (slot & NEEDED_MASK);
}
