#include "probes/py/script.h"

#include <stdlib.h>
#include <string.h>

#include "probes/expression/py/known_names.h"
#include "probes/py/glance.h"

/* ---- All expressions, one after the other ---- */

/* Expression number `index` of the script in the order of bindings; NULL: not asked for. */
static struct strobe_expression **part_at(struct strobe_script *script, size_t index)
{
    struct strobe_expression **singles[] = {&script->condition, &script->subject, &script->glance};
    if (index < sizeof singles / sizeof *singles) {
        return singles[index];
    }
    index -= sizeof singles / sizeof *singles;
    return index < STROBE_LABELS_MAX ? &script->labels[index] : &script->watches[index - STROBE_LABELS_MAX];
}

static const struct strobe_expression *const_part_at(const struct strobe_script *script, size_t index)
{
    return *part_at((struct strobe_script *)script, index);
}

static size_t slots_of(const struct strobe_expression *expression)
{
    return expression != NULL ? expression->program.names_count : 0;
}

/* ---- Compiling ---- */

/* The word for a refusal: what was refused, and how. */
static const char *reason_of(int status, size_t kind)
{
    static const char *const words[3][4] = {
        {"condition_syntax", "condition_redacted", "limit", "condition_unsupported"},
        {"template_syntax", "template_redacted", "limit", "template_unsupported"},
        {"value_syntax", "value_redacted", "limit", "value_unsupported"},
    };
    switch (status) {
    case STROBE_ESYNTAX:
        return words[kind][0];
    case STROBE_EDENIED:
        return words[kind][1];
    case STROBE_ELIMIT:
        return words[kind][2];
    default:
        return words[kind][3];
    }
}

struct job {
    strobe_is_secret *is_secret;
    const char **ret_reason;
    struct strobe_error *error;
};

/* `what` stands before the message where it is not the condition's. */
static int compile_one(const struct job *job, const char *source, size_t kind, const char *what,
                       struct strobe_expression **ret_expression)
{
    struct strobe_error detail = {0};
    if (source == NULL || source[0] == '\0') {
        return 0;
    }
    int status = kind == 1 ? strobe_template_compile(source, job->is_secret, ret_expression, &detail)
                           : strobe_expression_compile(source, job->is_secret, ret_expression, &detail);
    if (status < 0) {
        *job->ret_reason = reason_of(status, kind);
        strobe_error_set(job->error, status, "%s%s", what, detail.message);
    }
    return status;
}

/* What stands under a name that is redacted is redacted, whatever expression it comes from. */
static int compile_label(const struct job *job, const struct strobe_action_label *label,
                         struct strobe_expression **ret_expression)
{
    char what[96];
    if (job->is_secret != NULL && job->is_secret(label->name, strlen(label->name))) {
        *job->ret_reason = reason_of(STROBE_EDENIED, 2);
        return strobe_error_set(job->error, STROBE_EDENIED, "label %.64s: it is redacted by its own name", label->name);
    }
    snprintf(what, sizeof what, "label %.64s: ", label->name);
    return compile_one(job, label->value, 2, what, ret_expression);
}

static int compile_action(const struct job *job, struct strobe_script *script)
{
    const struct strobe_action *action = script->action;
    int status = 0;
    if (action->kind == STROBE_ACTION_LOG) {
        status = compile_one(job, action->template, 1, "template: ", &script->subject);
    } else if (action->kind == STROBE_ACTION_METRIC) {
        status = compile_one(job, action->value, 2, "value: ", &script->subject);
    }
    for (size_t i = 0; status == 0 && i < action->labels_count; i++) {
        status = compile_label(job, &action->labels[i], &script->labels[i]);
    }
    for (size_t i = 0; status == 0 && i < action->watches_count; i++) {
        strobe_expression_compile(action->watches[i], job->is_secret, &script->watches[i], &script->watch_errors[i]);
    }
    return status;
}

/* What cannot be shown is left out without a word: the condition itself was accepted. */
static void compile_glance(const char *condition, strobe_is_secret *is_secret, struct strobe_script *script)
{
    char template[STROBE_CONDITION_BYTES_MAX];
    if (strobe_glance_template(condition, template, sizeof template) > 0) {
        strobe_template_compile(template, is_secret, &script->glance, NULL);
    }
}

int strobe_script_compile(const char *condition, const struct strobe_action *action, strobe_is_secret *is_secret,
                          struct strobe_script **ret_script, const char **ret_reason, struct strobe_error *error)
{
    const struct job job = {is_secret, ret_reason, error};
    struct strobe_script *script = calloc(1, sizeof *script);
    if (script == NULL) {
        *ret_reason = "limit";
        return strobe_error_set(error, STROBE_ENOMEM, "out of memory");
    }
    script->action = action;
    script->is_secret = is_secret;
    int status = compile_one(&job, condition, 0, "", &script->condition);
    if (status == 0 && script->condition != NULL) {
        compile_glance(condition, is_secret, script);
    }
    if (status == 0) {
        status = compile_action(&job, script);
    }
    if (status < 0) {
        strobe_script_free(script);
        return status;
    }
    for (size_t i = 0; i < STROBE_SCRIPT_PARTS_MAX; i++) {
        script->slots += slots_of(const_part_at(script, i));
    }
    *ret_script = script;
    return 0;
}

void strobe_script_free(struct strobe_script *script)
{
    for (size_t i = 0; script != NULL && i < STROBE_SCRIPT_PARTS_MAX; i++) {
        strobe_expression_free(*part_at(script, i));
    }
    free(script);
}

/* ---- Binding ---- */

int strobe_script_check_names(const struct strobe_script *script, PyCodeObject *code, struct strobe_error *error)
{
    int status = 0;
    for (size_t i = 0; status == 0 && i < 3 + STROBE_LABELS_MAX; i++) { /* a watch says it in the snapshot */
        const struct strobe_expression *part = const_part_at(script, i);
        status = part != NULL && part != script->glance ? strobe_known_names_check(part, code, error) : 0;
    }
    return status;
}

int16_t *strobe_script_bind(const struct strobe_script *script, PyCodeObject *code)
{
    int16_t *binding = calloc(script->slots + 1, sizeof *binding);
    int16_t *place = binding;
    for (size_t i = 0; binding != NULL && i < STROBE_SCRIPT_PARTS_MAX; i++) {
        const struct strobe_expression *part = const_part_at(script, i);
        if (part != NULL) {
            strobe_expression_bind(part, code, place);
            place += slots_of(part);
        }
    }
    return binding;
}

const int16_t *strobe_script_binding(const struct strobe_script *script, const int16_t *binding,
                                     const struct strobe_expression *expression)
{
    for (size_t i = 0; i < STROBE_SCRIPT_PARTS_MAX; i++) {
        const struct strobe_expression *part = const_part_at(script, i);
        if (part == expression) {
            break;
        }
        binding += slots_of(part);
    }
    return binding;
}
