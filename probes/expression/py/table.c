/* Dicts and sets in the arena, and looking things up in them and in those of the program. */
#include <string.h>

#include "base/py/dict.h"
#include "base/py/set.h"
#include "probes/expression/py/compare.h"
#include "probes/expression/py/gate.h"
#include "probes/expression/py/items.h"

enum { ENTRIES_FIRST = 8, SLOTS_PER_ENTRY = 2 };

/* ---- In the arena ---- */

/* Room for `capacity` entries; those that are there move. */
static int resize(struct strobe_evaluation *evaluation, struct strobe_table *table, Py_ssize_t capacity)
{
    Py_ssize_t slots = capacity * SLOTS_PER_ENTRY;
    struct strobe_table_entry *entries = strobe_evaluation_take(evaluation, (size_t)capacity * sizeof *entries);
    int32_t *places = entries != NULL ? strobe_evaluation_take(evaluation, (size_t)slots * sizeof *places) : NULL;
    if (places == NULL) {
        return STROBE_ELIMIT;
    }
    if (table->count > 0) {
        memcpy(entries, table->entries, (size_t)table->count * sizeof *entries);
    }
    memset(places, 0xff, (size_t)slots * sizeof *places);
    for (Py_ssize_t i = 0; i < table->count; i++) {
        size_t place = (size_t)entries[i].hash & (size_t)(slots - 1);
        while (places[place] >= 0) {
            place = (place + 1) & (size_t)(slots - 1);
        }
        places[place] = (int32_t)i;
    }
    table->entries = entries;
    table->places = places;
    table->capacity = capacity;
    table->slots = slots;
    return 0;
}

int strobe_table_make(struct strobe_evaluation *evaluation, enum strobe_value_kind kind, struct strobe_value *ret_value)
{
    struct strobe_table *table = strobe_evaluation_take(evaluation, sizeof *table);
    if (table == NULL) {
        return STROBE_ELIMIT;
    }
    *table = (struct strobe_table){0};
    int status = resize(evaluation, table, ENTRIES_FIRST);
    if (status == 0) {
        *ret_value = (struct strobe_value){kind, {.table = table}};
    }
    return status;
}

/* Number of the entry with an equal key, or -1 and the free place. @return 0 or a negative code */
static int find_entry(struct strobe_evaluation *evaluation, const struct strobe_table *table, struct strobe_value key,
                      uint64_t hash, Py_ssize_t *ret_entry, size_t *ret_place)
{
    size_t mask = (size_t)table->slots - 1;
    size_t place = (size_t)hash & mask;
    for (; table->places[place] >= 0; place = (place + 1) & mask) {
        const struct strobe_table_entry *entry = &table->entries[table->places[place]];
        bool equal = false;
        int status = strobe_evaluation_spend(evaluation, 1);
        if (status == 0 && entry->hash == hash) {
            status = strobe_value_equal(evaluation, entry->key, key, &equal);
        }
        if (status < 0) {
            return status;
        }
        if (equal) {
            *ret_entry = table->places[place];
            return 0;
        }
    }
    *ret_entry = -1;
    *ret_place = place;
    return 0;
}

int strobe_table_set(struct strobe_evaluation *evaluation, struct strobe_table *table, struct strobe_value key,
                     struct strobe_value value)
{
    uint64_t hash;
    Py_ssize_t entry;
    size_t place;
    int status = strobe_value_hash(evaluation, key, &hash);
    status = status < 0 ? status : find_entry(evaluation, table, key, hash, &entry, &place);
    if (status < 0) {
        return status;
    }
    if (entry >= 0) {
        table->entries[entry].value = value;
        return 0;
    }
    if (table->count >= STROBE_EXPRESSION_ITEMS_MAX) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_LIMIT, "a container of more than %d items",
                                      STROBE_EXPRESSION_ITEMS_MAX);
    }
    if (table->count == table->capacity) {
        status = resize(evaluation, table, 2 * table->capacity);
        status = status < 0 ? status : find_entry(evaluation, table, key, hash, &entry, &place);
        if (status < 0) {
            return status;
        }
    }
    table->places[place] = (int32_t)table->count;
    table->entries[table->count++] = (struct strobe_table_entry){hash, key, value};
    return 0;
}

/* ---- In tables of the program ---- */

struct wanted {
    struct strobe_evaluation *evaluation;
    struct strobe_value key;
};

/* A key of the program whose class has its own __eq__ is never asked: only identity finds it. */
static int key_is_wanted(void *context, PyObject *candidate)
{
    const struct wanted *wanted = context;
    struct strobe_value key = strobe_value_object(candidate);
    bool equal;
    int status = strobe_evaluation_spend(wanted->evaluation, 1);
    if (status < 0) {
        return status;
    }
    if (strobe_value_identical(key, wanted->key)) {
        return 1;
    }
    if (strobe_value_compares_itself(wanted->evaluation, key)) {
        return 0;
    }
    status = strobe_value_equal(wanted->evaluation, wanted->key, key, &equal);
    return status < 0 ? status : equal;
}

/* An object whose hash would be code of the program: it may still be there itself. */
static int find_itself(struct strobe_evaluation *evaluation, struct strobe_value table, struct strobe_value key,
                       struct strobe_value *ret_value)
{
    struct strobe_table_walk walk = {0};
    int status;
    while ((status = strobe_table_next(evaluation, table, &walk)) == 1) {
        if (strobe_value_identical(walk.key, key)) {
            *ret_value = walk.value;
            return 1;
        }
    }
    uint64_t ignored;
    return status < 0 ? status : strobe_value_hash(evaluation, key, &ignored); /* says why it cannot be looked up */
}

/* Find `key` in a dict or set of any form. @return 1 and, of a dict, the value; 0; or a negative code */
static int find(struct strobe_evaluation *evaluation, struct strobe_value table, struct strobe_value key,
                struct strobe_value *ret_value)
{
    uint64_t hash;
    if (strobe_value_hashes_itself(evaluation, key)) {
        return find_itself(evaluation, table, key, ret_value);
    }
    bool set_in_set = strobe_container_of(table) == STROBE_CONTAINER_SET &&
                      strobe_container_of(key) == STROBE_CONTAINER_SET; /* looked for as the frozenset that is equal */
    int status = set_in_set ? strobe_set_hash(evaluation, key, &hash) : strobe_value_hash(evaluation, key, &hash);
    if (status < 0) {
        return status;
    }
    if (table.kind != STROBE_VALUE_OBJECT) {
        Py_ssize_t entry;
        size_t place;
        status = find_entry(evaluation, table.as.table, key, hash, &entry, &place);
        if (status < 0 || entry < 0) {
            return status;
        }
        *ret_value = table.as.table->entries[entry].value;
        return 1;
    }
    struct wanted wanted = {evaluation, key};
    if (!strobe_dict_check(table.as.object)) {
        return strobe_set_find_hash(table.as.object, (Py_hash_t)hash, key_is_wanted, &wanted);
    }
    PyObject *found_key, *found;
    status = strobe_dict_find_hash(table.as.object, (Py_hash_t)hash, key_is_wanted, &wanted, &found_key, &found);
    if (status == 1) {
        *ret_value = strobe_value_object(found);
    }
    return status;
}

int strobe_dict_find(struct strobe_evaluation *evaluation, struct strobe_value dict, struct strobe_value key,
                     struct strobe_value *ret_value)
{
    struct strobe_value shown = strobe_dict_shown(dict);
    struct strobe_value value = key;
    int status = find(evaluation, shown, key, &value);
    if (status == 1) {
        status = strobe_gate_entry(evaluation, shown, key);
        if (status == 0) {
            *ret_value = value;
            return 1;
        }
    }
    return status;
}

int strobe_table_has(struct strobe_evaluation *evaluation, struct strobe_value table, struct strobe_value member)
{
    struct strobe_value ignored = member;
    return find(evaluation, strobe_dict_shown(table), member, &ignored);
}
