#include "snapshot/py/environment.h"

#include "snapshot/environment.h"
#include "snapshot/policy.h"
#include "snapshot/py/name.h"
#include "snapshot/py/type_rule.h"

enum {
    TEXT_BYTES = 16,        /* more than the names and the beginning of a path need */
    VARIABLES_MAX = 1024,   /* of a larger mapping it is not said that it is an environment */
    VARIABLES_PER_COST = 16 /* as strobe_walk_spend() counts */
};

/* The beginning of an exact str or bytes: os.environ keeps bytes. Size 0 for anything else. */
static struct strobe_name beginning_of(PyObject *object, char buffer[TEXT_BYTES])
{
    if (PyUnicode_CheckExact(object)) {
        return strobe_text_of(object, buffer, TEXT_BYTES);
    }
    struct strobe_name text = {"", 0};
    if (PyBytes_CheckExact(object)) {
        text.text = PyBytes_AS_STRING(object);
        text.size = (size_t)(PyBytes_GET_SIZE(object) < TEXT_BYTES ? PyBytes_GET_SIZE(object) : TEXT_BYTES);
    }
    return text;
}

static bool is_directory(PyObject *key, PyObject *value)
{
    char key_buffer[TEXT_BYTES], value_buffer[TEXT_BYTES];
    struct strobe_name name = beginning_of(key, key_buffer), path = beginning_of(value, value_buffer);
    return strobe_environment_is_directory(name.text, name.size, path.text, path.size);
}

static bool is_environment(struct strobe_walk *walk, PyObject *dict)
{
    char buffer[TEXT_BYTES];
    PyObject *key, *value;
    Py_ssize_t position = 0;
    strobe_walk_spend(walk, (size_t)((PyDictObject *)dict)->ma_used / VARIABLES_PER_COST);
    for (int i = 0; i < VARIABLES_MAX && PyDict_Next(dict, &position, &key, &value); i++) {
        struct strobe_name name = beginning_of(key, buffer);
        if (strobe_environment_tells(name.text, name.size)) {
            return true;
        }
    }
    return false;
}

const char *strobe_environment_rule(struct strobe_walk *walk, PyObject *dict, PyObject *key, PyObject *value)
{
    const char *rule = strobe_name_rule(walk, key);
    if (rule == NULL || !is_directory(key, value) || !is_environment(walk, dict)) {
        return rule;
    }
    char buffer[TEXT_BYTES];
    struct strobe_name name = beginning_of(key, buffer);
    return strobe_policy_own_name(strobe_capture_policy(), name.text, name.size);
}
