/** Python's syntax of regular expressions, written as PCRE2's. Part of pattern.c. Thread: any. */
#ifndef STROBE_EXPRESSION_PATTERN_SYNTAX_H
#define STROBE_EXPRESSION_PATTERN_SYNTAX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "strobe/error.h"
#include "strobe/limits.h"

enum { STROBE_PATTERN_TRANSLATED_BYTES = 8 * STROBE_EXPRESSION_PATTERN_BYTES_MAX + 16 };

struct strobe_pattern_syntax {
    char text[STROBE_PATTERN_TRANSLATED_BYTES];
    size_t size;
    bool ignore_case, multi_line, dot_all, ascii;
    bool has_lookahead;
    bool folds_case;   /* somewhere */
    int largest_count; /* of {m,n}, at least 1 */
    int largest_class; /* of [...]: what is compared one by one, not looked up in a bitmap */
};

/** @return 0; STROBE_ESYNTAX, STROBE_EUNSUPPORTED, STROBE_ELIMIT with a message */
int strobe_pattern_translate(const char *text, size_t size, struct strobe_pattern_syntax *ret_syntax,
                             struct strobe_error *error);

#endif
