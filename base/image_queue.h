/**
 * Bounded queue of byte images from the program's threads to the link thread: many producers, one consumer, no locks.
 *
 * A producer never waits: a full queue refuses. Bounded in images and in bytes.
 */
#ifndef STROBE_IMAGE_QUEUE_H
#define STROBE_IMAGE_QUEUE_H

#include <stddef.h>
#include <stdint.h>

/** Bytes of one capture; owned by whoever holds the pointer. */
struct strobe_image {
    size_t size;
    int kind; /* of the one who made it; 0 when new */
    uint8_t bytes[];
};

/** New image of kind 0 with room for `size` bytes; NULL when memory is exhausted. */
struct strobe_image *strobe_image_new(size_t size);

/** Overwrite the bytes with zeros, then release. NULL is fine. */
void strobe_image_free(struct strobe_image *image);

struct strobe_image_queue;

/** New queue; `images_max` is a power of two. NULL when memory is exhausted. */
struct strobe_image_queue *strobe_image_queue_new(size_t images_max, size_t bytes_max);

/** Release the queue and wipe what is still in it. Thread: with no other user left. NULL is fine. */
void strobe_image_queue_free(struct strobe_image_queue *queue);

/**
 * Hand over `image`. Thread: any.   GIL: not needed.
 * @return 0 (the queue owns it now), 1 the same and the queue was empty before (wake the consumer), STROBE_ELIMIT when
 *         full (the caller keeps the image)
 */
int strobe_image_queue_push(struct strobe_image_queue *queue, struct strobe_image *image);

/** The oldest image, now the caller's, or NULL. Thread: the one consumer. */
struct strobe_image *strobe_image_queue_pop(struct strobe_image_queue *queue);

#endif
