#include "probes/py/resolve.h"

#include <stdlib.h>
#include <string.h>

#include "probes/py/code_lines.h"

/* ---- The answer ---- */

void strobe_resolution_done(struct strobe_resolution *resolution)
{
    strobe_codes_done(&resolution->codes);
}

void strobe_resolution_suggest(struct strobe_resolution *r, const char *text)
{
    for (size_t i = 0; i < r->candidates_count; i++) {
        if (strcmp(r->candidates[i], text) == 0) {
            return;
        }
    }
    if (r->candidates_count < STROBE_CANDIDATES_MAX) {
        snprintf(r->candidates[r->candidates_count++], sizeof *r->candidates, "%s", text);
    }
}

int strobe_resolution_keep(struct strobe_resolution *r, PyCodeObject *code, int line)
{
    if (r->codes.count >= STROBE_CODES_MAX) {
        r->cut = true;
        return 0;
    }
    r->line = line;
    return strobe_codes_add(&r->codes, code);
}

/* ---- The file ---- */

/* Fill `candidates` with the files that match or, when none does, have the same name. @return how many match */
static size_t find_files(struct strobe_code_index *index, const struct strobe_location *location,
                         struct strobe_resolution *r)
{
    uint32_t hash = strobe_code_file_hash(strobe_path_basename(location->path));
    struct strobe_code_file *file = NULL;
    while ((file = strobe_code_index_named(index, hash, file)) != NULL) {
        if (strobe_path_matches(file->path, location->path)) {
            strobe_resolution_suggest(r, file->path);
        }
    }
    size_t matching = r->candidates_count;
    while (matching == 0 && (file = strobe_code_index_named(index, hash, file)) != NULL) {
        strobe_resolution_suggest(r, file->path);
    }
    return matching;
}

/* Decide on one file. @return whether there is one; else `kind` says why not */
static bool choose_file(struct strobe_code_index *index, const struct strobe_location *location,
                        struct strobe_resolution *r)
{
    size_t matching = find_files(index, location, r);
    size_t chosen = 0;
    if (matching == 0) {
        r->kind = STROBE_RESOLVED_NOT_LOADED;
        return false;
    }
    for (size_t i = 0; i < matching; i++) { /* a path written out in full is meant exactly */
        chosen = strcmp(r->candidates[i], location->path) == 0 ? i : chosen;
    }
    if (matching > 1 && strcmp(r->candidates[chosen], location->path) != 0) {
        r->kind = STROBE_RESOLVED_AMBIGUOUS;
        return false;
    }
    strcpy(r->file, r->candidates[chosen]);
    return true;
}

/* ---- The line ---- */

/* What is known of the code objects of one file with respect to one line. */
struct search {
    int line;
    PyCodeObject *innermost; /* around the line, by the length of its range */
    struct strobe_code_line_fit innermost_fit;
    PyCodeObject *head; /* a function whose `def` has the line */
    int head_begins;
    bool exact; /* some code has the line */
};

/* A function made by `def`: a lambda or comprehension is part of the line it stands in. */
static bool is_def(PyCodeObject *code)
{
    return (code->co_flags & CO_OPTIMIZED) != 0 && PyUnicode_READ_CHAR(code->co_name, 0) != '<';
}

static bool is_head(PyCodeObject *code, const struct strobe_code_line_fit *fit)
{
    return is_def(code) && code->co_firstlineno <= fit->line && fit->line <= fit->begins &&
           (fit->line < fit->begins || code->co_firstlineno == fit->line);
}

static void look(struct search *search, struct strobe_resolution *r, PyCodeObject *code)
{
    struct strobe_code_line_fit fit = {.line = search->line};
    strobe_code_lines_fit(code, &fit);
    search->exact = search->exact || fit.exact;
    if (is_head(code, &fit)) {
        search->head = code;
        search->head_begins = fit.begins;
    }
    bool around = fit.first <= fit.line && fit.line <= fit.last;
    if (around && (search->innermost == NULL ||
                   fit.last - fit.first < search->innermost_fit.last - search->innermost_fit.first)) {
        search->innermost = code;
        search->innermost_fit = fit;
    }
    if (fit.previous > r->before) {
        r->before = fit.previous;
    }
    if (fit.next > 0 && (r->after == 0 || fit.next < r->after)) {
        r->after = fit.next;
    }
}

static bool same_place(PyCodeObject *code, PyCodeObject *other)
{
    return code->co_firstlineno == other->co_firstlineno &&
           PyUnicode_Compare(code->co_qualname, other->co_qualname) == 0;
}

static bool has_constant(PyCodeObject *code, PyCodeObject *inner)
{
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(code->co_consts); i++) {
        PyObject *constant = PyTuple_GET_ITEM(code->co_consts, i);
        if (PyCode_Check(constant) && same_place((PyCodeObject *)constant, inner)) {
            return true;
        }
    }
    return false;
}

/* Whether the probe is to stand in `code`, and at which line; 0: not. */
static int place_in(const struct search *search, const struct strobe_resolution *r, PyCodeObject *code)
{
    struct strobe_code_line_fit fit = {.line = search->line};
    switch (r->kind) {
    case STROBE_RESOLVED_HEAD: /* the function may have been made twice, by a reload */
        return same_place(code, search->head) ? search->head_begins : 0;
    case STROBE_RESOLVED_MOVED:
        return same_place(code, search->innermost) ? search->innermost_fit.next : 0;
    default:
        strobe_code_lines_fit(code, &fit);
        /* `def f(x): return x`: calls are meant, not the making of the function. */
        return fit.exact && (search->head == NULL || !has_constant(code, search->head)) ? search->line : 0;
    }
}

static enum strobe_resolution_kind decide(const struct search *search)
{
    if (search->head != NULL && search->head_begins != search->line) {
        return STROBE_RESOLVED_HEAD;
    }
    if (search->exact) {
        return STROBE_RESOLVED;
    }
    return search->innermost != NULL && search->innermost_fit.next > 0 ? STROBE_RESOLVED_MOVED
                                                                       : STROBE_RESOLVED_NO_CODE;
}

static void pause_between(struct strobe_slice *slice, size_t done)
{
    if (slice != NULL && done % 8 == 0) {
        strobe_slice_pause(slice);
    }
}

static int find_line(const struct strobe_codes *codes, int line, struct strobe_slice *slice,
                     struct strobe_resolution *r)
{
    struct search search = {.line = line};
    int status = 0;
    for (size_t i = 0; i < codes->count; i++) {
        look(&search, r, codes->items[i]);
        pause_between(slice, i);
    }
    r->kind = decide(&search);
    for (size_t i = 0; status == 0 && r->kind != STROBE_RESOLVED_NO_CODE && i < codes->count; i++) {
        int place = place_in(&search, r, codes->items[i]);
        if (place > 0) {
            status = strobe_resolution_keep(r, codes->items[i], place);
        }
        pause_between(slice, i);
    }
    if (r->kind == STROBE_RESOLVED_HEAD && search.head != NULL) {
        const char *name = PyUnicode_AsUTF8(search.head->co_qualname);
        snprintf(r->function, sizeof r->function, "%s", name != NULL ? name : "the function");
        PyErr_Clear();
    }
    return status;
}

int strobe_resolve_line(struct strobe_code_index *index, const struct strobe_location *location,
                        struct strobe_slice *slice, struct strobe_resolution *r)
{
    struct strobe_codes codes = {0};
    memset(r, 0, sizeof *r);
    if (!choose_file(index, location, r)) {
        return 0;
    }
    int status = strobe_code_index_codes(index, r->file, &codes);
    status = status < 0 ? status : find_line(&codes, location->line, slice, r);
    strobe_codes_done(&codes);
    return status;
}

/* ---- Where to look again ---- */

void strobe_resolve_names(const struct strobe_location *location, struct strobe_name_set *names)
{
    char name[STROBE_PATH_BYTES_MAX + 4];
    if (location->kind == STROBE_LOCATION_LINE) {
        strobe_name_set_add(names, strobe_code_file_hash(strobe_path_basename(location->path)));
        return;
    }
    /* A module's code is in a file of its name or in its package's __init__.py; a type may stand in either. */
    const char *dot = strrchr(location->path, '.');
    const char *last = dot != NULL ? dot + 1 : location->path;
    size_t size = strlen(last);
    if (location->kind == STROBE_LOCATION_RAISE || location->kind == STROBE_LOCATION_UNHANDLED) {
        const char *end = dot != NULL ? dot : location->path;
        const char *start = end;
        while (start > location->path && start[-1] != '.') {
            start--;
        }
        last = start;
        size = (size_t)(end - start);
    }
    snprintf(name, sizeof name, "%.*s.py", (int)size, last);
    strobe_name_set_add(names, strobe_code_file_hash(name));
    strobe_name_set_add(names, strobe_code_file_hash("__init__.py"));
}
