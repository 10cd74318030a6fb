/* _strobe_test_tracer: whether the agent's trace function stands in the calling thread. 3.11 alone has one, and the
 * agent comes to a new thread, or back to one whose place another tool took, by and by: tests wait for that, not for a
 * time. */
#include <Python.h>

#include <dlfcn.h>
#include <stdbool.h>
#include <string.h>

static PyObject *stands_here(PyObject *module, PyObject *ignored)
{
    (void)module;
    (void)ignored;
#if PY_VERSION_HEX < 0x030C0000
    Py_tracefunc function = PyThreadState_Get()->c_tracefunc;
    void *address = NULL;
    Dl_info info = {0};
    memcpy(&address, &function, sizeof address);
    bool ours = address != NULL && dladdr(address, &info) != 0 && strstr(info.dli_fname, "stroboscope/_agent") != NULL;
    return PyBool_FromLong(ours);
#else
    Py_RETURN_TRUE; /* events of sys.monitoring are of the code, whichever thread runs it */
#endif
}

static PyMethodDef functions[] = {
    {"stands_here", stands_here, METH_NOARGS, "stands_here() -> whether a probed line of this thread is seen"},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_strobe_test_tracer",
    .m_methods = functions,
};

PyMODINIT_FUNC PyInit__strobe_test_tracer(void);

PyMODINIT_FUNC PyInit__strobe_test_tracer(void)
{
    return PyModule_Create(&definition);
}
