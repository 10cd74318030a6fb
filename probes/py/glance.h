/** Which variables a condition reads, as a log template that shows them: `total < 0` gives `total = {total!r}`. */
#ifndef STROBE_PROBES_GLANCE_H
#define STROBE_PROBES_GLANCE_H

#include <stddef.h>

/**
 * Write the template for `condition` into `ret_template` of `size` bytes: names with the attributes behind them, each
 * once, as many as fit. Text in quotes, keywords, what is called and names bound by comprehensions' `for` are left out
 * as well as can be told from the text; what is wrong all the same costs an empty glance, nothing else.
 * @return how many variables there are; 0: nothing was written
 */
size_t strobe_glance_template(const char *condition, char *ret_template, size_t size);

#endif
