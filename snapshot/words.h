/**
 * A name as its words: `user_password`, `X-Api-Key` and `passwordHash` alike. Words begin after separators (anything
 * that is neither letter nor digit), at upper-case letters and where letters and digits meet.
 * Thread: any; no allocation; no global state.
 */
#ifndef STROBE_WORDS_H
#define STROBE_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { STROBE_WORDS_BYTES_MAX = 256, STROBE_WORDS_MAX = 64 };

/** In lower case, without anything between them, so that neighbours are read as one run. */
struct strobe_words {
    char text[STROBE_WORDS_BYTES_MAX];
    uint16_t start[STROBE_WORDS_MAX + 1]; /* start[count] is the end of the last */
    int count;
    int last; /* the last word that is no number; -1: none */
};

/** Split the first STROBE_WORDS_BYTES_MAX bytes of `name` (UTF-8). Letters beyond ASCII count as lower case. */
void strobe_words_split(struct strobe_words *words, const char *name, size_t size);

/** The words `from` to `to`, both included, as one run; borrowed from `words`. */
const char *strobe_words_run(const struct strobe_words *words, int from, int to, size_t *ret_size);

/** Whether word `i` is a number. */
bool strobe_words_is_number(const struct strobe_words *words, int i);

/** Whether a text is written like a name: letters of ASCII and what parts words, digits at most at its end. */
bool strobe_words_only(const char *text, size_t size);

#endif
