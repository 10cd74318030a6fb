#include "hub/hit_table.h"

#include <stdlib.h>
#include <string.h>

#include "hub/body_path.h"
#include "hub/body_view.h"
#include "hub/store.h"

#define TRACE_ID "$trace_id"

enum { GUESSED_MAX = 6, CELL_TEXT_MAX = 60 };

/* ---- Columns ---- */

static int add(struct strobe_hit_columns *columns, const char *text, size_t size, struct strobe_error *error)
{
    if (columns->count == STROBE_HUB_COLUMNS_MAX) {
        return strobe_error_set(error, STROBE_ELIMIT, "a table may have %d columns", STROBE_HUB_COLUMNS_MAX);
    }
    char *path = strndup(text, size);
    if (path == NULL) {
        return strobe_error_set(error, STROBE_ENOMEM, "out of memory");
    }
    columns->paths[columns->count++] = path;
    return 0;
}

/* Whether a path can be followed at all is seen without a body. What is none may still be the text of a watch. */
static int check(const struct strobe_hit_columns *columns, struct strobe_error *error)
{
    for (size_t i = 0; i < columns->count; i++) {
        if (columns->paths[i][0] == '\0') {
            return strobe_error_set(error, STROBE_ESYNTAX, "'columns' has an empty place: write user.id,total");
        }
        if (strlen(columns->paths[i]) > STROBE_HUB_PATH_BYTES_MAX) {
            return strobe_error_set(error, STROBE_ELIMIT, "a path may have %d bytes", STROBE_HUB_PATH_BYTES_MAX);
        }
    }
    return 0;
}

int strobe_hit_columns_parse(const char *text, struct strobe_hit_columns *ret_columns, struct strobe_error *error)
{
    struct strobe_hit_columns columns = {.count = 0};
    int status = 0;
    while (status == 0) {
        text += strspn(text, " ");
        const char *end = strobe_body_path_end(text);
        size_t size = (size_t)(end - text);
        while (size > 0 && text[size - 1] == ' ') {
            size--;
        }
        status = add(&columns, text, size, error);
        if (*end == '\0') {
            break;
        }
        text = end + 1;
    }
    status = status == 0 ? check(&columns, error) : status;
    if (status < 0) {
        strobe_hit_columns_done(&columns);
        return status;
    }
    *ret_columns = columns;
    return 0;
}

void strobe_hit_columns_done(struct strobe_hit_columns *columns)
{
    for (size_t i = 0; i < columns->count; i++) {
        free(columns->paths[i]);
    }
    columns->count = 0;
}

/* Modules, classes, functions: the same in each hit, nearly always. */
static bool is_program(json_t *value)
{
    static const char *const types[] = {"module", "type", "function", "builtin_function_or_method", "abc.ABCMeta"};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (strcmp(strobe_body_text(value, "type"), types[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool fits(const struct strobe_body *body, int64_t ref)
{
    json_t *value = strobe_body_value(body, ref);
    const char *text = strobe_body_text(value, "text");
    return text[0] != '\0' && strlen(text) <= CELL_TEXT_MAX && strobe_body_children(value) == 0 && !is_program(value);
}

static void guess_locals(const struct strobe_body *body, bool leaves, struct strobe_hit_columns *columns)
{
    size_t index;
    json_t *pair;
    json_array_foreach(json_object_get(strobe_body_frame(body, 0), "locals"), index, pair)
    {
        const char *name = json_string_value(json_array_get(pair, 0));
        int64_t ref = name != NULL ? strobe_body_local(strobe_body_frame(body, 0), name) : STROBE_BODY_NO_REF;
        if (columns->count < GUESSED_MAX && ref != STROBE_BODY_NO_REF && fits(body, ref) == leaves) {
            add(columns, name, strlen(name), NULL);
        }
    }
}

/* An attribute may have that name, too. */
static void guess_trace(struct strobe_hit_columns *columns)
{
    for (size_t i = 0; i < columns->count; i++) {
        if (strcmp(columns->paths[i], TRACE_ID) == 0) {
            return;
        }
    }
    if (columns->count < STROBE_HUB_COLUMNS_MAX) {
        add(columns, TRACE_ID, strlen(TRACE_ID), NULL);
    }
}

void strobe_hit_columns_guess(json_t *json, bool traced, struct strobe_hit_columns *ret_columns)
{
    struct strobe_hit_columns columns = {.count = 0};
    struct strobe_body body;
    size_t index;
    json_t *watch;
    strobe_body_open(json, &body);
    json_array_foreach(body.watches, index, watch)
    {
        const char *expression = strobe_body_text(watch, "expression");
        if (columns.count < STROBE_HUB_COLUMNS_MAX && expression[0] != '\0') {
            add(&columns, expression, strlen(expression), NULL);
        }
    }
    if (columns.count == 0) {
        guess_locals(&body, true, &columns);
    }
    if (columns.count == 0) {
        guess_locals(&body, false, &columns); /* containers alone: better than nothing */
    }
    if (traced) {
        guess_trace(&columns);
    }
    *ret_columns = columns;
}

/* ---- Rows ---- */

static json_t *missing(const char *why)
{
    json_t *cell = json_object();
    json_object_set_new_nocheck(cell, "missing", json_string_nocheck(why));
    return cell;
}

/* Why a watch has no value. */
static const char *watch_error(const struct strobe_body *body, const char *expression)
{
    size_t index;
    json_t *watch;
    json_array_foreach(body->watches, index, watch)
    {
        if (strcmp(strobe_body_text(watch, "expression"), expression) == 0) {
            const char *error = strobe_body_text(watch, "error");
            return error[0] != '\0' ? error : "not captured";
        }
    }
    return NULL;
}

/* "$trace_id" and "$span_id", of every hit within a span; NULL: `path` is something else. */
static json_t *trace_cell(json_t *json, const char *path)
{
    static const struct {
        const char *path, *member;
        size_t digits;
    } table[] = {{TRACE_ID, "trace_id", STROBE_TRACE_ID_DIGITS}, {"$span_id", "span_id", STROBE_SPAN_ID_DIGITS}};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (strcmp(table[i].path, path) == 0) {
            const char *id = strobe_body_trace(json, table[i].member, table[i].digits);
            return id == NULL ? missing("no span was current")
                              : json_pack("{s:s, s:s++}", "type", "str", "text", "'", id, "'");
        }
    }
    return NULL;
}

static json_t *cell_of(json_t *json, const struct strobe_body *body, const char *path)
{
    struct strobe_body_found found;
    struct strobe_error error = {0};
    bool watched = strobe_body_watch(body, path) != STROBE_BODY_NO_REF;
    const char *why = watched ? NULL : watch_error(body, path);
    json_t *trace = watched || why != NULL ? NULL : trace_cell(json, path);
    if (trace != NULL || why != NULL) {
        return trace != NULL ? trace : missing(why);
    }
    if (strobe_body_path_find(body, 0, path, &found, &error) < 0) {
        return missing(error.message);
    }
    return found.found ? strobe_body_head(body, found.ref) : missing(found.message);
}

json_t *strobe_hit_row(const struct strobe_hit_columns *columns, const struct strobe_wire_snapshot_view *view)
{
    const struct strobe_wire_snapshot_summary *summary = &view->summary;
    struct strobe_body body;
    json_t *cells = json_array();
    strobe_body_open(view->body, &body);
    for (size_t i = 0; i < columns->count; i++) {
        json_array_append_new(cells, cell_of(view->body, &body, columns->paths[i]));
    }
    return json_pack("{s:s, s:I, s:I, s:s, s:s?, s:I, s:o}", "snapshot", summary->id, "position",
                     (json_int_t)summary->position, "time_us", (json_int_t)summary->time_us, "instance",
                     summary->instance, "function", summary->function, "line", (json_int_t)summary->line, "cells",
                     cells);
}
