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
