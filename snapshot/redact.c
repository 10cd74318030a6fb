#include "snapshot/redact.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "snapshot/redact_words.h"
#include "snapshot/words.h"

enum {
    PART_BYTES = STROBE_WORDS_BYTES_MAX, /* a longer name is judged in parts, */
    PART_OVERLAP = 64,                   /* which overlap, so that no word is lost at a seam */
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

static bool scope_allows(const struct strobe_words *words, enum scope scope, int from, int to)
{
    if (scope != ANYWHERE && to < words->last) {
        return false;
    }
    for (int i = 0; scope == WHOLE && i < from; i++) {
        if (!strobe_words_is_number(words, i)) {
            return false;
        }
    }
    return true;
}

/* Whether the words `from` to `to` belong to an innocent phrase, or the whole name only speaks about a secret. */
static bool is_innocent(const struct strobe_words *words, int from, int to)
{
    size_t size;
    const char *text;
    if (from > 0) {
        text = strobe_words_run(words, 0, 0, &size);
        if (STANDS_IN(asking, text, size)) {
            return true;
        }
    }
    if (to < words->last) {
        text = strobe_words_run(words, words->last, words->last, &size);
        if (STANDS_IN(about, text, size)) {
            return true;
        }
    }
    for (int first = to - WINDOW_WORDS_MAX + 1; first <= from; first++) {
        for (int end = to; first >= 0 && end < words->count && end < first + WINDOW_WORDS_MAX; end++) {
            text = strobe_words_run(words, first, end, &size);
            if (STANDS_IN(false_friends, text, size) || STANDS_IN(false_friends, text, singular(text, size))) {
                return true;
            }
        }
    }
    return false;
}

static const char *judge_window(const struct strobe_words *words, int from, int to)
{
    size_t size;
    const char *text = strobe_words_run(words, from, to, &size);
    const struct secret *secret = find_secret(text, size);
    if (secret != NULL && scope_allows(words, secret->scope, from, to)) {
        return secret->shown;
    }
    return from == to ? find_compound(text, size) : NULL;
}

static const char *judge(const char *name, size_t size)
{
    struct strobe_words words;
    strobe_words_split(&words, name, size);
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
