/* Methods that look for a part: find, index, count, replace, startswith, removeprefix and their kind. */
#include "probes/expression/py/items.h"
#include "probes/expression/py/number.h"
#include "probes/expression/py/subject.h"

enum { BYTES_PER_STEP = 16 };

/* The part to look for: of bytes also one byte as a number. */
static int part_of(struct strobe_evaluation *evaluation, const struct strobe_subject *subject,
                   struct strobe_value value, uint8_t *byte, struct strobe_text_view *ret_part)
{
    struct strobe_number number;
    enum strobe_number_kind kind = subject->is_bytes ? strobe_number_of(value, &number) : STROBE_NUMBER_NONE;
    if (kind != STROBE_NUMBER_INT && kind != STROBE_NUMBER_WIDE) {
        return strobe_subject_part(evaluation, subject, value, ret_part);
    }
    if (kind == STROBE_NUMBER_WIDE || number.integer < 0 || number.integer > 255) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE, "byte must be in range(0, 256)");
    }
    *byte = (uint8_t)number.integer;
    *ret_part = (struct strobe_text_view){byte, 1, 1};
    return 0;
}

static int find(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments, bool backwards,
                Py_ssize_t *ret_place)
{
    struct strobe_subject subject;
    struct strobe_text_view part;
    Py_ssize_t start, end;
    uint8_t byte;
    int status = strobe_subject_of(evaluation, arguments, &subject);
    status = status < 0 ? status : part_of(evaluation, &subject, arguments->values[1], &byte, &part);
    status = status < 0 ? status : strobe_subject_bounds(evaluation, arguments, 2, subject.view.length, &start, &end);
    if (status < 0) {
        return status;
    }
    *ret_place = -1;
    return start > end ? 0 : strobe_subject_find(evaluation, &subject, &part, start, end, backwards, ret_place);
}

static int find_value(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments, bool backwards,
                      struct strobe_value *ret_value)
{
    Py_ssize_t place;
    int status = find(evaluation, arguments, backwards, &place);
    if (status == 0) {
        *ret_value = strobe_value_int(place);
    }
    return status;
}

static int index_value(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments, bool backwards,
                       struct strobe_value *ret_value)
{
    Py_ssize_t place;
    int status = find(evaluation, arguments, backwards, &place);
    if (status == 0 && place < 0) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE, "substring not found");
    }
    if (status == 0) {
        *ret_value = strobe_value_int(place);
    }
    return status;
}

int strobe_subject_find_first(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                              struct strobe_value *ret_value)
{
    return find_value(evaluation, arguments, false, ret_value);
}

int strobe_subject_find_last(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                             struct strobe_value *ret_value)
{
    return find_value(evaluation, arguments, true, ret_value);
}

int strobe_subject_index_first(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                               struct strobe_value *ret_value)
{
    return index_value(evaluation, arguments, false, ret_value);
}

int strobe_subject_index_last(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                              struct strobe_value *ret_value)
{
    return index_value(evaluation, arguments, true, ret_value);
}

int strobe_subject_count_parts(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                               struct strobe_value *ret_value)
{
    struct strobe_subject subject;
    struct strobe_text_view part = {"", 0, 1};
    Py_ssize_t start, end, place = 0, count = 0;
    uint8_t byte;
    int status = strobe_subject_of(evaluation, arguments, &subject);
    status = status < 0 ? status : part_of(evaluation, &subject, arguments->values[1], &byte, &part);
    status = status < 0 ? status : strobe_subject_bounds(evaluation, arguments, 2, subject.view.length, &start, &end);
    if (status == 0 && part.length == 0) {
        count = start > end ? 0 : end - start + 1;
        place = -1;
    }
    while (status == 0 && place >= 0 && start <= end) {
        status = strobe_subject_find(evaluation, &subject, &part, start, end, false, &place);
        count += status == 0 && place >= 0;
        start = place + part.length;
    }
    if (status == 0) {
        *ret_value = strobe_value_int(count);
    }
    return status;
}

/* ---- Begins and ends ---- */

static bool stands_at(const struct strobe_subject *subject, const struct strobe_text_view *part, Py_ssize_t place)
{
    for (Py_ssize_t i = 0; i < part->length; i++) {
        if (strobe_subject_at(subject, place + i) != PyUnicode_READ(part->width, part->data, i)) {
            return false;
        }
    }
    return true;
}

static int is_edge(struct strobe_evaluation *evaluation, const struct strobe_subject *subject,
                   struct strobe_value value, Py_ssize_t start, Py_ssize_t end, bool at_end, bool *ret_found)
{
    struct strobe_text_view part;
    int status = strobe_subject_part(evaluation, subject, value, &part);
    if (status < 0) {
        return status;
    }
    *ret_found = false;
    if (end - part.length < start) {
        return 0;
    }
    status = strobe_evaluation_spend(evaluation, 1 + part.length / BYTES_PER_STEP);
    *ret_found = status == 0 && stands_at(subject, &part, at_end ? end - part.length : start);
    return status;
}

static int edge(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments, bool at_end,
                struct strobe_value *ret_value)
{
    struct strobe_subject subject;
    struct strobe_iteration iteration;
    struct strobe_value part = arguments->values[1];
    Py_ssize_t start, end;
    bool found = false;
    int status = strobe_subject_of(evaluation, arguments, &subject);
    status = status < 0 ? status : strobe_subject_bounds(evaluation, arguments, 2, subject.view.length, &start, &end);
    if (status == 0 && strobe_container_of(part) != STROBE_CONTAINER_TUPLE) {
        status = is_edge(evaluation, &subject, part, start, end, at_end, &found);
    } else if (status == 0) {
        status = strobe_iteration_begin(evaluation, part, &iteration);
        while (status == 0 && !found) {
            status = strobe_iteration_next(evaluation, &iteration, &part);
            if (status <= 0) {
                break;
            }
            status = is_edge(evaluation, &subject, part, start, end, at_end, &found);
        }
    }
    if (status == 0) {
        *ret_value = strobe_value_bool(found);
    }
    return status;
}

int strobe_subject_startswith(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                              struct strobe_value *ret_value)
{
    return edge(evaluation, arguments, false, ret_value);
}

int strobe_subject_endswith(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                            struct strobe_value *ret_value)
{
    return edge(evaluation, arguments, true, ret_value);
}

static int remove_edge(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments, bool at_end,
                       struct strobe_value *ret_value)
{
    struct strobe_subject subject;
    struct strobe_text_view part;
    bool found = false;
    int status = strobe_subject_of(evaluation, arguments, &subject);
    Py_ssize_t end = subject.view.length;
    status = status < 0 ? status : is_edge(evaluation, &subject, arguments->values[1], 0, end, at_end, &found);
    status = status < 0 ? status : strobe_subject_part(evaluation, &subject, arguments->values[1], &part);
    if (status < 0) {
        return status;
    }
    Py_ssize_t cut = found ? part.length : 0;
    return strobe_subject_slice(evaluation, &subject, at_end ? 0 : cut, at_end ? end - cut : end, ret_value);
}

int strobe_subject_removeprefix(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                                struct strobe_value *ret_value)
{
    return remove_edge(evaluation, arguments, false, ret_value);
}

int strobe_subject_removesuffix(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                                struct strobe_value *ret_value)
{
    return remove_edge(evaluation, arguments, true, ret_value);
}

/* ---- Replace ---- */

/* Put `with` before each character and at the end, `count` times. */
static int put_between(struct strobe_text_builder *builder, const struct strobe_text_view *view,
                       const struct strobe_text_view *with, Py_ssize_t count)
{
    int status = 0;
    for (Py_ssize_t i = 0; status == 0 && i <= view->length; i++) {
        status = i < count ? strobe_text_put_view(builder, with, 0, with->length) : 0;
        status = status < 0 || i == view->length ? status : strobe_text_put_view(builder, view, i, i + 1);
    }
    return status;
}

static int put_replaced(struct strobe_text_builder *builder, const struct strobe_subject *subject,
                        const struct strobe_text_view *old, const struct strobe_text_view *with, Py_ssize_t count)
{
    const struct strobe_text_view *view = &subject->view;
    Py_ssize_t start = 0, place;
    int status = 0;
    while (status == 0 && count-- > 0) {
        status = strobe_subject_find(builder->evaluation, subject, old, start, view->length, false, &place);
        if (status < 0 || place < 0) {
            break;
        }
        status = strobe_text_put_view(builder, view, start, place);
        status = status < 0 ? status : strobe_text_put_view(builder, with, 0, with->length);
        start = place + old->length;
    }
    return status < 0 ? status : strobe_text_put_view(builder, view, start, view->length);
}

int strobe_subject_replace(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                           struct strobe_value *ret_value)
{
    struct strobe_subject subject;
    struct strobe_text_view old, with;
    struct strobe_text_builder builder;
    Py_ssize_t count;
    if (arguments->positional_count < 3) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "replace() takes at least 2 positional arguments");
    }
    int status = strobe_subject_of(evaluation, arguments, &subject);
    status = status < 0 ? status : strobe_subject_part(evaluation, &subject, arguments->values[1], &old);
    status = status < 0 ? status : strobe_subject_part(evaluation, &subject, arguments->values[2], &with);
    status = status < 0 ? status : strobe_subject_count(evaluation, arguments, 3, "count", -1, &count);
    status = status < 0 ? status : strobe_text_begin(evaluation, &builder);
    if (status < 0) {
        return status;
    }
    count = count < 0 ? PY_SSIZE_T_MAX : count;
    status = old.length == 0 ? put_between(&builder, &subject.view, &with, count)
                             : put_replaced(&builder, &subject, &old, &with, count);
    return status < 0 ? status : strobe_subject_end(&builder, &subject, ret_value);
}
