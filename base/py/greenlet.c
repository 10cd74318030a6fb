/*
 * Checked with greenlet 3.5 on 3.11.7, 3.12.1 and 3.13.0 (gevent 26.9). struct _greenlet is its public header's
 * since 2.0; of what it points to only the order of members is taken as given: itself, the moved stack, a context, the
 * innermost frame, then its main greenlet, what it runs, and its parent.
 */
#ifndef Py_BUILD_CORE_MODULE
#define Py_BUILD_CORE_MODULE 1
#endif
#include "base/py/greenlet.h"

#include <internal/pycore_frame.h>
#include <string.h>

#include "base/py/module.h"

struct greenlet_object {
    PyObject ob_base;
    PyObject *weakreflist;
    PyObject *dict;
    uintptr_t inner;
};

enum {
    WORDS = 24,        /* of the inner object that are searched; it has some more */
    SELF_AT = 1,       /* behind the table of virtual functions */
    MOVED_BEFORE = 6,  /* words from the moved stack to the frame object */
    LINEAGE_FROM = 5,  /* words from the frame object to where its main greenlet may stand */
    LINEAGE_TO = 14,   /* and where it cannot any more */
    PARENT_BEHIND = 2, /* words from the main greenlet to the parent */
    STACK_BYTES_MAX = 1 << 26
};

static uintptr_t address_of(const void *pointer)
{
    return (uintptr_t)pointer;
}

PyTypeObject *strobe_greenlet_type(void)
{
    PyObject *globals = strobe_module_globals("greenlet._greenlet");
    PyObject *type = globals != NULL ? strobe_module_attribute(globals, "greenlet") : NULL;
    bool fits = type != NULL && PyType_Check(type) && !PyType_HasFeature((PyTypeObject *)type, Py_TPFLAGS_HEAPTYPE) &&
                ((PyTypeObject *)type)->tp_basicsize == (Py_ssize_t)sizeof(struct greenlet_object);
    return fits ? (PyTypeObject *)type : NULL;
}

bool strobe_greenlet_check(PyObject *object, PyTypeObject *type)
{
    return Py_TYPE(object) == type || PyType_IsSubtype(Py_TYPE(object), type);
}

/* Whether an object of exactly `type` stands at `address`. */
static bool is_a(struct strobe_own_memory *memory, uintptr_t address, const PyTypeObject *type)
{
    PyObject head;
    return address % sizeof(void *) == 0 && strobe_own_memory_read(memory, address, &head, sizeof head) &&
           address_of(head.ob_type) == address_of(type);
}

/* The C stack that was moved: start, end, copy, size. */
static void find_moved(const uintptr_t *words, struct strobe_greenlet *greenlet)
{
    uintptr_t start = words[0], end = words[1], copy = words[2], size = words[3];
    if (start != 0 && start < end && copy != 0 && size > 0 && size <= STACK_BYTES_MAX && size <= end - start) {
        greenlet->moved.start = start;
        greenlet->moved.copy = copy;
        greenlet->moved.size = size;
    }
}

static bool is_known(const struct strobe_pointer_map *known, uintptr_t address)
{
    const void *key;
    memcpy(&key, &address, sizeof key);
    return address != 0 && strobe_pointer_map_get(known, key) != NULL;
}

static uintptr_t find_parent(struct strobe_own_memory *memory, uintptr_t frame_at,
                             const struct strobe_pointer_map *known)
{
    uintptr_t words[LINEAGE_TO + PARENT_BEHIND + 1];
    if (!strobe_own_memory_read(memory, frame_at, words, sizeof words)) {
        return 0;
    }
    for (size_t i = LINEAGE_FROM; i < LINEAGE_TO; i++) {
        if (is_known(known, words[i])) {
            return is_known(known, words[i + PARENT_BEHIND]) ? words[i + PARENT_BEHIND] : 0;
        }
    }
    return 0;
}

bool strobe_greenlet_read(struct strobe_own_memory *memory, PyObject *object, const struct strobe_pointer_map *known,
                          struct strobe_greenlet *ret_greenlet)
{
    uintptr_t inner = ((const struct greenlet_object *)object)->inner, words[WORDS];
    struct strobe_greenlet greenlet = {0};
    if (!strobe_own_memory_read(memory, inner, words, sizeof words) || words[SELF_AT] != address_of(object)) {
        return false;
    }
    for (size_t i = SELF_AT + MOVED_BEFORE; i < WORDS; i++) {
        struct _frame frame;
        if (!is_a(memory, words[i], &PyFrame_Type) ||
            !strobe_own_memory_read(memory, words[i], &frame, offsetof(struct _frame, _f_frame_data))) {
            continue;
        }
        greenlet.frame = address_of(frame.f_frame);
        find_moved(&words[i - MOVED_BEFORE], &greenlet);
        greenlet.parent = find_parent(memory, inner + i * sizeof words[0], known);
        *ret_greenlet = greenlet;
        return greenlet.frame != 0;
    }
    return false;
}

uintptr_t strobe_greenlet_place(const struct strobe_greenlet *greenlet, uintptr_t address)
{
    bool is_moved = address >= greenlet->moved.start && address - greenlet->moved.start < greenlet->moved.size;
    return is_moved ? greenlet->moved.copy + (address - greenlet->moved.start) : address;
}
