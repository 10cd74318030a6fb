/* The table of a set, a public struct: the same from 3.11 to 3.15. */
#include "base/py/set.h"

bool strobe_set_next(PyObject *set, Py_ssize_t *position, Py_ssize_t slots_max, PyObject **ret_element)
{
    const PySetObject *table = (const PySetObject *)set;
    Py_ssize_t end = *position + slots_max;
    while (*position <= table->mask) {
        if (*position == end) {
            *ret_element = NULL;
            return true;
        }
        const setentry *entry = &table->table[(*position)++];
        if (entry->key != NULL &&
            entry->hash != -1) { /* a removed element leaves a key with hash -1, which no object has */
            *ret_element = entry->key;
            return true;
        }
    }
    return false;
}

enum { LINEAR_PROBES = 9, PERTURB_SHIFT = 5 }; /* as in setobject.c */

int strobe_set_find_hash(PyObject *set, Py_hash_t hash, strobe_key_equal *equal, void *context)
{
    const PySetObject *table = (const PySetObject *)set;
    size_t mask = (size_t)table->mask;
    size_t perturb = (size_t)hash;
    for (size_t place = perturb & mask;;) {
        const setentry *entry = &table->table[place];
        for (size_t left = place + LINEAR_PROBES <= mask ? LINEAR_PROBES + 1 : 1; left > 0; left--, entry++) {
            if (entry->key == NULL) {
                return 0;
            }
            int same = entry->hash == hash ? equal(context, entry->key) : 0;
            if (same != 0) {
                return same;
            }
        }
        perturb >>= PERTURB_SHIFT;
        place = (place * 5 + 1 + perturb) & mask;
    }
}
