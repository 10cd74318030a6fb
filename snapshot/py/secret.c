#include "snapshot/py/secret.h"

#include <string.h>

#include "base/py/integer.h"
#include "snapshot/py/name.h"

enum {
    TEXT_LENGTH_MIN = 4, /* characters; shorter texts are shared by the whole program */
    SMALL_INT_MAX = 99999,
    COMPARISONS_MAX = 200000 /* of values with secrets, in one capture: about 1 ms */
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

bool strobe_secret_everywhere(struct strobe_walk *walk, PyObject *object)
{
    if (PyUnicode_Check(object)) {
        return PyUnicode_GET_LENGTH(object) >= TEXT_LENGTH_MIN && strobe_name_rule(walk, object) == NULL;
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

static void hide_equals(struct strobe_walk *walk, const struct strobe_pending *secret)
{
    for (uint32_t i = 0; i < walk->found; i++) {
        const struct strobe_pending *other = &walk->queue[i];
        if (other->rule == NULL && can_be_compared(other) && equal(other->object, secret->object)) {
            strobe_secret_hide(walk, i, secret->rule);
        }
    }
}

/* @return false when there are too many to compare */
static bool hide_all_equals(struct strobe_walk *walk)
{
    uint64_t comparisons = 0;
    for (uint32_t i = 0; i < walk->found; i++) {
        const struct strobe_pending *secret = &walk->queue[i];
        if (secret->rule == NULL || !can_be_compared(secret) || !strobe_secret_everywhere(walk, secret->object)) {
            continue;
        }
        comparisons += walk->found;
        if (comparisons > COMPARISONS_MAX) {
            return false;
        }
        hide_equals(walk, secret);
    }
    return true;
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

static void write_list(struct strobe_walk *walk)
{
    strobe_image_put_u16(&walk->writer, walk->hidden_count);
    for (uint32_t i = 0; i < walk->hidden_count; i++) {
        const char *rule = walk->queue[walk->hidden[i]].rule;
        strobe_image_put_varint(&walk->writer, walk->hidden[i]);
        strobe_image_put_text(&walk->writer, rule, strlen(rule));
    }
}

void strobe_secret_write_hidden(struct strobe_walk *walk)
{
    struct strobe_image_writer *writer = &walk->writer;
    size_t start = writer->size;
    bool complete = hide_all_equals(walk) && walk->hidden_count <= STROBE_IMAGE_HIDDEN_MAX;
    if (complete) {
        write_list(walk);
    }
    if (!complete || writer->full) {
        writer->full = false;
        writer->size = start;
        strobe_image_put_u16(writer, STROBE_IMAGE_HIDE_ALL);
    }
}
