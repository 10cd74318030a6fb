/**
 * One probe of the registry: from what was asked to where it stands, with a status for people.
 *
 * GIL: held for every function. Those with a `slice` release it now and then, unless it is NULL.
 */
#ifndef STROBE_PROBES_ENTRY_H
#define STROBE_PROBES_ENTRY_H

#include <Python.h>
#include <stdbool.h>

#include "probes/probe.h"
#include "probes/py/code_index.h"
#include "probes/py/dispatch.h"
#include "probes/py/slice.h"

struct strobe_entry {
    struct strobe_probe *probe;
    struct strobe_script *script; /* NULL: refused */
    struct strobe_location until; /* of a timer that ends at another place: else its path is "" */
    struct strobe_location location;
    uint32_t file_hash; /* name of the file where it stands; 0: not known */
    bool refused;       /* location or condition cannot be understood: nothing will change that */
    bool denied;        /* refused for what redaction hides, alone: see recheck.h */
    bool due;           /* must be resolved */
    bool told;          /* its state says that it is armed */

    /* Where it was found, until that is told. */
    int found_kind; /* enum strobe_resolution_kind */
    int found_line;
    bool found_cut;
    char *found_file;
    char *found_function;
};

/** Parse and compile `request`. A probe that cannot be understood is made too, and says why.
 *  @return 0 or STROBE_ENOMEM */
int strobe_entry_make(const struct strobe_probe_request *request, strobe_is_secret *is_secret,
                      struct strobe_entry *ret_entry);

/** Take it away from where it stands and release it. */
void strobe_entry_done(struct strobe_entry *entry, struct strobe_dispatch *dispatch);

/** Whether it can stand anywhere, now or later. */
bool strobe_entry_lives(const struct strobe_entry *entry);

/** Add the names of the files in which code for it may appear. */
void strobe_entry_names(const struct strobe_entry *entry, struct strobe_name_set *names);

/**
 * Find its code and stand there; settle the dispatch afterwards, then tell. What stands between it and being armed is
 * told at once.
 */
void strobe_entry_resolve(struct strobe_entry *entry, struct strobe_code_index *index, struct strobe_dispatch *dispatch,
                          struct strobe_slice *slice);

/**
 * A module that is about to run for the first time has all its code in `file`: stand there if that is meant, and have
 * the engine know at once. For the program's thread: bounded, silent, without I/O.
 */
void strobe_entry_meet(struct strobe_entry *entry, struct strobe_code_index *index, struct strobe_dispatch *dispatch,
                       const struct strobe_code_file *file);

/** After settling: say that it is armed, if that is so and was not said. `source_hash`: see registry.h */
void strobe_entry_tell(struct strobe_entry *entry, const char *(*source_hash)(void *user, const char *file),
                       void *user);

#endif
