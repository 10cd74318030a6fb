#include "probes/py/raises.h"

#include <stdlib.h>

#include "strobe/error.h"
#include "strobe/limits.h"

static void recount(struct strobe_raises *raises)
{
    raises->unhandled_count = 0;
    for (size_t i = 0; i < raises->count; i++) {
        raises->unhandled_count += raises->items[i].event == STROBE_EVENT_UNHANDLED;
    }
}

void strobe_raises_done(struct strobe_raises *raises)
{
    while (raises->count > 0) {
        strobe_raises_drop(raises, raises->items[0].probe);
    }
    free(raises->items);
    *raises = (struct strobe_raises){0};
}

int strobe_raises_add(struct strobe_raises *raises, enum strobe_event event, PyTypeObject *type,
                      struct strobe_probe *probe, const struct strobe_condition *condition)
{
    if (raises->count >= STROBE_RAISES_MAX) {
        return STROBE_ELIMIT;
    }
    struct strobe_raise *items = realloc(raises->items, (raises->count + 1) * sizeof *items);
    if (items == NULL) {
        return STROBE_ENOMEM;
    }
    raises->items = items;
    items[raises->count++] =
        (struct strobe_raise){event, (PyTypeObject *)Py_NewRef((PyObject *)type), strobe_probe_ref(probe), condition};
    recount(raises);
    return 0;
}

bool strobe_raises_drop(struct strobe_raises *raises, const struct strobe_probe *probe)
{
    PyTypeObject *types[STROBE_RAISES_MAX];
    size_t dropped = 0;
    size_t kept = 0;
    for (size_t i = 0; i < raises->count; i++) {
        if (raises->items[i].probe == probe) {
            types[dropped++] = raises->items[i].type;
            strobe_probe_unref(raises->items[i].probe);
        } else {
            raises->items[kept++] = raises->items[i];
        }
    }
    raises->count = kept;
    recount(raises);
    for (size_t i = 0; i < dropped; i++) { /* last: the end of a type may run code */
        Py_DECREF((PyObject *)types[i]);
    }
    return dropped > 0;
}

bool strobe_raises_has(const struct strobe_raises *raises, const struct strobe_probe *probe, const PyTypeObject *type)
{
    for (size_t i = 0; i < raises->count; i++) {
        if (raises->items[i].probe == probe && raises->items[i].type == type) {
            return true;
        }
    }
    return false;
}

bool strobe_raise_matches(const struct strobe_raise *raise, PyObject *exception)
{
    PyObject *mro = Py_TYPE(exception)->tp_mro;
    for (Py_ssize_t i = 0; mro != NULL && PyTuple_CheckExact(mro) && i < PyTuple_GET_SIZE(mro); i++) {
        if (PyTuple_GET_ITEM(mro, i) == (PyObject *)raise->type) {
            return true;
        }
    }
    return false;
}
