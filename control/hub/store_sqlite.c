#include "hub/store_sqlite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "hub/options.h"

#define SCHEMA_VERSION 3
#define APPLICATION_ID 0x53747262 /* "Strb" */

/* Checked whole at start up to this size; beyond, it would hold up the start for seconds. */
#define CHECK_BYTES_MAX (256L * 1024 * 1024)

static const char *const statement_texts[STROBE_STATEMENT_COUNT] = {
#define STROBE_STATEMENT_TEXT(name, text) text,
    STROBE_STATEMENTS(STROBE_STATEMENT_TEXT)
#undef STROBE_STATEMENT_TEXT
};

#define TRACE_INDEX "CREATE INDEX snapshots_by_trace ON snapshots(trace_id, position) WHERE trace_id IS NOT NULL;"

/* The body stands last in a row, so that listing summaries does not read it. */
static const char schema[] =
    "CREATE TABLE instances(id TEXT PRIMARY KEY, service TEXT NOT NULL, connected_at_ms INTEGER NOT NULL,"
    " document TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX instances_by_time ON instances(connected_at_ms);"
    "CREATE TABLE streams(instance TEXT PRIMARY KEY, acknowledged INTEGER NOT NULL, stored INTEGER NOT NULL)"
    " WITHOUT ROWID;"
    "CREATE TABLE snapshots(position INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, instance TEXT NOT NULL,"
    " seq INTEGER NOT NULL, probe TEXT NOT NULL, probe_version INTEGER NOT NULL, service TEXT NOT NULL,"
    " time_us INTEGER NOT NULL, function TEXT, file TEXT, line INTEGER NOT NULL, source_sha256 TEXT,"
    " condition TEXT, kind TEXT NOT NULL DEFAULT 'snapshot', text TEXT, level TEXT, trace_id TEXT, span_id TEXT,"
    " body TEXT NOT NULL, UNIQUE(instance, seq));"
    "CREATE INDEX snapshots_by_id ON snapshots(id);"
    "CREATE INDEX snapshots_by_probe ON snapshots(probe, position);"
    "CREATE INDEX snapshots_by_service ON snapshots(service, position);" TRACE_INDEX
    "CREATE TABLE sources(sha256 TEXT PRIMARY KEY, document TEXT NOT NULL);"
    "CREATE TABLE probes(id TEXT PRIMARY KEY, created_at_ms INTEGER NOT NULL, document TEXT NOT NULL);"
    "CREATE TABLE probe_states(probe TEXT NOT NULL, instance TEXT NOT NULL, document TEXT NOT NULL,"
    " PRIMARY KEY(probe, instance)) WITHOUT ROWID;"
    "CREATE TABLE services(name TEXT PRIMARY KEY, set_version INTEGER NOT NULL) WITHOUT ROWID;";

/* From each version to the next one. Columns that are added stand behind the body; SQLite finds them all the same. */
static const char *const upgrades[SCHEMA_VERSION] = {
    [1] = "ALTER TABLE snapshots ADD COLUMN kind TEXT NOT NULL DEFAULT 'snapshot';"
          "ALTER TABLE snapshots ADD COLUMN text TEXT;"
          "ALTER TABLE snapshots ADD COLUMN level TEXT;",
    [2] = "ALTER TABLE snapshots ADD COLUMN trace_id TEXT;"
          "ALTER TABLE snapshots ADD COLUMN span_id TEXT;" TRACE_INDEX,
};

/* Tables that came later and that an older hub does not mind; made at each start. */
static const char additions[] =
    "CREATE TABLE IF NOT EXISTS redaction(one INTEGER PRIMARY KEY CHECK(one = 1), document TEXT NOT NULL);";

/* ---- Statements ---- */

int strobe_store_fail(struct strobe_store *store, struct strobe_error *error)
{
    int code = sqlite3_errcode(store->db) & 0xFF;
    const char *advice = code == SQLITE_FULL || code == SQLITE_IOERR ? ": free some space on its disk" : "";
    return strobe_error_set(error, STROBE_EIO, "database: %s%s", sqlite3_errmsg(store->db), advice);
}

sqlite3_stmt *strobe_store_use(struct strobe_store *store, enum strobe_statement statement)
{
    sqlite3_stmt *prepared = store->statements[statement];
    sqlite3_reset(prepared);
    sqlite3_clear_bindings(prepared);
    return prepared;
}

void strobe_store_bind_text(sqlite3_stmt *statement, int index, const char *text)
{
    if (text != NULL) {
        sqlite3_bind_text(statement, index, text, -1, SQLITE_STATIC);
    }
}

int strobe_store_finish(struct strobe_store *store, sqlite3_stmt *statement, int code, struct strobe_error *error)
{
    int status = code == SQLITE_DONE ? 0 : strobe_store_fail(store, error);
    sqlite3_reset(statement);
    return status;
}

int strobe_store_run(struct strobe_store *store, sqlite3_stmt *statement, struct strobe_error *error)
{
    return strobe_store_finish(store, statement, sqlite3_step(statement), error);
}

/* ---- Transactions ---- */

int strobe_store_begin(struct strobe_store *store, struct strobe_error *error)
{
    return strobe_store_run(store, strobe_store_use(store, STROBE_STATEMENT_BEGIN), error);
}

void strobe_store_rollback(struct strobe_store *store)
{
    /* SQLite rolls back by itself on some errors (disk full): then there is nothing left to do. */
    if (sqlite3_get_autocommit(store->db) == 0) {
        sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    }
}

int strobe_store_commit(struct strobe_store *store, struct strobe_error *error)
{
    if (sqlite3_get_autocommit(store->db) != 0) {
        return strobe_error_set(error, STROBE_EIO, "database: the transaction was lost");
    }
    int status = strobe_store_run(store, strobe_store_use(store, STROBE_STATEMENT_COMMIT), error);
    if (status < 0) {
        strobe_store_rollback(store);
    }
    return status;
}

/* ---- Open and close ---- */

static int get_number(struct strobe_store *store, const char *sql, int64_t *ret_number, struct strobe_error *error)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL) != SQLITE_OK) {
        return strobe_store_fail(store, error);
    }
    int status = 0;
    if (sqlite3_step(statement) == SQLITE_ROW) {
        *ret_number = sqlite3_column_int64(statement, 0);
    } else {
        status = strobe_store_fail(store, error);
    }
    sqlite3_finalize(statement);
    return status;
}

static int execute(struct strobe_store *store, const char *sql, struct strobe_error *error)
{
    return sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : strobe_store_fail(store, error);
}

static int check_whole(struct strobe_store *store, const char *path, struct strobe_error *error)
{
    struct stat file;
    if (stat(path, &file) < 0 || file.st_size > CHECK_BYTES_MAX) {
        return 0;
    }
    sqlite3_stmt *statement = NULL;
    int status = 0;
    if (sqlite3_prepare_v2(store->db, "PRAGMA quick_check(1)", -1, &statement, NULL) != SQLITE_OK ||
        sqlite3_step(statement) != SQLITE_ROW) {
        status = strobe_store_fail(store, error);
    } else if (strcmp((const char *)sqlite3_column_text(statement, 0), "ok") != 0) {
        status = strobe_error_set(error, STROBE_EIO, "pages in it are damaged"); /* SQLite's text has many lines */
    }
    sqlite3_finalize(statement);
    return status;
}

/* Bring the schema from `version` (0: nothing there) to ours, whole or not at all. */
static int make_schema(struct strobe_store *store, int64_t version, struct strobe_error *error)
{
    char number[64];
    snprintf(number, sizeof number, "PRAGMA application_id = %d; PRAGMA user_version = %d", APPLICATION_ID,
             SCHEMA_VERSION);
    int status = execute(store, "BEGIN IMMEDIATE", error);
    if (status == 0 && version == 0) {
        status = execute(store, schema, error);
    }
    for (int64_t from = version; status == 0 && from > 0 && from < SCHEMA_VERSION; from++) {
        status = execute(store, upgrades[from], error);
    }
    if (status == 0) {
        status = execute(store, number, error);
    }
    if (status == 0) {
        status = execute(store, "COMMIT", error);
    }
    if (status < 0) {
        strobe_store_rollback(store);
    }
    return status;
}

static int open_schema(struct strobe_store *store, struct strobe_error *error)
{
    int64_t version = 0, application = 0, tables = 0;
    int status = get_number(store, "PRAGMA user_version", &version, error);
    if (status == 0) {
        status = get_number(store, "PRAGMA application_id", &application, error);
    }
    if (status == 0) {
        status = get_number(store, "SELECT count(*) FROM sqlite_schema", &tables, error);
    }
    if (status < 0) {
        return status;
    }
    if (tables == 0) {
        return make_schema(store, 0, error);
    }
    if (application != APPLICATION_ID) {
        return strobe_error_set(error, STROBE_EIO, "it is the database of another program");
    }
    if (version > SCHEMA_VERSION) {
        return strobe_error_set(error, STROBE_EIO, "it was written by a newer hub: install that version");
    }
    return version > 0 && version < SCHEMA_VERSION ? make_schema(store, version, error) : 0;
}

static int prepare_all(struct strobe_store *store, struct strobe_error *error)
{
    for (int i = 0; i < STROBE_STATEMENT_COUNT; i++) {
        if (sqlite3_prepare_v3(store->db, statement_texts[i], -1, SQLITE_PREPARE_PERSISTENT, &store->statements[i],
                               NULL) != SQLITE_OK) {
            return strobe_store_fail(store, error);
        }
    }
    return 0;
}

/* FULL: a commit is on the disk when it returns, also after a power loss; agents rely on that (docs/wire.md). */
static const char settings[] = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
                               "PRAGMA trusted_schema = OFF; PRAGMA cache_size = -16000;";

static int open_in(struct strobe_store *store, const char *path, struct strobe_error *error)
{
    struct strobe_error detail = {0};
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW;
    int status = sqlite3_open_v2(path, &store->db, flags, NULL) == SQLITE_OK ? 0 : strobe_store_fail(store, &detail);
    if (status == 0) {
        sqlite3_busy_timeout(store->db, 2000);
        status = execute(store, settings, &detail);
    }
    if (status == 0) {
        status = check_whole(store, path, &detail);
    }
    if (status == 0) {
        status = open_schema(store, &detail);
    }
    if (status == 0) {
        status = execute(store, additions, &detail);
    }
    if (status == 0) {
        status = prepare_all(store, &detail);
    }
    if (status < 0) {
        strobe_error_set(error, status,
                         "%.120s cannot be used (%.60s): put it back from a backup, or move it away to start empty",
                         path, detail.message);
    }
    return status;
}

int strobe_store_open(const char *folder, struct strobe_store **ret_store, struct strobe_error *error)
{
    char path[STROBE_HUB_PATH_BYTES + 16];
    snprintf(path, sizeof path, "%s/hub.db", folder);
    struct strobe_store *store = calloc(1, sizeof *store);
    if (store == NULL) {
        return strobe_error_set(error, STROBE_ENOMEM, "out of memory");
    }
    mode_t mask = umask(077); /* snapshots are for this user's eyes, also in the -wal and -shm files */
    int status = open_in(store, path, error);
    umask(mask);
    if (status < 0) {
        strobe_store_close(store);
        return status;
    }
    *ret_store = store;
    return 0;
}

void strobe_store_close(struct strobe_store *store)
{
    if (store == NULL) {
        return;
    }
    for (int i = 0; i < STROBE_STATEMENT_COUNT; i++) {
        sqlite3_finalize(store->statements[i]);
    }
    sqlite3_close(store->db);
    free(store);
}
