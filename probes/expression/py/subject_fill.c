/* Methods about what stands around a text: strip, ljust, center, zfill, expandtabs and their kind. */
#include "probes/expression/py/number.h"
#include "probes/expression/py/subject.h"

/* ---- Strip ---- */

static bool belongs(const struct strobe_subject *subject, const struct strobe_text_view *set, uint32_t character)
{
    if (set == NULL) {
        return strobe_subject_is_space(subject, character);
    }
    for (Py_ssize_t i = 0; i < set->length; i++) {
        if (PyUnicode_READ(set->width, set->data, i) == character) {
            return true;
        }
    }
    return false;
}

static int strip(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments, bool left, bool right,
                 struct strobe_value *ret_value)
{
    struct strobe_subject subject;
    struct strobe_text_view given;
    const struct strobe_text_view *set = NULL;
    int status = strobe_subject_of(evaluation, arguments, &subject);
    if (status == 0 && arguments->positional_count > 1 && !strobe_value_is(arguments->values[1], Py_None)) {
        status = strobe_subject_part(evaluation, &subject, arguments->values[1], &given);
        set = &given;
    }
    if (status < 0) {
        return status;
    }
    Py_ssize_t start = 0, end = subject.view.length;
    int64_t cost = 1 + (set != NULL ? set->length / 16 : 0); /* of one character */
    for (; left && status == 0 && start < end && belongs(&subject, set, strobe_subject_at(&subject, start)); start++) {
        status = start % 16 == 0 || cost > 1 ? strobe_evaluation_spend(evaluation, cost) : 0;
    }
    for (; right && status == 0 && end > start && belongs(&subject, set, strobe_subject_at(&subject, end - 1)); end--) {
        status = end % 16 == 0 || cost > 1 ? strobe_evaluation_spend(evaluation, cost) : 0;
    }
    return status < 0 ? status : strobe_subject_slice(evaluation, &subject, start, end, ret_value);
}

int strobe_subject_strip(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                         struct strobe_value *ret_value)
{
    return strip(evaluation, arguments, true, true, ret_value);
}

int strobe_subject_lstrip(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                          struct strobe_value *ret_value)
{
    return strip(evaluation, arguments, true, false, ret_value);
}

int strobe_subject_rstrip(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                          struct strobe_value *ret_value)
{
    return strip(evaluation, arguments, false, true, ret_value);
}

/* ---- Fill ---- */

static int put_filled(struct strobe_evaluation *evaluation, const struct strobe_subject *subject, Py_ssize_t left,
                      Py_ssize_t right, uint32_t fill, struct strobe_value *ret_value)
{
    struct strobe_text_builder builder;
    int status = strobe_text_begin(evaluation, &builder);
    status = status < 0 ? status : strobe_text_put_repeated(&builder, fill, left);
    status = status < 0 ? status : strobe_text_put_view(&builder, &subject->view, 0, subject->view.length);
    status = status < 0 ? status : strobe_text_put_repeated(&builder, fill, right);
    return status < 0 ? status : strobe_subject_end(&builder, subject, ret_value);
}

enum side { SIDE_LEFT, SIDE_RIGHT, SIDE_BOTH };

static int justify(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments, enum side filled,
                   struct strobe_value *ret_value)
{
    struct strobe_subject subject;
    struct strobe_text_view given;
    uint32_t fill = ' ';
    Py_ssize_t width;
    int status = strobe_subject_of(evaluation, arguments, &subject);
    status = status < 0 ? status : strobe_number_index(evaluation, arguments->values[1], &width);
    if (status == 0 && arguments->positional_count > 2) {
        status = strobe_subject_part(evaluation, &subject, arguments->values[2], &given);
        if (status == 0 && given.length != 1) {
            return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE,
                                          "The fill character must be exactly one character long");
        }
        fill = status == 0 ? PyUnicode_READ(given.width, given.data, 0) : fill;
    }
    if (status < 0) {
        return status;
    }
    Py_ssize_t length = subject.view.length;
    Py_ssize_t padding = width > length ? width - length : 0;
    Py_ssize_t left = filled == SIDE_LEFT ? padding : 0;
    if (filled == SIDE_BOTH) {
        left = padding / 2 + (padding & width & 1); /* as CPython rounds */
    }
    return put_filled(evaluation, &subject, left, padding - left, fill, ret_value);
}

int strobe_subject_ljust(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                         struct strobe_value *ret_value)
{
    return justify(evaluation, arguments, SIDE_RIGHT, ret_value);
}

int strobe_subject_rjust(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                         struct strobe_value *ret_value)
{
    return justify(evaluation, arguments, SIDE_LEFT, ret_value);
}

int strobe_subject_center(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                          struct strobe_value *ret_value)
{
    return justify(evaluation, arguments, SIDE_BOTH, ret_value);
}

int strobe_subject_zfill(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                         struct strobe_value *ret_value)
{
    struct strobe_subject subject;
    struct strobe_text_builder builder;
    Py_ssize_t width;
    int status = strobe_subject_of(evaluation, arguments, &subject);
    status = status < 0 ? status : strobe_number_index(evaluation, arguments->values[1], &width);
    status = status < 0 ? status : strobe_text_begin(evaluation, &builder);
    if (status < 0) {
        return status;
    }
    Py_ssize_t length = subject.view.length;
    uint32_t first = length > 0 ? strobe_subject_at(&subject, 0) : 0;
    bool sign = width > length && (first == '+' || first == '-');
    status = sign ? strobe_text_put(&builder, first) : 0;
    status = status < 0 ? status : strobe_text_put_repeated(&builder, '0', width > length ? width - length : 0);
    status = status < 0 ? status : strobe_text_put_view(&builder, &subject.view, sign, length);
    return status < 0 ? status : strobe_subject_end(&builder, &subject, ret_value);
}

int strobe_subject_expandtabs(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                              struct strobe_value *ret_value)
{
    struct strobe_subject subject;
    struct strobe_text_builder builder;
    Py_ssize_t size, column = 0;
    int status = strobe_subject_of(evaluation, arguments, &subject);
    status = status < 0 ? status : strobe_subject_count(evaluation, arguments, 1, "tabsize", 8, &size);
    status = status < 0 ? status : strobe_evaluation_spend(evaluation, 1 + subject.view.length / 16);
    status = status < 0 ? status : strobe_text_begin(evaluation, &builder);
    for (Py_ssize_t i = 0; status == 0 && i < subject.view.length; i++) {
        uint32_t character = strobe_subject_at(&subject, i);
        if (character != '\t') {
            column = character == '\n' || character == '\r' ? 0 : column + 1;
            status = strobe_text_put(&builder, character);
        } else if (size > 0) {
            Py_ssize_t blanks = size - column % size;
            column += blanks;
            status = strobe_text_put_repeated(&builder, ' ', blanks);
        }
    }
    return status < 0 ? status : strobe_subject_end(&builder, &subject, ret_value);
}
