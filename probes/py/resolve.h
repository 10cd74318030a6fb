/**
 * From a location to the code objects where a probe must stand.   GIL: held. Sets no exception, runs no code of the
 * program: only dictionaries and code objects are read.
 *
 * `slice` NULL: in a program's thread, the GIL is not released; else it is, when a slice is used up.
 */
#ifndef STROBE_PROBES_RESOLVE_H
#define STROBE_PROBES_RESOLVE_H

#include <Python.h>

#include "probes/location.h"
#include "probes/py/code_index.h"
#include "probes/py/slice.h"

enum { STROBE_CANDIDATES_MAX = 5 };

enum strobe_resolution_kind {
    STROBE_RESOLVED,
    STROBE_RESOLVED_MOVED,       /* at the next line with code of the same function */
    STROBE_RESOLVED_HEAD,        /* the line is of a function's `def`: at the first line of the function */
    STROBE_RESOLVED_NOT_LOADED,  /* `candidates`: loaded files of the same name elsewhere */
    STROBE_RESOLVED_AMBIGUOUS,   /* `candidates`: the files that match */
    STROBE_RESOLVED_NO_CODE,     /* `before` and `after`: nearest lines with code, 0: none */
    STROBE_RESOLVED_NO_FUNCTION, /* `candidates`: functions of the module with that last name */
};

struct strobe_resolution {
    enum strobe_resolution_kind kind;
    struct strobe_codes codes; /* at most STROBE_CODES_MAX */
    bool cut;                  /* there are more copies */
    int line;                  /* where to stand; of a function its `def` */
    int before;
    int after;
    char function[STROBE_NAME_BYTES_MAX + 1]; /* HEAD: its qualified name */
    char file[STROBE_PATH_BYTES_MAX];
    char candidates[STROBE_CANDIDATES_MAX][STROBE_PATH_BYTES_MAX];
    size_t candidates_count;
};

/** Resolve a LINE among the code that is alive. @return 0 or STROBE_ENOMEM */
int strobe_resolve_line(struct strobe_code_index *index, const struct strobe_location *location,
                        struct strobe_slice *slice, struct strobe_resolution *ret_resolution);

/** Resolve an ENTRY or EXIT: code of that name in the module's file, and what the module has under the name.
 *  @return 0 or STROBE_ENOMEM */
int strobe_resolve_function(struct strobe_code_index *index, const struct strobe_location *location,
                            struct strobe_slice *slice, struct strobe_resolution *ret_resolution);

/** Release the code objects. */
void strobe_resolution_done(struct strobe_resolution *resolution);

/** Remember a distinct candidate. */
void strobe_resolution_suggest(struct strobe_resolution *resolution, const char *text);

/** Add `code`, of the line `line`. @return 0 or STROBE_ENOMEM */
int strobe_resolution_keep(struct strobe_resolution *resolution, PyCodeObject *code, int line);

/**
 * The exception type that a RAISE or UNHANDLED names; borrowed. NULL: `*ret_loaded` tells whether the module is there
 * (and has no such type).
 */
PyTypeObject *strobe_resolve_type(const struct strobe_location *location, bool *ret_loaded);

/** Names of files (without folders) in which code for `location` may appear. */
void strobe_resolve_names(const struct strobe_location *location, struct strobe_name_set *names);

#endif
