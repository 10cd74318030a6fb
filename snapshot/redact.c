#include "snapshot/redact.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "snapshot/redact_words.h"

enum {
    PART_BYTES = 256,  /* a longer name is judged in parts, */
    PART_OVERLAP = 64, /* which overlap, so that no word is lost at a seam */
    WORDS_MAX = 64,    /* of one part */
    WINDOW_WORDS_MAX = 4
};

enum scope { ANYWHERE, LAST, WHOLE };

struct secret {
    const char *joined;
    const char *shown;
    enum scope scope;
};

static const struct secret secrets[] = {
#define SECRET(joined, shown, scope) {joined, shown, scope},
    STROBE_REDACT_SECRETS(SECRET)
#undef SECRET
};

#define WORD(word) word,
static const char *const false_friends[] = {STROBE_REDACT_FALSE_FRIENDS(WORD)};
static const char *const about[] = {STROBE_REDACT_ABOUT(WORD)};
static const char *const asking[] = {STROBE_REDACT_ASKING(WORD)};
static const char *const compound_false_friends[] = {STROBE_REDACT_COMPOUND_FALSE_FRIENDS(WORD)};
#undef WORD

enum place { STARTS, CONTAINS, ENDS };

static const struct {
    const char *text;
    enum place place;
} compounds[] = {
#define COMPOUND(text, place) {text, place},
    STROBE_REDACT_COMPOUNDS(COMPOUND)
#undef COMPOUND
};

/* A name as lower-case words without anything between them, so that neighbours are read as one run. */
struct words {
    char text[PART_BYTES];
    uint16_t start[WORDS_MAX + 1]; /* start[count] is the end of the last */
    int count;
    int last; /* the last word that is no number */
};

/* ---- Words ---- */

enum character { SEPARATOR, LOWER, UPPER, DIGIT };

/* Bytes of a character beyond ASCII count as lower-case letters. */
static enum character kind_of(char c)
{
    if (c >= 'A' && c <= 'Z') {
        return UPPER;
    }
    if (c >= '0' && c <= '9') {
        return DIGIT;
    }
    return (c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80 ? LOWER : SEPARATOR;
}

/* Whether a word begins at `i`: pass|Word, API|Key, key|2, 2|fa, and after a separator. */
static bool begins_word(const char *name, size_t size, size_t i)
{
    enum character previous = i > 0 ? kind_of(name[i - 1]) : SEPARATOR;
    enum character current = kind_of(name[i]);
    if (previous == UPPER && current == LOWER) {
        return false; /* the upper-case letter before has begun it */
    }
    if (previous == UPPER && current == UPPER) {
        return i + 1 < size && kind_of(name[i + 1]) == LOWER;
    }
    return previous != current;
}

static void split(struct words *words, const char *name, size_t size)
{
    size_t used = 0;
    words->count = 0;
    words->last = -1;
    for (size_t i = 0; i < size; i++) {
        enum character kind = kind_of(name[i]);
        if (kind == SEPARATOR) {
            continue;
        }
        if (begins_word(name, size, i) || words->count == 0) {
            if (words->count == WORDS_MAX) {
                break;
            }
            words->start[words->count++] = (uint16_t)used;
        }
        if (kind != DIGIT) {
            words->last = words->count - 1;
        }
        words->text[used++] = (char)(kind == UPPER ? name[i] + ('a' - 'A') : name[i]);
    }
    words->start[words->count] = (uint16_t)used;
}

/* ---- Tables ---- */

/* Order of the run `text` and a word. */
static int compare(const char *text, size_t size, const char *word)
{
    size_t length = strlen(word);
    int order = memcmp(text, word, size < length ? size : length);
    if (order != 0) {
        return order;
    }
    return size < length ? -1 : size > length;
}

static bool stands_in(const char *const *table, size_t count, const char *text, size_t size)
{
    for (size_t low = 0, high = count; low < high;) {
        size_t middle = low + (high - low) / 2;
        int order = compare(text, size, table[middle]);
        if (order == 0) {
            return true;
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return false;
}

#define STANDS_IN(table, text, size) stands_in(table, sizeof(table) / sizeof((table)[0]), text, size)

static const struct secret *find_exact(const char *text, size_t size)
{
    for (size_t low = 0, high = sizeof secrets / sizeof secrets[0]; low < high;) {
        size_t middle = low + (high - low) / 2;
        int order = compare(text, size, secrets[middle].joined);
        if (order == 0) {
            return &secrets[middle];
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return NULL;
}

/* Length without the ending of a plural; the same when there is none. */
static size_t singular(const char *text, size_t size)
{
    return size > 3 && text[size - 1] == 's' && text[size - 2] != 's' ? size - 1 : size;
}

static const struct secret *find_secret(const char *text, size_t size)
{
    const struct secret *found = find_exact(text, size);
    if (found == NULL && singular(text, size) != size) {
        found = find_exact(text, size - 1);
        if (found == NULL && text[size - 2] == 'e') {
            found = find_exact(text, size - 2);
        }
    }
    return found;
}

static const char *find_compound(const char *word, size_t size)
{
    if (STANDS_IN(compound_false_friends, word, size)) {
        return NULL;
    }
    size = singular(word, size);
    for (size_t i = 0; i < sizeof compounds / sizeof compounds[0]; i++) {
        const char *text = compounds[i].text;
        size_t length = strlen(text);
        if (length > size) {
            continue;
        }
        bool found = compounds[i].place == STARTS ? memcmp(word, text, length) == 0
                     : compounds[i].place == ENDS ? memcmp(word + size - length, text, length) == 0
                                                  : memmem(word, size, text, length) != NULL;
        if (found) {
            return text;
        }
    }
    return NULL;
}

/* ---- Judgement ---- */

/* The run of words `from` to `to`, both included. */
static const char *run(const struct words *words, int from, int to, size_t *ret_size)
{
    *ret_size = (size_t)(words->start[to + 1] - words->start[from]);
    return words->text + words->start[from];
}

static bool is_number(const struct words *words, int i)
{
    return kind_of(words->text[words->start[i]]) == DIGIT;
}

static bool scope_allows(const struct words *words, enum scope scope, int from, int to)
{
    if (scope != ANYWHERE && to < words->last) {
        return false;
    }
    for (int i = 0; scope == WHOLE && i < from; i++) {
        if (!is_number(words, i)) {
            return false;
        }
    }
    return true;
}

/* Whether the words `from` to `to` belong to an innocent phrase, or the whole name only speaks about a secret. */
static bool is_innocent(const struct words *words, int from, int to)
{
    size_t size;
    const char *text;
    if (from > 0) {
        text = run(words, 0, 0, &size);
        if (STANDS_IN(asking, text, size)) {
            return true;
        }
    }
    if (to < words->last) {
        text = run(words, words->last, words->last, &size);
        if (STANDS_IN(about, text, size)) {
            return true;
        }
    }
    for (int first = to - WINDOW_WORDS_MAX + 1; first <= from; first++) {
        for (int end = to; first >= 0 && end < words->count && end < first + WINDOW_WORDS_MAX; end++) {
            text = run(words, first, end, &size);
            if (STANDS_IN(false_friends, text, size) || STANDS_IN(false_friends, text, singular(text, size))) {
                return true;
            }
        }
    }
    return false;
}

static const char *judge_window(const struct words *words, int from, int to)
{
    size_t size;
    const char *text = run(words, from, to, &size);
    const struct secret *secret = find_secret(text, size);
    if (secret != NULL && scope_allows(words, secret->scope, from, to)) {
        return secret->shown;
    }
    return from == to ? find_compound(text, size) : NULL;
}

static const char *judge(const char *name, size_t size)
{
    struct words words;
    split(&words, name, size);
    for (int from = 0; from < words.count; from++) {
        for (int to = from; to < words.count && to < from + WINDOW_WORDS_MAX; to++) {
            const char *rule = judge_window(&words, from, to);
            if (rule != NULL && !is_innocent(&words, from, to)) {
                return rule;
            }
        }
    }
    return NULL;
}

const char *strobe_redact_name(const char *name, size_t size)
{
    while (size > PART_BYTES) {
        const char *rule = judge(name, PART_BYTES);
        if (rule != NULL) {
            return rule;
        }
        name += PART_BYTES - PART_OVERLAP;
        size -= PART_BYTES - PART_OVERLAP;
    }
    return judge(name, size);
}
