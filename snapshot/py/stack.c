#include "snapshot/py/stack.h"

#include <string.h>

#include "snapshot/py/name.h"

enum { FRAME_BYTES = STROBE_NAME_BYTES_MAX + STROBE_PATH_BYTES_MAX + 32, LOCAL_BYTES = STROBE_NAME_BYTES_MAX + 9 };

/* The variables of one frame while they are written. */
struct locals {
    struct strobe_walk *walk;
    unsigned arguments;
    unsigned shown;
    unsigned left_out;
    char kinds[STROBE_CAPTURE_LOCALS_MAX]; /* of those shown; see docs/snapshot-format.md */
};

static void put_text(struct strobe_walk *walk, PyObject *text, size_t max)
{
    char buffer[STROBE_PATH_BYTES_MAX];
    struct strobe_name name = {"?", 1};
    if (text != NULL && PyUnicode_Check(text)) {
        name = strobe_text_of(text, buffer, max);
    }
    strobe_image_put_text(&walk->writer, name.text, name.size);
}

/* ---- Variables ---- */

/* @return whether the variable is shown */
static bool add_local(struct locals *locals, PyObject *name, PyObject *value, char kind)
{
    struct strobe_walk *walk = locals->walk;
    bool room = locals->shown < STROBE_CAPTURE_LOCALS_MAX && strobe_walk_has_room(walk, LOCAL_BYTES) &&
                strobe_walk_spend(walk, 1);
    int64_t number = STROBE_WALK_FULL;
    if (room) {
        number = strobe_walk_refer(walk, value, 0, value != NULL ? strobe_name_rule(walk, name) : NULL);
    }
    if (number == STROBE_WALK_FULL) {
        locals->left_out++;
        return false;
    }
    strobe_name_put(walk, name);
    strobe_image_put_varint(&walk->writer, (uint64_t)number);
    locals->kinds[locals->shown++] = kind;
    return true;
}

static bool has_prefix(PyObject *name, const char *prefix, size_t size)
{
    char buffer[STROBE_NAME_BYTES_MAX];
    struct strobe_name text = strobe_name_of(name, buffer);
    return text.size >= size && memcmp(text.text, prefix, size) == 0;
}

static bool is_dunder(PyObject *name)
{
    Py_ssize_t length = PyUnicode_GET_LENGTH(name);
    return length > 4 && has_prefix(name, "__", 2) && PyUnicode_READ_CHAR(name, length - 1) == '_' &&
           PyUnicode_READ_CHAR(name, length - 2) == '_';
}

/* Not what people did not write: ".0" of a comprehension, __class__, and outside of functions what is not in use. */
static bool is_slot_shown(PyObject *name, int kind, PyObject *value, bool in_function)
{
    if (!PyUnicode_CheckExact(name) || has_prefix(name, ".", 1) || is_dunder(name)) {
        return false;
    }
    return value != NULL || (in_function && (kind & STROBE_SLOT_HIDDEN) == 0);
}

/* The letter of a variable: what a parameter takes, where a variable lives; upper case: inner functions share it. */
static char letter_of(PyCodeObject *code, int index, int kind)
{
    int positional = code->co_argcount, keywords = positional + code->co_kwonlyargcount;
    bool has_rest = (code->co_flags & CO_VARARGS) != 0;
    char letter = (kind & STROBE_SLOT_FREE) != 0       ? 'f'
                  : (kind & STROBE_SLOT_HIDDEN) != 0   ? 'h'
                  : (kind & STROBE_SLOT_ARGUMENT) == 0 ? 'l'
                  : index < code->co_posonlyargcount   ? 'p'
                  : index < positional                 ? 'a'
                  : index < keywords                   ? 'k'
                  : index == keywords && has_rest      ? 'v'
                                                       : 'w';
    return (kind & STROBE_SLOT_CELL) != 0 ? (char)(letter - 'a' + 'A') : letter;
}

static void add_slots(struct locals *locals, struct strobe_frame frame, bool in_function)
{
    PyCodeObject *code = strobe_frame_code(frame);
    int count = strobe_code_slots(code);
    for (int i = 0; i < count; i++) {
        int kind;
        PyObject *name = strobe_code_slot_name(code, i, &kind);
        PyObject *value = strobe_frame_slot(frame, i);
        if (is_slot_shown(name, kind, value, in_function) && add_local(locals, name, value, letter_of(code, i, kind)) &&
            (kind & STROBE_SLOT_ARGUMENT) != 0) {
            locals->arguments++;
        }
    }
}

static void add_namespace(struct locals *locals, PyObject *namespace)
{
    PyObject *name, *value;
    Py_ssize_t position = 0;
    while (PyDict_Next(namespace, &position, &name, &value)) {
        if (PyUnicode_CheckExact(name) && !is_dunder(name)) {
            add_local(locals, name, value, 'n');
        }
    }
}

static void write_locals(struct strobe_walk *walk, struct strobe_frame frame, unsigned flags)
{
    struct strobe_image_writer *writer = &walk->writer;
    struct locals locals;
    PyObject *namespace = strobe_frame_namespace(frame);
    if (namespace != NULL && !PyDict_CheckExact(namespace)) {
        strobe_image_put_u8(writer, flags); /* of a metaclass's __prepare__: asking it would run code */
        return;
    }
    locals.walk = walk;
    locals.arguments = locals.shown = locals.left_out = 0; /* kinds are filled one by one */
    strobe_image_put_u8(writer, flags | STROBE_FRAME_HAS_LOCALS);
    size_t counts_at = writer->size;
    strobe_image_put_u16(writer, 0);
    strobe_image_put_u16(writer, 0);
    add_slots(&locals, frame, namespace == NULL);
    if (namespace != NULL) {
        add_namespace(&locals, namespace);
    }
    strobe_image_patch_u16(writer, counts_at, locals.arguments);
    strobe_image_patch_u16(writer, counts_at + 2, locals.shown);
    strobe_image_put_varint(writer, locals.left_out);
    strobe_image_put_bytes(writer, locals.kinds, locals.shown);
}

/* ---- Frames ---- */

/* Move to the outermost frame. @return how many frames there are, STROBE_CAPTURE_STACK_MAX at most */
static unsigned count_frames(struct strobe_frame *frame)
{
    unsigned count = 1;
    while (count < STROBE_CAPTURE_STACK_MAX && strobe_frame_back(frame)) {
        count++;
    }
    return count;
}

static void write_frame(struct strobe_walk *walk, struct strobe_frame frame, int line, bool with_locals)
{
    PyCodeObject *code = strobe_frame_code(frame);
    put_text(walk, code->co_qualname, STROBE_NAME_BYTES_MAX);
    put_text(walk, code->co_filename, STROBE_PATH_BYTES_MAX);
    strobe_image_put_varint(&walk->writer, line > 0 ? (uint64_t)line : 0);
    unsigned flags = strobe_frame_entered(frame) ? STROBE_FRAME_ENTERED : 0;
    if (with_locals) {
        write_locals(walk, frame, flags);
    } else {
        strobe_image_put_u8(&walk->writer, flags);
    }
}

struct strobe_frame strobe_stack_write(struct strobe_walk *walk, struct strobe_frame frame, int line, bool with_locals)
{
    struct strobe_frame outermost = frame;
    unsigned total = count_frames(&outermost);
    size_t limit = walk->writer.limit;
    walk->writer.limit = limit / 2;
    strobe_image_put_varint(&walk->writer, total);
    size_t count_at = walk->writer.size;
    strobe_image_put_u8(&walk->writer, 0);
    unsigned count = 0;
    while (count < STROBE_CAPTURE_FRAMES_MAX && strobe_walk_has_room(walk, FRAME_BYTES) && strobe_walk_spend(walk, 2)) {
        if (count > 0) {
            if (!strobe_frame_back(&frame)) {
                break;
            }
            line = strobe_frame_line(frame);
        }
        write_frame(walk, frame, line, with_locals && count < STROBE_CAPTURE_FRAMES_WITH_LOCALS_MAX);
        count++;
    }
    strobe_image_patch_u8(&walk->writer, count_at, count);
    walk->writer.limit = limit;
    return total < STROBE_CAPTURE_STACK_MAX ? outermost : (struct strobe_frame){NULL};
}
