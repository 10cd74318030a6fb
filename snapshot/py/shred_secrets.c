#include "snapshot/py/shred_secrets.h"

#include <stdio.h>

#include "base/py/integer.h"
#include "snapshot/policy.h"
#include "snapshot/py/name.h"
#include "snapshot/py/secret.h"

enum {
    INSIDE_MAX = 64,        /* members of a redacted container that are looked at */
    INSIDE_LENGTH_MIN = 8,  /* of a text in there that has no name of its own */
    SMALL_INT_MAX = 999999, /* its digits stand in many texts */
    DIGITS = 24
};

/* The list while it is written. */
struct shredding {
    struct strobe_walk *walk;
    unsigned count;
};

struct letters {
    const void *data;
    int kind; /* as PyUnicode_KIND; 1 for bytes */
    Py_ssize_t length;
};

static void shred(struct shredding *shredding, const struct letters *letters)
{
    struct strobe_shred_window window = {.hash = 0};
    for (Py_ssize_t i = 0; i < letters->length && i < STROBE_SHRED_SECRET_MAX; i++) {
        if (strobe_shred_move(&window, PyUnicode_READ(letters->kind, letters->data, i)) &&
            shredding->count < STROBE_SHREDS_MAX) {
            strobe_image_put_u64(&shredding->walk->writer, strobe_shred_of(&window, (size_t)letters->length));
            shredding->count++;
        }
    }
    explicit_bzero(&window, sizeof window);
}

static void shred_number(struct shredding *shredding, PyObject *object)
{
    int64_t number;
    char digits[DIGITS];
    if (strobe_integer_small(object, &number) && (number > SMALL_INT_MAX || number < -SMALL_INT_MAX)) {
        int size = snprintf(digits, sizeof digits, "%lld", (long long)(number < 0 ? -number : number));
        const struct letters letters = {digits, 1, size};
        shred(shredding, &letters);
        explicit_bzero(digits, sizeof digits);
    }
}

static void shred_leaf(struct shredding *shredding, PyObject *object, Py_ssize_t length_min)
{
    struct letters letters = {NULL, 1, 0};
    if (PyUnicode_Check(object) && strobe_str_readable(object)) {
        letters = (struct letters){PyUnicode_DATA(object), PyUnicode_KIND(object), PyUnicode_GET_LENGTH(object)};
    } else if (PyBytes_Check(object)) {
        letters = (struct letters){PyBytes_AS_STRING(object), 1, PyBytes_GET_SIZE(object)};
    } else if (PyByteArray_Check(object)) {
        letters = (struct letters){PyByteArray_AS_STRING(object), 1, PyByteArray_GET_SIZE(object)};
    } else if (PyLong_Check(object)) {
        shred_number(shredding, object);
        return;
    }
    if (letters.length >= length_min &&
        (PyByteArray_Check(object) || strobe_secret_everywhere(shredding->walk, object))) {
        shred(shredding, &letters);
    }
}

static void shred_items(struct shredding *shredding, PyObject *const *items, Py_ssize_t count)
{
    for (Py_ssize_t i = 0; i < count && i < INSIDE_MAX; i++) {
        if (items[i] != NULL) {
            shred_leaf(shredding, items[i], INSIDE_LENGTH_MIN);
        }
    }
}

/* Not all of {"user": ..., "password": ...}: what it says beside the secret stands in many texts. */
static void shred_entries(struct shredding *shredding, PyObject *dict)
{
    PyObject *key, *item;
    Py_ssize_t position = 0;
    for (int i = 0; i < INSIDE_MAX && PyDict_Next(dict, &position, &key, &item); i++) {
        if (strobe_name_secret(shredding->walk, key) != NULL) {
            shred_leaf(shredding, item, 0);
        }
    }
}

static void shred_value(struct shredding *shredding, PyObject *object)
{
    if (PyTuple_CheckExact(object)) {
        shred_items(shredding, ((PyTupleObject *)object)->ob_item, PyTuple_GET_SIZE(object));
    } else if (PyList_CheckExact(object)) {
        shred_items(shredding, ((PyListObject *)object)->ob_item, PyList_GET_SIZE(object));
    } else if (PyDict_CheckExact(object)) {
        shred_entries(shredding, object);
    } else {
        shred_leaf(shredding, object, 0);
    }
}

void strobe_shred_secrets(struct strobe_walk *walk)
{
    struct shredding shredding = {.walk = walk};
    size_t count_at = walk->writer.size;
    strobe_image_put_u16(&walk->writer, 0);
    for (uint32_t i = 0; i < walk->found && shredding.count < STROBE_SHREDS_MAX; i++) {
        const struct strobe_pending *pending = &walk->queue[i];
        if (pending->rule != NULL && pending->object != NULL && pending->rule[0] != STROBE_RULE_UNLISTED) {
            shred_value(&shredding, pending->object);
        }
    }
    if (!walk->writer.full) {
        strobe_image_patch_u16(&walk->writer, count_at, shredding.count);
    }
}
