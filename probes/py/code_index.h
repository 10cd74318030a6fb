/**
 * All code objects that are alive, by file, so that a location is found by looking at the code of one file.
 *
 * From 3.12 on CPython's code watcher reports each code object made and destroyed, at about 50 ns each; what existed
 * before is found once, at start: one walk over the objects that GC knows (functions, generators), then the code inside
 * their code in slices. On 3.11, which has no watcher, strobe_code_index_refresh() looks at the heap again.
 *
 * Who waits for code says in which files (strobe_code_index_want): only those are reported.
 * GIL: held for every function. None sets an exception.
 */
#ifndef STROBE_PROBES_CODE_INDEX_H
#define STROBE_PROBES_CODE_INDEX_H

#include <Python.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/pointer_map.h"
#include "probes/py/code_file.h"

/** A set of file names (without folders) that may hold more than was put in, never less. */
struct strobe_name_set {
    uint64_t bits[64];
};

static inline void strobe_name_set_add(struct strobe_name_set *set, uint32_t hash)
{
    set->bits[hash >> 6 & 63] |= UINT64_C(1) << (hash & 63);
}

static inline bool strobe_name_set_has(const struct strobe_name_set *set, uint32_t hash)
{
    return (set->bits[hash >> 6 & 63] >> (hash & 63) & 1) != 0;
}

/** Called when code objects of a wanted file appear (3.12+), inside the program's import: set a flag, no more. */
typedef void strobe_code_appeared(void *user);

/** All code of a wanted file was made, and none of it has run yet (3.12+). In the program's thread, inside its import:
 *  bounded work, no Python code, the GIL is not released. */
typedef void strobe_code_module_made(void *user, struct strobe_code_file *file);

enum { STROBE_CODE_BUCKETS = 1024 };

struct strobe_code_index {
    struct strobe_pointer_map codes; /* code object -> its file; borrowed, from 3.12 on exact, on 3.11 strong */
    struct strobe_pointer_map files; /* co_filename -> file */
    struct strobe_code_file *buckets[STROBE_CODE_BUCKETS]; /* files by the hash of their name */
    struct strobe_code_file *latest;                       /* file of the code object made last, or NULL */
    struct strobe_name_set wanted;
    struct strobe_name_set touched; /* wanted files with new code since they were taken */
    int watcher;                    /* -1: none */
    strobe_code_appeared *appeared;
    void *user;
    strobe_code_module_made *module_made; /* may be NULL */
    void *module_user;
    bool incomplete; /* memory ran out once: some code is not known */
    bool appeared_pending;
    bool unsettled; /* some files' code may be renamed still */
};

/** Start watching and find what exists; releases the GIL between slices. There is one index in a process.
 *  @return 0, STROBE_ENOMEM, STROBE_EBUSY */
int strobe_code_index_start(struct strobe_code_index *index, strobe_code_appeared *appeared, void *user);

/** Stop watching and release the tables. */
void strobe_code_index_stop(struct strobe_code_index *index);

/** Bring it up to date: 3.11 looks for code objects that appeared since (releasing the GIL between slices); later
 *  versions notice files that CPython renamed after loading. */
void strobe_code_index_refresh(struct strobe_code_index *index);

/** Report new code in files of these names from now on, and of no others. */
void strobe_code_index_want(struct strobe_code_index *index, const struct strobe_name_set *names);

/** The names of wanted files with new code since the last call. */
void strobe_code_index_take_touched(struct strobe_code_index *index, struct strobe_name_set *ret_names);

/** First file with that name (`file` NULL) or the next one; NULL at the end. */
struct strobe_code_file *strobe_code_index_named(struct strobe_code_index *index, uint32_t name_hash,
                                                 struct strobe_code_file *file);

/** Next file of all; `*position` starts at 0; NULL at the end. The GIL may not be released meanwhile. */
struct strobe_code_file *strobe_code_index_next_file(struct strobe_code_index *index, size_t *position);

/** The code objects of all files with the path `path` (normalised). @return 0 or STROBE_ENOMEM */
int strobe_code_index_codes(struct strobe_code_index *index, const char *path, struct strobe_codes *ret_codes);

#endif
