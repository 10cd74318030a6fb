/* Ranges of the program and computed ones, with bounds of 64 bits. */
#include "base/py/range.h"

#include "base/py/integer.h"
#include "probes/expression/py/items.h"

/* How many items; STROBE_ELIMIT when 63 bits do not count them. */
static int count_items(struct strobe_evaluation *evaluation, struct strobe_range *range)
{
    __int128 span = (__int128)range->stop - range->start;
    __int128 step = range->step;
    __int128 count = step > 0 ? (span + step - 1) / step : (span + step + 1) / step;
    count = (step > 0) == (span > 0) && span != 0 ? count : 0;
    if (count > PY_SSIZE_T_MAX) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_LIMIT, "a range of more items than can be counted");
    }
    range->count = (int64_t)count;
    return 0;
}

int strobe_range_make(struct strobe_evaluation *evaluation, int64_t start, int64_t stop, int64_t step,
                      struct strobe_value *ret_value)
{
    if (step == 0) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE, "range() arg 3 must not be zero");
    }
    struct strobe_range *range = strobe_evaluation_take(evaluation, sizeof *range);
    if (range == NULL) {
        return STROBE_ELIMIT;
    }
    *range = (struct strobe_range){start, stop, step, 0};
    int status = count_items(evaluation, range);
    if (status == 0) {
        *ret_value = (struct strobe_value){STROBE_VALUE_RANGE, {.range = range}};
    }
    return status;
}

int strobe_range_of(struct strobe_evaluation *evaluation, struct strobe_value value, struct strobe_range *ret_range)
{
    struct strobe_range_fields fields;
    if (value.kind == STROBE_VALUE_RANGE) {
        *ret_range = *value.as.range;
        return 0;
    }
    if (!strobe_range_read(value.as.object, &fields)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_INTERNAL, "a range that cannot be read");
    }
    struct strobe_range range;
    if (!strobe_integer_small(fields.start, &range.start) || !strobe_integer_small(fields.stop, &range.stop) ||
        !strobe_integer_small(fields.step, &range.step)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_LIMIT, "a range with bounds of more than 64 bits");
    }
    int status = count_items(evaluation, &range);
    if (status == 0) {
        *ret_range = range;
    }
    return status;
}
