#include "hub/alignment.h"

#include <stdlib.h>

#include "strobe/error.h"

enum { ALIGNMENT_CELLS_MAX = 250 * 250 };

struct middle {
    size_t left_begin, left_count, right_begin, right_count;
};

static void by_position(const struct middle *middle, strobe_likeness likeness, const void *user, long *peer)
{
    for (size_t i = 0; i < middle->left_count && i < middle->right_count; i++) {
        size_t left = middle->left_begin + i, right = middle->right_begin + i;
        peer[left] = likeness(user, left, right) >= 0 ? (long)right : -1;
    }
}

/* `sums[i][k]`: the best that the members from i and from k on can give. */
static int by_sum(const struct middle *middle, strobe_likeness likeness, const void *user, long *peer)
{
    size_t rows = middle->left_count, columns = middle->right_count, stride = columns + 1;
    int *sums = calloc((rows + 1) * stride, sizeof *sums), *pairs = calloc(rows * columns + 1, sizeof *pairs);
    if (sums == NULL || pairs == NULL) {
        free(sums);
        free(pairs);
        return STROBE_ENOMEM;
    }
    for (size_t i = rows; i-- > 0;) {
        for (size_t k = columns; k-- > 0;) {
            int pair = likeness(user, middle->left_begin + i, middle->right_begin + k);
            int skip_left = sums[(i + 1) * stride + k], skip_right = sums[i * stride + k + 1];
            int best = skip_left > skip_right ? skip_left : skip_right;
            int together = pair >= 0 ? pair + sums[(i + 1) * stride + k + 1] : -1;
            pairs[i * columns + k] = pair;
            sums[i * stride + k] = together > best ? together : best;
        }
    }
    for (size_t i = 0, k = 0; i < rows && k < columns;) {
        int pair = pairs[i * columns + k], sum = sums[i * stride + k];
        if (pair >= 0 && pair + sums[(i + 1) * stride + k + 1] == sum) {
            peer[middle->left_begin + i++] = (long)(middle->right_begin + k++);
        } else if (sums[(i + 1) * stride + k] == sum) {
            i++;
        } else {
            k++;
        }
    }
    free(sums);
    free(pairs);
    return 0;
}

int strobe_align(size_t left_count, size_t right_count, strobe_likeness likeness, int best, const void *user,
                 long *ret_peer)
{
    size_t begin = 0, shorter = left_count < right_count ? left_count : right_count, end = 0;
    for (size_t i = 0; i < left_count; i++) {
        ret_peer[i] = -1;
    }
    while (begin < shorter && likeness(user, begin, begin) >= best) {
        ret_peer[begin] = (long)begin;
        begin++;
    }
    while (end < shorter - begin && likeness(user, left_count - 1 - end, right_count - 1 - end) >= best) {
        ret_peer[left_count - 1 - end] = (long)(right_count - 1 - end);
        end++;
    }
    struct middle middle = {begin, left_count - begin - end, begin, right_count - begin - end};
    if (middle.left_count == 0 || middle.right_count == 0) {
        return 0;
    }
    if (middle.left_count > ALIGNMENT_CELLS_MAX / middle.right_count) {
        by_position(&middle, likeness, user, ret_peer);
        return STROBE_ALIGNED_BY_POSITION;
    }
    return by_sum(&middle, likeness, user, ret_peer);
}
