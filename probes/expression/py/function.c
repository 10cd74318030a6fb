#include "probes/expression/py/function.h"

#include <string.h>

#include "base/pointer_map.h"
#include "base/py/dict.h"
#include "probes/expression/py/items.h"
#include "probes/expression/py/number.h"
#include "probes/expression/py/standard.h"
#include "probes/expression/py/text.h"

/* ---- Arguments ---- */

const struct strobe_value *strobe_arguments_keyword(const struct strobe_arguments *arguments, const char *name)
{
    for (unsigned i = 0; i < arguments->keyword_count; i++) {
        if (PyUnicode_CompareWithASCIIString(arguments->keywords[i], name) == 0) {
            return &arguments->values[arguments->positional_count + i];
        }
    }
    return NULL;
}

const struct strobe_value *strobe_arguments_get(const struct strobe_arguments *arguments, unsigned index,
                                                const char *name)
{
    return index < arguments->positional_count ? &arguments->values[index] : strobe_arguments_keyword(arguments, name);
}

/* Whether `keyword` is one of the words in `names`. */
static bool keyword_is_known(PyObject *keyword, const char *names)
{
    enum { WORD_MAX = 32 };
    char word[WORD_MAX];
    if (names != NULL && strcmp(names, "*") == 0) {
        return true;
    }
    while (names != NULL && *names != '\0') {
        size_t size = strcspn(names, " ");
        if (size < WORD_MAX) {
            memcpy(word, names, size);
            word[size] = '\0';
            if (PyUnicode_CompareWithASCIIString(keyword, word) == 0) {
                return true;
            }
        }
        names += size + (names[size] == ' ');
    }
    return false;
}

/* "len" of "len", "floor" of "math.floor". */
static const char *last_name(const char *name)
{
    const char *point = strrchr(name, '.');
    return point != NULL ? point + 1 : name;
}

static int check_keywords(struct strobe_evaluation *evaluation, const struct strobe_function_entry *entry,
                          const struct strobe_arguments *arguments)
{
    for (unsigned i = 0; i < arguments->keyword_count; i++) {
        if (!keyword_is_known(arguments->keywords[i], entry->keywords)) {
            const char *name = PyUnicode_AsUTF8(arguments->keywords[i]); /* a constant: its UTF-8 is there */
            return strobe_evaluation_fail(
                evaluation, STROBE_FAULT_TYPE, "%s() takes no keyword argument '%s'%s", last_name(entry->name),
                name != NULL ? name : "?",
                name != NULL && strcmp(name, "key") == 0 ? ": it would run code; write a comprehension" : "");
        }
    }
    return 0;
}

int strobe_function_call(struct strobe_evaluation *evaluation, const struct strobe_function_entry *entry,
                         const struct strobe_arguments *arguments, unsigned receivers, struct strobe_value *ret_value)
{
    int status = check_keywords(evaluation, entry, arguments);
    if (status < 0) {
        return status;
    }
    unsigned given = arguments->positional_count - receivers;
    bool too_few = given + arguments->keyword_count < entry->least;
    if (given > STROBE_ARGUMENTS_MAX) {
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_LIMIT, "%s() takes at most %d arguments here",
                                      last_name(entry->name), STROBE_ARGUMENTS_MAX);
    }
    if (too_few || (given > entry->most && entry->most != STROBE_ARGUMENTS_MAX)) {
        unsigned bound = too_few ? entry->least : entry->most;
        return strobe_evaluation_fail(evaluation, STROBE_FAULT_TYPE, "%s() takes %s %u argument%s (%u given)",
                                      last_name(entry->name),
                                      entry->least == entry->most ? "exactly" : (too_few ? "at least" : "at most"),
                                      bound, bound == 1 ? "" : "s", given);
    }
    return entry->call(evaluation, arguments, ret_value);
}

/* ---- Functions ---- */

static struct strobe_pointer_map genuine; /* builtins by identity; written once, under the GIL */

static int learn(PyObject *builtins, const struct strobe_function_entry *entry)
{
    PyObject *callable = PyDict_GetItemString(builtins, entry->name);
    bool is_function = callable != NULL && PyCFunction_CheckExact(callable);
    bool is_type =
        callable != NULL && PyType_Check(callable) && !PyType_HasFeature((PyTypeObject *)callable, Py_TPFLAGS_HEAPTYPE);
    if (!is_function && !is_type) { /* the program has put its own there */
        return 0;
    }
    return strobe_pointer_map_set(&genuine, callable, (void *)entry); // NOLINT: the map has no const values
}

int strobe_functions_init(void)
{
    PyObject *module = PyImport_ImportModule("builtins");
    if (module == NULL) {
        return STROBE_ENOMEM;
    }
    PyObject *builtins = PyModule_GetDict(module);
    int status = 0;
    strobe_pointer_map_done(&genuine);
    strobe_pointer_map_init(&genuine);
    for (const struct strobe_function_entry *entry = strobe_builtin_functions; entry->name != NULL && status == 0;
         entry++) {
        status = learn(builtins, entry);
    }
    Py_DECREF(module); /* the interpreter keeps it */
    return status < 0 ? status : strobe_items_init();
}

void strobe_functions_done(void)
{
    strobe_items_done();
    strobe_pointer_map_done(&genuine);
}

static const struct strobe_function_entry *find_in(const struct strobe_function_entry *table, const char *name)
{
    for (; table->name != NULL; table++) {
        if (strcmp(table->name, name) == 0) {
            return table;
        }
    }
    return NULL;
}

/* Functions of C modules say where they are from; only C code can make one that says "math". */
static const struct strobe_function_entry *find_in_math(PyObject *callable)
{
    static const char *const modules[] = {"math", "math.integer", "_math_integer"}; /* the last two: gcd in 3.15 */
    const PyCFunctionObject *function = (const PyCFunctionObject *)callable;
    if (!PyCFunction_CheckExact(callable) || function->m_module == NULL || !PyUnicode_CheckExact(function->m_module)) {
        return NULL;
    }
    for (size_t i = 0; i < sizeof modules / sizeof *modules; i++) {
        if (PyUnicode_CompareWithASCIIString(function->m_module, modules[i]) == 0) {
            return find_in(strobe_math_functions, function->m_ml->ml_name);
        }
    }
    return NULL;
}

const struct strobe_function_entry *strobe_function_find(PyObject *callable)
{
    const struct strobe_function_entry *entry = strobe_pointer_map_get(&genuine, callable);
    if (entry != NULL) {
        return entry;
    }
    return PyType_Check(callable) ? strobe_standard_constructor((PyTypeObject *)callable) : find_in_math(callable);
}

bool strobe_function_exists(const char *name)
{
    return find_in(strobe_builtin_functions, name) != NULL || find_in(strobe_math_functions, name) != NULL ||
           strobe_standard_constructor_exists(name);
}

/* ---- Methods ---- */

/* The first of the built-in types that `type` is or derives from, and its methods. */
static const struct strobe_function_entry *methods_of_type(PyTypeObject *type, PyTypeObject **ret_base)
{
    static const struct {
        PyTypeObject *type;
        const struct strobe_function_entry *methods;
    } families[] = {
        {&PyUnicode_Type, strobe_text_methods},  {&PyLong_Type, strobe_number_methods},
        {&PyFloat_Type, strobe_number_methods},  {&PyDict_Type, strobe_dict_methods},
        {&PyList_Type, strobe_list_methods},     {&PyTuple_Type, strobe_list_methods},
        {&PyBytes_Type, strobe_bytes_methods},   {&PyByteArray_Type, strobe_bytes_methods},
        {&PySet_Type, strobe_set_methods},       {&PyFrozenSet_Type, strobe_set_methods},
        {&PyRange_Type, strobe_list_methods},    {&PyDictProxy_Type, strobe_dict_methods},
        {&PyDictKeys_Type, strobe_view_methods}, {&PyDictItems_Type, strobe_view_methods},
    };
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        if (type == families[i].type || PyType_IsSubtype(type, families[i].type)) {
            *ret_base = families[i].type;
            return families[i].methods;
        }
    }
    if (strobe_deque_type() != NULL && PyType_IsSubtype(type, strobe_deque_type())) {
        *ret_base = strobe_deque_type();
        return strobe_list_methods;
    }
    return NULL;
}

/* Whether a class statement below `base` has something of its own by that name. */
static bool is_overridden(const PyTypeObject *type, const PyTypeObject *base, PyObject *name)
{
    PyObject *mro = type->tp_mro;
    for (Py_ssize_t i = 0; mro != NULL && i < PyTuple_GET_SIZE(mro); i++) {
        PyTypeObject *class = (PyTypeObject *)PyTuple_GET_ITEM(mro, i);
        if (class == base || !PyType_HasFeature(class, Py_TPFLAGS_HEAPTYPE)) {
            return false;
        }
        if (class->tp_dict != NULL && strobe_dict_get(class->tp_dict, name) != NULL) {
            return true;
        }
    }
    return false;
}

static const struct strobe_function_entry *find_by_object(const struct strobe_function_entry *table, PyObject *name)
{
    for (; table->name != NULL; table++) {
        if (PyUnicode_CompareWithASCIIString(name, table->name) == 0) {
            return table;
        }
    }
    return NULL;
}

const struct strobe_function_entry *strobe_method_find(struct strobe_value receiver, PyObject *name)
{
    PyTypeObject *base = NULL;
    if (strobe_value_is(receiver, (PyObject *)&PyLong_Type)) {
        return find_by_object(strobe_int_class_methods, name);
    }
    if (strobe_value_is(receiver, (PyObject *)&PyDict_Type)) {
        return find_by_object(strobe_dict_class_methods, name);
    }
    const struct strobe_function_entry *methods = methods_of_type(strobe_value_type(receiver), &base);
    if (methods == NULL) {
        return strobe_standard_method(receiver, name);
    }
    PyTypeObject *type = strobe_value_type(receiver);
    if (type != base && is_overridden(type, base, name)) {
        return NULL;
    }
    return find_by_object(methods, name);
}

bool strobe_method_exists(const char *name)
{
    static const struct strobe_function_entry *const tables[] = {
        strobe_text_methods, strobe_bytes_methods,     strobe_number_methods,
        strobe_list_methods, strobe_set_methods,       strobe_dict_methods,
        strobe_view_methods, strobe_int_class_methods, strobe_dict_class_methods,
    };
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        if (find_in(tables[i], name) != NULL) {
            return true;
        }
    }
    return strobe_standard_method_exists(name);
}

/* ---- A callable by itself, as key= ---- */

/* The method behind str.lower, list.count ...: a descriptor that only C code makes. */
static const struct strobe_function_entry *find_descriptor(PyObject *callable, struct strobe_value receiver)
{
    PyTypeObject *base = NULL;
    if (!Py_IS_TYPE(callable, &PyMethodDescr_Type)) {
        return NULL;
    }
    const PyDescrObject *descriptor = (const PyDescrObject *)callable;
    const struct strobe_function_entry *methods = methods_of_type(descriptor->d_type, &base);
    if (methods == NULL || base != descriptor->d_type ||
        !PyType_IsSubtype(strobe_value_type(receiver), descriptor->d_type)) {
        return NULL;
    }
    return find_by_object(methods, descriptor->d_name);
}

int strobe_function_apply(struct strobe_evaluation *evaluation, struct strobe_value callable,
                          const struct strobe_value *values, unsigned count, struct strobe_value *ret_value)
{
    struct strobe_arguments arguments = {values, count, 0, NULL};
    PyObject *object = callable.kind == STROBE_VALUE_OBJECT ? callable.as.object : Py_None;
    const struct strobe_function_entry *entry = strobe_function_find(object);
    if (entry != NULL) {
        return strobe_function_call(evaluation, entry, &arguments, 0, ret_value);
    }
    entry = count > 0 ? find_descriptor(object, values[0]) : NULL;
    if (entry != NULL) {
        return strobe_function_call(evaluation, entry, &arguments, 1, ret_value);
    }
    return strobe_evaluation_fail(evaluation, STROBE_FAULT_UNSAFE,
                                  "calling a '%s' would run code; write a comprehension: "
                                  "sorted((x.size, x.name) for x in xs)",
                                  strobe_value_type_name(callable));
}
