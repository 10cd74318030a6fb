#include "probes/expression/py/subject.h"

#include "probes/expression/py/number.h"

/* See a value as characters. @return false when it is neither text nor bytes */
static bool see(struct strobe_value value, struct strobe_subject *ret)
{
    struct strobe_bytes_view bytes;
    *ret = (struct strobe_subject){.is_bytes = false};
    if (strobe_text_view_of(value, &ret->view)) {
        return true;
    }
    if (!strobe_bytes_view_of(value, &bytes)) {
        return false;
    }
    ret->view = (struct strobe_text_view){bytes.data, bytes.size, 1};
    ret->is_bytes = true;
    ret->is_bytearray =
        value.kind == STROBE_VALUE_BYTES ? value.as.bytes->is_bytearray : PyByteArray_Check(value.as.object);
    return true;
}

int strobe_subject_of(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                      struct strobe_subject *ret_subject)
{
    if (!see(arguments->values[0], ret_subject)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "'%.60s' cannot be read as text",
                                      strobe_value_type_name(arguments->values[0]));
    }
    return 0;
}

int strobe_subject_part(struct strobe_evaluation *evaluation, const struct strobe_subject *subject,
                        struct strobe_value value, struct strobe_text_view *ret_part)
{
    struct strobe_subject part;
    if (!see(value, &part) || part.is_bytes != subject->is_bytes) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE,
                                      subject->is_bytes ? "a bytes-like object is required, not '%.60s'"
                                                        : "must be str, not %.60s",
                                      strobe_value_type_name(value));
    }
    *ret_part = part.view;
    return 0;
}

int strobe_subject_slice(struct strobe_evaluation *evaluation, const struct strobe_subject *subject, Py_ssize_t start,
                         Py_ssize_t end, struct strobe_value *ret_value)
{
    if (!subject->is_bytes) {
        return strobe_text_make_view(evaluation, &subject->view, start, end, ret_value);
    }
    struct strobe_value value;
    int status = strobe_bytes_make(evaluation, (const uint8_t *)subject->view.data + start, end - start, &value);
    if (status == 0) {
        value.as.bytes->is_bytearray = subject->is_bytearray;
        *ret_value = value;
    }
    return status;
}

int strobe_subject_end(struct strobe_text_builder *builder, const struct strobe_subject *subject,
                       struct strobe_value *ret_value)
{
    struct strobe_value text;
    struct strobe_subject made = {.is_bytes = true, .is_bytearray = subject->is_bytearray};
    int status = strobe_text_end(builder, &text);
    if (status < 0 || !subject->is_bytes) {
        *ret_value = status < 0 ? *ret_value : text;
        return status;
    }
    strobe_text_view_of(text, &made.view);
    return strobe_subject_slice(builder->evaluation, &made, 0, made.view.length, ret_value);
}

int strobe_subject_find(struct strobe_evaluation *evaluation, const struct strobe_subject *subject,
                        const struct strobe_text_view *part, Py_ssize_t start, Py_ssize_t end, bool backwards,
                        Py_ssize_t *ret_place)
{
    return strobe_text_find(evaluation, &subject->view, part, start, end, backwards, ret_place);
}

int strobe_subject_bounds(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                          unsigned index, Py_ssize_t length, Py_ssize_t *ret_start, Py_ssize_t *ret_end)
{
    Py_ssize_t bounds[2] = {0, length};
    for (unsigned i = 0; i < 2; i++) {
        if (index + i < arguments->positional_count && !strobe_value_is(arguments->values[index + i], Py_None)) {
            int status = strobe_number_index(evaluation, arguments->values[index + i], &bounds[i]);
            if (status < 0) {
                return status;
            }
        }
        bounds[i] = bounds[i] < -length ? 0 : bounds[i] < 0 ? bounds[i] + length : bounds[i];
    }
    *ret_start = bounds[0];
    *ret_end = bounds[1] < length ? bounds[1] : length;
    return 0;
}

int strobe_subject_count(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments, unsigned index,
                         const char *name, Py_ssize_t absent, Py_ssize_t *ret_count)
{
    const struct strobe_value *value = strobe_arguments_get(arguments, index, name);
    if (value == NULL) {
        *ret_count = absent;
        return 0;
    }
    return strobe_number_index(evaluation, *value, ret_count);
}

bool strobe_subject_is_space(const struct strobe_subject *subject, uint32_t character)
{
    return subject->is_bytes ? character == ' ' || (character >= '\t' && character <= '\r')
                             : Py_UNICODE_ISSPACE(character);
}
