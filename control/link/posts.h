/** Encoded control messages from any thread to the link thread: first in, first out, bounded in bytes. */
#ifndef STROBE_POSTS_H
#define STROBE_POSTS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct strobe_post {
    struct strobe_post *next;
    size_t size;
    char *text;
};

/** The lock is held for a few instructions only, never over a system call. */
struct strobe_posts {
    pthread_mutex_t mutex;
    struct strobe_post *first;
    struct strobe_post *last;
    size_t bytes, bytes_max;
    bool open;
    _Atomic uint64_t dropped;
};

/** Start closed. */
void strobe_posts_init(struct strobe_posts *posts, size_t bytes_max);

/** Wipe and release everything. Thread: with no other user left. */
void strobe_posts_done(struct strobe_posts *posts);

/** Let messages in. Thread: any. */
void strobe_posts_open(struct strobe_posts *posts);

/** Let no more messages in, and drop those that wait. Thread: any. */
void strobe_posts_close(struct strobe_posts *posts);

/**
 * Queue `text` (malloc'ed). Takes ownership, also on failure.   Thread: any.
 * @return 0, STROBE_ELIMIT (counted), STROBE_ECLOSED, STROBE_ENOMEM
 */
int strobe_posts_add(struct strobe_posts *posts, char *text, size_t size);

/** The oldest message, now the caller's, to be released with strobe_post_free(); or NULL. Thread: any. */
struct strobe_post *strobe_posts_take(struct strobe_posts *posts);

/** Whether none waits. Thread: any. */
bool strobe_posts_empty(struct strobe_posts *posts);

/** Wipe and release. NULL is fine. */
void strobe_post_free(struct strobe_post *post);

#endif
