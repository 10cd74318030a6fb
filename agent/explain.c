#define PY_SSIZE_T_CLEAN
#include "agent/explain.h"

#include <string.h>

#include "probes/expression/py/explanation.h"
#include "snapshot/policy.h"

static PyObject *finding_dict(const struct strobe_finding *finding)
{
    return Py_BuildValue("{ss ss si si si si ss ss}", "kind", strobe_finding_word(finding->kind), "name", finding->name,
                         "line", finding->line, "column", finding->column, "end_line", finding->end_line, "end_column",
                         finding->end_column, "message", finding->message, "suggestion", finding->suggestion);
}

static PyObject *findings_list(const struct strobe_explanation *explanation)
{
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list != NULL && i < explanation->count; i++) {
        PyObject *finding = finding_dict(&explanation->findings[i]);
        if (finding == NULL || PyList_Append(list, finding) < 0) {
            Py_CLEAR(list);
        }
        Py_XDECREF(finding);
    }
    return list;
}

PyObject *strobe_explain(const char *source, bool is_template)
{
    struct strobe_explanation explanation;
    if (strobe_expression_explain(source, is_template, strobe_policy_is_secret, &explanation) < 0) {
        return PyErr_NoMemory();
    }
    PyObject *findings = findings_list(&explanation);
    PyObject *result =
        findings == NULL
            ? NULL
            : Py_BuildValue("{ss ss ss si sN}", "status",
                            explanation.status == 0 ? "OK" : strobe_error_name(explanation.status), "message",
                            explanation.error.message, "cost", strobe_cost_word(explanation.cost), "instructions",
                            explanation.instructions, "findings", findings);
    strobe_explanation_done(&explanation);
    return result;
}
