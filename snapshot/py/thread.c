#include "snapshot/py/thread.h"

#include <string.h>
#include <unistd.h>

#include "base/py/attribute.h"
#include "base/py/integer.h"
#include "base/py/module.h"
#include "snapshot/py/name.h"
#include "strobe/error.h"

enum { THREADS_MAX = 256 }; /* that are looked through for a name */

/* threading._active: a dict from identifiers to threads, the same object for the life of the module. */
static PyObject *active;

/* Look for the module among those that are loaded; loading it is the program's own business. */
static PyObject *find_active(void)
{
    PyObject *object = strobe_module_find(strobe_names.threading, strobe_names.active);
    return object != NULL && PyDict_CheckExact(object) ? object : NULL;
}

static PyObject *find_thread(unsigned long identifier)
{
    PyObject *key, *thread;
    Py_ssize_t position = 0;
    int64_t number;
    for (int i = 0; i < THREADS_MAX && PyDict_Next(active, &position, &key, &thread); i++) {
        if (PyLong_CheckExact(key) && strobe_integer_small(key, &number) && (unsigned long)number == identifier) {
            return thread;
        }
    }
    return NULL;
}

static bool knows_active(void)
{
    if (active == NULL) {
        active = Py_XNewRef(find_active()); /* once; given back by strobe_thread_done() */
    }
    return active != NULL;
}

static bool own_name(PyObject *thread, char *buffer, struct strobe_name *ret_name)
{
    PyObject *text;
    if (strobe_attribute_get(thread, strobe_names.own_name, &text) != STROBE_ATTRIBUTE_FOUND ||
        !PyUnicode_CheckExact(text)) {
        return false;
    }
    *ret_name = strobe_name_of(text, buffer);
    return true;
}

static struct strobe_name name_of(const PyThreadState *tstate, char *buffer)
{
    static const char main_thread[] = "MainThread";
    struct strobe_name name = {"", 0};
    PyObject *thread = knows_active() ? find_thread(tstate->thread_id) : NULL;
    if (thread != NULL && own_name(thread, buffer, &name)) {
        return name;
    }
    if (thread == NULL && tstate->native_thread_id == (unsigned long)getpid()) {
        name = (struct strobe_name){main_thread, sizeof main_thread - 1};
    }
    return name;
}

bool strobe_thread_name_of(unsigned long identifier, char buffer[STROBE_NAME_BYTES_MAX], struct strobe_name *ret_name)
{
    PyObject *thread = knows_active() ? find_thread(identifier) : NULL;
    return thread != NULL && own_name(thread, buffer, ret_name);
}

void strobe_thread_write(struct strobe_walk *walk, const PyThreadState *tstate)
{
    char buffer[STROBE_NAME_BYTES_MAX];
    struct strobe_name name = name_of(tstate, buffer);
    strobe_image_put_varint(&walk->writer, tstate->native_thread_id);
    strobe_image_put_text(&walk->writer, name.text, name.size);
}

static void copy_name(struct strobe_name name, char ret_name[STROBE_NAME_BYTES_MAX + 1])
{
    size_t size = name.size < STROBE_NAME_BYTES_MAX ? name.size : STROBE_NAME_BYTES_MAX;
    memcpy(ret_name, name.text, size);
    ret_name[size] = '\0';
}

bool strobe_thread_name(const PyThreadState *tstate, char ret_name[STROBE_NAME_BYTES_MAX + 1])
{
    char buffer[STROBE_NAME_BYTES_MAX];
    struct strobe_name name = name_of(tstate, buffer);
    copy_name(name, ret_name);
    return name.size > 0;
}

int strobe_thread_index(struct strobe_pointer_map *ret_threads)
{
    PyObject *key, *thread;
    Py_ssize_t position = 0;
    int64_t number;
    strobe_pointer_map_init(ret_threads);
    while (knows_active() && PyDict_Next(active, &position, &key, &thread)) {
        if (!PyLong_CheckExact(key) || !strobe_integer_small(key, &number) || number == 0) {
            continue;
        }
        const void *identifier;
        memcpy(&identifier, &number, sizeof identifier);
        if (strobe_pointer_map_set(ret_threads, identifier, thread) < 0) {
            strobe_pointer_map_done(ret_threads);
            return STROBE_ENOMEM;
        }
    }
    return 0;
}

void strobe_thread_describe(PyObject *thread, struct strobe_thread_info *ret_info)
{
    char buffer[STROBE_NAME_BYTES_MAX];
    struct strobe_name name = {"", 0};
    PyObject *daemonic;
    own_name(thread, buffer, &name);
    copy_name(name, ret_info->name);
    ret_info->is_daemon =
        strobe_attribute_get(thread, strobe_names.daemonic, &daemonic) == STROBE_ATTRIBUTE_FOUND && daemonic == Py_True;
    ret_info->is_foreign = strcmp(Py_TYPE(thread)->tp_name, "_DummyThread") == 0;
}

void strobe_thread_done(void)
{
    Py_CLEAR(active);
}
