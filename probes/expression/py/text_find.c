/*
 * Order of texts and the search for one in another: two-way string matching (Crochemore and Perrin), linear in both
 * and without memory of its own, over characters of any width and from either end.
 */
#include "probes/expression/py/text.h"

#include <string.h>

enum { BYTES_PER_STEP = 16 };

/* Characters [start, start + length) of a text, numbered from the end when `backwards`. */
struct sequence {
    const void *data;
    int width;
    Py_ssize_t start;
    Py_ssize_t length;
    bool backwards;
};

static inline uint32_t at(const struct sequence *sequence, Py_ssize_t i)
{
    Py_ssize_t place = sequence->backwards ? sequence->start + sequence->length - 1 - i : sequence->start + i;
    return PyUnicode_READ(sequence->width, sequence->data, place);
}

/* Where the largest suffix of the needle begins, less one, by the order of characters or by its opposite. */
static Py_ssize_t largest_suffix(const struct sequence *needle, bool opposite, Py_ssize_t *ret_period)
{
    Py_ssize_t suffix = -1, j = 0, k = 1, period = 1;
    while (j + k < needle->length) {
        uint32_t a = at(needle, j + k), b = at(needle, suffix + k);
        if (a == b) {
            if (k != period) {
                k++;
            } else {
                j += period;
                k = 1;
            }
        } else if ((a < b) != opposite) {
            j += k;
            k = 1;
            period = j - suffix;
        } else {
            suffix = j;
            j = suffix + 1;
            k = period = 1;
        }
    }
    *ret_period = period;
    return suffix;
}

static bool repeats(const struct sequence *needle, Py_ssize_t period, Py_ssize_t length)
{
    for (Py_ssize_t i = 0; i < length; i++) {
        if (at(needle, i) != at(needle, i + period)) {
            return false;
        }
    }
    return true;
}

/* `cut`: the needle is matched from cut + 1 to its end, then from there back. */
static Py_ssize_t search(const struct sequence *text, const struct sequence *needle, Py_ssize_t cut, Py_ssize_t period,
                         bool remembers)
{
    Py_ssize_t known = -1; /* the first characters that match for sure after a shift by the period */
    for (Py_ssize_t j = 0; j <= text->length - needle->length;) {
        Py_ssize_t i = (cut > known ? cut : known) + 1;
        while (i < needle->length && at(needle, i) == at(text, i + j)) {
            i++;
        }
        if (i < needle->length) {
            j += i - cut;
            known = -1;
            continue;
        }
        i = cut;
        while (i > known && at(needle, i) == at(text, i + j)) {
            i--;
        }
        if (i <= known) {
            return j;
        }
        j += period;
        known = remembers ? needle->length - period - 1 : -1;
    }
    return -1;
}

static Py_ssize_t find_two_way(const struct sequence *text, const struct sequence *needle)
{
    Py_ssize_t period, other_period;
    Py_ssize_t cut = largest_suffix(needle, false, &period);
    Py_ssize_t other = largest_suffix(needle, true, &other_period);
    if (other >= cut) {
        cut = other;
        period = other_period;
    }
    if (period + cut + 1 <= needle->length && repeats(needle, period, cut + 1)) {
        return search(text, needle, cut, period, true);
    }
    Py_ssize_t right = needle->length - cut - 1;
    return search(text, needle, cut, (cut + 1 > right ? cut + 1 : right) + 1, false);
}

static Py_ssize_t find_bytes(const struct sequence *text, const struct sequence *needle)
{
    const uint8_t *start = (const uint8_t *)text->data + text->start;
    const uint8_t *found = memmem(start, (size_t)text->length, needle->data, (size_t)needle->length);
    return found != NULL ? found - start : -1;
}

/* Fuel pays for what is looked at: up to the place, or all. A text longer than the fuel reaches is looked at so far. */
static int find(struct strobe_evaluation *evaluation, struct sequence *text, const struct sequence *needle,
                Py_ssize_t *ret_place)
{
    if (text->length < needle->length || needle->width > text->width) { /* widths are the smallest there are */
        *ret_place = -1;
        return 0;
    }
    int status = strobe_evaluation_spend(evaluation, 1 + needle->length * needle->width / BYTES_PER_STEP);
    if (status < 0) {
        return status;
    }
    if (needle->length == 0) {
        *ret_place = text->backwards ? text->start + text->length : text->start;
        return 0;
    }
    Py_ssize_t affordable = (Py_ssize_t)evaluation->fuel * BYTES_PER_STEP / text->width + needle->length;
    bool cut = affordable < text->length;
    Py_ssize_t end = text->start + text->length;
    text->start = cut && text->backwards ? end - affordable : text->start;
    text->length = cut ? affordable : text->length;
    bool narrow = text->width == 1 && !text->backwards; /* glibc's memmem is linear too, and quicker */
    Py_ssize_t place = narrow ? find_bytes(text, needle) : find_two_way(text, needle);
    if (place < 0 && cut) {
        return strobe_evaluation_out_of_fuel(evaluation);
    }
    status = strobe_evaluation_spend(evaluation, (place < 0 ? text->length : place) * text->width / BYTES_PER_STEP);
    if (place >= 0) {
        place = text->backwards ? end - needle->length - place : text->start + place;
    }
    if (status == 0) {
        *ret_place = place;
    }
    return status;
}

int strobe_text_find(struct strobe_evaluation *evaluation, const struct strobe_text_view *text,
                     const struct strobe_text_view *needle, Py_ssize_t start, Py_ssize_t end, bool backwards,
                     Py_ssize_t *ret_place)
{
    struct sequence in = {text->data, text->width, start, end - start, backwards};
    struct sequence part = {needle->data, needle->width, 0, needle->length, backwards};
    return find(evaluation, &in, &part, ret_place);
}

int strobe_bytes_find(struct strobe_evaluation *evaluation, const struct strobe_bytes_view *bytes,
                      const struct strobe_bytes_view *needle, Py_ssize_t start, Py_ssize_t end, bool backwards,
                      Py_ssize_t *ret_place)
{
    struct sequence in = {bytes->data, 1, start, end - start, backwards};
    struct sequence part = {needle->data, 1, 0, needle->size, backwards};
    return find(evaluation, &in, &part, ret_place);
}

int strobe_text_order(struct strobe_evaluation *evaluation, const struct strobe_text_view *left,
                      const struct strobe_text_view *right, int *ret_order)
{
    Py_ssize_t common = left->length < right->length ? left->length : right->length;
    Py_ssize_t i = 0;
    int status = strobe_evaluation_spend(evaluation, 1 + common * left->width / BYTES_PER_STEP);
    if (status < 0) {
        return status;
    }
    if (left->width == 1 && right->width == 1) {
        int order = memcmp(left->data, right->data, (size_t)common);
        if (order != 0) {
            *ret_order = order;
            return 0;
        }
        i = common;
    }
    for (; i < common; i++) {
        uint32_t a = PyUnicode_READ(left->width, left->data, i), b = PyUnicode_READ(right->width, right->data, i);
        if (a != b) {
            *ret_order = a < b ? -1 : 1;
            return 0;
        }
    }
    *ret_order = left->length < right->length ? -1 : left->length > right->length;
    return 0;
}
