#include "snapshot/py/pieces.h"

#include <string.h>

#include "snapshot/py/name.h"
#include "snapshot/py/type_name.h"

void strobe_pieces_begin(struct strobe_pieces *pieces, struct strobe_value *value)
{
    struct strobe_image_writer *writer = &value->walk->writer;
    value->parts |= STROBE_PART_LEAF;
    strobe_image_put_u8(writer, STROBE_LEAF_PIECES);
    *pieces = (struct strobe_pieces){value, writer->size, 0};
    strobe_image_put_u8(writer, 0);
}

void strobe_pieces_bytes(struct strobe_pieces *pieces, const char *text, size_t size)
{
    if (size > 0 && pieces->count < UINT8_MAX) {
        strobe_image_put_u8(&pieces->value->walk->writer, STROBE_LEAF_TEXT);
        strobe_image_put_text(&pieces->value->walk->writer, text, size);
        pieces->count++;
    }
}

void strobe_pieces_text(struct strobe_pieces *pieces, const char *text)
{
    strobe_pieces_bytes(pieces, text, strlen(text));
}

void strobe_pieces_int(struct strobe_pieces *pieces, int64_t number)
{
    if (pieces->count < UINT8_MAX) {
        strobe_image_put_u8(&pieces->value->walk->writer, STROBE_LEAF_INT);
        strobe_image_put_u64(&pieces->value->walk->writer, (uint64_t)number);
        pieces->count++;
    }
}

void strobe_pieces_name(struct strobe_pieces *pieces, PyObject *str)
{
    char buffer[STROBE_NAME_BYTES_MAX];
    if (str == NULL || !PyUnicode_Check(str)) {
        strobe_pieces_text(pieces, "?");
        return;
    }
    struct strobe_name name = strobe_name_of(str, buffer);
    strobe_pieces_bytes(pieces, name.text, name.size);
}

void strobe_pieces_type(struct strobe_pieces *pieces, PyTypeObject *type)
{
    char name[STROBE_TYPE_NAME_BYTES];
    strobe_pieces_bytes(pieces, name, strobe_type_name(type, name));
}

void strobe_pieces_class(struct strobe_pieces *pieces, PyTypeObject *type)
{
    char name[STROBE_TYPE_NAME_BYTES];
    size_t size = strobe_type_name(type, name), start = size;
    while (start > 0 && name[start - 1] != '.') {
        start--;
    }
    strobe_pieces_bytes(pieces, name + start, size - start);
}

void strobe_pieces_object(struct strobe_pieces *pieces, PyObject *object)
{
    object = object != NULL ? object : Py_None;
    if (pieces->count == UINT8_MAX) {
        return;
    }
    if (strobe_leaf_piece(pieces->value, object)) {
        pieces->count++;
    } else {
        strobe_pieces_text(pieces, "<");
        strobe_pieces_type(pieces, Py_TYPE(object));
        strobe_pieces_text(pieces, ">");
    }
}

void strobe_pieces_slice(struct strobe_pieces *pieces, PyObject *text, Py_ssize_t from, Py_ssize_t to)
{
    if (pieces->count < UINT8_MAX && strobe_leaf_slice(pieces->value, text, from, to)) {
        pieces->count++;
    }
}

void strobe_pieces_characters(struct strobe_pieces *pieces, const void *characters, size_t count, unsigned width)
{
    if (pieces->count < UINT8_MAX) {
        strobe_leaf_characters(pieces->value, characters, count, width);
        pieces->count++;
    }
}

void strobe_pieces_end(struct strobe_pieces *pieces)
{
    if (!pieces->value->walk->writer.full) {
        strobe_image_patch_u8(&pieces->value->walk->writer, pieces->count_at, pieces->count);
    }
}
