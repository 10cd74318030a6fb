/* _strobe_test_stand_in: what greenlet keeps in memory, right or wrong as a test wants it. Its objects are never freed.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdint.h>

enum { WORDS = 40, SELF = 1, MAIN = 30, STATE = 31 };

struct stand_in {
    PyObject ob_base;
    PyObject *weakreflist, *dict;
    uintptr_t *inner;
};

/* As in greenlet's module: something else, and the pointer to what the thread has. */
static _Thread_local struct {
    uintptr_t other;
    uintptr_t state;
} variables = {1, 1};

static PyTypeObject type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "_strobe_test_stand_in.greenlet",
    .tp_basicsize = sizeof(struct stand_in),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = PyType_GenericNew,
};

/* point(address): the thread's greenlets stand there */
static PyObject *point(PyObject *module, PyObject *args)
{
    (void)module;
    unsigned long long address;
    if (!PyArg_ParseTuple(args, "K", &address)) {
        return NULL;
    }
    variables.state = (uintptr_t)address;
    Py_RETURN_NONE;
}

static void fill(struct stand_in *object, const struct stand_in *main_one, uintptr_t state)
{
    object->inner = calloc(WORDS, sizeof *object->inner);
    if (object->inner != NULL) {
        object->inner[SELF] = (uintptr_t)object;
        object->inner[MAIN] = (uintptr_t)main_one;
        object->inner[STATE] = state;
    }
}

/* arrange(main, current, fault): two objects of this type as a thread's greenlets; @return their address */
static PyObject *arrange(PyObject *module, PyObject *args)
{
    (void)module;
    struct stand_in *main_one, *current;
    const char *fault;
    struct stand_in **pair = calloc(2, sizeof(struct stand_in *));
    if (pair == NULL || !PyArg_ParseTuple(args, "O!O!s", &type, &main_one, &type, &current, &fault)) {
        return NULL;
    }
    pair[0] = (struct stand_in *)Py_NewRef(main_one);
    pair[1] = (struct stand_in *)Py_NewRef(current);
    fill(current, main_one, 0);
    fill(main_one, main_one, (uintptr_t)pair);
    if (strcmp(fault, "does not lead back") == 0) {
        main_one->inner[STATE] = 0;
    } else if (strcmp(fault, "does not know itself") == 0) {
        current->inner[SELF] = 0;
    } else if (strcmp(fault, "has another main one") == 0) {
        current->inner[MAIN] = (uintptr_t)pair;
    } else if (strcmp(fault, "is not there") == 0) {
        pair[1] = (struct stand_in *)(uintptr_t)sizeof(void *);
    } else if (strcmp(fault, "is of another class") == 0) {
        pair[0] = (struct stand_in *)Py_None;
    } else if (strcmp(fault, "has nothing in it") == 0) {
        main_one->inner = NULL;
    }
    variables.state = (uintptr_t)pair;
    return PyLong_FromUnsignedLongLong((uintptr_t)pair);
}

static PyMethodDef methods[] = {
    {"point", point, METH_VARARGS, "point(address): where this thread's greenlets stand"},
    {"arrange", arrange, METH_VARARGS, "arrange(main, current, fault) -> address: make them this thread's"},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "_strobe_test_stand_in", "A stand-in for greenlet.", -1, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__strobe_test_stand_in(void);

PyMODINIT_FUNC PyInit__strobe_test_stand_in(void)
{
    if (PyType_Ready(&type) < 0) {
        return NULL;
    }
    PyObject *module = PyModule_Create(&definition);
    if (module != NULL && PyModule_AddObjectRef(module, "greenlet", (PyObject *)&type) < 0) {
        Py_CLEAR(module);
    }
    return module;
}
