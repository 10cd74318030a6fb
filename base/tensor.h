/**
 * A tensor of torch, read as bare memory: kind, size, device and first items.
 *
 * Nothing of torch is called and nothing is dereferenced: each piece is a copy by the kernel (own_memory.h), and is
 * believed only when all that it says fits together: the tensor names the Python object as its own, the number of items
 * is the product of the sizes, device and kind agree in three places, the items lie within their storage. Memory that
 * other threads change meanwhile (torch works without the GIL) is found out by reading it again.
 *
 * Thread: any.   No function here allocates, takes a lock, or waits.
 */
#ifndef STROBE_TENSOR_H
#define STROBE_TENSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/own_memory.h"
#include "base/tensor_layout.h"

enum { STROBE_TENSOR_DIMENSIONS_MAX = 32, STROBE_TENSOR_ITEM_BYTES_MAX = 16 };

/** c10::DeviceType, by its number. */
enum { STROBE_TENSOR_CPU = 0, STROBE_TENSOR_META = 14, STROBE_TENSOR_DEVICES = 21 };

/** What the memory of a tensor holds, as far as people care. */
enum strobe_tensor_form {
    STROBE_TENSOR_PLAIN, /* items at their places */
    STROBE_TENSOR_CONJUGATED,
    STROBE_TENSOR_NEGATED, /* what the memory has is to be negated or conjugated first */
    STROBE_TENSOR_ZERO,
    STROBE_TENSOR_QUANTIZED,
    STROBE_TENSOR_MKLDNN,
    STROBE_TENSOR_SPARSE,
    STROBE_TENSOR_FORMS
};

/** c10::ScalarType. */
struct strobe_tensor_type {
    const char *name;         /* as torch calls it */
    char kind;                /* of numpy: ?, i, u, f, c; 'b': the upper half of a float of 4 bytes; 0: not shown */
    unsigned char item_bytes; /* in memory; 0: not known */
};

struct strobe_tensor {
    enum strobe_tensor_form form;
    const struct strobe_tensor_type *type;
    int device, device_number; /* the number is negative when there is none */
    int requires_grad;         /* 0, 1, or -1: not known */
    unsigned dimensions;
    int64_t sizes[STROBE_TENSOR_DIMENSIONS_MAX];
    int64_t strides[STROBE_TENSOR_DIMENSIONS_MAX]; /* in items */
    int64_t items;                                 /* the product of the sizes */
    bool in_memory;                                /* items are in this process's memory, as `type` says */
    bool is_own;                                   /* torch took that memory for them from malloc */
    uintptr_t data, data_context;                  /* of the storage; who owns it, where torch does not */
    /* for the functions below */
    uintptr_t address, storage_address;
    int64_t offset; /* in items */
    int64_t storage_bytes;
    uint8_t bytes[STROBE_TENSOR_BYTES_MAX];
    uint8_t storage[STROBE_TENSOR_STORAGE_BYTES];
};

/**
 * Read the tensor at `address`, which the Python object at `object` owns. Pages that `memory` has kept are used.
 * @return NULL, or why it cannot be read, for people; then `ret_tensor` is undefined
 */
const char *strobe_tensor_read(struct strobe_own_memory *memory, const struct strobe_tensor_layout *layout,
                               uintptr_t address, uintptr_t object, struct strobe_tensor *ret_tensor);

/**
 * Copy the first `count` items, in the order of C, close together; of a tensor that is `in_memory`, with 4 bytes for
 * each of kind 'b'. `count` is at most `tensor->items`. Items that lie far apart cost a system call each: it stops
 * after STROBE_CAPTURE_TENSOR_CALLS_MAX of them.   @return how many were copied, or -1 when one cannot be read
 */
int strobe_tensor_copy(struct strobe_own_memory *memory, const struct strobe_tensor *tensor, int count,
                       uint8_t *ret_items);

/** Whether the tensor and its storage are still as they were read. Forgets the pages of `memory`. */
bool strobe_tensor_is_unchanged(struct strobe_own_memory *memory, const struct strobe_tensor_layout *layout,
                                const struct strobe_tensor *tensor);

#endif
