/*
 * Frameworks hand the request from function to function under names that do not change: `environ` (WSGI), `scope`
 * (ASGI), `request` and `req` (Flask, Django, Starlette). Which variable of a function that is, is remembered by code.
 */
#include "snapshot/py/request.h"

#include <string.h>

#include "base/py/attribute.h"
#include "base/py/dict.h"
#include "snapshot/py/name.h"

enum { FRAMES_MAX = 64, MEMORY_SLOTS = 1024, NONE = 0xFFFF };

/* The variable of a code object. When the object is gone and another stands there, the name is compared again. */
static struct memory {
    const PyCodeObject *code;
    PyObject *names; /* its co_localsplusnames: an address only */
    uint16_t slot;
} memories[MEMORY_SLOTS];

struct request {
    PyObject *method, *path, *route; /* str, or NULL */
};

static bool is_wanted(PyObject *name)
{
    return name == strobe_names.environ || name == strobe_names.asgi_scope || name == strobe_names.request ||
           name == strobe_names.req;
}

static uint16_t find_slot(PyCodeObject *code)
{
    Py_ssize_t count = strobe_code_slots(code);
    for (Py_ssize_t i = 0; i < count && i < NONE; i++) {
        if (is_wanted(PyTuple_GET_ITEM(code->co_localsplusnames, i))) {
            return (uint16_t)i;
        }
    }
    return NONE;
}

/* What the function calls its request, or NULL. */
static PyObject *variable_of(struct strobe_frame frame, PyObject **ret_name)
{
    PyCodeObject *code = strobe_frame_code(frame);
    struct memory *memory = &memories[(uintptr_t)code >> 5 & (MEMORY_SLOTS - 1)];
    if (memory->code != code || memory->names != code->co_localsplusnames) {
        *memory = (struct memory){code, code->co_localsplusnames, find_slot(code)};
    }
    if (memory->slot == NONE || memory->slot >= strobe_code_slots(code)) {
        return NULL;
    }
    *ret_name = PyTuple_GET_ITEM(code->co_localsplusnames, memory->slot);
    return is_wanted(*ret_name) ? strobe_frame_slot(frame, memory->slot) : NULL;
}

static PyObject *str_or_null(PyObject *object)
{
    return object != NULL && PyUnicode_Check(object) ? object : NULL;
}

static PyObject *attribute(PyObject *object, PyObject *name)
{
    PyObject *value;
    return object != NULL && strobe_attribute_get(object, name, &value) == STROBE_ATTRIBUTE_FOUND ? value : NULL;
}

static void keep(PyObject **place, PyObject *found)
{
    *place = *place != NULL ? *place : str_or_null(found);
}

/* The dict of WSGI, or that of ASGI, where Starlette leaves its route. */
static void read_dict(struct request *request, PyObject *dict, bool is_wsgi)
{
    keep(&request->method, strobe_dict_get(dict, is_wsgi ? strobe_names.request_method : strobe_names.http_method));
    keep(&request->path, strobe_dict_get(dict, is_wsgi ? strobe_names.path_info : strobe_names.http_path));
    if (!is_wsgi) {
        PyObject *route = strobe_dict_get(dict, strobe_names.http_route);
        keep(&request->route, attribute(route, strobe_names.http_path));
    }
}

/* A request object: of Flask (url_rule.rule), Django (resolver_match.route) or Starlette (scope). */
static void read_object(struct request *request, PyObject *object)
{
    PyObject *scope = attribute(object, strobe_names.asgi_scope);
    PyObject *method = str_or_null(attribute(object, strobe_names.http_method));
    if (scope != NULL && PyDict_Check(scope)) {
        read_dict(request, scope, false);
    }
    if (method == NULL) {
        return;
    }
    keep(&request->method, method);
    keep(&request->path, attribute(object, strobe_names.http_path));
    keep(&request->route, attribute(attribute(object, strobe_names.url_rule), strobe_names.rule));
    keep(&request->route, attribute(attribute(object, strobe_names.resolver_match), strobe_names.http_route));
}

static void read_variable(struct request *request, PyObject *name, PyObject *value)
{
    if (name == strobe_names.environ || name == strobe_names.asgi_scope) {
        if (PyDict_Check(value)) {
            read_dict(request, value, name == strobe_names.environ);
        }
    } else {
        read_object(request, value);
    }
}

static void put(struct strobe_walk *walk, PyObject *str)
{
    char buffer[STROBE_NAME_BYTES_MAX];
    struct strobe_name name = {"", 0};
    if (str != NULL) {
        name = strobe_name_of(str, buffer);
    }
    strobe_image_put_text(&walk->writer, name.text, name.size);
}

void strobe_request_write(struct strobe_walk *walk, struct strobe_frame frame)
{
    struct request request = {NULL, NULL, NULL};
    PyObject *name;
    int frames = 0;
    do {
        PyObject *value = variable_of(frame, &name);
        if (value != NULL) {
            read_variable(&request, name, value);
        }
    } while (request.route == NULL && ++frames < FRAMES_MAX && strobe_frame_back(&frame));
    bool found = request.method != NULL;
    strobe_image_put_u8(&walk->writer, found);
    if (found) {
        put(walk, request.method);
        put(walk, request.path);
        put(walk, request.route);
    }
}
