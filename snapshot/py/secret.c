#include "snapshot/py/secret.h"

#include <string.h>

#include "base/py/integer.h"
#include "snapshot/policy.h"
#include "snapshot/py/name.h"
#include "snapshot/words.h"

enum {
    TEXT_LENGTH_MIN = 4, /* characters; shorter texts are shared by the whole program */
    SMALL_INT_MAX = 99999,
    HASHED_BYTES = 16, /* of each end of a text */
    JUDGE_COST = 10    /* as strobe_walk_spend() counts */
};

/* ---- What is a secret by itself ---- */

static bool is_text(PyObject *object)
{
    return PyUnicode_Check(object) || PyBytes_Check(object);
}

static bool is_large_int(PyObject *object)
{
    int64_t number;
    return !strobe_integer_small(object, &number) || number > SMALL_INT_MAX || number < -SMALL_INT_MAX;
}

static bool is_shared(PyObject *object)
{
    return object == Py_None || object == Py_Ellipsis || object == Py_NotImplemented || PyType_Check(object) ||
           PyFunction_Check(object) || PyCFunction_Check(object) || PyModule_Check(object) ||
           (PyTuple_Check(object) && PyTuple_GET_SIZE(object) == 0) ||
           (PyFrozenSet_Check(object) && PySet_GET_SIZE(object) == 0);
}

static bool is_lower_case(PyObject *str)
{
    if (!PyUnicode_IS_ASCII(str)) {
        return false;
    }
    const char *text = PyUnicode_DATA(str);
    for (Py_ssize_t i = 0; i < PyUnicode_GET_LENGTH(str); i++) {
        if ((text[i] < 'a' || text[i] > 'z') && text[i] != '_') {
            return false;
        }
    }
    return true;
}

/* A text that is the name of a secret ("csrf_token"), or a word of the source code ("required"). */
static bool is_label(struct strobe_walk *walk, PyObject *str)
{
    strobe_walk_spend(walk, JUDGE_COST);
    if (!PyUnicode_IS_ASCII(str) || !strobe_words_only(PyUnicode_DATA(str), (size_t)PyUnicode_GET_LENGTH(str))) {
        return false; /* "xP5/token!" is a secret that has such a word in it */
    }
    return strobe_name_secret(walk, str) != NULL || (PyUnicode_CHECK_INTERNED(str) && is_lower_case(str));
}

bool strobe_secret_everywhere(struct strobe_walk *walk, PyObject *object)
{
    if (PyUnicode_Check(object)) {
        return strobe_str_readable(object) && PyUnicode_GET_LENGTH(object) >= TEXT_LENGTH_MIN &&
               !is_label(walk, object);
    }
    if (PyLong_Check(object)) {
        return is_large_int(object);
    }
    if (PyBytes_Check(object)) {
        return PyBytes_GET_SIZE(object) >= TEXT_LENGTH_MIN;
    }
    return !is_shared(object);
}

/* ---- Equal texts ---- */

struct text {
    const void *data;
    size_t size; /* bytes */
    unsigned width;
};

static struct text text_of(PyObject *object)
{
    if (PyBytes_Check(object)) {
        return (struct text){PyBytes_AS_STRING(object), (size_t)PyBytes_GET_SIZE(object), 0};
    }
    unsigned width = (unsigned)PyUnicode_KIND(object);
    return (struct text){PyUnicode_DATA(object), (size_t)PyUnicode_GET_LENGTH(object) * width, width};
}

static bool equal(PyObject *a, PyObject *b)
{
    struct text one = text_of(a), other = text_of(b);
    return one.size == other.size && one.width == other.width && memcmp(one.data, other.data, one.size) == 0;
}

static bool can_be_compared(const struct strobe_pending *pending)
{
    PyObject *object = pending->object;
    return object != NULL && is_text(object) && (!PyUnicode_Check(object) || strobe_str_readable(object));
}

static uint64_t mix(uint64_t hash, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        hash = (hash ^ bytes[i]) * 0x100000001B3u; /* FNV-1a */
    }
    return hash;
}

/* Of both ends and the size; texts of one hash are compared. Seeded by an address that differs from run to run. */
static size_t hash_of(const struct strobe_walk *walk, PyObject *object)
{
    struct text text = text_of(object);
    const uint8_t *bytes = text.data;
    size_t edge = text.size < HASHED_BYTES ? text.size : HASHED_BYTES;
    uint64_t hash = mix((uintptr_t)walk ^ text.size, bytes, edge);
    hash = mix(hash, bytes + text.size - edge, edge);
    return (size_t)(hash ^ hash >> 32);
}

/* The entry of a text equal to `object`, or the free one where it belongs. The walk is over: its table is free. */
static struct strobe_identity *look_up(struct strobe_walk *walk, PyObject *object)
{
    size_t i = hash_of(walk, object) & (STROBE_WALK_IDENTITIES - 1);
    struct strobe_identity *entry = &walk->identities[i];
    while (entry->generation == walk->generation && !equal(walk->queue[entry->number].object, object)) {
        i = (i + 1) & (STROBE_WALK_IDENTITIES - 1);
        entry = &walk->identities[i];
    }
    return entry;
}

/* @return whether there is a secret text */
static bool gather_secrets(struct strobe_walk *walk)
{
    bool found = false;
    for (uint32_t i = 0; i < walk->found; i++) {
        const struct strobe_pending *secret = &walk->queue[i];
        if (secret->rule != NULL && secret->rule[0] != STROBE_RULE_UNLISTED && can_be_compared(secret) &&
            strobe_secret_everywhere(walk, secret->object)) {
            *look_up(walk, secret->object) = (struct strobe_identity){NULL, walk->generation, i};
            found = true;
        }
    }
    return found;
}

void strobe_secret_embed(struct strobe_walk *walk, PyObject *object)
{
    if (!is_text(object)) {
        return;
    }
    if (walk->embedded_count == STROBE_WALK_EMBEDDED_MAX) {
        walk->hidden_count = STROBE_IMAGE_HIDDEN_MAX + 1; /* more than can be looked after: no leaf is shown */
        return;
    }
    walk->embedded[walk->embedded_count++] = (struct strobe_embedded){object, walk->written};
}

static void hide_where_embedded(struct strobe_walk *walk)
{
    for (uint32_t i = 0; i < walk->embedded_count; i++) {
        const struct strobe_embedded *embedded = &walk->embedded[i];
        struct strobe_pending other = {.object = embedded->text};
        if (embedded->number < walk->written && can_be_compared(&other)) {
            struct strobe_identity *secret = look_up(walk, embedded->text);
            if (secret->generation == walk->generation) {
                strobe_secret_hide(walk, embedded->number, walk->queue[secret->number].rule);
            }
        }
    }
}

static void hide_equals(struct strobe_walk *walk)
{
    strobe_walk_forget(walk);
    if (!gather_secrets(walk)) {
        return;
    }
    for (uint32_t i = 0; i < walk->found; i++) {
        const struct strobe_pending *other = &walk->queue[i];
        if (other->rule == NULL && can_be_compared(other)) {
            struct strobe_identity *secret = look_up(walk, other->object);
            if (secret->generation == walk->generation) {
                strobe_secret_hide(walk, i, walk->queue[secret->number].rule);
            }
        }
    }
    hide_where_embedded(walk);
}

/* ---- Hidden values ---- */

void strobe_secret_hide(struct strobe_walk *walk, uint32_t number, const char *rule)
{
    if (walk->queue[number].rule != NULL) {
        return;
    }
    walk->queue[number].rule = rule;
    if (number < walk->written) {
        if (walk->hidden_count < STROBE_IMAGE_HIDDEN_MAX) {
            walk->hidden[walk->hidden_count] = number;
        }
        walk->hidden_count++;
    }
}

/* Number of `rule` among those of the list, which grows by it. @return -1 when there are too many */
static int rule_number(const char **rules, int *count, const char *rule)
{
    for (int i = 0; i < *count; i++) {
        if (rules[i] == rule) { /* static texts: one pointer for each */
            return i;
        }
    }
    if (*count == STROBE_IMAGE_HIDDEN_RULES_MAX) {
        return -1;
    }
    rules[*count] = rule;
    return (*count)++;
}

/* @return false when the list cannot be written */
static bool write_list(struct strobe_walk *walk)
{
    struct strobe_image_writer *writer = &walk->writer;
    const char *rules[STROBE_IMAGE_HIDDEN_RULES_MAX];
    int count = 0;
    if (walk->hidden_count > STROBE_IMAGE_HIDDEN_MAX) {
        return false;
    }
    strobe_image_put_u16(writer, walk->hidden_count);
    for (uint32_t i = 0; i < walk->hidden_count; i++) {
        if (rule_number(rules, &count, walk->queue[walk->hidden[i]].rule) < 0) {
            return false;
        }
    }
    strobe_image_put_u8(writer, (unsigned)count);
    for (int i = 0; i < count; i++) {
        strobe_image_put_text(writer, rules[i], strlen(rules[i]));
    }
    for (uint32_t i = 0; i < walk->hidden_count; i++) {
        strobe_image_put_varint(writer, walk->hidden[i]);
        strobe_image_put_u8(writer, (unsigned)rule_number(rules, &count, walk->queue[walk->hidden[i]].rule));
    }
    return !writer->full;
}

void strobe_secret_write_hidden(struct strobe_walk *walk)
{
    size_t start = walk->writer.size;
    hide_equals(walk);
    if (!write_list(walk)) {
        walk->writer.full = false;
        walk->writer.size = start;
        strobe_image_put_u16(&walk->writer, STROBE_IMAGE_HIDE_ALL);
    }
}
