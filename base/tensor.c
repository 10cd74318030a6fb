#include "base/tensor.h"

#include <string.h>

#include "strobe/limits.h"

enum {
    DIMENSIONS_BEYOND = 1024,      /* no tensor has so many */
    LIBRARY_BYTES_MAX = 8 << 20,   /* libc10, which has both the allocator and tensors */
    FLAG_NO_STORAGE = 0x02,        /* in the first byte of the flags: the storage must not be touched */
    FLAG_SIZES_COMPUTED = 0x08,    /* in the second: by code of a subclass */
    FLAG_SIZES_SYMBOLIC = 0x10,    /* in the second: pointers to expressions */
    FLAGS_STRIDES_COMPUTED = 0x24, /* in the second: in a sparse tensor */
    FLAGS_PLAIN_2 = 0x03,          /* in the second: what a plain one may have */
    FLAGS_LAYOUT = 0x05,           /* in the third: a kind of its own, as sparse ones are */
    FLAGS_USED_3 = 0x7F            /* in the third: its last bit is set by nobody and may be anything */
};

/* By number, 2.5 to 2.15. Beyond the end of the table nothing is read. */
static const struct strobe_tensor_type types[] = {
    {"uint8", 'u', 1},
    {"int8", 'i', 1},
    {"int16", 'i', 2},
    {"int32", 'i', 4},
    {"int64", 'i', 8},
    {"float16", 'f', 2},
    {"float32", 'f', 4},
    {"float64", 'f', 8},
    {"complex32", 0, 4},
    {"complex64", 'c', 8},
    {"complex128", 'c', 16},
    {"bool", '?', 1},
    {"qint8", 0, 1},
    {"quint8", 0, 1},
    {"qint32", 0, 4},
    {"bfloat16", 'b', 2},
    {"quint4x2", 0, 1},
    {"quint2x4", 0, 1},
    {"bits1x8", 0, 1},
    {"bits2x4", 0, 1},
    {"bits4x2", 0, 1},
    {"bits8", 0, 1},
    {"bits16", 0, 2},
    {"float8_e5m2", 0, 1},
    {"float8_e4m3fn", 0, 1},
    {"float8_e5m2fnuz", 0, 1},
    {"float8_e4m3fnuz", 0, 1},
    {"uint16", 'u', 2},
    {"uint32", 'u', 4},
    {"uint64", 'u', 8},
    {"uint1", 0, 1},
    {"uint2", 0, 1},
    {"uint3", 0, 1},
    {"uint4", 0, 1},
    {"uint5", 0, 1},
    {"uint6", 0, 1},
    {"uint7", 0, 1},
    {"int1", 0, 1},
    {"int2", 0, 1},
    {"int3", 0, 1},
    {"int4", 0, 1},
    {"int5", 0, 1},
    {"int6", 0, 1},
    {"int7", 0, 1},
    {"float8_e8m0fnu", 0, 1},
    {"float4_e2m1fn_x2", 0, 1},
    {"bcomplex32", 0, 4},
};

static const char misfit[] = "its memory is not as that of other tensors";

static uint64_t word(const uint8_t *bytes, size_t offset)
{
    uint64_t value;
    memcpy(&value, bytes + offset, sizeof value);
    return value;
}

static uint32_t half_word(const uint8_t *bytes, size_t offset)
{
    uint32_t value;
    memcpy(&value, bytes + offset, sizeof value);
    return value;
}

/* ---- What kind of tensor ---- */

static const char *read_kind(const struct strobe_tensor_layout *layout, uint64_t keys, struct strobe_tensor *tensor)
{
    const uint64_t lazy = layout->lazy_conjugate | layout->lazy_negative | layout->zero;
    const uint64_t kinds = layout->dense | layout->quantized | layout->mkldnn | layout->sparse;
    const uint64_t backends = keys & layout->backends;
    if ((keys & ~(layout->backends | layout->without_sense | lazy | kinds)) != 0) {
        return "it stands for another tensor (of functorch, a functional or nested one, or one with code of Python)";
    }
    if ((keys & kinds & ((keys & kinds) - 1)) != 0 || (backends & (backends - 1)) != 0 ||
        ((keys & (layout->dense | layout->quantized)) != 0 && backends == 0)) {
        return misfit;
    }
    tensor->form = (keys & layout->sparse) != 0           ? STROBE_TENSOR_SPARSE
                   : (keys & layout->mkldnn) != 0         ? STROBE_TENSOR_MKLDNN
                   : (keys & layout->quantized) != 0      ? STROBE_TENSOR_QUANTIZED
                   : (keys & layout->zero) != 0           ? STROBE_TENSOR_ZERO
                   : (keys & layout->lazy_conjugate) != 0 ? STROBE_TENSOR_CONJUGATED
                   : (keys & layout->lazy_negative) != 0  ? STROBE_TENSOR_NEGATED
                                                          : STROBE_TENSOR_PLAIN;
    bool on_cpu = (backends & 1) != 0;
    return (keys & layout->dense) != 0 && on_cpu != (tensor->device == STROBE_TENSOR_CPU) ? misfit : NULL;
}

static const char *read_type(const struct strobe_tensor_layout *layout, struct strobe_tensor *tensor)
{
    const uint8_t *at = tensor->bytes + layout->sizes;
    uint16_t type;
    memcpy(&type, at + STROBE_TENSOR_SIZES_AT_DTYPE, sizeof type);
    const uint8_t *device = at + STROBE_TENSOR_SIZES_AT_DEVICE, *flags = at + STROBE_TENSOR_SIZES_AT_FLAGS;
    tensor->device = device[0];
    tensor->device_number = device[1] < 0x80 ? device[1] : device[1] - 0x100;
    if (type >= sizeof types / sizeof types[0]) {
        return "its type of items is not known";
    }
    if (tensor->device >= STROBE_TENSOR_DEVICES || tensor->device_number < -1 || device[2] != 1) {
        return misfit;
    }
    tensor->type = &types[type];
    const char *why = read_kind(layout, word(at, STROBE_TENSOR_SIZES_AT_KEYS), tensor);
    if (why != NULL) {
        return why;
    }
    if ((flags[1] & (FLAG_SIZES_COMPUTED | FLAG_SIZES_SYMBOLIC)) != 0) {
        return "its sizes are computed";
    }
    bool is_sparse = tensor->form == STROBE_TENSOR_SPARSE || tensor->form == STROBE_TENSOR_MKLDNN;
    if ((flags[1] & ~(FLAGS_PLAIN_2 | (is_sparse ? FLAGS_STRIDES_COMPUTED : 0))) != 0 ||
        (flags[2] & FLAGS_USED_3 & ~(is_sparse ? FLAGS_LAYOUT : 0)) != 0) {
        return "code of Python says what it is";
    }
    tensor->in_memory = tensor->form == STROBE_TENSOR_PLAIN && tensor->device == STROBE_TENSOR_CPU &&
                        (flags[0] & FLAG_NO_STORAGE) == 0 && tensor->type->kind != 0;
    return NULL;
}

/* ---- Sizes ---- */

static bool multiply_sizes(const struct strobe_tensor *tensor, int64_t *ret_items)
{
    int64_t items = 1;
    for (unsigned i = 0; i < tensor->dimensions; i++) {
        if (tensor->sizes[i] < 0 || __builtin_mul_overflow(items, tensor->sizes[i], &items)) {
            return false;
        }
    }
    *ret_items = items;
    return true;
}

static const char *read_sizes(struct strobe_own_memory *memory, const struct strobe_tensor_layout *layout,
                              struct strobe_tensor *tensor)
{
    const uint8_t *at = tensor->bytes + layout->sizes;
    uint64_t count = word(at, 0);
    if (count > STROBE_TENSOR_DIMENSIONS_MAX) {
        return count < DIMENSIONS_BEYOND ? "it has more dimensions than are shown" : misfit;
    }
    tensor->dimensions = (unsigned)count;
    size_t bytes = (size_t)count * sizeof tensor->sizes[0];
    if (count <= STROBE_TENSOR_DIMENSIONS_INLINE) {
        memcpy(tensor->sizes, at + STROBE_TENSOR_SIZES_AT_SIZES, bytes);
        memcpy(tensor->strides, at + STROBE_TENSOR_SIZES_AT_STRIDES, bytes);
    } else {
        uintptr_t elsewhere = (uintptr_t)word(at, STROBE_TENSOR_SIZES_AT_SIZES);
        if (!strobe_own_memory_read(memory, elsewhere, tensor->sizes, bytes) ||
            !strobe_own_memory_read(memory, elsewhere + bytes, tensor->strides, bytes)) {
            return misfit;
        }
    }
    tensor->offset = (int64_t)word(at, STROBE_TENSOR_SIZES_AT_OFFSET);
    bool fits =
        multiply_sizes(tensor, &tensor->items) && tensor->offset >= 0 &&
        (tensor->form == STROBE_TENSOR_SPARSE || (uint64_t)tensor->items == word(at, STROBE_TENSOR_SIZES_AT_ITEMS));
    return fits ? NULL : misfit;
}

/* ---- What belongs to it ---- */

/*
 * Memory that torch took from malloc is its own context, and freed by a function of the library that has the virtual
 * table of tensors which are no subclass. Anything else may be a file, a device's, or of somebody whom nobody knows.
 */
static bool is_allocated(const struct strobe_tensor *tensor)
{
    uint64_t table = word(tensor->bytes, 0), deleter = word(tensor->storage, STROBE_TENSOR_STORAGE_AT_DELETER);
    uint64_t distance = table > deleter ? table - deleter : deleter - table;
    return tensor->data_context == tensor->data && distance < LIBRARY_BYTES_MAX;
}

static const char *read_storage(struct strobe_own_memory *memory, struct strobe_tensor *tensor)
{
    const uint8_t *storage = tensor->storage;
    tensor->storage_address = (uintptr_t)word(tensor->bytes, STROBE_TENSOR_AT_STORAGE);
    if (!strobe_own_memory_read(memory, tensor->storage_address, tensor->storage, sizeof tensor->storage)) {
        return misfit;
    }
    tensor->data = (uintptr_t)word(storage, STROBE_TENSOR_STORAGE_AT_DATA);
    tensor->data_context = (uintptr_t)word(storage, STROBE_TENSOR_STORAGE_AT_CONTEXT);
    tensor->storage_bytes = (int64_t)word(storage, STROBE_TENSOR_STORAGE_AT_BYTES);
    if (half_word(storage, STROBE_TENSOR_AT_COUNT) == 0 ||
        storage[STROBE_TENSOR_STORAGE_AT_DEVICE] != STROBE_TENSOR_CPU || tensor->storage_bytes < 0) {
        return misfit;
    }
    tensor->is_own = is_allocated(tensor);
    return NULL;
}

/*
 * As torch says it: by itself, or because it was computed from what does. Before these stands a std::string, empty in
 * nearly all tensors: one that points into itself is laid out as here. Builds with the older strings of libstdc++ (such
 * as the wheels of 2.5 and 2.6) are not.
 */
static int read_requires_grad(struct strobe_own_memory *memory, const struct strobe_tensor_layout *layout,
                              const struct strobe_tensor *tensor)
{
    uint8_t bytes[STROBE_TENSOR_AUTOGRAD_BYTES];
    uintptr_t address = (uintptr_t)word(tensor->bytes, STROBE_TENSOR_AT_AUTOGRAD);
    if (address == 0) {
        return 0;
    }
    if (address % sizeof(void *) != 0 || !strobe_own_memory_read(memory, address, bytes, sizeof bytes) ||
        word(bytes, STROBE_TENSOR_AUTOGRAD_AT_NAME) != address + STROBE_TENSOR_AUTOGRAD_AT_NAME_TEXT ||
        bytes[layout->requires_grad] > 1) {
        return -1;
    }
    return bytes[layout->requires_grad] != 0 || word(bytes, STROBE_TENSOR_AUTOGRAD_AT_FUNCTION) != 0;
}

/* ---- The whole ---- */

const char *strobe_tensor_read(struct strobe_own_memory *memory, const struct strobe_tensor_layout *layout,
                               uintptr_t address, uintptr_t object, struct strobe_tensor *ret_tensor)
{
    struct strobe_tensor *tensor = ret_tensor;
    memset(tensor, 0, offsetof(struct strobe_tensor, bytes));
    tensor->address = address;
    if (address % sizeof(void *) != 0 || !strobe_own_memory_read(memory, address, tensor->bytes, layout->bytes) ||
        (word(tensor->bytes, layout->object) & ~(uint64_t)layout->object_mark) != object ||
        half_word(tensor->bytes, STROBE_TENSOR_AT_COUNT) == 0) {
        return misfit;
    }
    const char *why = read_type(layout, tensor);
    why = why != NULL ? why : read_sizes(memory, layout, tensor);
    why = why != NULL || !tensor->in_memory ? why : read_storage(memory, tensor);
    tensor->requires_grad = why == NULL ? read_requires_grad(memory, layout, tensor) : -1;
    return why;
}

/* Where item number `index` of the order of C stands. @return false when it is not within the storage */
static bool find_item(const struct strobe_tensor *tensor, int64_t index, uintptr_t *ret_address)
{
    int64_t place = tensor->offset, step;
    for (unsigned i = tensor->dimensions; i-- > 0;) {
        if (__builtin_mul_overflow(tensor->strides[i], index % tensor->sizes[i], &step) ||
            __builtin_add_overflow(place, step, &place)) {
            return false;
        }
        index /= tensor->sizes[i];
    }
    int64_t last = tensor->storage_bytes / tensor->type->item_bytes - 1;
    if (place < 0 || place > last) {
        return false;
    }
    *ret_address = tensor->data + (uintptr_t)place * tensor->type->item_bytes;
    return true;
}

int strobe_tensor_copy(struct strobe_own_memory *memory, const struct strobe_tensor *tensor, int count,
                       uint8_t *ret_items)
{
    const size_t item_bytes = tensor->type->item_bytes;
    const size_t padding = tensor->type->kind == 'b' ? sizeof(float) - item_bytes : 0; /* the lowest byte comes first */
    const uint64_t calls_max = memory->calls + STROBE_CAPTURE_TENSOR_CALLS_MAX;
    int copied = 0;
    if (!tensor->in_memory) {
        return -1;
    }
    for (; copied < count && memory->calls < calls_max; copied++) {
        uint8_t *to = ret_items + (size_t)copied * (padding + item_bytes);
        uintptr_t from;
        memset(to, 0, padding);
        if (!find_item(tensor, copied, &from) || !strobe_own_memory_read(memory, from, to + padding, item_bytes)) {
            return -1;
        }
    }
    return copied;
}

bool strobe_tensor_is_unchanged(struct strobe_own_memory *memory, const struct strobe_tensor_layout *layout,
                                const struct strobe_tensor *tensor)
{
    uint8_t bytes[STROBE_TENSOR_BYTES_MAX], storage[STROBE_TENSOR_STORAGE_BYTES];
    strobe_own_memory_renew(memory);
    if (!strobe_own_memory_read(memory, tensor->address, bytes, layout->bytes)) {
        return false;
    }
    memcpy(bytes + STROBE_TENSOR_AT_COUNT, tensor->bytes + STROBE_TENSOR_AT_COUNT, sizeof(uint64_t)); /* references */
    if (memcmp(bytes, tensor->bytes, layout->bytes) != 0) {
        return false;
    }
    if (!tensor->in_memory) {
        return true;
    }
    if (!strobe_own_memory_read(memory, tensor->storage_address, storage, sizeof storage)) {
        return false;
    }
    memcpy(storage + STROBE_TENSOR_AT_COUNT, tensor->storage + STROBE_TENSOR_AT_COUNT, sizeof(uint64_t));
    return memcmp(storage, tensor->storage, sizeof storage) == 0;
}
