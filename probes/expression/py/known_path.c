/* Pure POSIX paths: pathlib keeps the pieces it was made of and makes the text when it is asked for. Here the text is
 * made from either, by the fields of 3.11 to 3.15. */
#include <string.h>

#include "probes/expression/py/known_object.h"

static int put_ascii(struct strobe_text_builder *builder, const char *ascii)
{
    return strobe_text_put_ascii(builder, ascii, strlen(ascii));
}

static bool view_of(PyObject *object, struct strobe_text_view *ret_view)
{
    return object != NULL && strobe_text_view_of(strobe_value_object(object), ret_view);
}

static uint32_t at(const struct strobe_text_view *view, Py_ssize_t place)
{
    return place < view->length ? PyUnicode_READ(view->width, view->data, place) : 0;
}

/* The components of one piece, each after a '/' unless it is the first of all. */
static int put_components(struct strobe_text_builder *builder, const struct strobe_text_view *piece, bool *first)
{
    int status = strobe_evaluation_spend(builder->evaluation, 1 + piece->length / 16);
    for (Py_ssize_t start = 0, end = 0; start < piece->length && status == 0; start = end + 1) {
        for (end = start; end < piece->length && at(piece, end) != '/'; end++) {
        }
        if (end == start || (end == start + 1 && at(piece, start) == '.')) {
            continue;
        }
        status = *first ? 0 : put_ascii(builder, "/");
        status = status == 0 ? strobe_text_put_view(builder, piece, start, end) : status;
        *first = false;
    }
    return status;
}

/* 3.12 and later: what was passed to the constructor; a piece that begins with '/' forgets those before it. */
static int put_pieces(struct strobe_text_builder *builder, PyObject *pieces)
{
    struct strobe_text_view piece;
    Py_ssize_t count = PyList_GET_SIZE(pieces), begin = 0;
    for (Py_ssize_t i = 0; i < count; i++) {
        if (!view_of(PyList_GET_ITEM(pieces, i), &piece)) {
            return 1;
        }
        begin = at(&piece, 0) == '/' ? i : begin;
    }
    bool first = true;
    int status = strobe_evaluation_spend(builder->evaluation, count);
    for (Py_ssize_t i = begin; i < count && status == 0; i++) {
        view_of(PyList_GET_ITEM(pieces, i), &piece);
        if (i == begin && at(&piece, 0) == '/') {
            status = put_ascii(builder, at(&piece, 1) == '/' && at(&piece, 2) != '/' ? "//" : "/");
            first = true;
        }
        bool rooted = i == begin && at(&piece, 0) == '/';
        status = status == 0 ? put_components(builder, &piece, &first) : status;
        if (status == 0 && rooted && first && i + 1 == count) {
            return 0; /* the root itself */
        }
    }
    bool empty = first && !(count > 0 && view_of(PyList_GET_ITEM(pieces, begin), &piece) && at(&piece, 0) == '/');
    return status == 0 && empty ? put_ascii(builder, ".") : status;
}

/* 3.11: the root, when there is one, is the first part. */
static int put_parts(struct strobe_text_builder *builder, PyObject *parts)
{
    struct strobe_text_view part;
    Py_ssize_t count = PyList_GET_SIZE(parts);
    bool between = false;
    int status = count == 0 ? put_ascii(builder, ".") : strobe_evaluation_spend(builder->evaluation, count);
    for (Py_ssize_t i = 0; i < count && status == 0; i++) {
        if (!view_of(PyList_GET_ITEM(parts, i), &part)) {
            return 1;
        }
        status = between ? put_ascii(builder, "/") : 0;
        status = status == 0 ? strobe_text_put_view(builder, &part, 0, part.length) : status;
        between = at(&part, 0) != '/';
    }
    return status;
}

static bool is_windows(PyObject *path)
{
    PyObject *mro = Py_TYPE(path)->tp_mro;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(mro); i++) {
        if (strcmp(((PyTypeObject *)PyTuple_GET_ITEM(mro, i))->tp_name, "PureWindowsPath") == 0) {
            return true;
        }
    }
    return false;
}

int strobe_known_path_put(struct strobe_text_builder *builder, PyObject *path)
{
    struct strobe_text_view text;
    if (view_of(strobe_known_object_field(path, "_str"), &text)) {
        return strobe_text_put_view(builder, &text, 0, text.length);
    }
    PyObject *pieces = strobe_known_object_field(path, "_raw_paths");
    PyObject *parts = strobe_known_object_field(path, "_parts");
    if (is_windows(path)) {
        return 1;
    }
    if (pieces != NULL && PyList_CheckExact(pieces)) {
        return put_pieces(builder, pieces);
    }
    return parts != NULL && PyList_CheckExact(parts) ? put_parts(builder, parts) : 1;
}

int strobe_known_path_text(struct strobe_evaluation *evaluation, PyObject *path, struct strobe_value *ret_text)
{
    struct strobe_text_builder builder;
    int status = strobe_text_begin(evaluation, &builder);
    status = status == 0 ? strobe_known_path_put(&builder, path) : status;
    if (status == 1) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_UNSAFE, "the text of this path is not known yet");
    }
    return status == 0 ? strobe_text_end(&builder, ret_text) : status;
}
