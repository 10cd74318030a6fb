/* Files, buffers and sockets, by descriptor, name and mode. What is in a buffer of the interpreter is shown. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/py/attribute.h"
#include "snapshot/py/kind.h"
#include "snapshot/py/name.h"
#include "snapshot/py/pieces.h"
#include "snapshot/py/type_name.h"

/* The first things in the types of _io and in _socket.socket: the same from 3.11 to 3.15. */
struct file_object {
    PyObject ob_base;
    int descriptor; /* -1: closed */
    unsigned created : 1;
    unsigned readable : 1;
    unsigned writable : 1;
    unsigned appending : 1;
};

struct buffered_object {
    PyObject ob_base;
    PyObject *raw;
    int ok; /* made whole */
    int detached;
};

struct text_object {
    PyObject ob_base;
    int ok;
    int detached;
    Py_ssize_t chunk_bytes;
    PyObject *buffer;
};

struct bytes_io_object {
    PyObject ob_base;
    PyObject *bytes; /* NULL: closed */
    Py_ssize_t position;
    Py_ssize_t size;
};

struct socket_object {
    PyObject ob_base;
    int descriptor;
    int family;
    int type;
    int protocol;
};

static PyObject *attribute(PyObject *object, PyObject *name)
{
    PyObject *value;
    return object != NULL && strobe_attribute_get(object, name, &value) == STROBE_ATTRIBUTE_FOUND ? value : NULL;
}

/* ---- Files ---- */

static bool is_native(PyObject *object, const char *name)
{
    return object != NULL && strcmp(strobe_type_native(Py_TYPE(object))->tp_name, name) == 0;
}

/* The file below a text or buffered one, or NULL. */
static PyObject *raw_of(PyObject *object)
{
    if (is_native(object, "_io.TextIOWrapper")) {
        const struct text_object *text = (const struct text_object *)object;
        object = text->ok && !text->detached ? text->buffer : NULL;
    }
    if (is_native(object, "_io.BufferedReader") || is_native(object, "_io.BufferedWriter") ||
        is_native(object, "_io.BufferedRandom")) {
        const struct buffered_object *buffered = (const struct buffered_object *)object;
        object = buffered->ok && !buffered->detached ? buffered->raw : NULL;
    }
    return is_native(object, "_io.FileIO") ? object : NULL;
}

static const char *mode_of(const struct file_object *file)
{
    return file->appending                    ? (file->readable ? "ab+" : "ab")
           : file->readable && file->writable ? "rb+"
           : file->readable                   ? "rb"
                                              : "wb";
}

static bool write_file(struct strobe_value *value)
{
    PyObject *object = value->object, *raw = raw_of(object);
    if (raw == NULL) {
        return false; /* around something else: its members tell */
    }
    const struct file_object *file = (const struct file_object *)raw;
    PyObject *mode = attribute(object, strobe_names.mode), *encoding = attribute(object, strobe_names.encoding);
    struct strobe_pieces pieces;
    strobe_pieces_begin(&pieces, value);
    strobe_pieces_text(&pieces, "<");
    strobe_pieces_type(&pieces, Py_TYPE(object));
    strobe_pieces_text(&pieces, " name=");
    strobe_pieces_object(&pieces, attribute(raw, strobe_names.file_name));
    strobe_pieces_text(&pieces, " mode=");
    if (mode != NULL && PyUnicode_Check(mode)) {
        strobe_pieces_object(&pieces, mode);
    } else {
        strobe_pieces_text(&pieces, "'");
        strobe_pieces_text(&pieces, mode_of(file));
        strobe_pieces_text(&pieces, "'");
    }
    if (encoding != NULL && PyUnicode_Check(encoding)) {
        strobe_pieces_text(&pieces, " encoding=");
        strobe_pieces_object(&pieces, encoding);
    }
    if (file->descriptor < 0) {
        strobe_pieces_text(&pieces, " closed>");
    } else {
        strobe_pieces_text(&pieces, " fd=");
        strobe_pieces_int(&pieces, file->descriptor);
        strobe_pieces_text(&pieces, ">");
    }
    strobe_pieces_end(&pieces);
    return true;
}

static bool write_bytes_io(struct strobe_value *value)
{
    const struct bytes_io_object *io = (const struct bytes_io_object *)value->object;
    if (io->bytes == NULL) {
        strobe_value_put_text(value, "<closed>", 8);
        return true;
    }
    if (!PyBytes_Check(io->bytes) || io->size > PyBytes_GET_SIZE(io->bytes)) {
        return false;
    }
    return strobe_leaf_write_bytes(value, PyBytes_AS_STRING(io->bytes), (size_t)io->size);
}

/* ---- Sockets ---- */

static void add_address(struct strobe_pieces *pieces, const char *label, const struct sockaddr_storage *address,
                        socklen_t size)
{
    char text[INET6_ADDRSTRLEN] = "";
    int port = -1;
    if (address->ss_family == AF_INET) {
        const struct sockaddr_in *four = (const struct sockaddr_in *)address;
        inet_ntop(AF_INET, &four->sin_addr, text, sizeof text);
        port = ntohs(four->sin_port);
    } else if (address->ss_family == AF_INET6) {
        const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)address;
        inet_ntop(AF_INET6, &six->sin6_addr, text, sizeof text);
        port = ntohs(six->sin6_port);
    }
    if (port >= 0) {
        strobe_pieces_text(pieces, label);
        strobe_pieces_text(pieces, "('");
        strobe_pieces_text(pieces, text);
        strobe_pieces_text(pieces, "', ");
        strobe_pieces_int(pieces, port);
        strobe_pieces_text(pieces, ")");
    } else if (address->ss_family == AF_UNIX && size > offsetof(struct sockaddr_un, sun_path)) {
        const struct sockaddr_un *local = (const struct sockaddr_un *)address;
        size_t length = size - offsetof(struct sockaddr_un, sun_path);
        strobe_pieces_text(pieces, label);
        strobe_pieces_characters(pieces, local->sun_path, strnlen(local->sun_path, length), 1);
    }
}

/* Two calls of the system that wait for nothing; the capture keeps errno as it was. */
static void add_addresses(struct strobe_pieces *pieces, int descriptor)
{
    struct sockaddr_storage address = {0};
    socklen_t size = sizeof address;
    if (getsockname(descriptor, (struct sockaddr *)&address, &size) == 0) {
        add_address(pieces, ", laddr=", &address, size);
    }
    size = sizeof address;
    if (getpeername(descriptor, (struct sockaddr *)&address, &size) == 0) {
        add_address(pieces, ", raddr=", &address, size);
    }
}

static const char *family_name(int family)
{
    return family == AF_INET ? "AF_INET" : family == AF_INET6 ? "AF_INET6" : family == AF_UNIX ? "AF_UNIX" : NULL;
}

static const char *socket_type_name(int type)
{
    return type == SOCK_STREAM ? "SOCK_STREAM" : type == SOCK_DGRAM ? "SOCK_DGRAM" : NULL;
}

static void add_word_or_number(struct strobe_pieces *pieces, const char *label, const char *word, int number)
{
    strobe_pieces_text(pieces, label);
    if (word != NULL) {
        strobe_pieces_text(pieces, word);
    } else {
        strobe_pieces_int(pieces, number);
    }
}

static bool write_socket(struct strobe_value *value)
{
    const struct socket_object *socket = (const struct socket_object *)value->object;
    struct strobe_pieces pieces;
    strobe_pieces_begin(&pieces, value);
    strobe_pieces_text(&pieces, "<");
    strobe_pieces_type(&pieces, Py_TYPE(value->object));
    if (socket->descriptor < 0) {
        strobe_pieces_text(&pieces, " closed");
    } else {
        strobe_pieces_text(&pieces, " fd=");
        strobe_pieces_int(&pieces, socket->descriptor);
    }
    add_word_or_number(&pieces, ", family=", family_name(socket->family), socket->family);
    add_word_or_number(&pieces, ", type=", socket_type_name(socket->type), socket->type);
    if (socket->descriptor >= 0) {
        add_addresses(&pieces, socket->descriptor);
    }
    strobe_pieces_text(&pieces, ">");
    strobe_pieces_end(&pieces);
    return true;
}

#define WHOLE (STROBE_KIND_NATIVE | STROBE_KIND_WHOLE)
const struct strobe_kind strobe_kinds_file[] = {
    {"_io.FileIO", WHOLE, sizeof(struct file_object), write_file},
    {"_io.BufferedReader", WHOLE, sizeof(struct buffered_object), write_file},
    {"_io.BufferedWriter", WHOLE, sizeof(struct buffered_object), write_file},
    {"_io.BufferedRandom", WHOLE, sizeof(struct buffered_object), write_file},
    {"_io.TextIOWrapper", WHOLE, sizeof(struct text_object), write_file},
    {"_io.BytesIO", STROBE_KIND_NATIVE, sizeof(struct bytes_io_object), write_bytes_io},
    {"_socket.socket", WHOLE, sizeof(struct socket_object), write_socket},
    {NULL, 0, 0, NULL},
};
