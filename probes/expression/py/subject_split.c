/* Methods that take a text apart and put it together: split, splitlines, partition, join and their kind. */
#include "probes/expression/py/items.h"
#include "probes/expression/py/subject.h"

/* ---- Lists of parts ---- */

static int append(struct strobe_evaluation *evaluation, const struct strobe_subject *subject, struct strobe_value list,
                  Py_ssize_t start, Py_ssize_t end)
{
    struct strobe_value part;
    int status = strobe_subject_slice(evaluation, subject, start, end, &part);
    return status < 0 ? status : strobe_items_append(evaluation, list.as.items, part);
}

static void reverse(struct strobe_items *items)
{
    for (Py_ssize_t i = 0, j = items->count - 1; i < j; i++, j--) {
        struct strobe_value value = items->values[i];
        items->values[i] = items->values[j];
        items->values[j] = value;
    }
}

static int split_by(struct strobe_evaluation *evaluation, const struct strobe_subject *subject,
                    const struct strobe_text_view *separator, Py_ssize_t most, struct strobe_value list)
{
    Py_ssize_t start = 0, place;
    int status = 0;
    while (status == 0 && most-- > 0) {
        status = strobe_subject_find(evaluation, subject, separator, start, subject->view.length, false, &place);
        if (status < 0 || place < 0) {
            break;
        }
        status = append(evaluation, subject, list, start, place);
        start = place + separator->length;
    }
    return status < 0 ? status : append(evaluation, subject, list, start, subject->view.length);
}

static int rsplit_by(struct strobe_evaluation *evaluation, const struct strobe_subject *subject,
                     const struct strobe_text_view *separator, Py_ssize_t most, struct strobe_value list)
{
    Py_ssize_t end = subject->view.length, place;
    int status = 0;
    while (status == 0 && most-- > 0) {
        status = strobe_subject_find(evaluation, subject, separator, 0, end, true, &place);
        if (status < 0 || place < 0) {
            break;
        }
        status = append(evaluation, subject, list, place + separator->length, end);
        end = place;
    }
    status = status < 0 ? status : append(evaluation, subject, list, 0, end);
    reverse(list.as.items);
    return status;
}

static int split_blanks(struct strobe_evaluation *evaluation, const struct strobe_subject *subject, Py_ssize_t most,
                        struct strobe_value list)
{
    Py_ssize_t length = subject->view.length, i = 0;
    int status = 0;
    while (status == 0) {
        while (i < length && strobe_subject_is_space(subject, strobe_subject_at(subject, i))) {
            i++;
        }
        if (i == length) {
            break;
        }
        Py_ssize_t start = i;
        if (most-- <= 0) {
            return append(evaluation, subject, list, start, length);
        }
        while (i < length && !strobe_subject_is_space(subject, strobe_subject_at(subject, i))) {
            i++;
        }
        status = append(evaluation, subject, list, start, i);
    }
    return status;
}

static int rsplit_blanks(struct strobe_evaluation *evaluation, const struct strobe_subject *subject, Py_ssize_t most,
                         struct strobe_value list)
{
    Py_ssize_t i = subject->view.length;
    int status = 0;
    while (status == 0) {
        while (i > 0 && strobe_subject_is_space(subject, strobe_subject_at(subject, i - 1))) {
            i--;
        }
        if (i == 0) {
            break;
        }
        Py_ssize_t end = i;
        if (most-- <= 0) {
            i = 0;
        }
        while (i > 0 && !strobe_subject_is_space(subject, strobe_subject_at(subject, i - 1))) {
            i--;
        }
        status = append(evaluation, subject, list, i, end);
    }
    reverse(list.as.items);
    return status;
}

static int split(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments, bool backwards,
                 struct strobe_value *ret_value)
{
    struct strobe_subject subject;
    struct strobe_text_view separator;
    struct strobe_value list;
    const struct strobe_value *given = strobe_arguments_get(arguments, 1, "sep");
    Py_ssize_t most;
    int status = strobe_subject_of(evaluation, arguments, &subject);
    status = status < 0 ? status : strobe_subject_count(evaluation, arguments, 2, "maxsplit", -1, &most);
    status = status < 0 ? status : strobe_items_make(evaluation, STROBE_VALUE_LIST, 8, &list);
    if (status < 0) {
        return status;
    }
    most = most < 0 ? PY_SSIZE_T_MAX : most;
    if (given == NULL || strobe_value_is(*given, Py_None)) {
        status = strobe_evaluation_spend(evaluation, 1 + subject.view.length / 16);
        if (status == 0) {
            status = backwards ? rsplit_blanks(evaluation, &subject, most, list)
                               : split_blanks(evaluation, &subject, most, list);
        }
    } else {
        status = strobe_subject_part(evaluation, &subject, *given, &separator);
        if (status == 0 && separator.length == 0) {
            return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE, "empty separator");
        }
        if (status == 0) {
            status = backwards ? rsplit_by(evaluation, &subject, &separator, most, list)
                               : split_by(evaluation, &subject, &separator, most, list);
        }
    }
    if (status == 0) {
        *ret_value = list;
    }
    return status;
}

int strobe_subject_split(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                         struct strobe_value *ret_value)
{
    return split(evaluation, arguments, false, ret_value);
}

int strobe_subject_rsplit(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                          struct strobe_value *ret_value)
{
    return split(evaluation, arguments, true, ret_value);
}

static bool is_line_end(const struct strobe_subject *subject, uint32_t character)
{
    return subject->is_bytes ? character == '\n' || character == '\r' : Py_UNICODE_ISLINEBREAK(character);
}

int strobe_subject_splitlines(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                              struct strobe_value *ret_value)
{
    struct strobe_subject subject;
    struct strobe_value list;
    const struct strobe_value *given = strobe_arguments_get(arguments, 1, "keepends");
    bool keep = false;
    int status = strobe_subject_of(evaluation, arguments, &subject);
    status = status < 0 || given == NULL ? status : strobe_value_truth(evaluation, *given, &keep);
    status = status < 0 ? status : strobe_items_make(evaluation, STROBE_VALUE_LIST, 8, &list);
    status = status < 0 ? status : strobe_evaluation_spend(evaluation, 1 + subject.view.length / 16);
    for (Py_ssize_t i = 0; status == 0 && i < subject.view.length;) {
        Py_ssize_t start = i;
        while (i < subject.view.length && !is_line_end(&subject, strobe_subject_at(&subject, i))) {
            i++;
        }
        Py_ssize_t end = i;
        if (i < subject.view.length) {
            bool pair = strobe_subject_at(&subject, i) == '\r' && i + 1 < subject.view.length &&
                        strobe_subject_at(&subject, i + 1) == '\n';
            i += pair ? 2 : 1;
        }
        status = append(evaluation, &subject, list, start, keep ? i : end);
    }
    if (status == 0) {
        *ret_value = list;
    }
    return status;
}

/* ---- Partition ---- */

static int partition(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments, bool backwards,
                     struct strobe_value *ret_value)
{
    struct strobe_subject subject;
    struct strobe_text_view separator;
    struct strobe_value tuple;
    Py_ssize_t place;
    int status = strobe_subject_of(evaluation, arguments, &subject);
    status = status < 0 ? status : strobe_subject_part(evaluation, &subject, arguments->values[1], &separator);
    if (status == 0 && separator.length == 0) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE, "empty separator");
    }
    Py_ssize_t length = subject.view.length;
    status = status < 0 ? status : strobe_subject_find(evaluation, &subject, &separator, 0, length, backwards, &place);
    status = status < 0 ? status : strobe_items_make(evaluation, STROBE_VALUE_TUPLE, 3, &tuple);
    if (status < 0) {
        return status;
    }
    Py_ssize_t cuts[2] = {place, place + separator.length};
    if (place < 0) {
        cuts[0] = cuts[1] = backwards ? 0 : length;
    }
    status = append(evaluation, &subject, tuple, 0, cuts[0]);
    status = status < 0 ? status : append(evaluation, &subject, tuple, cuts[0], cuts[1]);
    status = status < 0 ? status : append(evaluation, &subject, tuple, cuts[1], length);
    if (status == 0) {
        *ret_value = tuple;
    }
    return status;
}

int strobe_subject_partition(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                             struct strobe_value *ret_value)
{
    return partition(evaluation, arguments, false, ret_value);
}

int strobe_subject_rpartition(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                              struct strobe_value *ret_value)
{
    return partition(evaluation, arguments, true, ret_value);
}

/* ---- Join ---- */

int strobe_subject_join(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                        struct strobe_value *ret_value)
{
    struct strobe_subject subject;
    struct strobe_iteration iteration;
    struct strobe_text_builder builder;
    struct strobe_value item;
    struct strobe_text_view part;
    int status = strobe_subject_of(evaluation, arguments, &subject);
    status = status < 0 ? status : strobe_iteration_begin(evaluation, arguments->values[1], &iteration);
    status = status < 0 ? status : strobe_text_begin(evaluation, &builder);
    for (Py_ssize_t i = 0; status == 0; i++) {
        int more = strobe_iteration_next(evaluation, &iteration, &item);
        if (more <= 0) {
            status = more;
            break;
        }
        status = strobe_subject_part(evaluation, &subject, item, &part);
        if (status == 0 && i > 0) {
            status = strobe_text_put_view(&builder, &subject.view, 0, subject.view.length);
        }
        status = status < 0 ? status : strobe_text_put_view(&builder, &part, 0, part.length);
    }
    return status < 0 ? status : strobe_subject_end(&builder, &subject, ret_value);
}
