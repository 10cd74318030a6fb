/*
 * stroboscope._agent: the extension module. The functions are private to the package; python_shim/stroboscope/_start.py
 * calls them.
 */
#include <Python.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/agent.h"
#include "agent/redaction.h"
#include "base/log.h"
#include "snapshot/policy.h"

struct module_state {
    struct strobe_agent *agent; /* NULL: not started */
};

/* For CPython's pending calls, which carry no module: there is one agent in a process. */
static struct strobe_agent *the_agent;

static struct module_state *state_of(PyObject *module)
{
    return PyModule_GetState(module);
}

static PyObject *raise_error(const struct strobe_error *error)
{
    PyObject *type = error->code == STROBE_ESYNTAX ? PyExc_ValueError : PyExc_RuntimeError;
    PyErr_SetString(type, error->message);
    return NULL;
}

/* Text as str; takes ownership of malloc'ed `text`, NULL raises MemoryError. */
static PyObject *take_text(char *text)
{
    PyObject *result = text != NULL ? PyUnicode_FromString(text) : PyErr_NoMemory();
    free(text);
    return result;
}

/* ---- Life ---- */

PyDoc_STRVAR(start_doc, "start(dsn, service, command, python, log)\n--\n\n"
                        "Start the agent; does nothing when it runs. dsn None: local mode. log: a file, or None.\n"
                        "Raises ValueError for a DSN that cannot be understood, RuntimeError otherwise.");

static PyObject *module_start(PyObject *module, PyObject *arguments)
{
    struct strobe_agent_options options = {0};
    const char *log;
    if (!PyArg_ParseTuple(arguments, "zzssz", &options.dsn, &options.service, &options.command, &options.python,
                          &log)) {
        return NULL;
    }
    struct module_state *state = state_of(module);
    if (state->agent != NULL) {
        Py_RETURN_NONE;
    }
    if (log != NULL) {
        strobe_log_to(open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0600), STROBE_LOG_DEBUG);
    }
    struct strobe_error error = {0};
    if (strobe_agent_start(&options, &state->agent, &error) < 0) {
        return raise_error(&error);
    }
    the_agent = state->agent;
    Py_RETURN_NONE;
}

PyDoc_STRVAR(stop_doc, "stop()\n--\n\n"
                       "Disarm all probes, send what is left for at most 0.2 s and end the agent's threads.\n"
                       "Does nothing when it does not run.");

static PyObject *module_stop(PyObject *module, PyObject *ignored)
{
    (void)ignored;
    struct module_state *state = state_of(module);
    struct strobe_agent *agent = state->agent;
    state->agent = the_agent = NULL;
    if (agent != NULL) {
        strobe_agent_stop(agent);
    }
    Py_RETURN_NONE;
}

PyDoc_STRVAR(status_doc, "status()\n--\n\n"
                         "How the agent is, as a dict; None when it does not run.");

static PyObject *module_status(PyObject *module, PyObject *ignored)
{
    static const char *const states[] = {"connecting", "connected", "refused", "stopped"};
    (void)ignored;
    struct strobe_agent *agent = state_of(module)->agent;
    if (agent == NULL) {
        Py_RETURN_NONE;
    }
    struct strobe_link_counters counters = {0};
    const char *link = "local";
    if (agent->link != NULL) {
        counters = strobe_link_counters(agent->link);
        link = states[strobe_link_state(agent->link)];
    }
    return Py_BuildValue("{s:s, s:s, s:s, s:s, s:n, s:K, s:K, s:K, s:K}", "service", agent->identity.service,
                         "instance", agent->identity.instance, "link", link, "engine", agent->dispatch.engine->name,
                         "probes", (Py_ssize_t)agent->registry.count, "snapshots",
                         (unsigned long long)counters.snapshots_added, "acknowledged",
                         (unsigned long long)counters.snapshots_acknowledged, "dropped",
                         (unsigned long long)(counters.snapshots_dropped + atomic_load(&agent->dropped)), "callback_ns",
                         (unsigned long long)atomic_load(&agent->dispatch.callback_ns));
}

/* ---- Forks ---- */

PyDoc_STRVAR(before_fork_doc, "before_fork()\n--\n\nFor os.register_at_fork.");

static PyObject *module_before_fork(PyObject *module, PyObject *ignored)
{
    (void)ignored;
    if (state_of(module)->agent != NULL) {
        strobe_agent_before_fork(state_of(module)->agent);
    }
    Py_RETURN_NONE;
}

static int resume_after_fork(void *ignored)
{
    (void)ignored;
    if (the_agent != NULL) {
        strobe_agent_resume(the_agent);
    }
    return 0;
}

/* CPython warns of threads in the parent when os.fork() ends: before the hooks from 3.13.10 and 3.14.1 on, after them
 * before that (gh-137109). There our threads start again a moment later, from a pending call. */
static bool warns_after_hooks(void)
{
    unsigned long version = Py_Version;
    return (version >= 0x030C0000 && version < 0x030D0A00) || (version >= 0x030E0000 && version < 0x030E0100);
}

PyDoc_STRVAR(after_fork_in_parent_doc, "after_fork_in_parent()\n--\n\nFor os.register_at_fork.");

static PyObject *module_after_fork_in_parent(PyObject *module, PyObject *ignored)
{
    (void)ignored;
    if (state_of(module)->agent == NULL) {
        Py_RETURN_NONE;
    }
    strobe_agent_after_fork_parent(state_of(module)->agent);
    if (!warns_after_hooks() || Py_AddPendingCall(resume_after_fork, NULL) < 0) {
        resume_after_fork(NULL);
    }
    Py_RETURN_NONE;
}

PyDoc_STRVAR(after_fork_in_child_doc, "after_fork_in_child()\n--\n\nFor os.register_at_fork.");

static PyObject *module_after_fork_in_child(PyObject *module, PyObject *ignored)
{
    (void)ignored;
    if (state_of(module)->agent != NULL) {
        strobe_agent_after_fork_child(state_of(module)->agent);
    }
    Py_RETURN_NONE;
}

/* ---- Local mode ---- */

static struct strobe_agent *require_agent(PyObject *module)
{
    struct strobe_agent *agent = state_of(module)->agent;
    if (agent == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "the agent does not run; call stroboscope.start() first");
    }
    return agent;
}

/* One (id, version, location, condition, hits, rate_per_s, expires_at_ms); strings borrowed from the tuple. */
static bool read_request(PyObject *item, struct strobe_probe_request *ret_request)
{
    long long version, hits, expires;
    if (!PyTuple_Check(item)) {
        PyErr_SetString(PyExc_TypeError, "a probe is a tuple");
        return false;
    }
    if (!PyArg_ParseTuple(item, "sLszLdL", &ret_request->id, &version, &ret_request->location, &ret_request->condition,
                          &hits, &ret_request->rate_per_s, &expires)) {
        return false;
    }
    ret_request->version = version;
    ret_request->hits = hits;
    ret_request->expires_at_ms = expires;
    return true;
}

PyDoc_STRVAR(local_apply_doc,
             "local_apply(probes)\n--\n\n"
             "Make these the probes in force, armed when it returns. Each is a tuple (id, version, location,\n"
             "condition or None, hits, rate_per_s, expires_at_ms or 0). For use without a hub.");

static PyObject *module_local_apply(PyObject *module, PyObject *probes)
{
    struct strobe_agent *agent = require_agent(module);
    PyObject *items = agent != NULL ? PySequence_Tuple(probes) : NULL;
    if (items == NULL) {
        return NULL;
    }
    Py_ssize_t count = PyTuple_GET_SIZE(items);
    struct strobe_probe_request *requests = calloc((size_t)count + 1, sizeof *requests);
    bool read = requests != NULL && count <= STROBE_PROBES_MAX;
    if (!read) {
        PyErr_Format(PyExc_ValueError, "at most %d probes", STROBE_PROBES_MAX);
    }
    for (Py_ssize_t i = 0; read && i < count; i++) {
        read = read_request(PyTuple_GET_ITEM(items, i), &requests[i]);
    }
    if (read) {
        strobe_agent_lock_control(agent);
        if (strobe_registry_apply(&agent->registry, requests, (size_t)count) < 0) {
            PyErr_NoMemory();
        }
        strobe_agent_unlock_control(agent);
        strobe_worker_probe_ended(agent); /* has it look whether the engine needs upkeep from now on */
    }
    free(requests);
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

PyDoc_STRVAR(redacted_name_doc, "redacted_name(name)\n--\n\n"
                                "The rule that makes `name` a secret's name by the policy in force, or None.");

static PyObject *module_redacted_name(PyObject *module, PyObject *name)
{
    (void)module;
    Py_ssize_t size;
    const char *text = PyUnicode_AsUTF8AndSize(name, &size);
    if (text == NULL) {
        return NULL;
    }
    struct strobe_policy *policy = strobe_policy_current();
    const char *rule = strobe_policy_name(policy, text, (size_t)size);
    PyObject *word = rule != NULL ? PyUnicode_FromString(strobe_rule_text(rule)) : Py_NewRef(Py_None);
    strobe_policy_unref(policy);
    return word;
}

PyDoc_STRVAR(set_policy_doc,
             "set_policy(document)\n--\n\n"
             "Make this the redaction policy of the process: JSON text (redaction_policy of the wire),\n"
             "or None. Raises ValueError when it cannot be compiled; the one before stays then.");

PyDoc_STRVAR(redact_explain_doc,
             "redact_explain(hub, process, questions)\n--\n\n"
             "What these policies (JSON texts or None) say: a question is (name or None, types, text or None), types\n"
             "on lines of their own; an answer is (rule, 'name' | 'type' | 'pattern' | 'unlisted', origin) or None.\n"
             "Raises ValueError when a policy cannot be compiled.");

PyDoc_STRVAR(redact_patterns_doc, "redact_patterns()\n--\n\nThe names of the built-in patterns, sorted.");

/* ---- The module ---- */

static PyMethodDef methods[] = {
    {"start", module_start, METH_VARARGS, start_doc},
    {"stop", module_stop, METH_NOARGS, stop_doc},
    {"status", module_status, METH_NOARGS, status_doc},
    {"before_fork", module_before_fork, METH_NOARGS, before_fork_doc},
    {"after_fork_in_parent", module_after_fork_in_parent, METH_NOARGS, after_fork_in_parent_doc},
    {"after_fork_in_child", module_after_fork_in_child, METH_NOARGS, after_fork_in_child_doc},
    {"local_apply", module_local_apply, METH_O, local_apply_doc},
    {"local_states", module_local_states, METH_NOARGS, local_states_doc},
    {"local_drain", module_local_drain, METH_NOARGS, local_drain_doc},
    {"redacted_name", module_redacted_name, METH_O, redacted_name_doc},
    {"set_policy", strobe_redaction_set_policy, METH_O, set_policy_doc},
    {"redact_explain", strobe_redaction_explain, METH_VARARGS, redact_explain_doc},
    {"redact_patterns", strobe_redaction_patterns, METH_NOARGS, redact_patterns_doc},
    {NULL, NULL, 0, NULL},
};

static int module_exec(PyObject *module)
{
#ifdef Py_GIL_DISABLED
    PyErr_SetString(PyExc_ImportError, "Stroboscope does not support free-threaded builds of Python yet");
    return -1;
#endif
    if (PyInterpreterState_Get() != PyInterpreterState_Main()) {
        PyErr_SetString(PyExc_ImportError, "Stroboscope runs in the main interpreter only");
        return -1;
    }
    return PyModule_AddStringConstant(module, "__version__", STROBE_VERSION);
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, module_exec},
#if PY_VERSION_HEX >= 0x030C0000
    {Py_mod_multiple_interpreters, Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED},
#endif
    {0, NULL},
};

static struct PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "stroboscope._agent",
    .m_doc = "The agent of Stroboscope; private to the package.",
    .m_size = sizeof(struct module_state),
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit__agent(void);

PyMODINIT_FUNC PyInit__agent(void)
{
    return PyModuleDef_Init(&definition);
}
