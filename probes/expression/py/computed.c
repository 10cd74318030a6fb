/*
 * Attributes that built-in types compute from their data: what the descriptors of C types would give, without calling
 * them. Members of C types are read by their place in the object; what is behind a getter only when the table knows
 * where the getter looks. An attribute counts only when the first class of the MRO that has it is the C type itself.
 */
#include <Python.h>

#include <string.h>
#include <structmember.h>

#include "base/py/decimal.h"
#include "base/py/dict.h"
#include "probes/expression/py/decimal.h"
#include "probes/expression/py/function.h"
#include "probes/expression/py/items.h"
#include "probes/expression/py/known_object.h"
#include "probes/expression/py/moment.h"
#include "probes/expression/py/text.h"

/* ---- Which class has the attribute ---- */

/* Borrowed; the type keeps it. */
static PyObject *dict_of(PyTypeObject *class)
{
#if PY_VERSION_HEX >= 0x030C0000
    if (class->tp_dict == NULL) { /* a static type of the interpreter */
        PyObject *dict = PyType_GetDict(class);
        Py_XDECREF(dict);
        return dict;
    }
#endif
    return class->tp_dict;
}

/* The descriptor behind `name` and the class that has it, both borrowed; NULL: none. */
static PyObject *find_descriptor(PyTypeObject *type, PyObject *name, PyTypeObject **ret_class)
{
    PyObject *mro = type->tp_mro;
    for (Py_ssize_t i = 0; mro != NULL && i < PyTuple_GET_SIZE(mro); i++) {
        PyTypeObject *class = (PyTypeObject *)PyTuple_GET_ITEM(mro, i);
        PyObject *dict = dict_of(class);
        PyObject *found = dict != NULL ? strobe_dict_get(dict, name) : NULL;
        if (found != NULL) {
            *ret_class = class;
            return found;
        }
    }
    return NULL;
}

static PyObject *receiver(const struct strobe_arguments *arguments)
{
    return arguments->values[0].as.object;
}

static int give(PyObject *object, struct strobe_value *ret_value)
{
    *ret_value = strobe_value_object(object != NULL ? object : Py_None);
    return 0;
}

/* ---- Members ---- */

enum { /* PyMemberDef.type, the same in all versions */
       MEMBER_SHORT = 0,
       MEMBER_INT = 1,
       MEMBER_LONG = 2,
       MEMBER_FLOAT = 3,
       MEMBER_DOUBLE = 4,
       MEMBER_STRING = 5,
       MEMBER_OBJECT = 6,
       MEMBER_UBYTE = 9,
       MEMBER_USHORT = 10,
       MEMBER_UINT = 11,
       MEMBER_ULONG = 12,
       MEMBER_BOOL = 14,
       MEMBER_OBJECT_EX = 16,
       MEMBER_LONGLONG = 17,
       MEMBER_PYSSIZET = 19
};

/* A member of the C type that laid the object out. */
static bool is_member(PyTypeObject *type, PyObject *descriptor)
{
    if (!Py_IS_TYPE(descriptor, &PyMemberDescr_Type)) {
        return false;
    }
    const PyMemberDescrObject *member = (const PyMemberDescrObject *)descriptor;
#ifdef Py_RELATIVE_OFFSET
    if ((member->d_member->flags & Py_RELATIVE_OFFSET) != 0) {
        return false;
    }
#endif
    return PyType_IsSubtype(type, member->d_common.d_type);
}

static int read_string(struct strobe_evaluation *evaluation, const char *text, struct strobe_value *ret_value)
{
    return text != NULL ? strobe_text_make_ascii(evaluation, text, strlen(text), ret_value) : give(NULL, ret_value);
}

static bool read_signed(const void *place, int type, int64_t *ret_integer)
{
    switch (type) {
    case MEMBER_SHORT:
        *ret_integer = *(const short *)place;
        return true;
    case MEMBER_INT:
        *ret_integer = *(const int *)place;
        return true;
    case MEMBER_LONG:
        *ret_integer = *(const long *)place;
        return true;
    case MEMBER_UBYTE:
        *ret_integer = *(const unsigned char *)place;
        return true;
    case MEMBER_USHORT:
        *ret_integer = *(const unsigned short *)place;
        return true;
    case MEMBER_UINT:
        *ret_integer = *(const unsigned int *)place;
        return true;
    case MEMBER_ULONG:
        *ret_integer = (int64_t) * (const unsigned long *)place;
        return *ret_integer >= 0;
    case MEMBER_LONGLONG:
        *ret_integer = *(const long long *)place;
        return true;
    case MEMBER_PYSSIZET:
        *ret_integer = *(const Py_ssize_t *)place;
        return true;
    default:
        return false;
    }
}

static int no_attribute(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments)
{
    return strobe_evaluation_fail(evaluation, STROBE_FAULT_ATTRIBUTE, "the attribute of the '%s' is not set",
                                  strobe_value_type_name(arguments->values[0]));
}

static int read_member(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                       struct strobe_value *ret_value)
{
    PyTypeObject *class;
    PyObject *object = receiver(arguments);
    PyObject *descriptor = find_descriptor(Py_TYPE(object), arguments->keywords[0], &class);
    if (descriptor == NULL || !is_member(Py_TYPE(object), descriptor)) {
        return no_attribute(evaluation, arguments);
    }
    const PyMemberDef *member = ((const PyMemberDescrObject *)descriptor)->d_member;
    const void *place = (const char *)object + member->offset;
    int64_t integer;
    switch (member->type) {
    case MEMBER_OBJECT:
        return give(*(PyObject *const *)place, ret_value);
    case MEMBER_OBJECT_EX:
        return *(PyObject *const *)place != NULL ? give(*(PyObject *const *)place, ret_value)
                                                 : no_attribute(evaluation, arguments);
    case MEMBER_DOUBLE:
        *ret_value = strobe_value_float(*(const double *)place);
        return 0;
    case MEMBER_FLOAT:
        *ret_value = strobe_value_float((double)*(const float *)place);
        return 0;
    case MEMBER_BOOL:
        *ret_value = strobe_value_bool(*(const char *)place != 0);
        return 0;
    case MEMBER_STRING:
        return read_string(evaluation, *(const char *const *)place, ret_value);
    default:
        if (!read_signed(place, member->type, &integer)) {
            return strobe_evaluation_fail(evaluation, STROBE_FAULT_UNSAFE, "members of this kind are not read");
        }
        *ret_value = strobe_value_int(integer);
        return 0;
    }
}

/* ---- Functions, methods, types ---- */

#define PART(name, expression)                                                                      \
    static int name(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments, \
                    struct strobe_value *ret_value)                                                 \
    {                                                                                               \
        (void)evaluation;                                                                           \
        const struct strobe_value value = arguments->values[0];                                     \
        *ret_value = expression;                                                                    \
        return 0;                                                                                   \
    }
PART(function_name, strobe_value_object(((PyFunctionObject *)value.as.object)->func_name))
PART(function_qualname, strobe_value_object(((PyFunctionObject *)value.as.object)->func_qualname))
PART(function_code, strobe_value_object(((PyFunctionObject *)value.as.object)->func_code))
#undef PART

/* Members of the structure before 3.14, computed since. */
static int function_module(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                           struct strobe_value *ret_value)
{
    (void)evaluation;
    return give(((PyFunctionObject *)receiver(arguments))->func_module, ret_value);
}

static int function_doc(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                        struct strobe_value *ret_value)
{
    (void)evaluation;
    return give(((PyFunctionObject *)receiver(arguments))->func_doc, ret_value);
}

static int function_defaults(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                             struct strobe_value *ret_value)
{
    (void)evaluation;
    return give(((PyFunctionObject *)receiver(arguments))->func_defaults, ret_value);
}

static int function_keyword_defaults(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                                     struct strobe_value *ret_value)
{
    (void)evaluation;
    return give(((PyFunctionObject *)receiver(arguments))->func_kwdefaults, ret_value);
}

static int builtin_name(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                        struct strobe_value *ret_value)
{
    return read_string(evaluation, ((PyCFunctionObject *)receiver(arguments))->m_ml->ml_name, ret_value);
}

static int builtin_self(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                        struct strobe_value *ret_value)
{
    (void)evaluation;
    const PyCFunctionObject *function = (const PyCFunctionObject *)receiver(arguments);
    return give((function->m_ml->ml_flags & METH_STATIC) != 0 ? NULL : function->m_self, ret_value);
}

static bool is_heap(PyTypeObject *type)
{
    return PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE);
}

static int type_name(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                     struct strobe_value *ret_value)
{
    PyTypeObject *type = (PyTypeObject *)receiver(arguments);
    if (is_heap(type)) {
        return give(((PyHeapTypeObject *)type)->ht_name, ret_value);
    }
    const char *dot = strrchr(type->tp_name, '.');
    return read_string(evaluation, dot != NULL ? dot + 1 : type->tp_name, ret_value);
}

static int type_qualname(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                         struct strobe_value *ret_value)
{
    PyTypeObject *type = (PyTypeObject *)receiver(arguments);
    return is_heap(type) ? give(((PyHeapTypeObject *)type)->ht_qualname, ret_value)
                         : type_name(evaluation, arguments, ret_value);
}

static int type_module(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                       struct strobe_value *ret_value)
{
    PyTypeObject *type = (PyTypeObject *)receiver(arguments);
    if (is_heap(type)) {
        PyObject *module = strobe_dict_get(dict_of(type), arguments->keywords[0]);
        return module != NULL ? give(module, ret_value) : no_attribute(evaluation, arguments);
    }
    const char *dot = strrchr(type->tp_name, '.');
    return dot != NULL ? strobe_text_make_ascii(evaluation, type->tp_name, (size_t)(dot - type->tp_name), ret_value)
                       : read_string(evaluation, "builtins", ret_value);
}

static int type_bases(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                      struct strobe_value *ret_value)
{
    PyObject *bases = ((PyTypeObject *)receiver(arguments))->tp_bases;
#if PY_VERSION_HEX >= 0x030C0000
    if (bases == NULL) { /* a static type of the interpreter */
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_UNSAFE, "the bases of this type are not read");
    }
#endif
    (void)evaluation;
    return give(bases, ret_value);
}

static int type_mro(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                    struct strobe_value *ret_value)
{
    PyObject *mro = ((PyTypeObject *)receiver(arguments))->tp_mro;
    return mro != NULL ? give(mro, ret_value)
                       : strobe_evaluation_fail(evaluation, STROBE_FAULT_UNSAFE, "the MRO of this type is not read");
}

static int class_of(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                    struct strobe_value *ret_value)
{
    (void)evaluation;
    return give((PyObject *)strobe_value_type(arguments->values[0]), ret_value);
}

/* ---- Exceptions, memoryview, deque ---- */

static int exception_args(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                          struct strobe_value *ret_value)
{
    (void)evaluation;
    return give(((PyBaseExceptionObject *)receiver(arguments))->args, ret_value);
}

static int exception_cause(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                           struct strobe_value *ret_value)
{
    (void)evaluation;
    return give(((PyBaseExceptionObject *)receiver(arguments))->cause, ret_value);
}

static int exception_context(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                             struct strobe_value *ret_value)
{
    (void)evaluation;
    return give(((PyBaseExceptionObject *)receiver(arguments))->context, ret_value);
}

static int exception_traceback(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                               struct strobe_value *ret_value)
{
    (void)evaluation;
    return give(((PyBaseExceptionObject *)receiver(arguments))->traceback, ret_value);
}

/* NULL and a fault when it was released. */
static const Py_buffer *buffer_of(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments)
{
    const PyMemoryViewObject *memory = (const PyMemoryViewObject *)receiver(arguments);
    if ((memory->flags & _Py_MEMORYVIEW_RELEASED) != 0 || (memory->mbuf->flags & _Py_MANAGED_BUFFER_RELEASED) != 0) {
        strobe_evaluation_fail(evaluation, STROBE_FAULT_VALUE, "operation forbidden on released memoryview object");
        return NULL;
    }
    return &memory->view;
}

#define BUFFER(name, expression)                                                                    \
    static int name(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments, \
                    struct strobe_value *ret_value)                                                 \
    {                                                                                               \
        const Py_buffer *view = buffer_of(evaluation, arguments);                                   \
        if (view == NULL) {                                                                         \
            return STROBE_EUNSUPPORTED;                                                             \
        }                                                                                           \
        *ret_value = (expression);                                                                  \
        return 0;                                                                                   \
    }
BUFFER(memory_nbytes, strobe_value_int(view->len))
BUFFER(memory_itemsize, strobe_value_int(view->itemsize))
BUFFER(memory_ndim, strobe_value_int(view->ndim))
BUFFER(memory_readonly, strobe_value_bool(view->readonly != 0))
#undef BUFFER

static int memory_format(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                         struct strobe_value *ret_value)
{
    const Py_buffer *view = buffer_of(evaluation, arguments);
    return view != NULL ? read_string(evaluation, view->format, ret_value) : STROBE_EUNSUPPORTED;
}

static int memory_shape(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                        struct strobe_value *ret_value)
{
    const Py_buffer *view = buffer_of(evaluation, arguments);
    struct strobe_value tuple;
    int status =
        view != NULL ? strobe_items_make(evaluation, STROBE_VALUE_TUPLE, view->ndim, &tuple) : STROBE_EUNSUPPORTED;
    for (int i = 0; status == 0 && i < view->ndim; i++) {
        status = strobe_items_append(evaluation, tuple.as.items, strobe_value_int(view->shape[i]));
    }
    if (status == 0) {
        *ret_value = tuple;
    }
    return status;
}

struct deque_object { /* private to _collectionsmodule.c: the same from 3.5 to 3.15 */
    PyVarObject ob_base;
    void *left_block;
    void *right_block;
    Py_ssize_t left_index;
    Py_ssize_t right_index;
    size_t state;
    Py_ssize_t most;
};

static int deque_maxlen(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                        struct strobe_value *ret_value)
{
    (void)evaluation;
    Py_ssize_t most = ((const struct deque_object *)receiver(arguments))->most;
    *ret_value = most < 0 ? strobe_value_object(Py_None) : strobe_value_int(most);
    return 0;
}

/* ---- Tables ---- */

struct table {
    PyTypeObject *type; /* that has the descriptor */
    struct strobe_function_entry entry;
};

static const struct table *find(PyTypeObject *class, PyObject *name)
{
    static const struct table table[] = {
        {&PyFunction_Type, {"__name__", function_name, 0, 0, NULL}},
        {&PyFunction_Type, {"__qualname__", function_qualname, 0, 0, NULL}},
        {&PyFunction_Type, {"__module__", function_module, 0, 0, NULL}},
        {&PyFunction_Type, {"__doc__", function_doc, 0, 0, NULL}},
        {&PyFunction_Type, {"__code__", function_code, 0, 0, NULL}},
        {&PyFunction_Type, {"__defaults__", function_defaults, 0, 0, NULL}},
        {&PyFunction_Type, {"__kwdefaults__", function_keyword_defaults, 0, 0, NULL}},
        {&PyCFunction_Type, {"__name__", builtin_name, 0, 0, NULL}},
        {&PyCFunction_Type, {"__self__", builtin_self, 0, 0, NULL}},
        {&PyType_Type, {"__name__", type_name, 0, 0, NULL}},
        {&PyType_Type, {"__qualname__", type_qualname, 0, 0, NULL}},
        {&PyType_Type, {"__module__", type_module, 0, 0, NULL}},
        {&PyType_Type, {"__mro__", type_mro, 0, 0, NULL}},
        {&PyType_Type, {"__bases__", type_bases, 0, 0, NULL}},
        {&PyBaseObject_Type, {"__class__", class_of, 0, 0, NULL}},
        {&PyMemoryView_Type, {"nbytes", memory_nbytes, 0, 0, NULL}},
        {&PyMemoryView_Type, {"itemsize", memory_itemsize, 0, 0, NULL}},
        {&PyMemoryView_Type, {"ndim", memory_ndim, 0, 0, NULL}},
        {&PyMemoryView_Type, {"readonly", memory_readonly, 0, 0, NULL}},
        {&PyMemoryView_Type, {"format", memory_format, 0, 0, NULL}},
        {&PyMemoryView_Type, {"shape", memory_shape, 0, 0, NULL}},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (table[i].type == class && PyUnicode_CompareWithASCIIString(name, table[i].entry.name) == 0) {
            return &table[i];
        }
    }
    return NULL;
}

static const struct strobe_function_entry member = {"member", read_member, 0, 0, NULL};

/* Types whose address is no constant of C, by what the class is. */
static const struct strobe_function_entry *find_by_class(PyTypeObject *class, PyObject *name)
{
    static const struct strobe_function_entry exceptions[] = {
        {"args", exception_args, 0, 0, NULL},
        {"__cause__", exception_cause, 0, 0, NULL},
        {"__context__", exception_context, 0, 0, NULL},
        {"__traceback__", exception_traceback, 0, 0, NULL},
    };
    static const struct strobe_function_entry maxlen = {"maxlen", deque_maxlen, 0, 0, NULL};
    if (class == (PyTypeObject *)PyExc_BaseException) {
        for (size_t i = 0; i < sizeof exceptions / sizeof exceptions[0]; i++) {
            if (PyUnicode_CompareWithASCIIString(name, exceptions[i].name) == 0) {
                return &exceptions[i];
            }
        }
    }
    bool is_maxlen = class == strobe_deque_type() && PyUnicode_CompareWithASCIIString(name, "maxlen") == 0;
    return is_maxlen ? &maxlen : NULL;
}

static const struct strobe_function_entry *find_in_object(PyObject *object, PyObject *name)
{
    PyTypeObject *class;
    PyObject *descriptor = find_descriptor(Py_TYPE(object), name, &class);
    if (descriptor == NULL) {
        return NULL;
    }
    if (is_member(Py_TYPE(object), descriptor)) {
        return &member;
    }
    const struct table *found =
        Py_IS_TYPE(descriptor, &PyGetSetDescr_Type) || class == &PyType_Type ? find(class, name) : NULL;
    return found != NULL ? &found->entry : find_by_class(class, name);
}

const struct strobe_function_entry *strobe_computed_find(struct strobe_value value, PyObject *name)
{
    struct strobe_moment moment;
    const struct strobe_function_entry *entry = NULL;
    if (value.kind != STROBE_VALUE_OBJECT) {
        if (strobe_moment_of(value, &moment)) {
            entry = strobe_moment_field(moment.kind, name);
        } else if (value.kind == STROBE_VALUE_DECIMAL) {
            entry = strobe_decimal_field(name);
        }
        entry = entry == NULL ? strobe_data_field(value, name) : entry;
        const struct table *found = entry == NULL ? find(&PyBaseObject_Type, name) : NULL;
        return found != NULL ? &found->entry : entry;
    }
    PyObject *object = value.as.object;
    PyTypeObject *class = NULL;
    if (find_descriptor(Py_TYPE(object), name, &class) == NULL) {
        return NULL;
    }
    if (strobe_datetime_kind_exact(class) != STROBE_DATETIME_NONE && strobe_moment_of(value, &moment)) {
        entry = strobe_moment_field(moment.kind, name);
    } else if (strobe_decimal_is_exact_type(class)) {
        entry = strobe_decimal_field(name);
    } else if (!is_heap(class)) {
        entry = strobe_data_field(value, name);
    }
    entry = entry == NULL ? find_in_object(object, name) : entry;
    return entry != NULL ? entry : strobe_known_object_computed(value, name);
}
