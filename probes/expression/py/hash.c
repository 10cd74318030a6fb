/* Hashes as CPython computes them, without asking a class of the program. */
#include <math.h>

#include "base/py/dict.h"
#include "probes/expression/py/compare.h"
#include "probes/expression/py/items.h"
#include "probes/expression/py/number.h"
#include "probes/expression/py/standard.h"
#include "probes/expression/py/text.h"

static uint64_t never_minus_one(uint64_t hash)
{
    return hash == (uint64_t)-1 ? (uint64_t)-2 : hash;
}

/* By address: what object.__hash__ gives. The low bits are the same for all objects, so they are rotated away. */
static uint64_t hash_address(const void *address)
{
    uint64_t bits = (uint64_t)(uintptr_t)address;
    return never_minus_one(bits >> 4 | bits << 60);
}

static int unhashable(struct strobe_evaluation *evaluation, struct strobe_value value)
{
    return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "unhashable type: '%s'",
                                  strobe_value_type_name(value));
}

/* ---- Containers ---- */

#define PRIME_1 11400714785074694791ULL
#define PRIME_2 14029467366897019727ULL
#define PRIME_5 2870177450012600261ULL

static uint64_t mix(uint64_t sum, uint64_t lane)
{
    enum { ROTATION = 31 };
    sum += lane * PRIME_2;
    return (sum << ROTATION | sum >> (64 - ROTATION)) * PRIME_1;
}

/* The mixing of xxHash's lanes, as in tupleobject.c. */
static int hash_tuple(struct strobe_evaluation *evaluation, struct strobe_value tuple, uint64_t *ret_hash)
{
    Py_ssize_t length;
    int status = strobe_value_length(evaluation, tuple, &length);
    uint64_t sum = PRIME_5;
    for (Py_ssize_t i = 0; status == 0 && i < length; i++) {
        struct strobe_value item;
        uint64_t lane = 0;
        status = strobe_evaluation_spend(evaluation, 1);
        status = status < 0 ? status : strobe_sequence_get(evaluation, tuple, i, &item);
        status = status < 0 ? status : strobe_value_hash(evaluation, item, &lane);
        if (status == 0) {
            sum = mix(sum, lane);
        }
    }
    if (status == 0) {
        sum += (uint64_t)length ^ (PRIME_5 ^ 3527539UL);
        *ret_hash = sum == (uint64_t)-1 ? 1546275796 : sum;
    }
    return status;
}

static uint64_t shuffle(uint64_t hash)
{
    return ((hash ^ 89869747UL) ^ (hash << 16)) * 3644798167UL;
}

/* Independent of the order, as in setobject.c; there the empty places of the table cancel out. */
int strobe_set_hash(struct strobe_evaluation *evaluation, struct strobe_value set, uint64_t *ret_hash)
{
    Py_ssize_t length;
    struct strobe_table_walk walk = {0};
    uint64_t sum = 0;
    int status = strobe_value_length(evaluation, set, &length);
    while (status == 0 && (status = strobe_table_next(evaluation, set, &walk)) == 1) {
        uint64_t element = 0;
        status = strobe_value_hash(evaluation, walk.key, &element);
        sum ^= status < 0 ? 0 : shuffle(element);
    }
    if (status == 0) {
        sum ^= ((uint64_t)length + 1) * 1927868237UL;
        sum ^= (sum >> 11) ^ (sum >> 25);
        sum = sum * 69069U + 907133923UL;
        *ret_hash = sum == (uint64_t)-1 ? 590923713UL : sum;
    }
    return status;
}

/* hash((length, start, step)) with None for what does not matter. */
static int hash_range(struct strobe_evaluation *evaluation, struct strobe_value value, uint64_t *ret_hash)
{
    struct strobe_range range;
    struct strobe_value tuple;
    struct strobe_value none = strobe_value_object(Py_None);
    int status = strobe_range_of(evaluation, value, &range);
    status = status < 0 ? status : strobe_items_make(evaluation, STROBE_VALUE_TUPLE, 3, &tuple);
    if (status < 0) {
        return status;
    }
    tuple.as.items->values[0] = strobe_value_int(range.count);
    tuple.as.items->values[1] = range.count > 0 ? strobe_value_int(range.start) : none;
    tuple.as.items->values[2] = range.count > 1 ? strobe_value_int(range.step) : none;
    tuple.as.items->count = 3;
    return hash_tuple(evaluation, tuple, ret_hash);
}

/* From 3.12 on; the lanes of a tuple, without its length. */
static int hash_slice(struct strobe_evaluation *evaluation, struct strobe_value value, const struct strobe_slice *slice,
                      uint64_t *ret_hash)
{
    const struct strobe_value parts[] = {slice->start, slice->stop, slice->step};
    uint64_t sum = PRIME_5;
    if (PY_VERSION_HEX < 0x030C0000) {
        return unhashable(evaluation, value);
    }
    for (size_t i = 0; i < 3; i++) {
        uint64_t lane = 0;
        int status = strobe_value_hash(evaluation, parts[i], &lane);
        if (status < 0) {
            return status;
        }
        sum = mix(sum, lane);
    }
    *ret_hash = sum == (uint64_t)-1 ? 1546275796 : sum;
    return 0;
}

static int hash_container(struct strobe_evaluation *evaluation, struct strobe_value value, uint64_t *ret_hash)
{
    bool is_frozen = value.kind == STROBE_VALUE_FROZENSET ||
                     (value.kind == STROBE_VALUE_OBJECT && PyFrozenSet_Check(value.as.object));
    int status;
    if (evaluation->depth >= STROBE_EXPRESSION_DEPTH_MAX) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_LIMIT, "containers nested more than %d deep",
                                      STROBE_EXPRESSION_DEPTH_MAX);
    }
    evaluation->depth++;
    switch (strobe_container_of(value)) {
    case STROBE_CONTAINER_TUPLE:
        status = hash_tuple(evaluation, value, ret_hash);
        break;
    case STROBE_CONTAINER_RANGE:
        status = hash_range(evaluation, value, ret_hash);
        break;
    case STROBE_CONTAINER_ITERATOR:
    case STROBE_CONTAINER_DICT_VALUES:
        *ret_hash = hash_address(value.kind == STROBE_VALUE_OBJECT ? (void *)value.as.object : value.as.items);
        status = 0;
        break;
    case STROBE_CONTAINER_SET:
        status = is_frozen ? strobe_set_hash(evaluation, value, ret_hash) : unhashable(evaluation, value);
        break;
    default:
        status = unhashable(evaluation, value);
        break;
    }
    evaluation->depth--;
    return status;
}

/* ---- All ---- */

static bool hashes_by_address(const PyTypeObject *type)
{
    return type->tp_hash == PyBaseObject_Type.tp_hash || type->tp_hash == PyType_Type.tp_hash ||
           type->tp_hash == PyFunction_Type.tp_hash;
}

/* Known C code that reads nothing but the object itself: bound methods of C, None where it has a constant. */
static bool hashes_in_c(const PyTypeObject *type)
{
    return type == Py_TYPE(Py_None) || type == &PyCFunction_Type;
}

static bool is_builtin_data(struct strobe_value value)
{
    struct strobe_number number;
    struct strobe_text_view text;
    struct strobe_bytes_view bytes;
    return strobe_number_of(value, &number) != STROBE_NUMBER_NONE || strobe_text_view_of(value, &text) ||
           strobe_bytes_view_of(value, &bytes) || strobe_container_of(value) != STROBE_CONTAINER_NONE ||
           (value.kind == STROBE_VALUE_OBJECT && PySlice_Check(value.as.object));
}

bool strobe_value_hashes_itself(struct strobe_evaluation *evaluation, struct strobe_value value)
{
    uint64_t hash;
    if (value.kind != STROBE_VALUE_OBJECT) {
        return false;
    }
    const PyTypeObject *type = Py_TYPE(value.as.object);
    return type->tp_hash != NULL && type->tp_hash != PyObject_HashNotImplemented && !hashes_by_address(type) &&
           !hashes_in_c(type) && !is_builtin_data(value) && strobe_standard_hash(evaluation, value, &hash) == 1;
}

static int hash_object(struct strobe_evaluation *evaluation, struct strobe_value value, uint64_t *ret_hash)
{
    PyObject *object = value.as.object;
    const PyTypeObject *type = Py_TYPE(object);
    if (hashes_by_address(type)) {
        *ret_hash = hash_address(object);
        return 0;
    }
    if (hashes_in_c(type)) {
        *ret_hash = (uint64_t)type->tp_hash(object);
        return 0;
    }
    if (type->tp_hash == NULL || type->tp_hash == PyObject_HashNotImplemented) {
        return unhashable(evaluation, value);
    }
    return strobe_evaluation_fail(evaluation, STROBE_FAULT_UNSAFE,
                                  "the hash of a '%s' would run its __hash__; use one of its fields",
                                  strobe_value_type_name(value));
}

int strobe_value_hash(struct strobe_evaluation *evaluation, struct strobe_value value, uint64_t *ret_hash)
{
    struct strobe_number number;
    struct strobe_text_view text;
    struct strobe_bytes_view bytes;
    if (strobe_number_of(value, &number) != STROBE_NUMBER_NONE) {
        if (number.kind == STROBE_NUMBER_FLOAT && isnan(number.real)) { /* equal to nothing: by identity */
            *ret_hash = value.kind == STROBE_VALUE_OBJECT ? hash_address(value.as.object) : 0;
            return 0;
        }
        return strobe_number_hash(evaluation, &number, ret_hash);
    }
    if (strobe_text_view_of(value, &text)) {
        return strobe_text_hash(evaluation, &text, ret_hash);
    }
    if (strobe_bytes_view_of(value, &bytes)) {
        return strobe_value_type(value) == &PyByteArray_Type ? unhashable(evaluation, value)
                                                             : strobe_bytes_hash(evaluation, &bytes, ret_hash);
    }
    if (strobe_container_of(value) != STROBE_CONTAINER_NONE) {
        return hash_container(evaluation, value, ret_hash);
    }
    struct strobe_slice slice;
    if (strobe_slice_of(value, &slice)) {
        return hash_slice(evaluation, value, &slice, ret_hash);
    }
    int status = strobe_standard_hash(evaluation, value, ret_hash);
    if (status != 1) {
        return status;
    }
    return value.kind == STROBE_VALUE_OBJECT ? hash_object(evaluation, value, ret_hash) : unhashable(evaluation, value);
}
