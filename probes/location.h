/**
 * Locations as people write them: `path/suffix.py:LINE`.   Thread: any; no global state.
 */
#ifndef STROBE_LOCATION_H
#define STROBE_LOCATION_H

#include <stdbool.h>
#include <stddef.h>

#include "strobe/error.h"
#include "strobe/limits.h"

/** A line of a file. `path` is normalised: `/` as separator, no `./`, no empty components. */
struct strobe_location {
    char path[STROBE_PATH_BYTES_MAX];
    int line; /* 1-based */
};

/**
 * Parse `text`. Messages say what is wrong and show the form.
 * @return 0, STROBE_ESYNTAX
 */
int strobe_location_parse(const char *text, struct strobe_location *ret_location, struct strobe_error *error);

/**
 * Write the normalised form of a path of `size` bytes into `ret_path` (STROBE_PATH_BYTES_MAX).
 * @return 0, STROBE_ELIMIT when it is too long
 */
int strobe_path_normalise(const char *path, size_t size, char *ret_path);

/**
 * Whether the file `path` is meant by `wanted`, both normalised: one ends with the other on whole components, and an
 * absolute `wanted` names an absolute `path` fully.
 */
bool strobe_path_matches(const char *path, const char *wanted);

/** The last component; borrowed from `path`. */
const char *strobe_path_basename(const char *path);

#endif
