#define PY_SSIZE_T_CLEAN
#include "agent/redaction.h"

#include <pthread.h>
#include <string.h>

#include "agent/agent.h"
#include "agent/local.h"
#include "base/log.h"
#include "snapshot/environment.h"
#include "snapshot/pattern.h"
#include "strobe/limits.h"

enum { TYPES_MAX = 32 /* a type and its bases in one question */ };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static json_t *documents[STROBE_POLICY_SOURCES]; /* behind `lock`; NULL: none */

int strobe_redaction_put(enum strobe_policy_source source, json_t *document, struct strobe_error *error)
{
    json_t *wanted[STROBE_POLICY_SOURCES];
    struct strobe_policy *policy = NULL;
    pthread_mutex_lock(&lock);
    memcpy(wanted, documents, sizeof wanted);
    wanted[source] = document;
    int status = strobe_policy_new(wanted[STROBE_POLICY_HUB], wanted[STROBE_POLICY_PROCESS], &policy, error);
    if (status == 0) {
        json_decref(documents[source]);
        documents[source] = document;
        strobe_policy_set(policy);
    } else {
        json_decref(document);
    }
    pthread_mutex_unlock(&lock);
    return status;
}

void strobe_redaction_take(const struct strobe_wire_redaction *redaction)
{
    struct strobe_error error = {0};
    json_t *document = NULL;
    int status = 0;
    if (redaction->is_set) {
        document = strobe_wire_struct_to_json(&strobe_wire_redaction_policy_struct, &redaction->policy, &error);
        status = document != NULL ? 0 : STROBE_ENOMEM;
    }
    status = status == 0 ? strobe_redaction_put(STROBE_POLICY_HUB, document, &error) : status;
    if (status < 0) {
        strobe_log(STROBE_LOG_ERROR, "the hub's redaction policy %lld is refused, the one before stays: %s",
                   (long long)redaction->version, error.message);
    } else {
        strobe_log(STROBE_LOG_INFO, "the hub's redaction policy is %s (version %lld)",
                   redaction->is_set ? "in force" : "none", (long long)redaction->version);
    }
}

bool strobe_redaction_hides(const char *text, size_t size, bool is_cut, char ret_rule[STROBE_REDACTION_RULE_BYTES])
{
    struct strobe_policy *policy = strobe_policy_current();
    const char *rule = strobe_pattern_find(policy, text, size, is_cut);
    if (rule == NULL && strobe_policy_has_patterns(policy)) {
        rule = strobe_policy_match(policy, text, size);
    }
    if (rule != NULL) {
        snprintf(ret_rule, STROBE_REDACTION_RULE_BYTES, "%s", strobe_rule_text(rule));
    }
    strobe_policy_unref(policy);
    return rule != NULL;
}

void strobe_redaction_forget_hub(void)
{
    strobe_redaction_put(STROBE_POLICY_HUB, NULL, NULL);
}

void strobe_redaction_after_fork(void)
{
    pthread_mutex_init(&lock, NULL);
}

/* ---- For Python ---- */

static PyObject *raise_error(const struct strobe_error *error)
{
    PyErr_SetString(error->code == STROBE_ENOMEM ? PyExc_MemoryError : PyExc_ValueError, error->message);
    return NULL;
}

/* JSON text as a document; NULL text: none. @return whether it could be read; else an exception is set */
static bool read_document(const char *text, json_t **ret_document)
{
    json_error_t error;
    *ret_document = NULL;
    if (text == NULL) {
        return true;
    }
    *ret_document = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    if (*ret_document == NULL) {
        PyErr_Format(PyExc_ValueError, "the policy is no JSON: %s", error.text);
    }
    return *ret_document != NULL;
}

PyObject *strobe_redaction_set_policy(PyObject *module, PyObject *text)
{
    json_t *document;
    struct strobe_error error = {0};
    const char *utf8 = text != Py_None ? PyUnicode_AsUTF8(text) : NULL;
    if ((utf8 == NULL && text != Py_None) || !read_document(utf8, &document)) {
        return NULL;
    }
    if (strobe_redaction_put(STROBE_POLICY_PROCESS, document, &error) < 0) {
        return raise_error(&error);
    }
    struct strobe_agent *agent = ((struct strobe_module_state *)PyModule_GetState(module))->agent;
    if (agent != NULL) {
        strobe_agent_lock_control(agent);
        if (strobe_registry_recheck(&agent->registry)) {
            strobe_registry_resolve(&agent->registry);
        }
        strobe_agent_unlock_control(agent);
    }
    Py_RETURN_NONE;
}

/* A value that may be hidden; `neighbours`: the keys beside its name, a line each. */
struct question {
    const char *name, *types, *text, *neighbours; /* name and text may be NULL */
    size_t text_size, neighbours_size;
};

/* Whether one of the names in `lines` is a key that environments have. */
static bool tells_environment(const char *lines, size_t size)
{
    const char *end = lines + size;
    while (lines < end) {
        const char *line = memchr(lines, '\n', (size_t)(end - lines));
        size_t length = (size_t)((line != NULL ? line : end) - lines);
        if (strobe_environment_tells(lines, length)) {
            return true;
        }
        lines += length + 1;
    }
    return false;
}

/* What the name in a question says. */
static const char *judge_name(const struct strobe_policy *policy, const struct question *question)
{
    if (question->name == NULL) {
        return NULL;
    }
    size_t size = strlen(question->name);
    bool shown = question->text != NULL &&
                 strobe_environment_is_directory(question->name, size, question->text, question->text_size) &&
                 tells_environment(question->neighbours, question->neighbours_size);
    return shown ? strobe_policy_own_name(policy, question->name, size)
                 : strobe_policy_name(policy, question->name, size);
}

/* The names of a type and its bases stand on lines of their own. */
static const char *judge_type(const struct strobe_policy *policy, const char *rule, const char *text, size_t size)
{
    struct strobe_type_text names[TYPES_MAX];
    size_t count = 0;
    const char *end = text + size;
    while (text < end && count < TYPES_MAX) {
        const char *line = memchr(text, '\n', (size_t)(end - text));
        size_t length = (size_t)((line != NULL ? line : end) - text);
        names[count++] = (struct strobe_type_text){text, length};
        text += length + 1;
    }
    struct strobe_type_verdict verdict = {NULL, 0};
    if (count > 0 && names[0].size > 0) {
        verdict = strobe_policy_type(policy, names, count);
    }
    return strobe_policy_combine(rule, &verdict);
}

/* (rule, kind, origin) or None */
static PyObject *verdict_of(const struct strobe_policy *policy, const char *rule, const char *kind)
{
    if (rule == NULL) {
        Py_RETURN_NONE;
    }
    kind = rule[0] == STROBE_RULE_TYPE ? "type" : rule[0] == STROBE_RULE_UNLISTED ? "unlisted" : kind;
    return Py_BuildValue("(sss)", strobe_rule_text(rule), kind, strobe_policy_origin(policy, rule));
}

/* The name and the types come first, as in a capture. */
static PyObject *answer(const struct strobe_policy *policy, PyObject *question)
{
    struct question asked = {0};
    Py_ssize_t types_size, text_size, neighbours_size;
    if (!PyTuple_Check(question)) {
        PyErr_SetString(PyExc_TypeError, "a question is a tuple (name, types, text, neighbours)");
        return NULL;
    }
    if (!PyArg_ParseTuple(question, "zs#z#s#", &asked.name, &asked.types, &types_size, &asked.text, &text_size,
                          &asked.neighbours, &neighbours_size)) {
        return NULL;
    }
    asked.text_size = (size_t)text_size;
    asked.neighbours_size = (size_t)neighbours_size;
    const char *rule = judge_type(policy, judge_name(policy, &asked), asked.types, (size_t)types_size);
    if (rule != NULL || asked.text == NULL) {
        return verdict_of(policy, rule, "name");
    }
    rule = strobe_pattern_find(policy, asked.text, asked.text_size, false);
    rule = rule != NULL ? rule : strobe_policy_match(policy, asked.text, asked.text_size);
    return verdict_of(policy, rule, "pattern");
}

PyObject *strobe_redaction_explain(PyObject *module, PyObject *arguments)
{
    const char *hub, *process;
    PyObject *questions;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "zzO!", &hub, &process, &PyList_Type, &questions)) {
        return NULL;
    }
    json_t *hub_document = NULL, *process_document = NULL;
    struct strobe_policy *policy = NULL;
    struct strobe_error error = {0};
    PyObject *answers = NULL;
    if (read_document(hub, &hub_document) && read_document(process, &process_document)) {
        answers = strobe_policy_new(hub_document, process_document, &policy, &error) < 0 ? raise_error(&error)
                                                                                         : PyList_New(0);
    }
    for (Py_ssize_t i = 0; answers != NULL && i < PyList_GET_SIZE(questions); i++) {
        PyObject *one = answer(policy, PyList_GET_ITEM(questions, i));
        if (one == NULL || PyList_Append(answers, one) < 0) {
            Py_CLEAR(answers);
        }
        Py_XDECREF(one);
    }
    strobe_policy_unref(policy);
    json_decref(hub_document);
    json_decref(process_document);
    return answers;
}

PyObject *strobe_redaction_patterns(PyObject *module, PyObject *ignored)
{
    const char *rule;
    (void)module;
    (void)ignored;
    PyObject *names = PySet_New(NULL);
    for (size_t i = 0; names != NULL && (rule = strobe_pattern_rule(i)) != NULL; i++) {
        PyObject *name = PyUnicode_FromString(rule);
        if (name == NULL || PySet_Add(names, name) < 0) {
            Py_CLEAR(names);
        }
        Py_XDECREF(name);
    }
    PyObject *list = names != NULL ? PySequence_List(names) : NULL;
    Py_XDECREF(names);
    if (list != NULL && PyList_Sort(list) < 0) {
        Py_CLEAR(list);
    }
    return list;
}
