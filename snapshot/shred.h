/**
 * Shreds of secrets: how a secret that is never copied is found again inside other texts.
 *
 * What was redacted by name may stand in a message, in a URL, or cut in two under other names. The image says of each
 * such secret the hashes of all its runs of STROBE_SHRED_CHARACTERS characters; the encoder looks for them in every
 * text that it is about to show. Hashes are over code points, so that str and bytes meet. They stay in the process.
 * Thread: any; no allocation.
 */
#ifndef STROBE_SHRED_H
#define STROBE_SHRED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    STROBE_SHRED_CHARACTERS = 6,
    STROBE_SHRED_WHOLE_MIN = 8,   /* a text of so many characters that is part of a secret is one */
    STROBE_SHRED_LENGTH_MAX = 20, /* so many characters of a longer secret are as good as the whole */
    STROBE_SHREDS_MAX = 2048,     /* in one image; see also STROBE_SHRED_SECRET_MAX */
    STROBE_SHRED_SECRET_MAX = 256 /* of one secret */
};

/** A hash that moves along a text; zero-initialise. */
struct strobe_shred_window {
    uint64_t hash;
    uint32_t characters[STROBE_SHRED_CHARACTERS]; /* ring */
    size_t seen;
};

/** Move on by one character. @return whether the window is full, and so its hash means something */
bool strobe_shred_move(struct strobe_shred_window *window, uint32_t character);

/** What an image says of the present window of a secret of `length` characters: the hash, and how much must match. */
uint64_t strobe_shred_of(const struct strobe_shred_window *window, size_t length);

/** Shreds by hash, a table that is at most half full. */
struct strobe_shreds {
    uint64_t slots[2 * STROBE_SHREDS_MAX];
    size_t count;
};

/** Add one; those beyond STROBE_SHREDS_MAX are forgotten. */
void strobe_shreds_add(struct strobe_shreds *shreds, uint64_t shred);

/** A walk along one text; zero-initialise. */
struct strobe_shred_search {
    struct strobe_shred_window window;
    size_t run; /* windows in a row that are shreds */
    bool found; /* enough of a secret was seen */
    bool whole; /* all windows so far are shreds */
};

/** Look at one more character of the text. */
void strobe_shreds_look(const struct strobe_shreds *shreds, struct strobe_shred_search *search, uint32_t character);

#endif
