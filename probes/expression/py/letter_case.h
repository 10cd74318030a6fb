/** Unicode's full case mappings, of which CPython exports only the simple ones. Checked against 3.11 to 3.15, which
 *  agree: tests/ext/expression/test_text.py compares each character. */
#ifndef STROBE_EXPRESSION_LETTER_CASE_H
#define STROBE_EXPRESSION_LETTER_CASE_H

#include <stdbool.h>
#include <stdint.h>

enum { STROBE_CASE_MAX = 3 /* characters that one becomes */ };

/** @return number of characters in `ret` */
int strobe_case_lower(uint32_t character, uint32_t ret[STROBE_CASE_MAX]);
int strobe_case_upper(uint32_t character, uint32_t ret[STROBE_CASE_MAX]);
int strobe_case_title(uint32_t character, uint32_t ret[STROBE_CASE_MAX]);
int strobe_case_fold(uint32_t character, uint32_t ret[STROBE_CASE_MAX]);

/** Whether it is a letter with case. */
bool strobe_case_has(uint32_t character);

/** Whether it counts as part of a word without being a letter (an apostrophe, an accent): 1 or 0, or -1 when CPython
 * does not export what it knows of it. */
int strobe_case_ignores(uint32_t character);

#endif
