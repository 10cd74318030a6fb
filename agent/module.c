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
#include "agent/explain.h"
#include "agent/local.h"
#include "agent/redaction.h"
#include "base/log.h"
#include "probes/expression/py/expression.h"
#include "snapshot/policy.h"

/* For CPython's pending calls, which carry no module: there is one agent in a process. */
static struct strobe_agent *the_agent;

static struct strobe_module_state *state_of(PyObject *module)
{
    return PyModule_GetState(module);
}

static PyObject *raise_error(const struct strobe_error *error)
{
    PyObject *type = error->code == STROBE_ESYNTAX ? PyExc_ValueError : PyExc_RuntimeError;
    PyErr_SetString(type, error->message);
    return NULL;
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
    struct strobe_module_state *state = state_of(module);
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
    struct strobe_module_state *state = state_of(module);
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

PyDoc_STRVAR(relay_thread_doc, "relay_thread(native_id)\n--\n\n"
                               "The thread that hands lines to the program's logging: its own lines go no further.");

static PyObject *module_relay_thread(PyObject *module, PyObject *native_id)
{
    struct strobe_agent *agent = state_of(module)->agent;
    unsigned long number = PyLong_AsUnsignedLong(native_id);
    if (PyErr_Occurred()) {
        return NULL;
    }
    if (agent != NULL) {
        atomic_store(&agent->relay_thread, number);
    }
    Py_RETURN_NONE;
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

PyDoc_STRVAR(explain_doc, "explain(source, template=False)\n--\n\n"
                          "What an expression (or a log template) reads, and what of it is refused and why.");

static PyObject *module_explain(PyObject *module, PyObject *args, PyObject *keywords)
{
    (void)module;
    static char *names[] = {"source", "template", NULL};
    const char *source;
    int is_template = 0;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "s|p", names, &source, &is_template)) {
        return NULL;
    }
    return strobe_explain(source, is_template != 0);
}

PyDoc_STRVAR(set_policy_doc,
             "set_policy(document)\n--\n\n"
             "Make this the redaction policy of the process: JSON text (redaction_policy of the wire),\n"
             "or None. Raises ValueError when it cannot be compiled; the one before stays then.");

PyDoc_STRVAR(redact_explain_doc,
             "redact_explain(hub, process, questions)\n--\n\n"
             "What these policies (JSON texts or None) say: a question is (name or None, types, text or None,\n"
             "neighbours), types and the keys beside the name on lines of their own; an answer is (rule, 'name' | 'type' | 'pattern' | 'unlisted', origin) or None.\n"
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
    {"relay_thread", module_relay_thread, METH_O, relay_thread_doc},
    {"redacted_name", module_redacted_name, METH_O, redacted_name_doc},
    {"explain", (PyCFunction)(void (*)(void))module_explain, METH_VARARGS | METH_KEYWORDS, explain_doc},
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
    if (PyModule_AddFunctions(module, strobe_local_functions) < 0) {
        return -1;
    }
    if (strobe_expressions_init() < 0) {
        PyErr_SetString(PyExc_ImportError, "Stroboscope cannot make what expressions need");
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
    .m_size = sizeof(struct strobe_module_state),
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit__agent(void);

PyMODINIT_FUNC PyInit__agent(void)
{
    return PyModuleDef_Init(&definition);
}
