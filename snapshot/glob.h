/** Names with `*`, which stands for any characters. */
#ifndef STROBE_GLOB_H
#define STROBE_GLOB_H

#include <stdbool.h>
#include <stddef.h>

/** Whether `text` fits `glob` as a whole. At most `size` times the length of `glob` steps. Thread: any. */
bool strobe_glob_fits(const char *glob, const char *text, size_t size);

#endif
