/* Operators of text and bytes: + and *; % is in percent.c. */
#include <string.h>

#include "probes/expression/py/number.h"
#include "probes/expression/py/percent.h"
#include "probes/expression/py/text.h"

static int add_texts(struct strobe_evaluation *evaluation, const struct strobe_text_view *left,
                     const struct strobe_text_view *right, struct strobe_value *ret_value)
{
    struct strobe_text_builder builder;
    int status = strobe_text_begin(evaluation, &builder);
    status = status < 0 ? status : strobe_text_put_view(&builder, left, 0, left->length);
    status = status < 0 ? status : strobe_text_put_view(&builder, right, 0, right->length);
    return status < 0 ? status : strobe_text_end(&builder, ret_value);
}

static bool is_bytearray(struct strobe_value value)
{
    return value.kind == STROBE_VALUE_BYTES ? value.as.bytes->is_bytearray : PyByteArray_Check(value.as.object);
}

/* The sum is of the left's type. */
static int add_bytes(struct strobe_evaluation *evaluation, struct strobe_value left_value,
                     const struct strobe_bytes_view *left, const struct strobe_bytes_view *right,
                     struct strobe_value *ret_value)
{
    if (left->size > STROBE_EXPRESSION_TEXT_MAX || right->size > STROBE_EXPRESSION_TEXT_MAX) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_LIMIT, "bytes would be longer than %d",
                                      STROBE_EXPRESSION_TEXT_MAX);
    }
    struct strobe_bytes *sum = strobe_bytes_take(evaluation, left->size + right->size);
    if (sum == NULL) {
        return STROBE_ELIMIT;
    }
    sum->is_bytearray = is_bytearray(left_value);
    memcpy(sum->data, left->data, (size_t)left->size);
    memcpy(sum->data + left->size, right->data, (size_t)right->size);
    *ret_value = (struct strobe_value){STROBE_VALUE_BYTES, {.bytes = sum}};
    return 0;
}

static int too_long(struct strobe_evaluation *evaluation)
{
    return strobe_evaluation_fail(evaluation, STROBE_FAULT_LIMIT, "the result would be longer than %d",
                                  STROBE_EXPRESSION_TEXT_MAX);
}

static int repeat_text(struct strobe_evaluation *evaluation, const struct strobe_text_view *view, Py_ssize_t count,
                       struct strobe_value *ret_value)
{
    struct strobe_text_builder builder;
    if (count > 0 && view->length > STROBE_EXPRESSION_TEXT_MAX / count) {
        return too_long(evaluation);
    }
    int status = strobe_text_begin(evaluation, &builder);
    for (Py_ssize_t i = 0; status == 0 && i < count && view->length > 0; i++) {
        status = strobe_text_put_view(&builder, view, 0, view->length);
    }
    return status < 0 ? status : strobe_text_end(&builder, ret_value);
}

static int repeat_bytes(struct strobe_evaluation *evaluation, struct strobe_value value,
                        const struct strobe_bytes_view *view, Py_ssize_t count, struct strobe_value *ret_value)
{
    if (count > 0 && view->size > STROBE_EXPRESSION_TEXT_MAX / count) {
        return too_long(evaluation);
    }
    struct strobe_bytes *product = strobe_bytes_take(evaluation, count > 0 ? view->size * count : 0);
    if (product == NULL) {
        return STROBE_ELIMIT;
    }
    for (Py_ssize_t i = 0; i < count && view->size > 0; i++) {
        memcpy(product->data + i * view->size, view->data, (size_t)view->size);
    }
    product->is_bytearray = is_bytearray(value);
    *ret_value = (struct strobe_value){STROBE_VALUE_BYTES, {.bytes = product}};
    return 0;
}

static int multiply(struct strobe_evaluation *evaluation, struct strobe_value sequence, struct strobe_value count_value,
                    struct strobe_value *ret_value)
{
    struct strobe_text_view text;
    struct strobe_bytes_view bytes;
    struct strobe_number number;
    Py_ssize_t count;
    bool is_text = strobe_text_view_of(sequence, &text);
    bool is_bytes = !is_text && strobe_bytes_view_of(sequence, &bytes);
    enum strobe_number_kind kind = strobe_number_of(count_value, &number);
    if ((!is_text && !is_bytes) || (kind != STROBE_NUMBER_INT && kind != STROBE_NUMBER_WIDE)) {
        return 1;
    }
    int status = strobe_number_index(evaluation, count_value, &count);
    if (status < 0) {
        return status;
    }
    return is_text ? repeat_text(evaluation, &text, count, ret_value)
                   : repeat_bytes(evaluation, sequence, &bytes, count, ret_value);
}

int strobe_text_binary(struct strobe_evaluation *evaluation, int operation, struct strobe_value left,
                       struct strobe_value right, struct strobe_value *ret_value)
{
    struct strobe_text_view text, other_text;
    struct strobe_bytes_view bytes, other_bytes;
    int status;
    switch (operation) {
    case STROBE_BINARY_ADD:
        if (strobe_text_view_of(left, &text) && strobe_text_view_of(right, &other_text)) {
            return add_texts(evaluation, &text, &other_text, ret_value);
        }
        if (strobe_bytes_view_of(left, &bytes) && strobe_bytes_view_of(right, &other_bytes)) {
            return add_bytes(evaluation, left, &bytes, &other_bytes, ret_value);
        }
        return 1;
    case STROBE_BINARY_MULTIPLY:
        status = multiply(evaluation, left, right, ret_value);
        return status == 1 ? multiply(evaluation, right, left, ret_value) : status;
    case STROBE_BINARY_MODULO:
        return strobe_text_view_of(left, &text) ? strobe_percent(evaluation, &text, right, ret_value) : 1;
    default:
        return 1;
    }
}
