#include "probes/expression/py/gate.h"

#include <string.h>

#include "base/py/attribute.h"
#include "probes/expression/py/items.h"
#include "probes/expression/py/text.h"

enum { PAIR_ENTRIES_MAX = 16 }; /* a dict of more entries is no {"name": ..., "value": ...}: as in captures */

static int refuse(struct strobe_evaluation *evaluation, struct strobe_value name)
{
    struct strobe_text_view view;
    char ascii[64];
    int length = 0;
    if (strobe_text_view_of(name, &view)) {
        for (Py_ssize_t i = 0; i < view.length && length < (int)sizeof ascii; i++) {
            uint32_t character = PyUnicode_READ((int)view.width, view.data, i);
            ascii[length++] = character >= ' ' && character < 127 ? (char)character : '?';
        }
    }
    return strobe_evaluation_fail(evaluation, STROBE_FAULT_REDACTED, "what '%.*s' stands for is redacted", length,
                                  ascii);
}

static bool is_one_of(struct strobe_value name, const char *const *words, size_t count)
{
    struct strobe_text_view view;
    if (!strobe_text_view_of(name, &view) || view.width != 1) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        Py_ssize_t length = (Py_ssize_t)strlen(words[i]);
        if (length == view.length && memcmp(words[i], view.data, (size_t)length) == 0) {
            return true;
        }
    }
    return false;
}

/* Whether another entry of the dict says that what is under "value" is a secret: {"name": "password", "value": ...} */
static int gate_neighbour(struct strobe_evaluation *evaluation, struct strobe_value dict, struct strobe_value key)
{
    static const char *const naming[] = {"name", "key", "Name", "Key", "field", "header", "param", "_name"};
    static const char *const named[] = {"value", "Value",   "val",     "values", "content",
                                        "data",  "default", "initial", "raw",    "_value"};
    Py_ssize_t length;
    if (!is_one_of(key, named, sizeof named / sizeof *named)) {
        return 0;
    }
    int status = strobe_value_length(evaluation, dict, &length);
    if (status < 0 || length > PAIR_ENTRIES_MAX) {
        return status;
    }
    struct strobe_table_walk walk = {0};
    while ((status = strobe_table_next(evaluation, dict, &walk)) == 1) {
        if (is_one_of(walk.key, naming, sizeof naming / sizeof *naming) &&
            strobe_text_is_secret(evaluation, walk.value)) {
            return refuse(evaluation, walk.value);
        }
    }
    return status;
}

int strobe_gate_entry(struct strobe_evaluation *evaluation, struct strobe_value dict, struct strobe_value key)
{
    if (evaluation->is_secret == NULL) {
        return 0;
    }
    if (strobe_text_is_secret(evaluation, key)) {
        return refuse(evaluation, key);
    }
    return gate_neighbour(evaluation, dict, key);
}

/* The name of field `index` of a named tuple, or NULL. */
static PyObject *field_name(struct strobe_value sequence, Py_ssize_t index)
{
    PyObject *names;
    if (sequence.kind != STROBE_VALUE_OBJECT || !PyTuple_Check(sequence.as.object) ||
        PyTuple_CheckExact(sequence.as.object) || strobe_fields_name() == NULL ||
        strobe_attribute_get((PyObject *)Py_TYPE(sequence.as.object), strobe_fields_name(), &names) !=
            STROBE_ATTRIBUTE_FOUND ||
        !PyTuple_CheckExact(names) || index >= PyTuple_GET_SIZE(names)) {
        return NULL;
    }
    PyObject *name = PyTuple_GET_ITEM(names, index);
    return PyUnicode_CheckExact(name) ? name : NULL;
}

int strobe_gate_item(struct strobe_evaluation *evaluation, struct strobe_value sequence, Py_ssize_t index,
                     Py_ssize_t count, struct strobe_value first)
{
    if (evaluation->is_secret == NULL) {
        return 0;
    }
    if (count == 2 && index == 1 && strobe_text_is_secret(evaluation, first)) {
        return refuse(evaluation, first);
    }
    PyObject *name = field_name(sequence, index);
    if (name != NULL && strobe_text_is_secret(evaluation, strobe_value_object(name))) {
        return refuse(evaluation, strobe_value_object(name));
    }
    return 0;
}
