/**
 * The text of an expression as a person wrote it, and as CPython's parser gets it: `$return` is no Python, so `$`
 * becomes `_` outside of literal text, byte for byte, and every place in the one is the same place in the other.
 */
#ifndef STROBE_EXPRESSION_SOURCE_H
#define STROBE_EXPRESSION_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "probes/expression/program.h"

struct strobe_source {
    const char *text;   /* as written; borrowed */
    char *parsed;       /* owned */
    size_t size;        /* of both, in bytes */
    size_t base;        /* where the piece that is parsed now begins; moved by templates */
    unsigned own_names; /* bit n: enum strobe_own n occurs */
};

/** A place for people: both 1-based, columns count characters. */
struct strobe_place {
    int line;
    int column;
};

/**
 * Read `text`, an expression or the body of a template.   Thread: any.   GIL: not needed.
 * @return 0; STROBE_ELIMIT (too long), STROBE_ESYNTAX (what CPython would warn about), STROBE_EUNSUPPORTED (no such own
 *         name, or `$x` beside `_x`), STROBE_ENOMEM; then `ret_at` is the offset of what is wrong and there is nothing
 *         to release
 */
int strobe_source_read(const char *text, bool is_template, struct strobe_source *ret_source, size_t *ret_at,
                       struct strobe_error *error);

void strobe_source_done(struct strobe_source *source);

/** In a template: where the code that begins at `at` ends, at one of `} : !` or the end of the text. */
size_t strobe_source_code_end(const struct strobe_source *source, size_t at);

/** The offset of byte `byte_column` (0-based) of line `line` (1-based) of the piece at `base`; never beyond the end. */
size_t strobe_source_offset(const struct strobe_source *source, int line, int byte_column);

/** The place of an offset. */
struct strobe_place strobe_source_place(const struct strobe_source *source, size_t offset);

#endif
