/*
 * Fields of objects: what an exception holds, the members of types written in C, instance dicts and slots. All of it is
 * plain storage; nothing here is computed by asking the object.
 */
#include <Python.h>

#include <string.h>
#include <structmember.h>

#include "base/py/attribute.h"
#include "snapshot/py/name.h"
#include "snapshot/py/reference_list.h"
#include "snapshot/py/type_name.h"
#include "snapshot/py/type_rule.h"

enum { MEMBER_OBJECT = 6, MEMBER_OBJECT_EX = 16 }; /* PyMemberDef.type, the same in all versions */

/* One field; its name is C text, or a str when `text` is NULL. */
struct field {
    PyObject *name;
    const char *text;
    PyObject *value;
};

enum stage { STAGE_EXCEPTION, STAGE_MEMBERS, STAGE_ATTRIBUTES, STAGE_END };

/* Position of a walk over the fields of one object; zero-initialised. */
struct field_walk {
    enum stage stage;
    Py_ssize_t type_index;
    Py_ssize_t index;
    struct strobe_attribute_walk attributes;
};

/* ---- Where fields are ---- */

static bool next_of_exception(PyObject *object, struct field_walk *walk, struct field *ret_field)
{
    if (!PyExceptionInstance_Check(object)) {
        return false;
    }
    const PyBaseExceptionObject *exception = (const PyBaseExceptionObject *)object;
    bool suppressed = exception->suppress_context && exception->context != NULL && exception->cause == NULL;
    const struct field fields[] = {
        {NULL, "args", exception->args},
        {NULL, "__cause__", exception->cause},
        {NULL, "__context__", exception->context != exception->cause ? exception->context : NULL},
        {NULL, "__suppress_context__", suppressed ? Py_True : NULL},
        {NULL, "__traceback__", exception->traceback},
    };
    while (walk->index < (Py_ssize_t)(sizeof fields / sizeof fields[0])) {
        *ret_field = fields[walk->index++];
        if (ret_field->value != NULL) {
            return true;
        }
    }
    return false;
}

/* The members that C code declares; those of a class statement are its slots and come with the attributes. */
static const PyMemberDef *members_of(PyTypeObject *type)
{
    bool heap = PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE);
    return heap && ((PyHeapTypeObject *)type)->ht_slots != NULL ? NULL : type->tp_members;
}

static bool is_shown(const PyMemberDef *member)
{
    return (member->type == MEMBER_OBJECT || member->type == MEMBER_OBJECT_EX) && strncmp(member->name, "__", 2) != 0;
}

static bool next_member(PyObject *object, struct field_walk *walk, struct field *ret_field)
{
    PyObject *mro = Py_TYPE(object)->tp_mro;
    for (; mro != NULL && walk->type_index < PyTuple_GET_SIZE(mro); walk->type_index++, walk->index = 0) {
        const PyMemberDef *members = members_of((PyTypeObject *)PyTuple_GET_ITEM(mro, walk->type_index));
        while (members != NULL && members[walk->index].name != NULL) {
            const PyMemberDef *member = &members[walk->index++];
            PyObject *value = is_shown(member) ? *(PyObject **)((char *)object + member->offset) : NULL;
            if (value != NULL) {
                *ret_field = (struct field){NULL, member->name, value};
                return true;
            }
        }
    }
    return false;
}

/* What libraries keep in an object for themselves: no data of the program, and the way to half of the library. */
static bool is_bookkeeping(PyObject *name, PyObject *value)
{
    return name == strobe_names.sa_state || name == strobe_names.pydantic_fields_set ||
           (value == Py_None && (name == strobe_names.pydantic_extra || name == strobe_names.pydantic_private));
}

static bool next_attribute(PyObject *object, struct field_walk *walk, struct field *ret_field)
{
    ret_field->text = NULL;
    do {
        if (!strobe_attribute_next(object, &walk->attributes, &ret_field->name, &ret_field->value)) {
            return false;
        }
    } while (is_bookkeeping(ret_field->name, ret_field->value));
    return true;
}

static bool next_field(PyObject *object, struct field_walk *walk, struct field *ret_field)
{
    static bool (*const stages[])(PyObject *, struct field_walk *, struct field *) = {next_of_exception, next_member,
                                                                                      next_attribute};
    for (; walk->stage < STAGE_END; walk->stage++, walk->index = 0) {
        if (stages[walk->stage](object, walk, ret_field)) {
            return true;
        }
    }
    return false;
}

/* ---- Writing them ---- */

static const char *rule_of(struct strobe_value *value, const struct field *field, const struct strobe_name_pair *pair)
{
    if (field->text != NULL) {
        return strobe_policy_name(strobe_capture_policy(), field->text, strlen(field->text));
    }
    const char *rule = strobe_name_rule(value->walk, field->name);
    return rule != NULL ? rule : strobe_name_pair_rule(pair, field->name);
}

static void put_field(struct strobe_reference_list *list, const struct field *field, const char *rule)
{
    struct strobe_walk *walk = list->value->walk;
    if (field->text != NULL) {
        strobe_image_put_text(&walk->writer, field->text, strnlen(field->text, STROBE_NAME_BYTES_MAX));
    } else {
        strobe_name_put(walk, field->name);
    }
    strobe_reference_list_put(list, field->value, rule);
}

static struct strobe_name_pair look_for_pair(struct strobe_value *value)
{
    struct strobe_name_pair pair = {NULL};
    struct strobe_attribute_walk walk = {0};
    PyObject *name, *item;
    for (int i = 0; i < STROBE_CAPTURE_FIELDS_MAX && strobe_attribute_next(value->object, &walk, &name, &item); i++) {
        strobe_name_pair_see(value->walk, &pair, name, item);
    }
    return pair;
}

static void write_fields(struct strobe_value *value, struct field_walk *walk, struct field *field)
{
    struct strobe_name_pair pair = look_for_pair(value);
    struct strobe_reference_list list;
    strobe_reference_list_begin(&list, value, STROBE_PART_FIELDS, STROBE_CAPTURE_FIELDS_MAX);
    do {
        if (!strobe_reference_list_may_add(&list, 1, STROBE_NAME_BYTES_MAX + 2)) {
            break;
        }
        put_field(&list, field, rule_of(value, field, &pair));
    } while (next_field(value->object, walk, field));
    strobe_reference_list_end(&list);
}

void strobe_fields_write(struct strobe_value *value)
{
    struct field_walk walk = {0};
    struct field field = {NULL, NULL, NULL};
    if ((value->parts & STROBE_PART_FIELDS) != 0) {
        return;
    }
    bool known = value->parts != 0; /* as leaf or container: fields are an addition */
    if (next_field(value->object, &walk, &field)) {
        if (value->depth >= STROBE_CAPTURE_DEPTH_MAX) {
            value->cut = STROBE_CUT_DEPTH;
        } else {
            write_fields(value, &walk, &field);
        }
    } else if (!known && strobe_type_is_opaque(Py_TYPE(value->object))) {
        value->cut = STROBE_CUT_UNREADABLE;
    } else if (!known) {
        struct strobe_reference_list none;
        strobe_reference_list_begin(&none, value, STROBE_PART_FIELDS, 0);
    }
}

void strobe_fields_write_named(struct strobe_value *value, const struct strobe_named *fields, size_t count)
{
    struct strobe_reference_list list;
    strobe_reference_list_begin(&list, value, STROBE_PART_FIELDS, STROBE_CAPTURE_FIELDS_MAX);
    for (size_t i = 0; i < count; i++) {
        if (fields[i].object == NULL) {
            continue;
        }
        if (!strobe_reference_list_may_add(&list, 1, STROBE_NAME_BYTES_MAX + 2)) {
            break;
        }
        struct field field = {fields[i].key, fields[i].name, fields[i].object};
        put_field(&list, &field, fields[i].rule);
    }
    strobe_reference_list_end(&list);
}

void strobe_fields_write_tuple(struct strobe_value *value, PyObject *names)
{
    Py_ssize_t size = PyTuple_GET_SIZE(names);
    struct strobe_name_pair pair = {NULL};
    struct strobe_reference_list list;
    for (Py_ssize_t i = 0; i < size && i < STROBE_CAPTURE_FIELDS_MAX; i++) {
        strobe_name_pair_see(value->walk, &pair, PyTuple_GET_ITEM(names, i), PyTuple_GET_ITEM(value->object, i));
    }
    strobe_reference_list_begin(&list, value, STROBE_PART_FIELDS, STROBE_CAPTURE_FIELDS_MAX);
    for (Py_ssize_t i = 0; i < size && strobe_reference_list_may_add(&list, 1, STROBE_NAME_BYTES_MAX + 2); i++) {
        struct field field = {PyTuple_GET_ITEM(names, i), NULL, PyTuple_GET_ITEM(value->object, i)};
        put_field(&list, &field, rule_of(value, &field, &pair));
    }
    strobe_reference_list_end(&list);
}
