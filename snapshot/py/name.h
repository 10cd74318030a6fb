/** Names as UTF-8, and what redaction says about them. For the rules of snapshot/py see walk.h. */
#ifndef STROBE_SNAPSHOT_NAME_H
#define STROBE_SNAPSHOT_NAME_H

#include <Python.h>
#include <stdbool.h>
#include <stddef.h>

#include "snapshot/py/walk.h"

/** UTF-8 without NUL at its end; of a str (borrowed from it) or in the caller's buffer. */
struct strobe_name {
    const char *text;
    size_t size;
};

/** Interned names that captures look for; made by strobe_names_init(). */
extern struct strobe_names {
    PyObject *module;   /* __module__ */
    PyObject *name;     /* __name__ */
    PyObject *fields;   /* _fields */
    PyObject *own_name; /* _name, of threading.Thread */
    PyObject *threading;
    PyObject *active;   /* _active, of threading */
    PyObject *daemonic; /* _daemonic, of threading.Thread */
    PyObject *default_factory, *key, *start, *stop, *step;
    PyObject *enum_name, *enum_value;                                  /* of enum.Enum */
    PyObject *integer, *numerator, *denominator, *ip, *scope, *prefix; /* of UUID, Fraction, ipaddress */
    PyObject *network_address, *level, *parent;
    PyObject *raw_paths, *path_text, *parts;
    PyObject *encoding, *file_name, *mode;
    PyObject *type_code, *ctypes_fields;
    PyObject *row_keys, *row_data, *sa_state;
    PyObject *pydantic_fields_set, *pydantic_extra, *pydantic_private;
    PyObject *otel_context, *otel_runtime, *otel_current, *otel_propagation, *otel_span_key, *otel_span_context;
    PyObject *environ, *asgi_scope, *request, *req, *request_method, *path_info;
    PyObject *http_method, *http_path, *http_route, *url_rule, *rule, *resolver_match;
    PyObject *greenlet_module, *greenlet, *plain_name;
    PyObject *blocks, *axes, *values, *ndarray, *manager, *data, *range, *length;
} strobe_names;

/** Make the interned names. May set an exception. @return 0 or STROBE_ENOMEM */
int strobe_names_init(void);

/** Release them. */
void strobe_names_done(void);

/** The first STROBE_NAME_BYTES_MAX bytes of a str or subclass; `buffer` is used when it is not ASCII. */
struct strobe_name strobe_name_of(PyObject *str, char buffer[STROBE_NAME_BYTES_MAX]);

/** The first `max` bytes of a str or subclass; `buffer`, of as many bytes, is used when it is not ASCII. */
struct strobe_name strobe_text_of(PyObject *str, char *buffer, size_t max);

/** Whether the characters of a str can be read; only on 3.11 there are some that cannot. */
bool strobe_str_readable(PyObject *str);

/**
 * Why a value named `name` is redacted, or NULL. `name` is any object: a str or bytes (or a subclass), or a tuple with
 * one of them; anything else is no name.
 */
const char *strobe_name_rule(struct strobe_walk *walk, PyObject *name);

/** The same for what only a secret's name says: an allow list that does not have the name says nothing. */
const char *strobe_name_secret(struct strobe_walk *walk, PyObject *name);

/** Put the text of a str into the image. */
void strobe_name_put(struct strobe_walk *walk, PyObject *str);

/**
 * Fields named "name" and "value" are a pair as well: {"name": "password", "value": ...}. Zero-initialise, show it all
 * names and values, then ask.
 */
struct strobe_name_pair {
    const char *rule;
};
void strobe_name_pair_see(struct strobe_walk *walk, struct strobe_name_pair *pair, PyObject *name, PyObject *value);

/** Why the value named `name` is redacted because of what its neighbour says, or NULL. */
const char *strobe_name_pair_rule(const struct strobe_name_pair *pair, PyObject *name);

#endif
