#include "base/tensor_layout.h"

#define BIT(n) (UINT64_C(1) << (n))
#define BITS(from, to) ((BIT((to) - (from) + 1) - 1) << (from))

/* The keys that say nothing of the items: autograd's in a row, names of dimensions, autocast's in a row. */
#define SENSELESS_2_5(autocast_end) (BITS(35, 38) | BIT(31) | BITS(40, autocast_end))

/* What stands at the same bits from 2.5 to 2.15. */
#define KINDS .quantized = BIT(20), .mkldnn = BIT(22), .sparse = BIT(23) | BIT(24)

/* Up to 2.12. */
#define KEYS_2_5 .lazy_conjugate = BIT(32), .lazy_negative = BIT(33), .zero = BIT(34), KINDS

/* Up to 2.9 the object says whether it owns the tensor; the tensor has the interpreter before the object, and a mark in
 * the object's address. */
#define PLACES_2_5                                                                                            \
    .object_bytes = 48, .object_lent = 16, .object_tensor = 24, .bytes = 184, .object = 56, .object_mark = 1, \
    .sizes = 64, .requires_grad = 144
#define PLACES_2_10 \
    .object_bytes = 40, .object_tensor = 16, .bytes = 184, .object = 56, .sizes = 64, .requires_grad = 144
#define PLACES_2_13 \
    .object_bytes = 40, .object_tensor = 16, .bytes = 176, .object = 48, .sizes = 56, .requires_grad = 128

static const struct {
    unsigned major, first_minor, last_minor;
    struct strobe_tensor_layout layout;
} known[] = {
    {2, 5, 6, {PLACES_2_5, KEYS_2_5, .backends = BITS(0, 14), .dense = BIT(15), .without_sense = SENSELESS_2_5(47)}},
    {2, 7, 7, {PLACES_2_5, KEYS_2_5, .backends = BITS(0, 14), .dense = BIT(15), .without_sense = SENSELESS_2_5(48)}},
    {2, 8, 9, {PLACES_2_5, KEYS_2_5, .backends = BITS(0, 15), .dense = BIT(16), .without_sense = SENSELESS_2_5(49)}},
    {2, 10, 12, {PLACES_2_10, KEYS_2_5, .backends = BITS(0, 15), .dense = BIT(16), .without_sense = SENSELESS_2_5(49)}},
    {2,
     13,
     15,
     {PLACES_2_13, KINDS, .backends = BITS(0, 15), .dense = BIT(16), .without_sense = BITS(34, 37) | BITS(39, 48),
      .lazy_conjugate = BIT(31), .lazy_negative = BIT(32), .zero = BIT(33)}},
};

const struct strobe_tensor_layout *strobe_tensor_layout_of(unsigned major, unsigned minor)
{
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (known[i].major == major && known[i].first_minor <= minor && minor <= known[i].last_minor) {
            return &known[i].layout;
        }
    }
    return NULL;
}

/* A number of at most three digits. @return what follows it, or NULL */
static const char *read_number(const char *at, const char *end, unsigned *ret_number)
{
    const char *begin = at;
    unsigned number = 0;
    for (; at < end && *at >= '0' && *at <= '9' && at - begin < 4; at++) {
        number = number * 10 + (unsigned)(*at - '0');
    }
    *ret_number = number;
    return at > begin && at - begin < 4 ? at : NULL;
}

const struct strobe_tensor_layout *strobe_tensor_layout_of_version(const char *version, size_t size)
{
    const char *end = version + size;
    unsigned major, minor;
    const char *at = read_number(version, end, &major);
    if (at == NULL || at == end || *at != '.') {
        return NULL;
    }
    at = read_number(at + 1, end, &minor);
    /* `2.16.0a0+git1234` is neither 2.15 nor 2.16 */
    bool is_release = at != NULL && (at == end || *at == '.');
    for (; is_release && at < end && *at != '+'; at++) {
        is_release = *at == '.' || (*at >= '0' && *at <= '9');
    }
    return is_release ? strobe_tensor_layout_of(major, minor) : NULL;
}
