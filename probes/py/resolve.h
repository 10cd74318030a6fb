/** From a location to the code objects where a probe must stand. GIL: held, on the worker. Sets no exception. */
#ifndef STROBE_PROBES_RESOLVE_H
#define STROBE_PROBES_RESOLVE_H

#include <Python.h>

#include "probes/location.h"
#include "probes/py/code_index.h"

enum { STROBE_RESOLVED_MAX = 64, STROBE_CANDIDATES_MAX = 5 };

enum strobe_resolution_kind {
    STROBE_RESOLVED,
    STROBE_RESOLVED_MOVED,      /* at the next line with code of the same function */
    STROBE_RESOLVED_NOT_LOADED, /* `candidates`: loaded files of the same name elsewhere */
    STROBE_RESOLVED_AMBIGUOUS,  /* `candidates`: the files that match */
    STROBE_RESOLVED_NO_CODE,    /* `before` and `after`: nearest lines with code, 0: none */
};

struct strobe_resolution {
    enum strobe_resolution_kind kind;
    PyCodeObject *codes[STROBE_RESOLVED_MAX]; /* strong; strobe_resolution_done() */
    size_t codes_count;
    int line; /* where to stand */
    int before;
    int after;
    char file[STROBE_PATH_BYTES_MAX];
    char candidates[STROBE_CANDIDATES_MAX][STROBE_PATH_BYTES_MAX];
    size_t candidates_count;
};

/** Resolve `location` among the code that is alive. @return 0 or STROBE_ENOMEM */
int strobe_resolve(struct strobe_code_index *index, const struct strobe_location *location,
                   struct strobe_resolution *ret_resolution);

/** Release the code objects. */
void strobe_resolution_done(struct strobe_resolution *resolution);

/**
 * The code objects of the file `path` (normalised), kept alive by a new list: looking at their lines allocates and may
 * free others. NULL when memory is exhausted.
 */
PyObject *strobe_codes_of_file(struct strobe_code_index *index, const char *path);

/** The normalised path of `code`'s file; "" when it has none (`<string>` stays as it is). */
void strobe_code_path(PyCodeObject *code, char ret_path[STROBE_PATH_BYTES_MAX]);

#endif
