#include "link/posts.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "strobe/error.h"

void strobe_posts_init(struct strobe_posts *posts, size_t bytes_max)
{
    memset(posts, 0, sizeof *posts);
    pthread_mutex_init(&posts->mutex, NULL);
    posts->bytes_max = bytes_max;
}

static void free_text(char *text, size_t size)
{
    OPENSSL_cleanse(text, size);
    free(text);
}

void strobe_post_free(struct strobe_post *post)
{
    if (post != NULL) {
        free_text(post->text, post->size);
        free(post);
    }
}

void strobe_posts_done(struct strobe_posts *posts)
{
    strobe_posts_close(posts);
    pthread_mutex_destroy(&posts->mutex);
}

void strobe_posts_open(struct strobe_posts *posts)
{
    pthread_mutex_lock(&posts->mutex);
    posts->open = true;
    pthread_mutex_unlock(&posts->mutex);
}

void strobe_posts_close(struct strobe_posts *posts)
{
    pthread_mutex_lock(&posts->mutex);
    struct strobe_post *post = posts->first;
    posts->first = posts->last = NULL;
    posts->bytes = 0;
    posts->open = false;
    pthread_mutex_unlock(&posts->mutex);
    while (post != NULL) {
        struct strobe_post *next = post->next;
        strobe_post_free(post);
        post = next;
    }
}

/* With the lock held. */
static int append(struct strobe_posts *posts, struct strobe_post *post)
{
    if (!posts->open) {
        return STROBE_ECLOSED;
    }
    if (post->size > posts->bytes_max - posts->bytes) {
        atomic_fetch_add_explicit(&posts->dropped, 1, memory_order_relaxed);
        return STROBE_ELIMIT;
    }
    if (posts->last == NULL) {
        posts->first = post;
    } else {
        posts->last->next = post;
    }
    posts->last = post;
    posts->bytes += post->size;
    return 0;
}

int strobe_posts_add(struct strobe_posts *posts, char *text, size_t size)
{
    struct strobe_post *post = malloc(sizeof *post);
    if (post == NULL) {
        free_text(text, size);
        return STROBE_ENOMEM;
    }
    *post = (struct strobe_post){.size = size, .text = text};
    pthread_mutex_lock(&posts->mutex);
    int status = append(posts, post);
    pthread_mutex_unlock(&posts->mutex);
    if (status < 0) {
        strobe_post_free(post);
    }
    return status;
}

struct strobe_post *strobe_posts_take(struct strobe_posts *posts)
{
    pthread_mutex_lock(&posts->mutex);
    struct strobe_post *post = posts->first;
    if (post != NULL) {
        posts->first = post->next;
        if (posts->first == NULL) {
            posts->last = NULL;
        }
        posts->bytes -= post->size;
    }
    pthread_mutex_unlock(&posts->mutex);
    return post;
}

bool strobe_posts_empty(struct strobe_posts *posts)
{
    pthread_mutex_lock(&posts->mutex);
    bool empty = posts->first == NULL;
    pthread_mutex_unlock(&posts->mutex);
    return empty;
}
