#include "probes/py/measure.h"

#include <math.h>
#include <string.h>

#include "probes/expression/py/format.h"
#include "probes/expression/py/number.h"
#include "probes/expression/py/text.h"

/* One hit at a time under the GIL. */
static char text_buffer[STROBE_LOG_BYTES_MAX + 4];

/* Characters of `value`, a str, as UTF-8 of at most `size` bytes; lone surrogates as U+FFFD. */
static size_t put_utf8(struct strobe_value value, char *buffer, size_t size)
{
    struct strobe_text_view view;
    size_t used = 0;
    if (!strobe_text_view_of(value, &view)) {
        return 0;
    }
    for (Py_ssize_t i = 0; i < view.length; i++) {
        uint8_t bytes[4];
        uint32_t character = PyUnicode_READ(view.width, view.data, i);
        bool bad = character == 0 || (character >= 0xD800 && character <= 0xDFFF);
        size_t count = strobe_text_utf8_of(bad ? 0xFFFD : character, bytes);
        if (used + count > size) {
            break;
        }
        memcpy(buffer + used, bytes, count);
        used += count;
    }
    return used;
}

/* Evaluate a part of the script. `error` names it when that fails. */
static int evaluate(const struct strobe_script *script, const int16_t *binding, const struct strobe_expression *part,
                    const struct strobe_expression_context *context, struct strobe_evaluation *evaluation,
                    struct strobe_value *ret_value)
{
    return strobe_expression_evaluate(part, strobe_script_binding(script, binding, part), context, evaluation,
                                      ret_value);
}

static int fail(struct strobe_measure_error *error, const char *what, int status)
{
    error->what = what;
    return status;
}

int strobe_measure_text(const struct strobe_script *script, const int16_t *binding, const struct strobe_hit *hit,
                        strobe_hit_text *own_text, const char **ret_text, size_t *ret_size,
                        struct strobe_measure_error *error)
{
    struct strobe_evaluation evaluation;
    struct strobe_expression_context context;
    struct strobe_value value;
    strobe_hit_context(hit, own_text, &context);
    strobe_evaluation_begin(&evaluation, script->is_secret, &error->detail);
    int status = evaluate(script, binding, script->subject, &context, &evaluation, &value);
    if (status < 0) {
        return fail(error, "template", status);
    }
    *ret_size = put_utf8(value, text_buffer, STROBE_LOG_BYTES_MAX);
    text_buffer[*ret_size] = '\0';
    *ret_text = text_buffer;
    return 0;
}

/* ---- Numbers ---- */

static int number_of(struct strobe_value value, double *ret_number, struct strobe_error *error)
{
    struct strobe_number number;
    switch (strobe_number_of(value, &number)) {
    case STROBE_NUMBER_INT:
        *ret_number = (double)number.integer;
        return 0;
    case STROBE_NUMBER_FLOAT:
        *ret_number = number.real;
        return 0;
    case STROBE_NUMBER_WIDE:
        return strobe_error_set(error, STROBE_ELIMIT, "an int beyond 64 bits cannot be measured");
    default:
        return strobe_error_set(error, STROBE_EINVAL, "a '%.64s' is no number", strobe_value_type_name(value));
    }
}

static int label_of(struct strobe_evaluation *evaluation, struct strobe_value value, struct strobe_metric_label *label)
{
    struct strobe_value text;
    int status = strobe_format_value(evaluation, value, 's', NULL, &text);
    if (status == 0) {
        label->size = put_utf8(text, label->text, STROBE_LABEL_BYTES_MAX);
        label->text[label->size] = '\0';
    }
    return status;
}

/* The number that counts: a metric's value, 1 without one, a timer's nanoseconds. */
static int subject_of(const struct strobe_script *script, const int16_t *binding,
                      const struct strobe_expression_context *context, struct strobe_evaluation *evaluation,
                      const struct strobe_hit *hit, double *ret_number)
{
    struct strobe_value value;
    if (script->action->kind == STROBE_ACTION_TIMER) {
        *ret_number = (double)hit->elapsed_ns;
        return 0;
    }
    if (script->subject == NULL) {
        *ret_number = 1.0;
        return 0;
    }
    int status = evaluate(script, binding, script->subject, context, evaluation, &value);
    return status < 0 ? status : number_of(value, ret_number, evaluation->error);
}

int strobe_measure_number(const struct strobe_script *script, const int16_t *binding, const struct strobe_hit *hit,
                          strobe_hit_text *own_text, struct strobe_measure_error *error)
{
    struct strobe_metric_label labels[STROBE_LABELS_MAX];
    struct strobe_expression_context context;
    struct strobe_evaluation evaluation;
    double number = 0.0;
    strobe_hit_context(hit, own_text, &context);
    strobe_evaluation_begin(&evaluation, script->is_secret, &error->detail);
    int status = subject_of(script, binding, &context, &evaluation, hit, &number);
    if (status < 0) {
        return fail(error, "value", status);
    }
    for (size_t i = 0; i < script->action->labels_count; i++) {
        struct strobe_value value;
        status = evaluate(script, binding, script->labels[i], &context, &evaluation, &value);
        status = status < 0 ? status : label_of(&evaluation, value, &labels[i]);
        if (status < 0) {
            return fail(error, script->action->labels[i].name, status);
        }
    }
    return strobe_metric_add(hit->probe->metric, labels, number);
}

/* ---- Watches ---- */

/* Texts and errors of one hit: one at a time under the GIL. */
static struct {
    char text[STROBE_WATCHES_TEXT_BYTES_MAX];
    size_t used;
    struct strobe_error errors[STROBE_WATCHES_MAX];
} watched;

/* A computed value as text; where there is no room any more, none. */
static void show_computed(struct strobe_evaluation *evaluation, struct strobe_value value,
                          struct strobe_watch_value *ret_value)
{
    struct strobe_value text;
    size_t room = sizeof watched.text - watched.used;
    room = room < STROBE_CAPTURE_LENGTH_MAX ? room : STROBE_CAPTURE_LENGTH_MAX;
    if (strobe_format_value(evaluation, value, 'r', NULL, &text) < 0 || room < 16) {
        ret_value->error = evaluation->error->message[0] != '\0' ? evaluation->error->message : "it is too large";
        return;
    }
    ret_value->type = strobe_value_type_name(value);
    ret_value->text = watched.text + watched.used;
    ret_value->text_size = put_utf8(text, watched.text + watched.used, room);
    watched.used += ret_value->text_size;
}

static void watch_one(const struct strobe_script *script, const int16_t *binding, size_t index,
                      const struct strobe_expression_context *context, struct strobe_watch_value *ret_value)
{
    struct strobe_error *error = &watched.errors[index];
    struct strobe_evaluation evaluation;
    struct strobe_value value;
    const struct strobe_expression *watch = script->watches[index];
    *ret_value = (struct strobe_watch_value){.expression = script->action->watches[index]};
    if (watch == NULL) {
        ret_value->error = script->watch_errors[index].message;
        return;
    }
    error->code = 0;
    error->message[0] = '\0';
    strobe_evaluation_begin(&evaluation, watch->is_secret, error);
    if (evaluate(script, binding, watch, context, &evaluation, &value) < 0) {
        ret_value->error = error->message;
    } else if (value.kind == STROBE_VALUE_OBJECT) {
        ret_value->object = value.as.object;
    } else {
        show_computed(&evaluation, value, ret_value);
    }
}

size_t strobe_measure_watches(const struct strobe_script *script, const int16_t *binding, const struct strobe_hit *hit,
                              strobe_hit_text *own_text, struct strobe_watch_value *ret_values)
{
    struct strobe_expression_context context;
    size_t count = 0;
    watched.used = 0;
    if (hit->return_value != NULL) {
        ret_values[count++] = (struct strobe_watch_value){.expression = "$return", .object = hit->return_value};
    }
    if (hit->exception != NULL) {
        ret_values[count++] = (struct strobe_watch_value){.expression = "$exception", .object = hit->exception};
    }
    strobe_hit_context(hit, own_text, &context);
    for (size_t i = 0; i < script->action->watches_count; i++) {
        watch_one(script, binding, i, &context, &ret_values[count++]);
    }
    return count;
}

/* ---- Attributes ---- */

/* Formatted even where it is an object of the program: an attribute is a text or a number, not a graph. */
static int attribute_of(const struct strobe_script *script, const int16_t *binding, size_t index,
                        const struct strobe_expression_context *context, struct strobe_watch_value *ret_value)
{
    struct strobe_error *error = &watched.errors[index];
    struct strobe_evaluation evaluation;
    struct strobe_text_view view;
    struct strobe_value value;
    *ret_value = (struct strobe_watch_value){.expression = script->action->labels[index].name};
    error->code = 0;
    error->message[0] = '\0';
    strobe_evaluation_begin(&evaluation, script->is_secret, error);
    int status = evaluate(script, binding, script->labels[index], context, &evaluation, &value);
    if (status < 0) {
        ret_value->error = error->message;
        return status;
    }
    if (strobe_text_view_of(value, &view) && view.length > STROBE_CAPTURE_LENGTH_MAX) {
        strobe_text_make_view(&evaluation, &view, 0, STROBE_CAPTURE_LENGTH_MAX, &value); /* the rest is cut anyway */
    }
    show_computed(&evaluation, value, ret_value);
    return ret_value->error != NULL ? STROBE_EUNSUPPORTED : 0;
}

int strobe_measure_attributes(const struct strobe_script *script, const int16_t *binding, const struct strobe_hit *hit,
                              strobe_hit_text *own_text, struct strobe_watch_value *ret_values,
                              struct strobe_measure_error *error)
{
    struct strobe_expression_context context;
    size_t failed = 0;
    int status = 0;
    watched.used = 0;
    strobe_hit_context(hit, own_text, &context);
    for (size_t i = 0; i < script->action->labels_count; i++) {
        int one = attribute_of(script, binding, i, &context, &ret_values[i]);
        failed += one < 0;
        status = status == 0 ? one : status;
    }
    if (failed < script->action->labels_count) {
        return 0;
    }
    error->what = script->action->labels[0].name;
    strobe_error_set(&error->detail, status, "%s", ret_values[0].error);
    return status;
}

/* ---- Why is it false? ---- */

void strobe_measure_glance(const struct strobe_script *script, const int16_t *binding, const struct strobe_hit *hit,
                           strobe_hit_text *own_text)
{
    char buffer[STROBE_LAST_VALUES_BYTES_MAX];
    struct strobe_evaluation evaluation;
    struct strobe_expression_context context;
    struct strobe_value value;
    if (script->glance == NULL) {
        return;
    }
    strobe_hit_context(hit, own_text, &context);
    strobe_evaluation_begin(&evaluation, script->is_secret, NULL);
    if (evaluate(script, binding, script->glance, &context, &evaluation, &value) == 0) {
        strobe_probe_set_last_values(hit->probe, buffer, put_utf8(value, buffer, sizeof buffer));
    }
}
