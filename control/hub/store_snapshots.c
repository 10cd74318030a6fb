/* The part of the store that keeps snapshots and how far each instance's came. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/digest.h"
#include "hub/body.h"
#include "hub/store_sqlite.h"

int strobe_snapshot_id(const char *instance, int64_t seq, char ret_id[STROBE_SNAPSHOT_ID_DIGITS + 1])
{
    char text[512], digest[STROBE_SHA256_HEX_BYTES];
    int size = snprintf(text, sizeof text, "%s:%" PRId64, instance, seq);
    if (size < 0 || (size_t)size >= sizeof text || strobe_sha256_hex(text, (size_t)size, digest) < 0) {
        return STROBE_EINTERNAL;
    }
    memcpy(ret_id, digest, STROBE_SNAPSHOT_ID_DIGITS);
    ret_id[STROBE_SNAPSHOT_ID_DIGITS] = '\0';
    return 0;
}

int strobe_store_get_stream(struct strobe_store *store, const char *instance, struct strobe_stream *ret_stream,
                            struct strobe_error *error)
{
    sqlite3_stmt *statement = strobe_store_use(store, STROBE_STATEMENT_GET_STREAM);
    strobe_store_bind_text(statement, 1, instance);
    int code = sqlite3_step(statement);
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        return strobe_store_finish(store, statement, code, error);
    }
    *ret_stream = (struct strobe_stream){0};
    if (code == SQLITE_ROW) {
        ret_stream->acknowledged = sqlite3_column_int64(statement, 0);
        ret_stream->stored = sqlite3_column_int64(statement, 1);
    }
    sqlite3_reset(statement);
    return 0;
}

static int put_stream(struct strobe_store *store, const char *instance, int64_t seq, bool is_new,
                      struct strobe_error *error)
{
    sqlite3_stmt *statement = strobe_store_use(store, STROBE_STATEMENT_PUT_STREAM);
    strobe_store_bind_text(statement, 1, instance);
    sqlite3_bind_int64(statement, 2, seq);
    sqlite3_bind_int(statement, 3, is_new ? 1 : 0);
    return strobe_store_run(store, statement, error);
}

static int insert(struct strobe_store *store, const char *id, const char *instance, const char *service,
                  const struct strobe_wire_snapshot *snapshot, const char *body, struct strobe_error *error)
{
    sqlite3_stmt *statement = strobe_store_use(store, STROBE_STATEMENT_ADD_SNAPSHOT);
    strobe_store_bind_text(statement, 1, id);
    strobe_store_bind_text(statement, 2, instance);
    sqlite3_bind_int64(statement, 3, snapshot->seq);
    strobe_store_bind_text(statement, 4, snapshot->probe);
    sqlite3_bind_int64(statement, 5, snapshot->probe_version);
    strobe_store_bind_text(statement, 6, service);
    sqlite3_bind_int64(statement, 7, snapshot->time_us);
    strobe_store_bind_text(statement, 8, snapshot->function);
    strobe_store_bind_text(statement, 9, snapshot->file);
    sqlite3_bind_int64(statement, 10, snapshot->line);
    strobe_store_bind_text(statement, 11, snapshot->source_sha256);
    strobe_store_bind_text(statement, 12, snapshot->condition);
    strobe_store_bind_text(statement, 13, snapshot->kind != NULL ? snapshot->kind : "snapshot");
    strobe_store_bind_text(statement, 14, snapshot->text);
    strobe_store_bind_text(statement, 15, snapshot->level);
    strobe_store_bind_text(statement, 16, body);
    strobe_store_bind_text(statement, 17, strobe_body_trace(snapshot->body, "trace_id", STROBE_TRACE_ID_DIGITS));
    strobe_store_bind_text(statement, 18, strobe_body_trace(snapshot->body, "span_id", STROBE_SPAN_ID_DIGITS));
    int status = strobe_store_run(store, statement, error);
    sqlite3_clear_bindings(statement);
    return status;
}

int strobe_store_add_snapshot(struct strobe_store *store, const char *instance, const char *service,
                              const struct strobe_wire_snapshot *snapshot, bool *ret_new, int64_t *ret_position,
                              struct strobe_error *error)
{
    char id[STROBE_SNAPSHOT_ID_DIGITS + 1];
    int status = strobe_snapshot_id(instance, snapshot->seq, id);
    if (status < 0) {
        return strobe_error_set(error, status, "OpenSSL could not hash");
    }
    char *body = json_dumps(snapshot->body, JSON_COMPACT | JSON_ENCODE_ANY);
    if (body == NULL) {
        return strobe_error_set(error, STROBE_ENOMEM, "out of memory");
    }
    status = insert(store, id, instance, service, snapshot, body, error);
    free(body);
    if (status < 0) {
        return status;
    }
    bool is_new = sqlite3_changes(store->db) == 1;
    int64_t position = is_new ? sqlite3_last_insert_rowid(store->db) : 0;
    status = put_stream(store, instance, snapshot->seq, is_new, error);
    if (status == 0) {
        *ret_new = is_new;
        *ret_position = position;
    }
    return status;
}

/* ---- Reading ---- */

/* Text of the present row, valid until the next step; jansson and the codec only read it. */
static char *column_text(sqlite3_stmt *statement, int column)
{
    return (char *)sqlite3_column_text(statement, column);
}

/* STROBE_SUMMARY_COLUMNS as a structure that borrows from the row. */
static struct strobe_wire_snapshot_summary read_summary(sqlite3_stmt *statement)
{
    return (struct strobe_wire_snapshot_summary){
        .id = column_text(statement, 0),
        .position = sqlite3_column_int64(statement, 1),
        .probe = column_text(statement, 2),
        .instance = column_text(statement, 3),
        .service = column_text(statement, 4),
        .seq = sqlite3_column_int64(statement, 5),
        .time_us = sqlite3_column_int64(statement, 6),
        .function = column_text(statement, 7),
        .file = column_text(statement, 8),
        .line = sqlite3_column_int64(statement, 9),
        .source_sha256 = column_text(statement, 10),
        .kind = column_text(statement, 11),
        .text = column_text(statement, 12),
        .level = column_text(statement, 13),
        .trace_id = column_text(statement, 14),
        .span_id = column_text(statement, 15),
    };
}

/* Only the restrictions that are asked for stand in the text, so that SQLite can choose the index. */
static char *list_text(const struct strobe_snapshot_query *query)
{
    struct strobe_buffer text;
    strobe_buffer_init(&text, 4096);
    strobe_buffer_append_text(&text, "SELECT " STROBE_SUMMARY_COLUMNS " FROM snapshots WHERE position > ?4");
    strobe_buffer_append_text(&text, query->before > 0 ? " AND position < ?5" : "");
    strobe_buffer_append_text(&text, query->probe != NULL ? " AND probe = ?1" : "");
    strobe_buffer_append_text(&text, query->service != NULL ? " AND service = ?2" : "");
    strobe_buffer_append_text(&text, query->instance != NULL ? " AND instance = ?3" : "");
    strobe_buffer_append_text(&text, query->kind != NULL ? " AND instr(',' || ?7 || ',', ',' || kind || ',') > 0" : "");
    strobe_buffer_append_text(&text, query->trace != NULL ? " AND trace_id = ?8" : "");
    strobe_buffer_append_text(&text, query->oldest_first ? " ORDER BY position" : " ORDER BY position DESC");
    strobe_buffer_append_text(&text, " LIMIT ?6");
    size_t size;
    char *sql = strobe_buffer_steal(&text, &size);
    strobe_buffer_done(&text);
    return sql;
}

int strobe_store_list_snapshots(struct strobe_store *store, const struct strobe_snapshot_query *query,
                                void (*visit)(void *user, const struct strobe_wire_snapshot_summary *summary),
                                void *user, struct strobe_error *error)
{
    sqlite3_stmt *statement = NULL;
    char *sql = list_text(query);
    if (sql == NULL || sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL) != SQLITE_OK) {
        free(sql);
        return strobe_store_fail(store, error);
    }
    free(sql);
    strobe_store_bind_text(statement, 1, query->probe);
    strobe_store_bind_text(statement, 2, query->service);
    strobe_store_bind_text(statement, 3, query->instance);
    sqlite3_bind_int64(statement, 4, query->after);
    sqlite3_bind_int64(statement, 5, query->before);
    sqlite3_bind_int(statement, 6, query->limit);
    strobe_store_bind_text(statement, 7, query->kind);
    strobe_store_bind_text(statement, 8, query->trace);
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        struct strobe_wire_snapshot_summary summary = read_summary(statement);
        visit(user, &summary);
    }
    int status = code == SQLITE_DONE ? 0 : strobe_store_fail(store, error);
    sqlite3_finalize(statement);
    return status;
}

/* The row as a view of its own: through JSON, so that one piece of code, the codec's, owns the strings. */
static int read_view(sqlite3_stmt *statement, struct strobe_wire_snapshot_view *ret_view, struct strobe_error *error)
{
    struct strobe_wire_snapshot_view row = {.summary = read_summary(statement),
                                            .condition = column_text(statement, 16)};
    const char *body = column_text(statement, 17);
    row.body = body != NULL ? json_loads(body, JSON_DECODE_ANY, NULL) : NULL;
    if (row.body == NULL) {
        return strobe_error_set(error, STROBE_EIO, "database: the body of a snapshot is damaged");
    }
    json_t *json = strobe_wire_struct_to_json(&strobe_wire_snapshot_view_struct, &row, error);
    json_decref(row.body);
    if (json == NULL) {
        return STROBE_ENOMEM;
    }
    int status = strobe_wire_struct_from_json(&strobe_wire_snapshot_view_struct, json, ret_view, error);
    json_decref(json);
    return status;
}

int strobe_store_get_snapshot(struct strobe_store *store, const char *prefix,
                              struct strobe_wire_snapshot_view *ret_view, struct strobe_error *error)
{
    sqlite3_stmt *statement = strobe_store_use(store, STROBE_STATEMENT_GET_SNAPSHOT);
    strobe_store_bind_text(statement, 1, prefix);
    int code = sqlite3_step(statement);
    if (code != SQLITE_ROW) {
        sqlite3_reset(statement);
        return code == SQLITE_DONE ? strobe_error_set(error, STROBE_ENOTFOUND, "no snapshot's id begins like this")
                                   : strobe_store_fail(store, error);
    }
    struct strobe_wire_snapshot_view view;
    int status = read_view(statement, &view, error);
    if (status == 0 && sqlite3_step(statement) == SQLITE_ROW) {
        strobe_wire_struct_done(&strobe_wire_snapshot_view_struct, &view);
        status = strobe_error_set(error, STROBE_EBUSY, "several snapshots' ids begin like this: give more of it");
    }
    sqlite3_reset(statement);
    if (status == 0) {
        *ret_view = view;
    }
    return status;
}
