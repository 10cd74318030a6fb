/* Builtins that walk what they are given. */
#include <math.h>
#include <string.h>

#include "probes/expression/py/builtins.h"
#include "probes/expression/py/compare.h"
#include "probes/expression/py/items.h"
#include "probes/expression/py/number.h"
#include "probes/expression/py/text.h"

/* What items are ordered by: key=, or NULL. */
static const struct strobe_value *key_of(const struct strobe_arguments *arguments)
{
    const struct strobe_value *key = strobe_arguments_keyword(arguments, "key");
    return key == NULL || strobe_value_is(*key, Py_None) ? NULL : key;
}

static int order_by(struct strobe_evaluation *evaluation, const struct strobe_value *key, struct strobe_value item,
                    struct strobe_value *ret_value)
{
    if (key == NULL) {
        *ret_value = item;
        return 0;
    }
    return strobe_function_apply(evaluation, *key, &item, 1, ret_value);
}

/* ---- The smallest and the largest ---- */

struct best {
    const struct strobe_value *key;
    enum strobe_comparison better;
    bool is_set;
    struct strobe_value item;
    struct strobe_value order; /* of the item, by `key` */
};

/* Keep the first of those that no other passes. */
static int keep_best(struct strobe_evaluation *evaluation, struct best *best, struct strobe_value item)
{
    bool is_better = true;
    struct strobe_value order;
    int status = strobe_evaluation_spend(evaluation, 1);
    status = status < 0 ? status : order_by(evaluation, best->key, item, &order);
    if (status == 0 && best->is_set) {
        status = strobe_value_compare(evaluation, order, best->order, best->better, &is_better);
    }
    if (status == 0 && is_better) {
        best->item = item;
        best->order = order;
        best->is_set = true;
    }
    return status;
}

static int best_of(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                   enum strobe_comparison better, const char *name, struct strobe_value *ret_value)
{
    struct best best = {.key = key_of(arguments), .better = better};
    const struct strobe_value *absent = strobe_arguments_keyword(arguments, "default");
    int status = 0;
    if (arguments->positional_count > 1) {
        if (absent != NULL) {
            return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE,
                                          "Cannot specify a default for %s() with multiple positional arguments", name);
        }
        for (unsigned i = 0; status == 0 && i < arguments->positional_count; i++) {
            status = keep_best(evaluation, &best, arguments->values[i]);
        }
    } else {
        struct strobe_iteration iteration;
        struct strobe_value item;
        status = strobe_iteration_begin(evaluation, arguments->values[0], &iteration);
        while (status == 0 && (status = strobe_iteration_next(evaluation, &iteration, &item)) == 1) {
            status = keep_best(evaluation, &best, item);
        }
    }
    if (status < 0) {
        return status;
    }
    if (!best.is_set && absent == NULL) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE, "%s() iterable argument is empty", name);
    }
    *ret_value = best.is_set ? best.item : *absent;
    return 0;
}

int strobe_builtin_min(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                       struct strobe_value *ret_value)
{
    return best_of(evaluation, arguments, STROBE_COMPARE_LT, "min", ret_value);
}

int strobe_builtin_max(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                       struct strobe_value *ret_value)
{
    return best_of(evaluation, arguments, STROBE_COMPARE_GT, "max", ret_value);
}

/* ---- Sums ---- */

/* The sum so far; of floats, from 3.12 on, with what rounding lost (Neumaier), as CPython has it. */
struct sum {
    struct strobe_value value;
    double lost;
};

static double settled(const struct sum *sum)
{
    double real = sum->value.as.real;
    return sum->lost != 0.0 && isfinite(sum->lost) ? real + sum->lost : real;
}

static void settle(struct sum *sum)
{
    if (sum->value.kind == STROBE_VALUE_FLOAT) {
        sum->value.as.real = settled(sum);
    }
    sum->lost = 0.0;
}

static void add_real(struct sum *sum, double item)
{
    double before = sum->value.as.real;
    double after = before + item;
    if (PY_VERSION_HEX >= 0x030C0000) {
        sum->lost += fabs(before) >= fabs(item) ? (before - after) + item : (item - after) + before;
    }
    sum->value.as.real = after;
}

static int add_item(struct strobe_evaluation *evaluation, struct sum *sum, struct strobe_value item)
{
    struct strobe_number number;
    enum strobe_number_kind kind = strobe_number_of(item, &number);
    bool is_exact_float = strobe_value_type(item) == &PyFloat_Type;
    if (sum->value.kind == STROBE_VALUE_FLOAT && is_exact_float) {
        add_real(sum, number.real);
        return 0;
    }
    if (sum->value.kind == STROBE_VALUE_FLOAT && kind == STROBE_NUMBER_INT) {
        if (PY_VERSION_HEX >= 0x030E0000) { /* before, what rounding lost was kept for floats alone */
            add_real(sum, (double)number.integer);
        } else {
            sum->value.as.real += (double)number.integer;
        }
        return 0;
    }
    settle(sum);
    struct strobe_value result;
    int status = strobe_value_binary(evaluation, STROBE_BINARY_ADD, sum->value, item, &result);
    if (status == 0) {
        if (strobe_value_type(result) == &PyFloat_Type && strobe_number_of(result, &number) == STROBE_NUMBER_FLOAT) {
            result = strobe_value_float(number.real);
        }
        sum->value = result;
    }
    return status;
}

int strobe_builtin_sum(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                       struct strobe_value *ret_value)
{
    const struct strobe_value *start = strobe_arguments_get(arguments, 1, "start");
    struct sum sum = {start != NULL ? *start : strobe_value_int(0), 0.0};
    struct strobe_iteration iteration;
    struct strobe_value item;
    struct strobe_text_view text;
    struct strobe_bytes_view bytes;
    struct strobe_number number;
    if (strobe_text_view_of(sum.value, &text) || strobe_bytes_view_of(sum.value, &bytes)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "sum() can't sum strings, bytes or bytearray");
    }
    if (strobe_value_type(sum.value) == &PyFloat_Type && strobe_number_of(sum.value, &number) == STROBE_NUMBER_FLOAT) {
        sum.value = strobe_value_float(number.real);
    }
    int status = strobe_iteration_begin(evaluation, arguments->values[0], &iteration);
    while (status == 0 && (status = strobe_iteration_next(evaluation, &iteration, &item)) == 1) {
        status = add_item(evaluation, &sum, item);
    }
    if (status == 0) {
        settle(&sum);
        *ret_value = sum.value;
    }
    return status;
}

/* ---- Truth ---- */

static int find_truth(struct strobe_evaluation *evaluation, struct strobe_value container, bool wanted,
                      struct strobe_value *ret_value)
{
    struct strobe_iteration iteration;
    struct strobe_value item;
    bool truth = !wanted;
    int status = strobe_iteration_begin(evaluation, container, &iteration);
    while (status == 0 && truth != wanted && (status = strobe_iteration_next(evaluation, &iteration, &item)) == 1) {
        status = strobe_value_truth(evaluation, item, &truth);
    }
    if (status == 0) {
        *ret_value = strobe_value_bool(truth);
    }
    return status;
}

int strobe_builtin_any(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                       struct strobe_value *ret_value)
{
    return find_truth(evaluation, arguments->values[0], true, ret_value);
}

int strobe_builtin_all(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                       struct strobe_value *ret_value)
{
    return find_truth(evaluation, arguments->values[0], false, ret_value);
}

/* ---- Order ---- */

static void reverse(struct strobe_items *items)
{
    for (Py_ssize_t i = 0, j = items->count - 1; i < j; i++, j--) {
        struct strobe_value kept = items->values[i];
        items->values[i] = items->values[j];
        items->values[j] = kept;
    }
}

/* An item, and what it is ordered by. */
struct ordered {
    struct strobe_value order;
    struct strobe_value item;
};

/* Merge [from, middle) and [middle, to) of `source` into `target`; of equal items the first stays first. */
static int merge(struct strobe_evaluation *evaluation, const struct ordered *source, struct ordered *target,
                 Py_ssize_t from, Py_ssize_t middle, Py_ssize_t to)
{
    Py_ssize_t left = from, right = middle;
    for (Py_ssize_t i = from; i < to; i++) {
        bool take_right = left >= middle;
        int status = strobe_evaluation_spend(evaluation, 1);
        if (status == 0 && left < middle && right < to) {
            status = strobe_value_compare(evaluation, source[right].order, source[left].order, STROBE_COMPARE_LT,
                                          &take_right);
        }
        if (status < 0) {
            return status;
        }
        target[i] = take_right ? source[right++] : source[left++];
    }
    return 0;
}

/* By merging, stable. */
static int sort(struct strobe_evaluation *evaluation, const struct strobe_value *key, struct strobe_items *items)
{
    Py_ssize_t count = items->count;
    struct ordered *source = strobe_evaluation_take(evaluation, (size_t)count * sizeof *source);
    struct ordered *target = source != NULL ? strobe_evaluation_take(evaluation, (size_t)count * sizeof *target) : NULL;
    int status = target != NULL ? 0 : STROBE_ELIMIT;
    for (Py_ssize_t i = 0; status == 0 && i < count; i++) {
        source[i].item = items->values[i];
        status = order_by(evaluation, key, items->values[i], &source[i].order);
    }
    for (Py_ssize_t width = 1; status == 0 && width < count; width *= 2) {
        for (Py_ssize_t from = 0; status == 0 && from < count; from += 2 * width) {
            Py_ssize_t middle = from + width < count ? from + width : count;
            Py_ssize_t to = from + 2 * width < count ? from + 2 * width : count;
            status = merge(evaluation, source, target, from, middle, to);
        }
        struct ordered *kept = source;
        source = target;
        target = kept;
    }
    for (Py_ssize_t i = 0; status == 0 && i < count; i++) {
        items->values[i] = source[i].item;
    }
    return status;
}

int strobe_builtin_sorted(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                          struct strobe_value *ret_value)
{
    const struct strobe_value *backwards = strobe_arguments_keyword(arguments, "reverse");
    struct strobe_value list;
    bool descending = false;
    int status = backwards != NULL ? strobe_value_truth(evaluation, *backwards, &descending) : 0;
    status = status < 0 ? status : strobe_items_collect(evaluation, STROBE_VALUE_LIST, arguments->values[0], &list);
    if (status < 0) {
        return status;
    }
    if (descending) { /* equal items keep their order */
        reverse(list.as.items);
    }
    status = sort(evaluation, key_of(arguments), list.as.items);
    if (descending) {
        reverse(list.as.items);
    }
    if (status == 0) {
        *ret_value = list;
    }
    return status;
}

int strobe_builtin_reversed(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                            struct strobe_value *ret_value)
{
    struct strobe_value value = arguments->values[0], items;
    enum strobe_container container = strobe_container_of(value);
    struct strobe_text_view text;
    struct strobe_bytes_view bytes;
    bool ordered = (container != STROBE_CONTAINER_NONE && container != STROBE_CONTAINER_SET &&
                    container != STROBE_CONTAINER_ITERATOR) ||
                   strobe_text_view_of(value, &text) || strobe_bytes_view_of(value, &bytes);
    if (!ordered) {
        bool own = value.kind == STROBE_VALUE_OBJECT && container == STROBE_CONTAINER_NONE &&
                   PyType_HasFeature(Py_TYPE(value.as.object), Py_TPFLAGS_HEAPTYPE);
        return strobe_evaluation_fail(evaluation, own ? STROBE_FAULT_UNSAFE : STROBE_FAULT_TYPE,
                                      own ? "reversed() of a '%s' would run its code" : "'%s' object is not reversible",
                                      strobe_value_type_name(value));
    }
    int status = strobe_items_collect(evaluation, STROBE_VALUE_ITERATOR, value, &items);
    if (status == 0) {
        reverse(items.as.items);
        items.as.items->type = &PyReversed_Type;
        *ret_value = items;
    }
    return status;
}
