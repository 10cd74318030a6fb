/* Suspended greenlets, found in the heap. Under the GIL, as part of the dump's one hold. */
#include "agent/dump.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/py/bare.h"
#include "base/py/greenlet.h"
#include "base/py/module.h"

enum { LOOK_AT_CLOCK_EVERY = 4096 };

struct search {
    PyTypeObject *type;
    struct strobe_pointer_map known; /* greenlet -> itself */
    size_t objects;
    int64_t until_ns;
    bool is_late, is_full;
};

/* ---- All greenlets ---- */

/* @return whether to go on */
static bool see(struct search *search, PyObject *object)
{
    if (++search->objects % LOOK_AT_CLOCK_EVERY == 0) {
        search->is_late = strobe_clock_monotonic_ns() > search->until_ns;
    }
    if (strobe_greenlet_check(object, search->type)) {
        search->is_full = search->known.count == STROBE_DUMP_GREENLETS_MAX ||
                          strobe_pointer_map_set(&search->known, object, object) < 0;
    }
    return !search->is_late && !search->is_full;
}

#if PY_VERSION_HEX >= 0x030C0000
static int visit(PyObject *object, void *argument)
{
    return see(argument, object);
}

static void walk_heap(struct search *search, PyObject *objects_function)
{
    (void)objects_function;
    PyUnstable_GC_VisitObjects(visit, search);
}
#else
/* The GIL is kept until the list is gone: otherwise the last reference to an object might be ours. */
static void walk_heap(struct search *search, PyObject *objects_function)
{
    int enabled = PyGC_Disable();
    PyObject *objects = objects_function != NULL ? PyObject_CallNoArgs(objects_function) : NULL;
    for (Py_ssize_t i = 0; objects != NULL && i < PyList_GET_SIZE(objects); i++) {
        if (!see(search, PyList_GET_ITEM(objects, i))) {
            break;
        }
    }
    Py_XDECREF(objects);
    if (enabled) {
        PyGC_Enable();
    }
    PyErr_Clear();
}
#endif

/* ---- Stacks ---- */

static int push_stack(struct strobe_own_memory *memory, struct strobe_thread_dump *stacks, uintptr_t at)
{
    bool torn = false;
    strobe_thread_dump_begin(stacks);
    for (unsigned step = 0; at != 0; step++) {
        struct strobe_bare_frame frame;
        if (step > STROBE_DUMP_DEPTH_MAX || !strobe_bare_frame_read(memory, at, &frame) ||
            frame.kind == STROBE_BARE_FRAME_TORN) {
            torn = true;
            break;
        }
        if (frame.kind == STROBE_BARE_FRAME &&
            !strobe_thread_dump_push(stacks, (struct strobe_dump_site){frame.code, frame.instruction})) {
            break;
        }
        at = frame.previous;
    }
    return strobe_thread_dump_end(stacks, torn);
}

static void add_greenlet(struct strobe_dump *dump, struct search *search, struct strobe_own_memory *memory,
                         PyObject *object)
{
    struct strobe_greenlet greenlet;
    if (!strobe_greenlet_read(memory, object, &search->known, &greenlet)) {
        return;
    }
    dump->greenlets++;
    struct strobe_dump_row *row = strobe_dump_add_row(dump);
    if (row == NULL) {
        return;
    }
    row->kind = "greenlet";
    row->greenlet = (uintptr_t)object;
    row->parent = greenlet.parent;
    if (strobe_clock_monotonic_ns() < search->until_ns) {
        row->stack = push_stack(memory, dump->stacks, greenlet.frame);
    } else {
        dump->stacks->cut = true;
    }
}

void strobe_dump_add_greenlets(struct strobe_dump *dump, PyObject *objects_function)
{
    struct search search = {.type = strobe_greenlet_type(),
                            .until_ns = strobe_clock_monotonic_ns() + STROBE_DUMP_GREENLETS_NS_MAX};
    struct strobe_own_memory *memory = search.type != NULL ? malloc(sizeof *memory) : NULL;
    if (memory == NULL) {
        bool is_loaded = strobe_module_globals("greenlet._greenlet") != NULL;
        snprintf(dump->note, sizeof dump->note,
                 is_loaded ? "greenlets cannot be read: this version of greenlet is not known"
                           : "there are no greenlets: the program has not loaded greenlet");
        return;
    }
    strobe_pointer_map_init(&search.known);
    if (strobe_own_memory_init(memory) == 0 && strobe_dump_bare_works()) {
        struct strobe_pointer_map_entry *entry;
        walk_heap(&search, objects_function);
        for (size_t at = 0; (entry = strobe_pointer_map_next(&search.known, &at)) != NULL;) {
            add_greenlet(dump, &search, memory, entry->value);
        }
    } else {
        snprintf(dump->note, sizeof dump->note, "greenlets cannot be read on this system");
    }
    if (search.is_late || search.is_full) {
        dump->stacks->cut = true;
    }
    strobe_own_memory_done(memory);
    strobe_pointer_map_done(&search.known);
    free(memory);
}
