#include "base/py/module.h"

#include "base/py/dict.h"

bool strobe_module_next(Py_ssize_t *position, struct strobe_module *ret_module)
{
    PyObject *modules = PyImport_GetModuleDict();
    PyObject *file_name = PyUnicode_InternFromString("__file__");
    PyObject *name, *module;
    bool found = false;
    while (!found && file_name != NULL && modules != NULL && PyDict_CheckExact(modules) &&
           PyDict_Next(modules, position, &name, &module)) {
        PyObject *globals = PyModule_Check(module) ? PyModule_GetDict(module) : NULL;
        PyObject *file = globals != NULL ? strobe_dict_get(globals, file_name) : NULL;
        found = file != NULL && PyUnicode_CheckExact(file) && PyUnicode_CheckExact(name);
        *ret_module = (struct strobe_module){name, file, globals};
    }
    PyErr_Clear();
    Py_XDECREF(file_name);
    return found;
}

PyObject *strobe_module_globals(const char *name)
{
    PyObject *modules = PyImport_GetModuleDict();
    PyObject *key = PyUnicode_FromString(name);
    PyObject *module =
        key != NULL && modules != NULL && PyDict_CheckExact(modules) ? strobe_dict_get(modules, key) : NULL;
    PyErr_Clear();
    Py_XDECREF(key);
    return module != NULL && PyModule_Check(module) ? PyModule_GetDict(module) : NULL;
}

PyObject *strobe_module_find(PyObject *module_name, PyObject *name)
{
    PyObject *modules = PyImport_GetModuleDict();
    PyObject *module = modules != NULL && PyDict_CheckExact(modules) ? strobe_dict_get(modules, module_name) : NULL;
    return module != NULL && PyModule_CheckExact(module) ? strobe_dict_get(PyModule_GetDict(module), name) : NULL;
}

PyObject *strobe_module_attribute(PyObject *globals, const char *name)
{
    PyObject *key = PyUnicode_FromString(name);
    PyObject *value = key != NULL ? strobe_dict_get(globals, key) : NULL;
    PyErr_Clear();
    Py_XDECREF(key);
    return value;
}
