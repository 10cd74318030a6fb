#include "snapshot/words.h"

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

void strobe_words_split(struct strobe_words *words, const char *name, size_t size)
{
    size_t used = 0;
    words->count = 0;
    words->last = -1;
    size = size < STROBE_WORDS_BYTES_MAX ? size : STROBE_WORDS_BYTES_MAX;
    for (size_t i = 0; i < size; i++) {
        enum character kind = kind_of(name[i]);
        if (kind == SEPARATOR) {
            continue;
        }
        if (begins_word(name, size, i) || words->count == 0) {
            if (words->count == STROBE_WORDS_MAX) {
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

const char *strobe_words_run(const struct strobe_words *words, int from, int to, size_t *ret_size)
{
    *ret_size = (size_t)(words->start[to + 1] - words->start[from]);
    return words->text + words->start[from];
}

bool strobe_words_is_number(const struct strobe_words *words, int i)
{
    return kind_of(words->text[words->start[i]]) == DIGIT;
}

bool strobe_words_only(const char *text, size_t size)
{
    while (size > 0 && kind_of(text[size - 1]) == DIGIT) {
        size--;
    }
    for (size_t i = 0; i < size; i++) {
        bool letter = (text[i] >= 'a' && text[i] <= 'z') || (text[i] >= 'A' && text[i] <= 'Z');
        if (!letter && text[i] != '_' && text[i] != '-' && text[i] != '.' && text[i] != ' ') {
            return false;
        }
    }
    return size > 0;
}
