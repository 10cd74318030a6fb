#include "probes/expression/py/matches.h"

#include <string.h>

#include "probes/expression/py/text.h"

enum {
    STEPS_PER_FUEL = STROBE_EXPRESSION_PATTERN_STEPS_MAX / STROBE_EXPRESSION_FUEL,
    BYTES_PER_FUEL = 16,
    BYTES_PER_CHARACTER = 4
};

/* The text as UTF-8 in the arena; where it is when it is ASCII already. */
static const char *encode(struct strobe_evaluation *evaluation, const struct strobe_text_view *view, size_t *ret_size)
{
    uint32_t all = 0;
    for (Py_ssize_t i = 0; i < view->length; i++) {
        all |= PyUnicode_READ(view->width, view->data, i);
    }
    if (all < 0x80) {
        *ret_size = (size_t)view->length;
        return view->data;
    }
    uint8_t *bytes = strobe_evaluation_take(evaluation, (size_t)view->length * BYTES_PER_CHARACTER);
    uint8_t *to = bytes;
    for (Py_ssize_t i = 0; bytes != NULL && i < view->length; i++) {
        to += strobe_text_utf8_of(PyUnicode_READ(view->width, view->data, i), to);
    }
    *ret_size = (size_t)(to - bytes);
    return (const char *)bytes;
}

int strobe_matches(struct strobe_evaluation *evaluation, struct strobe_pattern *pattern, struct strobe_value subject,
                   bool *ret_matched)
{
    struct strobe_text_view view;
    size_t size;
    if (!strobe_text_view_of(subject, &view)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "matches() takes a str, not '%.60s'",
                                      strobe_value_type_name(subject));
    }
    if (view.length > STROBE_EXPRESSION_TEXT_MAX) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_LIMIT,
                                      "matches() reads at most %d characters, here are %zd", STROBE_EXPRESSION_TEXT_MAX,
                                      view.length);
    }
    int status = strobe_evaluation_spend(evaluation, 1 + view.length / BYTES_PER_FUEL);
    if (status < 0) {
        return status;
    }
    struct strobe_arena before = *evaluation->arena;
    const char *bytes = encode(evaluation, &view, &size);
    if (bytes == NULL) {
        return STROBE_ELIMIT;
    }
    int64_t budget = evaluation->fuel * STEPS_PER_FUEL;
    budget = budget < STROBE_EXPRESSION_PATTERN_STEPS_MAX ? budget : STROBE_EXPRESSION_PATTERN_STEPS_MAX;
    int64_t left = budget;
    status = strobe_pattern_match(pattern, bytes, size, &left, ret_matched);
    evaluation->arena->used = before.used;
    evaluation->fuel -= (budget - left) / STEPS_PER_FUEL;
    if (status < 0) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_LIMIT,
                                      "the regular expression needs too many steps on this text");
    }
    return 0;
}
