/* Locks, by their state. Conditions, events and semaphores are objects of Python around them. */
#include <string.h>

#include "snapshot/py/kind.h"
#include "snapshot/py/pieces.h"
#include "snapshot/py/type_name.h"

/* Private to _threadmodule.c; within 3.13 it became a mutex of one byte, so the size of the type decides. */
struct lock_object {
    PyObject ob_base;
    void *lock;
    PyObject *weakrefs;
    char locked;
};

struct mutex_object {
    PyObject ob_base;
    uint8_t bits;
};

struct recursive_lock_object {
    PyObject ob_base;
#if PY_VERSION_HEX >= 0x030E0000
    uint8_t bits;
    unsigned long long owner;
    size_t level; /* how often it was taken beyond the first time */
#elif PY_VERSION_HEX >= 0x030D0000
    void *lock;
    unsigned long long owner;
    unsigned long count;
#else
    void *lock;
    unsigned long owner;
    unsigned long count;
#endif
};

static bool write_lock(struct strobe_value *value)
{
    bool is_mutex = strobe_type_native(Py_TYPE(value->object))->tp_basicsize < (Py_ssize_t)sizeof(struct lock_object);
    bool locked = is_mutex ? (((const struct mutex_object *)value->object)->bits & 1) != 0
                           : ((const struct lock_object *)value->object)->locked != 0;
    const char *text = locked ? "<locked lock>" : "<unlocked lock>";
    strobe_value_put_text(value, text, strlen(text));
    return true;
}

static bool write_recursive_lock(struct strobe_value *value)
{
    const struct recursive_lock_object *lock = (const struct recursive_lock_object *)value->object;
#if PY_VERSION_HEX >= 0x030E0000
    unsigned long count = (lock->bits & 1) != 0 ? (unsigned long)lock->level + 1 : 0;
#else
    unsigned long count = lock->count;
#endif
    struct strobe_pieces pieces;
    strobe_pieces_begin(&pieces, value);
    if (count == 0) {
        strobe_pieces_text(&pieces, "<unlocked RLock>");
    } else {
        strobe_pieces_text(&pieces, "<locked RLock, owner ");
        strobe_pieces_int(&pieces, (int64_t)lock->owner);
        strobe_pieces_text(&pieces, ", count ");
        strobe_pieces_int(&pieces, (int64_t)count);
        strobe_pieces_text(&pieces, ">");
    }
    strobe_pieces_end(&pieces);
    return true;
}

#define WHOLE (STROBE_KIND_NATIVE | STROBE_KIND_WHOLE)
const struct strobe_kind strobe_kinds_lock[] = {
    {"_thread.lock", WHOLE, sizeof(struct mutex_object), write_lock},
    {"_thread.RLock", WHOLE, sizeof(struct recursive_lock_object), write_recursive_lock},
    {NULL, 0, 0, NULL},
};
