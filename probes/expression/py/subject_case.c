/* Methods that change the case of letters. */
#include "probes/expression/py/letter_case.h"
#include "probes/expression/py/subject.h"

enum { CAPITAL_SIGMA = 0x3A3, SMALL_SIGMA = 0x3C3, FINAL_SIGMA = 0x3C2 };

struct casing {
    struct strobe_text_builder builder;
    struct strobe_subject subject;
};

static int begin(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments, struct casing *ret)
{
    int status = strobe_subject_of(evaluation, arguments, &ret->subject);
    status = status < 0 ? status : strobe_evaluation_spend(evaluation, 1 + ret->subject.view.length / 8);
    return status < 0 ? status : strobe_text_begin(evaluation, &ret->builder);
}

static int put_all(struct casing *casing, const uint32_t *characters, int count)
{
    int status = 0;
    for (int i = 0; status == 0 && i < count; i++) {
        status = strobe_text_put(&casing->builder, characters[i]);
    }
    return status;
}

/* The next character from `i` in steps of `step` that is not ignored. @return 1 when it has case, 0, or -1: unknown */
static int next_has_case(const struct strobe_subject *subject, Py_ssize_t i, int step)
{
    for (; i >= 0 && i < subject->view.length; i += step) {
        uint32_t character = strobe_subject_at(subject, i);
        int ignored = strobe_case_ignores(character);
        if (ignored <= 0) {
            return ignored < 0 ? -1 : strobe_case_has(character);
        }
    }
    return 0;
}

/* A sigma at the end of a word has a form of its own. */
static int put_sigma(struct casing *casing, Py_ssize_t i)
{
    int before = next_has_case(&casing->subject, i - 1, -1);
    int after = before == 1 ? next_has_case(&casing->subject, i + 1, 1) : 0;
    if (before < 0 || after < 0) {
        return strobe_evaluation_fail(casing->builder.evaluation, STROBE_FAULT_LIMIT,
                                      "the lower case of a capital sigma beside such a character is not known");
    }
    return strobe_text_put(&casing->builder, before == 1 && after == 0 ? FINAL_SIGMA : SMALL_SIGMA);
}

static int put_lower(struct casing *casing, Py_ssize_t i)
{
    uint32_t changed[STROBE_CASE_MAX];
    uint32_t character = strobe_subject_at(&casing->subject, i);
    if (casing->subject.is_bytes) {
        return strobe_text_put(&casing->builder, character >= 'A' && character <= 'Z' ? character + 32 : character);
    }
    if (character == CAPITAL_SIGMA) {
        return put_sigma(casing, i);
    }
    return put_all(casing, changed, strobe_case_lower(character, changed));
}

static int put_upper(struct casing *casing, Py_ssize_t i)
{
    uint32_t changed[STROBE_CASE_MAX];
    uint32_t character = strobe_subject_at(&casing->subject, i);
    if (casing->subject.is_bytes) {
        return strobe_text_put(&casing->builder, character >= 'a' && character <= 'z' ? character - 32 : character);
    }
    return put_all(casing, changed, strobe_case_upper(character, changed));
}

static int put_title(struct casing *casing, Py_ssize_t i)
{
    uint32_t changed[STROBE_CASE_MAX];
    if (casing->subject.is_bytes) {
        return put_upper(casing, i);
    }
    return put_all(casing, changed, strobe_case_title(strobe_subject_at(&casing->subject, i), changed));
}

static bool has_case(const struct strobe_subject *subject, uint32_t c)
{
    return subject->is_bytes ? (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') : strobe_case_has(c);
}

int strobe_subject_lower(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                         struct strobe_value *ret_value)
{
    struct casing casing;
    int status = begin(evaluation, arguments, &casing);
    for (Py_ssize_t i = 0; status == 0 && i < casing.subject.view.length; i++) {
        status = put_lower(&casing, i);
    }
    return status < 0 ? status : strobe_subject_end(&casing.builder, &casing.subject, ret_value);
}

int strobe_subject_upper(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                         struct strobe_value *ret_value)
{
    struct casing casing;
    int status = begin(evaluation, arguments, &casing);
    for (Py_ssize_t i = 0; status == 0 && i < casing.subject.view.length; i++) {
        status = put_upper(&casing, i);
    }
    return status < 0 ? status : strobe_subject_end(&casing.builder, &casing.subject, ret_value);
}

int strobe_subject_title(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                         struct strobe_value *ret_value)
{
    struct casing casing;
    bool inside = false;
    int status = begin(evaluation, arguments, &casing);
    for (Py_ssize_t i = 0; status == 0 && i < casing.subject.view.length; i++) {
        status = inside ? put_lower(&casing, i) : put_title(&casing, i);
        inside = has_case(&casing.subject, strobe_subject_at(&casing.subject, i));
    }
    return status < 0 ? status : strobe_subject_end(&casing.builder, &casing.subject, ret_value);
}

int strobe_subject_capitalize(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                              struct strobe_value *ret_value)
{
    struct casing casing;
    int status = begin(evaluation, arguments, &casing);
    for (Py_ssize_t i = 0; status == 0 && i < casing.subject.view.length; i++) {
        status = i > 0 ? put_lower(&casing, i) : put_title(&casing, i);
    }
    return status < 0 ? status : strobe_subject_end(&casing.builder, &casing.subject, ret_value);
}

int strobe_subject_swapcase(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                            struct strobe_value *ret_value)
{
    struct casing casing;
    int status = begin(evaluation, arguments, &casing);
    for (Py_ssize_t i = 0; status == 0 && i < casing.subject.view.length; i++) {
        uint32_t character = strobe_subject_at(&casing.subject, i);
        bool is_bytes = casing.subject.is_bytes;
        if (is_bytes ? character >= 'A' && character <= 'Z' : Py_UNICODE_ISUPPER(character)) {
            status = put_lower(&casing, i);
        } else if (is_bytes ? character >= 'a' && character <= 'z' : Py_UNICODE_ISLOWER(character)) {
            status = put_upper(&casing, i);
        } else {
            status = strobe_text_put(&casing.builder, character);
        }
    }
    return status < 0 ? status : strobe_subject_end(&casing.builder, &casing.subject, ret_value);
}

int strobe_text_casefold(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                         struct strobe_value *ret_value)
{
    struct casing casing;
    uint32_t folded[STROBE_CASE_MAX];
    int status = begin(evaluation, arguments, &casing);
    for (Py_ssize_t i = 0; status == 0 && i < casing.subject.view.length; i++) {
        status = put_all(&casing, folded, strobe_case_fold(strobe_subject_at(&casing.subject, i), folded));
    }
    return status < 0 ? status : strobe_subject_end(&casing.builder, &casing.subject, ret_value);
}
