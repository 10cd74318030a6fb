/*
 * Calls in the machine. A callable is known by identity, so a name that the program gave to something of its own is
 * refused; a method is that of the receiver's built-in type, unless a class of the program has its own.
 */
#include <string.h>

#include "probes/expression/py/function.h"
#include "probes/expression/py/loads.h"
#include "probes/expression/py/machine.h"

static unsigned positional(unsigned counts)
{
    return counts & 0xFF;
}

static unsigned by_keyword(unsigned counts)
{
    return counts >> 8;
}

/* The names of the arguments by keyword, which the compiler made as many as there are. @return whether they are */
static bool keywords_of(const struct strobe_machine *m, struct strobe_instruction instruction,
                        struct strobe_arguments *arguments)
{
    PyObject *names = strobe_machine_constant(m, instruction.second);
    arguments->keyword_count = by_keyword(instruction.operand);
    if (!PyTuple_CheckExact(names) || PyTuple_GET_SIZE(names) != (Py_ssize_t)arguments->keyword_count) {
        return false;
    }
    arguments->keywords = ((PyTupleObject *)names)->ob_item;
    return true;
}

static int internal(struct strobe_machine *m)
{
    return strobe_evaluation_fail(m->evaluation, STROBE_FAULT_INTERNAL, "the arguments do not agree");
}

static const char *utf8(PyObject *name)
{
    const char *text = PyUnicode_AsUTF8(name); /* a constant of ours, whose UTF-8 the compiler has made */
    return text != NULL ? text : "?";
}

/* The name by which a callable was loaded, for messages: of the NAME instruction before its arguments. */
static int refuse_call(struct strobe_machine *m, struct strobe_value callable)
{
    PyObject *object = callable.kind == STROBE_VALUE_OBJECT ? callable.as.object : NULL;
    if (object != NULL && PyType_Check(object)) {
        return strobe_evaluation_fail(m->evaluation, STROBE_FAULT_UNSAFE,
                                      "'%.80s' is a class of the program; calling it would run its code",
                                      ((PyTypeObject *)object)->tp_name);
    }
    return strobe_evaluation_fail(m->evaluation, STROBE_FAULT_UNSAFE,
                                  "what is called is not the built-in function of that name but a '%.80s' of the "
                                  "program; calling it would run its code",
                                  strobe_value_type_name(callable));
}

static const struct strobe_function_entry *function_of(struct strobe_value callable)
{
    return callable.kind == STROBE_VALUE_OBJECT ? strobe_function_find(callable.as.object) : NULL;
}

int strobe_run_expect(struct strobe_machine *m, struct strobe_instruction instruction)
{
    m->top--;
    const struct strobe_function_entry *entry = function_of(m->top[0]);
    PyObject *name = strobe_machine_constant(m, instruction.operand);
    if (entry != NULL && PyUnicode_CheckExact(name) && PyUnicode_CompareWithASCIIString(name, entry->name) == 0) {
        return 0;
    }
    return refuse_call(m, m->top[0]);
}

int strobe_run_call(struct strobe_machine *m, struct strobe_instruction instruction)
{
    unsigned count = positional(instruction.operand) + by_keyword(instruction.operand);
    struct strobe_value *base = m->top - count - 1;
    struct strobe_arguments arguments = {.values = base + 1, .positional_count = positional(instruction.operand)};
    if (!keywords_of(m, instruction, &arguments)) {
        return internal(m);
    }
    const struct strobe_function_entry *entry = function_of(*base);
    if (entry == NULL) {
        return refuse_call(m, *base);
    }
    struct strobe_value result;
    int status = strobe_function_call(m->evaluation, entry, &arguments, 0, &result);
    if (status >= 0) {
        *base = result;
        m->top = base + 1;
    }
    return status;
}

/* ---- Methods ---- */

/* What an object of the program has by that name in itself or in its classes, when it is a function of the language:
 * `datetime.date(...)` of a module, `MyClass.limit(...)`. */
static const struct strobe_function_entry *stored_function(struct strobe_value receiver, PyObject *name)
{
    PyObject *found = NULL;
    if (receiver.kind != STROBE_VALUE_OBJECT ||
        strobe_attribute_get(receiver.as.object, name, &found) != STROBE_ATTRIBUTE_FOUND) {
        return NULL;
    }
    return strobe_function_find(found);
}

/* str.upper(s): the method of a built-in type, called with its receiver as the first argument. */
static const struct strobe_function_entry *unbound_method(struct strobe_value receiver,
                                                          const struct strobe_arguments *arguments, PyObject *name)
{
    if (receiver.kind != STROBE_VALUE_OBJECT || !PyType_Check(receiver.as.object) ||
        PyType_HasFeature((PyTypeObject *)receiver.as.object, Py_TPFLAGS_HEAPTYPE) || arguments->positional_count < 2 ||
        !PyType_IsSubtype(strobe_value_type(arguments->values[1]), (PyTypeObject *)receiver.as.object)) {
        return NULL;
    }
    return strobe_method_find(arguments->values[1], name);
}

/* Whether the object itself, not its classes, has something by that name, which comes before methods. */
static bool has_own(struct strobe_value receiver, PyObject *name)
{
    PyObject *found = NULL;
    return receiver.kind == STROBE_VALUE_OBJECT &&
           PyType_HasFeature(Py_TYPE(receiver.as.object), Py_TPFLAGS_HEAPTYPE) &&
           strobe_attribute_get(receiver.as.object, name, &found) == STROBE_ATTRIBUTE_FOUND;
}

static int refuse_method(struct strobe_machine *m, struct strobe_value receiver, PyObject *name)
{
    const char *type = strobe_value_type_name(receiver);
    PyObject *found = NULL;
    bool is_object = receiver.kind == STROBE_VALUE_OBJECT;
    if (!is_object || strobe_attribute_get(receiver.as.object, name, &found) == STROBE_ATTRIBUTE_ABSENT) {
        return strobe_evaluation_fail(m->evaluation, STROBE_FAULT_ATTRIBUTE, "'%.80s' object has no attribute '%.60s'",
                                      type, utf8(name));
    }
    PyTypeObject *base = Py_TYPE(receiver.as.object)->tp_base;
    if (base != NULL && base != &PyBaseObject_Type &&
        PyType_HasFeature(Py_TYPE(receiver.as.object), Py_TPFLAGS_HEAPTYPE) &&
        !PyType_HasFeature(base, Py_TPFLAGS_HEAPTYPE) && PyObject_TypeCheck(receiver.as.object, base)) {
        return strobe_evaluation_fail(m->evaluation, STROBE_FAULT_UNSAFE,
                                      "'%.60s.%.60s' overrides that of %.60s; calling it would run the program's code",
                                      type, utf8(name), base->tp_name);
    }
    if (!PyType_HasFeature(Py_TYPE(receiver.as.object), Py_TPFLAGS_HEAPTYPE)) {
        return strobe_evaluation_fail(m->evaluation, STROBE_FAULT_UNSAFE,
                                      "'%.60s.%.60s' is not one of the methods that only read", type, utf8(name));
    }
    return strobe_evaluation_fail(m->evaluation, STROBE_FAULT_UNSAFE,
                                  "calling '%.60s.%.60s' would run the program's code; read the field it uses", type,
                                  utf8(name));
}

int strobe_run_method(struct strobe_machine *m, struct strobe_instruction instruction)
{
    unsigned count = positional(instruction.operand) + by_keyword(instruction.operand);
    struct strobe_value *base = m->top - count - 1;
    PyObject *name = strobe_machine_constant(m, instruction.third);
    struct strobe_arguments arguments = {.values = base, .positional_count = positional(instruction.operand) + 1};
    if (!keywords_of(m, instruction, &arguments) || !PyUnicode_CheckExact(name)) {
        return internal(m);
    }
    unsigned receivers = 1;
    const struct strobe_function_entry *entry = has_own(*base, name) ? NULL : strobe_method_find(*base, name);
    if (entry == NULL && (entry = unbound_method(*base, &arguments, name)) != NULL) {
        arguments.values++;
        arguments.positional_count--;
    } else if (entry == NULL && (entry = stored_function(*base, name)) != NULL) {
        receivers = 0;
        arguments.values++;
        arguments.positional_count--;
    }
    if (entry == NULL) {
        return refuse_method(m, *base, name);
    }
    struct strobe_value result;
    int status = strobe_function_call(m->evaluation, entry, &arguments, receivers, &result);
    if (status >= 0) {
        *base = result;
        m->top = base + 1;
    }
    return status;
}
