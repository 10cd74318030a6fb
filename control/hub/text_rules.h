/** Rules for texts that people send. */
#ifndef STROBE_HUB_TEXT_RULES_H
#define STROBE_HUB_TEXT_RULES_H

#include <stdbool.h>

/** Whether there is a control character in `text`. */
bool strobe_text_has_controls(const char *text);

/** Whether there is nothing but blanks in `text`; NULL counts as blank. */
bool strobe_text_is_blank(const char *text);

/** Whether `name` is one of letters, digits, `_` and `.`, beginning with a letter or `_`. */
bool strobe_text_is_metric_name(const char *name);

#endif
