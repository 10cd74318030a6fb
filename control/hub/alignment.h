/** Two rows side by side: which member of one belongs to which of the other. */
#ifndef STROBE_HUB_ALIGNMENT_H
#define STROBE_HUB_ALIGNMENT_H

#include <stddef.h>

enum { STROBE_ALIGNED_BY_POSITION = 1 };

/** How alike member `left` of one row and `right` of the other are: negative never a pair; more is better. */
typedef int (*strobe_likeness)(const void *user, size_t left, size_t right);

/**
 * Pair members in order so that the sum of likeness is largest. `ret_peer[i]` becomes the right member of left member
 * `i`, or -1. Members at both ends that are as alike as can be (`best`) are paired first; what is left between them is
 * weighed against one another up to ALIGNMENT_CELLS_MAX pairs, and paired by position above.
 * @return 0, STROBE_ALIGNED_BY_POSITION when that was so, or STROBE_ENOMEM
 */
int strobe_align(size_t left_count, size_t right_count, strobe_likeness likeness, int best, const void *user,
                 long *ret_peer);

#endif
