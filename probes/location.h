/**
 * Locations as people write them.   Thread: any; no global state.
 *
 *     shop/pricing.py:42              a line: before it runs
 *     shop.pricing:Basket.total       a function: when a call begins (also `...:entry`)
 *     shop.pricing:Basket.total:exit  when a call ends, by return or by exception
 *     raise:shop.errors.OutOfStock    where such an exception, or one of a subclass, is raised
 *     raise:ValueError:unhandled      where it leaves the outermost frame of its thread
 *
 * Functions are named by their __qualname__ (`outer.<locals>.inner`); all instances of a closure are meant.
 */
#ifndef STROBE_LOCATION_H
#define STROBE_LOCATION_H

#include <stdbool.h>
#include <stddef.h>

#include "strobe/error.h"
#include "strobe/limits.h"

enum strobe_location_kind {
    STROBE_LOCATION_LINE,
    STROBE_LOCATION_ENTRY,
    STROBE_LOCATION_EXIT,
    STROBE_LOCATION_RAISE,
    STROBE_LOCATION_UNHANDLED,
};

/** A parsed location. */
struct strobe_location {
    enum strobe_location_kind kind;
    /**
     * LINE: the file, normalised: `/` as separator, no `./`, no empty components.
     * ENTRY, EXIT: the module's dotted name, a NUL and the function's qualified name (strobe_location_function()).
     * RAISE, UNHANDLED: the type's dotted name, with its module unless it is built in.
     */
    char path[STROBE_PATH_BYTES_MAX];
    int line; /* LINE: 1-based; else 0 */
};

/**
 * Parse `text`. Messages say what is wrong and show the form.
 * @return 0, STROBE_ESYNTAX
 */
int strobe_location_parse(const char *text, struct strobe_location *ret_location, struct strobe_error *error);

/** Of ENTRY and EXIT: the function's qualified name; borrowed from `location`. */
const char *strobe_location_function(const struct strobe_location *location);

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
