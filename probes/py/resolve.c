#include "probes/py/resolve.h"

#include <stdlib.h>
#include <string.h>

#include "probes/py/code_lines.h"

void strobe_code_path(PyCodeObject *code, char ret_path[STROBE_PATH_BYTES_MAX])
{
    Py_ssize_t size;
    const char *text = PyUnicode_AsUTF8AndSize(code->co_filename, &size);
    ret_path[0] = '\0';
    if (text == NULL) {
        PyErr_Clear(); /* surrogates: a path that is not text */
        return;
    }
    if (strobe_path_normalise(text, (size_t)size, ret_path) < 0) {
        ret_path[0] = '\0';
    }
}

/* Code objects of one file mostly share the string of its name: look at each string once in a row. */
struct file_memo {
    PyObject *filename;
    char path[STROBE_PATH_BYTES_MAX];
    bool matches;
    bool same_name;
};

static void memo_look(struct file_memo *memo, PyCodeObject *code, const struct strobe_location *location)
{
    if (memo->filename == code->co_filename) {
        return;
    }
    memo->filename = code->co_filename;
    strobe_code_path(code, memo->path);
    memo->matches = strobe_path_matches(memo->path, location->path);
    memo->same_name = strcmp(strobe_path_basename(memo->path), strobe_path_basename(location->path)) == 0;
}

/* Remember a distinct path. @return how many are known now, at most one more than are kept */
static size_t add_candidate(struct strobe_resolution *r, const char *path)
{
    for (size_t i = 0; i < r->candidates_count; i++) {
        if (strcmp(r->candidates[i], path) == 0) {
            return r->candidates_count;
        }
    }
    if (r->candidates_count < STROBE_CANDIDATES_MAX) {
        strcpy(r->candidates[r->candidates_count++], path);
    }
    return r->candidates_count;
}

/* Fill `candidates` with the files that match or, when none does, have the same name. @return how many match */
static size_t find_files(struct strobe_code_index *index, const struct strobe_location *location,
                         struct strobe_resolution *r)
{
    struct strobe_resolution similar = {.candidates_count = 0};
    struct file_memo memo = {.filename = NULL};
    PyCodeObject *code;
    for (size_t position = 0; (code = strobe_code_index_next(index, &position)) != NULL;) {
        memo_look(&memo, code, location);
        if (memo.matches) {
            add_candidate(r, memo.path);
        } else if (memo.same_name) {
            add_candidate(&similar, memo.path);
        }
    }
    size_t matching = r->candidates_count;
    if (matching == 0) {
        memcpy(r->candidates, similar.candidates, sizeof r->candidates);
        r->candidates_count = similar.candidates_count;
    }
    return matching;
}

PyObject *strobe_codes_of_file(struct strobe_code_index *index, const char *path)
{
    struct strobe_location exact = {.line = 0};
    struct file_memo memo = {.filename = NULL};
    PyObject *list = PyList_New(0);
    snprintf(exact.path, sizeof exact.path, "%s", path);
    PyCodeObject *code;
    for (size_t position = 0; list != NULL && (code = strobe_code_index_next(index, &position)) != NULL;) {
        memo_look(&memo, code, &exact);
        if (strcmp(memo.path, path) == 0 && PyList_Append(list, (PyObject *)code) < 0) {
            Py_CLEAR(list);
        }
    }
    PyErr_Clear();
    return list;
}

static void keep(struct strobe_resolution *r, PyCodeObject *code, int line)
{
    if (r->codes_count < STROBE_RESOLVED_MAX) {
        r->codes[r->codes_count++] = (PyCodeObject *)Py_NewRef(code);
        r->line = line;
    }
}

/* The innermost code object around the line, by the length of its range. */
struct innermost {
    PyCodeObject *code;
    struct strobe_code_line_fit fit;
};

static void consider(struct innermost *best, PyCodeObject *code, const struct strobe_code_line_fit *fit)
{
    bool around = fit->first <= fit->line && fit->line <= fit->last;
    if (around && (best->code == NULL || fit->last - fit->first < best->fit.last - best->fit.first)) {
        best->code = code;
        best->fit = *fit;
    }
}

static void note_neighbours(struct strobe_resolution *r, const struct strobe_code_line_fit *fit)
{
    if (fit->previous > r->before) {
        r->before = fit->previous;
    }
    if (fit->next > 0 && (r->after == 0 || fit->next < r->after)) {
        r->after = fit->next;
    }
}

static int find_line(PyObject *codes, int line, struct strobe_resolution *r)
{
    struct innermost best = {NULL, {0}};
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(codes); i++) {
        PyCodeObject *code = (PyCodeObject *)PyList_GET_ITEM(codes, i);
        struct strobe_code_line_fit fit = {.line = line};
        int status = strobe_code_lines_fit(code, &fit);
        if (status < 0) {
            return status;
        }
        if (fit.exact) {
            keep(r, code, line);
        }
        consider(&best, code, &fit);
        note_neighbours(r, &fit);
    }
    if (r->codes_count > 0) {
        r->kind = STROBE_RESOLVED;
        return 0;
    }
    if (best.code == NULL || best.fit.next == 0) {
        r->kind = STROBE_RESOLVED_NO_CODE;
        return 0;
    }
    r->kind = STROBE_RESOLVED_MOVED;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(codes); i++) { /* the same function may have been made twice */
        PyCodeObject *code = (PyCodeObject *)PyList_GET_ITEM(codes, i);
        if (code->co_firstlineno == best.code->co_firstlineno &&
            PyUnicode_Compare(code->co_qualname, best.code->co_qualname) == 0) {
            keep(r, code, best.fit.next);
        }
    }
    return 0;
}

int strobe_resolve(struct strobe_code_index *index, const struct strobe_location *location, struct strobe_resolution *r)
{
    memset(r, 0, sizeof *r);
    size_t matching = find_files(index, location, r);
    if (matching == 0) {
        r->kind = STROBE_RESOLVED_NOT_LOADED;
        return 0;
    }
    size_t chosen = 0;
    for (size_t i = 0; i < matching; i++) { /* a path written out in full is meant exactly */
        chosen = strcmp(r->candidates[i], location->path) == 0 ? i : chosen;
    }
    if (matching > 1 && strcmp(r->candidates[chosen], location->path) != 0) {
        r->kind = STROBE_RESOLVED_AMBIGUOUS;
        return 0;
    }
    strcpy(r->file, r->candidates[chosen]);
    PyObject *codes = strobe_codes_of_file(index, r->file);
    int status = codes != NULL ? find_line(codes, location->line, r) : STROBE_ENOMEM;
    Py_XDECREF(codes);
    return status;
}

void strobe_resolution_done(struct strobe_resolution *resolution)
{
    for (size_t i = 0; i < resolution->codes_count; i++) {
        Py_DECREF(resolution->codes[i]);
    }
    resolution->codes_count = 0;
}
