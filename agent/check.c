#include "agent/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/check_types.h"
#include "agent/question.h"
#include "base/utf8.h"
#include "probes/expression/py/explanation.h"
#include "probes/expression/py/known_names.h"
#include "probes/py/resolve.h"
#include "snapshot/policy.h"

/* What is asked, and what is found out about it. */
struct check {
    const struct strobe_wire_check_request *asked;
    const char *expression;
    bool is_template;
    bool has_location;
    struct strobe_location location;
    PyCodeObject *code; /* where it would run; NULL: not known */
    struct strobe_explanation explanation;
};

static void refuse(struct strobe_finding *finding, const char *message)
{
    finding->kind = STROBE_FINDING_REFUSED;
    snprintf(finding->message, sizeof finding->message, "%s", message);
}

/* ---- Where it would run ---- */

static int say_unresolved(const struct strobe_location *location, const struct strobe_resolution *r,
                          struct strobe_error *error)
{
    const char *candidate = r->candidates_count > 0 ? r->candidates[0] : "";
    switch (r->kind) {
    case STROBE_RESOLVED_AMBIGUOUS:
        return strobe_error_set(error, STROBE_EINVAL, "several files match %.60s; write more of the path: %.80s, %.80s",
                                location->path, candidate, r->candidates_count > 1 ? r->candidates[1] : "");
    case STROBE_RESOLVED_NO_FUNCTION:
        return strobe_error_set(error, STROBE_ENOTFOUND, "module %.60s has no Python function %.60s%s%.80s",
                                location->path, strobe_location_function(location),
                                candidate[0] != '\0' ? "; of that last name: " : "", candidate);
    case STROBE_RESOLVED_NO_CODE:
        return strobe_error_set(error, STROBE_ENOTFOUND, "line %d of %.120s has no code; the nearest line is %d",
                                location->line, r->file, r->after > 0 ? r->after : r->before);
    default: /* resolved, or not loaded: it may be later */
        return 0;
    }
}

/* Find the code object of the location. A copy of it will do: all have the same names. */
static int find_code(struct strobe_agent *agent, struct check *check, struct strobe_error *error)
{
    struct strobe_resolution r = {0};
    struct strobe_slice slice = strobe_slice_begin();
    if (check->asked->location == NULL || check->asked->location[0] == '\0') {
        return 0;
    }
    int status = strobe_location_parse(check->asked->location, &check->location, error);
    if (status < 0) {
        return status;
    }
    check->has_location = true;
    if (check->location.kind >= STROBE_LOCATION_RAISE) {
        return 0; /* anywhere */
    }
    strobe_code_index_refresh(&agent->index);
    status = check->location.kind == STROBE_LOCATION_LINE
                 ? strobe_resolve_line(&agent->index, &check->location, &slice, &r)
                 : strobe_resolve_function(&agent->index, &check->location, &slice, &r);
    if (status < 0) {
        strobe_error_set(error, status, "out of memory");
    } else {
        status = say_unresolved(&check->location, &r, error);
    }
    if (status == 0 && r.codes.count > 0) {
        check->code = (PyCodeObject *)Py_NewRef(r.codes.items[0]);
    }
    strobe_resolution_done(&r);
    return status;
}

/* ---- Names ---- */

/* Whether `source` names something at the location; false with the reason. */
static bool names_are_known(const struct check *check, const char *source, bool is_template, struct strobe_error *error)
{
    struct strobe_expression *expression = NULL;
    int status = is_template ? strobe_template_compile(source, strobe_policy_is_secret, &expression, NULL)
                             : strobe_expression_compile(source, strobe_policy_is_secret, &expression, NULL);
    if (status < 0) {
        return true; /* said already */
    }
    status = strobe_known_names_check(expression, check->code, error);
    strobe_expression_free(expression);
    return status == 0;
}

/* A function that is not the built-in one: the message begins with its name in quotes. */
static void check_function(struct strobe_finding *finding, const struct strobe_error *error)
{
    size_t size = strlen(finding->name);
    if (error->message[0] == '\'' && strncmp(error->message + 1, finding->name, size) == 0 &&
        error->message[1 + size] == '\'') {
        refuse(finding, error->message);
    }
}

/* A name is kept only so long; of a longer one all that is known is that the whole does not do. */
static bool is_whole(const struct strobe_finding *finding)
{
    return strlen(finding->name) < STROBE_FINDING_NAME_BYTES - 4;
}

static void check_names(struct check *check)
{
    struct strobe_error whole = {0};
    bool known = names_are_known(check, check->expression, check->is_template, &whole);
    for (size_t i = 0; i < check->explanation.count; i++) {
        struct strobe_finding *finding = &check->explanation.findings[i];
        struct strobe_error error = {0};
        if (finding->kind == STROBE_FINDING_FUNCTION && !known) {
            check_function(finding, &whole);
        } else if (finding->kind == STROBE_FINDING_NAME && !is_whole(finding) && !known) {
            refuse(finding, whole.message);
        } else if (finding->kind == STROBE_FINDING_NAME && is_whole(finding) &&
                   !names_are_known(check, finding->name, false, &error)) {
            refuse(finding, error.message);
        }
    }
}

/* ---- Own names ---- */

static void check_own_names(struct check *check)
{
    enum strobe_location_kind kind = check->location.kind;
    bool is_exit = kind == STROBE_LOCATION_EXIT;
    bool has_exception = is_exit || kind == STROBE_LOCATION_RAISE || kind == STROBE_LOCATION_UNHANDLED;
    for (size_t i = 0; i < check->explanation.count; i++) {
        struct strobe_finding *finding = &check->explanation.findings[i];
        char message[STROBE_ERROR_MESSAGE_BYTES];
        bool of_exit = strcmp(finding->name, "return") == 0 || strcmp(finding->name, "elapsed_ms") == 0;
        bool absent = (of_exit && !is_exit) || (strcmp(finding->name, "exception") == 0 && !has_exception);
        if (finding->kind == STROBE_FINDING_OWN && absent) {
            snprintf(message, sizeof message, "'$%s' is known at the exit of a function%s: module:qualname:exit",
                     finding->name, of_exit ? "" : ", and at raise:module.Type");
            refuse(finding, message);
        }
    }
}

/* ---- Attributes ---- */

/* Whether `next` is an attribute of what `before` stands for: nothing but a dot is between them. */
static bool goes_on(const struct strobe_finding *before, const struct strobe_finding *next)
{
    return next->kind == STROBE_FINDING_ATTRIBUTE && next->line == before->end_line &&
           next->column == before->end_column + 1;
}

static void refuse_property(struct strobe_finding *finding, const char *path, const char *field)
{
    char message[STROBE_ERROR_MESSAGE_BYTES];
    if (field == NULL) {
        snprintf(message, sizeof message, "'%.80s.%.60s' is a property; its getter would run. Read the field it uses",
                 path, finding->name);
    } else {
        snprintf(message, sizeof message,
                 "'%.50s.%.30s' is a property; its getter would run. Read the field it uses: '%.50s.%.30s'", path,
                 finding->name, path, field);
        snprintf(finding->suggestion, sizeof finding->suggestion, "%.80s.%.30s", path, field);
    }
    refuse(finding, message);
}

/* Follow `name.attribute.attribute` from finding `at` on as far as types are known. @return where it ended */
static size_t check_chain(struct check *check, size_t at)
{
    struct strobe_finding *findings = check->explanation.findings;
    struct strobe_known known = strobe_known_variable(check->code, findings[at].name);
    char path[STROBE_ERROR_MESSAGE_BYTES];
    snprintf(path, sizeof path, "%s", findings[at].name);
    while (at + 1 < check->explanation.count && goes_on(&findings[at], &findings[at + 1])) {
        struct strobe_finding *finding = &findings[++at];
        const char *field = NULL;
        if (strobe_known_is_property(known, finding->name, &field)) {
            refuse_property(finding, path, field);
            break;
        }
        known = strobe_known_attribute(known, finding->name);
        size_t used = strlen(path);
        snprintf(path + used, sizeof path - used, ".%s", finding->name);
    }
    return at;
}

static void check_attributes(struct check *check)
{
    for (size_t i = 0; i < check->explanation.count; i++) {
        if (check->explanation.findings[i].kind == STROBE_FINDING_NAME) {
            i = check_chain(check, i);
        }
    }
}

/* ---- The answer ---- */

/* A limit of the whole has no part of its own. */
static void note_whole(struct check *check)
{
    struct strobe_explanation *explanation = &check->explanation;
    for (size_t i = 0; i < explanation->count; i++) {
        if (explanation->findings[i].kind == STROBE_FINDING_REFUSED) {
            return;
        }
    }
    if (explanation->status < 0 && explanation->count < STROBE_FINDINGS_MAX) {
        struct strobe_finding *finding = &explanation->findings[explanation->count++];
        memset(finding, 0, sizeof *finding);
        refuse(finding, explanation->error.message);
    }
}

static const char *word_of(enum strobe_finding_kind kind)
{
    bool is_call = kind == STROBE_FINDING_FUNCTION || kind == STROBE_FINDING_METHOD;
    return is_call ? "call" : strobe_finding_word(kind);
}

/* A copy; messages cut the names in them anywhere: what is half a character becomes U+FFFD. NULL for no text. */
static char *copy(const char *text, bool *ret_failed)
{
    size_t ignored;
    char *copied = text[0] != '\0' ? strobe_utf8_repair(text, strlen(text), &ignored) : NULL;
    *ret_failed = *ret_failed || (text[0] != '\0' && copied == NULL);
    return copied;
}

static void fill_part(const struct strobe_finding *finding, struct strobe_wire_check_part *part, bool *ret_failed)
{
    bool one_line = finding->end_line == finding->line && finding->end_column > finding->column;
    part->kind = copy(word_of(finding->kind), ret_failed);
    part->name = copy(finding->name, ret_failed);
    part->line = finding->line > 0 ? finding->line : 1;
    part->column = finding->column > 0 ? finding->column : 1;
    part->end_column = one_line ? finding->end_column : part->column + 1;
    part->message = copy(finding->message, ret_failed);
    part->instead = copy(finding->suggestion, ret_failed);
}

static int fill_checked(const struct strobe_explanation *explanation, struct strobe_wire_checked *ret_checked)
{
    struct strobe_wire_checked checked = {.ok = explanation->status == 0};
    bool failed = false;
    checked.cost = copy(strobe_cost_word(explanation->cost), &failed);
    checked.parts = calloc(explanation->count + 1, sizeof *checked.parts);
    failed = failed || checked.parts == NULL;
    for (size_t i = 0; !failed && i < explanation->count; i++) {
        checked.ok = checked.ok && explanation->findings[i].kind != STROBE_FINDING_REFUSED;
        checked.parts_count++;
        fill_part(&explanation->findings[i], &checked.parts[i], &failed);
    }
    if (failed) {
        strobe_wire_struct_done(&strobe_wire_checked_struct, &checked);
        return STROBE_ENOMEM;
    }
    *ret_checked = checked;
    return 0;
}

/* What stands against it beyond the language: names, attributes and own names of the location. */
static void check_place(struct check *check)
{
    if (check->code != NULL) {
        check_names(check);
        check_attributes(check);
    }
    if (check->has_location) {
        check_own_names(check);
    }
}

int strobe_check(struct strobe_agent *agent, const struct strobe_wire_check_request *asked,
                 struct strobe_wire_checked *ret_checked, struct strobe_error *error)
{
    struct check check = {.asked = asked, .expression = asked->expression != NULL ? asked->expression : ""};
    check.is_template = asked->kind != NULL && strcmp(asked->kind, "template") == 0;
    int status = find_code(agent, &check, error);
    if (status == 0) {
        status =
            strobe_expression_explain(check.expression, check.is_template, strobe_policy_is_secret, &check.explanation);
        if (status == 0) {
            check_place(&check);
            note_whole(&check);
            status = fill_checked(&check.explanation, ret_checked);
            strobe_explanation_done(&check.explanation);
        }
        if (status < 0) {
            strobe_error_set(error, status, "out of memory");
        }
    }
    Py_XDECREF(check.code);
    return status;
}

static const char *reason_of(int status)
{
    switch (status) {
    case STROBE_ENOMEM:
        return "unreadable";
    case STROBE_ESYNTAX:
        return "location_syntax";
    default:
        return "location_unresolved";
    }
}

void strobe_check_answer(struct strobe_agent *agent, const struct strobe_wire_request *request)
{
    struct strobe_error error = {0};
    struct strobe_wire_checked checked = {0};
    int status = strobe_check(agent, &request->check, &checked, &error);
    if (status < 0) {
        strobe_question_fail(agent, request->request, reason_of(status), error.message);
    } else {
        checked.request = request->request;
        strobe_report_post(agent, STROBE_WIRE_KIND_CHECKED, &checked);
        strobe_wire_struct_done(&strobe_wire_checked_struct, &checked);
    }
}
