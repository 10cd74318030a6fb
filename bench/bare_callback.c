/* The least that a callback of sys.monitoring can do: LINE events of one line are let through, the others turned off.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

static PyObject *disable;
static long wanted;

/* callback(code, line) */
static PyObject *callback(PyObject *module, PyObject *const *args, Py_ssize_t count)
{
    (void)module;
    (void)count;
    if (PyLong_AsLong(args[1]) == wanted) {
        Py_RETURN_NONE;
    }
    return Py_NewRef(disable);
}

/* let_through(line, DISABLE) */
static PyObject *let_through(PyObject *module, PyObject *args)
{
    (void)module;
    if (!PyArg_ParseTuple(args, "lO", &wanted, &disable)) {
        return NULL;
    }
    Py_INCREF(disable);
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"callback", (PyCFunction)(void (*)(void))callback, METH_FASTCALL, "callback(code, line)"},
    {"let_through", let_through, METH_VARARGS, "let_through(line, DISABLE)"},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "bare_callback", NULL, -1, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit_bare_callback(void);

PyMODINIT_FUNC PyInit_bare_callback(void)
{
    return PyModule_Create(&definition);
}
