#include "snapshot/py/greenlet.h"

#include "base/py/attribute.h"
#include "base/py/current_greenlet.h"
#include "base/py/greenlet.h"
#include "base/py/module.h"
#include "snapshot/py/name.h"
#include "snapshot/py/thread.h"
#include "snapshot/py/type_name.h"

/* Asked for at each capture: a program may import greenlet at any time, and a probe may have one hit. */
static PyTypeObject *find_type(void)
{
    static PyTypeObject *type; /* not made by a class statement, so it stays */
    if (type == NULL) {
        PyObject *class = strobe_module_find(strobe_names.greenlet_module, strobe_names.greenlet);
        type = class != NULL ? strobe_greenlet_type_of(class) : NULL;
    }
    return type;
}

/* The name that the program gave it, or the thread that it stands for where threads are patched to be greenlets. */
static struct strobe_name name_of(PyObject *greenlet, char buffer[STROBE_NAME_BYTES_MAX])
{
    struct strobe_name name = {"", 0};
    PyObject *text;
    if (strobe_attribute_get(greenlet, strobe_names.plain_name, &text) == STROBE_ATTRIBUTE_FOUND &&
        PyUnicode_CheckExact(text) && PyUnicode_GET_LENGTH(text) > 0) {
        return strobe_name_of(text, buffer);
    }
    strobe_thread_name_of((unsigned long)(uintptr_t)greenlet, buffer, &name);
    return name;
}

static struct strobe_name function_of(struct strobe_frame outermost, char buffer[STROBE_NAME_BYTES_MAX])
{
    PyObject *name = outermost.internal != NULL ? strobe_frame_code(outermost)->co_qualname : NULL;
    return name != NULL ? strobe_name_of(name, buffer) : (struct strobe_name){"", 0};
}

void strobe_greenlet_write(struct strobe_walk *walk, struct strobe_frame outermost)
{
    struct strobe_current_greenlet current;
    PyTypeObject *type = find_type();
    if (type == NULL || !strobe_current_greenlet_read(type, &current)) {
        strobe_greenlet_write_none(walk);
        return;
    }
    char type_name[STROBE_TYPE_NAME_BYTES], buffer[STROBE_NAME_BYTES_MAX];
    struct strobe_image_writer *writer = &walk->writer;
    strobe_image_put_u8(writer, current.is_main ? STROBE_GREENLET_MAIN : STROBE_GREENLET);
    strobe_image_put_varint(writer, (uint64_t)(uintptr_t)current.greenlet);
    strobe_image_put_text(writer, type_name, strobe_type_name(Py_TYPE(current.greenlet), type_name));
    struct strobe_name text = current.is_main ? (struct strobe_name){"", 0} : name_of(current.greenlet, buffer);
    strobe_image_put_text(writer, text.text, text.size);
    text = current.is_main ? (struct strobe_name){"", 0} : function_of(outermost, buffer);
    strobe_image_put_text(writer, text.text, text.size);
}

void strobe_greenlet_write_none(struct strobe_walk *walk)
{
    strobe_image_put_u8(&walk->writer, STROBE_GREENLET_NONE);
}
