/* snapshots/ID/value, snapshots/ID/diff, probes/ID/hits: snapshots read for people */
#include <string.h>

#include "base/clock.h"
#include "hub/api.h"
#include "hub/body_diff.h"
#include "hub/body_path.h"
#include "hub/body_view.h"
#include "hub/hit_table.h"
#include "hub/probe_table.h"

enum { ROWS_DEFAULT = 50, FRAME_MAX = 10000, NAMES_MAX = 50, DEPTH_MAX = 1000 };

/* Read the snapshot whose id begins with `id`, or answer why not. */
static int load(const struct strobe_api_call *call, const char *id, struct strobe_wire_snapshot_view *ret_view)
{
    struct strobe_error error = {0};
    size_t digits = strspn(id, "0123456789abcdef");
    if (digits < 4 || id[digits] != '\0') {
        strobe_api_fail(call->exchange, 404, "not_found",
                        "a snapshot's id has 12 hexadecimal digits; its first 4 will do");
        return STROBE_ENOTFOUND;
    }
    int status = strobe_store_get_snapshot(call->hub->store, id, ret_view, &error);
    if (status == STROBE_EBUSY) {
        strobe_api_fail(call->exchange, 409, "ambiguous", error.message);
    } else if (status < 0) {
        strobe_api_fail_error(call->exchange, status == STROBE_ENOTFOUND ? 404 : 503, &error);
    }
    return status;
}

static void release(struct strobe_wire_snapshot_view *view)
{
    strobe_wire_struct_done(&strobe_wire_snapshot_view_struct, view);
}

/* ---- One value ---- */

static json_t *names_of(json_t *frame)
{
    json_t *names = json_array(), *pair;
    size_t index;
    json_array_foreach(json_object_get(frame, "locals"), index, pair)
    {
        json_t *name = json_array_get(pair, 0);
        if (json_is_string(name) && json_array_size(names) < NAMES_MAX) {
            json_array_append(names, name);
        }
    }
    return names;
}

/* What stands where the path stopped: the steps that would lead on. */
static json_t *steps_of(const struct strobe_body *body, json_t *value)
{
    json_t *steps = json_array();
    struct strobe_body_child child;
    for (size_t i = 0; i < strobe_body_children(value) && json_array_size(steps) < NAMES_MAX; i++) {
        char step[STROBE_BODY_STEP_BYTES];
        if (strobe_body_child(value, i, &child)) {
            strobe_body_step(body, &child, step);
            json_array_append_new(steps, json_string_nocheck(step));
        }
    }
    return steps;
}

static json_t *value_answer(const struct strobe_body *body, size_t frame, const char *path, int depth,
                            const struct strobe_body_found *found)
{
    json_t *answer = strobe_body_subgraph(body, found->ref, found->found ? depth : 1);
    if (answer == NULL) {
        return NULL;
    }
    json_object_set_new_nocheck(answer, "path", json_string_nocheck(path));
    json_object_set_new(answer, "found", json_boolean(found->found));
    if (!found->found) {
        json_t *there = found->ref == STROBE_BODY_NO_REF ? names_of(strobe_body_frame(body, frame))
                                                         : steps_of(body, strobe_body_value(body, found->ref));
        json_object_set_new_nocheck(answer, "reached", json_string_nocheck(found->reached));
        json_object_set_new_nocheck(answer, "missing", json_string_nocheck(found->missing));
        json_object_set_new(answer, "reason", json_string(found->reason));
        json_object_set_new_nocheck(answer, "message", json_string_nocheck(found->message));
        json_object_set_new(answer, "there", there);
    }
    return answer;
}

void strobe_api_snapshot_value(const struct strobe_api_call *call)
{
    struct strobe_wire_snapshot_view view;
    struct strobe_error error = {0};
    struct strobe_body body;
    struct strobe_body_found found;
    int64_t depth = 0, frame = 0;
    const char *path = strobe_http_parameter(call->request, "path");
    if (path == NULL) {
        strobe_error_set(&error, STROBE_EINVAL, "'path' must say which value: path=order.items[3].price");
    } else if (strobe_http_parameter_int(call->request, "depth", 0, DEPTH_MAX, DEPTH_MAX, &depth, &error) == 0) {
        strobe_http_parameter_int(call->request, "frame", 0, FRAME_MAX, 0, &frame, &error);
    }
    if (error.code != 0) {
        strobe_api_fail_error(call->exchange, 400, &error);
        return;
    }
    if (load(call, call->part, &view) < 0) {
        return;
    }
    strobe_body_open(view.body, &body);
    if (strobe_body_path_find(&body, (size_t)frame, path, &found, &error) < 0) {
        strobe_api_fail_error(call->exchange, 400, &error);
    } else {
        strobe_api_answer_json(call->exchange, 200, value_answer(&body, (size_t)frame, path, (int)depth, &found));
    }
    release(&view);
}

/* ---- Two snapshots ---- */

static json_t *summary_of(const struct strobe_wire_snapshot_view *view)
{
    return strobe_wire_struct_to_json(&strobe_wire_snapshot_summary_struct, &view->summary, NULL);
}

void strobe_api_snapshot_diff(const struct strobe_api_call *call)
{
    struct strobe_wire_snapshot_view left, right;
    const char *with = strobe_http_parameter(call->request, "with");
    if (with == NULL) {
        strobe_api_fail(call->exchange, 400, "bad_request", "'with' must be the id of the other snapshot");
        return;
    }
    if (load(call, call->part, &left) < 0) {
        return;
    }
    if (load(call, with, &right) < 0) {
        release(&left);
        return;
    }
    json_t *answer = strobe_body_diff(left.body, right.body);
    if (answer != NULL) {
        json_object_set_new(answer, "left", summary_of(&left));
        json_object_set_new(answer, "right", summary_of(&right));
    }
    release(&left);
    release(&right);
    strobe_api_answer_json(call->exchange, 200, answer);
}

/* ---- Many hits ---- */

struct table {
    const struct strobe_api_call *call;
    struct strobe_hit_columns columns;
    bool guess;
    bool traced; /* some hit of this page was within a trace */
    json_t *ids; /* of the snapshots to show, with their positions */
    json_t *rows;
    int64_t next; /* position to go on before; 0: there is no more */
};

static void add_id(void *user, const struct strobe_wire_snapshot_summary *summary)
{
    struct table *table = user;
    json_array_append_new(table->ids,
                          json_pack("{s:s, s:I}", "id", summary->id, "position", (json_int_t)summary->position));
    table->traced = table->traced || summary->trace_id != NULL;
}

/* Bodies are read one by one, so the answer is as long as a moment allows. */
static int fill(struct table *table, struct strobe_error *error)
{
    int64_t began_ns = strobe_clock_monotonic_ns();
    size_t index;
    json_t *id;
    json_array_foreach(table->ids, index, id)
    {
        struct strobe_wire_snapshot_view view;
        if (index > 0 && strobe_clock_monotonic_ns() - began_ns > STROBE_HUB_HITS_MS_MAX * 1000000LL) {
            return 0;
        }
        int status = strobe_store_get_snapshot(table->call->hub->store, json_string_value(json_object_get(id, "id")),
                                               &view, error);
        if (status < 0) {
            return status;
        }
        if (table->guess) {
            strobe_hit_columns_guess(view.body, table->traced, &table->columns);
            table->guess = false;
        }
        json_array_append_new(table->rows, strobe_hit_row(&table->columns, &view));
        table->next = view.summary.position;
        release(&view);
    }
    return 0;
}

static void answer_table(struct table *table, int64_t limit)
{
    json_t *columns = json_array();
    for (size_t i = 0; i < table->columns.count; i++) {
        json_array_append_new(columns, json_string_nocheck(table->columns.paths[i]));
    }
    bool more =
        json_array_size(table->rows) < json_array_size(table->ids) || json_array_size(table->ids) == (size_t)limit;
    json_t *answer = json_pack("{s:o, s:O}", "columns", columns, "rows", table->rows);
    if (more && table->next > 0) {
        json_object_set_new(answer, "next", json_integer(table->next));
    }
    strobe_api_answer_json(table->call->exchange, 200, answer);
}

/* What a probe brings, all but log lines: each can be a row. */
static int list_ids(struct table *table, int64_t before, int64_t limit, struct strobe_error *error)
{
    const struct strobe_snapshot_query query = {.probe = table->call->part,
                                                .kind = "snapshot,span,memory",
                                                .before = before,
                                                .limit = (int)limit,
                                                .instance = strobe_http_parameter(table->call->request, "instance")};
    return strobe_store_list_snapshots(table->call->hub->store, &query, add_id, table, error);
}

/* List which snapshots there are, then their rows. Answers failures itself. */
static void make_table(struct table *table, int64_t before, int64_t limit)
{
    const struct strobe_api_call *call = table->call;
    struct strobe_error error = {0};
    int status = list_ids(table, before, limit, &error);
    if (status == 0 && json_array_size(table->ids) == 0 && before == 0 &&
        strobe_probe_table_find(call->hub->probes, call->part) == NULL) {
        strobe_api_fail(call->exchange, 404, "not_found", "no probe has this id, and no snapshot is from it");
        return;
    }
    status = status == 0 ? fill(table, &error) : status;
    if (status < 0) {
        strobe_api_fail_error(call->exchange, 503, &error);
        return;
    }
    answer_table(table, limit);
}

void strobe_api_probe_hits(const struct strobe_api_call *call)
{
    struct table table = {.call = call};
    struct strobe_error error = {0};
    int64_t limit = 0, before = 0;
    const char *columns = strobe_http_parameter(call->request, "columns");
    int status =
        strobe_http_parameter_int(call->request, "limit", 1, STROBE_HUB_LIST_MAX, ROWS_DEFAULT, &limit, &error);
    if (status == 0) {
        status = strobe_http_parameter_int(call->request, "before", 1, INT64_MAX, 0, &before, &error);
    }
    table.guess = columns == NULL;
    if (status == 0 && columns != NULL) {
        status = strobe_hit_columns_parse(columns, &table.columns, &error);
    }
    if (status < 0) {
        strobe_api_fail_error(call->exchange, 400, &error);
        return;
    }
    table.ids = json_array();
    table.rows = json_array();
    make_table(&table, before, limit);
    json_decref(table.ids);
    json_decref(table.rows);
    strobe_hit_columns_done(&table.columns);
}
