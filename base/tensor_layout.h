/**
 * Where torch keeps what in a tensor: C++ objects whose layout is private and changes between releases. Three
 * arrangements are known, for the releases of the table in tensor_layout.c, each taken from the headers that torch
 * installs and compared with torch itself by tests/ext/snapshot/test_capture_torch.py.
 */
#ifndef STROBE_TENSOR_LAYOUT_H
#define STROBE_TENSOR_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    STROBE_TENSOR_BYTES_MAX = 184,       /* of a c10::TensorImpl */
    STROBE_TENSOR_STORAGE_BYTES = 56,    /* of a c10::StorageImpl, as far as it is read */
    STROBE_TENSOR_AUTOGRAD_BYTES = 160,  /* of an AutogradMeta, likewise */
    STROBE_TENSOR_DIMENSIONS_INLINE = 5, /* more are kept elsewhere */
};

/** Offsets in bytes. The sets are of c10::DispatchKeySet: what kind of tensor it is. */
struct strobe_tensor_layout {
    unsigned object_bytes;  /* of the Python object, as far as it is read */
    unsigned object_lent;   /* in the object: a byte that is 0 while the object owns the tensor; 0: there is none */
    unsigned object_tensor; /* in the object: the address of the tensor */
    unsigned bytes;         /* of the tensor */
    unsigned object;        /* in the tensor: the address of the object ... */
    uintptr_t object_mark;  /* ... and bits of it that mean something else */
    unsigned sizes;         /* in the tensor: count, sizes and strides, or the count and where both are */
    unsigned requires_grad; /* in the AutogradMeta: a bool */
    uint64_t backends;      /* of the set: one bit for each kind of device */
    uint64_t dense;         /* its items stand in memory, one at each place */
    uint64_t without_sense; /* says nothing of what the items are */
    uint64_t lazy_conjugate, lazy_negative, zero;
    uint64_t quantized, mkldnn, sparse;
};

/** The same in all that are known: in the tensor, from `sizes` on where so it says, in the storage, in AutogradMeta. */
enum {
    STROBE_TENSOR_AT_COUNT = 8, /* of references, 32 bits; in the storage, too */
    STROBE_TENSOR_AT_STORAGE = 16,
    STROBE_TENSOR_AT_AUTOGRAD = 24,
    STROBE_TENSOR_SIZES_AT_SIZES = 8,
    STROBE_TENSOR_SIZES_AT_STRIDES = 48,
    STROBE_TENSOR_SIZES_AT_OFFSET = 88,
    STROBE_TENSOR_SIZES_AT_ITEMS = 96,
    STROBE_TENSOR_SIZES_AT_DTYPE = 104,
    STROBE_TENSOR_SIZES_AT_DEVICE = 106, /* type, number, whether there is one */
    STROBE_TENSOR_SIZES_AT_FLAGS = 109,  /* three bytes */
    STROBE_TENSOR_SIZES_AT_KEYS = 112,
    STROBE_TENSOR_STORAGE_AT_DATA = 16,
    STROBE_TENSOR_STORAGE_AT_DELETER = 24,
    STROBE_TENSOR_STORAGE_AT_CONTEXT = 32,
    STROBE_TENSOR_STORAGE_AT_DEVICE = 40,
    STROBE_TENSOR_STORAGE_AT_BYTES = 48,
    STROBE_TENSOR_AUTOGRAD_AT_NAME = 8,
    STROBE_TENSOR_AUTOGRAD_AT_NAME_TEXT = 24,
    STROBE_TENSOR_AUTOGRAD_AT_FUNCTION = 48,
};

/** The layout of a release of torch: static, or NULL when it is not known. Thread: any. */
const struct strobe_tensor_layout *strobe_tensor_layout_of(unsigned major, unsigned minor);

/** The same for the text of a version, `2.15.0+cpu`, of `size` bytes. */
const struct strobe_tensor_layout *strobe_tensor_layout_of_version(const char *version, size_t size);

#endif
