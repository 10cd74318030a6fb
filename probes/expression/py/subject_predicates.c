/* Methods that ask what all characters are: isalpha, isupper, isidentifier and their kind. */
#include "probes/expression/py/subject.h"

typedef bool predicate(uint32_t character);

static int all_are(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments, predicate *of_text,
                   predicate *of_bytes, bool when_empty, struct strobe_value *ret_value)
{
    struct strobe_subject subject;
    int status = strobe_subject_of(evaluation, arguments, &subject);
    status = status < 0 ? status : strobe_evaluation_spend(evaluation, 1 + subject.view.length / 16);
    if (status < 0) {
        return status;
    }
    predicate *holds = subject.is_bytes ? of_bytes : of_text;
    bool all = subject.view.length > 0 || when_empty;
    for (Py_ssize_t i = 0; all && i < subject.view.length; i++) {
        all = holds(strobe_subject_at(&subject, i));
    }
    *ret_value = strobe_value_bool(all);
    return 0;
}

static bool ascii_upper(uint32_t c)
{
    return c >= 'A' && c <= 'Z';
}

static bool ascii_lower(uint32_t c)
{
    return c >= 'a' && c <= 'z';
}

static bool ascii_alpha(uint32_t c)
{
    return ascii_upper(c) || ascii_lower(c);
}

static bool ascii_digit(uint32_t c)
{
    return c >= '0' && c <= '9';
}

static bool ascii_alnum(uint32_t c)
{
    return ascii_alpha(c) || ascii_digit(c);
}

static bool ascii_space(uint32_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_ascii(uint32_t c)
{
    return c < 0x80;
}

static bool is_alpha(uint32_t c)
{
    return Py_UNICODE_ISALPHA(c);
}

static bool is_alnum(uint32_t c)
{
    return Py_UNICODE_ISALNUM(c);
}

static bool is_decimal(uint32_t c)
{
    return Py_UNICODE_ISDECIMAL(c);
}

static bool is_digit(uint32_t c)
{
    return Py_UNICODE_ISDIGIT(c);
}

static bool is_numeric(uint32_t c)
{
    return Py_UNICODE_ISNUMERIC(c);
}

static bool is_space(uint32_t c)
{
    return Py_UNICODE_ISSPACE(c);
}

static bool is_printable(uint32_t c)
{
    return Py_UNICODE_ISPRINTABLE(c);
}

#define PREDICATE(name, of_text, of_bytes, when_empty)                                       \
    int name(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments, \
             struct strobe_value *ret_value)                                                 \
    {                                                                                        \
        return all_are(evaluation, arguments, of_text, of_bytes, when_empty, ret_value);     \
    }

PREDICATE(strobe_subject_isalpha, is_alpha, ascii_alpha, false)
PREDICATE(strobe_subject_isalnum, is_alnum, ascii_alnum, false)
PREDICATE(strobe_subject_isdigit, is_digit, ascii_digit, false)
PREDICATE(strobe_subject_isspace, is_space, ascii_space, false)
PREDICATE(strobe_subject_isascii, is_ascii, is_ascii, true)
PREDICATE(strobe_text_isdecimal, is_decimal, ascii_digit, false)
PREDICATE(strobe_text_isnumeric, is_numeric, ascii_digit, false)
PREDICATE(strobe_text_isprintable, is_printable, is_printable, true)

/* ---- Case ---- */

enum letter { LETTER_NONE, LETTER_LOWER, LETTER_UPPER, LETTER_TITLE };

static enum letter letter_of(const struct strobe_subject *subject, uint32_t c)
{
    if (subject->is_bytes) {
        return ascii_lower(c) ? LETTER_LOWER : ascii_upper(c) ? LETTER_UPPER : LETTER_NONE;
    }
    return Py_UNICODE_ISUPPER(c)   ? LETTER_UPPER
           : Py_UNICODE_ISTITLE(c) ? LETTER_TITLE
           : Py_UNICODE_ISLOWER(c) ? LETTER_LOWER
                                   : LETTER_NONE;
}

/* All letters are of one case, and there is one. */
static int has_case(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments, enum letter wanted,
                    struct strobe_value *ret_value)
{
    struct strobe_subject subject;
    int status = strobe_subject_of(evaluation, arguments, &subject);
    status = status < 0 ? status : strobe_evaluation_spend(evaluation, 1 + subject.view.length / 16);
    bool found = false, other = false;
    for (Py_ssize_t i = 0; status == 0 && !other && i < subject.view.length; i++) {
        enum letter letter = letter_of(&subject, strobe_subject_at(&subject, i));
        found |= letter == wanted;
        other = letter != wanted && letter != LETTER_NONE;
    }
    if (status == 0) {
        *ret_value = strobe_value_bool(found && !other);
    }
    return status;
}

int strobe_subject_isupper(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                           struct strobe_value *ret_value)
{
    return has_case(evaluation, arguments, LETTER_UPPER, ret_value);
}

int strobe_subject_islower(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                           struct strobe_value *ret_value)
{
    return has_case(evaluation, arguments, LETTER_LOWER, ret_value);
}

int strobe_subject_istitle(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                           struct strobe_value *ret_value)
{
    struct strobe_subject subject;
    int status = strobe_subject_of(evaluation, arguments, &subject);
    status = status < 0 ? status : strobe_evaluation_spend(evaluation, 1 + subject.view.length / 16);
    bool cased = false, inside = false, is_title = true;
    for (Py_ssize_t i = 0; status == 0 && is_title && i < subject.view.length; i++) {
        enum letter letter = letter_of(&subject, strobe_subject_at(&subject, i));
        bool begins = letter == LETTER_UPPER || letter == LETTER_TITLE;
        is_title = letter == LETTER_NONE || begins != inside;
        inside = letter != LETTER_NONE;
        cased |= inside;
    }
    if (status == 0) {
        *ret_value = strobe_value_bool(is_title && cased);
    }
    return status;
}

/* ---- Identifiers ---- */

static bool is_ascii_identifier(const struct strobe_text_view *view)
{
    bool holds = view->length > 0 && !ascii_digit(PyUnicode_READ(view->width, view->data, 0));
    for (Py_ssize_t i = 0; holds && i < view->length; i++) {
        uint32_t c = PyUnicode_READ(view->width, view->data, i);
        holds = ascii_alnum(c) || c == '_';
    }
    return holds;
}

/* CPython has the tables but does not export them: it is asked with a str of ours on the stack, which has its
 * characters elsewhere, as str of before 3.3 had. Nobody else ever sees it. */
static bool is_identifier(const struct strobe_text_view *view)
{
    PyUnicodeObject text = {0};
    PyASCIIObject *head = &text._base._base;
    head->ob_base = ((PyASCIIObject *)Py_None)->ob_base; /* a type and a count that is never touched */
    Py_SET_TYPE((PyObject *)&text, &PyUnicode_Type);
    head->length = view->length;
    head->hash = -1;
    head->state.kind = (unsigned)view->width & 7;
#if PY_VERSION_HEX < 0x030C0000
    head->state.ready = 1;
#endif
    text.data.any = (void *)view->data; // NOLINT: it is only read
    return PyUnicode_IsIdentifier((PyObject *)&text) == 1;
}

int strobe_text_isidentifier(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                             struct strobe_value *ret_value)
{
    struct strobe_subject subject;
    int status = strobe_subject_of(evaluation, arguments, &subject);
    status = status < 0 ? status : strobe_evaluation_spend(evaluation, 1 + subject.view.length / 16);
    if (status < 0) {
        return status;
    }
    bool ascii = true;
    for (Py_ssize_t i = 0; ascii && i < subject.view.length; i++) {
        ascii = strobe_subject_at(&subject, i) < 0x80;
    }
    *ret_value = strobe_value_bool(ascii ? is_ascii_identifier(&subject.view) : is_identifier(&subject.view));
    return 0;
}
