/*
 * _strobe_test_probes: the probe layer without an agent, so that tests see what a hit carries. One dispatch, one index
 * and one registry of its own; hits are noted in an array.
 */
#include <Python.h>
#include <stdlib.h>
#include <string.h>

#include "base/py/line_table.h"
#include "probes/py/registry.h"

enum { HITS_MAX = 1000 };

struct noted {
    char probe[STROBE_PROBE_ID_BYTES_MAX + 1];
    enum strobe_event event;
    int line;
    PyObject *return_value; /* strong */
    PyObject *exception;    /* strong */
    int64_t elapsed_ns;
};

static struct strobe_dispatch dispatch;
static struct strobe_code_index code_index;
static struct strobe_registry registry;
static struct noted hits[HITS_MAX];
static size_t hits_count;

static bool on_line(void *user, const struct strobe_hit *hit, const char *text, size_t size)
{
    (void)user;
    (void)hit;
    (void)text;
    (void)size;
    return true;
}

static bool on_hit(void *user, const struct strobe_hit *hit, const struct strobe_script *script, const int16_t *binding)
{
    (void)user;
    (void)script;
    (void)binding;
    if (hits_count == HITS_MAX) {
        return false;
    }

    struct noted *noted = &hits[hits_count++];
    snprintf(noted->probe, sizeof noted->probe, "%s", hit->probe->id);
    noted->event = hit->event;
    noted->line = hit->line;
    noted->return_value = Py_XNewRef(hit->return_value);
    noted->exception = Py_XNewRef(hit->exception);
    noted->elapsed_ns = hit->elapsed_ns;
    return true;
}

static void on_nothing(void *user)
{
    (void)user;
}

static const char *no_hash(void *user, const char *file)
{
    (void)user;
    (void)file;
    return "";
}

static bool no_secret(const char *name, size_t size)
{
    (void)name;
    (void)size;
    return false;
}

static void on_probes(void *user, struct strobe_probe *const *probes, size_t count)
{
    (void)user;
    (void)probes;
    (void)count;
}

static PyObject *start(PyObject *module, PyObject *ignored)
{
    (void)module;
    (void)ignored;
    struct strobe_registry_hooks hooks = {.is_secret = no_secret, .source_hash = no_hash, .on_probes = on_probes};
    struct strobe_error error = {0};
    if (strobe_code_index_start(&code_index, on_nothing, NULL) < 0) {
        PyErr_SetString(PyExc_RuntimeError, "no index");
        return NULL;
    }
    strobe_dispatch_init(&dispatch, on_hit, on_line, on_nothing, NULL);
    strobe_registry_init(&registry, &dispatch, &code_index, &hooks);
    dispatch.engine = strobe_engine_get();
    if (dispatch.engine->start(&dispatch, &error) < 0) {
        PyErr_SetString(PyExc_RuntimeError, error.message);
        return NULL;
    }
    strobe_fair_rate_init(&dispatch.process_rate, 1e9, 0);
    Py_RETURN_NONE;
}

static PyObject *stop(PyObject *module, PyObject *ignored)
{
    (void)module;
    (void)ignored;
    strobe_registry_done(&registry);
    dispatch.engine->stop(&dispatch);
    strobe_dispatch_done(&dispatch);
    strobe_code_index_stop(&code_index);
    Py_RETURN_NONE;
}

/* apply(locations, version): probes p0, p1, ... with many hits. */
static PyObject *apply(PyObject *module, PyObject *arguments)
{
    (void)module;
    PyObject *locations;
    int version;
    char ids[64][16];
    struct strobe_probe_request requests[64] = {0};
    if (!PyArg_ParseTuple(arguments, "O!i", &PyTuple_Type, &locations, &version)) {
        return NULL;
    }
    Py_ssize_t count = PyTuple_GET_SIZE(locations);
    for (Py_ssize_t i = 0; i < count && i < 64; i++) {
        snprintf(ids[i], sizeof ids[i], "p%zd", i);
        requests[i] = (struct strobe_probe_request){.id = ids[i],
                                                    .version = version,
                                                    .location = PyUnicode_AsUTF8(PyTuple_GET_ITEM(locations, i)),
                                                    .hits = 100000,
                                                    .rate_per_s = 1e9};
    }
    strobe_registry_apply(&registry, requests, (size_t)count);
    Py_RETURN_NONE;
}

/* take_hits() -> [(probe, event, line, return value or Ellipsis, exception or None, elapsed_ns)] */
static PyObject *take_hits(PyObject *module, PyObject *ignored)
{
    (void)module;
    (void)ignored;
    static const char *const events[] = {"line", "entry", "exit", "raise", "unhandled"};
    PyObject *list = PyList_New(0);
    for (size_t i = 0; i < hits_count; i++) {
        struct noted *noted = &hits[i];
        PyObject *item = Py_BuildValue("ssiNNL", noted->probe, events[noted->event], noted->line,
                                       noted->return_value != NULL ? noted->return_value : Py_NewRef(Py_Ellipsis),
                                       noted->exception != NULL ? noted->exception : Py_NewRef(Py_None),
                                       (long long)noted->elapsed_ns);
        PyList_Append(list, item);
        Py_XDECREF(item);
    }
    hits_count = 0;
    return list;
}

/* lines(code) -> [(start, end, line or None)], neighbours of one line joined: what co_lines() gives. */
static PyObject *lines(PyObject *module, PyObject *code)
{
    (void)module;
    struct strobe_line_table table;
    struct strobe_line_range range;
    struct strobe_line_range whole = {0, 0, -1};
    PyObject *list = PyList_New(0);
    strobe_line_table_open((PyCodeObject *)code, &table);
    bool more = true;
    while (more) {
        more = strobe_line_table_next(&table, &range);
        if (more && range.line == whole.line) {
            whole.end = range.end;
            continue;
        }
        if (whole.line >= 0) {
            PyObject *item = whole.line > 0 ? Py_BuildValue("iii", whole.start, whole.end, whole.line)
                                            : Py_BuildValue("iiO", whole.start, whole.end, Py_None);
            PyList_Append(list, item);
            Py_XDECREF(item);
        }
        whole = range;
    }
    return list;
}

static PyMethodDef methods[] = {
    {"start", start, METH_NOARGS, NULL},  {"stop", stop, METH_NOARGS, NULL},
    {"apply", apply, METH_VARARGS, NULL}, {"take_hits", take_hits, METH_NOARGS, NULL},
    {"lines", lines, METH_O, NULL},       {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT, .m_name = "_strobe_test_probes", .m_methods = methods};

PyMODINIT_FUNC PyInit__strobe_test_probes(void);

PyMODINIT_FUNC PyInit__strobe_test_probes(void)
{
    return PyModule_Create(&definition);
}
