/* type(), isinstance() and attributes by name: what the object's memory says, never what a class would like to say. */
#include "base/py/attribute.h"
#include "probes/expression/py/builtins.h"
#include "probes/expression/py/compare.h"
#include "probes/expression/py/items.h"
#include "probes/expression/py/loads.h"
#include "probes/expression/py/text.h"

#include <string.h>
#include <structmember.h>

int strobe_builtin_type(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                        struct strobe_value *ret_value)
{
    (void)evaluation;
    *ret_value = strobe_value_object((PyObject *)strobe_value_type(arguments->values[0]));
    return 0;
}

/* Whether the metaclass answers isinstance() and issubclass() by code: ABCMeta, protocols. */
static bool decides_by_code(const PyTypeObject *metaclass, const char *hook)
{
    PyObject *mro = metaclass->tp_mro;
    for (Py_ssize_t i = 0; mro != NULL && i < PyTuple_GET_SIZE(mro); i++) {
        const PyTypeObject *class = (const PyTypeObject *)PyTuple_GET_ITEM(mro, i);
        PyObject *key, *value;
        if (!PyType_HasFeature((PyTypeObject *)class, Py_TPFLAGS_HEAPTYPE) || class->tp_dict == NULL) {
            continue; /* `type` and `object` themselves */
        }
        for (Py_ssize_t at = 0; PyDict_Next(class->tp_dict, &at, &key, &value);) {
            if (PyUnicode_CheckExact(key) && PyUnicode_CompareWithASCIIString(key, hook) == 0) {
                return true;
            }
        }
    }
    return false;
}

static bool is_derived(const PyTypeObject *type, const PyTypeObject *base)
{
    PyObject *mro = type->tp_mro;
    for (Py_ssize_t i = 0; mro != NULL && i < PyTuple_GET_SIZE(mro); i++) {
        if (PyTuple_GET_ITEM(mro, i) == (const PyObject *)base) {
            return true;
        }
    }
    return type == base;
}

/* The classes of `int | str`, an object of the program; NULL when it is none. */
static PyObject *classes_of_union(PyObject *object)
{
    PyTypeObject *type = Py_TYPE(object);
    bool is_union = !PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE) &&
                    (strcmp(type->tp_name, "types.UnionType") == 0 || strcmp(type->tp_name, "typing.Union") == 0);
    for (const PyMemberDef *at = is_union ? type->tp_members : NULL; at != NULL && at->name != NULL; at++) {
        PyObject *classes = *(PyObject **)((char *)object + at->offset);
        if (strcmp(at->name, "__args__") == 0 && classes != NULL && PyTuple_CheckExact(classes)) {
            return classes;
        }
    }
    return NULL;
}

/* What is asked: isinstance() or issubclass(). */
struct question {
    const char *function;
    const char *hook; /* the method by which a metaclass would answer */
    bool exact_is_enough;
};

/* Whether `type` is or derives from `wanted`: a class, or a tuple of them. @return 1, 0 or a negative code */
static int is_one_of(struct strobe_evaluation *evaluation, const PyTypeObject *type, struct strobe_value wanted,
                     const struct question *question, bool in_union)
{
    int status = strobe_evaluation_spend(evaluation, 1);
    if (status < 0) {
        return status;
    }
    if (wanted.kind == STROBE_VALUE_OBJECT && classes_of_union(wanted.as.object) != NULL) {
        wanted = strobe_value_object(classes_of_union(wanted.as.object));
        in_union = true;
    } else if (wanted.kind == STROBE_VALUE_TUPLE && wanted.as.items->type == &PyType_Type) { /* computed int | None */
        in_union = true;
    } else if (strobe_value_is(wanted, Py_None) && in_union) {
        return type == Py_TYPE(Py_None);
    }
    if (strobe_container_of(wanted) == STROBE_CONTAINER_TUPLE) {
        struct strobe_iteration iteration;
        struct strobe_value item;
        if (evaluation->depth >= STROBE_EXPRESSION_DEPTH_MAX) {
            return strobe_evaluation_fail(evaluation, STROBE_FAULT_LIMIT, "tuples of classes nested too deep");
        }
        evaluation->depth++;
        status = strobe_iteration_begin(evaluation, wanted, &iteration);
        while (status == 0 && (status = strobe_iteration_next(evaluation, &iteration, &item)) == 1) {
            status = is_one_of(evaluation, type, item, question, in_union);
            if (status == 1) {
                break;
            }
        }
        evaluation->depth--;
        return status;
    }
    if (wanted.kind != STROBE_VALUE_OBJECT || !PyType_Check(wanted.as.object)) {
        bool is_plain =
            wanted.kind != STROBE_VALUE_OBJECT || !PyType_HasFeature(Py_TYPE(wanted.as.object), Py_TPFLAGS_HEAPTYPE);
        return strobe_evaluation_fail(evaluation, is_plain ? STROBE_FAULT_TYPE : STROBE_FAULT_UNSAFE,
                                      "%s() arg 2 must be a type or a tuple of types, not a '%s'", question->function,
                                      strobe_value_type_name(wanted));
    }
    const PyTypeObject *class = (const PyTypeObject *)wanted.as.object;
    if (question->exact_is_enough && type == class) {
        return 1;
    }
    if (decides_by_code(Py_TYPE(wanted.as.object), question->hook)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_UNSAFE,
                                      "%s() with '%s' would run the %s of its metaclass; compare type(x) with 'is'",
                                      question->function, class->tp_name, question->hook);
    }
    return is_derived(type, class);
}

int strobe_builtin_isinstance(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                              struct strobe_value *ret_value)
{
    static const struct question question = {"isinstance", "__instancecheck__", true};
    int status = is_one_of(evaluation, strobe_value_type(arguments->values[0]), arguments->values[1], &question, false);
    if (status >= 0) {
        *ret_value = strobe_value_bool(status == 1);
        status = 0;
    }
    return status;
}

int strobe_builtin_issubclass(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                              struct strobe_value *ret_value)
{
    struct strobe_value class = arguments->values[0];
    if (class.kind != STROBE_VALUE_OBJECT || !PyType_Check(class.as.object)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "issubclass() arg 1 must be a class");
    }
    static const struct question question = {"issubclass", "__subclasscheck__", false};
    int status = is_one_of(evaluation, (const PyTypeObject *)class.as.object, arguments->values[1], &question, false);
    if (status >= 0) {
        *ret_value = strobe_value_bool(status == 1);
        status = 0;
    }
    return status;
}

/* ---- Attributes ---- */

struct wanted {
    struct strobe_evaluation *evaluation;
    struct strobe_value name;
};

static int name_is_wanted(void *context, PyObject *name)
{
    const struct wanted *wanted = context;
    bool equal = false;
    int status = strobe_evaluation_spend(wanted->evaluation, 1);
    status =
        status < 0 ? status : strobe_value_equal(wanted->evaluation, wanted->name, strobe_value_object(name), &equal);
    return status < 0 ? status : equal;
}

/* The object that stands for a computed name in the value or its classes. @return 0, or a negative code */
static int find_name(struct strobe_evaluation *evaluation, struct strobe_value value, struct strobe_value name,
                     PyObject **ret_name)
{
    struct wanted wanted = {evaluation, name};
    PyObject *object = value.kind == STROBE_VALUE_OBJECT ? value.as.object : (PyObject *)strobe_value_type(value);
    int status = strobe_attribute_find_name(object, name_is_wanted, &wanted, ret_name);
    if (status == 0) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_ATTRIBUTE, "'%s' object has no attribute of that name",
                                      strobe_value_type_name(value));
    }
    return status < 0 ? status : 0;
}

/* The attribute of that name. Look-ups need the name as an object, which a computed one is not. */
static int load(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments, const char *function,
                struct strobe_value *ret_value)
{
    struct strobe_value name = arguments->values[1];
    struct strobe_text_view text;
    if (!strobe_text_view_of(name, &text)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "%s(): attribute name must be string, not '%s'",
                                      function, strobe_value_type_name(name));
    }
    if (strobe_text_is_secret(evaluation, name)) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_REDACTED, "%s() of a redacted name", function);
    }
    PyObject *object = name.kind == STROBE_VALUE_OBJECT && PyUnicode_CheckExact(name.as.object) ? name.as.object : NULL;
    int status = object == NULL ? find_name(evaluation, arguments->values[0], name, &object) : 0;
    return status < 0 ? status : strobe_value_attribute(evaluation, arguments->values[0], object, ret_value);
}

/* An attribute that is not there is an answer here: forget the fault. */
static bool is_absent(struct strobe_evaluation *evaluation, int status)
{
    if (status >= 0 || evaluation->fault != STROBE_FAULT_ATTRIBUTE) {
        return false;
    }
    evaluation->fault = STROBE_FAULT_NONE;
    if (evaluation->error != NULL) {
        *evaluation->error = (struct strobe_error){0};
    }
    return true;
}

/* Whether the type of the value has a method of that name, which is no value here. */
static bool has_method(struct strobe_value value, struct strobe_value name)
{
    return name.kind == STROBE_VALUE_OBJECT && PyUnicode_CheckExact(name.as.object) &&
           strobe_method_find(value, name.as.object) != NULL;
}

int strobe_builtin_hasattr(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                           struct strobe_value *ret_value)
{
    struct strobe_value ignored;
    if (has_method(arguments->values[0], arguments->values[1])) {
        *ret_value = strobe_value_bool(true);
        return 0;
    }
    int status = load(evaluation, arguments, "hasattr", &ignored);
    if (status == 0 || is_absent(evaluation, status)) {
        *ret_value = strobe_value_bool(status == 0);
        return 0;
    }
    return status;
}

int strobe_builtin_getattr(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                           struct strobe_value *ret_value)
{
    struct strobe_value value;
    int status = load(evaluation, arguments, "getattr", &value);
    if (status == 0) {
        *ret_value = value;
        return 0;
    }
    if (arguments->positional_count == 3 && is_absent(evaluation, status)) {
        *ret_value = arguments->values[2];
        return 0;
    }
    return status;
}

int strobe_builtin_callable(struct strobe_evaluation *evaluation, const struct strobe_arguments *arguments,
                            struct strobe_value *ret_value)
{
    (void)evaluation;
    *ret_value = strobe_value_bool(strobe_value_type(arguments->values[0])->tp_call != NULL);
    return 0;
}
