/*
 * pathlib's paths. What they hold differs from version to version: the pieces they were made of (3.12 and later), or
 * their components (3.11); the text itself only after somebody has asked for it.
 */
#include <string.h>

#include "base/py/attribute.h"
#include "snapshot/py/kind.h"
#include "snapshot/py/name.h"
#include "snapshot/py/pieces.h"
#include "snapshot/py/secret.h"

enum { PATH_MAX_CHARACTERS = STROBE_CAPTURE_LENGTH_MAX + 1, PIECES_MAX = 64 };

/* A path while it is put together, as str(path) gives it. */
struct path {
    struct strobe_value *value;
    Py_UCS4 text[PATH_MAX_CHARACTERS];
    size_t size;
};

static PyObject *attribute(PyObject *object, PyObject *name)
{
    PyObject *value;
    return strobe_attribute_get(object, name, &value) == STROBE_ATTRIBUTE_FOUND ? value : NULL;
}

static void add(struct path *path, Py_UCS4 c)
{
    if (path->size < PATH_MAX_CHARACTERS) {
        path->text[path->size++] = c;
    }
}

/* One component without slashes: characters `from` to `to`. */
static void add_component(struct path *path, PyObject *str, Py_ssize_t from, Py_ssize_t to)
{
    int kind = PyUnicode_KIND(str);
    const void *data = PyUnicode_DATA(str);
    if (to == from || (to - from == 1 && PyUnicode_READ(kind, data, from) == '.')) {
        return;
    }
    if (path->size > 0 && path->text[path->size - 1] != '/') {
        add(path, '/');
    }
    for (Py_ssize_t i = from; i < to && path->size < PATH_MAX_CHARACTERS; i++) {
        add(path, PyUnicode_READ(kind, data, i));
    }
}

/* Two slashes at the beginning, and not three, are kept, as POSIX wants it. */
static void add_root(struct path *path, PyObject *str, Py_ssize_t length)
{
    bool two = length > 1 && PyUnicode_READ_CHAR(str, 1) == '/' && (length == 2 || PyUnicode_READ_CHAR(str, 2) != '/');
    path->size = 0; /* what is joined to an absolute path counts alone */
    add(path, '/');
    if (two) {
        add(path, '/');
    }
}

static void add_piece(struct path *path, PyObject *str)
{
    Py_ssize_t length = PyUnicode_GET_LENGTH(str), from = 0;
    strobe_secret_embed(path->value->walk, str);
    if (length > 0 && PyUnicode_READ_CHAR(str, 0) == '/') {
        add_root(path, str, length);
    }
    for (Py_ssize_t i = 0; i <= length && path->size < PATH_MAX_CHARACTERS; i++) {
        if (i == length || PyUnicode_READ_CHAR(str, i) == '/') {
            add_component(path, str, from, i);
            from = i + 1;
        }
    }
}

static bool is_text(PyObject *object)
{
    return object != NULL && PyUnicode_Check(object) && strobe_str_readable(object);
}

static bool add_pieces(struct path *path, PyObject *list)
{
    if (list == NULL || !PyList_CheckExact(list) || PyList_GET_SIZE(list) > PIECES_MAX) {
        return false;
    }
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
        if (!is_text(PyList_GET_ITEM(list, i))) {
            return false;
        }
        add_piece(path, PyList_GET_ITEM(list, i));
    }
    return true;
}

static bool read_path(struct path *path)
{
    PyObject *object = path->value->object;
    PyObject *text = attribute(object, strobe_names.path_text);
    if (is_text(text)) {
        add_piece(path, text);
        return true;
    }
    return add_pieces(path, attribute(object, strobe_names.raw_paths)) ||
           add_pieces(path, attribute(object, strobe_names.parts));
}

static bool write_path(struct strobe_value *value)
{
    struct path path;
    path.value = value;
    path.size = 0;
    if (!read_path(&path)) {
        return false;
    }
    if (path.size == 0) {
        add(&path, '.');
    }
    struct strobe_pieces pieces;
    strobe_pieces_begin(&pieces, value);
    strobe_pieces_class(&pieces, Py_TYPE(value->object));
    strobe_pieces_text(&pieces, "(");
    strobe_pieces_characters(&pieces, path.text, path.size, sizeof path.text[0]);
    strobe_pieces_text(&pieces, ")");
    strobe_pieces_end(&pieces);
    return true;
}

const struct strobe_kind strobe_kinds_path[] = {
    {"pathlib.PurePosixPath", STROBE_KIND_WHOLE, 0, write_path},
    {"pathlib._local.PurePosixPath", STROBE_KIND_WHOLE, 0, write_path},
    {NULL, 0, 0, NULL},
};
