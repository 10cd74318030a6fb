/*
 * Checked with greenlet 2.0, 3.0, 3.1 and 3.5 on 3.11.7 and 3.12.1, 3.5 also on 3.13.0, 3.13.18, 3.14.10 and 3.15.2.
 * struct _greenlet is its public header's since 2.0; of what it points to only the order of members is taken as given:
 * itself, the moved stack, a context, the innermost frame, then its main greenlet, what it runs, and its parent.
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
    FRAME_FROM = 7,   /* words from the beginning of the inner object to where its frame object may stand */
    FRAME_TO = 20,    /* and where it cannot any more */
    SELF_AT = 1,      /* behind the table of virtual functions, since 3.1 */
    LINEAGE_FROM = 5, /* words from the frame object to where its main greenlet may stand */
    LINEAGE_TO = 15,  /* and where it cannot any more */
    PARENT_BEHIND = 2 /* words from the main greenlet to the parent */
};

_Static_assert(STROBE_GREENLET_WORDS == FRAME_TO + LINEAGE_TO + PARENT_BEHIND, "all that is looked at is read");

static uintptr_t address_of(const void *pointer)
{
    return (uintptr_t)pointer;
}

PyTypeObject *strobe_greenlet_type(void)
{
    PyObject *globals = strobe_module_globals("greenlet._greenlet");
    PyObject *type = globals != NULL ? strobe_module_attribute(globals, "greenlet") : NULL;
    return type != NULL ? strobe_greenlet_type_of(type) : NULL;
}

PyTypeObject *strobe_greenlet_type_of(PyObject *type)
{
    bool fits = PyType_Check(type) && !PyType_HasFeature((PyTypeObject *)type, Py_TPFLAGS_HEAPTYPE) &&
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

static bool is_known(const struct strobe_pointer_map *known, uintptr_t address)
{
    const void *key;
    memcpy(&key, &address, sizeof key);
    return address != 0 && strobe_pointer_map_get(known, key) != NULL;
}

/* What stands behind the frame object: perhaps the greenlet itself, its main greenlet, what it runs, its parent. */
static uintptr_t find_parent(const uintptr_t *words, uintptr_t self, const struct strobe_pointer_map *known)
{
    for (size_t i = LINEAGE_FROM; i < LINEAGE_TO; i++) {
        if (words[i] != self && is_known(known, words[i])) {
            return is_known(known, words[i + PARENT_BEHIND]) ? words[i + PARENT_BEHIND] : 0;
        }
    }
    return 0;
}

/* An inner object has its greenlet in it: at the beginning, since 3.1, or behind the frame object. */
static bool belongs_to(const uintptr_t *words, size_t frame_at, uintptr_t self)
{
    bool found = words[SELF_AT] == self;
    for (size_t i = frame_at + LINEAGE_FROM; i < frame_at + LINEAGE_TO; i++) {
        found = found || words[i] == self;
    }
    return found;
}

/* The words at `address`; the object may end before them, and so may the memory: then they are 0. */
static bool read_words(struct strobe_own_memory *memory, uintptr_t address, uintptr_t ret_words[STROBE_GREENLET_WORDS])
{
    const size_t size = STROBE_GREENLET_WORDS * sizeof ret_words[0];
    size_t left_bytes = STROBE_OWN_PAGE_BYTES - address % STROBE_OWN_PAGE_BYTES;
    memset(ret_words, 0, size);
    return strobe_own_memory_read(memory, address, ret_words, size) ||
           (left_bytes < size && strobe_own_memory_read(memory, address, ret_words, left_bytes));
}

bool strobe_greenlet_read_inner(struct strobe_own_memory *memory, uintptr_t greenlet, const PyTypeObject *type,
                                uintptr_t ret_words[STROBE_GREENLET_WORDS])
{
    struct greenlet_object object;
    return greenlet % sizeof(void *) == 0 && strobe_own_memory_read(memory, greenlet, &object, sizeof object) &&
           (type == NULL || address_of(object.ob_base.ob_type) == address_of(type)) && object.inner != 0 &&
           read_words(memory, object.inner, ret_words);
}

bool strobe_greenlet_read(struct strobe_own_memory *memory, PyObject *object, const struct strobe_pointer_map *known,
                          struct strobe_greenlet *ret_greenlet)
{
    uintptr_t inner = ((const struct greenlet_object *)object)->inner, words[STROBE_GREENLET_WORDS];
    if (!read_words(memory, inner, words)) {
        return false;
    }
    for (size_t i = FRAME_FROM; i < FRAME_TO; i++) {
        struct _frame frame;
        if (!is_a(memory, words[i], &PyFrame_Type) ||
            !strobe_own_memory_read(memory, words[i], &frame, offsetof(struct _frame, _f_frame_data)) ||
            !belongs_to(words, i, address_of(object))) {
            continue;
        }
        struct strobe_greenlet greenlet = {.frame = address_of(frame.f_frame),
                                           .parent = find_parent(&words[i], address_of(object), known)};
        *ret_greenlet = greenlet;
        return greenlet.frame != 0;
    }
    return false;
}
