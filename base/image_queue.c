/*
 * A ring of cells after Dmitry Vyukov's bounded queue: each cell carries a turn number. A producer claims a position by
 * compare-and-swap, writes the pointer, then releases the cell by storing turn = position + 1; the consumer acquires
 * that store, so it sees the image complete. C11 atomics rather than Concurrency Kit: ThreadSanitizer understands them.
 */
#include "base/image_queue.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "strobe/error.h"

struct cell {
    atomic_size_t turn;
    struct strobe_image *image;
};

struct strobe_image_queue {
    size_t mask;
    size_t bytes_max;
    atomic_size_t bytes;
    _Alignas(64) atomic_size_t head;    /* next position to write; producers */
    _Alignas(64) size_t tail;           /* next position to read; the consumer alone */
    _Alignas(64) atomic_size_t waiting; /* images pushed and not yet popped */
    struct cell cells[];
};

struct strobe_image *strobe_image_new(size_t size)
{
    struct strobe_image *image = malloc(sizeof *image + size);
    if (image != NULL) {
        image->size = size;
        image->kind = 0;
    }
    return image;
}

void strobe_image_free(struct strobe_image *image)
{
    if (image != NULL) {
        explicit_bzero(image->bytes, image->size);
        free(image);
    }
}

struct strobe_image_queue *strobe_image_queue_new(size_t images_max, size_t bytes_max)
{
    size_t bytes = sizeof(struct strobe_image_queue) + images_max * sizeof(struct cell);
    bytes = (bytes + 63) / 64 * 64;
    struct strobe_image_queue *queue = aligned_alloc(64, bytes);
    if (queue == NULL) {
        return NULL;
    }
    memset(queue, 0, bytes);
    queue->mask = images_max - 1;
    queue->bytes_max = bytes_max;
    for (size_t i = 0; i < images_max; i++) {
        atomic_init(&queue->cells[i].turn, i);
    }
    return queue;
}

void strobe_image_queue_free(struct strobe_image_queue *queue)
{
    if (queue == NULL) {
        return;
    }
    struct strobe_image *image;
    while ((image = strobe_image_queue_pop(queue)) != NULL) {
        strobe_image_free(image);
    }
    free(queue);
}

/* Claim the next free cell. @return it, or NULL when the ring is full */
static struct cell *claim(struct strobe_image_queue *queue, size_t *ret_position)
{
    size_t position = atomic_load_explicit(&queue->head, memory_order_relaxed);
    for (;;) {
        struct cell *cell = &queue->cells[position & queue->mask];
        size_t turn = atomic_load_explicit(&cell->turn, memory_order_acquire);
        if (turn == position) {
            if (atomic_compare_exchange_weak_explicit(&queue->head, &position, position + 1, memory_order_relaxed,
                                                      memory_order_relaxed)) {
                *ret_position = position;
                return cell;
            }
        } else if ((ptrdiff_t)(turn - position) < 0) {
            return NULL;
        } else {
            position = atomic_load_explicit(&queue->head, memory_order_relaxed);
        }
    }
}

int strobe_image_queue_push(struct strobe_image_queue *queue, struct strobe_image *image)
{
    size_t bytes = atomic_fetch_add_explicit(&queue->bytes, image->size, memory_order_relaxed);
    size_t position;
    struct cell *cell = bytes + image->size > queue->bytes_max ? NULL : claim(queue, &position);
    if (cell == NULL) {
        atomic_fetch_sub_explicit(&queue->bytes, image->size, memory_order_relaxed);
        return STROBE_ELIMIT;
    }
    cell->image = image;
    /* Pairs with the acquire in pop. */
    atomic_store_explicit(&cell->turn, position + 1, memory_order_release);
    return atomic_fetch_add_explicit(&queue->waiting, 1, memory_order_acq_rel) == 0 ? 1 : 0;
}

struct strobe_image *strobe_image_queue_pop(struct strobe_image_queue *queue)
{
    struct cell *cell = &queue->cells[queue->tail & queue->mask];
    if (atomic_load_explicit(&cell->turn, memory_order_acquire) != queue->tail + 1) {
        return NULL;
    }
    struct strobe_image *image = cell->image;
    cell->image = NULL;
    /* The cell is free again one round later. Pairs with the acquire in claim. */
    atomic_store_explicit(&cell->turn, queue->tail + queue->mask + 1, memory_order_release);
    queue->tail++;
    atomic_fetch_sub_explicit(&queue->bytes, image->size, memory_order_relaxed);
    atomic_fetch_sub_explicit(&queue->waiting, 1, memory_order_acq_rel);
    return image;
}
