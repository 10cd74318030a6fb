#include "snapshot/py/array.h"

#include <stdio.h>
#include <string.h>

#include "snapshot/py/pieces.h"

enum { BYTES_MAX = 4096 /* of all items copied */, ITEM_BYTES_MAX = 1024 /* copied of one */ };

void strobe_array_pack(struct strobe_array *array)
{
    Py_ssize_t stride = (Py_ssize_t)array->item_bytes;
    for (int i = array->dimensions - 1; i >= 0; i--) {
        array->strides[i] = stride;
        stride *= array->shape[i];
    }
}

bool strobe_array_format(struct strobe_array *array, const char *format)
{
    static const struct {
        char code, kind;
        unsigned char native_bytes, standard_bytes;
        const char *dtype;
    } known[] = {
        {'?', '?', 1, 1, "bool"},
        {'b', 'i', 1, 1, "int8"},
        {'B', 'u', 1, 1, "uint8"},
        {'c', 'S', 1, 1, "bytes"},
        {'h', 'i', sizeof(short), 2, ""},
        {'H', 'u', sizeof(short), 2, ""},
        {'i', 'i', sizeof(int), 4, ""},
        {'I', 'u', sizeof(int), 4, ""},
        {'l', 'i', sizeof(long), 4, ""},
        {'L', 'u', sizeof(long), 4, ""},
        {'q', 'i', 8, 8, ""},
        {'Q', 'u', 8, 8, ""},
        {'n', 'i', sizeof(size_t), 8, ""},
        {'N', 'u', sizeof(size_t), 8, ""},
        {'e', 'f', 2, 2, ""},
        {'f', 'f', 4, 4, ""},
        {'d', 'f', 8, 8, ""},
        {'P', 'u', sizeof(void *), 8, ""},
        {'u', 'U', sizeof(wchar_t), 4, ""},
        {'w', 'U', 4, 4, ""},
    };
    bool standard = *format == '<' || *format == '>' || *format == '!' || *format == '=';
    array->swapped = *format == '>' || *format == '!';
    format += standard || *format == '@';
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (*format == known[i].code && format[1] == '\0') {
            array->kind = known[i].kind;
            array->item_bytes = standard ? known[i].standard_bytes : known[i].native_bytes;
            array->dtype = known[i].dtype;
            array->dtype_size = strlen(known[i].dtype);
            return true;
        }
    }
    return false;
}

Py_ssize_t strobe_array_count(const struct strobe_array *array)
{
    Py_ssize_t count = 1;
    for (int i = 0; i < array->dimensions; i++) {
        if (array->shape[i] < 0 || __builtin_mul_overflow(count, array->shape[i], &count)) {
            return PY_SSIZE_T_MAX;
        }
    }
    return count;
}

const char *strobe_array_item(const struct strobe_array *array, Py_ssize_t index)
{
    const char *at = array->data;
    for (int i = array->dimensions - 1; i >= 0; i--) {
        at += array->strides[i] * (index % array->shape[i]);
        index /= array->shape[i];
    }
    return at;
}

/* `float64`, made of kind and size when the array does not name its type itself. */
static void put_dtype(struct strobe_image_writer *writer, const struct strobe_array *array)
{
    static const struct {
        char kind;
        const char *name;
    } known[] = {{'i', "int"}, {'u', "uint"}, {'f', "float"}, {'c', "complex"}, {'?', "bool"}, {'U', "str"}};
    char text[24];
    if (array->dtype_size > 0) {
        strobe_image_put_text(writer, array->dtype, array->dtype_size);
        return;
    }
    const char *name = "void";
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        name = known[i].kind == array->kind ? known[i].name : name;
    }
    bool sized = array->kind == 'i' || array->kind == 'u' || array->kind == 'f' || array->kind == 'c';
    int size = sized ? snprintf(text, sizeof text, "%s%zu", name, array->item_bytes * 8)
                     : snprintf(text, sizeof text, "%s", name);
    strobe_image_put_text(writer, text, (size_t)size);
}

/* The leaf with the first `copied` items, `item_bytes` of each. */
static void put_leaf(struct strobe_image_writer *writer, const struct strobe_array *array, size_t item_bytes,
                     Py_ssize_t copied)
{
    strobe_image_put_u8(writer, STROBE_LEAF_ARRAY);
    strobe_image_put_u8(writer, (unsigned char)array->kind);
    strobe_image_put_u8(writer, array->swapped);
    put_dtype(writer, array);
    strobe_image_put_u8(writer, (unsigned)array->dimensions);
    for (int i = 0; i < array->dimensions; i++) {
        strobe_image_put_varint(writer, (uint64_t)array->shape[i]);
    }
    strobe_image_put_varint(writer, item_bytes);
    strobe_image_put_u16(writer, (unsigned)copied);
    for (Py_ssize_t i = 0; i < copied; i++) {
        strobe_image_put_bytes(writer, strobe_array_item(array, i), item_bytes);
    }
}

void strobe_array_piece(struct strobe_pieces *pieces, const struct strobe_array *array)
{
    if (pieces->count < UINT8_MAX && array->item_bytes <= ITEM_BYTES_MAX) {
        put_leaf(&pieces->value->walk->writer, array, array->item_bytes, 1);
        pieces->count++;
    }
}

void strobe_array_write(struct strobe_value *value, const struct strobe_array *array)
{
    Py_ssize_t count = strobe_array_count(array);
    size_t item_bytes = array->item_bytes < ITEM_BYTES_MAX ? array->item_bytes : ITEM_BYTES_MAX;
    Py_ssize_t copied = array->data == NULL || item_bytes == 0 ? 0 : (Py_ssize_t)(BYTES_MAX / item_bytes);
    copied = copied < STROBE_CAPTURE_ITEMS_MAX ? copied : STROBE_CAPTURE_ITEMS_MAX;
    copied = copied < count ? copied : count;
    copied = array->few == 0 || copied < array->few ? copied : array->few;
    if (array->dimensions > 0) {
        strobe_value_put_size(value, (uint64_t)count);
    }
    value->parts |= STROBE_PART_LEAF;
    put_leaf(&value->walk->writer, array, item_bytes, copied);
    strobe_walk_spend(value->walk, (size_t)copied / 8);
    if (copied < count) {
        value->cut = array->data == NULL ? STROBE_CUT_UNREADABLE : STROBE_CUT_ITEMS;
    } else if (item_bytes < array->item_bytes) {
        value->cut = STROBE_CUT_LENGTH;
    }
}
