/**
 * A source file as code objects name it, with the code objects that came from it.
 *
 * One for each string object that is some code's co_filename: code of one import shares the string, so that finding the
 * file of new code compares pointers. Several may have the same path (a module that was reloaded).
 * GIL: held for every function. None sets an exception.
 */
#ifndef STROBE_PROBES_CODE_FILE_H
#define STROBE_PROBES_CODE_FILE_H

#include <Python.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct strobe_code_file {
    PyObject *filename;  /* strong */
    char *path;          /* normalised; "" when it is not text or too long (`<string>` stays as it is) */
    uint32_t name_hash;  /* strobe_code_file_hash() of the path's last component */
    PyCodeObject **code; /* borrowed; may name code that is gone: the index knows (code_index.h) */
    size_t used;
    size_t capacity;
    size_t alive; /* code objects that are there */
    int looks;    /* how often its code was looked at for another name */
    struct strobe_code_file *next;
};

/** New file without code; takes a reference. NULL when memory is exhausted. */
struct strobe_code_file *strobe_code_file_new(PyObject *filename);

/** Release it. */
void strobe_code_file_free(struct strobe_code_file *file);

/** Hash of a file's name without folders, the same in every process. */
uint32_t strobe_code_file_hash(const char *name);

/** Code objects, kept alive. */
struct strobe_codes {
    PyCodeObject **items; /* strong */
    size_t count;
};

/** Add one, unless it is there; the list must not be long. @return 0 or STROBE_ENOMEM */
int strobe_codes_add(struct strobe_codes *codes, PyCodeObject *code);

/** Release the code objects and the list. */
void strobe_codes_done(struct strobe_codes *codes);

#endif
