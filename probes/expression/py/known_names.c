#include "probes/expression/py/known_names.h"

#include <stdio.h>
#include <string.h>

#include "base/py/dict.h"
#include "base/py/module.h"
#include "probes/expression/py/function.h"

/* Globals of the module whose __file__ is the code's file; borrowed, NULL when there is none. */
static PyObject *module_globals(PyCodeObject *code)
{
    struct strobe_module module;
    for (Py_ssize_t position = 0; strobe_module_next(&position, &module);) {
        if (strobe_str_equal(module.file, code->co_filename)) {
            return module.globals;
        }
    }
    return NULL;
}

/* The variables of the function as text: "basket, customer, total". */
static void list_variables(PyCodeObject *code, char *ret_text, size_t size)
{
    size_t used = 0;
    ret_text[0] = '\0';
    for (int i = 0; i < strobe_code_slots(code); i++) {
        const char *name = PyUnicode_AsUTF8(strobe_code_slot_name(code, i, NULL));
        if (name == NULL || name[0] == '.') { /* .0 of a comprehension */
            PyErr_Clear();
            continue;
        }
        int wrote = snprintf(ret_text + used, size - used, "%s%s", used > 0 ? ", " : "", name);
        if (wrote < 0 || (size_t)wrote >= size - used - sizeof ", ...") {
            snprintf(ret_text + used, size - used, "%s...", used > 0 ? ", " : "");
            return;
        }
        used += (size_t)wrote;
    }
}

/* A name that is called must be the built-in function, unless it is a variable: those are seen at each hit. */
static int check_callable(PyObject *name, PyObject *value, PyCodeObject *code, struct strobe_error *error)
{
    if (strobe_function_find(value) != NULL) {
        return 0;
    }
    return strobe_error_set(error, STROBE_ENOTFOUND,
                            "'%.60s' in %.60s is the program's own; calling it would run the program's code",
                            PyUnicode_AsUTF8(name), PyUnicode_AsUTF8(code->co_qualname));
}

int strobe_known_names_check(const struct strobe_expression *expression, PyCodeObject *code, struct strobe_error *error)
{
    int16_t binding[STROBE_PROGRAM_CONSTANTS_MAX];
    PyObject *globals = (code->co_flags & CO_OPTIMIZED) != 0 ? module_globals(code) : NULL;
    PyObject *builtins = PyEval_GetBuiltins();
    if (globals == NULL || builtins == NULL || !PyDict_CheckExact(builtins)) {
        return 0;
    }
    strobe_expression_bind(expression, code, binding);
    for (int i = 0; i < expression->program.names_count; i++) {
        PyObject *name = PyTuple_GET_ITEM(expression->names, i);
        PyObject *value = strobe_dict_get(globals, name);
        value = value != NULL ? value : strobe_dict_get(builtins, name);
        if (binding[i] != STROBE_NOT_A_SLOT) {
            continue;
        }
        if (value != NULL) {
            int status = expression->called[i] ? check_callable(name, value, code, error) : 0;
            if (status < 0) {
                return status;
            }
            continue;
        }
        char variables[STROBE_ERROR_MESSAGE_BYTES / 2];
        list_variables(code, variables, sizeof variables);
        return strobe_error_set(error, STROBE_ENOTFOUND, "'%.60s' is not defined in %.60s; its variables are: %s",
                                PyUnicode_AsUTF8(name), PyUnicode_AsUTF8(code->co_qualname), variables);
    }
    return 0;
}
