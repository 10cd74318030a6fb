#include "agent/local.h"

#include <stdlib.h>

#include "agent/agent.h"
#include "agent/check.h"
#include "agent/probe_request.h"

/* Text as str; takes ownership of malloc'ed `text`, NULL raises MemoryError. */
static PyObject *take_text(char *text)
{
    PyObject *result = text != NULL ? PyUnicode_FromString(text) : PyErr_NoMemory();
    free(text);
    return result;
}

static struct strobe_agent *require_agent(PyObject *module)
{
    struct strobe_agent *agent = ((struct strobe_module_state *)PyModule_GetState(module))->agent;
    if (agent == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "the agent does not run; call stroboscope.start() first");
    }
    return agent;
}

/* What one call of local_apply() asks; orders borrow from the probes, requests from the orders or the caller's tuples.
 */
struct apply {
    size_t count;
    struct strobe_wire_probe *probes; /* those given as JSON; else zero */
    struct strobe_probe_order *orders;
    struct strobe_probe_request *requests;
};

/* A tuple (id, version, location, condition, hits, rate_per_s, expires_at_ms). */
static bool read_tuple(PyObject *item, struct strobe_probe_request *ret_request)
{
    long long version, hits, expires;
    if (!PyArg_ParseTuple(item, "sLszLdL", &ret_request->id, &version, &ret_request->location, &ret_request->condition,
                          &hits, &ret_request->rate_per_s, &expires)) {
        return false;
    }
    ret_request->version = version;
    ret_request->hits = hits;
    ret_request->expires_at_ms = expires;
    return true;
}

/* Read what the wire describes by `shape` from its JSON text. @return false: an exception of `kind` is set */
static bool load_json(PyObject *text, const struct strobe_wire_struct *shape, void *ret_body, PyObject *kind)
{
    struct strobe_error error = {0};
    Py_ssize_t size;
    json_t *json = NULL;
    const char *bytes = PyUnicode_AsUTF8AndSize(text, &size);
    if (bytes == NULL) {
        return false;
    }
    int status = strobe_wire_json_load(bytes, (size_t)size, &json, &error);
    status = status < 0 ? status : strobe_wire_struct_from_json(shape, json, ret_body, &error);
    json_decref(json);
    if (status < 0) {
        PyErr_SetString(kind, error.message);
    }
    return status == 0;
}

/* A probe of the wire as JSON text. */
static bool read_json(PyObject *item, struct strobe_wire_probe *ret_probe, struct strobe_probe_order *ret_order)
{
    if (!load_json(item, &strobe_wire_probe_struct, ret_probe, PyExc_ValueError)) {
        return false;
    }
    strobe_probe_order_fill(ret_probe, ret_order);
    return true;
}

static bool read_items(PyObject *items, struct apply *apply)
{
    size_t count = (size_t)PyTuple_GET_SIZE(items);
    if (count > STROBE_PROBES_MAX) {
        PyErr_Format(PyExc_ValueError, "at most %d probes", STROBE_PROBES_MAX);
        return false;
    }
    apply->count = count;
    apply->probes = calloc(count + 1, sizeof *apply->probes);
    apply->orders = calloc(count + 1, sizeof *apply->orders);
    apply->requests = calloc(count + 1, sizeof *apply->requests);
    if (apply->probes == NULL || apply->orders == NULL || apply->requests == NULL) {
        PyErr_NoMemory();
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        PyObject *item = PyTuple_GET_ITEM(items, (Py_ssize_t)i);
        if (PyTuple_Check(item) ? !read_tuple(item, &apply->requests[i])
                                : !read_json(item, &apply->probes[i], &apply->orders[i])) {
            return false;
        }
        if (!PyTuple_Check(item)) {
            apply->requests[i] = apply->orders[i].request;
        }
    }
    return true;
}

static void apply_done(struct apply *apply)
{
    for (size_t i = 0; apply->probes != NULL && i < apply->count; i++) {
        strobe_wire_struct_done(&strobe_wire_probe_struct, &apply->probes[i]);
    }
    free(apply->probes);
    free(apply->orders);
    free(apply->requests);
}

PyDoc_STRVAR(
    local_apply_doc,
    "local_apply(probes)\n--\n\n"
    "Make these the probes in force, armed when it returns. Each is a JSON text (probe of the wire), or, for\n"
    "plain snapshots, a tuple (id, version, location, condition or None, hits, rate_per_s, expires_at_ms or 0).\n"
    "For use without a hub. Raises ValueError for what cannot be understood.");

static PyObject *module_local_apply(PyObject *module, PyObject *probes)
{
    struct strobe_agent *agent = require_agent(module);
    PyObject *items = agent != NULL ? PySequence_Tuple(probes) : NULL;
    struct apply apply = {0};
    if (items == NULL) {
        return NULL;
    }
    if (read_items(items, &apply)) {
        strobe_agent_lock_control(agent);
        if (strobe_registry_apply(&agent->registry, apply.requests, apply.count) < 0) {
            PyErr_NoMemory();
        }
        strobe_agent_unlock_control(agent);
        strobe_worker_probe_ended(agent); /* has it look whether the engine needs upkeep from now on */
    }
    apply_done(&apply);
    Py_DECREF(items);
    if (PyErr_Occurred()) {
        return NULL;
    }
    Py_RETURN_NONE;
}

/* A structure of the wire as JSON text. */
static PyObject *as_json(const struct strobe_wire_struct *shape, const void *body)
{
    json_t *json = strobe_wire_struct_to_json(shape, body, NULL);
    char *text = json != NULL ? json_dumps(json, JSON_COMPACT) : NULL;
    json_decref(json);
    return take_text(text);
}

PyDoc_STRVAR(local_states_doc,
             "local_states()\n--\n\nThe state of each probe, as JSON texts (probe_state of the wire).");

static PyObject *module_local_states(PyObject *module, PyObject *ignored)
{
    (void)ignored;
    struct strobe_agent *agent = require_agent(module);
    size_t count = 0;
    struct strobe_wire_probe_state *states = agent != NULL ? strobe_board_states(&agent->board, &count) : NULL;
    PyObject *list = PyList_New(0);
    for (size_t i = 0; i < count; i++) {
        PyObject *text = list != NULL ? as_json(&strobe_wire_probe_state_struct, &states[i]) : NULL;
        if (text == NULL || PyList_Append(list, text) < 0) {
            Py_CLEAR(list);
        }
        Py_XDECREF(text);
        strobe_wire_struct_done(&strobe_wire_probe_state_struct, &states[i]);
    }
    free(states);
    if (PyErr_Occurred()) {
        Py_CLEAR(list);
    }
    return list;
}

PyDoc_STRVAR(local_drain_doc, "local_drain()\n--\n\n"
                              "Take the snapshots made since the last call, as JSON texts (snapshot of the wire).\n"
                              "Raises RuntimeError when a link takes them.");

static PyObject *module_local_drain(PyObject *module, PyObject *ignored)
{
    (void)ignored;
    struct strobe_agent *agent = require_agent(module);
    if (agent == NULL) {
        return NULL;
    }
    if (agent->link != NULL) {
        PyErr_SetString(PyExc_RuntimeError, "snapshots go to the hub; local_drain() is for local mode");
        return NULL;
    }
    PyObject *list = PyList_New(0);
    struct strobe_image *image;
    while (list != NULL && (image = strobe_image_queue_pop(agent->queue)) != NULL) {
        struct strobe_wire_snapshot snapshot;
        struct strobe_error error = {0};
        PyObject *text = NULL;
        if (strobe_report_encode(agent, image, &snapshot, &error) == 0) {
            text = as_json(&strobe_wire_snapshot_struct, &snapshot);
            strobe_wire_struct_done(&strobe_wire_snapshot_struct, &snapshot);
        } else {
            PyErr_SetString(PyExc_RuntimeError, error.message);
        }
        strobe_image_free(image);
        if (text == NULL || PyList_Append(list, text) < 0) {
            Py_CLEAR(list);
        }
        Py_XDECREF(text);
    }
    return list;
}

PyDoc_STRVAR(local_metrics_doc,
             "local_metrics()\n--\n\n"
             "What metric and timer probes measured so far, as JSON texts (metric_view of the wire).");

static PyObject *module_local_metrics(PyObject *module, PyObject *ignored)
{
    (void)ignored;
    struct strobe_agent *agent = require_agent(module);
    struct strobe_wire_metrics metrics = {0};
    PyObject *list = agent != NULL ? PyList_New(0) : NULL;
    if (list == NULL || !strobe_board_all_metrics(&agent->board, &metrics)) {
        return list;
    }
    for (size_t i = 0; list != NULL && i < metrics.metrics_count; i++) {
        PyObject *text = as_json(&strobe_wire_metric_view_struct, &metrics.metrics[i]);
        if (text == NULL || PyList_Append(list, text) < 0) {
            Py_CLEAR(list);
        }
        Py_XDECREF(text);
    }
    strobe_wire_struct_done(&strobe_wire_metrics_struct, &metrics);
    return list;
}

PyDoc_STRVAR(local_memory_doc,
             "local_memory(request)\n--\n\n"
             "What the worker does for a memory_request of the wire (JSON text): the answer as JSON.\n"
             "Raises RuntimeError with the reason when it is refused.");

static PyObject *module_local_memory(PyObject *module, PyObject *text)
{
    struct strobe_agent *agent = require_agent(module);
    struct strobe_wire_memory_request request;
    struct strobe_wire_memory answer;
    struct strobe_error error = {0};
    if (agent == NULL || !load_json(text, &strobe_wire_memory_request_struct, &request, PyExc_RuntimeError)) {
        return NULL;
    }
    strobe_agent_lock_control(agent);
    int status = strobe_memory_answer(&agent->memory, &request, &answer, &error);
    strobe_agent_unlock_control(agent);
    strobe_wire_struct_done(&strobe_wire_memory_request_struct, &request);
    if (status < 0) {
        PyErr_SetString(PyExc_RuntimeError, error.message);
        return NULL;
    }
    answer.request = 1;
    PyObject *result = as_json(&strobe_wire_memory_struct, &answer);
    strobe_wire_struct_done(&strobe_wire_memory_struct, &answer);
    return result;
}

PyDoc_STRVAR(local_threads_doc, "local_threads(request)\n--\n\n"
                                "A thread dump for a threads_request of the wire (JSON text), as JSON.\n"
                                "Raises RuntimeError with the reason when it is refused.");

static PyObject *module_local_threads(PyObject *module, PyObject *text)
{
    struct strobe_agent *agent = require_agent(module);
    struct strobe_wire_threads_request wanted;
    struct strobe_wire_threads message;
    struct strobe_error error = {0};
    if (agent == NULL || !load_json(text, &strobe_wire_threads_request_struct, &wanted, PyExc_RuntimeError)) {
        return NULL;
    }
    int status = strobe_dump_take(agent, &wanted, &message, &error);
    strobe_wire_struct_done(&strobe_wire_threads_request_struct, &wanted);
    if (status < 0) {
        PyErr_SetString(PyExc_RuntimeError, error.message);
        return NULL;
    }
    message.request = 1;
    PyObject *result = as_json(&strobe_wire_threads_struct, &message);
    strobe_wire_struct_done(&strobe_wire_threads_struct, &message);
    return result;
}

PyDoc_STRVAR(local_check_doc, "local_check(source, template=False, location=None)\n--\n\n"
                              "How an expression is understood at a location, as JSON text (checked of the wire).\n"
                              "Raises ValueError when the location is wrong.");

static PyObject *module_local_check(PyObject *module, PyObject *args, PyObject *keywords)
{
    static char *names[] = {"source", "template", "location", NULL};
    struct strobe_agent *agent = require_agent(module);
    struct strobe_wire_check_request asked = {0};
    struct strobe_wire_checked checked = {0};
    struct strobe_error error = {0};
    const char *source, *location = NULL;
    int is_template = 0;
    if (agent == NULL ||
        !PyArg_ParseTupleAndKeywords(args, keywords, "s|pz", names, &source, &is_template, &location)) {
        return NULL;
    }
    asked.expression = (char *)source;
    asked.kind = is_template ? (char *)"template" : NULL;
    asked.location = (char *)location;
    strobe_agent_lock_control(agent);
    int status = strobe_check(agent, &asked, &checked, &error);
    strobe_agent_unlock_control(agent);
    if (status < 0) {
        PyErr_SetString(PyExc_ValueError, error.message);
        return NULL;
    }
    PyObject *text = as_json(&strobe_wire_checked_struct, &checked);
    strobe_wire_struct_done(&strobe_wire_checked_struct, &checked);
    return text;
}

PyMethodDef strobe_local_functions[] = {
    {"local_memory", module_local_memory, METH_O, local_memory_doc},
    {"local_threads", module_local_threads, METH_O, local_threads_doc},
    {"local_apply", module_local_apply, METH_O, local_apply_doc},
    {"local_states", module_local_states, METH_NOARGS, local_states_doc},
    {"local_drain", module_local_drain, METH_NOARGS, local_drain_doc},
    {"local_metrics", module_local_metrics, METH_NOARGS, local_metrics_doc},
    {"local_check", (PyCFunction)(void (*)(void))module_local_check, METH_VARARGS | METH_KEYWORDS, local_check_doc},
    {NULL, NULL, 0, NULL},
};
