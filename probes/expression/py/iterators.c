/* Builtins that give an iterator: the items are there at once, bounded as those of a list. */
#include <string.h>

#include "probes/expression/py/builtins.h"
#include "probes/expression/py/items.h"
#include "probes/expression/py/number.h"

static int make_tuple(struct strobe_evaluation *evaluation, const struct strobe_value *values, Py_ssize_t count,
                      struct strobe_value *ret_value)
{
    int status = strobe_items_make(evaluation, STROBE_VALUE_TUPLE, count, ret_value);
    if (status == 0) {
        memcpy(ret_value->as.items->values, values, (size_t)count * sizeof *values);
        ret_value->as.items->count = count;
    }
    return status;
}

int strobe_builtin_enumerate(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                             struct strobe_value *ret_value)
{
    const struct strobe_value *iterable = strobe_arguments_get(arguments, 0, "iterable");
    const struct strobe_value *start = strobe_arguments_get(arguments, 1, "start");
    struct strobe_iteration iteration;
    struct strobe_value items, tuple, pair[2];
    Py_ssize_t number = 0;
    if (iterable == NULL) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "enumerate() missing required argument");
    }
    int status = start != NULL ? strobe_number_index(evaluation, *start, &number) : 0;
    status = status < 0 ? status : strobe_iteration_begin(evaluation, *iterable, &iteration);
    status = status < 0 ? status
                        : strobe_items_make(evaluation, STROBE_VALUE_ITERATOR,
                                            iteration.count > 0 ? iteration.count : 0, &items);
    while (status == 0 && (status = strobe_iteration_next(evaluation, &iteration, &pair[1])) == 1) {
        if (number == PY_SSIZE_T_MAX) {
            return strobe_evaluation_fail(evaluation, STROBE_FAULT_LIMIT, "enumerate() beyond 63 bits");
        }
        pair[0] = strobe_value_int(number++);
        status = make_tuple(evaluation, pair, 2, &tuple);
        status = status < 0 ? status : strobe_items_append(evaluation, items.as.items, tuple);
    }
    if (status == 0) {
        items.as.items->type = &PyEnum_Type;
        *ret_value = items;
    }
    return status;
}

/* The next item of each. @return 1; 0 when one is at its end, and how many gave one; or a negative code */
static int next_of_each(struct strobe_evaluation *evaluation, struct strobe_iteration *iterations, unsigned count,
                        struct strobe_value *items, unsigned *ret_given)
{
    for (unsigned i = 0; i < count; i++) {
        int status = strobe_iteration_next(evaluation, &iterations[i], &items[i]);
        if (status != 1) {
            *ret_given = i;
            return status;
        }
    }
    *ret_given = count;
    return count > 0;
}

/* strict=True: all are at their end when the first is. */
static int check_ends(struct strobe_evaluation *evaluation, struct strobe_iteration *iterations, unsigned count,
                      unsigned given)
{
    struct strobe_value ignored;
    int more = given > 0;
    for (unsigned i = 1; more == 0 && i < count; i++) {
        more = strobe_iteration_next(evaluation, &iterations[i], &ignored);
    }
    if (more < 0) {
        return more;
    }
    return more == 0 ? 0
                     : strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE, "zip() arguments have different lengths");
}

int strobe_builtin_zip(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                       struct strobe_value *ret_value)
{
    struct strobe_iteration iterations[STROBE_ARGUMENTS_MAX];
    struct strobe_value values[STROBE_ARGUMENTS_MAX];
    const struct strobe_value *strict = strobe_arguments_keyword(arguments, "strict");
    struct strobe_value items, tuple;
    unsigned count = arguments->positional_count, given = 0;
    bool is_strict = false;
    int status = strict != NULL ? strobe_value_truth(evaluation, *strict, &is_strict) : 0;
    for (unsigned i = 0; status == 0 && i < count; i++) {
        status = strobe_iteration_begin(evaluation, arguments->values[i], &iterations[i]);
    }
    status = status < 0 ? status : strobe_items_make(evaluation, STROBE_VALUE_ITERATOR, 0, &items);
    while (status == 0 && (status = next_of_each(evaluation, iterations, count, values, &given)) == 1) {
        status = make_tuple(evaluation, values, count, &tuple);
        status = status < 0 ? status : strobe_items_append(evaluation, items.as.items, tuple);
    }
    if (status == 0 && is_strict) {
        status = check_ends(evaluation, iterations, count, given);
    }
    if (status == 0) {
        items.as.items->type = &PyZip_Type;
        *ret_value = items;
    }
    return status;
}

/* ---- Functions of the language over items ---- */

int strobe_builtin_map(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                       struct strobe_value *ret_value)
{
    struct strobe_iteration iterations[STROBE_ARGUMENTS_MAX];
    struct strobe_value values[STROBE_ARGUMENTS_MAX];
    struct strobe_value items, result;
    unsigned count = arguments->positional_count - 1, given;
    int status = 0;
    for (unsigned i = 0; status == 0 && i < count; i++) {
        status = strobe_iteration_begin(evaluation, arguments->values[i + 1], &iterations[i]);
    }
    status = status < 0 ? status : strobe_items_make(evaluation, STROBE_VALUE_ITERATOR, 0, &items);
    while (status == 0 && (status = next_of_each(evaluation, iterations, count, values, &given)) == 1) {
        status = strobe_function_apply(evaluation, arguments->values[0], values, count, &result);
        status = status < 0 ? status : strobe_items_append(evaluation, items.as.items, result);
    }
    if (status == 0) {
        items.as.items->type = &PyMap_Type;
        *ret_value = items;
    }
    return status;
}

int strobe_builtin_filter(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                          struct strobe_value *ret_value)
{
    struct strobe_iteration iteration;
    struct strobe_value items, item, verdict;
    bool by_truth = strobe_value_is(arguments->values[0], Py_None);
    int status = strobe_iteration_begin(evaluation, arguments->values[1], &iteration);
    status = status < 0 ? status : strobe_items_make(evaluation, STROBE_VALUE_ITERATOR, 0, &items);
    while (status == 0 && (status = strobe_iteration_next(evaluation, &iteration, &item)) == 1) {
        bool truth = false;
        verdict = item;
        status = by_truth ? 0 : strobe_function_apply(evaluation, arguments->values[0], &item, 1, &verdict);
        status = status < 0 ? status : strobe_value_truth(evaluation, verdict, &truth);
        if (status == 0 && truth) {
            status = strobe_items_append(evaluation, items.as.items, item);
        }
    }
    if (status == 0) {
        items.as.items->type = &PyFilter_Type;
        *ret_value = items;
    }
    return status;
}
