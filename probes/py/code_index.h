/**
 * All code objects that are alive, so that a location can be found without walking the heap.
 *
 * From 3.12 on CPython's code watcher reports each code object made and destroyed; what existed before is found once,
 * at start. On 3.11, which has no watcher, code_index_refresh() looks at the heap again.
 * GIL: held for every function.
 */
#ifndef STROBE_PROBES_CODE_INDEX_H
#define STROBE_PROBES_CODE_INDEX_H

#include <Python.h>
#include <stdbool.h>

#include "base/pointer_map.h"

/** Called when code objects of a wanted file appear (3.12+), inside the program's import: set a flag, no more. */
typedef void strobe_code_appeared(void *user);

struct strobe_code_index {
    struct strobe_pointer_map codes; /* code object -> itself; borrowed, from 3.12 on exact, on 3.11 strong */
    int watcher;                     /* -1: none */
    strobe_code_appeared *appeared;
    void *user;
    bool incomplete; /* memory ran out once: some code is not known */
    bool appeared_pending;
};

/** Start watching and find what exists. There is one index in a process. @return 0, STROBE_ENOMEM, STROBE_EBUSY */
int strobe_code_index_start(struct strobe_code_index *index, strobe_code_appeared *appeared, void *user);

/** Stop watching and release the table. */
void strobe_code_index_stop(struct strobe_code_index *index);

/** 3.11: look for code objects that appeared since; later versions: nothing to do. */
void strobe_code_index_refresh(struct strobe_code_index *index);

/** Next code object, borrowed; `*position` starts at 0; NULL at the end. No Python code may run meanwhile. */
PyCodeObject *strobe_code_index_next(struct strobe_code_index *index, size_t *position);

#endif
