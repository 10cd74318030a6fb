/* container[key]: by place, by slice, by key. */
#include <string.h>

#include "probes/expression/py/items.h"
#include "probes/expression/py/number.h"
#include "probes/expression/py/text.h"

/* ---- Slices ---- */

struct bounds {
    Py_ssize_t start, stop, step, count;
};

bool strobe_slice_of(struct strobe_value value, struct strobe_slice *ret_slice)
{
    if (value.kind == STROBE_VALUE_SLICE) {
        *ret_slice = *value.as.slice;
        return true;
    }
    if (value.kind != STROBE_VALUE_OBJECT || !PySlice_Check(value.as.object)) {
        return false;
    }
    const PySliceObject *slice = (const PySliceObject *)value.as.object;
    *ret_slice = (struct strobe_slice){strobe_value_object(slice->start), strobe_value_object(slice->stop),
                                       strobe_value_object(slice->step)};
    return true;
}

static int bound(struct strobe_evaluation *evaluation, struct strobe_value value, Py_ssize_t absent,
                 Py_ssize_t *ret_bound)
{
    struct strobe_number number;
    if (strobe_value_is(value, Py_None)) {
        *ret_bound = absent;
        return 0;
    }
    if (strobe_number_of(value, &number) == STROBE_NUMBER_FLOAT || strobe_number_of(value, &number) == 0) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "slice indices must be integers or None");
    }
    return strobe_number_index(evaluation, value, ret_bound);
}

static int find_bounds(struct strobe_evaluation *evaluation, const struct strobe_slice *slice, Py_ssize_t length,
                       struct bounds *ret_bounds)
{
    struct bounds bounds = {0};
    int status = bound(evaluation, slice->step, 1, &bounds.step);
    if (status == 0 && bounds.step == 0) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE, "slice step cannot be zero");
    }
    bool backwards = status == 0 && bounds.step < 0;
    if (status == 0 && bounds.step < -PY_SSIZE_T_MAX) {
        bounds.step = -PY_SSIZE_T_MAX; /* so that it can be negated */
    }
    status = status < 0 ? status : bound(evaluation, slice->start, backwards ? PY_SSIZE_T_MAX : 0, &bounds.start);
    status =
        status < 0 ? status : bound(evaluation, slice->stop, backwards ? PY_SSIZE_T_MIN : PY_SSIZE_T_MAX, &bounds.stop);
    if (status == 0) {
        bounds.count = PySlice_AdjustIndices(length, &bounds.start, &bounds.stop, bounds.step);
        *ret_bounds = bounds;
    }
    return status;
}

static int slice_sequence(struct strobe_evaluation *evaluation, struct strobe_value sequence,
                          enum strobe_value_kind kind, const struct bounds *bounds, struct strobe_value *ret_value)
{
    struct strobe_value items, item;
    int status = strobe_items_make(evaluation, kind, bounds->count, &items);
    for (Py_ssize_t i = 0; status == 0 && i < bounds->count; i++) {
        status = strobe_evaluation_spend(evaluation, 1);
        status =
            status < 0 ? status : strobe_sequence_get(evaluation, sequence, bounds->start + i * bounds->step, &item);
        status = status < 0 ? status : strobe_items_append(evaluation, items.as.items, item);
    }
    if (status == 0) {
        *ret_value = items;
    }
    return status;
}

static int slice_range(struct strobe_evaluation *evaluation, struct strobe_value value, const struct bounds *bounds,
                       struct strobe_value *ret_value)
{
    struct strobe_range range;
    int64_t start, stop, step;
    int status = strobe_range_of(evaluation, value, &range);
    if (status < 0) {
        return status;
    }
    bool is_clipped = bounds->step == PY_SSIZE_T_MAX || bounds->step == -PY_SSIZE_T_MAX;
    if (is_clipped || __builtin_mul_overflow(range.step, bounds->step, &step) ||
        __builtin_mul_overflow(range.step, bounds->start, &start) ||
        __builtin_add_overflow(range.start, start, &start) || __builtin_mul_overflow(range.step, bounds->stop, &stop) ||
        __builtin_add_overflow(range.start, stop, &stop)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_LIMIT, "a range with bounds of more than 64 bits");
    }
    return strobe_range_make(evaluation, start, stop, step, ret_value);
}

static int slice_text(struct strobe_evaluation *evaluation, const struct strobe_text_view *text,
                      const struct bounds *bounds, struct strobe_value *ret_value)
{
    struct strobe_text_builder builder;
    int status = strobe_text_begin(evaluation, &builder);
    if (status == 0 && bounds->step == 1) {
        status = strobe_text_put_view(&builder, text, bounds->start, bounds->start + bounds->count);
    } else {
        for (Py_ssize_t i = 0; status == 0 && i < bounds->count; i++) {
            Py_ssize_t place = bounds->start + i * bounds->step;
            status = strobe_text_put_view(&builder, text, place, place + 1);
        }
    }
    return status < 0 ? status : strobe_text_end(&builder, ret_value);
}

static int slice_bytes(struct strobe_evaluation *evaluation, struct strobe_value value,
                       const struct strobe_bytes_view *bytes, const struct bounds *bounds,
                       struct strobe_value *ret_value)
{
    bool is_bytearray = strobe_value_type(value) == &PyByteArray_Type;
    int status =
        strobe_bytes_make(evaluation, bytes->data + (bounds->count > 0 && bounds->step == 1 ? bounds->start : 0),
                          bounds->count, ret_value);
    if (status < 0) {
        return status;
    }
    ret_value->as.bytes->is_bytearray = is_bytearray;
    for (Py_ssize_t i = 0; bounds->step != 1 && i < bounds->count; i++) {
        ret_value->as.bytes->data[i] = bytes->data[bounds->start + i * bounds->step];
    }
    return 0;
}

static int not_subscriptable(struct strobe_evaluation *evaluation, struct strobe_value container)
{
    const PyTypeObject *type = strobe_value_type(container);
    bool own =
        container.kind == STROBE_VALUE_OBJECT && strobe_container_of(container) == STROBE_CONTAINER_NONE &&
        ((type->tp_as_mapping != NULL && type->tp_as_mapping->mp_subscript != NULL) ||
         (type->tp_as_sequence != NULL && type->tp_as_sequence->sq_item != NULL) || PyType_Check(container.as.object));
    if (own) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_UNSAFE,
                                      "[] on a '%s' would run its __getitem__; use the list or dict that it keeps",
                                      strobe_value_type_name(container));
    }
    return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "'%s' object is not subscriptable",
                                  strobe_value_type_name(container));
}

static int slice(struct strobe_evaluation *evaluation, struct strobe_value container, const struct strobe_slice *key,
                 struct strobe_value *ret_value)
{
    struct bounds bounds = {0};
    struct strobe_text_view text;
    struct strobe_bytes_view bytes;
    Py_ssize_t length;
    enum strobe_container what = strobe_container_of(container);
    bool is_text = strobe_text_view_of(container, &text);
    bool is_bytes = strobe_bytes_view_of(container, &bytes);
    if (what == STROBE_CONTAINER_DEQUE) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "sequence index must be integer, not 'slice'");
    }
    if (what != STROBE_CONTAINER_LIST && what != STROBE_CONTAINER_TUPLE && what != STROBE_CONTAINER_RANGE && !is_text &&
        !is_bytes) {
        return not_subscriptable(evaluation, container);
    }
    int status = strobe_value_length(evaluation, container, &length);
    status = status < 0 ? status : find_bounds(evaluation, key, length, &bounds);
    if (status < 0) {
        return status;
    }
    if (is_text) {
        return slice_text(evaluation, &text, &bounds, ret_value);
    }
    if (is_bytes) {
        return slice_bytes(evaluation, container, &bytes, &bounds, ret_value);
    }
    if (what == STROBE_CONTAINER_RANGE) {
        return slice_range(evaluation, container, &bounds, ret_value);
    }
    return slice_sequence(evaluation, container, what == STROBE_CONTAINER_LIST ? STROBE_VALUE_LIST : STROBE_VALUE_TUPLE,
                          &bounds, ret_value);
}

/* ---- Keys ---- */

static int no_such_key(struct strobe_evaluation *evaluation, struct strobe_value key)
{
    struct strobe_text_view text;
    struct strobe_number number;
    char shown[48];
    int length = 0;
    if (evaluation->error == NULL) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_KEY, "no such key");
    }
    if (strobe_text_view_of(key, &text)) {
        for (Py_ssize_t i = 0; i < text.length && length < (int)sizeof shown; i++) {
            uint32_t character = PyUnicode_READ((int)text.width, text.data, i);
            shown[length++] = character >= ' ' && character < 127 ? (char)character : '?';
        }
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_KEY, "there is no key '%.*s'", length, shown);
    }
    if (strobe_number_of(key, &number) == STROBE_NUMBER_INT) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_KEY, "there is no key %lld", (long long)number.integer);
    }
    return strobe_evaluation_fail(evaluation, STROBE_FAULT_KEY, "there is no such key (a '%s')",
                                  strobe_value_type_name(key));
}

static int by_key(struct strobe_evaluation *evaluation, struct strobe_value dict, struct strobe_value key,
                  struct strobe_value *ret_value)
{
    int status = strobe_dict_find(evaluation, dict, key, ret_value);
    if (status < 0) {
        return status;
    }
    return status == 1 ? 0 : no_such_key(evaluation, key);
}

/* ---- Places ---- */

static int find_place(struct strobe_evaluation *evaluation, struct strobe_value container, struct strobe_value key,
                      Py_ssize_t *ret_place)
{
    Py_ssize_t place = 0, length = 0;
    struct strobe_number number;
    enum strobe_number_kind kind = strobe_number_of(key, &number);
    if (kind == STROBE_NUMBER_FLOAT || (kind == STROBE_NUMBER_NONE && key.kind != STROBE_VALUE_OBJECT)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "%s indices must be integers or slices, not %s",
                                      strobe_value_type_name(container), strobe_value_type_name(key));
    }
    int status = strobe_value_length(evaluation, container, &length);
    status = status < 0 ? status : strobe_number_index(evaluation, key, &place);
    if (status < 0) {
        return status;
    }
    place = place < 0 ? place + length : place;
    if (place < 0 || place >= length) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_INDEX, "%s index out of range",
                                      strobe_value_type_name(container));
    }
    *ret_place = place;
    return 0;
}

static int by_place(struct strobe_evaluation *evaluation, struct strobe_value container, struct strobe_value key,
                    struct strobe_value *ret_value)
{
    Py_ssize_t place = 0;
    struct strobe_text_view text;
    struct strobe_bytes_view bytes;
    int status = find_place(evaluation, container, key, &place);
    if (status < 0) {
        return status;
    }
    if (strobe_text_view_of(container, &text)) {
        struct bounds one = {place, place + 1, 1, 1};
        return slice_text(evaluation, &text, &one, ret_value);
    }
    if (strobe_bytes_view_of(container, &bytes)) {
        *ret_value = strobe_value_int(bytes.data[place]);
        return 0;
    }
    return strobe_sequence_get(evaluation, container, place, ret_value);
}

int strobe_value_subscript(struct strobe_evaluation *evaluation, struct strobe_value container, struct strobe_value key,
                           struct strobe_value *ret_value)
{
    struct strobe_slice bounds;
    struct strobe_text_view text;
    struct strobe_bytes_view bytes;
    enum strobe_container what = strobe_container_of(container);
    if (what == STROBE_CONTAINER_DICT) {
        return by_key(evaluation, container, key, ret_value);
    }
    if (strobe_slice_of(key, &bounds)) {
        return slice(evaluation, container, &bounds, ret_value);
    }
    bool has_places = what == STROBE_CONTAINER_LIST || what == STROBE_CONTAINER_TUPLE ||
                      what == STROBE_CONTAINER_RANGE || what == STROBE_CONTAINER_DEQUE ||
                      strobe_text_view_of(container, &text) || strobe_bytes_view_of(container, &bytes);
    return has_places ? by_place(evaluation, container, key, ret_value) : not_subscriptable(evaluation, container);
}
