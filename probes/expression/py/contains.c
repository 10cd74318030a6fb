/* `member in container`. */
#include <math.h>

#include "probes/expression/py/compare.h"
#include "probes/expression/py/compare_containers.h"
#include "probes/expression/py/items.h"
#include "probes/expression/py/number.h"
#include "probes/expression/py/text.h"

static int in_text(struct strobe_evaluation *evaluation, const struct strobe_text_view *text,
                   struct strobe_value member, bool *ret_found)
{
    struct strobe_text_view needle;
    Py_ssize_t place;
    if (!strobe_text_view_of(member, &needle)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE,
                                      "'in <string>' requires string as left operand, not %s",
                                      strobe_value_type_name(member));
    }
    int status = strobe_text_find(evaluation, text, &needle, 0, text->length, false, &place);
    if (status == 0) {
        *ret_found = place >= 0;
    }
    return status;
}

static int in_bytes(struct strobe_evaluation *evaluation, const struct strobe_bytes_view *bytes,
                    struct strobe_value member, bool *ret_found)
{
    struct strobe_bytes_view needle;
    struct strobe_number number;
    uint8_t byte;
    Py_ssize_t place;
    if (!strobe_bytes_view_of(member, &needle)) {
        enum strobe_number_kind kind = strobe_number_of(member, &number);
        if (kind != STROBE_NUMBER_INT && kind != STROBE_NUMBER_WIDE) {
            return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "a bytes-like object is required, not '%s'",
                                          strobe_value_type_name(member));
        }
        if (kind == STROBE_NUMBER_WIDE || number.integer < 0 || number.integer > UINT8_MAX) {
            return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE, "byte must be in range(0, 256)");
        }
        byte = (uint8_t)number.integer;
        needle = (struct strobe_bytes_view){&byte, 1};
    }
    int status = strobe_bytes_find(evaluation, bytes, &needle, 0, bytes->size, false, &place);
    if (status == 0) {
        *ret_found = place >= 0;
    }
    return status;
}

/* A number is in a range when it is whole and on a step; anything else would have to be equal to an int. */
static int in_range(struct strobe_evaluation *evaluation, struct strobe_value container, struct strobe_value member,
                    bool *ret_found)
{
    struct strobe_range range;
    struct strobe_number number;
    int status = strobe_range_of(evaluation, container, &range);
    if (status < 0) {
        return status;
    }
    enum strobe_number_kind kind = strobe_number_of(member, &number);
    *ret_found = false;
    if (kind == STROBE_NUMBER_NONE && strobe_value_compares_itself(evaluation, member)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_UNSAFE,
                                      "looking for a '%s' would run its comparison; look for one of its fields",
                                      strobe_value_type_name(member));
    }
    if (kind == STROBE_NUMBER_FLOAT && floor(number.real) == number.real && fabs(number.real) < 0x1p63) {
        kind = STROBE_NUMBER_INT;
        number.integer = (int64_t)number.real;
    }
    if (kind == STROBE_NUMBER_INT && range.count > 0) {
        int64_t last = strobe_range_item(&range, range.count - 1);
        int64_t low = range.step > 0 ? range.start : last;
        int64_t high = range.step > 0 ? last : range.start;
        __int128 distance = (__int128)number.integer - range.start;
        *ret_found = number.integer >= low && number.integer <= high && distance % range.step == 0;
    }
    return 0;
}

static int in_items(struct strobe_evaluation *evaluation, struct strobe_value container, struct strobe_value member,
                    bool *ret_found)
{
    struct strobe_iteration iteration;
    struct strobe_value item;
    bool equal = false;
    int status = strobe_iteration_begin(evaluation, container, &iteration);
    while (status == 0 && !equal && (status = strobe_iteration_next(evaluation, &iteration, &item)) == 1) {
        status = strobe_value_equal(evaluation, item, member, &equal);
    }
    if (status == 0) {
        *ret_found = equal;
    }
    return status;
}

static int refuse(struct strobe_evaluation *evaluation, struct strobe_value container)
{
    const PyTypeObject *type = strobe_value_type(container);
    bool own = container.kind == STROBE_VALUE_OBJECT &&
               (type->tp_iter != NULL || (type->tp_as_sequence != NULL && (type->tp_as_sequence->sq_contains != NULL ||
                                                                           type->tp_as_sequence->sq_item != NULL)));
    if (own) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_UNSAFE,
                                      "'in' on a '%s' would run its __contains__ or __iter__; use what it keeps",
                                      strobe_value_type_name(container));
    }
    return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "argument of type '%s' is not iterable",
                                  strobe_value_type_name(container));
}

int strobe_value_contains(struct strobe_evaluation *evaluation, struct strobe_value container,
                          struct strobe_value member, bool *ret_found)
{
    struct strobe_text_view text;
    struct strobe_bytes_view bytes;
    int status;
    switch (strobe_container_of(container)) {
    case STROBE_CONTAINER_NONE:
        if (strobe_text_view_of(container, &text)) {
            return in_text(evaluation, &text, member, ret_found);
        }
        if (strobe_bytes_view_of(container, &bytes)) {
            return in_bytes(evaluation, &bytes, member, ret_found);
        }
        return refuse(evaluation, container);
    case STROBE_CONTAINER_RANGE:
        return in_range(evaluation, container, member, ret_found);
    case STROBE_CONTAINER_SET:
    case STROBE_CONTAINER_DICT:
    case STROBE_CONTAINER_DICT_KEYS:
        status = strobe_table_has(evaluation, container, member);
        break;
    case STROBE_CONTAINER_DICT_ITEMS:
        status = strobe_items_view_has(evaluation, container, member);
        break;
    default:
        return in_items(evaluation, container, member, ret_found);
    }
    if (status >= 0) {
        *ret_found = status == 1;
        status = 0;
    }
    return status;
}
