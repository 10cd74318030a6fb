/**
 * The receiver of a method of text or bytes: both are characters, bytes those of one byte, so that one method serves
 * both. For the rules see evaluation.h.
 */
#ifndef STROBE_EXPRESSION_SUBJECT_H
#define STROBE_EXPRESSION_SUBJECT_H

#include "probes/expression/py/function.h"
#include "probes/expression/py/text.h"

struct strobe_subject {
    struct strobe_text_view view;
    bool is_bytes;     /* or a bytearray */
    bool is_bytearray; /* so are the results */
};

/** The receiver, or fault TYPE. */
int strobe_subject_of(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                      struct strobe_subject *ret_subject);

/** An argument of the same kind: a str for a str, bytes or a bytearray for bytes. Fault TYPE otherwise. */
int strobe_subject_part(struct strobe_evaluation *evaluation, const struct strobe_subject *subject,
                        struct strobe_value value, struct strobe_text_view *ret_part);

/** Characters [start, end) as a new value of the subject's type. */
int strobe_subject_slice(struct strobe_evaluation *evaluation, const struct strobe_subject *subject, Py_ssize_t start,
                         Py_ssize_t end, struct strobe_value *ret_value);

/** End a text as a value of the subject's type. */
int strobe_subject_end(struct strobe_text_builder *builder, const struct strobe_subject *subject,
                       struct strobe_value *ret_value);

/** Place of `part` in [start, end), as strobe_text_find(). */
int strobe_subject_find(struct strobe_evaluation *evaluation, const struct strobe_subject *subject,
                        const struct strobe_text_view *part, Py_ssize_t start, Py_ssize_t end, bool backwards,
                        Py_ssize_t *ret_place);

/** The bounds at positional arguments `index` and `index + 1`, as slices understand them: absent or None is all. The
 *  start may lie behind the end. */
int strobe_subject_bounds(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                          unsigned index, Py_ssize_t length, Py_ssize_t *ret_start, Py_ssize_t *ret_end);

/** An int at positional argument `index` or keyword `name`; `absent` when there is none. */
int strobe_subject_count(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments, unsigned index,
                         const char *name, Py_ssize_t absent, Py_ssize_t *ret_count);

/** Character `i`. */
static inline uint32_t strobe_subject_at(const struct strobe_subject *subject, Py_ssize_t i)
{
    return PyUnicode_READ(subject->view.width, subject->view.data, i);
}

/** Whether it is white space: Unicode's in a str, ASCII's in bytes. */
bool strobe_subject_is_space(const struct strobe_subject *subject, uint32_t character);

/* ---- The methods, by the files that hold them ---- */

strobe_function strobe_subject_lower, strobe_subject_upper, strobe_subject_title, strobe_subject_capitalize,
    strobe_subject_swapcase, strobe_text_casefold; /* subject_case.c */

strobe_function strobe_subject_isalpha, strobe_subject_isalnum, strobe_subject_isdigit, strobe_subject_isspace,
    strobe_subject_isupper, strobe_subject_islower, strobe_subject_istitle, strobe_subject_isascii,
    strobe_text_isdecimal, strobe_text_isnumeric, strobe_text_isprintable,
    strobe_text_isidentifier; /* subject_predicates.c */

strobe_function strobe_subject_find_first, strobe_subject_find_last, strobe_subject_index_first,
    strobe_subject_index_last, strobe_subject_count_parts, strobe_subject_startswith, strobe_subject_endswith,
    strobe_subject_replace, strobe_subject_removeprefix, strobe_subject_removesuffix; /* subject_search.c */

strobe_function strobe_subject_split, strobe_subject_rsplit, strobe_subject_splitlines, strobe_subject_partition,
    strobe_subject_rpartition, strobe_subject_join; /* subject_split.c */

strobe_function strobe_subject_strip, strobe_subject_lstrip, strobe_subject_rstrip, strobe_subject_ljust,
    strobe_subject_rjust, strobe_subject_center, strobe_subject_zfill, strobe_subject_expandtabs; /* subject_fill.c */

strobe_function strobe_text_encode, strobe_bytes_decode, strobe_bytes_hex; /* encoding.c */

strobe_function strobe_text_format; /* text_format.c: str.format() */

#endif
