#include "base/tensor.h"

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "strobe/limits.h"

enum { LIBRARY = 0x10000000, ITEMS = 12 };

/* Stands for an object of Python, a tensor, a storage and items in memory; `layout` says where what belongs. */
struct stand_in {
    const struct strobe_tensor_layout *layout;
    uint64_t object[8];
    uint8_t tensor[STROBE_TENSOR_BYTES_MAX] __attribute__((aligned(8)));
    uint8_t storage[96] __attribute__((aligned(8)));
    uint8_t autograd[200] __attribute__((aligned(8)));
    int64_t many[STROBE_TENSOR_DIMENSIONS_MAX * 2];
    float items[ITEMS];
};

static struct strobe_own_memory *memory;

static int make_reader(void **state)
{
    (void)state;
    memory = malloc(sizeof *memory);
    return memory != NULL && strobe_own_memory_init(memory) == 0 ? 0 : -1;
}

static int free_reader(void **state)
{
    (void)state;
    strobe_own_memory_done(memory);
    free(memory);
    return 0;
}

static void put(uint8_t *bytes, size_t offset, uint64_t value)
{
    memcpy(bytes + offset, &value, sizeof value);
}

static uint8_t *sizes_of(struct stand_in *stand_in)
{
    return stand_in->tensor + stand_in->layout->sizes;
}

static uint64_t plain_keys(const struct strobe_tensor_layout *layout)
{
    return 1 | layout->dense | layout->without_sense;
}

/* A tensor of 3 x 4 floats, 0.0 to 11.0, which requires no gradient. */
static void make(struct stand_in *stand_in, const struct strobe_tensor_layout *layout)
{
    static const int64_t sizes[] = {3, 4}, strides[] = {4, 1};
    static const uint8_t device_and_flags[] = {STROBE_TENSOR_CPU, 0xFF, 1, 0x41, 0x01, 0};
    memset(stand_in, 0, sizeof *stand_in);
    stand_in->layout = layout;
    uint8_t *at = sizes_of(stand_in);
    put(stand_in->tensor, 0, LIBRARY);
    put(stand_in->tensor, STROBE_TENSOR_AT_COUNT, UINT64_C(0x100000001));
    put(stand_in->tensor, STROBE_TENSOR_AT_STORAGE, (uintptr_t)stand_in->storage);
    put(stand_in->tensor, layout->object, (uintptr_t)stand_in->object | layout->object_mark);
    put(at, 0, 2);
    memcpy(at + STROBE_TENSOR_SIZES_AT_SIZES, sizes, sizeof sizes);
    memcpy(at + STROBE_TENSOR_SIZES_AT_STRIDES, strides, sizeof strides);
    put(at, STROBE_TENSOR_SIZES_AT_ITEMS, ITEMS);
    at[STROBE_TENSOR_SIZES_AT_DTYPE] = 6;
    memcpy(at + STROBE_TENSOR_SIZES_AT_DEVICE, device_and_flags, sizeof device_and_flags);
    put(at, STROBE_TENSOR_SIZES_AT_KEYS, plain_keys(layout));
    put(stand_in->storage, STROBE_TENSOR_AT_COUNT, UINT64_C(0x100000001));
    put(stand_in->storage, STROBE_TENSOR_STORAGE_AT_DATA, (uintptr_t)stand_in->items);
    put(stand_in->storage, STROBE_TENSOR_STORAGE_AT_DELETER, LIBRARY + 4096);
    put(stand_in->storage, STROBE_TENSOR_STORAGE_AT_CONTEXT, (uintptr_t)stand_in->items);
    put(stand_in->storage, STROBE_TENSOR_STORAGE_AT_BYTES, sizeof stand_in->items);
    for (int i = 0; i < ITEMS; i++) {
        stand_in->items[i] = (float)i;
    }
}

static const char *look(struct stand_in *stand_in, struct strobe_tensor *ret_tensor)
{
    strobe_own_memory_renew(memory);
    return strobe_tensor_read(memory, stand_in->layout, (uintptr_t)stand_in->tensor, (uintptr_t)stand_in->object,
                              ret_tensor);
}

static const struct strobe_tensor_layout *newest(void)
{
    return strobe_tensor_layout_of(2, 15);
}

static void test_tensor_is_read_in_each_layout(void **state)
{
    (void)state;
    for (unsigned minor = 5; minor <= 15; minor++) {
        struct stand_in stand_in;
        struct strobe_tensor tensor;
        float items[ITEMS];
        const struct strobe_tensor_layout *layout = strobe_tensor_layout_of(2, minor);
        assert_non_null(layout);
        make(&stand_in, layout);
        assert_null(look(&stand_in, &tensor));
        assert_string_equal(tensor.type->name, "float32");
        assert_int_equal(tensor.dimensions, 2);
        assert_int_equal(tensor.sizes[0], 3);
        assert_int_equal(tensor.sizes[1], 4);
        assert_int_equal(tensor.device, STROBE_TENSOR_CPU);
        assert_int_equal(tensor.device_number, -1);
        assert_int_equal(tensor.requires_grad, 0);
        assert_true(tensor.in_memory && tensor.is_own);
        assert_int_equal(strobe_tensor_copy(memory, &tensor, ITEMS, (uint8_t *)items), ITEMS);
        assert_memory_equal(items, stand_in.items, sizeof items);
        assert_true(strobe_tensor_is_unchanged(memory, layout, &tensor));
    }
}

static void test_layout_is_known_by_version(void **state)
{
    (void)state;
    static const char *const known[] = {"2.15.0+cu132", "2.15.0", "2.15", "2.14.1+cpu"};
    static const char *const unknown[] = {"2.16.0", "2.4.1", "3.15.0", "2.15.0a0+git12", "2",
                                          "2.",     "",      "2.x",    "2.13.0.post1",   "20000.15.0"};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        assert_ptr_equal(strobe_tensor_layout_of_version(known[i], strlen(known[i])), newest());
    }
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        assert_null(strobe_tensor_layout_of_version(unknown[i], strlen(unknown[i])));
    }
}

static void test_items_stand_in_the_order_of_c_whatever_their_strides(void **state)
{
    (void)state;
    struct stand_in stand_in;
    struct strobe_tensor tensor;
    float items[6];
    make(&stand_in, newest());
    uint8_t *at = sizes_of(&stand_in);
    put(at, STROBE_TENSOR_SIZES_AT_SIZES, 2);
    put(at, STROBE_TENSOR_SIZES_AT_SIZES + 8, 3);
    put(at, STROBE_TENSOR_SIZES_AT_STRIDES, 1);
    put(at, STROBE_TENSOR_SIZES_AT_STRIDES + 8, 4);
    put(at, STROBE_TENSOR_SIZES_AT_OFFSET, 2);
    put(at, STROBE_TENSOR_SIZES_AT_ITEMS, 6);
    assert_null(look(&stand_in, &tensor));
    assert_int_equal(strobe_tensor_copy(memory, &tensor, 6, (uint8_t *)items), 6);
    static const float wanted[] = {2, 6, 10, 3, 7, 11};
    assert_memory_equal(items, wanted, sizeof wanted);
}

static void test_items_beyond_the_storage_are_not_read(void **state)
{
    (void)state;
    struct stand_in stand_in;
    struct strobe_tensor tensor;
    uint8_t items[64];
    make(&stand_in, newest());
    put(stand_in.storage, STROBE_TENSOR_STORAGE_AT_BYTES, sizeof stand_in.items - 1);
    assert_null(look(&stand_in, &tensor));
    assert_int_equal(strobe_tensor_copy(memory, &tensor, ITEMS - 1, items), ITEMS - 1);
    assert_int_equal(strobe_tensor_copy(memory, &tensor, ITEMS, items), -1);
    make(&stand_in, newest());
    put(sizes_of(&stand_in), STROBE_TENSOR_SIZES_AT_STRIDES + 8, (uint64_t)-1);
    assert_null(look(&stand_in, &tensor));
    assert_int_equal(strobe_tensor_copy(memory, &tensor, 2, items), -1);
    put(sizes_of(&stand_in), STROBE_TENSOR_SIZES_AT_STRIDES + 8, INT64_MAX / 2);
    assert_null(look(&stand_in, &tensor));
    assert_int_equal(strobe_tensor_copy(memory, &tensor, 4, items), -1);
}

static void test_items_that_are_no_memory_are_not_read(void **state)
{
    (void)state;
    struct stand_in stand_in;
    struct strobe_tensor tensor;
    uint8_t items[64];
    void *hole = mmap(NULL, STROBE_OWN_PAGE_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    make(&stand_in, newest());
    put(stand_in.storage, STROBE_TENSOR_STORAGE_AT_DATA, (uintptr_t)hole);
    put(stand_in.storage, STROBE_TENSOR_STORAGE_AT_CONTEXT, (uintptr_t)hole);
    assert_null(look(&stand_in, &tensor));
    assert_true(tensor.is_own);
    assert_int_equal(strobe_tensor_copy(memory, &tensor, 1, items), -1);
    munmap(hole, STROBE_OWN_PAGE_BYTES);
}

static void test_items_far_apart_are_copied_in_a_bounded_number_of_calls(void **state)
{
    (void)state;
    struct stand_in stand_in;
    struct strobe_tensor tensor;
    float items[400];
    const size_t pages = 400;
    uint8_t *wide = mmap(NULL, pages * STROBE_OWN_PAGE_BYTES, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    make(&stand_in, newest());
    uint8_t *at = sizes_of(&stand_in);
    put(at, 0, 1);
    put(at, STROBE_TENSOR_SIZES_AT_SIZES, pages);
    put(at, STROBE_TENSOR_SIZES_AT_STRIDES, STROBE_OWN_PAGE_BYTES / sizeof(float));
    put(at, STROBE_TENSOR_SIZES_AT_ITEMS, pages);
    put(stand_in.storage, STROBE_TENSOR_STORAGE_AT_DATA, (uintptr_t)wide);
    put(stand_in.storage, STROBE_TENSOR_STORAGE_AT_CONTEXT, (uintptr_t)wide);
    put(stand_in.storage, STROBE_TENSOR_STORAGE_AT_BYTES, pages * STROBE_OWN_PAGE_BYTES);
    assert_null(look(&stand_in, &tensor));
    assert_int_equal(strobe_tensor_copy(memory, &tensor, (int)pages, (uint8_t *)items),
                     STROBE_CAPTURE_TENSOR_CALLS_MAX);
    munmap(wide, pages * STROBE_OWN_PAGE_BYTES);
}

static void test_more_dimensions_than_fit_are_kept_elsewhere(void **state)
{
    (void)state;
    struct stand_in stand_in;
    struct strobe_tensor tensor;
    make(&stand_in, newest());
    uint8_t *at = sizes_of(&stand_in);
    for (int i = 0; i < 7; i++) {
        stand_in.many[i] = i == 2 ? ITEMS : 1;
        stand_in.many[7 + i] = 1;
    }
    put(at, 0, 7);
    put(at, STROBE_TENSOR_SIZES_AT_SIZES, (uintptr_t)stand_in.many);
    assert_null(look(&stand_in, &tensor));
    assert_int_equal(tensor.dimensions, 7);
    assert_int_equal(tensor.sizes[2], ITEMS);
    put(at, STROBE_TENSOR_SIZES_AT_SIZES, 8);
    assert_non_null(look(&stand_in, &tensor));
    put(at, 0, STROBE_TENSOR_DIMENSIONS_MAX + 1);
    assert_non_null(look(&stand_in, &tensor));
}

static void test_gradient_is_required_by_itself_or_by_what_it_was_computed_from(void **state)
{
    (void)state;
    struct stand_in stand_in;
    struct strobe_tensor tensor;
    make(&stand_in, newest());
    put(stand_in.tensor, STROBE_TENSOR_AT_AUTOGRAD, (uintptr_t)stand_in.autograd);
    assert_null(look(&stand_in, &tensor));
    assert_int_equal(tensor.requires_grad, -1); /* its name is no string of this library */
    put(stand_in.autograd, STROBE_TENSOR_AUTOGRAD_AT_NAME,
        (uintptr_t)stand_in.autograd + STROBE_TENSOR_AUTOGRAD_AT_NAME_TEXT);
    assert_null(look(&stand_in, &tensor));
    assert_int_equal(tensor.requires_grad, 0);
    stand_in.autograd[newest()->requires_grad] = 1;
    assert_null(look(&stand_in, &tensor));
    assert_int_equal(tensor.requires_grad, 1);
    stand_in.autograd[newest()->requires_grad] = 0;
    put(stand_in.autograd, STROBE_TENSOR_AUTOGRAD_AT_FUNCTION, 4711);
    assert_null(look(&stand_in, &tensor));
    assert_int_equal(tensor.requires_grad, 1);
    stand_in.autograd[newest()->requires_grad] = 77;
    assert_null(look(&stand_in, &tensor));
    assert_int_equal(tensor.requires_grad, -1);
    put(stand_in.tensor, STROBE_TENSOR_AT_AUTOGRAD, 8);
    assert_null(look(&stand_in, &tensor));
    assert_int_equal(tensor.requires_grad, -1);
}

static void test_upper_halves_of_floats_become_floats(void **state)
{
    (void)state;
    struct stand_in stand_in;
    struct strobe_tensor tensor;
    float items[2];
    make(&stand_in, newest());
    sizes_of(&stand_in)[STROBE_TENSOR_SIZES_AT_DTYPE] = 15;
    static const uint16_t halves[] = {0x3FC0, 0xC000};
    memcpy(stand_in.items, halves, sizeof halves);
    assert_null(look(&stand_in, &tensor));
    assert_int_equal(strobe_tensor_copy(memory, &tensor, 2, (uint8_t *)items), 2);
    assert_true(items[0] == 1.5F && items[1] == -2.0F);
}

/* ---- What does not fit ---- */

static void test_what_does_not_fit_together_is_no_tensor(void **state)
{
    (void)state;
    const struct strobe_tensor_layout *layout = newest();
    const size_t sizes = layout->sizes;
    const struct {
        size_t offset;
        uint64_t value;
    } wrong[] = {
        {STROBE_TENSOR_AT_COUNT, 0},                                                  /* nobody refers to it */
        {layout->object, 4711},                                                       /* of another object */
        {sizes, 3},                                                                   /* 3 x 4 x 0 are not 12 */
        {sizes, 5000},                                                                /* dimensions */
        {sizes + STROBE_TENSOR_SIZES_AT_SIZES, (uint64_t)-3},                         /* a size below 0 */
        {sizes + STROBE_TENSOR_SIZES_AT_SIZES, INT64_MAX},                            /* too many items */
        {sizes + STROBE_TENSOR_SIZES_AT_OFFSET, (uint64_t)-1},                        /* before the storage */
        {sizes + STROBE_TENSOR_SIZES_AT_ITEMS, 13},                                   /* not the product of the sizes */
        {sizes + STROBE_TENSOR_SIZES_AT_KEYS, 0x3 | layout->dense},                   /* two devices */
        {sizes + STROBE_TENSOR_SIZES_AT_KEYS, 0x2 | layout->dense},                   /* another device than it says */
        {sizes + STROBE_TENSOR_SIZES_AT_KEYS, layout->dense},                         /* on no device */
        {sizes + STROBE_TENSOR_SIZES_AT_KEYS, 1 | layout->dense | layout->quantized}, /* of two kinds */
        {sizes + STROBE_TENSOR_SIZES_AT_KEYS, plain_keys(layout) | UINT64_C(1) << 28}, /* code of Python */
        {sizes + STROBE_TENSOR_SIZES_AT_KEYS, plain_keys(layout) | UINT64_C(1) << 54}, /* functorch */
        {STROBE_TENSOR_AT_STORAGE, 8},                                                 /* no memory */
        {sizes + STROBE_TENSOR_SIZES_AT_DTYPE,
         UINT64_C(0x0001410100010006)}, /* device 1 with the key of the processor */
        {sizes + STROBE_TENSOR_SIZES_AT_DTYPE, UINT64_C(0x00014101FF000077)}, /* type of items */
        {sizes + STROBE_TENSOR_SIZES_AT_DTYPE, UINT64_C(0x00014100FF000006)}, /* no device */
        {sizes + STROBE_TENSOR_SIZES_AT_DTYPE, UINT64_C(0x00094101FF000006)}, /* sizes that a subclass computes */
        {sizes + STROBE_TENSOR_SIZES_AT_DTYPE, UINT64_C(0x00114101FF000006)}, /* symbols for sizes */
        {sizes + STROBE_TENSOR_SIZES_AT_DTYPE, UINT64_C(0x00814101FF000006)}, /* a device of its own */
        {sizes + STROBE_TENSOR_SIZES_AT_DTYPE, UINT64_C(0x20014101FF000006)}, /* a device that Python says */
    };
    struct stand_in stand_in;
    struct strobe_tensor tensor;
    make(&stand_in, layout);
    assert_null(look(&stand_in, &tensor));
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        make(&stand_in, layout);
        put(stand_in.tensor, wrong[i].offset, wrong[i].value);
        if (look(&stand_in, &tensor) == NULL) {
            fail_msg("number %zu was taken for a tensor", i);
        }
    }
}

static void test_bits_that_nobody_sets_may_be_anything(void **state)
{
    (void)state;
    struct stand_in stand_in;
    struct strobe_tensor tensor;
    make(&stand_in, newest());
    sizes_of(&stand_in)[STROBE_TENSOR_SIZES_AT_FLAGS + 2] = 0x80;
    assert_null(look(&stand_in, &tensor));
    for (int bit = 0; bit < 7; bit++) {
        sizes_of(&stand_in)[STROBE_TENSOR_SIZES_AT_FLAGS + 2] = (uint8_t)(1 << bit);
        assert_non_null(look(&stand_in, &tensor));
    }
}

static void test_each_layout_is_no_other(void **state)
{
    (void)state;
    static const unsigned firsts[] = {5, 10, 13}; /* of what differs in places */
    for (size_t i = 0; i < 3; i++) {
        for (size_t j = 0; j < 3; j++) {
            struct stand_in stand_in;
            struct strobe_tensor tensor;
            make(&stand_in, strobe_tensor_layout_of(2, firsts[i]));
            stand_in.layout = strobe_tensor_layout_of(2, firsts[j]);
            bool same_places = stand_in.layout->sizes == strobe_tensor_layout_of(2, firsts[i])->sizes;
            if (!same_places) {
                assert_non_null(look(&stand_in, &tensor));
            }
        }
    }
}

static void test_storage_that_does_not_fit_is_refused(void **state)
{
    (void)state;
    const struct {
        size_t offset;
        uint64_t value;
    } wrong[] = {{STROBE_TENSOR_AT_COUNT, 0},
                 {STROBE_TENSOR_STORAGE_AT_DEVICE, 1},
                 {STROBE_TENSOR_STORAGE_AT_BYTES, (uint64_t)-1}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct stand_in stand_in;
        struct strobe_tensor tensor;
        make(&stand_in, newest());
        put(stand_in.storage, wrong[i].offset, wrong[i].value);
        assert_non_null(look(&stand_in, &tensor));
    }
}

static void test_memory_of_others_is_told_from_that_of_torch(void **state)
{
    (void)state;
    struct stand_in stand_in;
    struct strobe_tensor tensor;
    make(&stand_in, newest());
    put(stand_in.storage, STROBE_TENSOR_STORAGE_AT_CONTEXT, (uintptr_t)stand_in.items + 64);
    assert_null(look(&stand_in, &tensor));
    assert_false(tensor.is_own);
    make(&stand_in, newest());
    put(stand_in.storage, STROBE_TENSOR_STORAGE_AT_DELETER, LIBRARY + (64 << 20));
    assert_null(look(&stand_in, &tensor));
    assert_false(tensor.is_own);
}

static void test_items_elsewhere_or_of_other_forms_are_not_in_memory(void **state)
{
    (void)state;
    const struct strobe_tensor_layout *layout = newest();
    const struct {
        uint64_t keys;
        enum strobe_tensor_form form;
    } others[] = {{layout->dense | layout->lazy_conjugate, STROBE_TENSOR_CONJUGATED},
                  {layout->dense | layout->lazy_negative, STROBE_TENSOR_NEGATED},
                  {layout->dense | layout->zero, STROBE_TENSOR_ZERO},
                  {layout->quantized, STROBE_TENSOR_QUANTIZED},
                  {layout->mkldnn, STROBE_TENSOR_MKLDNN},
                  {layout->sparse & -layout->sparse, STROBE_TENSOR_SPARSE}};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct stand_in stand_in;
        struct strobe_tensor tensor;
        uint8_t item[16];
        make(&stand_in, layout);
        put(sizes_of(&stand_in), STROBE_TENSOR_SIZES_AT_KEYS, 1 | others[i].keys);
        assert_null(look(&stand_in, &tensor));
        assert_int_equal(tensor.form, others[i].form);
        assert_false(tensor.in_memory);
        assert_int_equal(strobe_tensor_copy(memory, &tensor, 1, item), -1);
    }
}

static void test_change_meanwhile_is_seen(void **state)
{
    (void)state;
    struct stand_in stand_in;
    struct strobe_tensor tensor;
    make(&stand_in, newest());
    assert_null(look(&stand_in, &tensor));
    put(stand_in.tensor, STROBE_TENSOR_AT_COUNT, UINT64_C(0x300000007)); /* more references are no change */
    assert_true(strobe_tensor_is_unchanged(memory, newest(), &tensor));
    put(stand_in.storage, STROBE_TENSOR_STORAGE_AT_DATA, (uintptr_t)stand_in.many);
    assert_false(strobe_tensor_is_unchanged(memory, newest(), &tensor));
    make(&stand_in, newest());
    put(sizes_of(&stand_in), STROBE_TENSOR_SIZES_AT_SIZES, 2);
    assert_false(strobe_tensor_is_unchanged(memory, newest(), &tensor));
}

/* A number that differs each time, the same in each run. */
static uint64_t next_number(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 24;
}

/* Bytes of the tensor, its storage and its gradient's state, changed at random: all sizes shown are of what fits. */
static void test_memory_of_any_content_is_an_answer(void **state)
{
    (void)state;
    struct stand_in stand_in;
    struct strobe_tensor tensor;
    uint8_t items[ITEMS * STROBE_TENSOR_ITEM_BYTES_MAX];
    uint64_t random = 4711;
    unsigned refused = 0, read = 0;
    for (int i = 0; i < 20000; i++) {
        make(&stand_in, newest());
        put(stand_in.tensor, STROBE_TENSOR_AT_AUTOGRAD, (uintptr_t)stand_in.autograd);
        for (uint64_t changes = 1 + next_number(&random) % 4; changes > 0; changes--) {
            uint64_t what = next_number(&random), where = next_number(&random);
            uint8_t *part = what % 4 == 0 ? stand_in.storage : what % 4 == 1 ? stand_in.autograd : stand_in.tensor;
            size_t size = what % 4 < 2 ? sizeof stand_in.storage : sizeof stand_in.tensor;
            part[where % size] = (uint8_t)next_number(&random);
        }
        if (look(&stand_in, &tensor) != NULL) {
            refused++;
            continue;
        }
        read++;
        assert_true(tensor.items >= 0 && tensor.dimensions <= STROBE_TENSOR_DIMENSIONS_MAX);
        assert_true(tensor.device >= 0 && tensor.device < STROBE_TENSOR_DEVICES);
        assert_in_range(tensor.form, 0, STROBE_TENSOR_FORMS - 1);
        int wanted = tensor.items < ITEMS ? (int)tensor.items : ITEMS;
        if (tensor.in_memory && tensor.is_own) {
            assert_true(strobe_tensor_copy(memory, &tensor, wanted, items) <= wanted);
        }
    }
    assert_true(refused > 1000 && read > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tensor_is_read_in_each_layout),
        cmocka_unit_test(test_layout_is_known_by_version),
        cmocka_unit_test(test_items_stand_in_the_order_of_c_whatever_their_strides),
        cmocka_unit_test(test_items_beyond_the_storage_are_not_read),
        cmocka_unit_test(test_items_that_are_no_memory_are_not_read),
        cmocka_unit_test(test_items_far_apart_are_copied_in_a_bounded_number_of_calls),
        cmocka_unit_test(test_more_dimensions_than_fit_are_kept_elsewhere),
        cmocka_unit_test(test_gradient_is_required_by_itself_or_by_what_it_was_computed_from),
        cmocka_unit_test(test_upper_halves_of_floats_become_floats),
        cmocka_unit_test(test_what_does_not_fit_together_is_no_tensor),
        cmocka_unit_test(test_bits_that_nobody_sets_may_be_anything),
        cmocka_unit_test(test_each_layout_is_no_other),
        cmocka_unit_test(test_storage_that_does_not_fit_is_refused),
        cmocka_unit_test(test_memory_of_others_is_told_from_that_of_torch),
        cmocka_unit_test(test_items_elsewhere_or_of_other_forms_are_not_in_memory),
        cmocka_unit_test(test_change_meanwhile_is_seen),
        cmocka_unit_test(test_memory_of_any_content_is_an_answer),
    };
    return cmocka_run_group_tests(tests, make_reader, free_reader);
}
